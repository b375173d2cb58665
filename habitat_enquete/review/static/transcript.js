// A text on screen: turns drawn as they come into view, coloured spans, stripes and code names in the margin.

import { $, button, el, fold, percent, plural, say, toast } from "./dom.js";
import { blocks, selectUnits, size, toUnits, words } from "./spans.js";
import { STATES, ask, codeOf, hasAttribute, isBy, isContested, isIn, loadStudy, memoOf, memosOn, origin, path, readable, show as seek, state } from "./state.js";

const LANE = 7, LANES = 44; // pixels: one stripe, all of them
const CHUNK = 40, ANSWER = 96; // answers drawn together, the pixels that one takes as long as it is not drawn
let seen = null, chunks = [];

// ── opening ───────────────────────────────────────────────────────────────────────────────────────────────────

export async function open(id, at = null) {
  let text;
  try { text = await seek(`/api/text/${path(id)}`); } catch (failure) { toast(failure.message, true); return false; }
  if (!text) return false;
  state.text = text; state.view = "text"; state.focus = null; state.turn = null; state.selection = null;
  state.filters.words = ""; $("filter-words").value = "";
  take();
  history.replaceState(null, "", `#${encodeURIComponent(id)}`);
  document.body.dataset.view = "text";
  $("title").textContent = state.text.title; document.title = `${state.text.title} – relecture`;
  drawText(); showDetail();
  $("text").scrollTop = 0;
  if (at) goTo(at);
  return true;
}

// The same text again, as the study has it now; the reader stays where they were.
export async function reopen() {
  const top = $("text").scrollTop, turn = state.turn && { document: state.turn.document, start: state.turn.start };
  const { id } = state.text;
  let text;
  try { text = await ask(`/api/text/${path(id)}`); } catch (failure) { toast(failure.message, true); return; }
  if (state.view !== "text" || state.text.id !== id) return; // the reader went elsewhere meanwhile
  state.text = text;
  take();
  if (!state.codings.has(state.focus)) state.focus = null;
  drawText(); showDetail();
  state.turn = turn ? turnAt(turn.document, turn.start) || null : null;
  $("text").scrollTop = top;
}

function take() {
  state.codings = new Map(state.text.codings.map((coding) => [coding.id, coding]));
  state.selection = null;
}

// ── drawing ───────────────────────────────────────────────────────────────────────────────────────────────────

export function drawText() {
  closeText();
  seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) target.isNear = isIntersecting;
    hydrate(entries.flatMap(({ target, isIntersecting }) => (isIntersecting ? turnsIn(target) : [])));
  }, { root: $("text"), rootMargin: "500px" });
  state.turns = []; state.byDocument = new Map();
  const answers = state.text.kind === "answers";
  document.body.dataset.kind = state.text.kind;
  for (const part of state.text.parts) drawPart(part, answers);
  chunks = answers ? inChunks(state.text.parts) : [];
  for (const target of answers ? chunks : state.turns.map((turn) => turn.node)) seen.observe(target);
  $("body").replaceChildren(...lostPassages(), ...(answers ? chunks : state.text.parts.map((part) => part.box)));
  assign(); show(); showProgress();
}

function drawPart(part, answers) {
  const box = el("section", { class: "part" });
  if (answers) box.append(el("header", {}, [part.person || part.document, readable(part.attributes)].filter(Boolean).join(" · ")));
  part.box = box; part.notes = el("div", { class: "notes" }); box.append(part.notes); drawNotes(part);
  for (const turn of part.turns) {
    let start = turn.start;
    for (const text of blocks(turn.text)) { box.append(drawTurn({ ...turn, start, text }, part, answers || start > turn.start)); start += size(text); }
  }
}

// Answers by forties: what is far from the screen costs nothing, and there are few things to watch.
function inChunks(parts) {
  const made = [];
  for (let from = 0; from < parts.length; from += CHUNK) {
    const held = parts.slice(from, from + CHUNK), chunk = el("div", { class: "chunk" }, held.map((part) => part.box));
    for (const part of held) part.chunk = chunk;
    chunk.parts = held; made.push(chunk);
  }
  return made;
}

// The turns on screen of what comes into view: a turn of an interview, or a chunk of answers.
const turnsIn = (target) => (target.turn ? [target.turn] : target.parts.filter((part) => !part.box.hidden).flatMap((part) => state.byDocument.get(part.document) || []));

// What the coders wrote of an interview, or of an answer.
export function drawNotes(part) { part.notes.replaceChildren(...memosOn("document", part.document).map((memo) => el("p", { class: "note" }, `✎ ${memo}`))); }

export function closeText() { seen?.disconnect(); seen = null; }

function drawTurn(turn, part, isBare) {
  const paragraph = el("p", { tabIndex: -1, dir: "auto" }, turn.text), made = { document: part.document, part, index: state.turns.length, start: turn.start, size: size(turn.text), text: turn.text, drawn: false, codings: [], paragraph };
  made.end = made.start + made.size;
  const node = el("article", { class: `turn ${turn.role}` }, isBare ? null : el("header", {}, [turn.speaker, turn.time].filter(Boolean).join(" · ")), paragraph);
  paragraph.turn = node.turn = made; made.node = node;
  state.turns.push(made);
  if (!state.byDocument.has(part.document)) state.byDocument.set(part.document, []);
  state.byDocument.get(part.document).push(made);
  return node;
}

function lostPassages() {
  const lost = state.text.lost;
  if (!lost.length) return [];
  return [el("details", { class: "note" }, el("summary", {}, `${plural(lost.length, "codage n’a", "codages n’ont")} plus de passage : le texte a changé.`),
    el("p", { class: "hint" }, "« Appliquer la grille » les replace quand le passage se retrouve. Sinon, sélectionnez le bon passage puis « Replacer », ou rejetez-les."),
    ...lost.map(({ coding, words: said }) => el("div", { class: "lost" }, el("strong", {}, codeOf(coding.code).label), ` · ${origin(coding)} · « ${said} »`,
      el("div", { class: "actions" }, button("Replacer sur la sélection", () => state.replace(coding)), button("Rejeter", () => state.drop(coding))))))];
}

// Which codings lie on which turns: all of them, or those of a few turns only.
function assign(only = null) {
  state.order = null;
  const turns = only || state.turns, wanted = only && new Set(only);
  for (const turn of turns) turn.codings = [];
  for (const coding of state.codings.values()) if (visible(coding)) for (const turn of turnsOf(coding)) if (!wanted || wanted.has(turn)) turn.codings.push(coding);
  for (const turn of turns) turn.codings.sort((a, b) => a.start - b.start || b.end - a.end);
}

export const visible = (coding) => (!state.filters.code || coding.code === state.filters.code) && isBy(coding) && isIn(coding);

// Answers that the filters leave out are hidden; an interview is always whole.
function show(only = null) {
  if (state.text.kind !== "answers") { for (const part of state.text.parts) part.box.hidden = false; return; }
  const { code, who, state: wanted } = state.filters, said = fold(state.filters.words).split(/\s+/).filter(Boolean);
  const byCoding = code || who || !["open", "none"].includes(wanted);
  for (const part of only || state.text.parts) {
    const held = state.byDocument.get(part.document)?.some((turn) => turn.codings.length);
    if (said.length) part.folded ??= fold(part.turns.map((turn) => turn.text).join(" "));
    const is = hasAttribute(part.attributes) && said.every((word) => part.folded.includes(word)) && (wanted === "none" ? !held : !byCoding || held);
    // An answer that a gesture has just left out stays until the filters change: what one works on does not vanish.
    part.box.hidden = only ? part.box.hidden && !is : !is;
  }
  for (const chunk of only ? new Set([...only].map((part) => part.chunk)) : chunks) {
    chunk.shown = chunk.parts.filter((part) => !part.box.hidden).length;
    chunk.hidden = !chunk.shown;
    chunk.style.containIntrinsicBlockSize = `${chunk.shown * ANSWER}px`;
    if (chunk.isNear) hydrate(turnsIn(chunk));
  }
  state.shown = chunks.reduce((sum, chunk) => sum + chunk.shown, 0);
}

const shownTurns = () => state.turns.filter((turn) => !turn.part.box.hidden);
export const shownAnswers = () => state.text.parts.filter((part) => !part.box.hidden);

function hydrate(turns, force = false) {
  const todo = turns.filter((turn) => force || !turn.drawn);
  for (const turn of todo) { turn.drawn = true; drawSegments(turn); }
  align(todo);
}

function drawSegments(turn) {
  const cuts = new Set([0, turn.size]);
  for (const c of turn.codings) { cuts.add(Math.max(0, c.start - turn.start)); cuts.add(Math.min(turn.size, c.end - turn.start)); }
  const points = [...cuts].sort((a, b) => a - b), pieces = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const text = words(turn.text, points[i], points[i + 1]);
    const held = turn.codings.filter((c) => c.start - turn.start <= points[i] && c.end - turn.start >= points[i + 1]);
    pieces.push(held.length ? segment(text, held) : document.createTextNode(text));
  }
  turn.paragraph.replaceChildren(...pieces);
  turn.chips?.remove(); turn.stripes?.remove(); turn.chips = turn.stripes = null;
  if (!turn.codings.length) return;
  turn.stripes = el("div", { class: "stripes", "aria-hidden": "true" });
  turn.chips = el("ul", { class: "chips", "aria-label": "Codages de ce passage" }, turn.codings.map(chip));
  turn.node.append(turn.stripes, turn.chips);
}

// Overlaps show as stacked underlines, one colour a code; dashes say that nobody has decided.
function segment(text, held) {
  const made = el("span", { class: "seg" }, text), shown = held.slice(-3);
  made.ids = held.map((c) => c.id);
  made.style.backgroundColor = `${codeOf(held[held.length - 1].code).colour}${held.length > 1 ? "2b" : "1c"}`;
  made.style.backgroundImage = shown.map((c) => { const colour = codeOf(c.code).colour; return c.state === "suggested" ? `repeating-linear-gradient(90deg, ${colour} 0 6px, transparent 6px 10px)` : `linear-gradient(${colour}, ${colour})`; }).join(",");
  made.style.backgroundPosition = shown.map((_, i) => `0 calc(100% - ${i * 3}px)`).join(",");
  made.style.paddingBottom = `${shown.length * 3 - 1}px`;
  if (made.ids.includes(state.focus)) made.classList.add("focus");
  return made;
}

function chip(coding) {
  const code = codeOf(coding.code), noted = (memosOn("coding", coding.id).length ? " ✎" : "") + (isContested(coding) ? " ≠" : "");
  const made = el("button", { type: "button", class: coding.state, tabIndex: -1, onclick: () => focusOn(coding.id, { scroll: false }) }, code.label + (coding.state === "suggested" && coding.kind === "model" ? ` · ${percent(coding.score)}` : "") + noted);
  made.style.borderLeftColor = code.colour;
  made.setAttribute("aria-label", `${code.label}, ${STATES[coding.state]}, ${origin(coding)}${noted.includes("✎") ? ", avec mémo" : ""}${noted.includes("≠") ? ", en désaccord" : ""}`);
  if (coding.id === state.focus) made.setAttribute("aria-current", "true");
  made.coding = coding;
  return el("li", {}, made);
}

// Code names level with their passages, and a stripe along the lines of each. Reads first, writes after: one layout.
function align(turns) {
  const measured = turns.filter((turn) => turn.codings.length).map((turn) => {
    const extents = new Map();
    for (const segment of turn.paragraph.querySelectorAll(".seg")) {
      const top = segment.offsetTop - turn.paragraph.offsetTop, bottom = top + segment.offsetHeight;
      for (const id of segment.ids) { const held = extents.get(id); extents.set(id, held ? [Math.min(held[0], top), Math.max(held[1], bottom)] : [top, bottom]); }
    }
    return { turn, extents, heights: [...turn.chips.children].map((item) => item.firstChild.offsetHeight) };
  });
  for (const { turn, extents, heights } of measured) {
    const lanes = [], placed = turn.codings.map((coding) => {
      const [top, bottom] = extents.get(coding.id) || [0, 0];
      let lane = lanes.findIndex((end) => end <= top);
      if (lane < 0) lane = lanes.length;
      lanes[lane] = bottom;
      return { coding, top, bottom, lane };
    });
    const step = Math.min(LANE, LANES / Math.max(1, lanes.length));
    turn.stripes.replaceChildren(...placed.map(({ coding, top, bottom, lane }) => {
      const bar = el("i", { class: coding.state === "suggested" ? "open" : "" });
      Object.assign(bar.style, { top: `${top}px`, height: `${bottom - top}px`, left: `${lane * step}px`, width: `${Math.max(2, step - 3)}px`, color: codeOf(coding.code).colour });
      return bar;
    }));
    let cursor = 0;
    [...turn.chips.children].forEach((item, i) => {
      const gap = Math.max(0, placed[i].top - cursor);
      item.style.marginTop = `${gap}px`;
      cursor += gap + heights[i] + 2;
    });
  }
}

let alignTimer;
addEventListener("resize", () => { clearTimeout(alignTimer); alignTimer = setTimeout(() => { if (state.view === "text") align(state.turns.filter((turn) => turn.drawn)); }, 120); });

// After codings changed (`touched` turns) or filters did (all of them).
export function redrawText(touched = null) {
  if (state.view !== "text" || !state.text) return;
  const turns = touched && [...touched];
  assign(turns);
  hydrate((turns || state.turns).filter((turn) => turn.drawn), true);
  show(turns && new Set(turns.map((turn) => turn.part)));
  showProgress();
}

export function showProgress() {
  const all = [...state.codings.values()], waiting = all.filter((c) => c.state === "suggested").length, kept = all.filter((c) => c.state === "accepted").length;
  const answers = state.text.kind === "answers" ? `${plural(state.shown, "réponse affichée", "réponses affichées")} sur ${state.text.parts.length.toLocaleString("fr-FR")} · ` : "";
  $("progress").textContent = `${answers}${plural(kept, "codage retenu", "codages retenus")}, ${waiting.toLocaleString("fr-FR")} à décider.`;
  const read = memoOf("reading", state.text.id) !== "";
  $("read").setAttribute("aria-pressed", String(read));
}

// ── moving ────────────────────────────────────────────────────────────────────────────────────────────────────

// The turns of a document that a span touches: they are in order, so the first is found by halves.
export function turnsOf({ document: name, start, end }) {
  const turns = state.byDocument.get(name) || [];
  let low = 0, high = turns.length;
  while (low < high) { const middle = (low + high) >> 1; if (turns[middle].end > start) high = middle; else low = middle + 1; }
  const found = [];
  while (low < turns.length && turns[low].start < end) found.push(turns[low++]);
  return found;
}

export const turnAt = (name, start) => (state.byDocument.get(name) || []).find((turn) => start >= turn.start && start <= turn.end);

// The codings that the filters show, in the order of the text.
export function order() {
  if (state.order) return state.order;
  const places = new Map(state.text.parts.map((part, i) => [part.document, part.box.hidden ? -1 : i]));
  state.order = [...state.codings.values()].filter((c) => visible(c) && places.get(c.document) >= 0)
    .sort((a, b) => places.get(a.document) - places.get(b.document) || a.start - b.start || b.end - a.end || (a.code < b.code ? -1 : 1));
  return state.order;
}

export function step(by) {
  const list = order();
  if (!list.length) return toast("Aucun codage à parcourir avec ces filtres.");
  let at = list.findIndex((c) => c.id === state.focus);
  if (at < 0 && state.turn) {
    // From the turn being read.
    const after = list.findIndex((c) => turnsOf(c)[0]?.index >= state.turn.index);
    at = by > 0 ? (after < 0 ? list.length - 2 : after - 1) : (after < 0 ? list.length : after);
  } else if (at < 0) at = by > 0 ? -1 : list.length;
  return focusOn(list[Math.min(list.length - 1, Math.max(0, at + by))].id);
}

export function focusOn(id, { scroll = true, announce = true } = {}) {
  for (const node of document.querySelectorAll("#body .seg.focus")) node.classList.remove("focus");
  document.querySelector("#body .chips [aria-current]")?.removeAttribute("aria-current");
  state.focus = id;
  const coding = state.codings.get(id), turns = coding ? turnsOf(coding) : [];
  hydrate(turns);
  for (const turn of turns) {
    for (const node of turn.paragraph.querySelectorAll(".seg")) node.classList.toggle("focus", node.ids.includes(id));
    for (const node of turn.node.querySelectorAll(".chips button")) if (node.coding.id === id) node.setAttribute("aria-current", "true");
  }
  if (turns.length) { state.turn = turns[0]; if (scroll) bring(turns[0].node.querySelector(".seg.focus") || turns[0].node); }
  showDetail();
  if (coding && announce) say(`${codeOf(coding.code).label}, ${STATES[coding.state]}, ${origin(coding)} : ${quoteOf(coding)}`);
}

// Only when it is not comfortably in view: reading goes on without jumps.
function bring(node) {
  const frame = $("text").getBoundingClientRect(), box = node.getBoundingClientRect(), head = $("head").offsetHeight;
  if (box.top < frame.top + head + 20 || box.bottom > frame.bottom - 60) node.scrollIntoView({ block: "center" });
}

// The turn of a passage, and its words selected when they are known: seen at once, coded by « c ».
export function goTo({ document: name, start, end }) {
  const turn = turnAt(name, start);
  if (!turn) return;
  toTurn(turn);
  if (end > start) selectUnits(turn.paragraph, toUnits(turn.text, start - turn.start), toUnits(turn.text, Math.min(end, turn.end) - turn.start));
}

// The turn being read: outlined, spoken by a screen reader, coded whole by « c ».
export function toTurn(turn) {
  state.turn = turn;
  hydrate([turn]);
  turn.paragraph.focus({ preventScroll: true });
  turn.node.scrollIntoView({ block: turn.node.offsetHeight > $("text").clientHeight / 2 ? "start" : "center" });
}

export function stepTurn(by) {
  const turns = shownTurns();
  if (!turns.length) return toast("Aucun passage avec ces filtres.");
  const at = turns.indexOf(state.turn);
  getSelection().removeAllRanges();
  return toTurn(turns[Math.min(turns.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : turns.length - 1) : at + by))]);
}

export function quoteOf(coding) {
  return turnsOf(coding).reduce((quote, turn, i, all) => quote + (i && all[i - 1].end < turn.start ? " … " : "") + words(turn.text, Math.max(0, coding.start - turn.start), Math.min(turn.size, coding.end - turn.start)), "");
}

// What the gestures need to draw the coding chosen: set by gestures.js.
export let showDetail = () => {};
export const onDetail = (draw) => { showDetail = draw; };

// The lists and counts of the side follow, a little later: decisions come in bursts.
let soon;
export function refreshSoon() {
  clearTimeout(soon);
  soon = setTimeout(async () => { try { await loadStudy(); state.refresh(); } catch { /* the next gesture tells */ } }, 1500);
}
