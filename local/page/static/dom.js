// Small helpers over the DOM: elements are made and changed in place, never from HTML in a string.

export const $ = (id) => document.getElementById(id);

// Make an element with these properties (`class`, `data-…` and `aria-…` become attributes, `on…` listeners).
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// Write text only if it differs: a screen reader reads every written text again.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Give a parent one child for each of `items`: each child is made once, by its key, then changed in place.
export function keyed(parent, items, key, make, change) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let child = known.get(name);
    known.delete(name);
    if (!child) {
      child = make(item);
      child.dataset.key = name;
    }
    change(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of known.values()) child.remove();
}

const NEAR = 40; // pixels from its end within which a list counts as scrolled to the end
const left = new WeakSet();

// Change a scrolled list, and keep its end in sight unless the user has scrolled away from it.
export function following(list, change) {
  list.onscroll ??= () => {
    if (list.scrollHeight - list.scrollTop - list.clientHeight < NEAR) left.delete(list);
    else left.add(list);
  };
  change();
  if (!left.has(list)) list.scrollTop = list.scrollHeight;
}

// JSON as indented text, its parts in colours.
export function json(value) {
  const pre = el("pre", { class: "json" });
  const parts = JSON.stringify(value, null, 2).split(/("(?:\\.|[^"\\])*"(?:\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?)/);
  for (const part of parts) {
    const kind = part.startsWith('"') ? (part.endsWith(":") ? "name" : "text") : /^(true|false|null|-?\d)/.test(part) ? "value" : "";
    pre.append(kind ? el("span", { class: kind }, part) : part);
  }
  return pre;
}

export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
