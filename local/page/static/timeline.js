// The timeline: a lane each for caller, agent, tools, model, table and posts; and the moment that the page shows.

import { $, clock, el, json, keyed, seconds, write } from "./dom.js";

const LANES = { caller: "caller", agent: "agent", tools: "tools", model: "model", table: "database", posts: "sent" };
const SCISSORS = 24; // width in pixels of the sign of an interruption, left of its moment
const NARROWEST = 44; // width in pixels from which a word of a label can be read
const TICK = 36; // width in pixels of the time at a tick
const TOGETHER = 50; // milliseconds within which an interruption and the words of the same caller come, in any order
const SHORTEST = 10_000; // the fewest milliseconds that the whole width shows
const WIDEST = 1; // the most pixels for a millisecond
const TICKS = [100, 250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000];

export class Timeline {
  #order;
  #state = null;
  #zoom = 1;
  #chosen = null;
  #rows = new Map();
  #room = new Map();

  constructor(order) {
    this.#order = order;
    $("names").append(el("span", { class: "axis" }), ...Object.entries(LANES).map(([lane, name]) => el("span", { class: lane }, name)));
    this.axis = el("div", { class: "axis" });
    this.head = el("div", { class: "playhead" });
    for (const lane of Object.keys(LANES)) this.#rows.set(lane, el("div", { class: `lane ${lane}` }));
    $("lanes").append(this.axis, ...this.#rows.values(), this.head);
    this.#listen();
  }

  draw(state) {
    this.#state = state;
    this.#scale();
    const lanes = Map.groupBy(state.shapes, ([, shape]) => shape.lane);
    for (const [lane, row] of this.#rows) {
      const shapes = lanes.get(lane) ?? [];
      this.#room = room(shapes, this.pixels);
      keyed(row, shapes, ([id]) => id, (item) => this.#make(item), (shape, item) => this.#place(shape, item));
    }
    if (this.#chosen !== null && !state.shapes.has(this.#chosen)) this.#choose(null);
    this.#drawAxis();
    this.#drawMoment();
  }

  get #duration() {
    const { steps, call } = this.#state;
    return Math.max(SHORTEST, steps.at(-1)?.[0] ?? 0, call?.last ?? 0) * 1.02;
  }

  // Set the pixels of a millisecond; if the end was in sight, keep it in sight.
  #scale() {
    const scroll = $("scroll");
    const atEnd = scroll.scrollWidth - scroll.scrollLeft - scroll.clientWidth < 40;
    this.pixels = Math.min(WIDEST, (scroll.clientWidth / this.#duration) * this.#zoom);
    $("lanes").style.setProperty("width", `${Math.max(scroll.clientWidth, this.#duration * this.pixels)}px`);
    if (atEnd && this.#state.step === null) scroll.scrollLeft = scroll.scrollWidth;
  }

  #make([id, shape]) {
    const label = el("span", {});
    return el("div", { class: `shape ${shape.kind}`, onclick: () => this.#choose(id) }, label);
  }

  #place(element, [id, shape]) {
    const kind = `shape ${shape.kind}${id === this.#chosen ? " chosen" : ""}`;
    if (element.className !== kind) element.className = kind;
    if (element.title !== shape.label) {
      element.title = shape.label;
      if (!["entry", "look", "table"].includes(shape.kind)) write(element.firstElementChild, shape.kind === "interrupt" ? "✂" : shape.label);
    }
    const end = shape.to ?? (isSpan(shape) ? (this.#state.call?.last ?? shape.at) : shape.at);
    const width = isSpan(shape) ? Math.max(3, (end - shape.at) * this.pixels) : null;
    const free = this.#room.get(id) ?? Infinity;
    const least = shape.kind === "interrupt" ? SCISSORS / 2 : NARROWEST;
    element.classList.toggle("narrow", Math.min(free, width ?? free) < least);
    const most = shape.kind === "tool" || width === null ? `--room:${Math.min(free, 180).toFixed(1)}px` : "";
    const style = `left:${(shape.at * this.pixels).toFixed(1)}px;${width === null ? "" : `width:${width.toFixed(1)}px;`}${most}`;
    if (element.dataset.style !== style) {
      element.dataset.style = style;
      element.style.cssText = style;
      const wait = shape.first ? ((shape.first - shape.at) / Math.max(1, end - shape.at)) * 100 : 0;
      element.style.setProperty("--wait", `${wait.toFixed(1)}%`);
    }
  }

  #drawAxis() {
    const step = TICKS.find((tick) => tick * this.pixels > 70) ?? TICKS.at(-1);
    const edge = Math.max($("scroll").clientWidth, this.#duration * this.pixels);
    const ticks = Array.from({ length: Math.floor(this.#duration / step) + 1 }, (_, number) => number * step);
    keyed(
      this.axis, ticks, (at) => at, () => el("span"),
      (tick, at) => {
        const fits = at * this.pixels + TICK <= edge;
        write(tick, fits ? (step < 1000 ? `${(at / 1000).toFixed(2)}` : clock(at)) : "");
        tick.style.setProperty("left", `${at * this.pixels}px`);
      },
    );
  }

  #drawMoment() {
    const { steps, step, call } = this.#state;
    const slider = $("step");
    slider.max = String(Math.max(1, steps.length));
    slider.value = String(step ?? steps.length);
    slider.disabled = steps.length === 0;
    $("back").disabled = steps.length === 0 || (step ?? steps.length) <= 1;
    $("forth").disabled = step === null;
    $("live").disabled = step === null;
    const [at, name] = steps[(step ?? steps.length) - 1] ?? [0, ""];
    const told = `${seconds(at)} · ${inWords(name)} · step ${step ?? steps.length} of ${steps.length}`;
    write($("moment"), steps.length ? told : "");
    slider.setAttribute("aria-valuetext", told);
    const now = step === null ? (call?.last ?? 0) : at;
    this.head.style.setProperty("left", `${now * this.pixels}px`);
    this.head.hidden = call === null;
    this.head.classList.toggle("past", step !== null);
  }

  // What the user does

  #listen() {
    $("zoom-in").addEventListener("click", () => this.#zoomTo(this.#zoom * 1.6));
    $("zoom-out").addEventListener("click", () => this.#zoomTo(this.#zoom / 1.6));
    $("fit").addEventListener("click", () => this.#zoomTo(1));
    $("step").addEventListener("input", () => this.#show(Number($("step").value)));
    $("back").addEventListener("click", () => this.#show(Number($("step").value) - 1));
    $("forth").addEventListener("click", () => this.#show(Number($("step").value) + 1));
    $("live").addEventListener("click", () => this.#show(Infinity));
    $("timeline").addEventListener("keydown", (event) => this.#key(event));
    this.axis.addEventListener("click", (event) => this.#seek(event));
    addEventListener("resize", () => this.#state && this.draw(this.#state));
  }

  #zoomTo(zoom) {
    this.#zoom = Math.max(1, Math.min(200, zoom));
    if (this.#state) this.draw(this.#state);
  }

  #show(step) {
    const last = this.#state.steps.length;
    this.#order({ do: "show", step: step >= last ? null : Math.max(1, step) });
  }

  // Show the moment under the pointer.
  #seek(event) {
    const at = (event.clientX - this.axis.getBoundingClientRect().left) / this.pixels;
    this.#show(this.#state.steps.filter(([time]) => time <= at).length || 1);
  }

  #key(event) {
    const turn = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (turn !== undefined && this.#state) {
      event.preventDefault();
      this.#go(turn);
    } else if (event.key === "+" || event.key === "=") this.#zoomTo(this.#zoom * 1.6);
    else if (event.key === "-") this.#zoomTo(this.#zoom / 1.6);
  }

  #go(turn) {
    const seen = [...this.#state.shapes].filter(([, shape]) => shape.kind !== "look" && shape.kind !== "table");
    const order = seen.sort(([, one], [, other]) => one.at - other.at).map(([id]) => id);
    if (!order.length) return;
    const from = this.#chosen === null ? (turn > 0 ? -1 : order.length) : order.indexOf(this.#chosen);
    this.#choose(order[Math.max(0, Math.min(order.length - 1, from + turn))]);
    this.#rows.get(this.#state.shapes.get(this.#chosen).lane).querySelector(".chosen")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #choose(id) {
    this.#chosen = id;
    for (const shape of document.querySelectorAll(".shape")) shape.classList.toggle("chosen", shape.dataset.key === id);
    const shape = this.#state.shapes.get(id);
    $("detail").hidden = shape === undefined;
    if (shape === undefined) return;
    const took = shape.to === null ? "" : ` · ${Math.round(shape.to - shape.at)} ms`;
    const close = el("button", { type: "button", class: "link", onclick: () => this.#choose(null) }, "Close");
    const title = el("p", { class: "title" }, el("b", { class: shape.lane }, shape.lane), ` ${seconds(shape.at)}${took} `, el("span", {}, shape.label), close);
    $("detail").replaceChildren(title, json(shape.json));
  }
}

// Return the pixels that each label has before the next one of its lane begins.
function room(shapes, pixels) {
  const named = shapes.filter(([, shape]) => !["entry", "look", "table"].includes(shape.kind));
  const place = ([, shape]) => shape.at - (shape.kind === "interrupt" ? TOGETHER : 0);
  const order = named.sort((one, other) => place(one) - place(other));
  const left = ([, shape]) => shape.at * pixels - (shape.kind === "interrupt" ? SCISSORS : 0);
  return new Map(order.map((item, number) => [item[0], (order[number + 1] ? left(order[number + 1]) : Infinity) - left(item) - 2]));
}

// Return the name of an entry, such as ToolCalled, in words.
const inWords = (name) => (name === "Info" ? "report of sound" : name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase());

const isSpan = (shape) => shape.to !== null || ["voice", "cut", "tool", "model"].includes(shape.kind);
