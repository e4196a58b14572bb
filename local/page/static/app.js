// The page: the server's messages change one state, which each part draws; the user's actions go back as orders.

import { $, el, keyed, write } from "./dom.js";
import { Phone } from "./phone.js";
import { Timeline } from "./timeline.js";
import { drawCost, drawFrames, drawHistory, drawSums, drawWaits } from "./panels.js";

const KEYED = ["shapes", "frames"];
let key = document.querySelector('meta[name="key"]').content; // admits this page to the server; new in each run
const state = { shapes: new Map(), frames: new Map() };
let socket = null;

function order(given) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(given));
}

const phone = new Phone(order);
const timeline = new Timeline(order);

function connect() {
  socket = new WebSocket(`ws://${location.host}/socket?key=${key}`);
  socket.addEventListener("open", () => {
    lose(false);
    for (const name of KEYED) state[name].clear();
    phone.forget();
  });
  socket.addEventListener("message", (message) => take(JSON.parse(message.data)));
  socket.addEventListener("close", () => {
    lose(true);
    phone.disconnected();
    setTimeout(reconnect, 500);
  });
}

function lose(lost) {
  $("lost").hidden = !lost;
  document.body.classList.toggle("lost", lost);
}

// Find the next run at the same address: it serves the page with another key.
async function reconnect() {
  try {
    const page = await (await fetch("/")).text();
    key = new DOMParser().parseFromString(page, "text/html").querySelector('meta[name="key"]').content;
  } catch {
    setTimeout(reconnect, 1000);
    return;
  }
  connect();
}

function take({ changes, note }) {
  if (note !== undefined) phone.note(note);
  if (!changes) return;
  for (const [name, part] of Object.entries(changes)) {
    if (!KEYED.includes(name)) state[name] = part;
    else {
      for (const id of part.gone) state[name].delete(id);
      for (const [id, item] of Object.entries(part.put)) state[name].set(id, item);
    }
  }
  document.body.classList.remove("loading");
  draw(changes);
}

function draw(changes) {
  const changed = (...names) => names.some((name) => name in changes);
  if (changed("desk")) drawDesk(state.desk);
  if (changed("desk", "lines", "call")) phone.draw(state);
  if (changed("shapes", "steps", "step", "call")) timeline.draw(state);
  if (changed("frames")) drawFrames(state.frames);
  if (changed("history")) drawHistory(state.history);
  if (changed("waits")) drawWaits(state.waits);
  if (changed("cost")) drawCost(state.cost);
  if (changed("calls", "call", "desk")) drawCalls(state);
  if (changed("cost", "call", "desk")) drawSums(state, key);
}

// The list of the run's calls, the newest first.
function drawCalls({ calls, call, desk }) {
  $("run").hidden = desk.mode === "replay" || calls.length < 2;
  keyed(
    $("calls"), calls.toReversed(), (one) => one.sid,
    (one) => el("option", { value: one.sid }),
    (option, one) => write(option, `${new Date(one.at).toLocaleTimeString()} · ${one.agent.replaceAll("_", " ")}`),
  );
  if (call) $("calls").value = call.sid;
}

function drawDesk(desk) {
  const replay = desk.mode === "replay";
  document.body.classList.toggle("replay", replay);
  write($("live"), replay ? "End" : "Live");
  write($("about"), replay ? `replay of ${desk.source}` : desk.model_id || desk.model_label);
  banner($("fault"), desk.fault && `${desk.fault.text} — ${desk.fault.still}`);
  banner($("news"), desk.news);
}

function banner(element, text) {
  element.hidden = !text;
  write(element, text || "");
}

setInterval(() => state.desk && drawSums(state, key), 1000);
$("calls").addEventListener("change", () => order({ do: "choose", call: $("calls").value }));
$("quiet-frames").addEventListener("change", () => drawFrames(state.frames));
connect();
