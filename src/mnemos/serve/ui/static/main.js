// The page: its views, the way between them, the key, light and dark.

import { key, read } from "./api.js";
import { button, byId, dialog, el, field } from "./dom.js";
import { help, listen } from "./keys.js";

const VIEWS = [
  { name: "search", title: "Search" },
  { name: "sessions", title: "Sessions" },
  { name: "timeline", title: "Timeline" },
  { name: "facts", title: "Facts" },
  { name: "journal", title: "Journal" },
  { name: "import", title: "Import" },
  { name: "figures", title: "Figures" },
];
/** Views that one comes to from others: name → the one that they belong to. */
const BELOW = { session: "sessions", turn: "sessions" };

let going = new AbortController();
let shown = null;

function asked() {
  const [name, query] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const known = VIEWS.some((view) => view.name === name) || name in BELOW;
  return { name: known ? name : "search", params: new URLSearchParams(query ?? "") };
}

async function route() {
  if (location.hash === "#main") return;
  const { name, params } = asked();
  going.abort();
  going = new AbortController();
  const { signal } = going;
  const main = byId("main");
  const again = shown === name;
  const first = shown === null;
  shown = name;
  mark(BELOW[name] ?? name);
  main.setAttribute("aria-busy", "true");
  try {
    const view = await import(`./${name}.js`);
    if (signal.aborted) return;
    const title = view.title(params);
    document.title = `${title} · mnemos`;
    const heading = el("h1", { tabindex: "-1" }, title);
    const place = el("div", { class: `view ${name}` });
    main.replaceChildren(heading, place);
    if (!again && !first) heading.focus();
    await view.show({ place, params, signal, first });
  } catch (error) {
    if (!signal.aborted) main.append(wrong(error));
  } finally {
    if (!signal.aborted) main.removeAttribute("aria-busy");
  }
}

function wrong(error) {
  return el("p", { class: "wrong", role: "alert" }, error.status === 401 ? `${error.message}.` : `That did not work: ${error.message}`,
    " ", button("Try again", route));
}

function mark(name) {
  for (const each of document.querySelectorAll("#views a")) {
    if (each.dataset.view === name) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
}

function turnTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("mnemos-theme", root.dataset.theme);
}

function askKey(why = "") {
  if (document.querySelector("dialog.key")) return;
  const input = el("input", { type: "password", autocomplete: "off", name: "key", spellcheck: "false" });
  input.value = key.get();
  const made = dialog("Key",
    el("p", {}, why || "A server of many memories opens one for each key: mnemos keys add."),
    el("p", { class: "soft" }, "It is kept until this tab is closed, and sent to this server alone."),
    el("form", { method: "dialog", onsubmit: () => { key.set(input.value.trim()); wantsKey(); setTimeout(route); } },
      field("Key", input),
      el("p", { class: "ends" }, button("Forget it", () => { key.set(""); made.close(); wantsKey(); route(); }),
        el("button", { class: "main" }, "Use it"))));
  made.classList.add("key");
  input.focus();
}

/** The button is there where the server asks for a key. */
function wantsKey(wants = Boolean(key.get())) {
  byId("key").hidden = !wants && !key.get();
}

byId("views").append(...VIEWS.map((view) => el("li", {},
  el("a", { href: `#/${view.name}`, "data-view": view.name }, view.title))));
byId("theme").addEventListener("click", turnTheme);
byId("help").addEventListener("click", () => help(VIEWS));
byId("key").addEventListener("click", () => askKey());
document.addEventListener("key-wanted", (event) => { wantsKey(true); askKey(event.detail); });
addEventListener("hashchange", route);
listen(VIEWS);
wantsKey();
route().then(() => {
  performance.mark("interactive");
  // Whether a key is wanted is told before one has typed a question. Bound keys may not read the log.
  if (shown === "search") read("log", { limit: 1 }).catch(() => {});
});
