// One session, from its beginning or from a turn that a search found.

import { call, item } from "./api.js";
import { button, el, link, tell } from "./dom.js";
import { eraser } from "./erase.js";
import { turn } from "./turns.js";

const PAGE = 50;
/** Up to here a session is read from its beginning; farther on it is read from the turn itself. */
const NEAR = 300;

export const title = (params) => `Session ${params.get("session")}`;

export async function show({ place, params, signal }) {
  const scope = { session: params.get("session"), user: params.get("user"), agent: params.get("agent") };
  const hits = new Set((params.get("hits") ?? "").split(",").filter(Boolean));
  const wanted = params.get("turn");
  const list = el("ol", { class: "turns" });
  const more = button("Show more", () => next(PAGE).catch((error) => tell(error.message, { bad: true })), { hidden: true });
  let after = null;

  const put = (found) => list.append(...found.map((each) => turn(each, { hit: hits.has(each.id) })));
  const next = async (limit) => {
    const page = await call("browse", { scope, after, limit }, { signal });
    put(page.items);
    after = page.after;
    more.hidden = after === null;
  };
  place.append(
    el("p", { class: "soft" },
      link("sessions", {}, "All sessions"), " · ",
      params.get("q") ? [link("search", { q: params.get("q") }, "Back to the hits"), " · "] : null,
      button("Erase this session…", () => eraser(scope, "this session", () => { list.replaceChildren(); more.hidden = true; }), { class: "small danger" })),
    list, more);
  let first = PAGE;
  if (wanted) {
    const found = await item(wanted, { signal });
    if (found.position < NEAR) {
      first = Math.max(PAGE, found.position + 10);
    } else {
      list.before(el("p", { class: "note" }, "From here on. ", link("session", scope, "From the beginning")));
      put([found]);
      after = found.id;
    }
  }
  await next(first);
  const target = wanted && [...list.children].find((each) => each.dataset.id === wanted);
  if (target) {
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "center" });
  }
}
