// Erasing asks first, says what would go, and hands out the certificate.

import { call } from "./api.js";
import { button, copy, count, dialog, el, field, put, save, whole } from "./dom.js";

/** Ask whether to erase; `what` is an id or a scope, `done` is called once it is gone. */
export async function eraser(what, name, done) {
  const place = el("div", { "aria-live": "polite" }, el("p", {}, "Looking what would go…"));
  const made = dialog(`Erase ${name} for ever?`, place);
  made.classList.add("erase");
  const cancel = button("Keep it", () => made.close(), { class: "main" });
  try {
    const preview = await call("erase", { what, preview: true });
    const why = el("input", { name: "why", autocomplete: "off" });
    const sure = button("Erase for ever", () => destroy(), { class: "danger" });
    const destroy = async () => {
      sure.disabled = cancel.disabled = true;
      try {
        const certificate = await call("erase", { what, why: why.value });
        done();
        made.querySelector("h2").textContent = certificate.proved ? "Erased" : "Not wholly erased";
        put(place, ...proof(certificate), el("p", { class: "ends" },
          button("Copy", () => copy(JSON.stringify(certificate, null, 1))),
          button("Save", () => save(`erased-${certificate.seq ?? "before"}.json`, certificate)),
          button("Close", () => made.close(), { class: "main" })));
        place.querySelector("button.main").focus();
      } catch (error) {
        sure.disabled = cancel.disabled = false;
        place.append(el("p", { class: "wrong", role: "alert" }, error.message));
      }
    };
    put(place,
      el("p", {}, `${count(preview.ids.length, "item")} would go, ${whole(preview.derived.length)} of them derived from what is erased. This cannot be undone.`),
      rowsOf(preview),
      preview.related.length ? el("p", { class: "note" }, `${count(preview.related.length, "other version")} of the same message would stay.`) : null,
      field("Why, for the journal (do not repeat here what is erased)", why),
      el("p", { class: "ends" }, sure, cancel));
    cancel.focus();
  } catch (error) {
    place.replaceChildren(el("p", { class: "wrong", role: "alert" }, error.message), el("p", { class: "ends" }, cancel));
    cancel.focus();
  }
}

function rowsOf(certificate) {
  const rows = Object.entries(certificate.rows).filter(([, number]) => number);
  return el("ul", { class: "plain" }, rows.map(([name, number]) => el("li", {}, `${name.replaceAll("_", " ")}: ${whole(number)}`)));
}

function proof(certificate) {
  const searched = Object.keys(certificate.files);
  return [
    el("p", { class: certificate.proved ? "proved" : "wrong", role: "status" }, certificate.proved
      ? `Erased, and proved: ${count(certificate.needles, "byte string")} searched for in ${searched.join(", ") || "memory"}, none left.`
      : `Erased from every row, but bytes are left: ${certificate.residue.join(", ")}. Ask for the same again.`),
    rowsOf(certificate),
    certificate.kept_in.length ? el("p", { class: "note" }, `Rows that were not erased and hold some of the same bytes: ${certificate.kept_in.join(", ")}.`) : null,
    el("details", {}, el("summary", {}, "The certificate"),
      el("pre", { tabindex: "0", role: "region", "aria-label": "Certificate" }, JSON.stringify(certificate, null, 1))),
  ];
}
