// The table of products: search, order, pictures and the download. All numbers stand in the page; nothing is fetched.
"use strict";

const ROWS = 25; // shown at first, and added by "Show more"
const SVG = "http://www.w3.org/2000/svg";
const find = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

const isNumber = (value) => value !== null && !Number.isNaN(value);
const writeUnits = (units) =>
  isNumber(units) ? (Math.abs(units) >= 99.95 ? whole : tenths).format(units) : "–";
const writeChange = (share) => {
  const percent = Math.round(1000 * share) / 10 || 0; // no -0
  return isNumber(share) ? `${percent > 0 ? "+" : ""}${tenths.format(percent)} %` : "–";
};
const writeRange = (low, high) => (isNumber(low) ? `${writeUnits(low)} to ${writeUnits(high)}` : "–");

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function makeButton(text, action) {
  const button = make("button", { type: "button", class: "plain" }, text);
  button.addEventListener("click", action);
  return button;
}

// Numbers come as little-endian bytes in base64; the largest whole number stands for no number.
function unpack({ kind, shape, data }) {
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  const values = { u1: Uint8Array, u2: Uint16Array, f4: Float32Array }[kind];
  const none = { u1: 255, u2: 65535 }[kind];
  const flat = new values(bytes.buffer);
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return (row, place = 0) => {
    const value = flat[row * size + place];
    return value === none ? NaN : value;
  };
}

function readListing() {
  const told = JSON.parse(find("listing").textContent);
  const weeks = told.sold.shape[1];
  const horizon = told.coming.shape[1];
  const before = told.pastWeeks.indexOf(told.asOf);
  const [sold, past, coming, answers, moved] = ["sold", "past", "coming", "answers", "moved"].map((name) =>
    unpack(told[name]),
  );
  const readPast = (row, place) =>
    [0, 1, 2].map((part) => past(row, 3 * place + part));
  const products = told.codes.map((code, row) => {
    const [low, forecast, high] = before < 0 ? [NaN, NaN, NaN] : readPast(row, before);
    const last = sold(row, weeks - 1);
    const recent = [1, 2, 3, 4].filter((back) => back <= weeks).map((back) => sold(row, weeks - back)).filter(isNumber);
    const lately = recent.reduce((sum, units) => sum + units, 0) / recent.length;
    const [p10, units, p90, mean] = [0, 1, 2, 3].map((part) => coming(row, part));
    const outside = last < low || last > high;
    const [method, reason] = told.methods[answers(row)];
    const notes = [["", "new", "back"][moved(row)], outside ? "outside last week" : "", method].filter(Boolean);
    return {
      row, code, last, forecast, low, high, units, p10, p90, mean, outside, method, reason, notes,
      missed: isNumber(forecast) ? Math.abs(last - forecast) : NaN,
      change: lately ? mean / lately - 1 : NaN,
      moved: moved(row) > 0,
    };
  });
  const aside = told.setAside.map(([code, rule, value, line]) => ({
    code, aside: true, notes: [`set aside: ${rule}${value ? ` (${value})` : ""}, line ${line}`],
    last: NaN, forecast: NaN, units: NaN, p10: NaN, p90: NaN, change: NaN, missed: NaN,
  }));
  return { ...told, weeks, horizon, before, soldOf: sold, comingOf: coming, readPast, products: [...products, ...aside] };
}

const listing = { products: [] };
const view = { key: "units", down: true, shown: ROWS, open: null };

const nameWeek = (week) => `W${week}`;
function dateOf(week) {
  if (!listing.start) return "";
  const day = new Date(`${listing.start}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 7 * week);
  return day.toISOString().slice(0, 10);
}

function listColumns() {
  const [now, next] = [nameWeek(listing.asOf), nameWeek(listing.asOf + 1)];
  const published = listing.before < 0 ? [] : [
    { key: "forecast", title: `Forecast for ${now}`, write: (product) => writeUnits(product.forecast) },
    { key: "missed", title: "Missed by", write: (product) => writeUnits(product.missed) },
  ];
  return [
    { key: "code", title: "Product", text: true },
    { key: "units", title: `Expected in ${next}`, write: (product) => writeUnits(product.units) },
    { key: "p90", title: "80 % interval", write: (product) => writeRange(product.p10, product.p90) },
    { key: "change", title: "Against last 4 weeks", write: (product) => writeChange(product.change) },
    { key: "last", title: `Sold in ${now}`, write: (product) => writeUnits(product.last) },
    ...published,
    { key: "notes", title: "Note", text: true, write: (product) => product.notes.join(", ") },
  ];
}

const FILTERS = {
  all: () => true,
  outside: (product) => product.outside,
  moved: (product) => product.moved,
  others: (product) => Boolean(product.method),
  aside: (product) => Boolean(product.aside),
};

function select() {
  const asked = find("search").value.trim().toLowerCase();
  const isAsked = FILTERS[find("filter").value];
  const chosen = listing.products.filter(
    (product) => isAsked(product) && (!asked || product.code.toLowerCase().includes(asked)),
  );
  const sign = view.down ? -1 : 1;
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  return chosen.sort((one, other) => {
    const [left, right] = [one[view.key], other[view.key]];
    if (typeof left === "number") {
      const known = isNumber(right) - isNumber(left); // what has no number comes last
      return known || (isNumber(left) && sign * (left - right)) || compare(one.code, other.code);
    }
    return sign * compare(`${left}`, `${right}`) || compare(one.code, other.code);
  });
}

function show() {
  view.width = innerWidth;
  const chosen = select();
  const body = find("table").tBodies[0];
  body.replaceChildren(...chosen.slice(0, view.shown).flatMap((product) => makeRows(product)));
  const shown = Math.min(view.shown, chosen.length);
  const noun = chosen.length === 1 ? "product" : "products";
  find("count").textContent =
    `${whole.format(chosen.length)} ${noun}${shown < chosen.length ? `, the first ${shown} shown` : ""}`;
  find("more").hidden = shown === chosen.length;
  tellScrolling();
}

function makeRows(product) {
  const cells = listing.columns.slice(1).map(({ text, write }) =>
    make("td", { class: text ? "words" : "number" }, write(product)),
  );
  const code = product.code.length > 40 ? `${product.code.slice(0, 40)}…` : product.code;
  const label = make("bdi", { title: product.code }, code || "(empty)");
  if (product.aside) return [make("tr", {}, make("th", { scope: "row" }, label), ...cells)];
  const isOpen = view.open === product.row;
  const button = makeButton(label, () => {
    view.open = isOpen ? null : product.row;
    show();
    find("table").querySelector(`[data-row="${product.row}"]`)?.focus();
  });
  button.setAttribute("aria-expanded", isOpen);
  button.setAttribute("data-row", product.row);
  const row = make("tr", {}, make("th", { scope: "row" }, button), ...cells);
  if (!isOpen) return [row];
  const cell = make("td", { colspan: listing.columns.length }, drawProduct(product));
  return [row, make("tr", { class: "picture" }, cell)];
}

function makeHead() {
  const cells = listing.columns.map(({ key, title, text }) => {
    const cell = make("th", { scope: "col", ...(text ? {} : { class: "number" }) });
    cell.append(makeButton(title, () => {
      view.down = view.key === key ? !view.down : !text;
      view.key = key;
      view.shown = ROWS;
      markOrder();
      show();
    }));
    cell.dataset.key = key;
    return cell;
  });
  find("table").tHead.rows[0].replaceChildren(...cells);
  markOrder();
}

function markOrder() {
  for (const cell of find("table").tHead.rows[0].cells) {
    if (cell.dataset.key === view.key) cell.setAttribute("aria-sort", view.down ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  }
}

// The picture of a product: observed weeks, published forecasts of weeks that are over, and the coming ones.
function drawProduct(product) {
  const { row } = product;
  const width = find("frame").clientWidth;
  const height = 220;
  const observed = Array.from({ length: listing.weeks }, (_, at) => [listing.firstWeek + at, listing.soldOf(row, at)]);
  const past = listing.pastWeeks.map((week, at) => [week, ...listing.readPast(row, at)])
    .filter(([week, low]) => isNumber(low) && week >= listing.firstWeek);
  const coming = Array.from({ length: listing.horizon }, (_, at) =>
    [listing.asOf + 1 + at, ...[0, 1, 2].map((part) => listing.comingOf(row, 4 * at + part))]);
  const first = listing.firstKnown.filter(([of, week]) => of === row && week >= listing.firstWeek)
    .map(([, week, units]) => [week, units]);
  const values = [...observed, ...first].map(([, units]) => units);
  const ends = [...past, ...coming].map(([, , , high]) => high);
  const plane = makePlane(width, height, listing.firstWeek, listing.asOf + listing.horizon,
    Math.max(0, ...[...values, ...ends].filter(isNumber)));
  const svg = document.createElementNS(SVG, "svg");
  const last = coming[0];
  const label = `${product.code}: units sold in each week, and forecast; ${nameWeek(last[0])}: ${writeUnits(last[2])}, ` +
    `${writeRange(last[1], last[3])}`;
  for (const [key, value] of [["viewBox", `0 0 ${width} ${height}`], ["role", "img"], ["aria-label", label]]) {
    svg.setAttribute(key, value);
  }
  plane.drawAxes(svg);
  plane.path(svg, "now", `M${plane.x(listing.asOf + 0.5)} 8V${height - 20}`);
  for (const [kind, ranges] of [["past", past], ["coming", coming]]) {
    plane.path(svg, `${kind} band`, ranges.map(([week, low, , high]) => plane.box(week, low, high)).join(""));
    plane.path(svg, `${kind} step`, ranges.map(([week, , units]) => plane.step(week, units)).join(""));
  }
  plane.path(svg, "first step", first.map(([week, units]) => plane.step(week, units)).join(""));
  plane.path(svg, "observed", plane.line(observed));
  const frame = make("div", { class: "frame" }, describe(product, past.length, first.length), svg);
  frame.style.width = `${width}px`; // a table that scrolls is wider than the screen
  return frame;
}

function describe(product, past, first) {
  const parts = [["observed", "sold"], ["past", "published before the week"], ["coming", "forecast"], ["first", "as first known"]];
  const shown = parts.filter(([kind]) => (kind !== "past" || past) && (kind !== "first" || first));
  const legend = make("ul", { class: "legend" });
  for (const [kind, text] of shown) legend.append(make("li", {}, make("i", { class: kind }), text));
  legend.append(make("li", { class: "soft" }, "shaded: 80 % interval"));
  if (product.method) {
    legend.append(make("li", {}, `forecast by ${product.method}${product.reason ? `: ${product.reason}` : ""}`));
  }
  return legend;
}

function makePlane(width, height, firstWeek, lastWeek, highest) {
  const [left, right, top, bottom] = [48, 6, 8, 20];
  const size = 10 ** Math.floor(Math.log10((highest || 1) / 3));
  const tick = [1, 2, 5, 10].map((factor) => factor * size).find((step) => (highest || 1) / step <= 3.0001);
  const ceiling = Math.max(1, Math.ceil(highest / tick - 1e-9)) * tick;
  const round = (value) => Math.round(10 * value) / 10;
  const x = (week) => round(left + ((week - firstWeek + 0.5) / (lastWeek - firstWeek + 1)) * (width - left - right));
  const y = (units) => round(top + (1 - units / ceiling) * (height - top - bottom));
  const append = (svg, name, attributes, text = "") => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    svg.append(element);
  };
  const path = (svg, kind, d) => d && append(svg, "path", { class: kind, d });
  const drawAxes = (svg) => {
    const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
    for (let units = 0; units <= ceiling * 1.0001; units += tick) {
      path(svg, "grid", `M${left} ${y(units)}H${width - right}`);
      append(svg, "text", { x: left - 6, y: y(units), dy: "0.35em", "text-anchor": "end" }, short.format(units));
    }
    const weeks = lastWeek - firstWeek;
    const apart = [1, 2, 4, 13, 26, 52].find((step) => weeks / step < Math.max(3, width / 110)) ?? 52;
    for (let week = listing.asOf; week >= firstWeek; week -= apart) {
      append(svg, "text", { x: x(week), y: height - 4, "text-anchor": "middle" }, nameWeek(week));
    }
  };
  const box = (week, low, high) => `M${x(week - 0.5)} ${y(low)}V${y(high)}H${x(week + 0.5)}V${y(low)}Z`;
  const step = (week, units) => `M${x(week - 0.5)} ${y(units)}H${x(week + 0.5)}`;
  const line = (points) => {
    let pen = "M";
    return points.map(([week, units]) => {
      const part = isNumber(units) ? `${pen}${x(week)} ${y(units)}${pen === "M" ? "h0" : ""}` : "";
      pen = isNumber(units) ? "L" : "M";
      return part;
    }).join("");
  };
  return { x, y, path, drawAxes, box, step, line };
}

// A cell that a spreadsheet would take for a formula is marked as text.
function writeCell(value) {
  const text = typeof value === "number" ? (isNumber(value) ? `${Number(value.toPrecision(7))}` : "") : value;
  const safe = typeof value !== "number" && /^[=+@\t\r-]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function download() {
  const ahead = Array.from({ length: listing.horizon }, (_, at) => at);
  const parts = ["p10", "units", "p90", "mean"];
  const names = ahead.flatMap((at) => parts.map((part) => `${nameWeek(listing.asOf + 1 + at)}_${part}`));
  const head = ["product_code", `sold_${nameWeek(listing.asOf)}`, `forecast_${nameWeek(listing.asOf)}`, ...names, "note"];
  const lines = select().map((product) => {
    const numbers = names.map((_, place) => (product.aside ? NaN : listing.comingOf(product.row, place)));
    return [product.code, product.last, product.forecast, ...numbers, product.notes.join("; ")].map(writeCell).join(",");
  });
  const file = new Blob([`\ufeff${[head.join(","), ...lines].join("\r\n")}\r\n`], { type: "text/csv" });
  const link = make("a", { href: URL.createObjectURL(file), download: `forecast-${nameWeek(listing.asOf)}.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// A table that is larger than its frame says so below it.
function tellScrolling() {
  for (const frame of document.querySelectorAll(".scroll")) {
    const ways = [
      frame.scrollWidth > frame.clientWidth + 1 && "sideways",
      frame.scrollHeight > frame.clientHeight + 1 && "down",
    ].filter(Boolean);
    const hint = frame.nextElementSibling;
    hint.hidden = !ways.length;
    hint.textContent = ways.length ? `This table scrolls ${ways.join(" and ")}.` : "";
  }
}

function linkProducts() {
  const rows = new Map(listing.products.filter(({ aside }) => !aside).map(({ code, row }) => [code, row]));
  for (const name of document.querySelectorAll("[data-product]")) {
    const row = rows.get(name.dataset.product);
    if (row === undefined) continue;
    const button = makeButton("", () => {
      find("search").value = name.dataset.product;
      find("filter").value = "all";
      Object.assign(view, { open: row, shown: ROWS });
      show();
      find("products").scrollIntoView();
      find("table").querySelector(`[data-row="${row}"]`)?.focus({ preventScroll: true });
    });
    name.replaceWith(button);
    button.append(name);
  }
}

// A page that is older than a week says so: there may be a newer one.
function tellAge() {
  const place = find("age");
  const days = place ? Math.floor((Date.now() - Date.parse(place.dataset.ended)) / 86400000) : 0;
  if (days > 7) place.textContent = ` · its sales ended ${whole.format(days)} days ago`;
}

function start() {
  Object.assign(listing, readListing());
  listing.columns = listColumns();
  makeHead();
  find("controls").hidden = find("frame").hidden = false;
  find("controls").addEventListener("submit", (event) => event.preventDefault());
  for (const id of ["search", "filter"]) {
    find(id).addEventListener("input", () => {
      Object.assign(view, { shown: ROWS, open: null });
      show();
    });
  }
  find("download").addEventListener("click", download);
  find("more").addEventListener("click", () => {
    view.shown += ROWS;
    show();
  });
  addEventListener("resize", () => {
    if (view.width !== innerWidth) show();
  });
  if (listing.products.length === 1) view.open = 0;
  show();
  linkProducts();
  tellAge();
}

// After the first paint: what stands above the table can be read before its numbers are.
requestAnimationFrame(() => setTimeout(start));
