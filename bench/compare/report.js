"use strict";
const byId = (id) => document.getElementById(id);
const element = (name, text = "", kind = "") => {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = kind;
  return made;
};

for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => head.querySelector("button").addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "descending";
    const first = place === 0;
    const order = down || (first && !head.hasAttribute("aria-sort")) ? "ascending" : "descending";
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const value = (row) => first ? row.cells[0].textContent : row.cells[place].dataset.value;
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);
      return sign * (first ? x.localeCompare(y) : x - y);
    });
    table.tBodies[0].append(...rows);
  }));
  const reachable = () => table.querySelector("td[tabindex]:not([hidden])");
  if (reachable()) reachable().tabIndex = 0;
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td[tabindex]");
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!cell || !step) return;
    const rows = [...table.tBodies[0].rows];
    const row = rows[rows.indexOf(cell.parentNode) + step[0]];
    const next = row && row.cells[cell.cellIndex + step[1]];
    if (!next || !next.hasAttribute("tabindex")) return;
    event.preventDefault();
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

for (const box of document.querySelectorAll("[data-group]")) {
  const show = () => {
    const cells = box.closest("section").querySelectorAll(`[data-of="${box.dataset.group}"]`);
    cells.forEach((cell) => { cell.hidden = !box.checked; });
  };
  box.addEventListener("change", show);
  show();
}

const PAGE = 25;
async function unpacked() {
  const bytes = Uint8Array.from(atob(byId("data").textContent), (each) => each.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).json();
}

unpacked().then(({ lines, questions, missed, counts }) => {
  const [dataset, system, category, words] = ["dataset", "system", "category", "words"].map(byId);
  let found = [];
  let told = 0;
  const fill = (select, names) => {
    const before = select.value;
    select.replaceChildren(...names.map((name) => element("option", name)));
    if (names.includes(before)) select.value = before;
  };
  const line = (number, before, kind) => {
    const [ref, text, tokens] = lines[number];
    const item = element("li", `${text} `, kind);
    item.append(element("small", `${before}${ref}, ${tokens} tokens`));
    return item;
  };
  const opened = (body, [number, shown, ranks, derived, fault]) => {
    const [, , , answer, gold] = questions[number];
    if (answer !== null) body.append(element("p", `Answer: ${answer}`));
    if (fault) body.append(element("p", fault, "fault"));
    body.append(element("h4", "What answers"));
    const wanted = element("ul");
    gold.forEach((each, place) => wanted.append(line(each, ranks[place] ? `rank ${ranks[place]}, ` : "not found, ", "gold")));
    body.append(wanted, element("h4", "What came instead, by rank"));
    const came = element("ol");
    shown.forEach((each) => came.append(line(each, "", gold.includes(each) ? "gold" : "")));
    body.append(came);
    if (derived.length) {
      body.append(element("h4", "In the system's own words"));
      const own = element("ol");
      derived.forEach((each) => own.append(element("li", each)));
      body.append(own);
    }
  };
  const more = () => {
    found.slice(told, told + PAGE).forEach((miss) => {
      const [conversation, kind, question] = questions[miss[0]];
      const reached = miss[2].filter((rank) => rank && rank <= 10).length;
      const details = element("details");
      const summary = element("summary", `${question} `);
      summary.append(element("small", `${kind.replaceAll("_", " ")}, ${conversation}, ${reached} of ${miss[2].length} found`));
      details.append(summary);
      details.addEventListener("toggle", () => opened(details, miss), { once: true });
      byId("questions").append(details);
    });
    told = Math.min(found.length, told + PAGE);
    byId("more").hidden = told >= found.length;
  };
  const select = () => {
    const its = (missed[dataset.value] || {})[system.value] || [];
    const wanted = words.value.toLowerCase();
    found = its.filter(([number, shown]) => {
      const [, kind, question, , gold] = questions[number];
      if (category.value !== "all" && kind !== category.value) return false;
      return !wanted || [question, ...[...gold, ...shown].map((each) => lines[each][1])].some((text) => text.toLowerCase().includes(wanted));
    });
    told = 0;
    byId("questions").replaceChildren();
    const all = (counts[dataset.value] || {})[system.value] || 0;
    const kept = its.length < all ? `, of ${its.length} kept here from all that it missed` : "";
    byId("count").textContent = `${found.length} of ${all} missed questions${kept}`;
    more();
  };
  const begin = () => {
    const by = missed[dataset.value] || {};
    fill(system, Object.keys(by));
    const kinds = Object.values(by).flat().map(([number]) => questions[number][1]);
    fill(category, ["all", ...new Set(kinds)]);
    select();
  };
  dataset.addEventListener("change", begin);
  [system, category].forEach((each) => each.addEventListener("change", select));
  words.addEventListener("input", select);
  byId("more").addEventListener("click", more);
  begin();
});
