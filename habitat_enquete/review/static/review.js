// The review page: what is shown, which key does what, and keeping up with what happens elsewhere.

import { $, el, plural, question, toast, wait } from "./dom.js";
import { addTheme, applyRules, onOpenCode, reloadCodebook, showCodebook } from "./codebook.js";
import { arrow, bulk, bulkCode, codePassage, codeSpan, decide, hideFloat, markRead, moveCode, nudge, passage, remove, replay, resize, settle, showFloat, writeMemo, writeTextMemo } from "./gestures.js";
import * as paths from "./pathways.js";
import { openQueue } from "./queue.js";
import * as quotes from "./quotes.js";
import { search, showAttributes, showCoders, showTexts } from "./side.js";
import { selectedIn, words } from "./spans.js";
import { ask, gesture, loadStudy, state } from "./state.js";
import { focusOn, open, redrawText, reopen, step, stepTurn, turnAt } from "./transcript.js";

// ── showing ───────────────────────────────────────────────────────────────────────────────────────────────────

function showSide() { showAttributes(); showCoders(); showTexts(openText); showCodebook(); }

async function openText(id, at = null) {
  closeSide(); hideFloat();
  const done = await open(id, at);
  if (done) showTexts(openText);
  return done;
}

function closeSide() { $("side").classList.remove("open"); $("menu").setAttribute("aria-expanded", "false"); }

state.refresh = showSide;
state.redraw = () => { if (state.view === "text") redrawText(); else if (state.view === "code") quotes.draw(); };
state.reload = async () => {
  try { await loadStudy(); } catch (failure) { toast(failure.message, true); return; }
  showSide();
  if (state.view === "text" && state.text) await reopen();
  else if (state.view === "code") await quotes.again();
  else if (state.view === "path") await paths.openPath(state.person, true);
  else if (state.view === "empty" && state.study.texts.length) await openText(state.study.texts[0].id);
};
onOpenCode((id) => { closeSide(); return quotes.openCode(id); });

async function start() {
  try { await loadStudy(); } catch (failure) { toast(failure.message, true); $("title").textContent = failure.message; return; }
  $("study").textContent = state.study.title;
  showSide();
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (wanted.startsWith("parcours:")) { tab("paths"); await paths.openPath(wanted.slice(9)); }
  else {
    const first = state.study.texts.find((text) => text.id === wanted) || state.study.texts[0];
    if (first) await openText(first.id); else nothing();
  }
  setInterval(poll, 4000);
  addEventListener("focus", poll); // coming back to this window
}

function nothing() {
  $("title").textContent = "Aucun texte encore";
  $("body").replaceChildren(el("p", { class: "note" }, "Cette étude n’a ni entretien ni réponse ouverte. Importez des réponses par « enquete import », ou des entretiens par « enquete code interviews/ » : ils apparaîtront ici tout seuls."));
}

// What other windows, other people and commands did meanwhile.
async function poll() {
  if (document.hidden || document.querySelector("dialog[open]")) return;
  try {
    const before = state.stamp, news = await ask(`/api/since/${state.last}`);
    if (news.stamp === before) { if (news.sha256 !== state.study.codebook.sha256 || news.problem !== (state.study.problem || "")) await grid(news); return; }
    state.last = news.last; state.stamp = news.stamp;
    const decided = news.changed.length || news.removed.length;
    if (news.paths.length || news.grid || !decided || state.view !== "text") await state.reload(); else settle(news);
    const me = state.study.coder, others = news.changed.filter((coding) => coding.by[me] && coding.by[me] !== coding.state);
    if (others.length) toast(`${plural(others.length, "codage a reçu un autre avis que le vôtre", "codages ont reçu un autre avis que le vôtre")} : voyez le filtre « en désaccord ».`, true);
  } catch { /* the banner tells */ }
}

async function grid(news) {
  const is = news.sha256 !== state.study.codebook.sha256;
  state.study.problem = news.problem;
  await reloadCodebook();
  if (is) toast("codebook.yaml a été modifié ailleurs : la grille affichée est à jour.");
}

const TABS = ["texts", "codes", "paths", "search"];
function tab(name) {
  for (const each of TABS) {
    const on = each === name;
    $(`panel-${each}`).hidden = !on; $(`tab-${each}`).setAttribute("aria-selected", String(on)); $(`tab-${each}`).tabIndex = on ? 0 : -1;
  }
  $("side").classList.add("open"); $("menu").setAttribute("aria-expanded", "true");
  if (name === "search") $("query").focus(); else $(`tab-${name}`).focus();
  return name === "paths" ? paths.showPeople() : null;
}

// A person who wants the paths sees one, beside their list; where the list covers the page, they choose first.
async function choose(name) {
  const listed = tab(name);
  if (name === "paths" && state.view !== "path" && !$("menu").offsetParent) await paths.openFirst(listed);
}

async function learn() {
  wait("Apprentissage en cours…");
  await gesture(async () => {
    const { decided, suggestions } = await ask("/api/learn", {});
    await state.reload();
    toast(`${suggestions.toLocaleString("fr-FR")} suggestions, apprises de ${decided.toLocaleString("fr-FR")} passages relus et de la grille.`);
    return null;
  });
}

async function addEpisode() {
  const span = passage();
  if (state.view !== "text" || !span) return toast("Sélectionnez d’abord le passage qui raconte l’épisode.");
  const turn = turnAt(span.document, span.start), people = turn?.part.person.split(", ").filter(Boolean) || [];
  if (!people.length) return toast("On ne sait pas de qui est cet entretien : complétez entretiens.csv.");
  hideFloat();
  let [person] = people;
  if (people.length > 1) {
    const given = await question("De qui est cet épisode ?", [{ id: "person", label: "Personne", value: person, options: people.map((name) => [name, name]) }], { ok: "Continuer" });
    if (!given) return null;
    person = given.person;
  }
  return paths.addFrom(span, words(turn.text, span.start - turn.start, Math.min(turn.size, span.end - turn.start)), person);
}

// ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────

const EVERYWHERE = {
  u: () => replay("undo"), U: () => replay("redo"), s: () => { learn(); }, q: () => { openQueue(); },
  "/": () => tab("search"), t: () => tab("texts"), g: () => tab("codes"), p: () => choose("paths"), "?": () => $("help").showModal(),
};
const IN_TEXT = {
  j: () => step(1), k: () => step(-1), J: () => stepTurn(1), K: () => stepTurn(-1), a: () => decide("accept"), r: () => decide("reject"), m: moveCode, c: () => codePassage(), ".": () => codePassage(true),
  e: resize, n: writeMemo, x: remove, b: bulk, B: () => state.text.kind === "answers" && bulkCode(), l: markRead, P: addEpisode,
  "[": () => nudge("start", true), "]": () => nudge("end", true), "{": () => nudge("start", false), "}": () => nudge("end", false),
};
const IN_PATH = {
  j: () => paths.stepEpisode(1), k: () => paths.stepEpisode(-1), a: () => paths.decide("accept"), r: () => paths.decide("reject"), o: () => paths.decide("reopen"), e: () => paths.correct(), x: () => paths.decide("delete"), P: () => paths.add(),
};

let busy = Promise.resolve();
document.addEventListener("keydown", (event) => {
  if (event.altKey || document.querySelector("dialog[open]")) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (event.ctrlKey || event.metaKey) {
    const which = { z: event.shiftKey ? "redo" : "undo", Z: "redo", y: "redo" }[event.key];
    if (which) { event.preventDefault(); busy = busy.then(() => replay(which)); }
    return;
  }
  if (event.key.startsWith("Arrow") && state.view === "text" && arrow(event)) { event.preventDefault(); return; }
  if (event.key === "Escape") { hideFloat(); closeSide(); return; }
  const act = { text: IN_TEXT, path: IN_PATH }[state.view]?.[event.key] || EVERYWHERE[event.key];
  if (!act) return;
  event.preventDefault();
  // One after the other: a key pressed while the study answers acts on what that answer shows.
  busy = busy.then(act).catch((failure) => toast(failure.message, true));
});

// ── mouse ─────────────────────────────────────────────────────────────────────────────────────────────────────

document.addEventListener("selectionchange", () => {
  const held = getSelection();
  if (held.anchorNode && $("body").contains(held.anchorNode)) { if (held.isCollapsed) { state.selection = null; hideFloat(); } }
});
$("body").addEventListener("mouseup", () => setTimeout(() => { if (state.view === "text") { state.selection = selectedIn(state.turns); showFloat(); } }));
$("body").addEventListener("click", (event) => {
  const paragraph = event.target.closest(".turn > p"), segment = event.target.closest(".seg");
  if (paragraph) state.turn = paragraph.turn;
  if (!segment || !getSelection().isCollapsed) return;
  const now = segment.ids.indexOf(state.focus);
  focusOn(segment.ids[(now + 1) % segment.ids.length], { scroll: false });
});
$("text").addEventListener("scroll", hideFloat, { passive: true });
for (const id of ["float-code", "float-again", "float-episode"]) $(id).addEventListener("mousedown", (event) => event.preventDefault());
$("float-code").addEventListener("click", () => codePassage());
$("float-again").addEventListener("click", () => codeSpan(passage(), state.lastCode));
$("float-episode").addEventListener("click", addEpisode);

const CLICKS = {
  undo: EVERYWHERE.u, redo: EVERYWHERE.U, learn, queue: openQueue, "help-open": EVERYWHERE["?"], "help-close": () => $("help").close(),
  bulk, "bulk-code": bulkCode, "memo-text": writeTextMemo, read: markRead, "add-theme": addTheme, rules: applyRules, propose: paths.propose,
  menu: () => $("menu").setAttribute("aria-expanded", String($("side").classList.toggle("open"))),
};
for (const [id, run] of Object.entries(CLICKS)) $(id).addEventListener("click", () => run());
for (const name of TABS) $(`tab-${name}`).addEventListener("click", () => choose(name));
document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const at = TABS.findIndex((name) => $(`tab-${name}`) === event.target);
  if (at >= 0 && (event.key === "ArrowRight" || event.key === "ArrowLeft")) { event.preventDefault(); tab(TABS[(at + (event.key === "ArrowRight" ? 1 : TABS.length - 1)) % TABS.length]); }
});
for (const key of ["code", "who", "state"]) $(`filter-${key}`).addEventListener("change", (event) => { state.filters[key] = event.target.value; state.redraw(); });
$("attribute").addEventListener("change", (event) => { state.filters.attribute = event.target.value; showTexts(openText); state.redraw(); });

const later = (run) => { let timer; return () => { clearTimeout(timer); timer = setTimeout(run, 200); }; };
$("query").addEventListener("input", later(() => search(openText)));
$("filter-words").addEventListener("input", later(() => { state.filters.words = $("filter-words").value; state.redraw(); }));
$("code-query").addEventListener("input", later(showCodebook));

start();
