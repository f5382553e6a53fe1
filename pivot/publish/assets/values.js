// The values of a chart, under a pointer and by arrow keys. Without this file the data are a link below it.
(() => {
  "use strict";
  if (location.protocol === "file:") return; // a folder lets no script read beside the page
  const narrow = matchMedia("(max-width: 40rem)"); // as the page chooses between two drawings
  const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };

  document.querySelectorAll(".values").forEach((slider, place) => {
    const region = slider.parentElement, figure = slider.closest("figure");
    const dot = document.createElement("span"), says = document.createElement("span");
    dot.className = "values-dot";
    says.className = "values-says";
    slider.append(dot, says);
    const name = figure?.querySelector(".caption-number")?.textContent.replace(/:\s*$/, "") || `Chart ${place + 1}`;
    const attributes = { role: "slider", tabindex: 0, "aria-label": `${name}, its values`, "aria-valuemin": 1, "aria-valuemax": 1, "aria-valuenow": 1, "aria-valuetext": "arrow keys go from value to value" };
    for (const [key, value] of Object.entries(attributes)) slider.setAttribute(key, value);

    let loading, data, at;
    const load = () => loading ||= fetch(slider.dataset.src).then((answer) => answer.json()).then((found) => {
      data = found;
      slider.setAttribute("aria-valuemax", data.says.length);
    });
    const image = () => [...region.querySelectorAll("img")].find((one) => one.offsetParent);
    const drawing = () => data[narrow.matches ? "narrow" : "wide"];

    const show = (next) => {
      at = Math.max(0, Math.min(data.says.length - 1, next));
      const { size, points } = drawing(), seen = image(), scale = seen.clientWidth / size[0];
      const [x, y] = points[at].map((one) => one * scale);
      slider.classList.add("shown");
      slider.setAttribute("aria-valuenow", at + 1);
      slider.setAttribute("aria-valuetext", data.says[at]);
      says.textContent = data.says[at];
      Object.assign(dot.style, { left: `${x}px`, top: `${y}px` });
      const room = seen.clientWidth - says.offsetWidth;
      Object.assign(says.style, { left: `${Math.max(0, Math.min(room, x - says.offsetWidth / 2))}px`, top: `${y < 60 ? y + 14 : y - says.offsetHeight - 12}px` });
    };
    const hide = () => { if (document.activeElement !== slider) slider.classList.remove("shown"); };
    const nearest = (event) => {
      const { size, points } = drawing(), x = (event.clientX - image().getBoundingClientRect().left) * size[0] / image().clientWidth;
      return points.reduce((best, [left], index) => Math.abs(left - x) < Math.abs(points[best][0] - x) ? index : best, 0);
    };
    const follow = async (event) => { await load(); show(nearest(event)); };
    slider.addEventListener("pointermove", follow);
    slider.addEventListener("pointerdown", follow);
    slider.addEventListener("pointerleave", hide);
    slider.addEventListener("focus", async () => { await load(); show(at ?? data.says.length - 1); });
    slider.addEventListener("blur", () => slider.classList.remove("shown"));
    slider.addEventListener("keydown", (event) => {
      if (!(event.key in STEPS) || !data) return;
      event.preventDefault();
      show(at + STEPS[event.key]);
    });
  });
})();
