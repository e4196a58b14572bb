// Three views of the calls of one stage. The data comes from this page's own server; uPlot draws the charts.

const meta = (name) => document.querySelector(`meta[name=${name}]`).content;
const $ = (selector) => document.querySelector(selector);
const VIEWS = ["calls", "day", "agents"];
// Each column: its title, its key in a row, how a value is written, and for numbers their unit on a phone.
const CALLS = [
  ["When (UTC)", "began", (row) => new Date(row.began).toISOString().slice(0, 19).replace("T", " ")],
  ["Caller", "caller_mark", (row) => row.caller_mark || "withheld"],
  ["Agent", "agent", (row) => row.agent || "–"],
  ["Lasted", "seconds", (row) => `${Math.floor(row.seconds / 60)}:${String(row.seconds % 60).padStart(2, "0")}`, "min"],
  ["Ended", "ending", (row) => row.ending],
  ["First words", "first_words_p50_ms", (row) => ms(row.first_words_p50_ms), ""],
  ["Cents", "cents", (row) => row.cents.toFixed(2), "cents"],
  ["Errors", "errors", (row) => String(row.errors), "errors"],
  ["Summary", "summary", (row) => row.summary],
];
const AGENTS = [
  ["Agent", "agent"], ["Calls", "calls", null, ""], ["Seconds", "seconds", null, ""], ["Turns", "turns", null, ""],
  ["First words p50", "p50_ms", (one) => ms(one.p50_ms), ""], ["p90", "p90_ms", (one) => ms(one.p90_ms), ""],
  ["Handed off", "handed_off", null, ""], ["Errors", "errors", null, ""], ["Cents a call", "cents", (one) => one.cents.toFixed(2), ""],
];

let found = { rows: [], agents: [], whole: true };
let figures = null;
let order = { by: "began", down: true };
let charts = [];

const WHOLE = [1, 2, 5].flatMap((step) => [step, step * 10, step * 100, step * 1000, step * 10000]).sort((a, b) => a - b);
const ms = (value) => (value === null ? "–" : `${value} ms`);

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

async function get(path) {
  const answer = await fetch(`${path}${path.includes("?") ? "&" : "?"}key=${meta("key")}`);
  const body = answer.headers.get("content-type").includes("json") ? await answer.json() : { error: await answer.text() };
  $("#fault").hidden = answer.ok;
  for (const reading of answer.ok ? [] : ["#more", "#of"]) note(reading, "");
  if (!answer.ok) throw new Error(($("#fault").textContent = body.error));
  return body;
}

function head(table, columns, sort) {
  const cells = columns.map(([title, key, , unit]) => {
    const cell = element("th", sort ? "" : title, { scope: "col", ...(unit === undefined ? {} : { class: "number" }) });
    if (!sort) return cell;
    if (order.by === key) cell.setAttribute("aria-sort", order.down ? "descending" : "ascending");
    const button = element("button", title + (order.by === key ? (order.down ? " ↓" : " ↑") : ""));
    button.addEventListener("click", () => sort(key));
    cell.append(button);
    return cell;
  });
  const row = element("tr");
  row.append(...cells);
  table.querySelector("thead").replaceChildren(row);
}

function cells(columns, one) {
  const row = element("tr");
  row.append(...columns.map(([, key, text, unit]) => {
    const value = text ? text(one) : String(one[key] ?? "–");
    const number = unit === undefined ? {} : { class: "number", ...(unit ? { "data-unit": unit } : {}) };
    return element("td", value, { ...number, ...(value.length > 24 ? { title: value } : {}) });
  }));
  return row;
}

function showCalls() {
  const { agent, ending } = Object.fromEntries(new FormData($("#filters")));
  const rows = found.rows.filter((row) => (!agent || row.agent === agent) && (!ending || row.ending === ending));
  const sign = order.down ? -1 : 1;
  const value = (row) => row[order.by] ?? -1;
  rows.sort((a, b) => sign * (value(a) > value(b) ? 1 : value(a) < value(b) ? -1 : 0));
  head($("#list"), CALLS, (key) => {
    order = { by: key, down: order.by === key ? !order.down : true };
    showCalls();
    $("#list th[aria-sort] button").focus();
  });
  $("#list tbody").replaceChildren(...rows.map((row) => {
    const line = cells(CALLS, row);
    const open = element("button", line.firstChild.textContent);
    open.addEventListener("click", () => showOne(row.call, row.summary));
    line.firstChild.replaceChildren(open, " ", element("a", "Replay", replayOf(row.call)));
    line.lastChild.replaceChildren(element("span", row.summary));
    return line;
  }));
  $("#none").hidden = rows.length > 0;
  note("#more", found.whole ? "" : `These are the newest ${found.rows.length} calls of these days. Choose fewer days, or: make calls`);
}

function replayOf(call) {
  return { href: `/replay/${encodeURIComponent(call)}?key=${meta("key")}`, target: "_blank", rel: "noopener", title: "Moment by moment, in a new tab" };
}

function note(place, text) {
  $(place).textContent = text;
  $(place).hidden = !text;
}

async function showOne(call, summary) {
  const { transcript } = await get(`/call/${call}`);
  note("#one .note", summary);
  $("#one pre").textContent = transcript || "Nothing was said.";
  const stage = meta("stage");
  $("#one code").textContent = `make call CALL=${call} STAGE=${stage}`;
  for (const [name, value] of Object.entries(replayOf(call))) $("#one a").setAttribute(name, value);
  $("#one").showModal();
}

function pairs(table, values) {
  table.replaceChildren(...Object.entries(values).map(([name, value]) => cells([["", 0], ["", 1, null, ""]], [name, value])));
}

async function showDay() {
  const day = $("#view-day input").value;
  if (!day) return;
  note("#of", "Reading the calls of this day …");
  figures = await get(`/day/${day}`);
  const facts = {
    Calls: figures.calls, "First words p50": ms(figures.p50_ms), "First words p90": ms(figures.p90_ms),
    Interruptions: figures.interruptions, Errors: figures.errors,
  };
  $("#facts").replaceChildren(...Object.entries(facts).map(([name, value]) => {
    const box = element("div");
    box.append(element("dt", name), element("dd", String(value)));
    return box;
  }));
  const part = figures.read < figures.calls ? `Times, interruptions and cents are those of the newest ${figures.read} calls of this day.` : "";
  note("#of", figures.calls ? part : "No call began on this day.");
  pairs($("#endings"), figures.endings);
  pairs($("#cents"), Object.fromEntries(Object.entries(figures.cents).map(([name, cents]) => [name, cents === null ? "unknown" : cents.toFixed(2)])));
  $("#view-day .charts").hidden = !figures.calls;
  draw();
}

function showAgents() {
  const days = $("#filters").elements.days.value;
  note("#span", found.agents.length ? `Calls of the last ${days === "1" ? "day" : `${days} days`}, as chosen under Calls.` : "There is no call yet to compare.");
  for (const place of ["#view-agents figure", "#view-agents .wide"]) $(place).hidden = !found.agents.length;
  head($("#compared"), AGENTS);
  $("#compared tbody").replaceChildren(...found.agents.map((one) => cells(AGENTS, one)));
  draw();
}

function bars(place, labels, series) {
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 } };
  const parts = series.map(([name, , tone], at) => ({
    label: name, fill: color(tone), stroke: color(tone), points: { show: false },
    paths: uPlot.paths.bars({ size: [0.7 / series.length, 60], align: series.length === 1 ? 0 : at ? 1 : -1 }),
  }));
  const x = labels.map((_, at) => at);
  const width = Math.max(place.clientWidth, 240);
  const letters = Math.max(3, Math.floor((width - 60) / labels.length / 8));  // a letter is about 7 pixels wide
  const short = labels.map((label) => (label.length > letters ? `${label.slice(0, letters - 1)}…` : label));
  const every = Math.ceil((labels.length * 20) / (width - 60));
  const options = {
    width, height: 220, legend: { show: series.length > 1, live: false }, cursor: { drag: { x: false } },
    scales: { x: { time: false, range: [-0.6, labels.length - 0.4] }, y: { range: (_, low, high) => [0, Math.max(high * 1.08, 1)] } },
    axes: [{ ...axis, splits: () => x.filter((at) => at % every === 0), values: (_, splits) => splits.map((at) => short[at]) }, { ...axis, incrs: WHOLE }],
    series: [{ label: "" }, ...parts],
  };
  place.replaceChildren();
  const drawn = series.map(([, values]) => values.map((value) => value || null));  // no line where nothing is
  charts.push(new uPlot(options, [x, ...drawn], place));
}

function draw() {
  for (const chart of charts) chart.destroy();
  charts = [];
  if (!$("#view-day").hidden && figures) bars($("#hours"), figures.by_hour.map((_, hour) => String(hour)), [["Calls", figures.by_hour, "--accent"]]);
  if (!$("#view-agents").hidden && found.agents.length) {
    const values = (key) => found.agents.map((one) => one[key]);
    bars($("#waits"), values("agent"), [["p50", values("p50_ms"), "--accent"], ["p90", values("p90_ms"), "--second"]]);
  }
}

function fill(select, values) {
  const kept = select.value;
  select.replaceChildren(element("option", "all", { value: "" }), ...values.map((one) => element("option", one)));
  select.value = values.includes(kept) ? kept : "";
}

async function load() {
  note("#more", "Reading the calls …");
  found = await get(`/calls?days=${$("#filters").elements.days.value}`);
  const each = (key) => [...new Set(found.rows.map((row) => row[key]).filter(Boolean))].sort();
  fill($("#filters").elements.agent, each("agent"));
  fill($("#filters").elements.ending, each("ending"));
  show();
}

function show() {
  const view = VIEWS.includes(location.hash.slice(1)) ? location.hash.slice(1) : "calls";
  for (const one of VIEWS) {
    $(`#view-${one}`).hidden = one !== view;
    const link = $(`nav a[href="#${one}"]`);
    one === view ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  ({ calls: showCalls, day: showDay, agents: showAgents })[view]();
}

$("#view-day input").value = new Date().toISOString().slice(0, 10);
$("#view-day input").addEventListener("change", showDay);
$("#filters").addEventListener("change", (event) => (event.target.name === "days" ? load() : showCalls()));
$("#one button").addEventListener("click", () => $("#one").close());
addEventListener("hashchange", show);
addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
load();
