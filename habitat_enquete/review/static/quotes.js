// The page of a code: all its passages in context, decided on, moved or split off together.

import { $, button, el, plural, question, said, toast } from "./dom.js";
import { choose, edit } from "./codebook.js";
import { STATES, ask, codeOf, gesture, hasAttribute, isBy, isIn, memosOn, origin, path, readable, show, state, verdicts } from "./state.js";
import { closeText, focusOn, open, refreshSoon } from "./transcript.js";

let quotes = [], code = null;

export async function openCode(id) {
  let found;
  try { found = await show(`/api/code/${path(id)}`); } catch (failure) { toast(failure.message, true); return; }
  if (!found) return;
  quotes = found; code = codeOf(id);
  state.view = "code"; state.focus = null; state.code = id; closeText();
  document.body.dataset.view = "code";
  $("detail").hidden = true; $("float").hidden = true;
  $("title").textContent = code.label; document.title = `${code.label} – relecture`;
  draw();
  $("text").scrollTop = 0; $("title").focus();
}

const shown = () => quotes.filter((quote) => hasAttribute(quote.attributes) && isBy(quote.coding) && isIn(quote.coding));

export function draw() {
  const list = shown(), people = new Set(list.filter((quote) => quote.coding.state === "accepted").map((quote) => quote.person));
  $("progress").textContent = `${plural(list.length, "passage affiché", "passages affichés")} sur ${quotes.length.toLocaleString("fr-FR")} · retenu chez ${plural(people.size, "personne")}.`;
  const all = el("input", { type: "checkbox", onchange: () => { for (const box of document.querySelectorAll(".quote input")) box.checked = all.checked; } });
  $("body").replaceChildren(
    code.definition ? el("p", { class: "note" }, code.definition) : "", ...memosOn("code", state.code).map((memo) => el("p", { class: "note" }, `Mémo : ${memo}`)),
    el("div", { class: "actions bulk" }, el("label", { class: "check" }, all, " tout cocher"), button("Accepter", () => decide("accept")), button("Rejeter", () => decide("reject")), button("Mettre sous un autre code…", move), button("Scinder : nouveau code…", split), state.text ? button("Revenir au texte", () => open(state.text.id)) : ""),
    ...list.map(item));
  if (!list.length) $("body").append(el("p", { class: "hint" }, "Aucun passage avec ces filtres."));
}

function item(quote) {
  const { coding } = quote, box = el("input", { type: "checkbox", "aria-label": `Cocher : ${[...quote.text].slice(0, 60).join("")}` });
  box.coding = coding;
  const facts = [quote.person, readable(quote.attributes), STATES[coding.state], origin(coding), verdicts(coding)].filter(Boolean).join(" · ");
  return el("article", { class: `quote ${coding.state}` }, box, el("div", {}, el("p", { dir: "auto" }, quote.before ? el("span", { class: "ctx" }, "…" + quote.before) : "", quote.text.length > 1500 ? said("strong", quote.text) : el("strong", {}, quote.text), quote.after ? el("span", { class: "ctx" }, quote.after + "…") : ""),
    el("small", {}, facts, " ", button("lire dans le texte", async () => { if (await open(quote.title, { document: coding.document, start: coding.start })) focusOn(coding.id); }, { "aria-label": `Lire dans le texte : ${[...quote.text].slice(0, 60).join("")}` }))));
}

const picked = () => [...document.querySelectorAll(".quote input:checked")].map((box) => box.coding);
const asked = (list) => list.map(({ id, version }) => ({ id, version }));

async function decide(action, more = {}, said = "") {
  const list = picked();
  if (!list.length) return toast("Cochez d’abord des passages.");
  const outcome = await gesture(() => ask("/api/decide", { action, codings: asked(list), ...more }), said || `${plural(list.length, "passage")} : ${action === "accept" ? "acceptés" : "rejetés"}.`);
  if (outcome) { refreshSoon(); await again(); }
  return outcome;
}

async function move() {
  const list = picked();
  if (!list.length) return toast("Cochez d’abord des passages.");
  const to = await choose(`Mettre ${plural(list.length, "passage")} sous un autre code`);
  return to ? decide("move", { code: to }, `${plural(list.length, "passage")} sous « ${codeOf(to).label} ».`) : null;
}

// A code too wide becomes two: the passages ticked go to a new one, in one gesture.
async function split() {
  const list = picked();
  if (!list.length) return toast("Cochez d’abord les passages qui iront au nouveau code.");
  const given = await question(`Scinder « ${code.label} » : ${plural(list.length, "passage")} iront à un nouveau code`, [{ id: "value", label: "Nom du nouveau code" }], { ok: "Scinder" });
  if (!given?.value.trim()) return null;
  const value = given.value.trim();
  return edit({ edit: "split", theme: code.themeId, value, codings: asked(list) }, `« ${code.label} » scindé : ${plural(list.length, "passage")} sous « ${value} ».`);
}

export async function again() {
  const top = $("text").scrollTop;
  try { quotes = await ask(`/api/code/${path(state.code)}`); } catch (failure) { toast(failure.message, true); return; }
  code = codeOf(state.code);
  draw(); $("text").scrollTop = top;
}
