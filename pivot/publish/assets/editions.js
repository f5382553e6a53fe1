// What a frozen page can not know: whether a newer edition is out, and whether its own numbers have moved.
// Every page works without this file; the bar's links then lead to the same places.
(() => {
  "use strict";
  const bar = document.querySelector(".edition-bar");
  if (!bar) return;
  const { edition, page, top } = bar.dataset;
  const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });
  const claim = (/^claims\/(.*)\.html$/.exec(page) || [])[1];

  const show = ({ editions, newest, texts, statements }) => {
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
    const numbers = [...document.querySelectorAll("main [data-var]:not([data-edition])")];
    const moved = numbers
      .map((one) => ({ name: one.dataset.var, then: one.textContent.trim(), now: texts[one.dataset.var] }))
      .filter(({ then, now }) => now !== undefined && now !== then);
    const news = element("div", "", { className: "edition-news" });
    const says = !numbers.length ? "This page shows no number that could have moved."
      : !moved.length ? "None of the numbers and verdicts on this page has moved since."
      : `Of the ${numbers.length} numbers and verdicts on this page ${moved.length} ${moved.length === 1 ? "has" : "have"} moved since.`;
    news.append(element("p", `A newer edition, ${newest}, is out. ${says}`));
    if (moved.length) {
      const changes = element("ul", ""), which = element("details", "");
      const told = new Map(moved.map((one) => [`${one.name}\n${one.then}`, one]));
      for (const { name, then, now } of told.values()) {
        const item = element("li", ""), id = name.split(".")[1];
        item.append(element("a", statements[id] || id, { href: `${top}latest/claims/${id}.html` }), `: ${then}, now ${now}`);
        changes.append(item);
      }
      which.append(element("summary", "Which ones"), changes);
      news.append(which);
    }
    bar.querySelector(":scope > details").before(news);

    for (const since of document.querySelectorAll("[data-moved]")) {
      const id = since.dataset.moved, link = since.querySelector("a");
      const kinds = ["claim", "verdict"];
      const was = kinds.map((kind) => document.querySelector(`[data-var="${kind}.${id}"]`).textContent.trim());
      const is = kinds.map((kind) => texts[`${kind}.${id}`]);
      const answer = is[0] === undefined ? "The newest edition no longer has it. "
        : (is[0] === was[0] ? `No: it is ${is[0]} in edition ${newest} too` : `Yes: it is ${is[0]} in edition ${newest}`)
          + (is[1] === was[1] ? ". " : `; the verdict changed from ${was[1]} to ${is[1]}. `);
      since.replaceChildren("Has it moved since? ", element("strong", answer), link);
    }
  };

  const versions = document.createElement("script");
  versions.src = `${top}versions.js`;
  versions.onload = () => show(window.pivotEditions);
  document.head.append(versions);
})();
