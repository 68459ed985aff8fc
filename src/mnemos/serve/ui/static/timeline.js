// What the memory knew then: a slider over the journal's events.

import { call, manyFacts, read } from "./api.js";
import { address, el, field, link, moment, tell, valued } from "./dom.js";
import { hits } from "./search.js";

const WAIT_MS = 150;

export const title = () => "Timeline";

export async function show({ place, params, signal }) {
  const [newest] = await read("log", { limit: 1 }, { signal });
  if (!newest) {
    place.append(el("p", { class: "empty" }, "The journal is empty: nothing has been said yet."));
    return;
  }
  const start = Math.max(1, Math.min(newest.seq, Number(params.get("event")) || newest.seq));
  const slider = el("input", { type: "range", min: 1, max: newest.seq, value: start, "aria-label": "Event of the journal" });
  const number = el("input", { type: "number", min: 1, max: newest.seq, value: start, "aria-label": "Event, by its number" });
  const question = el("input", { type: "search", value: params.get("q") ?? "", placeholder: "Ask it as of then", "aria-label": "Question" });
  const then = el("p", { class: "then", "aria-live": "polite" });
  const results = el("div", { class: "halves" });
  place.append(
    el("div", { class: "scrub" }, then, slider,
      el("div", { class: "line" }, field("Event", number), field("Question", question, { class: "field grows" }))),
    results);

  const many = await manyFacts({ signal });
  const factsOf = (q, asOf, one) => {
    if (many && !q) return [];
    return call("facts", many ? { question: q, as_of: asOf } : { as_of: asOf }, one);
  };
  let going = new AbortController();
  let timer = 0;
  signal.addEventListener("abort", () => { going.abort(); clearTimeout(timer); });
  const update = async () => {
    going.abort();
    going = new AbortController();
    const one = { signal: going.signal };
    const seq = Number(slider.value);
    const q = question.value.trim();
    window.history.replaceState(null, "", address("timeline", { event: seq === newest.seq ? "" : seq, q }));
    try {
      const [event] = await read("log", { limit: 1, before: seq + 1 }, one);
      const asOf = event.recorded_at;
      const [facts, recall] = await Promise.all([
        factsOf(q, asOf, one),
        q ? call("recall", { question: q, as_of: asOf }, one) : null,
      ]);
      then.replaceChildren(moment(asOf), ` · event ${event.seq} of ${newest.seq}: ${event.op}${event.actor ? ` by ${event.actor}` : ""}`);
      slider.setAttribute("aria-valuetext", `${asOf.slice(0, 16).replace("T", " ")}, event ${seq}: ${event.op}`);
      results.replaceChildren(answers(recall, params), known(facts, many));
    } catch (error) {
      if (error.name !== "AbortError") tell(error.message, { bad: true });
    }
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(update, WAIT_MS); };
  slider.addEventListener("input", () => { number.value = slider.value; soon(); });
  number.addEventListener("input", () => { if (number.validity.valid && number.value) { slider.value = number.value; soon(); } });
  question.addEventListener("input", soon);
  await update();
}

function answers(recall, params) {
  const found = el("section", { "aria-label": "Hits then" }, el("h2", {}, "Found then"));
  if (recall === null) found.append(el("p", { class: "soft" }, "Type a question above."));
  else if (!recall.hits.length) found.append(el("p", { class: "abstains" }, recall.abstention ?? "Nothing."));
  else found.append(el("ol", { class: "hits" }, hits({ ...recall, hits: recall.hits.map((hit) => ({ ...hit, reasons: [] })) }, params)));
  return found;
}

function known(facts, many) {
  const by = grouped(facts);
  const section = el("section", { "aria-label": "Facts then" }, el("h2", {}, `Known then: ${facts.length}`),
    many ? el("p", { class: "note" }, "There are many facts: those that answer the question are shown.") : null);
  for (const [about, found] of by) {
    section.append(el("h3", {}, about), el("dl", { class: "profile" }, found.map((fact) => el("div", {},
      el("dt", {}, fact.slot), el("dd", {}, link("turn", { id: fact.id }, valued(fact)))))));
  }
  if (!facts.length && !many) section.append(el("p", { class: "soft" }, "No facts had been learnt by then."));
  return section;
}

function grouped(facts) {
  const by = new Map();
  for (const fact of facts) by.set(fact.about, [...(by.get(fact.about) ?? []), fact]);
  return by;
}
