// What a coder does to codings: accept, reject, move, extend, code, remove, write a memo, many at once.

import { $, button, el, percent, plural, question, said, say, short, toast } from "./dom.js";
import { choose } from "./codebook.js";
import { selectUnits, selectedIn, sentencesIn, wordEdge, wordsIn } from "./spans.js";
import { STATES, ask, asked, codeOf, gesture, isMine, isStored, memoOf, memosOn, origin, saveMemo, seen, state, verdicts } from "./state.js";
import { drawNotes, focusOn, onDetail, order, quoteOf, redrawText, refreshSoon, shownAnswers, turnsOf } from "./transcript.js";

const chosen = () => state.codings.get(state.focus);
const CHOOSE = "Choisissez d’abord un codage (j, k).";

// ── the coding chosen ─────────────────────────────────────────────────────────────────────────────────────────

onDetail(() => {
  const coding = chosen();
  $("detail").hidden = state.view !== "text";
  if (!coding) {
    $("detail").replaceChildren(el("p", { class: "hint" }, "Choisissez un passage codé (", el("kbd", {}, "j"), ", ", el("kbd", {}, "k"), "), ou sélectionnez du texte puis ", el("kbd", {}, "c"), ". Sans souris : ", el("kbd", {}, "J"), ", ", el("kbd", {}, "K"), " vont d’un tour de parole à l’autre, les flèches y choisissent des mots."));
    return;
  }
  const code = codeOf(coding.code), swatch = el("span", { class: "swatch" });
  swatch.style.background = code.colour;
  const row = (name, value) => (value ? [el("dt", {}, name), el("dd", {}, value)] : []);
  const act = (label, key, run) => button(label, run, { title: `${label} (${key})` });
  $("detail").replaceChildren(
    el("p", { class: "hint" }, swatch, " ", code.theme), el("h2", {}, code.label), code.definition ? el("p", { class: "hint" }, code.definition) : "",
    said("blockquote", quoteOf(coding)),
    el("dl", {}, row("État", STATES[coding.state]), row("Origine", origin(coding)), row("Décidé", verdicts(coding)), row("Pourquoi", coding.why), row("Probabilité", coding.kind === "model" ? percent(coding.score) : ""), row("À noter", coding.flags.join(", ")), memosOn("coding", coding.id).flatMap((memo) => row("Mémo", memo))),
    el("div", { class: "actions" }, act("Accepter", "a", () => decide("accept")), act("Rejeter", "r", () => decide("reject")), act("Autre code", "m", moveCode), act("Étendue", "e", resize), act("Mémo", "n", writeMemo), isMine(coding) ? act("Retirer", "x", remove) : ""),
  );
});

// ── deciding ──────────────────────────────────────────────────────────────────────────────────────────────────

export async function decide(action, list = null, more = {}) {
  const which = list || [chosen()].filter(Boolean);
  if (!which.length) return toast(CHOOSE);
  const next = list ? null : nextAfter(which[0]);
  const outcome = await gesture(() => ask("/api/decide", { action, ...asked(which), ...more }));
  if (!outcome) return null;
  const touched = new Set();
  for (const coding of which) if (!isStored(coding)) setAside(coding, outcome, touched);
  settle(outcome, touched);
  if (action === "resize") focusOn(outcome.changed[0]?.id || null, { scroll: false });
  else if (!list) focusOn((next && state.codings.has(next) ? next : outcome.changed.find((c) => state.codings.has(c.id))?.id) || null);
  return outcome;
}

// A suggestion decided on gives way to the coding it became; undoing that brings it back (see `settle`).
function setAside(suggestion, { changed }, touched) {
  turnsOf(suggestion).forEach((turn) => touched.add(turn));
  state.codings.delete(suggestion.id);
  const made = changed.find((c) => c.document === suggestion.document && c.code === suggestion.code && c.start < suggestion.end && c.end > suggestion.start);
  if (made) state.aside.set(made.id, suggestion);
}

// The next coding that waits for a decision, else the next one.
function nextAfter(coding) {
  const list = order(), rest = list.slice(list.findIndex((c) => c.id === coding.id) + 1);
  return (rest.find((c) => c.state === "suggested") || rest[0])?.id;
}

// What a gesture changed, here or in another window.
export function settle(outcome, touched = new Set()) {
  const mark = (coding) => { if (coding) turnsOf(coding).forEach((turn) => touched.add(turn)); };
  for (const id of outcome.removed || []) {
    mark(state.codings.get(id)); state.codings.delete(id);
    const suggestion = state.aside.get(id);
    if (suggestion && state.byDocument.has(suggestion.document)) { mark(suggestion); state.codings.set(suggestion.id, suggestion); }
  }
  for (const coding of outcome.changed || []) {
    if (state.codings.get(coding.id)?.version > coding.version) continue; // older news, come late
    state.codings.delete(state.aside.get(coding.id)?.id);
    mark(state.codings.get(coding.id)); mark(coding);
    if (state.byDocument.has(coding.document)) state.codings.set(coding.id, coding);
  }
  redrawText(touched);
  if (state.focus && !state.codings.has(state.focus)) state.focus = null;
  if (state.view === "text") focusOn(state.focus, { scroll: false, announce: false });
  refreshSoon();
}

export async function replay(which) {
  const outcome = await gesture(() => ask(`/api/${which}`, {}));
  if (!outcome) return;
  if (outcome.grid) toast(`${outcome.said} « Appliquer la grille » remet d’accord les propositions des règles.`);
  if (outcome.grid || outcome.paths.length || state.view !== "text") { await state.reload(); return; }
  settle(outcome);
  const here = outcome.changed.find((coding) => state.codings.has(coding.id)) || outcome.removed.map((id) => state.aside.get(id)).find((suggestion) => suggestion && state.codings.has(suggestion.id));
  if (here) focusOn(here.id);
  say(outcome.said);
}

export const remove = () => {
  const coding = chosen();
  if (!coding) return toast(CHOOSE);
  return isMine(coding) ? decide("delete") : toast("On ne retire que ses propres codages : rejetez celui-ci (r).");
};

export async function moveCode() {
  if (!chosen()) return toast(CHOOSE);
  const coding = chosen(), code = await choose("Mettre sous un autre code");
  return code && code !== coding.code ? decide("move", null, { code }) : null;
}

export async function resize() {
  const coding = chosen(), span = selectedIn(state.turns);
  if (!coding) return toast(CHOOSE);
  if (!span || span.document !== coding.document) return toast("Sélectionnez la nouvelle étendue dans le texte, puis e ; ou [ et ] pour un mot de plus.");
  await decide("resize", [coding], { start: span.start, end: span.end });
  return getSelection().removeAllRanges();
}

// One word more or less on a side of the coding chosen.
export async function nudge(side, grow) {
  const coding = chosen();
  if (!coding) return toast(CHOOSE);
  const turns = turnsOf(coding), turn = side === "start" ? turns[0] : turns[turns.length - 1];
  const at = turn.start + wordEdge(turn.text, coding[side] - turn.start, (side === "start") !== grow, side);
  const span = { start: coding.start, end: coding.end, [side]: at };
  if (at === coding[side] || span.end <= span.start) return toast(grow ? "Le passage va déjà au bout de ce tour de parole." : "Il ne reste qu’un mot.");
  return decide("resize", [coding], span);
}

// ── coding ────────────────────────────────────────────────────────────────────────────────────────────────────

// What is selected; else the whole of the turn being read.
export function passage() {
  const span = selectedIn(state.turns) || state.selection;
  if (span) return span;
  const turn = state.turn;
  return turn && document.activeElement === turn.paragraph ? { document: turn.document, start: turn.start, end: turn.end } : null;
}

export async function codePassage(again = false) {
  const span = passage(), turn = state.turn;
  if (!span) return toast("Sélectionnez d’abord du texte, ou un tour de parole entier par J et K.");
  if (again && !state.codes.has(state.lastCode)) return toast("Aucun code n’a encore servi : codez d’abord par c.");
  const code = again ? state.lastCode : await choose("Coder le passage");
  if (!code) return turn?.paragraph.focus({ preventScroll: true });
  return codeSpan(span, code);
}

export async function codeSpan(span, code) {
  const reading = document.activeElement === state.turn?.paragraph;
  const outcome = await gesture(() => ask("/api/decide", { action: "code", ...span, code, texts: seen([span.document]) }), `Codé : ${codeOf(code).label}.`);
  if (!outcome) return;
  state.lastCode = code; state.selection = null;
  getSelection().removeAllRanges(); hideFloat();
  settle(outcome);
  const made = outcome.changed[0];
  if (made && state.codings.has(made.id)) focusOn(made.id, { scroll: false });
  if (reading) state.turn.paragraph.focus({ preventScroll: true });
}

// Words and sentences of the turn being read, chosen by arrows: the mouse is never needed.
export function arrow(event) {
  const turn = state.turn;
  if (!turn || document.activeElement !== turn.paragraph) return false;
  const forward = event.key === "ArrowRight" || event.key === "ArrowDown";
  const units = event.key === "ArrowUp" || event.key === "ArrowDown" ? sentencesIn(turn.text) : wordsIn(turn.text);
  if (!units.length) return true;
  const held = heldUnits(turn.paragraph);
  let [from, to] = held || [-1, -1];
  if (!held) [from, to] = units[forward ? 0 : units.length - 1];
  else if (event.shiftKey && forward) to = (units.find(([, end]) => end > to) || [0, to])[1];
  else if (event.shiftKey) to = Math.max((units.filter(([, end]) => end < to).pop() || [0, to])[1], units.find(([, end]) => end > from)?.[1] ?? to);
  else [from, to] = (forward ? units.find(([start]) => start > from) : units.filter(([start]) => start < from).pop()) || [from, to];
  selectUnits(turn.paragraph, from, to);
  say(turn.text.slice(from, to));
  return true;
}

function heldUnits(paragraph) {
  const held = getSelection();
  if (!held.rangeCount || held.isCollapsed || !paragraph.contains(held.anchorNode)) return null;
  const range = held.getRangeAt(0), before = document.createRange();
  before.setStart(paragraph, 0); before.setEnd(range.startContainer, range.startOffset);
  const from = before.toString().length;
  return [from, from + range.toString().length];
}

// ── the small bar beside what the mouse selected ──────────────────────────────────────────────────────────────

export function hideFloat() { $("float").hidden = true; }

export function showFloat() {
  const span = selectedIn(state.turns);
  if (!span || state.view !== "text") return hideFloat();
  const last = state.codes.get(state.lastCode);
  $("float-again").hidden = !last;
  if (last) { $("float-again").textContent = last.label; $("float-again").title = `Coder « ${last.label} » (.)`; }
  $("float-episode").hidden = state.text.kind === "answers";
  $("float").hidden = false;
  const boxes = getSelection().getRangeAt(0).getClientRects(), box = boxes[boxes.length - 1];
  const { offsetWidth, offsetHeight } = $("float");
  $("float").style.left = `${Math.max(8, Math.min(innerWidth - offsetWidth - 8, box.right - offsetWidth / 2))}px`;
  $("float").style.top = `${box.bottom + offsetHeight + 12 > innerHeight ? box.top - offsetHeight - 8 : box.bottom + 8}px`;
  return null;
}

// ── many at once ──────────────────────────────────────────────────────────────────────────────────────────────

export async function bulk() {
  const list = order().filter((c) => c.state === "suggested");
  if (!list.length) return toast("Aucune proposition à accepter avec ces filtres.");
  const above = ({ least }) => list.filter((c) => c.score >= Number(least));
  const given = await question(`Accepter en lot : ${plural(list.length, "proposition affichée", "propositions affichées")}`, [
    { id: "least", label: "Probabilité d’au moins", value: "0.5", options: [["0", "toutes"], ["0.5", "50 %"], ["0.7", "70 %"], ["0.8", "80 %"], ["0.9", "90 %"]] },
  ], { ok: "Accepter", preview: (now) => { const held = above(now); return { said: `${plural(held.length, "sera acceptée", "seront acceptées")} :`, lines: held.map((c) => `${codeOf(c.code).label} : « ${short(quoteOf(c))} »`) }; } });
  const held = given ? above(given) : [];
  if (held.length && (await decide("accept", held))) toast(`${plural(held.length, "codage accepté", "codages acceptés")}, en un seul geste : u pour annuler.`);
  return null;
}

// One code on every answer that the filters show and that does not have it yet.
export async function bulkCode() {
  const parts = shownAnswers().filter((part) => part.turns.length);
  if (!parts.length) return toast("Aucune réponse affichée.");
  const code = await choose(`Coder ${plural(parts.length, "réponse affichée", "réponses affichées")}`);
  if (!code) return null;
  const has = new Set([...state.codings.values()].filter((c) => c.code === code && c.state === "accepted").map((c) => c.document));
  const todo = parts.filter((part) => !has.has(part.document)), label = codeOf(code).label;
  if (!todo.length) return toast(`Toutes ces réponses ont déjà « ${label} ».`);
  const sure = await question(`Coder « ${label} »`, [], { ok: "Coder", preview: () => ({ said: `${plural(todo.length, "réponse sera codée", "réponses seront codées")} en entier :`, lines: todo.slice(0, 41).map((part) => short(part.turns.map((turn) => turn.text).join(" "))).concat(Array(Math.max(0, todo.length - 41)).fill("")) }) });
  if (!sure) return null;
  const spans = todo.map((part) => { const turns = state.byDocument.get(part.document); return { document: part.document, start: turns[0].start, end: turns[turns.length - 1].end }; });
  const outcome = await gesture(() => ask("/api/decide", { action: "code", spans, code, texts: seen(todo.map((part) => part.document)) }), `${plural(todo.length, "réponse codée", "réponses codées")}, en un seul geste : u pour annuler.`);
  if (outcome) { state.lastCode = code; settle(outcome); redrawText(); }
  return null;
}

// ── memos ─────────────────────────────────────────────────────────────────────────────────────────────────────

export async function writeMemo() {
  const coding = chosen();
  if (!coding && state.turn) return writeTextMemo();
  if (!coding || !isStored(coding)) return toast(coding ? "Décidez d’abord de cette suggestion." : CHOOSE);
  const given = await question("Mémo sur ce codage", [{ id: "text", label: "Mémo", value: memoOf("coding", coding.id), long: true }]);
  if (given && (await saveMemo("coding", coding.id, given.text))) { redrawText(new Set(turnsOf(coding))); focusOn(coding.id, { scroll: false, announce: false }); }
  return null;
}

// On the interview, or on the answer being read.
export async function writeTextMemo() {
  const part = state.turn?.part || state.text.parts[0], answers = state.text.kind === "answers";
  const others = memosOn("document", part.document).slice(memoOf("document", part.document) ? 1 : 0);
  const given = await question(answers ? `Mémo sur la réponse de ${part.person || part.document}` : "Mémo sur ce texte", [{ id: "text", label: "Mémo", value: memoOf("document", part.document), long: true }],
    { intro: others.length ? el("ul", {}, others.map((memo) => el("li", {}, memo))) : null });
  if (given && (await saveMemo("document", part.document, given.text))) drawNotes(part);
}

export async function markRead() {
  const is = memoOf("reading", state.text.id) !== "";
  if (await saveMemo("reading", state.text.id, is ? "" : "lu")) { $("read").setAttribute("aria-pressed", String(!is)); refreshSoon(); }
}

// ── passages lost when the text changed ───────────────────────────────────────────────────────────────────────

state.replace = async (coding) => {
  const span = selectedIn(state.turns) || state.selection;
  if (!span || span.document !== coding.document) return toast("Sélectionnez d’abord, dans le texte, le passage où le replacer.");
  if (await gesture(() => ask("/api/decide", { action: "resize", ...asked([coding]), start: span.start, end: span.end }), "Codage replacé.")) await state.reload();
  return null;
};
state.drop = async (coding) => { if (await gesture(() => ask("/api/decide", { action: "reject", ...asked([coding]) }), "Codage rejeté.")) await state.reload(); };
