// The sessions, the one begun last first, a page at a time.

import { call } from "./api.js";
import { address, day, el, link, tell, whole } from "./dom.js";

const PAGE = 30;

export const title = () => "Sessions";

export async function show({ place, params, signal }) {
  const page = await call("sessions", { limit: PAGE, after: params.get("after") }, { signal });
  if (!page.sessions.length) {
    place.append(el("p", { class: "empty" }, "Nothing has been said yet. ", link("import", {}, "Import"), " brings conversations in."));
    return;
  }
  const owned = page.sessions.some(({ scope }) => scope.user || scope.agent);
  const body = page.sessions.map(({ scope, turns, first_said_at: first, last_said_at: last }) => el("tr", {},
    el("th", { scope: "row" }, el("a", { href: address("session", scope), "data-row": true }, scope.session)),
    owned ? el("td", {}, [scope.user, scope.agent].filter(Boolean).join(" · ")) : null,
    el("td", { class: "number" }, whole(turns)),
    el("td", {}, first.slice(0, 10) === last.slice(0, 10) ? day(first) : [day(first), " – ", day(last)])));
  place.append(
    el("div", { class: "wide" }, el("table", { class: "list" },
      el("thead", {}, el("tr", {}, ["Session", owned && "Whose", "Turns", "Said"].filter(Boolean).map((name) => el("th", { scope: "col", class: name === "Turns" ? "number" : null }, name)))),
      el("tbody", {}, body))),
    el("nav", { class: "pages", "aria-label": "Pages" },
      params.get("after") ? link("sessions", {}, "Newest") : null,
      page.after ? link("sessions", { after: page.after }, "Older") : null));
  tell(`${page.sessions.length} sessions`, { quiet: true });
}
