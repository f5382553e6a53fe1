// The table of all claims: choose by verdict, kind, source and tier, sort by any column, and keep both in the address.
(() => {
  "use strict";
  const form = document.querySelector("[data-chooses]"), table = document.querySelector("table.choice");
  if (!form) return;
  const body = table.tBodies[0], rows = [...body.rows], status = form.querySelector("output");
  const selects = [...form.elements].filter((one) => one.name);
  const state = new URLSearchParams(location.search);
  const keep = () => {
    const text = state.toString();
    try { history.replaceState(null, "", `${location.pathname}${text && `?${text}`}${location.hash}`); } catch { /* from a folder */ }
  };
  const choose = () => {
    for (const row of rows) row.hidden = selects.some((one) => one.value && !(one.name === "source" ? row.dataset.source.split(" ") : [row.dataset[one.name]]).includes(one.value));
    const shown = rows.filter((row) => !row.hidden).length;
    status.textContent = shown === rows.length ? `${shown} claims` : `${shown} of ${rows.length} claims`;
  };
  const sort = (at, down) => {
    const text = (row) => row.cells[at].textContent.trim();
    const sorted = at < 0 ? rows : [...rows].sort((a, b) => (down ? -1 : 1) * text(a).localeCompare(text(b), document.documentElement.lang, { numeric: true }));
    body.append(...sorted);
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      if (place === at) head.setAttribute("aria-sort", down ? "descending" : "ascending"); else head.removeAttribute("aria-sort");
    });
  };
  for (const select of selects) {
    if ([...select.options].some((one) => one.value === state.get(select.name))) select.value = state.get(select.name);
    select.addEventListener("change", () => {
      if (select.value) state.set(select.name, select.value); else state.delete(select.name);
      choose();
      keep();
    });
  }
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "sort", textContent: head.textContent });
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      state.set("sort", `${down ? "-" : ""}${at}`);
      sort(at, down);
      keep();
    });
    head.replaceChildren(button);
  });
  const sorted = /^(-?)(\d)$/.exec(state.get("sort") || "");
  if (sorted && Number(sorted[2]) < table.tHead.rows[0].cells.length) sort(Number(sorted[2]), sorted[1] === "-");
  choose();
})();
