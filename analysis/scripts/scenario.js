// The page of scenarios: what a reader sets, and what follows at once, by the formulas of
// `analysis/measures/scenario.py`. A test holds the two together. Facts, settings and leases are read from the
// page's own tables, which say the same without this file.
(() => {
  "use strict";
  const PETA = 1e15, HASHES = 2 ** 32, DAY = 86400, BLOCKS = 144 * 365, MWH = 0.024;
  const price = (hashprice, reward, difficulty) => hashprice / (reward * DAY / (difficulty * HASHES) * PETA);
  const difficulty = (set, given) => given.difficulty * set.network / given.network;
  const outcome = (set, given) => {
    const level = difficulty(set, given);
    const hashprice = given.reward * set.price * DAY / (level * HASHES) * PETA;
    const share = given.share / 100 * given.network / set.network;
    const revenue = share * given.subsidy * BLOCKS * set.price * set.uptime / 100;
    const breakeven = MWH * set.efficiency * set.power;
    return {
      revenue, times: revenue / set.ai, hashprice, energy: hashprice / (MWH * set.efficiency),
      breakeven, breakprice: price(breakeven, given.reward, level),
    };
  };
  const priceLike = (lease, set, given) => price(MWH * set.efficiency * lease, given.reward, difficulty(set, given));
  window.pivotScenario = { outcome, priceLike };

  const place = document.getElementById("scenario");
  const read = (key) => Object.fromEntries([...document.querySelectorAll(`[data-${key}]`)].map((one) => [one.dataset[key], Number(one.dataset.value)]));
  const facts = read("fact"), start = read("set");
  const INPUTS = {
    price: ["Price of a bitcoin", "USD", 1000, 500000, 500],
    network: ["Hash rate of the network", "EH/s", 100, 3000, 10],
    efficiency: ["Efficiency of the machines", "J/TH", 5, 60, 0.5],
    power: ["Price of power", "USD per MWh", 0, 200, 1],
    uptime: ["Uptime", "%", 1, 100, 1],
    ai: ["Revenue from AI", "million USD a year", 1, 5000, 1],
  };
  const SCALE = { ai: 1e6 };
  const number = (value, digits = 0) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const dollars = (value, digits = 0) => `$${number(value, digits)}`;
  const large = (value) => value >= 1e9 ? `${dollars(value / 1e9, 2)} billion` : `${dollars(value / 1e6, 1)} million`;
  const OUTPUTS = {
    revenue: ["Mining revenue of the ten, a year", large],
    times: ["That against the revenue from AI", (value) => `${number(value, 1)} times`],
    hashprice: ["Hash price, per PH/s and day", (value) => dollars(value, 2)],
    energy: ["Mining revenue per MWh", (value) => dollars(value, 2)],
    breakeven: ["Hash price that just pays for power", (value) => dollars(value, 2)],
    breakprice: ["Price of a bitcoin that just pays for power", (value) => dollars(value)],
  };
  const element = (name, more = {}, ...children) => {
    const made = Object.assign(document.createElement(name), more);
    made.append(...children);
    return made;
  };

  const query = new URLSearchParams(location.search);
  const set = { ...start };
  for (const [name, [, , low, high]] of Object.entries(INPUTS)) {
    const asked = Number(query.get(name)) * (SCALE[name] || 1);
    if (query.has(name) && asked >= low * (SCALE[name] || 1) && asked <= high * (SCALE[name] || 1)) set[name] = asked;
  }

  const fields = {};
  const form = element("form", { className: "controls", autocomplete: "off" });
  for (const [name, [label, unit, min, max, step]] of Object.entries(INPUTS)) {
    const id = `scenario-${name}`;
    const exact = element("input", { type: "number", id, name, min, max, step: "any", inputMode: "decimal" });
    const rough = element("input", { type: "range", min, max, step, ariaLabel: `${label}, ${unit}` });
    fields[name] = [exact, rough];
    for (const field of fields[name]) {
      field.addEventListener("input", () => {
        if (!field.value || !field.checkValidity()) return; // half typed
        set[name] = Number(field.value) * (SCALE[name] || 1);
        show(field);
      });
    }
    form.append(element("div", { className: "control" }, element("label", { htmlFor: id }, label, " ", element("span", { className: "unit" }, unit)), exact, rough));
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.append(element("button", { type: "button", className: "button", textContent: "As it was on that day", onclick: () => { Object.assign(set, start); show(); } }));

  const outputs = {}, list = element("dl", { className: "outcome" });
  for (const [name, [label]] of Object.entries(OUTPUTS)) {
    outputs[name] = element("dd");
    list.append(element("div", {}, element("dt", {}, label), outputs[name]));
  }
  const says = element("p", { className: "says" });
  says.setAttribute("role", "status");

  const leases = [...document.querySelectorAll("[data-lease]")].map((one) => [one, Number(one.dataset.value)]);
  const scenarios = [...document.querySelectorAll("[data-scenario]")].map((name) => {
    const row = name.closest("tr");
    const own = { ...start, ...Object.fromEntries([...row.querySelectorAll("[data-own]")].map((one) => [one.dataset.own, Number(one.dataset.value)])) };
    const button = element("button", { type: "button", className: "sort", textContent: name.textContent });
    button.addEventListener("click", () => { Object.assign(set, own); show(); place.scrollIntoView({ block: "nearest" }); });
    name.replaceChildren(button);
    return [button, own];
  });

  const round = (value) => Number(value.toPrecision(6));
  const show = (source) => {
    const out = outcome(set, facts);
    for (const [name, [, format]] of Object.entries(OUTPUTS)) outputs[name].textContent = format(out[name]);
    const state = new URLSearchParams();
    for (const [name, pair] of Object.entries(fields)) {
      const value = round(set[name] / (SCALE[name] || 1));
      for (const field of pair) if (field !== source) field.value = value;
      if (set[name] !== start[name]) state.set(name, value);
    }
    try { history.replaceState(null, "", `${location.pathname}${state.size ? `?${state}` : ""}${location.hash}`); } catch { /* from a folder */ }
    const more = leases.filter(([, pays]) => out.energy > pays).length;
    for (const [cell, pays] of leases) cell.textContent = dollars(priceLike(pays, set, facts));
    says.textContent = `With a bitcoin at ${dollars(set.price)}, the ten miners earn ${large(out.revenue)} a year by mining, ${number(out.times, 1)} times the revenue from AI. `
      + `A megawatt-hour earns ${dollars(out.energy)} in mining and costs ${dollars(set.power)}; mining pays ${more ? `more than ${more}` : "less than each"} of the ${leases.length} contracts below.`;
    for (const [button, own] of scenarios) button.setAttribute("aria-pressed", String(Object.keys(own).every((name) => own[name] === set[name])));
  };
  place.replaceChildren(says, form, list);
  show();
})();
