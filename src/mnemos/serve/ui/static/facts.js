// What is known of whom: by person and slot, from when to when; put right or retired.

import { call, manyFacts, MOST_FACTS, read } from "./api.js";
import { span } from "./charts.js";
import { address, button, day, dialog, el, field, link, put, tell, valued } from "./dom.js";

const NAMES = 50;

export const title = (params) => (params.get("about") ? `Facts about ${params.get("about")}` : "Facts");

export async function show({ place, params, signal }) {
  const about = params.get("about") || null;
  const people = el("datalist", { id: "people" });
  const who = el("input", { type: "search", name: "about", value: about ?? "", list: "people", placeholder: "everybody" });
  const body = el("div", { class: "people" });
  place.append(
    el("form", { class: "line", onsubmit: (event) => { event.preventDefault(); location.hash = address("facts", { about: who.value.trim() }); } },
      field("About whom", who), el("button", { class: "main" }, "Show")),
    people, body);
  // Names to choose from come when they come. A key that is bound to a part may not read them.
  read("stats", {}, { signal }).then((stats) => {
    people.append(...["user", ...Object.keys(stats.speakers).slice(0, NAMES)].map((value) => el("option", { value })));
  }).catch(() => {});
  if (!about && await manyFacts({ signal })) {
    body.append(el("p", { class: "note" }, `There are more than ${MOST_FACTS} facts. Say about whom.`));
    return;
  }
  const [found, profile] = await Promise.all([
    call("facts", { about, every: true }, { signal }),
    about ? call("profile", { about }, { signal }) : null,
  ]);
  if (!found.length) {
    body.append(el("p", { class: "empty" }, about ? `Nothing is known about ${about}.` : "No facts have been learnt yet: mnemos learn, or serve with --learn."));
    return;
  }
  if (profile) body.append(now(profile));
  const shown = found.slice(0, MOST_FACTS);
  const times = shown.flatMap((fact) => [fact.since, fact.until, fact.said_at, fact.learnt_at]).filter(Boolean).map((each) => Date.parse(each));
  const axis = { from: Math.min(...times), to: Math.max(...times) };
  for (const [person, own] of by(shown, (fact) => fact.about)) body.append(drawn(person, own, axis));
  tell(`${found.length} facts${found.length > MOST_FACTS ? `, the newest ${MOST_FACTS} are shown` : ""}`, { quiet: true });
}

/** What is true of somebody now, a line a slot. */
function now(profile) {
  const slots = Object.entries(profile.slots);
  return el("section", { class: "card" }, el("h2", {}, "True now"),
    slots.length ? el("dl", { class: "profile" }, slots.map(([slot, facts]) => el("div", {},
      el("dt", {}, slot), el("dd", { dir: "auto" }, facts.map(valued).join(", "))))) : el("p", { class: "soft" }, "Nothing."));
}

function by(facts, of) {
  const found = new Map();
  for (const fact of facts) {
    if (!found.has(of(fact))) found.set(of(fact), []);
    found.get(of(fact)).push(fact);
  }
  return [...found].sort(([a], [b]) => a.localeCompare(b));
}

function drawn(person, facts, axis) {
  const named = (at) => new Date(at).toISOString().slice(0, 10);
  return el("section", { class: "card" },
    el("h2", {}, link("facts", { about: person }, person)),
    el("p", { class: "axis", "aria-hidden": "true" }, el("span", {}, named(axis.from)), el("span", {}, named(axis.to))),
    by(facts, (fact) => fact.slot).map(([slot, own]) => el("div", { class: "slot" }, el("h3", {}, slot),
      el("ul", { class: "facts" }, own.map((fact) => line(fact, axis))))));
}

function line(fact, axis) {
  const row = el("li", { "data-row": true, tabindex: "-1", "data-status": fact.status });
  const state = el("span", { class: `state ${fact.status}` }, fact.status);
  const retire = button(fact.status === "retired" ? "Restore" : "Retire", async () => {
    const verb = fact.status === "retired" ? "restore" : "forget";
    try {
      await call(verb, { ids: fact.id });
      tell(verb === "forget" ? "Retired; Restore brings it back" : "Restored");
      dispatchEvent(new HashChangeEvent("hashchange"));
    } catch (error) {
      tell(error.message, { bad: true });
    }
  }, { class: "small" });
  put(row,
    el("div", { class: "what" },
      el("strong", { dir: "auto" }, valued(fact)), state,
      el("span", { class: "soft" }, day(fact.since), " – ", fact.until ? day(fact.until) : "now"),
      el("div", { class: "does" },
        button("Correct…", () => correct(fact), { class: "small" }), retire,
        fact.turns.map((id, at) => link("turn", { id }, fact.turns.length > 1 ? `Turn ${at + 1}` : "Its turn")))),
    span(Date.parse(fact.since), fact.until ? Date.parse(fact.until) : axis.to, axis, fact.status),
    fact.words && fact.words !== fact.value ? el("p", { class: "words", dir: "auto" }, `${fact.by}: “${fact.words}”`) : null);
  return row;
}

function correct(fact) {
  const value = el("input", { name: "value", required: true, autocomplete: "off" });
  const why = el("input", { name: "why", autocomplete: "off" });
  value.value = fact.value;
  const made = dialog(`${fact.about} · ${fact.slot}`,
    el("form", { onsubmit: async (event) => {
      event.preventDefault();
      try {
        await call("correct", { fact_id: fact.id, value: value.value, why: why.value });
        made.close();
        tell("Put right");
        dispatchEvent(new HashChangeEvent("hashchange"));
      } catch (error) {
        tell(error.message, { bad: true });
      }
    } },
      field("What is right", value), field("Why, for the journal", why),
      el("p", { class: "ends" }, button("Leave it", () => made.close()), el("button", { class: "main" }, "Put right"))));
  value.select();
}
