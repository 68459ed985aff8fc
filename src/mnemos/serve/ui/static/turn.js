// One item, whatever its status, with where it comes from.

import { item } from "./api.js";
import { el, link, moment } from "./dom.js";
import { turn } from "./turns.js";

export const title = () => "One item";

export async function show({ place, params, signal }) {
  const found = await item(params.get("id"), { signal });
  const { scope } = found;
  const lines = [
    ["id", el("code", {}, found.id)],
    ["kind", found.kind],
    ["session", scope.session ? link("session", { ...scope, turn: found.id }, scope.session) : null],
    ["user", scope.user], ["agent", scope.agent],
    ["said", moment(found.said_at)], ["recorded", moment(found.recorded_at)],
    ["made by", found.made_by],
    ["from", found.sources.length ? found.sources.map((id) => [link("turn", { id }, id), " "]).flat() : null],
    ["supersedes", found.supersedes ? link("turn", { id: found.supersedes }, found.supersedes) : null],
    ["metadata", Object.keys(found.metadata).length ? JSON.stringify(found.metadata) : null],
  ];
  place.append(
    el("ol", { class: "turns" }, turn(found, { looking: true })),
    el("dl", { class: "fields-of" }, lines.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
}
