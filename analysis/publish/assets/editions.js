// What a frozen page can not know: whether a newer edition is out, and whether its own numbers have moved.
// Every page works without this file; the bar's links then lead to the same places.
(() => {
  "use strict";
  const bar = document.querySelector(".edition-bar");
  if (!bar) return;
  const { edition, page, top } = bar.dataset;
  const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });
  const claim = (/^claims\/(.*)\.html$/.exec(page) || [])[1];

  const show = ({ editions, newest, texts }) => {
    const has = (one) => (claim ? one.claims.includes(claim) : one.pages.includes(page));
    const address = (one) => `${top}editions/${one.id}/${has(one) ? page : "index.html"}`;

    const list = element("ul", "");
    for (const one of [...editions].reverse()) {
      const item = element("li", ""), link = element("a", `${one.id}: ${one.title}`, { href: address(one) });
      if (one.id === edition) link.setAttribute("aria-current", "page");
      item.append(link, has(one) ? "" : " (without this page)");
      list.append(item);
    }
    const box = element("details", "");
    box.append(element("summary", "This page in every edition"), list);
    bar.querySelector(".edition-switch").replaceChildren(box);

    const next = editions[editions.findIndex((one) => one.id === edition) + 1];
    if (next) {
      const item = element("li", "");
      item.append(element("a", `Next edition, ${next.id}`, { href: address(next), rel: "next" }));
      bar.querySelector(".edition-switch").before(item);
    }

    if (edition === newest) {
      for (const since of document.querySelectorAll("[data-moved]")) since.textContent = "Has it moved since? No: this is the newest edition.";
      return;
    }
    const moved = new Map();
    const numbers = document.querySelectorAll("main [data-var]:not([data-edition])");
    for (const one of numbers) {
      const now = texts[one.dataset.var], then = one.textContent.trim();
      if (now !== undefined && now !== then) moved.set(`${one.dataset.var}\n${then}`, [one, then, now]);
    }
    const news = element("div", "", { className: "edition-news" });
    const what = claim ? "this number" : "the numbers on this page";
    const says = moved.size
      ? `A newer edition, ${newest}, is out, and since this one ${moved.size === 1 ? "a text" : `${moved.size} texts`} among ${what} ${moved.size === 1 ? "has" : "have"} moved:`
      : `A newer edition, ${newest}, is out; ${numbers.length ? `${what} ${claim ? "has" : "have"} not moved.` : "this page shows no number that could have moved."}`;
    news.append(element("p", says));
    if (moved.size) {
      const changes = element("ul", "");
      const all = [...moved.values()];
      for (const [one, then, now] of all.slice(0, 6)) {
        const item = element("li", ""), id = one.dataset.var.split(".")[1];
        item.append(element("a", id, { href: `${top}latest/claims/${id}.html` }), `: ${then} is now ${now}`);
        changes.append(item);
      }
      if (all.length > 6) changes.append(element("li", `and ${all.length - 6} more`));
      news.append(changes);
    }
    bar.querySelector("p").after(news);

    for (const since of document.querySelectorAll("[data-moved]")) {
      const id = since.dataset.moved, link = since.querySelector("a");
      const now = texts[`claim.${id}`], then = document.querySelector(`[data-var="claim.${CSS.escape(id)}"]`).textContent.trim();
      const answer = now === undefined ? "The newest edition no longer has it. "
        : now === then ? `No: it is ${now} in edition ${newest} too. ` : `Yes: it is ${now} in edition ${newest}. `;
      since.replaceChildren("Has it moved since? ", element("strong", answer), link);
    }
  };

  const versions = document.createElement("script");
  versions.src = `${top}versions.js`;
  versions.onload = () => show(window.pivotEditions);
  document.head.append(versions);
})();
