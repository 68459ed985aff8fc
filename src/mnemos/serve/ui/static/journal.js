// Every change, newest first; each can be taken back, but for erasures.

import { call, read } from "./api.js";
import { button, count, el, link, moment, tell } from "./dom.js";

const PAGE = 30;
const SHOWN = 3;

export const title = () => "Journal";

export async function show({ place, params, signal }) {
  const before = Number(params.get("before")) || null;
  const events = await read("log", { limit: PAGE, before }, { signal });
  if (!events.length) {
    place.append(el("p", { class: "empty" }, "No events."));
    return;
  }
  const oldest = events[events.length - 1].seq;
  place.append(
    el("ol", { class: "events" }, events.map(line)),
    el("nav", { class: "pages", "aria-label": "Pages" },
      before ? link("journal", {}, "Newest") : null,
      oldest > 1 ? link("journal", { before: oldest }, "Older") : null));
}

function line(event) {
  const undo = button("Undo", async () => {
    undo.disabled = true;
    try {
      const receipt = await call("undo", { seq: event.seq });
      tell(`Taken back by event ${receipt.seq}, which can itself be undone`);
      dispatchEvent(new HashChangeEvent("hashchange"));
    } catch (error) {
      undo.disabled = false;
      tell(error.message, { bad: true });
    }
  }, { class: "small", "aria-label": `Undo event ${event.seq}` });
  const rest = event.items.length - SHOWN;
  return el("li", { "data-row": true, tabindex: "-1" },
    el("span", { class: "seq" }, event.seq), el("strong", {}, event.op), moment(event.recorded_at),
    el("span", { class: "soft" }, event.actor ? `by ${event.actor}` : ""),
    el("span", { class: "of" }, el("span", {}, count(event.rows, "row")),
      event.undoes ? el("span", {}, `takes back ${event.undoes}`) : null,
      event.why ? el("q", { dir: "auto" }, event.why) : null,
      event.items.slice(0, SHOWN).map((id) => link("turn", { id }, el("code", {}, id))),
      rest > 0 ? el("span", { class: "soft" }, `and ${rest} more`) : null),
    el("span", { class: "does" }, link("timeline", { event: event.seq }, "Then"), event.op === "erase" ? null : undo));
}
