// Elements and words. All text goes in as text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** Make an element; `onclick` and its like are listeners, null and false leave an attribute out. */
export function el(name, given = {}, ...children) {
  return filled(document.createElement(name), given, children);
}

export function svg(name, given = {}, ...children) {
  return filled(document.createElementNS(SVG, name), given, children);
}

function filled(node, given, children) {
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...there(children));
  return node;
}

const there = (children) => children.flat().filter((each) => each !== null && each !== undefined && each !== false);

/** Put other children in an element; null and false are none. */
export const put = (node, ...children) => node.replaceChildren(...there(children));

/** The address of a view; what is empty is left out. */
export function address(view, given = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (value !== null && value !== undefined && value !== "") query.set(name, value);
  }
  return `#/${view}${query.size ? `?${query}` : ""}`;
}

export const link = (view, given, ...children) => el("a", { href: address(view, given) }, ...children);

export const button = (text, onclick, given = {}) => el("button", { type: "button", onclick, ...given }, text);

export function field(label, input, given = {}) {
  return el("label", { class: "field", ...given }, el("span", {}, label), input);
}

/** Say what happened; quietly what one sees anyway, to who cannot see it. */
export function tell(text, { bad = false, quiet = false } = {}) {
  const told = byId("told");
  told.className = bad ? "bad" : quiet ? "unseen" : "";
  told.textContent = text;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => { told.textContent = ""; }, 8000);
}

/** A moment, in UTC: "2026-05-12 09:30". */
export function moment(iso) {
  return el("time", { datetime: iso, title: `${iso} (UTC)` }, iso.slice(0, 16).replace("T", " "));
}

/** What a fact says of its slot. */
export const valued = (fact) => (fact.value ? `${fact.holds ? "" : "not "}${fact.value}` : "over");

export const day = (iso) => el("time", { datetime: iso }, iso.slice(0, 10));

const WHOLE = new Intl.NumberFormat("en");
export const count = (number, one, many = `${one}s`) => `${WHOLE.format(number)} ${number === 1 ? one : many}`;
export const whole = (number) => WHOLE.format(number);
export const percent = (share) => `${Math.round(share * 100)} %`;

export function size(bytes) {
  const units = ["bytes", "kB", "MB", "GB"];
  let at = 0;
  let left = bytes;
  while (left >= 1000 && at < units.length - 1) { left /= 1000; at += 1; }
  return `${at && left < 100 ? left.toFixed(1) : Math.round(left)} ${units[at]}`;
}

/** A dialog that stands in the page while it is open. Escape closes it; focus goes back. */
export function dialog(title, ...content) {
  const id = `title-${Math.random().toString(36).slice(2)}`;
  const made = el("dialog", { "aria-labelledby": id }, el("h2", { id }, title), ...content);
  const before = document.activeElement;
  made.addEventListener("close", () => {
    made.remove();
    (before?.isConnected ? before : byId("main")).focus(); // what was erased is not there any more
  });
  document.body.append(made);
  made.showModal();
  return made;
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "aside" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  tell("Copied");
}

/** Let somebody keep a value as a file. */
export function save(name, value) {
  const blob = new Blob([JSON.stringify(value, null, 1)], { type: "application/json" });
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
