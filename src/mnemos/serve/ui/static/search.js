// Ask: the hits with their reasons, and beside them the context as a prompt would hold it.

import { call } from "./api.js";
import { bar, swing } from "./charts.js";
import { address, button, copy, count, el, field, link, moment, percent, tell } from "./dom.js";

const LIMIT = 10;
const BUDGET = 1000;
const REASONS = 8;
const FILTERS = ["session", "speaker", "from", "to", "as_of"];
const LEVELS = { c0: "by words", c1: "by words and meaning", c2: "by words and meaning, sentence by sentence", c3: "by words and meaning, word by word" };

export const title = () => "Search";

export async function show({ place, params, signal, first }) {
  const results = el("div", { class: "results" });
  const form = asking(params);
  place.append(form, results);
  if (!params.get("q")) {
    results.append(el("p", { class: "empty" }, "Ask in your own words. What was said comes back to the letter, with who said it and when, or nothing does."));
    if (first) form.elements.q.focus();
    return;
  }
  const query = queryOf(params);
  const [recall, context] = await Promise.all([
    call("recall", { ...query, limit: Number(params.get("limit")) || LIMIT }, { signal }),
    call("context", { ...query, budget_tokens: Number(params.get("budget")) || BUDGET }, { signal }),
  ]);
  results.append(found(recall, params), packed(context));
  tell(recall.hits.length ? `${count(recall.hits.length, "hit")}, ${count(context.tokens, "token")} of context` : "Nothing was found", { quiet: true });
}

/** What the address asks, as the API takes it. */
export function queryOf(params) {
  const query = { question: params.get("q") };
  if (params.get("as_of")) query.as_of = params.get("as_of");
  if (params.get("session")) query.session = params.get("session");
  const where = {};
  if (params.get("speaker")) where.speakers = [params.get("speaker")];
  if (params.get("from")) where.said_from = params.get("from");
  if (params.get("to")) where.said_to = dayAfter(params.get("to"));
  if (Object.keys(where).length) query.where = where;
  return query;
}

function dayAfter(name) {
  const next = new Date(`${name}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

function asking(params) {
  const input = (name, given) => el("input", { name, value: params.get(name) ?? "", ...given });
  const used = FILTERS.some((name) => params.get(name));
  return el("form", { class: "ask", role: "search", onsubmit: (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    if (Number(given.limit) === LIMIT) given.limit = "";
    if (Number(given.budget) === BUDGET) given.budget = "";
    if (!given.q.trim()) { event.target.elements.q.focus(); return; }
    const next = address("search", given);
    if (next === location.hash) dispatchEvent(new HashChangeEvent("hashchange"));
    else location.hash = next;
  } },
    el("div", { class: "line" },
      el("input", { name: "q", type: "search", value: params.get("q") ?? "", placeholder: "Where did I move to?", "aria-label": "Question", "aria-keyshortcuts": "/" }),
      el("button", { class: "main" }, "Ask")),
    el("details", { open: used }, el("summary", {}, "Filters"),
      el("div", { class: "fields" },
        field("Session", input("session", {})),
        field("Speaker", input("speaker", {})),
        field("Said from", input("from", { type: "date" })),
        field("Said to", input("to", { type: "date" })),
        field("As known on", input("as_of", { type: "datetime-local" })),
        field("Hits", input("limit", { type: "number", min: 1, max: 100, value: params.get("limit") ?? LIMIT })),
        field("Context, tokens", input("budget", { type: "number", min: 1, max: 100000, value: params.get("budget") ?? BUDGET })))));
}

function found(recall, params) {
  const asOf = recall.query.as_of ? el("p", { class: "note" }, "As the memory knew it on ", moment(recall.query.as_of), ".") : null;
  return el("section", { "aria-label": "Hits" },
    el("div", { class: "sure" }, el("span", {}, `Sure that it is here: ${percent(recall.confidence)}`), bar(recall.confidence),
      el("span", { class: "soft" }, `found ${LEVELS[recall.level] ?? recall.level}`)),
    asOf,
    recall.limitation ? el("p", { class: "note" }, `No better than that: ${recall.limitation}.`) : null,
    recall.abstention ? el("p", { class: "abstains", role: "note" }, el("strong", {}, "Nothing here deserves showing: "), recall.abstention) : null,
    recall.abstention && recall.hits.length ? el("p", { class: "soft" }, "The nearest, all the same:") : null,
    el("ol", { class: "hits" }, hits(recall, params)));
}

export function hits(recall, params) {
  const inSession = (scope) => recall.hits.filter((each) => each.item.scope.session === scope.session).map((each) => each.item.id);
  return recall.hits.map((hit, at) => el("li", { "data-row": true, tabindex: "-1" }, one(hit, at, inSession(hit.item.scope), params)));
}

function one(hit, at, together, params) {
  const { item } = hit;
  const there = { ...item.scope, turn: item.id, hits: together.join(","), q: params?.get("q") };
  return el("article", {},
    el("header", {},
      el("strong", { class: "who" }, item.speaker ?? item.role ?? item.kind), moment(item.said_at),
      item.scope.session ? el("span", {}, "in ", link("session", there, item.scope.session)) : link("turn", { id: item.id }, "look"),
      el("span", { class: "score", title: "Score; higher is better" }, hit.score.toFixed(2)),
      el("span", { class: "soft", title: "How likely it is part of the answer" }, `likely ${percent(hit.relevance)}`)),
    hit.outdated.length ? el("p", { class: "outdated" }, `No longer so: ${hit.outdated.join(", ")}`) : null,
    el("p", { class: "said", dir: "auto" }, item.text),
    hit.reasons.length ? why(hit.reasons, at === 0) : null);
}

function why(reasons, open) {
  const largest = [...reasons].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const most = Math.abs(largest[0].contribution);
  const shown = largest.filter((each) => Math.abs(each.contribution) >= 0.01);
  const line = (each) => el("tr", { title: each.meaning },
    el("th", { scope: "row" }, each.signal.replaceAll("_", " "), el("span", { class: "soft" }, ` ${each.group}`)),
    el("td", {}, swing(each.contribution, most)),
    el("td", { class: "number" }, (each.contribution > 0 ? "+" : "") + each.contribution.toFixed(2)));
  const body = el("tbody", {}, shown.slice(0, REASONS).map(line));
  const rest = shown.length > REASONS
    ? button(`${shown.length - REASONS} more`, (event) => { body.append(...shown.slice(REASONS).map(line)); event.target.remove(); }, { class: "small" })
    : null;
  const table = el("table", { class: "why" },
    el("caption", { class: "unseen" }, "What each signal adds to the score"), body);
  return el("details", { open }, el("summary", {}, "Why"), table, rest);
}

function packed(context) {
  const cited = new Map(context.citations.map((each) => [each.mark, each]));
  const parts = context.text.split(/(\[\d+\])/).map((part) => (cited.has(part) ? link("turn", { id: cited.get(part).id }, part) : part));
  return el("aside", { class: "packed", "aria-label": "Context" },
    el("header", {}, el("h2", {}, "Context"),
      el("span", {}, `${context.tokens} of ${count(context.budget_tokens, "token")}`),
      context.text ? button("Copy", () => copy(context.text)) : null),
    bar(context.tokens / context.budget_tokens),
    context.text ? el("pre", { tabindex: "0", role: "region", "aria-label": "Packed text", dir: "auto" }, parts)
      : el("p", { class: "soft" }, context.abstention ?? "Nothing."));
}
