// A number opens its account where it stands: on hover, on focus, or by a press that keeps it open.
// The account is in the page already. Without this file a number is a link to its row in the ledger.
(() => {
  "use strict";
  if (!HTMLElement.prototype.showPopover) return;
  const OPENS = 250, CLOSES = 300; // milliseconds a pointer rests on a number, and may be away from it
  const MARGIN = 8; // pixels between the account, its number and the edge of the screen
  const narrow = matchMedia("(max-width: 40rem)");
  let link = null, card = null; // what is open, and the number it was opened from
  let kept = false; // by a press; what hover or focus opened goes as they go
  let dismissed = null; // closed by its reader; it does not open again until the focus has left
  let held = null; // what had the focus as it closed: from within, the focus goes back to the number
  let timer;

  const place = (event) => {
    card.style.cssText = "";
    if (narrow.matches) { // at the foot of the screen, as wide as it is; the number stays in sight above it
      const hidden = link.getBoundingClientRect().bottom - (innerHeight - card.offsetHeight - MARGIN);
      if (hidden > 0) scrollBy(0, hidden);
      return;
    }
    const lines = [...link.getClientRects()];
    const at = lines.find((one) => event && event.clientY >= one.top && event.clientY <= one.bottom) || lines[0] || link.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = card;
    const below = innerHeight - at.bottom - MARGIN, above = at.top - MARGIN;
    const down = below >= height || below >= above;
    card.style.maxHeight = `${Math.max(down ? below : above, 120) - MARGIN}px`;
    const shown = Math.min(height, card.offsetHeight);
    card.style.top = `${Math.max(MARGIN, down ? at.bottom + 2 : at.top - shown - 2)}px`;
    card.style.left = `${Math.max(MARGIN, Math.min(at.left, document.documentElement.clientWidth - width - MARGIN))}px`;
  };

  const open = (next, keep, event) => {
    clearTimeout(timer);
    const account = document.getElementById(`frame-opened-${next.dataset.var.split(".")[1]}`);
    if (!account) return;
    kept = keep;
    if (link === next && card.matches(":popover-open")) return;
    if (card && card !== account && card.matches(":popover-open")) card.hidePopover();
    for (const value of account.querySelectorAll("[data-key]")) value.hidden = value.dataset.key !== next.dataset.var;
    [link, card] = [next, account];
    if (!card.matches(":popover-open")) card.showPopover({ source: link }); // a note that the number is in stays open
    link.setAttribute("aria-expanded", "true");
    card.scrollTop = 0;
    place(event);
  };
  const close = () => { clearTimeout(timer); if (card?.matches(":popover-open")) card.hidePopover(); };
  const later = (what, wait) => { clearTimeout(timer); timer = setTimeout(what, wait); };
  const leave = () => { if (!kept) later(close, CLOSES); };

  const enhance = (number) => {
    let before; // whether a press finds this number's account open already
    number.setAttribute("aria-haspopup", "dialog");
    number.setAttribute("aria-expanded", "false");
    number.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse" && !(kept && link === number)) later(() => open(number, false, event), OPENS);
    });
    number.addEventListener("pointerleave", leave);
    number.addEventListener("pointerdown", () => { before = kept && link === number && card.matches(":popover-open"); });
    number.addEventListener("focus", () => { if (number.matches(":focus-visible") && dismissed !== number) open(number, false); });
    number.addEventListener("blur", (event) => {
      dismissed = null;
      if (!kept && !card?.contains(event.relatedTarget)) close();
    });
    number.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // a new tab has the ledger
      event.preventDefault();
      if (before && event.detail) { close(); return; }
      open(number, true, event);
      if (!event.detail) card.querySelector("[data-key]:not([hidden]) a").focus(); // a press of the keyboard goes in
    });
  };

  for (const account of document.querySelectorAll(".opened")) {
    account.addEventListener("pointerenter", () => clearTimeout(timer));
    account.addEventListener("pointerleave", leave);
    account.addEventListener("toggle", (event) => {
      if (event.newState !== "closed" || card !== account) return;
      link.setAttribute("aria-expanded", "false");
      kept = false;
      if (account.contains(held) && [held, document.body].includes(document.activeElement)) {
        dismissed = link;
        link.focus({ preventScroll: true });
      }
    });
    account.addEventListener("beforetoggle", (event) => { if (event.newState === "closed") held = document.activeElement; });
    account.addEventListener("focusout", (event) => {
      const to = event.relatedTarget;
      if (card === account && to && !account.contains(to) && to !== link) close();
    });
    account.querySelector(".opened-copy")?.addEventListener("click", async ({ target }) => {
      const status = target.nextElementSibling;
      try {
        await navigator.clipboard.writeText(target.dataset.text);
        status.textContent = "Copied";
      } catch { status.textContent = target.dataset.text; } // from a folder there is no clipboard: shown instead
    });
  }
  for (const number of document.querySelectorAll("main a.claim[data-var]")) enhance(number);
  addEventListener("keydown", (event) => { if (event.key === "Escape" && card?.matches(":popover-open")) dismissed = link; });
  addEventListener("resize", close);
  addEventListener("scroll", () => { if (card?.matches(":popover-open") && !narrow.matches) place(); }, { passive: true });
})();
