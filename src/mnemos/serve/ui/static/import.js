// Bring conversations in: a file is cut at its lines and sent part by part, so that any size goes.

import { sendLines } from "./api.js";
import { bar } from "./charts.js";
import { button, count, el, field, link, percent, tell, whole } from "./dom.js";

const PART = 256_000;
const SHOWN = 20;

export const title = () => "Import";

export async function show({ place, signal }) {
  const file = el("input", { type: "file", accept: ".jsonl,.ndjson,.json,.txt,application/json", "aria-label": "File of messages" });
  const session = el("input", { name: "session", autocomplete: "off", placeholder: "that of the file's name" });
  const out = el("div", { class: "progress", "aria-live": "polite" });
  const drop = el("div", { class: "drop" },
    el("p", {}, "Drop a file here, or choose one."), file,
    el("p", { class: "soft" }, "JSON lines, or a list in JSON, of messages: role, content, and if you have them name, id, said_at, session."));
  const take = (chosen) => { if (chosen) bring(chosen, session.value.trim(), out, signal).catch((error) => failed(out, error)); };
  file.addEventListener("change", () => take(file.files[0]));
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files[0]);
  });
  place.append(drop, field("Session of messages that name none", session), out);
}

async function bring(file, session, out, leaving) {
  const stopping = new AbortController();
  leaving.addEventListener("abort", () => stopping.abort());
  const told = el("p", {});
  const drawn = el("div", {});
  const stop = button("Stop", () => stopping.abort());
  out.replaceChildren(el("h2", {}, file.name), drawn, told, stop);
  const sum = { messages: 0, added: 0, existing: 0, left_out: 0, problems: [] };
  const say = (share, more = 0) => {
    drawn.replaceChildren(bar(share));
    told.textContent = `${percent(share)}: ${count(sum.messages + more, "message")}`;
  };
  say(0);
  const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const named = session || file.name.replace(/\.[^.]*$/, "");
  let lines = 0;
  for await (const { text, share } of parts(file)) {
    if (stopping.signal.aborted) break;
    const own = inSession(text, named);
    const result = await sendLines(own, { once: `${id}-${lines}`, signal: stopping.signal, progress: (done) => say(share, done) });
    for (const name of ["messages", "added", "existing", "left_out"]) sum[name] += result[name];
    const before = lines;
    sum.problems.push(...result.problems.map((each) => each.replace(/^line (\d+)/, (_, number) => `line ${whole(before + Number(number))}`)));
    lines += own.split("\n").length - 1;
    say(share);
  }
  stop.remove();
  finished(out, sum, named);
}

/** Yield a file's lines in parts, with how much of it they reach. */
async function* parts(file) {
  if (/^\s*[[{]/.test(await file.slice(0, 64).text()) && /\.json$/i.test(file.name)) {
    const whole = JSON.parse(await file.text());
    const messages = Array.isArray(whole) ? whole : whole.messages ?? [whole];
    const every = 500;
    for (let at = 0; at < messages.length; at += every) {
      const some = messages.slice(at, at + every);
      yield { text: some.map((each) => `${JSON.stringify(each)}\n`).join(""), share: Math.min(1, (at + every) / messages.length) };
    }
    return;
  }
  let start = 0;
  let reach = PART;
  while (start < file.size) {
    const bytes = new Uint8Array(await file.slice(start, start + reach).arrayBuffer());
    const last = start + bytes.length >= file.size;
    const end = last ? bytes.length : bytes.lastIndexOf(10) + 1;
    if (end === 0) { reach *= 2; continue; } // a line longer than this
    start += end;
    reach = PART;
    const text = new TextDecoder().decode(bytes.subarray(0, end));
    yield { text: text.endsWith("\n") ? text : `${text}\n`, share: start / file.size };
  }
}

/** Lines whose messages all name a session. What is no message is sent as it is: the server says why. */
function inSession(text, session) {
  return text.split("\n").map((line) => {
    if (!line.trim()) return line;
    try {
      const message = JSON.parse(line);
      if (typeof message !== "object" || message === null || Array.isArray(message) || message.session) return line;
      return JSON.stringify({ ...message, session });
    } catch {
      return line;
    }
  }).join("\n");
}

function finished(out, sum, session) {
  const words = `${count(sum.added, "message")} added, ${whole(sum.existing)} there before, ${whole(sum.left_out)} left out.`;
  out.append(el("p", { class: sum.left_out ? "note" : "proved", role: "status" }, words),
    sum.problems.length ? el("ul", { class: "plain" }, sum.problems.slice(0, SHOWN).map((each) => el("li", { dir: "auto" }, each))) : "",
    el("p", {}, link("sessions", {}, "Sessions"), " · ", link("session", { session }, session)));
  tell(words);
}

function failed(out, error) {
  const stopped = error.name === "AbortError";
  out.append(el("p", { class: "wrong", role: "alert" }, stopped ? "Stopped. What was in stays." : `That did not work: ${error.message}`));
}
