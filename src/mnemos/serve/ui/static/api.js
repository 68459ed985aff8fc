// The server's routes. The key is kept for this tab alone, and goes nowhere but to this server.

const BASE = new URL("../v1/", document.baseURI);
const KEY = "mnemos-key";
const TRIES = 4;

export const key = {
  get: () => sessionStorage.getItem(KEY) ?? "",
  set: (token) => (token ? sessionStorage.setItem(KEY, token) : sessionStorage.removeItem(KEY)),
};

/** What the server says went wrong. */
export class Problem extends Error {
  constructor(status, told) {
    super(told?.detail ?? `the server answered ${status}`);
    this.status = status;
    this.kind = told?.error ?? "";
  }
}

async function fetched(path, { query = {}, headers = {}, ...more }, tries = TRIES) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) url.searchParams.set(name, value);
  }
  const token = key.get();
  const allowed = token ? { Authorization: `Bearer ${token}` } : {};
  let answer;
  try {
    answer = await fetch(url, { ...more, headers: { ...headers, ...allowed }, credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { detail: "The server cannot be reached. Is it still running?" });
  }
  if (answer.ok) return answer;
  if (answer.status === 429 && tries > 1) {
    await new Promise((resolve) => { setTimeout(resolve, 1000 * (answer.headers.get("Retry-After") || 1)); });
    return fetched(path, { query, headers, ...more }, tries - 1);
  }
  const told = await answer.json().catch(() => null);
  const problem = new Problem(answer.status, told);
  if (answer.status === 401) document.dispatchEvent(new CustomEvent("key-wanted", { detail: problem.message }));
  throw problem;
}

/** Call a method of the memory. */
export async function call(name, given = {}, { signal, once } = {}) {
  const headers = { "Content-Type": "application/json" };
  if (once) headers["Idempotency-Key"] = once;
  const answer = await fetched(name, { method: "POST", body: JSON.stringify(given), headers, signal });
  return answer.json();
}

export async function read(path, query = {}, { signal } = {}) {
  return (await fetched(path, { query, signal })).json();
}

/** So many facts are shown at once; of more, those about somebody or those that answer. */
export const MOST_FACTS = 500;

/** Whether there are more facts than can be shown at once. */
export async function manyFacts(more) {
  const page = await call("browse", { kinds: ["fact"], limit: MOST_FACTS }, more);
  return page.after !== null;
}

export const item = (id, more) => read(`items/${encodeURIComponent(id)}`, {}, more);
export const history = (id, more) => read(`items/${encodeURIComponent(id)}/history`, {}, more);

/** Send lines of messages; `progress` hears how many are in, the result is returned. */
export async function sendLines(body, { once, signal, progress }) {
  const type = "application/x-ndjson";
  const headers = { "Content-Type": type, Accept: type, "Idempotency-Key": once };
  const answer = await fetched("import", { method: "POST", query: { on_error: "skip" }, body, headers, signal });
  return resultOf(answer, (told) => progress(told.done));
}

/** Send a file as it is; what came, or would come, of it is returned. `progress` hears a share. */
export async function sendFile(file, { session, dry, signal, progress }) {
  const lines = "application/x-ndjson";
  const about = ascii(session ? { name: file.name, session } : { name: file.name });
  const headers = { "Content-Type": "application/octet-stream", Accept: lines, "Mnemos-File": about };
  const answer = await fetched("import-file", { method: "POST", query: { dry_run: dry }, body: file, headers, signal });
  return resultOf(answer, (told) => progress(told.done / Math.max(1, told.total)));
}

/** JSON as a header can hold it. */
const ascii = (value) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);

async function resultOf(answer, progress) {
  let result = null;
  for await (const line of lines(answer.body)) {
    const told = JSON.parse(line);
    if (told.progress) progress(told.progress);
    if (told.problem) throw new Problem(told.problem.status, told.problem);
    if (told.result) result = told.result;
  }
  if (result === null) throw new Problem(0, { detail: "The answer broke off. Send the file again: what is there is not stored twice if messages have ids." });
  return result;
}

async function* lines(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const found = (rest + value).split("\n");
    rest = found.pop();
    yield* found.filter(Boolean);
  }
  if (rest) yield rest;
}
