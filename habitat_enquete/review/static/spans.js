// Places in texts. Spans count code points; JavaScript counts UTF-16 units. They differ only in texts with characters beyond the BMP.

const ASTRAL = /[\ud800-\udbff]/;

export function toUnits(text, points) {
  if (!ASTRAL.test(text)) return points;
  let units = 0;
  for (let i = 0; i < points && units < text.length; i++) units += text.codePointAt(units) > 0xffff ? 2 : 1;
  return units;
}

export function toPoints(text, units) {
  return ASTRAL.test(text) ? [...text.slice(0, units)].length : units;
}

export const size = (text) => toPoints(text, text.length);

// The words of a text between two code points.
export const words = (text, from, to) => text.slice(toUnits(text, from), toUnits(text, to));

const isWord = (character) => character !== undefined && /[\p{L}\p{N}\p{M}’'-]/u.test(character);

// The code point that one word more (or less) leads to, from `at`.
export function wordEdge(text, at, forward, side) {
  const points = [...text];
  if (forward) {
    while (at < points.length && !isWord(points[at])) at++;
    while (at < points.length && isWord(points[at])) at++;
    if (side === "start") while (at < points.length && !isWord(points[at])) at++;
  } else {
    while (at > 0 && !isWord(points[at - 1])) at--;
    while (at > 0 && isWord(points[at - 1])) at--;
    if (side === "end") while (at > 0 && !isWord(points[at - 1])) at--;
  }
  return at;
}

// Words and sentences of a text, as [start, end) in UTF-16 units.
const pieces = (pattern) => (text) => [...text.matchAll(pattern)].map((found) => [found.index, found.index + found[0].trimEnd().length]);
export const wordsIn = pieces(/[\p{L}\p{N}\p{M}\p{Emoji_Presentation}\u200d’'-]+/gu);
export const sentencesIn = pieces(/\S[^.!?…\n]*(?:[.!?…]+[»"”)]*|\n|$)/gu);

// A long monologue in blocks that are drawn, read and redrawn one by one: they end with a line or a sentence where they can.
const LONG = 1500, ENDS = [/\n/g, /[.!?…][»"”)]*\s/g, /\s/g];
export function blocks(text) {
  const found = [];
  let from = 0;
  while (text.length - from > 1.5 * LONG) {
    const window = text.slice(from + LONG / 2, from + 1.5 * LONG);
    const end = ENDS.map((pattern) => [...window.matchAll(pattern)].pop()).find(Boolean);
    let at = end ? from + LONG / 2 + end.index + end[0].length : from + LONG;
    if (ASTRAL.test(text[at - 1])) at++; // never in the middle of a character
    found.push(text.slice(from, at));
    from = at;
  }
  found.push(text.slice(from));
  return found;
}

// ── what is selected ──────────────────────────────────────────────────────────────────────────────────────────

const paragraphOf = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest(".turn > p");

function unitsBefore(paragraph, node, offset) {
  const before = document.createRange();
  before.setStart(paragraph, 0); before.setEnd(node, offset);
  return before.toString().length;
}

// The passage selected in one text, whatever the direction and wherever its ends fall; null when there is none.
export function selectedIn(turns) {
  const chosen = getSelection();
  if (!chosen || chosen.isCollapsed || !chosen.rangeCount) return null;
  const range = chosen.getRangeAt(0);
  const first = paragraphOf(range.startContainer), last = paragraphOf(range.endContainer);
  const body = range.commonAncestorContainer;
  if (!(first || last) && !(body.nodeType === 1 ? body : body.parentElement)?.closest("#body")) return null;
  const touched = first && first === last ? [first.turn] : turns.filter((turn) => range.intersectsNode(turn.paragraph));
  if (!touched.length) return null;
  const from = touched[0];
  const inside = touched.filter((turn) => turn.document === from.document);
  const start = first === from.paragraph ? toPoints(from.text, unitsBefore(first, range.startContainer, range.startOffset)) : 0;
  let to = inside[inside.length - 1], end = to.size;
  if (last === to.paragraph) end = toPoints(to.text, unitsBefore(last, range.endContainer, range.endOffset));
  if (end === 0 && inside.length > 1) { to = inside[inside.length - 2]; end = to.size; }
  const span = { document: from.document, start: from.start + start, end: to.start + end };
  return span.end > span.start ? span : null;
}

// Select some units of a paragraph, as the mouse would.
export function selectUnits(paragraph, from, to) {
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  let before = 0, start = null, end = null;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const after = before + node.length;
    if (!start && from < after) start = [node, from - before];
    if (to <= after) { end = [node, to - before]; break; }
    before = after;
  }
  if (start && end) getSelection().setBaseAndExtent(...start, ...end);
}
