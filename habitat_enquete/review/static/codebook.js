// The codebook: read, filtered, dragged, edited; every edit goes to codebook.yaml, its comments kept, and can be undone.

import { $, el, fold, keepFocus, pick, plural, question, toast, wait } from "./dom.js";
import { ask, codeOf, gesture, memoOf, memosOn, saveMemo, state, takeCodebook } from "./state.js";

let openCode = () => {};
export const onOpenCode = (open) => { openCode = open; };

export const showCodebook = () => keepFocus($("codebook"), drawCodebook);

function drawCodebook() {
  const said = fold($("code-query").value).split(/\s+/).filter(Boolean), { themes, absent } = state.study.codebook;
  const has = (code, theme) => said.every((word) => fold(`${code.label} ${code.id} ${theme.label} ${code.definition}`).includes(word));
  $("codebook").replaceChildren(...themes.map((theme) => {
    const codes = theme.codes.filter((code) => has(code, theme));
    if (said.length && !codes.length) return "";
    const swatch = el("span", { class: "swatch" }); swatch.style.background = theme.colour;
    const title = el("h3", {}, swatch, el("span", {}, theme.label),
      el("button", { type: "button", class: "more", title: "Renommer le thème", "aria-label": `Renommer le thème ${theme.label}`, onclick: () => renameTheme(theme) }, "✎"),
      el("button", { type: "button", class: "more", title: `Ajouter un code à « ${theme.label} »`, "aria-label": `Ajouter un code à ${theme.label}`, onclick: () => addCode(theme) }, "+"));
    droppable(title, (dragged) => edit({ edit: "move", code: dragged, theme: theme.id }));
    return el("section", {}, title, el("ul", {}, codes.map((code) => codeItem(code, theme))));
  }), ...absentCodes(absent));
  const kept = state.filters.code;
  $("filter-code").replaceChildren(el("option", { value: "" }, "tous"), ...themes.map((theme) => el("optgroup", { label: theme.label }, theme.codes.map((code) => el("option", { value: code.id }, code.label)))), ...(absent.length ? [el("optgroup", { label: "absents de la grille" }, absent.map(({ id }) => el("option", { value: id }, id)))] : []));
  $("filter-code").value = kept;
  if ($("filter-code").value !== kept) { state.filters.code = ""; $("filter-code").value = ""; }
}

function codeItem(code, theme) {
  const swatch = el("span", { class: "swatch" }); swatch.style.background = code.colour;
  const item = el("li", { draggable: true }, swatch, el("button", { type: "button", class: "code-name", title: code.definition || null, onclick: () => openCode(code.id) }, code.label),
    el("span", { class: "count", title: "codages retenus" }, String(code.count || "")),
    el("button", { type: "button", class: "more", "aria-label": `Modifier ${code.label}`, title: "Modifier, déplacer, fusionner, retirer", onclick: () => editCode(code) }, "⋯"));
  item.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/code", code.id));
  droppable(item, (dragged) => dragged !== code.id && edit({ edit: "move", code: dragged, theme: theme.id, before: code.id }));
  return item;
}

function droppable(target, drop) {
  target.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("text/code")) { event.preventDefault(); target.classList.add("over"); } });
  target.addEventListener("dragleave", () => target.classList.remove("over"));
  target.addEventListener("drop", (event) => { event.preventDefault(); target.classList.remove("over"); drop(event.dataTransfer.getData("text/code")); });
}

// Codings whose code somebody renamed or removed in the file: nothing is lost, a person says where they go.
function absentCodes(absent) {
  if (!absent.length) return [];
  return [el("section", {}, el("h3", {}, "Absents de la grille"), el("p", { class: "hint" }, "Ces codes ont été renommés ou retirés ; leurs codages sont gardés."),
    el("ul", {}, absent.map(({ id, count }) => el("li", {}, el("button", { type: "button", class: "code-name", onclick: () => openCode(id) }, id), el("span", { class: "count" }, String(count)),
      el("button", { type: "button", class: "more", title: "Mettre ses codages sous un autre code", "aria-label": `Mettre les codages de ${id} sous un autre code`, onclick: () => adopt(id) }, "→")))))];
}

async function adopt(id) {
  const to = await choose(`Mettre les codages de « ${id} » sous`);
  if (!to) return;
  const outcome = await gesture(() => ask("/api/adopt", { code: id, value: to }));
  if (!outcome) return;
  toast(`${plural(outcome.changed.length, "codage", "codages")} sous « ${codeOf(to).label} ». Les propositions des règles suivront par « Appliquer la grille ».`);
  await state.reload();
}

// ── editing ───────────────────────────────────────────────────────────────────────────────────────────────────

// Gives what the study answers, or null when it refuses.
export async function edit(asked, said = "Grille enregistrée.") {
  const outcome = await gesture(() => ask("/api/edit", { ...asked, sha256: state.study.codebook.sha256 }), said);
  if (!outcome) return null;
  takeCodebook(outcome, outcome.problem);
  showCodebook(); state.redraw();
  if (["merge", "remove", "split"].includes(asked.edit)) await state.reload();
  return outcome;
}

export async function reloadCodebook() {
  const tree = await ask("/api/codebook");
  takeCodebook(tree, tree.problem); showCodebook(); state.redraw();
}

async function addCode(theme) {
  const given = await question(`Nouveau code dans « ${theme.label} »`, [{ id: "value", label: "Nom du code" }], { ok: "Ajouter" });
  if (given?.value.trim()) await edit({ edit: "add_code", theme: theme.id, value: given.value.trim() });
}

// A code chosen by its name, or made on the way while reading; gives its id, or null.
export const choose = (title) => pick(title, [...state.codes.values()], createCode);

async function createCode(name) {
  const { themes } = state.study.codebook;
  const given = await question("Nouveau code", [
    { id: "value", label: "Nom du code", value: name },
    { id: "theme", label: "Thème", value: state.codes.get(state.lastCode)?.themeId || themes[0]?.id, options: themes.map((theme) => [theme.id, theme.label]) },
    { id: "definition", label: "Définition", value: "", long: true },
  ], { ok: "Créer" });
  if (!given?.value.trim() || !given.theme) return null;
  const outcome = await edit({ edit: "add_code", theme: given.theme, value: given.value.trim(), definition: given.definition.trim() });
  return outcome?.made || null;
}

export async function addTheme() {
  const given = await question("Nouveau thème", [{ id: "value", label: "Nom du thème" }], { ok: "Ajouter" });
  if (given?.value.trim()) await edit({ edit: "add_theme", value: given.value.trim() });
}

async function renameTheme(theme) {
  const given = await question("Renommer le thème", [{ id: "value", label: "Nom du thème", value: theme.label }]);
  if (given?.value.trim() && given.value.trim() !== theme.label) await edit({ edit: "theme_label", theme: theme.id, value: given.value.trim() });
}

const TEXTS = ["label", "definition", "include", "exclude", "polarity", "policy", "colour"], LISTS = ["terms", "not_terms"];
const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

// Where a code may go, as dragging it would: the end of a theme, or before another code.
const places = (code) => state.study.codebook.themes.flatMap((theme) => [[theme.id, `à la fin de ${theme.label}`], ...theme.codes.filter((c) => c.id !== code.id).map((c) => [`${theme.id}/${c.id}`, `${theme.label} : avant ${c.label}`])]);

async function editCode(code) {
  const others = [...state.codes.values()].filter((c) => c.id !== code.id).map((c) => [c.id, `${c.label} (${c.theme})`]);
  const notes = memosOn("code", code.id).slice(memoOf("code", code.id) ? 1 : 0);
  const given = await question(`Code « ${code.label} »`, [
    { id: "label", label: "Nom", value: code.label },
    { id: "definition", label: "Définition", value: code.definition, long: true },
    { id: "include", label: "Coder quand", value: code.include, long: true },
    { id: "exclude", label: "Ne pas coder quand", value: code.exclude, long: true },
    { id: "polarity", label: "Sens", value: code.polarity, options: [["barrier", "frein"], ["opportunity", "opportunité"], ["neutral", "neutre"]] },
    { id: "colour", label: "Couleur", value: code.colour, type: "color" },
    { id: "policy", label: "Ce que valent ses règles", value: code.policy, options: [["auto", "un terme trouvé compte tout de suite"], ["suggest", "une personne décide"]] },
    { id: "terms", label: "Termes, un par ligne", value: code.terms.join("\n"), long: true },
    { id: "not_terms", label: "Contextes exclus, un par ligne", value: code.not_terms.join("\n"), long: true },
    { id: "place", label: "Place dans la grille", value: "", options: [["", "— ne pas déplacer —"], ...places(code)] },
    { id: "gone", label: "Fusionner ou retirer", value: "", options: [["", "— garder ce code —"], ["remove", "retirer de la grille (ses codages sont gardés)"], ...others.map(([id, label]) => [`merge:${id}`, `fusionner dans ${label}`])] },
    { id: "memo", label: "Mémo", value: memoOf("code", code.id), long: true, hint: notes.join(" · ") },
  ]);
  if (!given) return null;
  if (given.memo.trim() !== memoOf("code", code.id)) await saveMemo("code", code.id, given.memo);
  if (given.gone === "remove") return edit({ edit: "remove", code: code.id }, `« ${code.label} » retiré de la grille.`);
  if (given.gone) return edit({ edit: "merge", code: code.id, value: given.gone.slice(6) }, `« ${code.label} » fusionné.`);
  const values = {};
  for (const key of TEXTS) if (given[key].trim() !== (code[key] || "")) values[key] = given[key].trim();
  for (const key of LISTS) if (lines(given[key]).join("\n") !== code[key].join("\n")) values[key] = lines(given[key]);
  if (given.place) [values.theme, values.before = ""] = given.place.split("/");
  if (!Object.keys(values).length) return null;
  const said = values.terms || values.not_terms || values.policy ? "Grille enregistrée. « Appliquer la grille » relit les textes avec ces termes." : "Grille enregistrée.";
  return edit({ edit: "set", code: code.id, values }, said);
}

export async function applyRules() {
  wait("Lecture des textes avec la grille…");
  $("rules").disabled = true;
  const done = await gesture(() => ask("/api/rules", {}));
  $("rules").disabled = false;
  if (!done) return;
  toast(`${plural(done.coded, "texte relu", "textes relus")} : ${plural(done.added, "proposition ajoutée", "propositions ajoutées")}, ${plural(done.removed, "retirée")}. Vos décisions n’ont pas bougé.`);
  await state.reload();
}

