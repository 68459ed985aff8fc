// A file of messages, cut at its lines and sent part by part, so that any size goes.

import { sendLines } from "./api.js";
import { whole } from "./dom.js";

const PART = 256_000;

/** Whether a file is one of messages in JSON, as far as its name says. */
export const isLines = (file) => /\.(jsonl|ndjson|json)$/i.test(file.name);

/** Send a file's lines; `say` hears how much of it is in, the sum of what came of them is returned. */
export async function bringLines(file, session, { signal, say }) {
  const sum = { messages: 0, added: 0, existing: 0, left_out: 0, problems: [] };
  const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const named = session || file.name.replace(/\.[^.]*$/, "");
  let lines = 0;
  for await (const { text, share } of parts(file)) {
    signal.throwIfAborted();
    const own = inSession(text, named);
    const result = await sendLines(own, { once: `${id}-${lines}`, signal, progress: () => say(share) });
    for (const name of ["messages", "added", "existing", "left_out"]) sum[name] += result[name];
    const before = lines;
    sum.problems.push(...result.problems.map((each) => each.replace(/^line (\d+)/, (_, number) => `line ${whole(before + Number(number))}`)));
    lines += own.split("\n").length - 1;
    say(share);
  }
  return { ...sum, session: named };
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
