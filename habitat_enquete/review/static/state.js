// What the page knows of the study, and how it talks to it.

import { $, banner, toast } from "./dom.js";

export const state = {
  study: null, codes: new Map(), memos: new Map(), last: 0, stamp: "",
  view: "empty", opening: 0, text: null, turns: [], byDocument: new Map(), codings: new Map(), aside: new Map(), order: null,
  focus: null, turn: null, selection: null, lastCode: null,
  filters: { code: "", who: "", state: "open", words: "", attribute: "" },
  // What other modules draw when the study changes: set by review.js.
  redraw: () => {}, reload: async () => {}, refresh: async () => {},
};

export const STATES = { suggested: "à décider", accepted: "retenu", rejected: "rejeté", moved: "mis sous un autre code", orphan: "passage introuvable" };

export async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let response;
  try { response = await fetch(path, options); } catch {
    const stopped = "La page ne répond plus : « enquete review » est arrêté. Ce qui est enregistré ne risque rien ; relancez la commande et ouvrez l’adresse qu’elle affiche.";
    banner("banner-server", stopped);
    throw new Error(stopped);
  }
  banner("banner-server", response.status === 401 ? "Cette page n’est plus celle de la session en cours : ouvrez l’adresse complète que « enquete review » affiche." : "");
  const answer = await response.json().catch(() => ({ error: "Réponse illisible : rechargez la page." }));
  if (response.ok) return answer;
  const failure = new Error(answer.error || "La demande a échoué.");
  failure.conflict = response.status === 409;
  throw failure;
}

// What the reader asks to see; null when they asked for something else before it came.
export async function show(where) {
  const mine = ++state.opening, answer = await ask(where);
  return mine === state.opening ? answer : null;
}

export const path = (...parts) => parts.map((part) => part.split("/").map(encodeURIComponent).join("/")).join("/");

// One gesture: what it changed is shown; a refusal is told, and the page shows the study as it is now.
export async function gesture(work, said = "") {
  try {
    const outcome = await work();
    if (outcome) noted(outcome);
    if (said || outcome?.said) toast(said || outcome.said);
    return outcome;
  } catch (failure) {
    toast(failure.message, true);
    if (failure.conflict) await state.reload();
    return null;
  }
}

// What can be undone, and where the journal stands.
export function noted({ can_undo, can_redo, last, stamp }) {
  if (can_undo !== undefined) { $("undo").disabled = !can_undo; $("redo").disabled = !can_redo; }
  if (last !== undefined) state.last = last;
  if (stamp) state.stamp = stamp;
}

export async function loadStudy() {
  const study = await ask("/api/study");
  state.study = study;
  state.memos = new Map();
  for (const memo of study.memos) keepMemo(memo);
  noted(study);
  takeCodebook(study.codebook, study.problem);
}

export function takeCodebook(codebook, problem) {
  state.study.codebook = codebook;
  state.codes = new Map();
  for (const theme of codebook.themes) for (const code of theme.codes) state.codes.set(code.id, { ...code, theme: theme.label, themeId: theme.id });
  banner("banner-grid", problem ? `La grille ne peut pas être lue ; la page garde la dernière version lisible. ${problem}` : "");
}

export const codeOf = (id) => state.codes.get(id) || { id, label: `${id} (absent de la grille)`, colour: "#55606b", definition: "", theme: "", terms: [], not_terms: [] };

export const isStored = (coding) => !coding.id.startsWith("s");
export const isMine = (coding) => coding.kind === "person" && coding.coder === state.study.coder;

export function origin(coding) {
  if (coding.kind === "rule") return "règle de la grille";
  return coding.kind === "model" ? "suggestion du modèle" : `codé par ${coding.coder}`;
}

// Who decided what, apart from the author.
export function verdicts(coding) {
  const words = { accepted: "retenu", rejected: "rejeté", moved: "déplacé" };
  return Object.entries(coding.by).filter(([name]) => coding.kind !== "person" || name !== coding.coder).map(([name, said]) => `${words[said] || said} par ${name}`).join(", ");
}

// How the page names to the study what it bears on, as it saw it.
export const asked = (list) => ({ codings: list.filter(isStored).map(({ id, version }) => ({ id, version })), suggestions: list.filter((c) => !isStored(c)), texts: seen(list.map((c) => c.document)) });

export function seen(documents) {
  const texts = {};
  for (const name of documents) { const part = state.text?.parts.find((p) => p.document === name); if (part) texts[name] = part.sha256; }
  return texts;
}

// ── memos: one per person and thing ───────────────────────────────────────────────────────────────────────────

export function keepMemo(memo) {
  const key = `${memo.target_kind}:${memo.target}`;
  const held = state.memos.get(key) || new Map();
  if (memo.text) held.set(memo.coder, memo.text); else held.delete(memo.coder);
  state.memos.set(key, held);
}

export const memoOf = (kind, target) => state.memos.get(`${kind}:${target}`)?.get(state.study.coder) || "";

// Everybody's memos on a thing, the coder's own first.
export function memosOn(kind, target) {
  const held = [...(state.memos.get(`${kind}:${target}`) || [])];
  return held.sort(([a], [b]) => (a === state.study.coder ? -1 : b === state.study.coder ? 1 : a < b ? -1 : 1)).map(([name, text]) => (name === state.study.coder ? text : `${text} (${name})`));
}

export const saveMemo = (kind, target, text) => gesture(async () => {
  const outcome = await ask("/api/memo", { kind, target, text });
  keepMemo(outcome.memo);
  return outcome;
}, kind === "reading" ? (text ? "Texte marqué comme lu." : "Texte marqué comme à lire.") : "Mémo enregistré.");

// ── filters ───────────────────────────────────────────────────────────────────────────────────────────────────

export function hasAttribute(attributes, wanted = state.filters.attribute) {
  if (!wanted) return true;
  const [name, value] = wanted.split("=");
  const held = attributes[name] || [];
  return (Array.isArray(held) ? held : held.split(";")).includes(value);
}

// Whether a coding is in the state that is asked for: `open`, what is not rejected; `contested`, what people judged differently.
export function isIn(coding, wanted = state.filters.state) {
  if (wanted === "contested") return isContested(coding);
  return wanted === "open" || wanted === "none" ? coding.state !== "rejected" : coding.state === wanted;
}

export const isContested = (coding) => new Set(Object.values(coding.by)).size > 1;

export function isBy(coding, who = state.filters.who) {
  if (!who) return true;
  const [kind, name] = who.split(":");
  return name ? coding.coder === name || name in coding.by : coding.kind === kind;
}

// As a heading says it: « Habitants · plateau · genre : F ». The values of the study's own groups speak for themselves.
const PLAIN = new Set(["public", "publics_pd2h", "territoire", "epci"]);
export function readable(attributes) {
  return Object.entries(attributes).flatMap(([name, value]) => {
    const known = state.study.attributes[name], shown = String(value).split(";").map((v) => known?.values[v] || v);
    return PLAIN.has(name) ? shown : [`${known?.label || name} : ${shown.join(", ")}`];
  }).join(" · ");
}
