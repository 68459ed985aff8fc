// One turn, or anything derived from turns: what it says, its past, and what can be done with it.

import { call, history } from "./api.js";
import { button, el, link, moment, tell } from "./dom.js";
import { eraser } from "./erase.js";

/** Draw an item; `hit` marks it as one that a search found. */
export function turn(item, { hit = false, looking = false } = {}) {
  const state = el("span", { class: "state" });
  const past = el("div", { class: "past" });
  const row = el("li", { class: `turn${hit ? " hit" : ""}`, "data-row": true, "data-id": item.id, tabindex: "-1" });
  const hide = button("", () => change(), { class: "small" });
  const destroy = button("Erase…", () => eraser(item.id, "this", () => {
    row.replaceChildren(el("p", { class: "soft" }, "Erased."));
  }), { class: "small danger" });
  let status = item.status;

  const show = () => {
    row.dataset.status = status;
    state.textContent = status === "active" ? "" : status;
    hide.textContent = status === "active" ? "Forget" : "Restore";
    hide.hidden = status === "superseded";
  };
  const change = async () => {
    const verb = status === "active" ? "forget" : "restore";
    try {
      await call(verb, { ids: item.id });
      status = verb === "forget" ? "hidden" : "active";
      show();
      tell(verb === "forget" ? "Forgotten: it is not recalled any more. Restore brings it back" : "Restored");
    } catch (error) {
      tell(error.message, { bad: true });
    }
  };
  const look = button("History", async () => {
    const open = look.getAttribute("aria-expanded") === "true";
    look.setAttribute("aria-expanded", String(!open));
    if (open) past.replaceChildren();
    else past.replaceChildren(await told(item.id));
  }, { class: "small", "aria-expanded": "false" });

  show();
  row.append(
    el("header", {},
      el("strong", { class: "who" }, item.speaker ?? item.role ?? item.kind), moment(item.said_at),
      item.ref ? el("code", {}, item.ref) : null,
      hit ? el("span", { class: "badge" }, "hit") : null, state,
      el("div", { class: "does" }, look, hide, destroy,
        looking ? null : link("turn", { id: item.id }, "Link"))),
    el("p", { class: "said", dir: "auto" }, item.text),
    past);
  if (looking) look.click();
  return row;
}

async function told(id) {
  try {
    const versions = await history(id);
    return el("ol", { class: "versions" }, versions.map(({ item, event }) => el("li", {},
      el("span", {}, `Event ${event.seq}: ${event.op}`), moment(event.recorded_at),
      el("span", { class: "state" }, item.status),
      event.actor ? el("span", { class: "soft" }, `by ${event.actor}`) : null,
      event.why ? el("span", {}, `“${event.why}”`) : null)));
  } catch (error) {
    return el("p", { class: "wrong", role: "alert" }, error.message);
  }
}
