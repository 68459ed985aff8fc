// Small drawings. Each says in words what it shows; numbers stand beside it as text.

import { el, svg, whole } from "./dom.js";

/** A bar that is some share of its width. */
export function bar(share, kind = "") {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return svg("svg", { class: `bar ${kind}`, viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "ground", width: 100, height: 10 }),
    svg("rect", { class: "ink", width, height: 10 }));
}

/** A bar to the right of a middle line, or to the left. */
export function swing(value, most) {
  const width = most ? (Math.abs(value) / most) * 100 : 0;
  return svg("svg", { class: "bar swing", viewBox: "-100 0 200 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: value < 0 ? "down" : "ink", x: value < 0 ? -width : 0, width, height: 10 }),
    svg("line", { class: "zero", x1: 0, x2: 0, y1: 0, y2: 10 }));
}

/** A bar from one moment to another, on an axis. */
export function span(from, to, axis, kind) {
  const width = axis.to - axis.from || 1;
  const start = ((from - axis.from) / width) * 100;
  const end = ((to - axis.from) / width) * 100;
  return svg("svg", { class: `bar span ${kind}`, viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "ground", width: 100, height: 10 }),
    svg("rect", { class: "ink", x: Math.min(start, 99), width: Math.max(1, end - start), height: 10 }));
}

/** Names with numbers, as rows of bars. */
export function rows(numbers, { told = whole, kind = "" } = {}) {
  const most = Math.max(1, ...numbers.map(([, number]) => number));
  return el("ul", { class: "rows" }, numbers.map(([name, number]) => el("li", {},
    el("span", { class: "label" }, name), bar(number / most, kind), el("span", { class: "number" }, told(number)))));
}

/** Numbers by day, in at most `bins` columns; and their sum so far as a line. */
export function growth(days, { bins = 90 } = {}) {
  const DAY = 86_400_000;
  const found = days.map(([name, number]) => [Date.parse(name), number]);
  const first = Math.min(...found.map(([at]) => at));
  const last = Math.max(...found.map(([at]) => at));
  const wide = Math.max(1, Math.ceil(((last - first) / DAY + 1) / bins));
  const held = new Array(Math.floor((last - first) / DAY / wide) + 1).fill(0);
  for (const [at, number] of found) held[Math.floor((at - first) / DAY / wide)] += number;
  const most = Math.max(...held);
  const all = held.reduce((sum, each) => sum + each, 0);
  const step = 600 / held.length;
  let sum = 0;
  const points = held.map((each, at) => { sum += each; return `${(at + 1) * step},${140 - (sum / all) * 130}`; });
  const named = (at) => new Date(at).toISOString().slice(0, 10);
  const each = wide === 1 ? "a day" : `in ${wide} days`;
  const words = `${whole(all)} in all from ${named(first)} to ${named(last)}, at most ${whole(most)} ${each}`;
  return el("figure", {},
    svg("svg", { class: "growth", viewBox: "0 0 600 140", preserveAspectRatio: "none", role: "img", "aria-label": words },
      held.map((each, at) => svg("rect", { class: "ink", x: at * step, y: 140 - (each / most) * 130, width: Math.max(0.8, step - 1), height: (each / most) * 130 })),
      svg("polyline", { class: "sum", points: `0,140 ${points.join(" ")}` })),
    el("figcaption", {}, `${words}. The line is the sum so far.`));
}
