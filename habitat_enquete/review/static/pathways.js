// Residential paths: each person's episodes on a line of life, beside the quotes they were read in, to confirm or correct.

import { $, button, el, keepFocus, plural, question, say, toast, wait } from "./dom.js";
import { ask, gesture, path, show, state } from "./state.js";
import { closeText, open } from "./transcript.js";

const SAID = { proposed: "à confirmer", confirmed: "retenu", rejected: "rejeté" };
let study = null, shown = null, at = -1;

// ── the people ────────────────────────────────────────────────────────────────────────────────────────────────

export async function showPeople(fresh = true) {
  if (fresh || !study) { try { study = await ask("/api/pathways"); } catch (failure) { toast(failure.message, true); return; } }
  const waiting = study.people.reduce((sum, person) => sum + person.proposed, 0);
  $("paths-said").textContent = study.people.length ? `${plural(study.people.length, "personne")}, ${plural(waiting, "épisode")} à confirmer.` : "Personne encore : importez des réponses ou codez des entretiens.";
  keepFocus($("people"), drawPeople);
}

// Those who were interviewed first: it is there that episodes wait.
const inOrder = () => [...study.people].sort((a, b) => (b.documents.length > 0) - (a.documents.length > 0));

function drawPeople() {
  $("people").replaceChildren(...inOrder().map((person) => {
    const total = person.proposed + person.confirmed + person.rejected, bar = el("span");
    bar.style.width = `${total ? Math.round(100 * (1 - person.proposed / total)) : 0}%`;
    const facts = [person.proposed ? `${person.proposed} à confirmer` : "", person.confirmed ? plural(person.confirmed, "retenu") : "", person.rejected ? plural(person.rejected, "rejeté") : "", person.elsewhere ? plural(person.elsewhere, "déclaré ailleurs", "déclarés ailleurs") : ""].filter(Boolean).join(" · ") || "aucun épisode";
    const made = el("button", { type: "button", onclick: () => openPath(person.id) }, person.id, el("small", {}, facts), total ? el("span", { class: "meter", role: "img", "aria-label": `${total - person.proposed} décidés sur ${total}` }, bar) : null);
    if (state.view === "path" && shown?.person === person.id) made.setAttribute("aria-current", "true");
    return el("li", {}, made);
  }));
}

export async function propose() {
  wait("Lecture des entretiens…");
  const found = await gesture(() => ask("/api/propose", {}));
  if (!found) return;
  study = found; await showPeople(false);
  toast(`${plural(found.people.reduce((sum, person) => sum + person.proposed, 0), "épisode")} à confirmer. Ce que vous aviez décidé n’a pas bougé.`);
  if (state.view === "path" && shown) await openPath(shown.person, true);
}

// ── one path ──────────────────────────────────────────────────────────────────────────────────────────────────

// The first person, once the list is there, unless the reader has opened something meanwhile.
export async function openFirst(listed) {
  const opening = state.opening;
  await listed;
  const first = study && inOrder()[0];
  if (first && opening === state.opening) await openPath(first.id);
}

export async function openPath(person, stay = false) {
  const top = $("text").scrollTop;
  if (!study) await showPeople();
  let found;
  try { found = await show(`/api/pathway/${path(person)}`); } catch (failure) { toast(failure.message, true); return; }
  if (!found) return;
  shown = found; state.view = "path"; state.focus = null; state.person = person; closeText();
  document.body.dataset.view = "path";
  history.replaceState(null, "", `#parcours:${encodeURIComponent(person)}`);
  $("detail").hidden = true; $("float").hidden = true;
  if (!stay) { $("side").classList.remove("open"); $("menu").setAttribute("aria-expanded", "false"); }
  $("title").textContent = `Parcours de ${person}`; document.title = `Parcours de ${person} – relecture`;
  if (!stay) at = shown.episodes.findIndex((episode) => episode.state === "proposed");
  draw();
  if (stay) $("text").scrollTop = top; else { $("text").scrollTop = 0; if (at >= 0) focusEpisode(); }
  await showPeople(!stay);
}

function draw() {
  const { episodes, born, interview, doubts } = shown, waiting = episodes.filter((e) => e.state === "proposed").length;
  $("progress").textContent = [born ? `naissance : ${born.shown}` : "naissance inconnue", interview ? `entretien du ${interview.split("-").reverse().join("/")}` : "date d’entretien inconnue", `${plural(episodes.length, "épisode")}, ${waiting} à confirmer`].join(" · ");
  $("body").replaceChildren(strip(),
    doubts.length ? el("details", { class: "note" }, el("summary", {}, `À vérifier dans les dates : ${doubts.length}`), el("ul", {}, doubts.map((doubt) => el("li", {}, doubt)))) : "",
    el("div", { class: "actions" }, button("Tout accepter…", acceptAll, { disabled: !waiting }), shown.documents.length ? button("Ajouter un épisode…", () => add()) : ""),
    episodes.length ? "" : el("p", { class: "hint" }, shown.documents.length ? "Aucun épisode : « Relever les épisodes » les cherche dans les entretiens." : "Aucun épisode."),
    ...episodes.map(card));
}

// Bars from entry to departure; pale where the date may fall, dashed while nobody has confirmed.
function strip() {
  // What the interview tells; what was declared elsewhere when it tells nothing.
  const kept = shown.episodes.filter((e) => e.start && e.main && e.state !== "rejected"), told = kept.filter((e) => e.document || e.added);
  const dated = told.length ? told : kept;
  if (!dated.length) return "";
  const months = dated.flatMap((e) => [e.start.first, e.end ? e.end.last : e.start.last]);
  const from = Math.min(...months, shown.born?.first ?? Infinity), to = Math.max(...months, shown.until ?? -Infinity) + 1;
  const x = (month) => `${(100 * (month - from)) / (to - from)}%`, line = el("div", { class: "line" });
  const put = (kind, first, last, props = {}) => { const bar = el("span", { class: kind, ...props }); bar.style.left = x(first); bar.style.width = `${(100 * Math.max(1, last - first)) / (to - from)}%`; line.append(bar); return bar; };
  dated.forEach((e, i) => {
    const next = dated[i + 1]?.start, colour = tenure(e)?.colour || "#8b8578";
    const end = e.end || (next ?? { first: to, last: to - 1 });
    put("maybe", e.start.first, e.start.last + 1).style.background = colour;
    const bar = put(`sure ${e.state}`, Math.min(e.start.last, end.first), Math.max(end.first, e.start.last + 1), { title: `${label(e)} : ${period(e)}`, onclick: () => { at = shown.episodes.indexOf(e); focusEpisode(); } });
    bar.style.background = colour;
    if (e.end) put("maybe", e.end.first, e.end.last + 1).style.background = colour;
  });
  const years = el("div", { class: "years" }), span = (to - from) / 12, every = span > 60 ? 10 : span > 24 ? 5 : span > 10 ? 2 : 1;
  for (let year = Math.ceil(from / 12 / every) * every; year * 12 < to; year += every) { const mark = el("span", {}, String(year)); mark.style.left = x(year * 12); years.append(mark); }
  const used = new Map(dated.map((e) => [e.tenure, tenure(e)]));
  const key = el("ul", { class: "key" }, [...used.values()].map((t) => { const dot = el("span", { class: "swatch" }); dot.style.background = t?.colour || "#8b8578"; return el("li", {}, dot, t?.label || "statut inconnu"); }));
  return el("div", { class: "strip" }, el("div", { class: "lines", role: "img", "aria-label": dated.map((e) => `${period(e)} : ${label(e)}`).join(" ; ") }, line, years), key);
}

const tenure = (episode) => study.tenures.find((t) => t.id === episode.tenure);
const label = (episode) => [tenure(episode)?.label || "statut inconnu", episode.place].filter(Boolean).join(", ");
const period = (episode) => `${episode.start?.shown || "?"} → ${episode.end?.shown || (episode === shown.episodes[shown.episodes.length - 1] ? "aujourd’hui" : "?")}`;

function card(episode, index) {
  const row = (name, value) => (value ? [el("dt", {}, name), el("dd", {}, value)] : []);
  const dated = (moment) => (moment ? `${moment.shown} (${moment.precision})` : "");
  const swatch = el("span", { class: "swatch" }); swatch.style.background = tenure(episode)?.colour || "#8b8578";
  const own = episode.document || episode.added;
  const acts = own ? el("div", { class: "actions" },
    episode.state === "proposed" ? button("Accepter", () => decide("accept", episode), { title: "Accepter (a)" }) : button("Remettre à décider", () => decide("reopen", episode), { title: "Remettre à décider (o)" }),
    button("Corriger…", () => correct(episode), { title: "Corriger (e)" }),
    episode.added ? button("Retirer", () => decide("delete", episode), { title: "Retirer (x)" }) : episode.state === "rejected" ? "" : button("Rejeter", () => decide("reject", episode), { title: "Rejeter (r)" }),
    episode.text ? button("Lire dans l’entretien", () => open(episode.text, { document: episode.document, start: episode.at, end: episode.until })) : "") : el("p", { class: "hint" }, "Déclaré hors de l’entretien : corrigez-le là où il a été écrit.");
  const made = el("article", { class: `episode ${episode.state}`, tabIndex: -1, "aria-label": `${SAID[episode.state]} : ${period(episode)}, ${label(episode)}`, onfocusin: () => { at = index; } },
    el("div", {}, el("h3", {}, swatch, el("span", {}, period(episode)), el("em", {}, SAID[episode.state])), el("p", { class: "what" }, label(episode)),
      el("dl", {}, row("Entrée", dated(episode.start)), row("Départ", dated(episode.end)), row("Commune", episode.commune), row("Logement", episode.dwelling), row("Ménage", episode.household), row("Motifs", episode.motives.join(" ; ")), row("Motif de départ", episode.leaving), row("Satisfaction", episode.satisfaction && `${episode.satisfaction} sur 5`), row("Principal", episode.main ? "" : "non"), row("Source", episode.origin)), acts),
    el("blockquote", { dir: "auto" }, episode.before ? el("span", { class: "ctx" }, "…" + episode.before) : "", episode.quote ? el("strong", {}, episode.quote) : el("span", { class: "hint" }, "Aucun passage."), episode.after ? el("span", { class: "ctx" }, episode.after + "…") : ""));
  made.episode = episode;
  return made;
}

const cards = () => [...document.querySelectorAll(".episode")];

function focusEpisode() {
  const made = cards()[at];
  made?.focus({ preventScroll: true }); made?.scrollIntoView({ block: "center" });
}

export function stepEpisode(by) {
  if (!shown.episodes.length) return;
  at = Math.min(shown.episodes.length - 1, Math.max(0, at + by));
  focusEpisode();
}

// ── deciding ──────────────────────────────────────────────────────────────────────────────────────────────────

const named = (...list) => ({ respondent: shown.person, episodes: list.map(({ source, rank, token }) => ({ source, rank, token })) });

async function send(asked) {
  const answer = await ask("/api/episode", asked);
  shown = answer;
  return answer;
}

export async function decide(action, episode = shown.episodes[at]) {
  if (!episode) return toast("Choisissez d’abord un épisode (j, k).");
  const allowed = { accept: episode.state !== "confirmed", reject: episode.state !== "rejected", reopen: episode.state !== "proposed", delete: episode.added };
  if (!(episode.document || episode.added)) return toast("Cet épisode vient d’ailleurs : corrigez-le là où il a été écrit.");
  if (!allowed[action]) return toast(action === "delete" ? "On ne retire que les épisodes ajoutés à la main : rejetez celui-ci (r)." : "C’est déjà fait.");
  const words = { accept: "Épisode retenu.", reject: "Épisode rejeté.", reopen: "Épisode remis à décider.", delete: "Épisode retiré." };
  if (!(await gesture(() => send({ action, ...named(episode) }), words[action]))) return null;
  say(words[action]);
  if (action === "accept" || action === "reject") { const next = shown.episodes.findIndex((e, i) => i > at && e.state === "proposed"); if (next >= 0) at = next; }
  return after();
}

async function after() {
  draw();
  at = Math.min(at, shown.episodes.length - 1);
  if (at >= 0) focusEpisode();
  await showPeople();
}

async function acceptAll() {
  const waiting = shown.episodes.filter((e) => e.state === "proposed");
  const sure = await question(`Accepter ${plural(waiting.length, "épisode")} de ${shown.person}`, [], { ok: "Accepter", preview: () => ({ said: "Seront retenus tels quels :", lines: waiting.map((e) => `${period(e)} : ${label(e)}`) }) });
  if (!sure) return;
  if (!(await gesture(() => send({ action: "accept", ...named(...waiting) })))) return;
  toast(`${plural(waiting.length, "épisode retenu", "épisodes retenus")}, en un seul geste : u pour annuler.`);
  await after();
}

function form(episode) {
  return [
    { id: "start", label: "Entrée", value: episode?.start?.written, hint: "2015, mars 2015, 15/03/2015, printemps 2015, vers 2010, ou « 2014 à 2016 »" },
    { id: "end", label: "Départ", value: episode?.end?.written, hint: "vide si la personne y vit encore ou ne l’a pas dit" },
    { id: "precision", label: "Précision", value: "", options: [["", "telle qu’écrite"], ["mois", "au mois près"], ["annee", "à l’année près"], ["approximate", "approximatif : un an de part et d’autre"]] },
    { id: "place", label: "Lieu", value: episode?.place, offered: [], suggest: communes, hint: "commune, avec son département s’il y a des homonymes : Saint-Julien (48) ; à l’étranger : Porto (Portugal)" },
    { id: "tenure", label: "Statut d’occupation", value: episode?.tenure || "", options: [["", "inconnu"], ...study.tenures.map((t) => [t.id, t.label])] },
    { id: "dwelling", label: "Logement", value: episode?.dwelling, offered: study.dwellings },
    { id: "household", label: "Ménage", value: episode?.household, offered: study.households },
    { id: "motives", label: "Motifs d’entrée, séparés par « ; »", value: episode?.motives.join(" ; "), offered: study.motives },
    { id: "leaving", label: "Motif de départ", value: episode?.leaving },
    { id: "satisfaction", label: "Satisfaction", value: episode?.satisfaction, options: [["", "inconnue"], ...["1", "2", "3", "4", "5"].map((n) => [n, `${n} sur 5`])] },
    { id: "main", label: "logement principal", value: episode ? episode.main : true, check: true },
  ];
}

// The communes that what is typed may be, homonyms with their departments.
async function communes(words) {
  if (words.trim().length < 3) return [];
  return ask(`/api/communes?q=${encodeURIComponent(words.trim())}`).catch(() => []);
}

async function fill(title, episode, asked) {
  let warned = null;
  const intro = episode?.quote ? el("blockquote", { dir: "auto" }, episode.quote) : asked.quote ? el("blockquote", { dir: "auto" }, asked.quote) : null;
  const given = await question(title, form(episode), { intro, send: async (fields) => {
    try { warned = await send({ ...asked, fields: { ...fields, main: fields.main ? "oui" : "non" } }); return null; } catch (failure) { if (failure.conflict) { await state.reload(); } return failure.message; }
  } });
  if (!given) return;
  await gesture(async () => warned, warned.warnings.length ? `Épisode retenu. ${warned.warnings.join(" ")}` : "Épisode retenu.");
  if (state.view === "path") { at = Math.max(0, shown.episodes.findIndex((e) => (episode ? e.source === episode.source && e.rank === episode.rank : e.added && e.token === warned.token))); await after(); }
}

export const correct = (episode = shown.episodes[at]) => {
  if (!episode) return toast("Choisissez d’abord un épisode (j, k).");
  return fill("Corriger l’épisode", episode, { action: "correct", ...named(episode) });
};

// Without a passage from the path itself; on the words selected from a transcript.
export function add(passage = null) {
  const asked = { action: "add", respondent: shown.person, document: passage?.document || shown.documents[0], ...(passage || {}) };
  return fill("Ajouter un épisode", null, asked);
}

export async function addFrom(passage, quote, person) {
  if (!study) await showPeople();
  shown = await ask(`/api/pathway/${path(person)}`);
  await fill(`Ajouter un épisode au parcours de ${person}`, null, { action: "add", respondent: person, ...passage, quote });
}
