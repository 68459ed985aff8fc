// How it grows and is used.

import { read } from "./api.js";
import { bar, growth, rows } from "./charts.js";
import { el, percent, size, whole } from "./dom.js";

const KINDS = { summary: "Summaries", strategy: "Strategies" };
const PARTS = 12;
const SPEAKERS = 12;

export const title = () => "Figures";

export async function show({ place, signal }) {
  const [stats, vectors] = await Promise.all([read("stats", {}, { signal }), read("vectors", {}, { signal })]);
  const days = Object.entries(stats.activity);
  const figures = [
    ["Turns", whole(stats.items.turn ?? 0)],
    ...Object.entries(stats.items).filter(([kind]) => kind !== "turn").map(([kind, number]) => [KINDS[kind] ?? capital(`${kind}s`), whole(number)]),
    ["Sessions", whole(stats.sessions)],
    ["Days", whole(days.length)],
    ["Events", whole(stats.events)],
    ...Object.entries(stats.inactive).map(([status, number]) => [capital(status), whole(number)]),
    ["Erased", whole(stats.erased)],
    ["On disk", size(stats.bytes_on_disk)],
    ["Of it text", size(stats.text_bytes)],
  ];
  place.append(
    el("dl", { class: "figures" }, figures.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    card("Said, by day", days.length ? growth(days) : el("p", { class: "soft" }, "Nothing yet.")),
    card("Who speaks", rows(Object.entries(stats.speakers).slice(0, SPEAKERS))),
    card("Vectors", meaning(vectors)),
    card("Size by part", rows(Object.entries(stats.bytes_by_part).slice(0, PARTS), { told: size })),
    card("The end of the journal", el("dl", { class: "fields-of" },
      el("div", {}, el("dt", {}, "head"), el("dd", {}, el("code", {}, stats.head))),
      el("div", {}, el("dt", {}, "state"), el("dd", {}, el("code", {}, stats.state_hash))))));
}

const capital = (name) => name[0].toUpperCase() + name.slice(1);

const card = (name, ...content) => el("section", { class: "card" }, el("h2", {}, name), ...content);

function meaning(vectors) {
  if (!vectors.model) return el("p", { class: "soft" }, `There are none: what is found is found by its words.${vectors.without ? ` The reason: ${vectors.without}.` : ""}`);
  const share = vectors.documents ? vectors.embedded / vectors.documents : 1;
  return el("div", {},
    el("p", {}, `${whole(vectors.embedded)} of ${whole(vectors.documents)} texts (${percent(share)}) have vectors of ${vectors.model.name}, ${vectors.model.dimension} numbers each.`),
    bar(share),
    vectors.waiting ? el("p", { class: "soft" }, `${whole(vectors.waiting)} sessions wait.`) : null,
    vectors.error ? el("p", { class: "wrong" }, vectors.error) : null);
}
