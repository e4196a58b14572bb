// The softphone: the call's buttons, the conversation as it is heard, the keypad, and the faults.

import { $, el, following, keyed, write } from "./dom.js";
import { Microphone, Speaker } from "./voice.js";

const KEYS = "123456789*0#";

export class Phone {
  #order;
  #speaker = new Speaker();
  #microphone;
  #spoken = null;
  #speaking = false;
  #open = false;

  constructor(order) {
    this.#order = order;
    this.#microphone = new Microphone({ words: (text) => this.#hears(text), said: (text) => this.#say(text) });
    this.#listen();
    $("keys").append(...[...KEYS].map((key) => el("button", { type: "button", onclick: () => this.#press(key) }, key)));
    $("voice").hidden = !this.#speaker.able;
    $("mic").hidden = !this.#microphone.able;
    this.#showVoice();
  }

  // Do not speak the present clauses: after a new connection, or at an earlier moment of the call.
  forget() {
    this.#spoken = null;
  }

  disconnected() {
    this.#speaker.hush();
    this.#enable(false);
  }

  note(text) {
    write($("note"), text);
    clearTimeout(this.noteTimer);
    this.noteTimer = setTimeout(() => write($("note"), ""), 8000);
  }

  draw({ desk, lines, call, step }) {
    if (desk.mode === "replay") {
      write($("state-text"), `A call from ${call?.caller ?? "an unknown number"}, to ${call?.called ?? "an unknown number"}`);
      this.#drawTalk(lines, "");
      return;
    }
    const own = desk.call;
    const under = own !== null && own.state !== "over";
    this.#speaking = lines.some((line) => line.speaking);
    this.#drawNumbers(desk.numbers);
    this.#drawState(own, call);
    this.#enable(own?.state === "open");
    $("call").hidden = under;
    $("hang-up").hidden = !under;
    $("answer").hidden = under || !desk.rings;
    $("number").disabled = under;
    $("who").hidden = under;
    for (const button of document.querySelectorAll("[data-switch]")) {
      button.setAttribute("aria-pressed", String(desk.switches[button.dataset.switch]));
    }
    this.#drawTalk(under && own.sid !== call?.sid ? [] : lines, ending(own, call));
    if (step === null) this.#speak(call, own);
    else this.forget();
  }

  #enable(open) {
    if (open && !this.#open) queueMicrotask(() => $("words").focus());
    this.#open = open;
    for (const id of ["words", "send", "drop", "mic"]) $(id).disabled = !open;
    for (const key of $("keys").children) key.disabled = !open;
    if (!open) this.#microphone.stop();
  }

  #drawNumbers(numbers) {
    keyed(
      $("number"), numbers, (one) => one.number,
      (one) => el("option", { value: one.agent }),
      (option, one) => write(option, `${one.agent.replaceAll("_", " ")} · ${one.number}`),
    );
  }

  #drawState(own, call) {
    const state = own === null ? "idle" : own.state === "open" && this.#speaking ? "speaking" : own.state;
    $("phone").dataset.state = state;
    const seen = call && own?.sid !== call.sid ? "The terminal is on a call." : "There is no call.";
    const errors = own?.errors.length ? ` ${own.errors.at(-1)}` : "";
    const told = {
      idle: seen,
      ringing: "Ringing …",
      open: "The agent listens.",
      speaking: "The agent speaks.",
      over: `The call is over${own?.outcome === "completed" ? "" : ` (${own?.outcome})`}.`,
    };
    write($("state-text"), told[state] + errors);
  }

  #drawTalk(lines, end) {
    const shown = end ? [...lines, { who: "end", text: end }] : lines;
    following($("talk"), () => keyed($("talk"), shown.map((line, number) => ({ ...line, number })), lineKey, makeLine, changeLine));
  }

  // Speak the clauses that have begun since the last time; clauses from before this page was open are not spoken.
  #speak(call, own) {
    const clauses = call && own?.sid === call.sid ? call.clauses : [];
    const known = this.#spoken;
    const before = known === null ? Infinity : known.call === own?.sid ? known.last : -1;
    for (const [number, text] of clauses) {
      if (number > before && own.state === "open") this.#speaker.speak(text, own.language);
    }
    this.#spoken = { call: own?.sid, last: Math.max(-1, ...clauses.map(([number]) => number)) };
  }

  // What the user does

  #listen() {
    $("dial").addEventListener("submit", (event) => {
      event.preventDefault();
      const outbound = $("outbound").checked;
      const parameters = outbound ? $("parameters").value : "";
      this.#order({ do: "call", agent: $("number").value, number: $("caller").value, outbound, parameters });
    });
    $("outbound").addEventListener("change", () => ($("parameters").disabled = !$("outbound").checked));
    $("answer").addEventListener("click", () => this.#order({ do: "answer" }));
    $("hang-up").addEventListener("click", () => this.#do({ do: "hang up" }));
    $("say").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say($("words").value);
      $("words").value = "";
    });
    $("drop").addEventListener("click", () => this.#do({ do: "drop" }));
    $("mic").addEventListener("click", () => $("mic").setAttribute("aria-pressed", String(this.#microphone.toggle())));
    $("voice").addEventListener("click", () => {
      this.#speaker.toggle();
      this.#showVoice();
    });
    for (const button of document.querySelectorAll("[data-switch]")) {
      const on = () => button.getAttribute("aria-pressed") !== "true";
      button.addEventListener("click", () => this.#order({ do: "switch", name: button.dataset.switch, on: on() }));
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#open) this.#do({ do: "interrupt" });
    });
  }

  #do(order) {
    this.#speaker.hush();
    this.#order(order);
  }

  #say(text) {
    if (text.trim()) this.#do({ do: "say", text });
  }

  #press(keys) {
    this.#do({ do: "press", keys });
  }

  #hears(text) {
    $("words").value = text;
    if (this.#speaking && text.trim().length > 2) this.#do({ do: "interrupt" });
  }

  #showVoice() {
    $("voice").setAttribute("aria-pressed", String(this.#speaker.on));
    write($("voice"), this.#speaker.on ? "Voice on" : "Voice off");
  }
}

function ending(own, call) {
  if (own === null || own.sid !== call?.sid || own.state !== "over") return "";
  return own.dialed ? `put through to ${own.dialed}` : "hung up";
}

const lineKey = (line) => `${line.who}${line.number}`;

function makeLine(line) {
  if (line.who === "end") return el("li", { class: "end" });
  const who = { agent: "Agent", caller: "Caller", keys: "Key" }[line.who];
  return el("li", { class: line.who }, el("span", { class: "who" }, who), el("p", {}, el("span", { class: "heard" })));
}

function changeLine(item, line) {
  if (line.who === "end") {
    write(item, line.text);
    return;
  }
  item.classList.toggle("speaking", Boolean(line.speaking));
  grow(item.querySelector(".heard"), line.text);
  const rest = item.querySelector("del");
  if (line.rest && !rest) item.lastElementChild.append(" ", unheard(line.rest));
  else if (line.rest) write(rest, line.rest);
  else rest?.remove();
  item.classList.toggle("cut", Boolean(line.cut));
}

export function unheard(text) {
  return el("del", { title: "Said, but not heard: the caller cut in." }, text);
}

// Append only the new words, so that a screen reader reads only these, and only these fade in.
function grow(element, text) {
  const before = element.textContent;
  if (text === before) return;
  if (before && text.startsWith(before)) element.append(el("span", { class: "new" }, text.slice(before.length)));
  else element.textContent = text;
}
