// Light and dark, search, and tab stops on what scrolls. Every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  if (root.dataset.ready) return; // the page that is shown at any depth asks for this file in several ways
  root.dataset.ready = "";
  if (document.body.hasAttribute("data-anywhere")) {
    const site = new URL("..", document.currentScript.src);
    for (const link of document.querySelectorAll("a[href]:not([href^='#'])")) link.href = new URL(link.getAttribute("href"), site);
  }
  const { up, index: address } = document.currentScript.dataset;
  const $ = (id) => document.getElementById(`frame-${id}`); // a heading may have any other id

  const theme = $("theme");
  theme.value = root.dataset.theme || "";
  theme.addEventListener("change", () => {
    if (theme.value) root.dataset.theme = theme.value; else delete root.dataset.theme;
    try {
      if (theme.value) localStorage.setItem("theme", theme.value); else localStorage.removeItem("theme");
    } catch { /* private mode: for this page only */ }
  });

  // The contents follow the text: the section at the top of the screen is the current one.
  const entries = new Map([...document.querySelectorAll(".toc a")].map((link) => [link.hash.slice(1), link]));
  const headings = [...document.querySelectorAll("article :is(h2, h3)[id]")];
  const follow = () => {
    const listed = headings.filter((heading) => entries.has(heading.id));
    const current = listed.findLast((heading) => heading.getBoundingClientRect().top < innerHeight / 4) || listed[0];
    for (const [id, link] of entries) {
      if (id === current?.id) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
    const link = entries.get(current?.id), box = link?.closest(".toc");
    if (box && (link.offsetTop < box.scrollTop || link.offsetTop > box.scrollTop + box.clientHeight - 60)) box.scrollTop = link.offsetTop - box.clientHeight / 3;
  };
  if (entries.size) {
    const watch = new IntersectionObserver(follow, { rootMargin: "0px 0px -75% 0px" });
    headings.forEach((heading) => watch.observe(heading));
    follow();
  }

  // The address of each section, for a pointer; the keyboard has the contents for it.
  for (const heading of headings) {
    const link = document.createElement("a");
    Object.assign(link, { className: "anchor", href: `#${heading.id}`, textContent: "#", tabIndex: -1, ariaHidden: "true" });
    heading.append(link);
  }

  // What is folded away is neither marked nor measured before it is opened: that would lay all of it out.
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((one) => !one.closest("details:not([open])"));

  // On a narrow screen each row of a table is a card, and each cell says which column it is of. What styles take
  // from a table, its roles give back.
  const mark = (table) => {
    const heads = [...table.tHead?.rows[0]?.cells || []];
    if (heads.length < 3) return;
    table.classList.add("cards");
    table.setAttribute("role", "table");
    for (const group of table.querySelectorAll("thead, tbody")) group.setAttribute("role", "rowgroup");
    for (const row of table.rows) {
      row.setAttribute("role", "row");
      [...row.cells].forEach((cell, at) => {
        cell.setAttribute("role", cell.tagName === "TD" ? "cell" : cell.scope === "row" ? "rowheader" : "columnheader");
        if (at && cell.tagName === "TD") cell.dataset.column = heads[at]?.textContent.trim() || "";
      });
    }
  };

  // A table, picture or formula that fits is no scrolling region, and needs no stop for the keyboard.
  document.querySelectorAll(".math-scroll").forEach((one, at) => one.setAttribute("aria-label", `Formula ${at + 1}`));
  const measure = () => {
    for (const table of seen("main table:not(.cards)")) mark(table);
    const wide = seen("main [role='group']").map((region) => [region, region.scrollWidth > region.clientWidth + 1]);
    for (const [region, scrolls] of wide) {
      if (scrolls) region.tabIndex = 0; else region.removeAttribute("tabindex");
    }
  };
  measure();
  document.addEventListener("toggle", (event) => { if (event.target.tagName === "DETAILS") measure(); }, true);
  addEventListener("resize", measure);
  addEventListener("load", measure);

  // What the text sets with typographic signs is found by those of a keyboard. One sign stands for one, so that
  // a place in the folded text is the same place in the text.
  const fold = (text) => text.toLowerCase().replace(/[\u2010-\u2015\u2212]/g, "-").replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"').replace(/\s/g, " ");

  const SHOWN = 12;
  if (!$("query")) return; // a site of another renderer has a search of its own
  const bar = document.querySelector(".edition-bar"); // an edition has a page for each claim; a site of its own has the ledger
  const home = (href) => bar && /#claim-/.test(href)
    ? `${bar.dataset.top}editions/${bar.dataset.edition}/claims/${href.split("#claim-")[1]}.html` : up + href;
  const query = $("query"), results = $("results"), found = $("found");
  let index; // fetched when the field is first entered; as a script, so that it works from a folder too
  const load = () => index ||= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.pivotIndex.map(([href, title, section, text]) => ({
      href, title, section, text, low: fold(text), head: fold(`${title} ${section}`),
    })));
    script.onerror = reject;
    document.head.append(script);
  });

  const close = () => { results.hidden = true; results.replaceChildren(); found.textContent = ""; };

  // "13210" finds 13,210 and "hashprice" hash price: between the letters of a longer word one sign may stand.
  const sign = (letter) => letter.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = (word) => new RegExp([...word].map(sign).join(word.length < 4 ? "" : "[ ,-]?"));

  const excerpt = (row, words) => {
    const at = Math.max(0, row.low.search(words.find((word) => word.test(row.low)) || words[0]));
    const from = at < 40 ? 0 : row.low.indexOf(" ", at - 40) + 1;
    const line = document.createElement("span");
    line.className = "excerpt";
    line.append(from ? "… " : "");
    const low = row.low.slice(from, from + 140);
    let done = 0;
    for (const { 0: hit, index } of low.matchAll(new RegExp(words.map((word) => word.source).join("|"), "g"))) {
      const mark = document.createElement("mark");
      mark.textContent = row.text.substr(from + index, hit.length);
      line.append(row.text.slice(from + done, from + index), mark);
      done = index + hit.length;
    }
    line.append(row.text.slice(from + done, from + 140));
    line.append(from + 140 < row.text.length ? " …" : "");
    return line;
  };

  const search = async () => {
    const words = fold(query.value).split(" ").filter(Boolean).map(pattern);
    if (!words.length) { close(); return; }
    const rows = await load(), figure = /\d/.test(query.value); // who seeks a number is led to its claim
    const hits = rows
      .filter((row) => words.every((word) => word.test(row.low) || word.test(row.head)))
      .map((row) => [words.filter((word) => word.test(row.head)).length + (figure && /#claim-/.test(row.href)), row])
      .sort((a, b) => b[0] - a[0]);
    const list = document.createElement("ul");
    for (const [, row] of hits.slice(0, SHOWN)) {
      const item = document.createElement("li"), link = document.createElement("a"), head = document.createElement("strong");
      link.href = home(row.href);
      head.textContent = row.section ? `${row.title} · ${row.section}` : row.title;
      link.append(head, excerpt(row, words));
      link.addEventListener("click", close);
      item.append(link);
      list.append(item);
    }
    const count = document.createElement("p");
    count.textContent = hits.length > SHOWN ? `${hits.length} found, the first ${SHOWN} shown` : hits.length ? `${hits.length} found` : "Nothing found";
    found.textContent = count.textContent;
    results.replaceChildren(count, list);
    results.hidden = false;
  };

  query.addEventListener("focus", () => load().catch(() => { found.textContent = "The search index could not be loaded"; }));
  query.addEventListener("input", search);
  query.closest("search").addEventListener("keydown", (event) => {
    const links = [...results.querySelectorAll("a")], at = links.indexOf(document.activeElement);
    if (event.key === "Escape") { query.value = ""; close(); query.focus(); }
    else if (event.key === "ArrowDown" && links.length) { links[Math.min(at + 1, links.length - 1)].focus(); event.preventDefault(); }
    else if (event.key === "ArrowUp" && at >= 0) { (at ? links[at - 1] : query).focus(); event.preventDefault(); }
    else if (event.key === "Enter" && at < 0 && links.length) { links[0].click(); event.preventDefault(); }
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
      query.focus();
      event.preventDefault();
    }
  });
  addEventListener("click", (event) => { if (!event.target.closest("search")) close(); });
})();
