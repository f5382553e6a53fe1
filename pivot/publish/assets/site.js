// Light and dark, search, and tab stops on what scrolls. Every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  const { up, index: address } = document.currentScript.dataset;
  const $ = (id) => document.getElementById(`frame-${id}`); // a heading may have any other id

  const theme = $("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const show = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* private mode: for this page only */ }
    show();
  });
  system.addEventListener("change", show);
  show();

  // A table, picture or formula that fits is no scrolling region, and needs no stop for the keyboard.
  const regions = document.querySelectorAll("main [role='region']");
  const measure = () => regions.forEach((region) => {
    if (region.scrollWidth > region.clientWidth + 1) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  });
  measure();
  addEventListener("resize", measure);
  addEventListener("load", measure);

  // What the text sets with typographic signs is found by those of a keyboard. One sign stands for one, so that
  // a place in the folded text is the same place in the text.
  const fold = (text) => text.toLowerCase().replace(/[\u2010-\u2015\u2212]/g, "-").replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"').replace(/\s/g, " ");

  const SHOWN = 12;
  if (!$("query")) return; // the pages about editions have no search
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

  const excerpt = (row, words) => {
    const at = Math.max(0, ...words.map((word) => row.low.indexOf(word)).filter((i) => i >= 0).slice(0, 1));
    const from = at < 40 ? 0 : row.low.indexOf(" ", at - 40) + 1;
    const line = document.createElement("span");
    line.className = "excerpt";
    line.append(from ? "… " : "");
    const low = row.low.slice(from, from + 140);
    let done = 0;
    for (const { 0: hit, index } of low.matchAll(new RegExp(words.map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g"))) {
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
    const words = fold(query.value).split(" ").filter(Boolean);
    if (!words.length) { close(); return; }
    const rows = await load();
    const hits = rows
      .filter((row) => words.every((word) => row.low.includes(word) || row.head.includes(word)))
      .map((row) => [words.filter((word) => row.head.includes(word)).length, row])
      .sort((a, b) => b[0] - a[0]);
    const list = document.createElement("ul");
    for (const [, row] of hits.slice(0, SHOWN)) {
      const item = document.createElement("li"), link = document.createElement("a"), head = document.createElement("strong");
      link.href = up + row.href;
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
