// What to look at next: suggestions that would teach most, passages drawn at random, terms to add to the codebook.

import { $, button, el, percent, plural, toast, wait } from "./dom.js";
import { choose, edit } from "./codebook.js";
import { ask, codeOf, gesture, state } from "./state.js";
import { closeText, open, refreshSoon } from "./transcript.js";

export async function openQueue() {
  wait("Préparation de la file…");
  const mine = ++state.opening;
  let queue;
  try { queue = await ask("/api/queue", {}); } catch (failure) { toast(failure.message, true); return; }
  toast("");
  if (mine !== state.opening) return; // the reader went elsewhere meanwhile
  state.view = "queue"; state.focus = null; closeText();
  document.body.dataset.view = "queue";
  $("detail").hidden = true; $("float").hidden = true;
  $("title").textContent = "À relire ensuite";
  $("progress").textContent = `${plural(queue.items.length, "passage")} : ceux qui apprendront le plus, et quelques-uns tirés au sort pour estimer ce qui manque.`;
  $("body").replaceChildren(el("p", { class: "note", id: "recall" }, recallSentence(queue.recall)), ...queue.items.map((item) => (item.suggestion ? suggestionItem(item) : auditItem(item))),
    ...(queue.terms.length ? [el("h3", {}, "Termes à ajouter à la grille"), ...queue.terms.slice(0, 12).map(termItem)] : []));
  $("text").scrollTop = 0;
  ($("body").querySelector("button") || $("title")).focus();
}

function recallSentence(recall) {
  if (!recall) return "Ce qui manque n’est pas encore estimé : lisez en entier quelques passages tirés au sort.";
  return `Part de ce qu’il y avait à coder qui a été trouvée : ${percent(recall.estimate)} (intervalle à 95 % : ${percent(recall.low)} à ${percent(recall.high)}), d’après ${plural(recall.audited, "passage tiré", "passages tirés")} au sort.`;
}

function suggestionItem(item) {
  const code = codeOf(item.suggestion.code), status = el("span", { role: "status" }), box = el("article", { class: "todo" });
  const answer = async (action, more = {}) => {
    const outcome = await gesture(() => ask("/api/decide", { action, codings: [], suggestions: [item.suggestion], ...more }));
    if (outcome) finished(box, status, action === "accept" ? " Accepté." : action === "reject" ? " Rejeté." : ` Mis sous « ${codeOf(more.code).label} ».`);
  };
  const move = async () => { const to = await choose("Mettre sous un autre code"); if (to) await answer("move", { code: to }); };
  box.append(el("p", {}, el("strong", {}, code.label), ` · ${percent(item.suggestion.score)} · ${item.document}`), el("p", { dir: "auto" }, `« ${item.words} »`), el("p", { class: "hint" }, item.suggestion.why),
    el("div", { class: "actions" }, button("Accepter", () => answer("accept")), button("Rejeter", () => answer("reject")), button("Autre code…", move), button("Lire dans le texte", () => open(item.text, { document: item.document, start: item.start })), status));
  return box;
}

function finished(box, status, said) {
  for (const each of box.querySelectorAll("button")) each.disabled = true;
  status.className = "done"; status.textContent = said;
  box.nextElementSibling?.querySelector("button")?.focus(); refreshSoon();
}

function auditItem(item) {
  const box = el("article", { class: "todo" }), status = el("span", { role: "status" });
  let missed = 0;
  const finish = () => gesture(async () => {
    const { recall } = await ask("/api/audit", { document: item.document, turn: item.turn, start: item.start, end: item.end, missed });
    $("recall").textContent = recallSentence(recall);
    finished(box, status, missed ? ` Lu : ${plural(missed, "oubli")}.` : " Lu : rien n’y manquait.");
    return null;
  }, "Lecture notée.");
  const add = async () => {
    const code = await choose("Coder ce passage");
    if (code && (await gesture(() => ask("/api/decide", { action: "code", document: item.document, start: item.start, end: item.end, code }), `Codé : ${codeOf(code).label}.`))) missed++;
  };
  box.append(el("p", {}, el("strong", {}, "Tiré au sort : lisez-le en entier"), ` · ${item.document}`), el("p", { dir: "auto" }, `« ${item.words} »`),
    el("div", { class: "actions" }, button("Il y manque un codage…", add), button("Lecture finie", finish), status));
  return box;
}

function termItem(term) {
  const box = el("article", { class: "todo" }), code = codeOf(term.code), key = term.negative ? "not_terms" : "terms";
  const add = async () => { if (await edit({ edit: key, code: term.code, value: term.term })) box.querySelector("button").disabled = true; };
  box.append(el("p", {}, el("strong", {}, term.term), ` · ${term.negative ? "à exclure de" : "à ajouter à"} « ${code.label} »`), el("p", { class: "hint" }, `${plural(term.support, "décision")} pour, ${term.against} contre.`),
    el("div", { class: "actions" }, button("Ajouter à la grille", add)));
  return box;
}
