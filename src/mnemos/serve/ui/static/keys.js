// Shortcuts: one key each, off while one types, and off for good where one wants it so.

import { button, byId, dialog, el } from "./dom.js";

const OFF = "mnemos-shortcuts-off";

/** Listen; `views` are chosen by their number. */
export function listen(views) {
  const rows = () => [...document.querySelectorAll("main [data-row]")];
  const move = (by) => {
    const all = rows();
    const at = all.indexOf(document.activeElement?.closest("[data-row]"));
    all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
  };
  const does = {
    "/": () => document.querySelector("main input[type=search]")?.focus(),
    "?": () => help(views),
    j: () => move(1),
    k: () => move(-1),
    t: () => byId("theme").click(),
  };
  views.forEach((view, at) => { does[String(at + 1)] = () => { location.hash = `#/${view.name}`; }; });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(OFF)) return;
    if (!Object.hasOwn(does, event.key)) return;
    event.preventDefault();
    does[event.key]();
  });
}

export function help(views) {
  const on = el("input", { type: "checkbox", checked: !localStorage.getItem(OFF) });
  on.addEventListener("change", () => {
    if (on.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  const lines = [
    ["/", "to the question"],
    ["j  k", "to the next or previous hit, turn, fact or event"],
    ...views.map((view, at) => [String(at + 1), view.title]),
    ["t", "light or dark"],
    ["?", "this list"],
    ["Esc", "close this"],
  ];
  const made = dialog("Keyboard shortcuts",
    el("dl", { class: "shortcuts" }, lines.map(([key, does]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, does)))),
    el("label", { class: "check" }, on, " Shortcuts on"),
    el("p", { class: "ends" }, button("Close", () => made.close(), { class: "main" })));
}
