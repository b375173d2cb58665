// The review page. Texts are rendered turn by turn as they come into view; every gesture is one request, and what it changed comes back.

const $ = (id) => document.getElementById(id);
const el = (tag, props = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("aria-") || name === "role" || name === "for") made.setAttribute(name, value);
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};

const state = {
  study: null, text: null, codings: new Map(), codes: new Map(), focus: null, turns: [], last: 0,
  filters: { code: "", kind: "", state: "open" }, memos: new Map(), view: "text", selection: null,
};

// ── talking to the study ──────────────────────────────────────────────────────────────────────────────────────

async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let response;
  try { response = await fetch(path, options); } catch { throw new Error("La page ne répond plus : « enquete review » est-il arrêté ?"); }
  const answer = await response.json().catch(() => ({ error: "Réponse illisible : rechargez la page." }));
  if (!response.ok) {
    const failure = new Error(answer.error || "La demande a échoué.");
    failure.conflict = response.status === 409;
    throw failure;
  }
  return answer;
}

let toastTimer;
function toast(message, isError = false) {
  clearTimeout(toastTimer);
  $("toast").className = isError ? "error" : "";
  $("toast").textContent = message;
  toastTimer = setTimeout(() => { $("toast").textContent = ""; }, isError ? 9000 : 2500);
}

async function gesture(work, said) {
  try {
    const outcome = await work();
    if (outcome) settle(outcome);
    if (said || outcome?.said) toast(outcome?.said || said);
    return outcome;
  } catch (failure) {
    toast(failure.message, true);
    if (failure.conflict && state.text) await reload();
    return null;
  }
}

// ── code points and UTF-16 ────────────────────────────────────────────────────────────────────────────────────
// Spans count code points; JavaScript counts UTF-16 units. They differ only in texts with characters beyond the BMP.

const astral = /[\ud800-\udbff]/;
function toUnits(text, points) {
  if (!astral.test(text)) return points;
  let units = 0;
  for (let i = 0; i < points && units < text.length; i++) units += text.codePointAt(units) > 0xffff ? 2 : 1;
  return units;
}
function toPoints(text, units) {
  return astral.test(text) ? [...text.slice(0, units)].length : units;
}
const length = (text) => toPoints(text, text.length);

// ── starting ──────────────────────────────────────────────────────────────────────────────────────────────────

async function start() {
  try { await loadStudy(); } catch (failure) { toast(failure.message, true); return; }
  const wanted = decodeURIComponent(location.hash.slice(1));
  const first = state.study.texts.find((t) => t.id === wanted) || state.study.texts[0];
  if (first) await open(first.id);
  else $("title").textContent = "Aucun texte : importez des réponses ou codez des entretiens.";
  setInterval(poll, 4000);
}

async function loadStudy() {
  state.study = await ask("/api/study");
  state.last = state.study.last;
  state.memos = new Map(state.study.memos.map((m) => [`${m.target_kind}:${m.target}:${m.coder}`, m]));
  $("study").textContent = state.study.title;
  indexCodes();
  undoable(state.study);
  showAttributes();
  showTexts();
  showCodebook();
}

function indexCodes() {
  state.codes = new Map();
  for (const theme of state.study.codebook.themes)
    for (const code of theme.codes) state.codes.set(code.id, { ...code, theme: theme.label });
}

const codeOf = (id) => state.codes.get(id) || { id, label: `${id} (absent de la grille)`, colour: "#55606b", definition: "", theme: "" };

function undoable({ can_undo, can_redo }) { $("undo").disabled = !can_undo; $("redo").disabled = !can_redo; }

// ── the side: texts, codebook, search ─────────────────────────────────────────────────────────────────────────

const NAMES = { public: "public", publics_pd2h: "public du PD2H", territoire: "territoire", epci: "intercommunalité", installation: "installation" };

function showAttributes() {
  const values = new Set();
  for (const text of state.study.texts)
    for (const [name, list] of Object.entries(text.attributes)) for (const value of list) values.add(`${name}=${value}`);
  const kept = $("attribute").value;
  $("attribute").replaceChildren(el("option", { value: "" }, "tous les textes"),
    ...[...values].sort().map((v) => { const [n, value] = v.split("="); return el("option", { value: v }, `${NAMES[n] || n} : ${value.replaceAll("_", " ")}`); }));
  $("attribute").value = kept;
}

function showTexts() {
  const [name, value] = $("attribute").value.split("=");
  const shown = state.study.texts.filter((t) => !name || (t.attributes[name] || []).includes(value));
  $("texts").replaceChildren(...shown.map((text) => {
    const total = text.waiting + text.decided, share = total ? text.decided / total : 0;
    const bar = el("span"); bar.style.width = `${Math.round(share * 100)}%`;
    const button = el("button", { type: "button", onclick: () => open(text.id) }, text.title,
      el("small", {}, [text.kind === "answers" ? `${text.people} personnes` : "entretien", `${text.accepted} retenus`, text.waiting ? `${text.waiting} à décider` : "", text.decided ? `${text.decided} relus` : ""].filter(Boolean).join(" · ")),
      el("span", { class: "meter", role: "img", "aria-label": `${Math.round(share * 100)} % relu` }, bar));
    if (state.text?.id === text.id) button.setAttribute("aria-current", "true");
    return el("li", {}, button);
  }));
}

function showCodebook() {
  $("codebook").replaceChildren(...state.study.codebook.themes.map((theme) => {
    const swatch = el("span", { class: "swatch" }); swatch.style.background = theme.colour;
    const title = el("h3", {}, swatch, theme.label, el("button", { type: "button", class: "more", title: `Ajouter un code à « ${theme.label} »`, "aria-label": `Ajouter un code à ${theme.label}`, onclick: () => addCode(theme) }, "+"));
    droppable(title, (dragged) => editCodebook({ edit: "move", code: dragged, theme: theme.id }));
    return el("section", {}, title, el("ul", {}, ...theme.codes.map((code) => codeItem(code, theme))));
  }));
  const kept = $("filter-code").value;
  $("filter-code").replaceChildren(el("option", { value: "" }, "tous"), ...[...state.codes.values()].map((c) => el("option", { value: c.id }, c.label)));
  $("filter-code").value = kept;
}

function codeItem(code, theme) {
  const item = el("li", { draggable: true }, el("button", { type: "button", class: "code-name", title: code.definition, onclick: () => openCode(code.id) }, code.label),
    el("span", { class: "count" }, String(code.count || "")),
    el("button", { type: "button", class: "more", "aria-label": `Modifier ${code.label}`, title: "Modifier, fusionner, déplacer", onclick: () => editCode(code) }, "⋯"));
  item.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/code", code.id));
  droppable(item, (dragged) => dragged !== code.id && editCodebook({ edit: "move", code: dragged, theme: theme.id, before: code.id }));
  return item;
}

function droppable(target, drop) {
  target.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("text/code")) { event.preventDefault(); target.classList.add("over"); } });
  target.addEventListener("dragleave", () => target.classList.remove("over"));
  target.addEventListener("drop", (event) => { event.preventDefault(); target.classList.remove("over"); drop(event.dataTransfer.getData("text/code")); });
}

async function editCodebook(edit) {
  await gesture(async () => {
    state.study.codebook = await ask("/api/codebook", { ...edit, sha256: state.study.codebook.sha256 });
    indexCodes(); showCodebook(); redraw();
    if (edit.edit === "merge") await reload();
    return null;
  }, "Grille enregistrée.");
}

async function addCode(theme) {
  const name = await question(`Nouveau code dans « ${theme.label} »`, [{ id: "value", label: "Nom du code" }]);
  if (name?.value.trim()) await editCodebook({ edit: "add_code", theme: theme.id, value: name.value.trim() });
}

async function editCode(code) {
  const themes = state.study.codebook.themes;
  const here = themes.find((t) => t.codes.some((c) => c.id === code.id));
  const given = await question(`Code « ${code.label} »`, [
    { id: "label", label: "Nom", value: code.label },
    { id: "definition", label: "Définition", value: code.definition, long: true },
    { id: "polarity", label: "Sens", value: code.polarity, options: [["barrier", "frein"], ["opportunity", "opportunité"], ["neutral", "neutre"]] },
    { id: "theme", label: "Thème", value: here.id, options: themes.map((t) => [t.id, t.label]) },
    { id: "merge", label: "Fusionner dans", value: "", options: [["", "— ne pas fusionner —"], ...[...state.codes.values()].filter((c) => c.id !== code.id).map((c) => [c.id, c.label])] },
    { id: "memo", label: "Mémo", value: memoOf("code", code.id), long: true },
  ]);
  if (!given) return;
  if (given.memo.trim() !== memoOf("code", code.id)) await saveMemo("code", code.id, given.memo);
  if (given.merge) return editCodebook({ edit: "merge", code: code.id, value: given.merge });
  for (const key of ["label", "definition", "polarity"])
    if (given[key].trim() !== (code[key] || "")) await editCodebook({ edit: key, code: code.id, value: given[key].trim() });
  if (given.theme !== here.id) await editCodebook({ edit: "move", code: code.id, theme: given.theme });
}

let searchTimer;
async function search() {
  const words = $("query").value.trim();
  if (words.length < 2) { $("results").replaceChildren(); $("found").textContent = ""; return; }
  const found = await ask(`/api/search?q=${encodeURIComponent(words)}`).catch((failure) => { toast(failure.message, true); return []; });
  $("found").textContent = `${found.length} passage${found.length > 1 ? "s" : ""}${found.length === 200 ? " (les 200 premiers)" : ""}`;
  $("results").replaceChildren(...found.map((hit) => el("li", {}, el("button", { type: "button", onclick: () => open(hit.text, { document: hit.document, start: hit.start }) },
    "…" + hit.before.slice(-40), el("strong", {}, hit.match), hit.after.slice(0, 40) + "…", el("small", {}, hit.document)))));
}

// ── a text ────────────────────────────────────────────────────────────────────────────────────────────────────

async function open(id, at = null) {
  try { state.text = await ask(`/api/text/${id.split("/").map(encodeURIComponent).join("/")}`); } catch (failure) { toast(failure.message, true); return; }
  state.view = "text";
  state.codings = new Map(state.text.codings.map((c) => [c.id, c]));
  state.focus = null;
  history.replaceState(null, "", `#${encodeURIComponent(id)}`);
  $("side").classList.remove("open"); $("menu").setAttribute("aria-expanded", "false");
  $("title").textContent = state.text.title;
  $("filters").hidden = false;
  drawText(); showTexts(); showDetail();
  $("text").scrollTop = 0;
  if (at) goTo(at.document, at.start);
}

async function reload() {
  const focus = state.focus, top = $("text").scrollTop;
  await loadStudy();
  if (state.view !== "text" || !state.text) return;
  state.text = await ask(`/api/text/${state.text.id.split("/").map(encodeURIComponent).join("/")}`);
  state.codings = new Map(state.text.codings.map((c) => [c.id, c]));
  state.focus = state.codings.has(focus) ? focus : null;
  drawText(); showDetail();
  $("text").scrollTop = top;
}

let seen;
function drawText() {
  seen?.disconnect();
  seen = new IntersectionObserver((entries) => { for (const entry of entries) if (entry.isIntersecting) hydrate(entry.target.turn); }, { root: $("text"), rootMargin: "600px" });
  state.turns = [];
  const many = state.text.parts.length > 1;
  $("body").replaceChildren(...state.text.parts.map((part) => {
    const box = el("section", { class: "part" });
    if (many) box.append(el("header", {}, [part.person || part.document, ...Object.values(part.attributes).map((v) => v.replaceAll("_", " "))].join(" · ")));
    for (const turn of part.turns) {
      const made = { document: part.document, start: turn.start, end: turn.start + length(turn.text), text: turn.text, drawn: false, many };
      const paragraph = el("p", {}, turn.text);
      const node = el("article", { class: `turn ${turn.role}` }, many ? null : el("header", {}, [turn.speaker, turn.time].filter(Boolean).join(" · ")), paragraph, el("ul", { class: "chips", "aria-label": "Codages du tour" }));
      node.turn = made; made.node = node; paragraph.turn = made;
      state.turns.push(made); box.append(node); seen.observe(node);
    }
    return box;
  }));
  byTurn(); showProgress();
}

function byTurn() {
  const documents = new Map();
  for (const turn of state.turns) { turn.codings = []; if (!documents.has(turn.document)) documents.set(turn.document, []); documents.get(turn.document).push(turn); }
  for (const coding of state.codings.values()) for (const turn of documents.get(coding.document) || []) {
    if (turn.start >= coding.end) break;
    if (coding.start < turn.end && visible(coding)) turn.codings.push(coding);
  }
  for (const turn of state.turns) turn.codings.sort((a, b) => a.start - b.start || b.end - a.end);
}

function visible(coding) {
  const { code, kind, state: wanted } = state.filters;
  return (!code || coding.code === code) && (!kind || coding.kind === kind) && (wanted === "open" ? coding.state !== "rejected" : coding.state === wanted);
}

function hydrate(turn, force = false) {
  if (turn.drawn && !force) return;
  turn.drawn = true;
  const paragraph = turn.node.querySelector("p"), cuts = new Set([0, length(turn.text)]);
  for (const c of turn.codings) { cuts.add(Math.max(0, c.start - turn.start)); cuts.add(Math.min(length(turn.text), c.end - turn.start)); }
  const points = [...cuts].sort((a, b) => a - b), pieces = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const words = turn.text.slice(toUnits(turn.text, points[i]), toUnits(turn.text, points[i + 1]));
    const held = turn.codings.filter((c) => c.start - turn.start <= points[i] && c.end - turn.start >= points[i + 1]);
    pieces.push(held.length ? segment(words, held) : document.createTextNode(words));
  }
  paragraph.replaceChildren(...pieces);
  turn.node.querySelector(".chips").replaceChildren(...turn.codings.map(chip));
}

// Overlaps show as stacked underlines, one colour a code; dashes say that nobody has decided.
function segment(words, held) {
  const made = el("span", { class: "seg" }, words), shown = held.slice(0, 4);
  made.ids = held.map((c) => c.id);
  const first = codeOf(held[0].code).colour;
  made.style.backgroundColor = `${first}1f`;
  made.style.backgroundImage = shown.map((c) => { const col = codeOf(c.code).colour; return c.state === "suggested" ? `repeating-linear-gradient(90deg, ${col} 0 6px, transparent 6px 10px)` : `linear-gradient(${col}, ${col})`; }).join(",");
  made.style.backgroundSize = "100% 2px"; made.style.backgroundRepeat = "no-repeat";
  made.style.backgroundPosition = shown.map((_, i) => `0 calc(100% - ${i * 3}px)`).join(",");
  made.style.paddingBottom = `${shown.length * 3 - 1}px`;
  if (made.ids.includes(state.focus)) made.classList.add("focus");
  made.addEventListener("click", () => { if (getSelection().isCollapsed) { const at = made.ids.indexOf(state.focus); focusOn(made.ids[(at + 1) % made.ids.length], false); } });
  return made;
}

function chip(coding) {
  const code = codeOf(coding.code);
  const button = el("button", { type: "button", class: coding.state, onclick: () => focusOn(coding.id, false) }, code.label + (coding.state === "suggested" ? ` · ${percent(coding.score)}` : ""));
  button.style.borderLeftColor = code.colour;
  button.setAttribute("aria-label", `${code.label}, ${STATES[coding.state]}, ${who(coding)}`);
  if (coding.id === state.focus) button.setAttribute("aria-current", "true");
  button.coding = coding.id;
  return el("li", {}, button);
}

const STATES = { suggested: "à décider", accepted: "retenu", rejected: "rejeté" };
const percent = (score) => `${Math.round(score * 100)} %`;
const who = (c) => (c.kind === "rule" ? "règle de la grille" : c.kind === "model" ? "suggestion du modèle" : `codé par ${c.coder}`);

function redraw(only = null) {
  byTurn();
  for (const turn of state.turns) if (turn.drawn && (!only || only.has(turn))) hydrate(turn, true);
  showProgress();
}

function turnsOf(coding) { return state.turns.filter((t) => t.document === coding.document && coding.start < t.end && coding.end > t.start); }

function showProgress() {
  if (state.view !== "text" || !state.text) return;
  const all = [...state.codings.values()], waiting = all.filter((c) => c.state === "suggested").length, kept = all.filter((c) => c.state === "accepted").length;
  $("progress").textContent = `${kept} codages retenus, ${waiting} à décider.`;
}

// ── the chosen coding ─────────────────────────────────────────────────────────────────────────────────────────

function order() {
  const places = new Map(state.turns.map((t, i) => [t.document, i]).reverse());
  return [...state.codings.values()].filter(visible).sort((a, b) => (places.get(a.document) ?? 0) - (places.get(b.document) ?? 0) || a.start - b.start || b.end - a.end || a.code.localeCompare(b.code));
}

function step(by) {
  const list = order();
  if (!list.length) return toast("Aucun codage à parcourir avec ces filtres.");
  const at = list.findIndex((c) => c.id === state.focus);
  focusOn(list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by))].id);
}

function focusOn(id, scroll = true) {
  const touched = new Set();
  for (const old of [state.focus, id]) if (old && state.codings.has(old)) for (const t of turnsOf(state.codings.get(old))) touched.add(t);
  state.focus = id;
  for (const turn of touched) hydrate(turn, true);
  showDetail();
  const coding = state.codings.get(id);
  if (scroll && coding) turnsOf(coding)[0]?.node.scrollIntoView({ block: "center" });
}

function goTo(document_, start) {
  const turn = state.turns.find((t) => t.document === document_ && start >= t.start && start < t.end);
  turn?.node.scrollIntoView({ block: "center" });
}

function quoteOf(coding) {
  return turnsOf(coding).map((t) => t.text.slice(toUnits(t.text, Math.max(0, coding.start - t.start)), toUnits(t.text, Math.min(length(t.text), coding.end - t.start)))).join(" … ");
}

function showDetail() {
  const coding = state.codings.get(state.focus);
  if (!coding) {
    $("detail").replaceChildren(el("p", { class: "hint" }, "Choisissez un passage codé (", el("kbd", {}, "j"), ", ", el("kbd", {}, "k"), "), ou sélectionnez du texte puis ", el("kbd", {}, "c"), "."));
    return;
  }
  const code = codeOf(coding.code), swatch = el("span", { class: "swatch" }), note = memoOf("coding", coding.id);
  swatch.style.background = code.colour;
  const row = (name, value) => (value ? [el("dt", {}, name), el("dd", {}, value)] : []);
  const act = (label, key, run) => el("button", { type: "button", class: "quiet", title: `${label} (${key})`, onclick: run }, label);
  $("detail").replaceChildren(
    el("p", { class: "hint" }, swatch, " ", code.theme), el("h2", {}, code.label), code.definition ? el("p", { class: "hint" }, code.definition) : null,
    el("blockquote", {}, quoteOf(coding)),
    el("dl", {}, ...row("État", STATES[coding.state]), ...row("Origine", who(coding)), ...row("Pourquoi", coding.why), ...row("Probabilité", coding.kind === "model" ? percent(coding.score) : ""), ...row("À noter", coding.flags.join(", ")), ...row("Mémo", note)),
    el("div", { class: "actions" }, act("Accepter", "a", () => decide("accept")), act("Rejeter", "r", () => decide("reject")), act("Autre code", "m", moveCode), act("Étendue", "e", resize), act("Mémo", "n", writeMemo), coding.kind === "person" ? act("Retirer", "x", () => decide("delete")) : null),
  );
}

const isStored = (coding) => !coding.id.startsWith("s");
const asked = (list) => ({ codings: list.filter(isStored).map(({ id, version }) => ({ id, version })), suggestions: list.filter((c) => !isStored(c)) });

async function decide(action, list = null, more = {}) {
  const chosen = list || [state.codings.get(state.focus)].filter(Boolean);
  if (!chosen.length) return toast("Choisissez d’abord un codage (j, k).");
  const before = order(), at = before.findIndex((c) => c.id === chosen[0].id), next = before[at + 1]?.id;
  const outcome = await gesture(() => ask("/api/decide", { action, ...asked(chosen), ...more }));
  if (!outcome) return;
  const goes = new Set();
  for (const c of chosen) if (!isStored(c)) { for (const t of turnsOf(c)) goes.add(t); state.codings.delete(c.id); }
  if (goes.size) redraw(goes);
  if (!list && action !== "resize") { state.focus = null; const to = next && state.codings.has(next) ? next : outcome.changed[0]?.id; if (to) focusOn(to); else showDetail(); }
  showTextsSoon();
  return outcome;
}

// What a gesture changed, here or in another window.
function settle(outcome) {
  const touched = new Set(), mine = new Set(state.turns.map((t) => t.document));
  const mark = (coding) => { if (coding) for (const t of turnsOf(coding)) touched.add(t); };
  for (const id of outcome.removed || []) { mark(state.codings.get(id)); state.codings.delete(id); }
  for (const coding of outcome.changed || []) {
    mark(state.codings.get(coding.id)); mark(coding);
    if (mine.has(coding.document)) state.codings.set(coding.id, coding);
  }
  if (outcome.last !== undefined) state.last = outcome.last;
  if (outcome.can_undo !== undefined) undoable(outcome);
  if (state.view === "text") { redraw(touched); showDetail(); }
}

let textsTimer;
function showTextsSoon() {
  clearTimeout(textsTimer);
  textsTimer = setTimeout(async () => { try { const focus = state.focus; await loadStudy(); state.focus = focus; } catch { /* the next gesture tells */ } }, 1500);
}

async function poll() {
  if (document.hidden) return;
  try {
    const news = await ask(`/api/since/${state.last}`);
    if (news.changed.length || news.removed.length) { settle(news); showTextsSoon(); } else state.last = news.last;
  } catch { /* told by the next gesture */ }
}

// ── selecting and coding ──────────────────────────────────────────────────────────────────────────────────────

function selected() {
  const chosen = getSelection();
  if (!chosen || chosen.isCollapsed || !chosen.rangeCount) return null;
  const range = chosen.getRangeAt(0), from = place(range.startContainer, range.startOffset), to = place(range.endContainer, range.endOffset);
  if (!from || !to || from.turn.document !== to.turn.document) return null;
  return { document: from.turn.document, start: from.turn.start + from.at, end: to.turn.start + to.at };
}

function place(node, offset) {
  const paragraph = (node.nodeType === 1 ? node : node.parentElement)?.closest(".turn p");
  if (!paragraph) return null;
  const before = document.createRange();
  before.setStart(paragraph, 0); before.setEnd(node, offset);
  return { turn: paragraph.turn, at: toPoints(paragraph.turn.text, before.toString().length) };
}

async function codeSelection() {
  const span = selected() || state.selection;
  if (!span) return toast("Sélectionnez d’abord du texte.");
  const code = await pick("Coder le passage");
  if (!code) return;
  const outcome = await gesture(() => ask("/api/decide", { action: "code", ...span, code }), `Codé : ${codeOf(code).label}.`);
  getSelection().removeAllRanges(); state.selection = null;
  if (outcome?.changed.length) { focusOn(outcome.changed[0].id, false); showTextsSoon(); }
}

async function moveCode() {
  const coding = state.codings.get(state.focus);
  if (!coding) return toast("Choisissez d’abord un codage (j, k).");
  const code = await pick("Mettre sous un autre code");
  if (code && code !== coding.code) await decide("move", null, { code });
}

async function resize() {
  const coding = state.codings.get(state.focus), span = selected();
  if (!coding) return toast("Choisissez d’abord un codage (j, k).");
  if (!span || span.document !== coding.document) return toast("Sélectionnez la nouvelle étendue dans le texte, puis e.");
  await decide("resize", [coding], { start: span.start, end: span.end });
  getSelection().removeAllRanges();
}

// One word more or less on a side of the chosen coding.
async function nudge(side, grow) {
  const coding = state.codings.get(state.focus);
  if (!coding) return;
  const turns = turnsOf(coding), turn = side === "left" ? turns[0] : turns[turns.length - 1];
  const points = [...turn.text], isWord = (i) => points[i] !== undefined && /[\p{L}\p{N}’'-]/u.test(points[i]);
  let { start, end } = coding, at = (side === "left" ? start : end) - turn.start;
  const forward = (side === "left") !== grow;
  if (forward) { while (at < points.length && !isWord(at)) at++; while (at < points.length && isWord(at)) at++; if (side === "left") while (at < points.length && !isWord(at)) at++; }
  else { while (at > 0 && !isWord(at - 1)) at--; while (at > 0 && isWord(at - 1)) at--; if (side === "right") while (at > 0 && !isWord(at - 1)) at--; }
  if (side === "left") start = turn.start + at; else end = turn.start + at;
  if (end > start) await decide("resize", [coding], { start, end });
}

async function bulk() {
  const list = order().filter((c) => c.state === "suggested");
  if (!list.length) return toast("Aucune proposition à accepter avec ces filtres.");
  const least = await question(`Accepter en lot : ${list.length} propositions affichées`, [
    { id: "least", label: "Probabilité d’au moins", value: "0.5", options: [["0", "toutes"], ["0.5", "50 %"], ["0.7", "70 %"], ["0.8", "80 %"], ["0.9", "90 %"]] },
  ], (given) => list.filter((c) => c.score >= Number(given.least)).map((c) => `${codeOf(c.code).label} : « ${quoteOf(c)} »`));
  if (!least) return;
  const chosen = list.filter((c) => c.score >= Number(least.least));
  if (chosen.length && (await decide("accept", chosen))) { toast(`${chosen.length} codages acceptés, en un seul geste : u pour annuler.`); showDetail(); }
}

// ── memos ─────────────────────────────────────────────────────────────────────────────────────────────────────

const memoOf = (kind, target) => state.memos.get(`${kind}:${target}:${state.study.coder}`)?.text || "";

async function saveMemo(kind, target, text) {
  await gesture(async () => {
    const { memo, can_undo, can_redo } = await ask("/api/memo", { kind, target, text });
    const key = `${kind}:${target}:${state.study.coder}`;
    if (memo.text) state.memos.set(key, memo); else state.memos.delete(key);
    undoable({ can_undo, can_redo }); showDetail();
    return null;
  }, "Mémo enregistré.");
}

async function writeMemo() {
  const coding = state.codings.get(state.focus);
  if (!coding || !isStored(coding)) return toast(coding ? "Décidez d’abord de cette suggestion." : "Choisissez d’abord un codage (j, k).");
  const given = await question("Mémo sur ce codage", [{ id: "text", label: "Mémo", value: memoOf("coding", coding.id), long: true }]);
  if (given) await saveMemo("coding", coding.id, given.text);
}

async function writeTextMemo() {
  const target = state.text.parts[0].document;
  const given = await question("Mémo sur ce texte", [{ id: "text", label: "Mémo", value: memoOf("document", target), long: true }]);
  if (given) await saveMemo("document", target, given.text);
}

// ── the page of a code ────────────────────────────────────────────────────────────────────────────────────────

async function openCode(id) {
  const code = codeOf(id);
  let quotes;
  try { quotes = await ask(`/api/code/${encodeURIComponent(id)}`); } catch (failure) { toast(failure.message, true); return; }
  state.view = "code"; state.focus = null; seen?.disconnect();
  $("side").classList.remove("open");
  $("title").textContent = code.label; $("filters").hidden = true;
  const people = new Set(quotes.filter((q) => q.coding.state === "accepted").map((q) => q.person));
  $("progress").textContent = `${quotes.length} passages, ${people.size} personnes. ${code.definition || ""}`;
  const picked = () => [...document.querySelectorAll(".quote input:checked")].map((box) => box.coding);
  const moveAll = el("button", { type: "button", class: "quiet", onclick: async () => {
    const list = picked();
    if (!list.length) return toast("Cochez d’abord des passages.");
    const to = await pick(`Mettre ${list.length} passage(s) sous un autre code`);
    if (to && (await gesture(() => ask("/api/decide", { action: "move", ...asked(list), code: to }), "Passages déplacés."))) { await loadStudy(); openCode(id); }
  } }, "Mettre les passages cochés sous un autre code…");
  $("body").replaceChildren(el("div", { class: "actions" }, moveAll, el("button", { type: "button", class: "quiet", onclick: () => state.text && open(state.text.id) }, "Revenir au texte")),
    ...quotes.map((quote) => {
      const box = el("input", { type: "checkbox", "aria-label": "Choisir ce passage" }); box.coding = quote.coding;
      return el("article", { class: "quote" }, box, el("div", {}, el("p", {}, el("span", { class: "ctx" }, "…" + quote.before), el("strong", {}, quote.text), el("span", { class: "ctx" }, quote.after + "…")),
        el("small", {}, `${quote.person} · ${STATES[quote.coding.state]} · ${who(quote.coding)} · `, el("button", { type: "button", class: "quiet", onclick: async () => { await open(quote.title); focusOn(quote.coding.id); } }, "lire dans le texte"))));
    }));
  $("text").scrollTop = 0; showDetail();
}

// ── what to look at next ──────────────────────────────────────────────────────────────────────────────────────

async function openQueue() {
  toast("Préparation de la file…");
  let queue;
  try { queue = await ask("/api/queue", {}); } catch (failure) { toast(failure.message, true); return; }
  toast("");
  state.view = "queue"; state.focus = null; seen?.disconnect();
  $("title").textContent = "À relire ensuite"; $("filters").hidden = true; $("side").classList.remove("open");
  $("progress").textContent = `${queue.items.length} passages : ceux qui apprendront le plus, et quelques-uns tirés au sort pour estimer ce qui manque.`;
  const recall = el("p", { class: "note", id: "recall" }, recallSentence(queue.recall));
  $("body").replaceChildren(recall, ...queue.items.map((item) => (item.suggestion ? suggestionItem(item) : auditItem(item))),
    ...(queue.terms.length ? [el("h2", {}, "Termes à ajouter à la grille"), ...queue.terms.slice(0, 12).map(termItem)] : []));
  $("text").scrollTop = 0; showDetail();
}

function recallSentence(recall) {
  if (!recall) return "Ce qui manque n’est pas encore estimé : lisez en entier quelques passages tirés au sort.";
  return `Part de ce qu’il y avait à coder qui a été trouvée : ${percent(recall.estimate)} (intervalle à 95 % : ${percent(recall.low)} à ${percent(recall.high)}), d’après ${recall.audited} passages tirés au sort.`;
}

function suggestionItem(item) {
  const code = codeOf(item.suggestion.code), status = el("span", { role: "status" }), box = el("article", { class: "todo" });
  const answer = async (action) => {
    const outcome = await gesture(() => ask("/api/decide", { action, codings: [], suggestions: [item.suggestion] }));
    if (!outcome) return;
    for (const button of box.querySelectorAll("button")) button.disabled = true;
    status.className = "done"; status.textContent = action === "accept" ? " Accepté." : " Rejeté.";
    box.nextElementSibling?.querySelector("button")?.focus(); showTextsSoon();
  };
  box.append(el("p", {}, el("strong", {}, code.label), ` · ${percent(item.suggestion.score)} · ${item.document}`), el("p", {}, `« ${item.words} »`), el("p", { class: "hint" }, item.suggestion.why),
    el("div", { class: "actions" }, el("button", { type: "button", class: "quiet", onclick: () => answer("accept") }, "Accepter"), el("button", { type: "button", class: "quiet", onclick: () => answer("reject") }, "Rejeter"),
      el("button", { type: "button", class: "quiet", onclick: () => open(item.text, { document: item.document, start: item.start }) }, "Lire dans le texte"), status));
  return box;
}

function auditItem(item) {
  const box = el("article", { class: "todo" }), status = el("span", { role: "status" });
  let missed = 0;
  const finish = async () => {
    const answer = await gesture(async () => { const { recall } = await ask("/api/audit", { document: item.document, turn: item.turn, start: item.start, end: item.end, missed }); $("recall").textContent = recallSentence(recall); return null; }, "Lecture notée.");
    for (const button of box.querySelectorAll("button")) button.disabled = true;
    status.className = "done"; status.textContent = missed ? ` Lu : ${missed} oubli(s).` : " Lu : rien n’y manquait.";
    return answer;
  };
  const add = async () => {
    const code = await pick("Coder ce passage");
    if (code && (await gesture(() => ask("/api/decide", { action: "code", document: item.document, start: item.start, end: item.end, code }), `Codé : ${codeOf(code).label}.`))) missed++;
  };
  box.append(el("p", {}, el("strong", {}, "Tiré au sort : lisez-le en entier"), ` · ${item.document}`), el("p", {}, `« ${item.words} »`),
    el("div", { class: "actions" }, el("button", { type: "button", class: "quiet", onclick: add }, "Il y manque un codage…"), el("button", { type: "button", class: "quiet", onclick: finish }, "Lecture finie"), status));
  return box;
}

function termItem(term) {
  const box = el("article", { class: "todo" }), code = codeOf(term.code), key = term.negative ? "not_terms" : "terms";
  const add = async () => { await editCodebook({ edit: key, code: term.code, value: term.term }); box.querySelector("button").disabled = true; };
  box.append(el("p", {}, el("strong", {}, term.term), ` · ${term.negative ? "à exclure de" : "à ajouter à"} « ${code.label} »`), el("p", { class: "hint" }, `${term.support} décisions pour, ${term.against} contre.`),
    el("div", { class: "actions" }, el("button", { type: "button", class: "quiet", onclick: add }, "Ajouter à la grille")));
  return box;
}

// ── dialogs ───────────────────────────────────────────────────────────────────────────────────────────────────

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function pick(title) {
  return new Promise((resolve) => {
    const dialog = $("picker"), input = $("picker-query"), list = $("picker-list");
    let shown = [], at = 0;
    $("picker-title").textContent = title; input.value = "";
    const draw = () => {
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      shown = [...state.codes.values()].filter((c) => words.every((w) => fold(`${c.label} ${c.theme} ${c.id}`).includes(w)));
      at = Math.min(at, Math.max(0, shown.length - 1));
      list.replaceChildren(...shown.map((code, i) => {
        const item = el("li", { role: "option", id: `option-${i}`, "aria-selected": String(i === at), onclick: () => done(code.id) }, code.label, el("small", {}, code.theme));
        item.style.borderLeftColor = code.colour;
        return item;
      }));
      input.setAttribute("aria-activedescendant", shown.length ? `option-${at}` : "");
      list.children[at]?.scrollIntoView({ block: "nearest" });
    };
    const keys = (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); at = Math.min(shown.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1))); draw(); }
      else if (event.key === "Enter") { event.preventDefault(); if (shown[at]) done(shown[at].id); }
    };
    const typed = () => { at = 0; draw(); };
    const closed = () => done(null);
    function done(value) { input.removeEventListener("keydown", keys); input.removeEventListener("input", typed); dialog.removeEventListener("close", closed); if (dialog.open) dialog.close(); resolve(value); }
    input.addEventListener("keydown", keys); input.addEventListener("input", typed); dialog.addEventListener("close", closed);
    draw(); dialog.showModal(); input.focus();
  });
}

function question(title, fields, preview = null) {
  return new Promise((resolve) => {
    const dialog = $("ask"), body = $("ask-body"), inputs = {};
    $("ask-title").textContent = title;
    body.replaceChildren(...fields.map((field) => {
      const input = field.options ? el("select", {}, ...field.options.map(([value, label]) => el("option", { value }, label))) : el(field.long ? "textarea" : "input", field.long ? {} : { type: "text" });
      input.value = field.value || "";
      inputs[field.id] = input;
      return el("label", { class: "field" }, field.label, input);
    }));
    const given = () => Object.fromEntries(Object.entries(inputs).map(([id, input]) => [id, input.value]));
    if (preview) {
      const count = el("p", { class: "hint", role: "status" }), list = el("ul", {});
      const draw = () => { const lines = preview(given()); count.textContent = `${lines.length} seront acceptées :`; list.replaceChildren(...lines.slice(0, 40).map((line) => el("li", {}, line)), ...(lines.length > 40 ? [el("li", {}, `… et ${lines.length - 40} autres`)] : [])); };
      body.append(count, list); body.addEventListener("change", draw); draw();
    }
    $("ask-ok").textContent = preview ? "Accepter" : "Enregistrer";
    const ok = () => done(given()), cancel = () => done(null);
    function done(value) { $("ask-ok").removeEventListener("click", ok); $("ask-cancel").removeEventListener("click", cancel); dialog.removeEventListener("close", cancel); if (dialog.open) dialog.close(); resolve(value); }
    $("ask-ok").addEventListener("click", ok); $("ask-cancel").addEventListener("click", cancel); dialog.addEventListener("close", cancel);
    dialog.showModal(); Object.values(inputs)[0]?.focus();
  });
}

// ── keyboard, tabs, buttons ───────────────────────────────────────────────────────────────────────────────────

function tab(name) {
  for (const each of ["texts", "codes", "search"]) {
    const on = each === name;
    $(`panel-${each}`).hidden = !on; $(`tab-${each}`).setAttribute("aria-selected", String(on)); $(`tab-${each}`).tabIndex = on ? 0 : -1;
  }
  $("side").classList.add("open"); $("menu").setAttribute("aria-expanded", "true");
  if (name === "search") $("query").focus(); else $(`tab-${name}`).focus();
}

async function learn() {
  toast("Apprentissage en cours…");
  await gesture(async () => { const { decided, suggestions } = await ask("/api/learn", {}); await reload(); toast(`${suggestions} suggestions, apprises de ${decided} passages relus et de la grille.`); return null; });
}

const KEYS = {
  j: () => step(1), k: () => step(-1), a: () => decide("accept"), r: () => decide("reject"), m: moveCode, c: codeSelection, e: resize, n: writeMemo, x: () => decide("delete"),
  u: () => gesture(() => ask("/api/undo", {})), U: () => gesture(() => ask("/api/redo", {})), b: bulk, s: learn, q: openQueue, "/": () => tab("search"), t: () => tab("texts"), g: () => tab("codes"), "?": () => $("help").showModal(),
  "[": () => nudge("left", true), "]": () => nudge("right", true), "{": () => nudge("left", false), "}": () => nudge("right", false),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const act = KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});
document.addEventListener("selectionchange", () => { state.selection = selected() || state.selection; });
$("undo").addEventListener("click", KEYS.u); $("redo").addEventListener("click", KEYS.U); $("learn").addEventListener("click", learn); $("queue").addEventListener("click", openQueue);
$("help-open").addEventListener("click", KEYS["?"]); $("help-close").addEventListener("click", () => $("help").close());
$("bulk").addEventListener("click", bulk); $("memo-text").addEventListener("click", writeTextMemo);
$("menu").addEventListener("click", () => $("menu").setAttribute("aria-expanded", String($("side").classList.toggle("open"))));
$("attribute").addEventListener("change", showTexts);
$("add-theme").addEventListener("click", async () => { const name = await question("Nouveau thème", [{ id: "value", label: "Nom du thème" }]); if (name?.value.trim()) await editCodebook({ edit: "add_theme", value: name.value.trim() }); });
for (const name of ["texts", "codes", "search"]) $(`tab-${name}`).addEventListener("click", () => tab(name));
document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const names = ["texts", "codes", "search"], at = names.findIndex((n) => $(`tab-${n}`) === event.target);
  if (at >= 0 && (event.key === "ArrowRight" || event.key === "ArrowLeft")) { event.preventDefault(); tab(names[(at + (event.key === "ArrowRight" ? 1 : 2)) % 3]); }
});
for (const key of ["code", "kind", "state"]) $(`filter-${key}`).addEventListener("change", (event) => { state.filters[key] = event.target.value; redraw(); });
$("query").addEventListener("input", () => { clearTimeout(searchTimer); searchTimer = setTimeout(search, 200); });

start();
