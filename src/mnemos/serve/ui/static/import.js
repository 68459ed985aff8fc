// Bring conversations in: a file of any product is looked at first, then taken in.

import { sendFile } from "./api.js";
import { bar } from "./charts.js";
import { button, count, day, el, field, link, percent, put, size, tell, whole } from "./dom.js";
import { bringLines, isLines } from "./lines.js";

const SHOWN = 20;
const AUTHORS = 8;
/** What the server takes as one file; larger ones, and what a key of one user sends, go by their lines. */
const MOST = 512 * 1024 * 1024;

export const title = () => "Import";

export async function show({ place, signal }) {
  const file = el("input", { type: "file", "aria-label": "File to import" });
  const session = el("input", { name: "session", autocomplete: "off", placeholder: "that of the file's name" });
  const out = el("div", { class: "progress", "aria-live": "polite" });
  const drop = el("div", { class: "drop" },
    el("p", {}, "Drop a file here, or choose one."), file,
    el("p", { class: "soft" }, "An export of ChatGPT, Claude, mem0, Letta, Zep, Slack or WhatsApp, mail (mbox), or messages as JSON, Markdown or text; zips as they are. It is looked at first."));
  let before = null;
  const take = (chosen) => {
    if (!chosen) return;
    before?.abort(); // another file takes the place of one that is being looked at
    before = new AbortController();
    signal.addEventListener("abort", before.abort.bind(before));
    look({ file: chosen, session: session.value.trim(), out, stopping: before }).catch((error) => failed(out, error));
  };
  file.addEventListener("change", () => { take(file.files[0]); file.value = ""; });
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files[0]);
  });
  place.append(drop, field("Session of messages that name none", session), out);
}

/** Show what would come of a file, and take it in when asked to. */
async function look(given) {
  const { file, session, out, stopping } = given;
  const say = working(given, `Looking at ${size(file.size)}`);
  let found;
  try {
    if (file.size > MOST) throw Object.assign(new Error(`it is larger than ${size(MOST)}; mnemos import takes files of any size`), { status: 413 });
    found = await sendFile(file, { session, dry: true, signal: stopping.signal, progress: say });
  } catch (error) {
    if (![403, 413].includes(error.status) || !isLines(file)) throw error;
    const sum = await bringLines(file, session, { signal: stopping.signal, say });
    finished(out, sum, sum.session);
    return;
  }
  const bring = button("Import", () => take(given).catch((error) => failed(out, error)));
  const leave = button("Leave it", () => put(out));
  put(out, el("h2", { dir: "auto" }, file.name), figures(found),
    found.added || found.revised ? el("p", {}, bring, " ", leave) : el("p", { role: "status", class: "note" }, "Nothing in it is new."),
    bad(found));
  (found.added ? bring : out).focus?.();
}

async function take(given) {
  const { file, session, out, stopping } = given;
  const say = working(given, "Importing");
  const done = await sendFile(file, { session, dry: false, signal: stopping.signal, progress: say });
  finished(out, done, session);
}

/** Put a bar in place of what stood there; returns what moves it. */
function working({ file, out, stopping }, doing) {
  const told = el("p", {}, `${doing} …`);
  const drawn = el("div", {}, bar(0));
  put(out, el("h2", { dir: "auto" }, file.name), drawn, told, button("Stop", () => stopping.abort()));
  return (share) => {
    drawn.replaceChildren(bar(share));
    told.textContent = `${doing}: ${percent(share)}`;
  };
}

function figures(found) {
  const authors = Object.entries(found.authors);
  const named = authors.slice(0, AUTHORS).map(([name, number]) => `${name} ${whole(number)}`);
  const rows = [
    ["Kind", found.kind],
    ["Conversations", whole(found.conversations)],
    ["Messages", whole(found.messages)],
    ["New", whole(found.added)],
    ["There before", whole(found.existing)],
    ["Period", found.first ? [day(found.first), " to ", day(found.last)] : "–"],
    ["Authors", authors.length > AUTHORS ? [...named, `${whole(authors.length - AUTHORS)} more`].join(", ") : named.join(", ") || "–"],
    ["Attachments", whole(found.attachments)],
    ["Bad records", whole(found.left_out)],
  ];
  return el("dl", { class: "fields-of coming" }, rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", { dir: "auto" }, value))));
}

function bad({ problems, left_out: all }) {
  if (!problems.length) return null;
  const shown = problems.slice(0, SHOWN);
  const more = all - shown.length;
  return el("div", {}, el("h3", {}, "Bad records"),
    el("ul", { class: "plain" }, shown.map((each) => el("li", { dir: "auto" }, each)), more > 0 ? el("li", {}, `${whole(more)} more`) : null));
}

function finished(out, sum, session) {
  const words = `${count(sum.added, "message")} added, ${whole(sum.existing)} there before, ${whole(sum.left_out)} left out.`;
  put(out, el("p", { class: sum.left_out ? "note" : "proved", role: "status" }, words), bad(sum),
    el("p", {}, link("sessions", {}, "Sessions"), session ? [" · ", link("session", { session }, session)] : null));
  tell(words);
}

function failed(out, error) {
  const stopped = error.name === "AbortError";
  put(out, el("p", { class: "wrong", role: "alert", dir: "auto" }, stopped ? "Stopped. What was in stays." : `That did not work: ${error.message}`));
}
