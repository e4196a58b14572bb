// The panels under the timeline: frames, the next request to the model, the waits, the cost.

import { $, clock, el, following, json, keyed, seconds, write } from "./dom.js";
import { unheard } from "./phone.js";

// Frames

const ARROWS = { in: "→", out: "←", "gateway-error": "⚠" };
const SENDERS = { in: "from Twilio", out: "to Twilio", "gateway-error": "from the gateway itself" };

export function drawFrames(frames) {
  const all = [...frames].filter(([, frame]) => !($("quiet-frames").checked && frame.kind === "info"));
  const none = all.length ? [] : [["none", null]];
  following($("frames"), () => keyed($("frames"), [...all, ...none], ([id]) => id, makeFrame, () => {}));
}

function makeFrame([, frame]) {
  if (frame === null) return nothing("Every message between Twilio and your functions will appear here.");
  const row = el("details", { class: `frame ${frame.lane}` });
  const arrow = el("span", { class: "arrow", title: SENDERS[frame.lane] }, ARROWS[frame.lane]);
  const sender = el("span", { class: "unseen" }, SENDERS[frame.lane]);
  row.append(el("summary", {}, el("time", {}, seconds(frame.at)), arrow, sender, el("b", {}, frame.kind), el("span", { class: "what" }, frame.label)));
  row.addEventListener("toggle", () => row.open && row.childElementCount === 1 && row.append(json(frame.json)));
  return row;
}

const nothing = (text) => el("p", { class: "nothing" }, text);

// The next request to the model

export function drawHistory(history) {
  const list = $("history");
  if (!history) {
    list.replaceChildren(nothing("The request to the model when the caller speaks next."));
    return;
  }
  const rows = [
    { who: "system", text: history.prompt, tools: history.tools, version: versionOf(history) },
    ...history.rows,
    { who: "next", text: "what the caller says next" },
  ];
  following(list, () => list.replaceChildren(...rows.map(makeRow)));
}

function versionOf({ agent, version, today }) {
  if (!agent) return "";
  const known = version ? `agent: ${agent}, version ${version}` : `agent: ${agent}`;
  return today ? `${known}; this is the prompt of today, as that version's is not stored` : known;
}

const ROLES = { system: "prompt", caller: "user", agent: "assistant", tools: "tools", next: "user" };

function makeRow(row) {
  const body = el("div", { class: "body" });
  if (row.text) body.append(el("span", {}, row.text));
  for (const ask of row.asks ?? []) body.append(el("code", {}, ask));
  for (const answer of row.answers ?? []) body.append(el("code", { class: answer.failed ? "bad" : "" }, answer.text || "(nothing)"));
  if (row.tools?.length) body.append(el("small", {}, `tools: ${row.tools.join(", ")}`));
  if (row.version) body.append(el("small", { class: "version" }, row.version));
  if (row.unheard) body.append(" ", unheard(row.unheard));
  return el("div", { class: `row ${row.who}` }, el("span", { class: "role" }, ROLES[row.who]), body);
}

// What was waited for

const STAGES = {
  table: "read the call so far",
  model: "wait for the model",
  words: "send the first words",
  voice: "begin to speak them",
};

export function drawWaits(waits) {
  const list = $("waits");
  if (!waits.length) {
    list.replaceChildren(nothing("From the caller's last word to the agent's first, turn by turn."));
    return;
  }
  const most = Math.max(600, ...waits.map((wait) => wait.total ?? 0));
  const legend = el("p", { class: "legend" }, ...Object.entries(STAGES).map(([name, text]) => el("span", { class: name }, text)));
  following(list, () => list.replaceChildren(legend, ...waits.map((wait) => makeWait(wait, most))));
}

function makeWait(wait, most) {
  const bar = el("div", { class: "stages" });
  for (const stage of wait.stages) {
    const part = el("span", { class: stage.name, title: `${STAGES[stage.name]}: ${Math.round(stage.to - stage.from)} ms` });
    part.style.setProperty("width", `${((stage.to - stage.from) / most) * 100}%`);
    bar.append(part);
  }
  const total = wait.total === null ? "…" : `${Math.round(wait.total)} ms`;
  const how = wait.how && wait.how !== "complete" ? el("small", {}, wait.how) : null;
  const told = wait.stages.map((one) => `${STAGES[one.name]} until ${Math.round(one.to)} ms`).join(", ");
  return el("div", { class: "wait" }, el("p", {}, el("span", {}, wait.caller), how, el("b", {}, total)), bar, el("span", { class: "unseen" }, told));
}

// What it costs

const dollars = (amount) => (amount === null ? "not known" : `$${amount.toFixed(amount < 0.01 ? 6 : 4)}`);

export function drawCost(cost) {
  if (!cost) {
    $("cost").replaceChildren(nothing("Twilio's minutes, the model's tokens and AWS, at list prices."));
    return;
  }
  const { usage } = cost;
  const cached = usage.cache_read + usage.cache_write ? `, ${usage.cache_read} read from and ${usage.cache_write} written to the cache` : "";
  const tokens = `${usage.input} in, ${usage.output} out${cached}`;
  const rows = [
    ["Twilio", `${cost.minutes.toFixed(2)} minutes`, cost.twilio],
    [cost.offline ? "Model, if it were Haiku 5.5" : "Model", tokens, cost.model],
    ["AWS, about", "functions, table and messages", cost.aws],
    ["All", "", cost.total],
  ];
  const cells = ([name, what, amount]) => el("tr", {}, el("th", { scope: "row" }, name, el("small", {}, what)), el("td", {}, dollars(amount)));
  $("cost").replaceChildren(el("table", {}, el("tbody", {}, ...rows.map(cells))));
}

export function drawSums({ cost, call, desk, step }, key) {
  const goesOn = call !== null && desk?.call?.sid === call.sid && desk.call.state !== "over" && step === null;
  write($("sum-time"), clock(goesOn ? Date.now() - call.began : (call?.last ?? 0)));
  write($("sum-tokens"), cost ? String(cost.usage.input + cost.usage.output) : "0");
  write($("sum-cost"), `$${(cost?.total ?? 0).toFixed(4)}`);
  $("save").hidden = !call;
  if (call) $("save").href = `/log/${encodeURIComponent(call.sid)}?key=${key}`;
}
