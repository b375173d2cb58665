"""From the words that were coded to a quote one can read: whole sentences, with what surrounds them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from habitat_enquete.model.coding import Coding
from habitat_enquete.model.finding import Evidence, EvidenceKind
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Turn

SHORTEST_WORDS: Final = 14
LONGEST_WORDS: Final = 75
CONTEXT_WORDS: Final = 70
_SENTENCE_END: Final = re.compile(r"[.!?…]+[\s\"»)]+(?=[A-ZÀ-ÖØ-Þ«—–-])|\n+")
_WORD: Final = re.compile(r"\S+")


def quote(
    coding: Coding,
    document: Document,
    *,
    person: str,
    attributes: Mapping[str, str],
    questions: Mapping[tuple[str, str], str],
    printable: bool,
) -> Evidence:
    """The evidence that a coding gives: its sentence, widened when too short to be understood, cut around it when too long."""
    turn = document.turn_at(coding.span.start)
    extent = _extent(turn, coding, document)
    span = readable(document.text, coding.span, within=extent)
    return Evidence(
        coding=coding.id or 0,
        document=document.id,
        span=span,
        quote=span.quote(document.text),
        respondent=person,
        attributes=attributes,
        source_file=document.source.file,
        source_position=document.place_of(turn),
        start_time=turn.start_time if turn is not None else None,
        printable=printable,
        mark=_within(coding.span, span),
        before=_last_words(document.text[extent.start : span.start]),
        after=_first_words(document.text[span.end : extent.end]),
        question=_question(document, turn, questions),
        kind=EvidenceKind.TYPICAL,
        is_cut=_is_cut(document.text, span, extent),
    )


def readable(text: str, span: Span, *, within: Span) -> Span:
    """The whole sentences around `span`, at least a dozen words when `within` has them, never much more than `LONGEST_WORDS`."""
    sentences = sentence_spans(text, within)
    touched = [n for n, sentence in enumerate(sentences) if sentence.overlaps(span)] or [0]
    first, last = touched[0], touched[-1]
    while _length(text, sentences[first].start, sentences[last].end) < SHORTEST_WORDS:
        if last + 1 < len(sentences):
            last += 1
        elif first > 0:
            first -= 1
        else:
            break
    whole = Span(sentences[first].start, sentences[last].end)
    return _cut(text, span, whole)


def sentence_spans(text: str, within: Span) -> list[Span]:
    """The sentences of a turn, by their punctuation; speech transcribed without any is one sentence."""
    bounds = [within.start]
    bounds += [end.end() for end in _SENTENCE_END.finditer(text, within.start, within.end)]
    bounds.append(within.end)
    spans = [_trimmed(text, Span(start, end)) for start, end in pairwise(bounds)]
    return [span for span in spans if len(span)] or [within]


def _trimmed(text: str, span: Span) -> Span:
    words = span.quote(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.end - (len(words) - len(words.rstrip()))))


def _length(text: str, start: int, end: int) -> int:
    return len(text[start:end].split())


def _cut(text: str, span: Span, whole: Span) -> Span:
    """At most `LONGEST_WORDS` words of `whole`, around the beginning of `span`."""
    words = [Span(word.start(), word.end()) for word in _WORD.finditer(text, whole.start, whole.end)]
    if len(words) <= LONGEST_WORDS:
        return whole
    middle = next((n for n, word in enumerate(words) if word.end > span.start), 0)
    first = min(max(0, middle - LONGEST_WORDS // 3), len(words) - LONGEST_WORDS)
    return Span(words[first].start, words[first + LONGEST_WORDS - 1].end)


def _is_cut(text: str, span: Span, extent: Span) -> bool:
    """Whether the quote stops in the middle of a sentence."""
    sentences = sentence_spans(text, extent)
    starts = {sentence.start for sentence in sentences}
    ends = {sentence.end for sentence in sentences}
    return span.start not in starts or span.end not in ends


def _extent(turn: Turn | None, coding: Coding, document: Document) -> Span:
    """Where the quote may be looked for: the turn, or more when the coding runs over several."""
    extent = turn.span if turn is not None else Span(0, len(document.text))
    return Span(min(extent.start, coding.span.start), max(extent.end, coding.span.end))


def _within(mark: Span, span: Span) -> Span:
    start = min(max(mark.start, span.start), span.end)
    return Span(start, max(start, min(mark.end, span.end)))


def _last_words(text: str) -> str:
    words = text.split()
    return " ".join((["[…]"] if len(words) > CONTEXT_WORDS else []) + words[-CONTEXT_WORDS:])


def _first_words(text: str) -> str:
    words = text.split()
    return " ".join(words[:CONTEXT_WORDS] + (["[…]"] if len(words) > CONTEXT_WORDS else []))


def _question(document: Document, turn: Turn | None, questions: Mapping[tuple[str, str], str]) -> str:
    """What the person was answering: the survey's question, or the interviewer's words just before."""
    if document.kind is DocumentKind.ANSWER:
        asked = (document.attributes.get("questionnaire", ""), document.attributes.get("question", ""))
        return questions.get(asked, document.title)
    if turn is None:
        return ""
    for earlier in reversed(document.turns[: turn.index]):
        if document.role_of(earlier) is Role.INTERVIEWER:
            return _last_words(earlier.span.quote(document.text))
    return ""
