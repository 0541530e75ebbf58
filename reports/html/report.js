"use strict";
const root = document.documentElement, all = (query, of = document) => [...of.querySelectorAll(query)];
const figures = new Map(JSON.parse(document.getElementById("drawn").textContent).map(each => [each.id, each]));
const filters = document.getElementById("filters"), drawn = new Set(), inView = new Set();
let printing = false, results = null, headers = [];

// --- numbers and texts -------------------------------------------------------------------------------------------------
function short(value, digits = 3) {
  if (value === null || value === undefined) return "-";
  const decimals = value === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
const escaped = text => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const interval = (low, high) => low === null || high === null ? "" : ` [${short(low)}, ${short(high)}]`;

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
function table(caption, headers, rows) {
  const made = element("table", null), head = element("tr", null), body = element("tbody", null);
  const title = element("caption", null);
  title.append(element("span", caption));
  made.append(title);
  for (const [text, meaning] of headers) head.append(element("th", text, { scope: "col", ...(meaning ? { title: meaning } : {}) }));
  for (const row of rows) {
    const line = element("tr", null);
    line.append(...row.map((each, i) => i ? element("td", each) : element("th", each, { scope: "row" })));
    body.append(line);
  }
  const top = element("thead", null);
  top.append(head);
  made.append(top, body);
  const region = element("div", null, { class: "wide", role: "region", "aria-label": caption, tabindex: "0" });
  region.append(made);
  return region;
}

// --- filters -----------------------------------------------------------------------------------------------------------
const chosen = () => new Set(all("[name=backend]:checked", filters).map(each => each.value));
function fits(of) {
  return ["family", "dataset", "axis"].every(name => {
    const wanted = filters.elements[name].value;
    return !wanted || of[name] === wanted;
  });
}
function filter() {
  const arms = chosen(), unmeasured = filters.elements.unmeasured.checked;
  for (const node of all("[data-measured]")) {
    node.hidden = !fits(node.dataset) || (node.dataset.measured === "no" && !unmeasured);
  }
  for (const node of all("[data-backend]")) {
    const known = filters.querySelector(`[name=backend][value="${CSS.escape(node.dataset.backend)}"]`);
    node.hidden = known !== null && !arms.has(node.dataset.backend);
  }
  const shown = all("figure").filter(node => !node.hidden).length;
  document.getElementById("count").textContent = `${shown} of ${figures.size} figures`;
  for (const node of drawn) if (!inView.has(node)) erase(node);
  for (const node of inView) draw(node);
  for (const node of all("details.numbers[open]")) numbers(node);
  if (document.getElementById("raw").open) groups();
}
// All pairs of six backends are fifteen lines: beyond six, only those drawn by default.
function shownSeries(figure) {
  const arms = chosen(), mine = figure.series.filter(each => each.arms.every(arm => arms.has(arm)));
  const main = mine.filter(each => each.main);
  return mine.length > 6 && main.length ? main : mine;
}

// --- drawing -----------------------------------------------------------------------------------------------------------
function plotly() {
  if (!window.Plotly) document.head.append(element("script", document.getElementById("plotly").textContent));
  return window.Plotly;
}
function line(each, figure) {
  const name = each.arms.join(" / "), spots = new Map(each.spots.map(spot => [spot[0], spot]));
  const rows = figure.ticks.map(tick => spots.get(tick) ?? [tick, null, null, null, null, 0, "", ""]);
  const beyond = (from, to) => rows.map(row => row[from] === null || row[to] === null ? 0 : Math.abs(row[from] - row[to]));
  return {
    name, x: rows.map(row => row[1] ?? row[0]), y: rows.map(row => row[2]), mode: "lines+markers", connectgaps: false,
    line: { color: each.colour, dash: each.dash, width: 2 }, error_y: {
      type: "data", symmetric: false, array: beyond(4, 2), arrayminus: beyond(2, 3), color: each.colour, thickness: 1.5, width: 3,
    },
    marker: { symbol: each.symbol, size: 9, color: each.colour, line: { width: 1, color: ink() } },
    text: rows.map(row => `${escaped(name)} at ${row[0]}: <b>${short(row[2])}</b> ${figure.unit}${interval(row[3], row[4])}` +
      `<br>n = ${row[5]}, ${escaped(row[7])}`), hovertemplate: "%{text}<extra></extra>",
  };
}
function band(each) {
  const [first, last] = each.x, name = `study: ${each.arms.join(" / ")}, ${each.text}`;
  return {
    name, x: [first, last, last, first, first], y: [each.low, each.low, each.high, each.high, each.low], mode: "lines",
    fill: "toself", fillpattern: { shape: each.hatch, fgcolor: each.colour + "70", bgcolor: each.colour + "20", size: 7, solidity: 0.12 },
    line: { color: each.colour, width: 1, dash: each.dash }, hoveron: "fills",
    hoverinfo: "name", hoverlabel: { namelength: -1 },
  };
}
const ink = () => getComputedStyle(root).getPropertyValue("--ink").trim();
function layout(figure, narrow) {
  const grid = getComputedStyle(root).getPropertyValue("--line").trim();
  const axis = { gridcolor: grid, linecolor: grid, zeroline: false, fixedrange: true, automargin: true };
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: ink(), size: 12 }, hovermode: "closest",
    margin: { t: 10, r: 10, l: narrow ? 45 : 60, b: 45 }, dragmode: false,
    legend: { orientation: "h", y: -0.22, yanchor: "top", x: 0, font: { size: narrow ? 10 : 11 } },
    xaxis: { ...axis, type: figure.log ? "log" : "linear", tickvals: figure.ticks, ticktext: figure.ticks.map(String),
      title: { text: figure.x, standoff: 8, font: { size: 12 } } },
    yaxis: { ...axis, type: figure.ratio ? "log" : "linear", rangemode: "tozero", title: { text: figure.y, standoff: 8, font: { size: 12 } },
      ...(figure.ratio ? { tickvals: [.05, .1, .2, .3, .5, .7, 1, 1.5, 2, 3, 5, 7, 10, 20, 50, 100] } : { tickformat: ",~g" }) },
    yaxis2: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true },
    shapes: figure.ratio ? [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 1, y1: 1, line: { color: ink(), width: 1 } }] : [],
  };
}
function draw(node) {
  const place = node.querySelector(".plot"), figure = figures.get(node.id);
  if (!place || !figure || node.hidden) return;
  const arms = chosen(), narrow = place.clientWidth < 480, shown = shownSeries(figure);
  const traces = figure.bands.filter(each => each.arms.every(arm => arms.has(arm)) || !figure.series.length).map(band);
  traces.push(...shown.filter(each => each.spots.some(spot => spot[2] !== null)).map(each => line(each, figure)));
  const failed = figure.failures.map(([x, texts]) => [x, texts.filter(text => arms.has(text.split(":")[0])).join(", ")])
    .filter(each => each[1]);
  if (failed.length) traces.push({
    name: "no result", x: failed.map(each => each[0]), y: failed.map(() => 0.95), yaxis: "y2", mode: "markers+text",
    marker: { symbol: "x", size: 11, color: ink() }, text: failed.map(each => escaped(each[1])), textposition: "bottom left",
    textfont: { color: ink() }, cliponaxis: false, hovertemplate: "%{text}<extra></extra>",
  });
  const size = printing ? { width: 660, height: figure.bands.length ? 400 : 330 } : { autosize: true };
  plotly().react(place, traces, { ...layout(figure, narrow), ...size }, { displayModeBar: false, responsive: !printing });
  drawn.add(node);
}
function erase(node) {
  const place = node.querySelector(".plot");
  if (place) window.Plotly?.purge(place);
  drawn.delete(node);
}
function numbers(node) {
  const figure = figures.get(node.closest("figure").id);
  const rows = shownSeries(figure).flatMap(each => each.spots.map(([x, , value, low, high, runs, outcome, note]) => [
    each.arms.join(" / "), x, value === null ? outcome : short(value), short(low), short(high), runs, note]));
  node.querySelector(".wide")?.remove();
  const headers = ["backends", figure.x, figure.y, "from", "to", "n", "interval and remarks"].map(each => [each]);
  node.append(table(`Numbers of ${figure.id.replace("-", " ")}`, headers, rows));
}

// --- raw rounds --------------------------------------------------------------------------------------------------------
function read() {
  if (results) return results;
  const { columns, named, texts, rows, headers: shown } = JSON.parse(document.getElementById("results").textContent);
  headers = shown;
  const plain = columns.map(name => !named.includes(name));
  return results = rows.map(row => Object.fromEntries(row.map((value, i) => [columns[i], plain[i] ? value : texts[value]])));
}
function groups() {
  const arms = chosen(), by = new Map();
  for (const each of read()) {
    if (!fits(each) || !arms.has(each.backend)) continue;
    if (!by.has(each.group)) by.set(each.group, []);
    by.get(each.group).push(each);
  }
  document.getElementById("groups").replaceChildren(...[...by].map(([name, mine]) => {
    const node = element("details", null);
    node.append(element("summary", `${name}: ${mine.length} results`));
    node.addEventListener("toggle", () => {
      if (!node.open || node.querySelector("table")) return;
      const cell = value => Array.isArray(value) ? value.join(" ") : value ?? "-";
      node.append(table(name, headers.map(([, title, meaning]) => [title, meaning]), mine.map(each => headers.map(([name]) => cell(each[name])))));
    });
    return node;
  }));
}

// --- theme, links, print -----------------------------------------------------------------------------------------------
const dark = matchMedia("(prefers-color-scheme: dark)");
function theme(name) {
  root.dataset.theme = name;
  for (const node of drawn) if (!inView.has(node)) erase(node);
  for (const node of inView) draw(node);
}
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.hidden) {
    filters.reset();
    filters.elements.unmeasured.checked = target.dataset.measured === "no";
    filter();
  }
  if (target?.matches("details")) target.open = true;
  target?.scrollIntoView();
}
const observer = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) { inView.delete(target); continue; }
    inView.add(target);
    if (!drawn.has(target)) draw(target);
  }
}, { rootMargin: "300px" });

root.dataset.theme = dark.matches ? "dark" : "light";
dark.addEventListener("change", () => theme(dark.matches ? "dark" : "light"));
document.getElementById("theme").addEventListener("click", () => theme(root.dataset.theme === "dark" ? "light" : "dark"));
filters.addEventListener("change", filter);
filters.addEventListener("submit", event => event.preventDefault());
for (const node of all("details.numbers")) node.addEventListener("toggle", () => node.open && numbers(node));
document.getElementById("raw").addEventListener("toggle", event => event.target.open && event.target.id === "raw" && groups());
addEventListener("hashchange", reveal);
addEventListener("beforeprint", () => {
  printing = true;
  root.dataset.before = root.dataset.theme;
  root.dataset.theme = "light";
  for (const node of all("figure")) draw(node);
});
addEventListener("afterprint", () => {
  printing = false;
  for (const node of [...drawn]) erase(node);
  theme(root.dataset.before);
});
filter();
if (location.hash) reveal();
requestAnimationFrame(() => setTimeout(() => all("figure").forEach(node => observer.observe(node))));
