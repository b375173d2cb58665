// The side: texts with their progress, who to look at, search in all texts.

import { $, el, keepFocus, plural, toast } from "./dom.js";
import { ask, hasAttribute, state } from "./state.js";

export function showAttributes() {
  const { attributes } = state.study;
  $("attribute").replaceChildren(el("option", { value: "" }, "tout le monde"),
    ...Object.entries(attributes).map(([name, { label, values }]) => el("optgroup", { label }, ...Object.entries(values).map(([value, shown]) => el("option", { value: `${name}=${value}` }, shown)))));
  $("attribute").value = state.filters.attribute;
  if (!$("attribute").value) { state.filters.attribute = ""; $("attribute").value = ""; }
  $("attribute").parentElement.hidden = !Object.keys(attributes).length;
}

export function showCoders() {
  const { coders } = state.study;
  $("filter-who").replaceChildren(el("option", { value: "" }, "tout le monde"), el("option", { value: "rule" }, "les règles"), el("option", { value: "model" }, "le modèle"), el("option", { value: "person" }, "une personne"),
    ...coders.map((name) => el("option", { value: `person:${name}` }, name)));
  $("filter-who").value = state.filters.who;
}

export const showTexts = (open) => keepFocus($("texts"), () => drawTexts(open));

function drawTexts(open) {
  const shown = state.study.texts.filter((text) => hasAttribute(text.attributes));
  $("texts").replaceChildren(...shown.map((text) => {
    const total = text.waiting + text.decided, share = text.read ? 1 : total ? text.decided / total : 0;
    const bar = el("span"); bar.style.width = `${Math.round(share * 100)}%`;
    const facts = [text.kind === "answers" ? plural(text.people, "personne") : "entretien", text.accepted ? plural(text.accepted, "retenu") : "", text.waiting ? `${text.waiting.toLocaleString("fr-FR")} à décider` : "", text.decided ? plural(text.decided, "décidé") : "", text.read ? "lu" : ""];
    const made = el("button", { type: "button", onclick: () => open(text.id) }, text.title, el("small", {}, facts.filter(Boolean).join(" · ")),
      el("span", { class: "meter", role: "img", "aria-label": text.read ? "lu" : `${Math.round(share * 100)} % décidé` }, bar));
    if (state.view === "text" && state.text?.id === text.id) made.setAttribute("aria-current", "true");
    return el("li", {}, made);
  }));
  if (!shown.length) $("texts").replaceChildren(el("li", { class: "hint" }, state.study.texts.length ? "Aucun texte de ces personnes." : "Aucun texte : lancez « enquete import » (réponses) ou « enquete code interviews/ » (entretiens)."));
}

let asking = 0;
export async function search(open) {
  const words = $("query").value.trim(), mine = ++asking;
  if (words.length < 2) { $("results").replaceChildren(); $("found").textContent = words ? "Deux lettres au moins." : ""; return; }
  let found;
  try { found = await ask(`/api/search?q=${encodeURIComponent(words)}`); } catch (failure) { toast(failure.message, true); return; }
  if (mine !== asking) return; // a later search is on its way
  $("found").textContent = found.length ? plural(found.length, "passage") + (found.length === 200 ? " (les 200 premiers)" : "") : "Rien de tel dans les textes.";
  $("results").replaceChildren(...found.map((hit) => el("li", {}, el("button", { type: "button", onclick: () => open(hit.text, hit) },
    "…" + [...hit.before].slice(-40).join(""), el("strong", {}, hit.match), [...hit.after].slice(0, 40).join("") + "…", el("small", {}, hit.document)))));
}
