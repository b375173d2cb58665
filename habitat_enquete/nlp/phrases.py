"""What textacy gives us: key terms, noun phrases, words in context, readability.

The functions relied on are `extract.keyterms.textrank`, `extract.noun_chunks`, `extract.keyword_in_context`,
`text_stats.flesch_reading_ease` and `text_stats.lix` (docs/langue.md says why these). textacy is slow to import: inside
the functions. Where it would silently find nothing (no parts of speech, no parser), we say so instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.span import Span
from habitat_enquete.nlp.pipeline import BLANK, Pipeline


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A word or phrase that a text turns around, as lemmas; `weight` in (0, 1], comparable within one text only."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Context:
    """One occurrence of a word: where, and what stands on either side."""

    span: Span
    before: str
    word: str
    after: str


@dataclass(frozen=True, slots=True)
class Readability:
    """How easy a text is to read.

    `flesch`: 0 (hard) to 100 (easy), formula adapted to French by Kandel and Moles (1958). `lix`: words per sentence plus the
    percentage of words over six letters (Björnsson 1968): below 30 very easy, above 50 hard.
    """

    words: int
    sentences: int
    flesch: float
    lix: float


def key_terms(text: str, pipeline: Pipeline, *, count: int = 20) -> list[KeyTerm]:
    """The nouns and adjectives, alone or side by side, that best sum a text up (TextRank, Mihalcea and Tarau 2004).

    Raises: EnqueteError with a pipeline that gives no parts of speech.
    """
    if pipeline.name == BLANK:
        raise EnqueteError(Code.LANG_COMPONENT_ABSENT, name=BLANK, need="key_terms")
    from textacy.extract.keyterms.textrank import textrank

    doc = pipeline.nlp(text)
    if not any(token.pos_ in {"NOUN", "PROPN", "ADJ"} for token in doc):
        return []
    return [KeyTerm(term, weight) for term, weight in textrank(doc, topn=count, window_size=4)]


def noun_phrases(text: str, pipeline: Pipeline) -> list[Span]:
    """The base noun phrases of a text, without their determiners.

    Raises: EnqueteError with a pipeline loaded without its parser (`needs=("parse",)`).
    """
    if not pipeline.gives("parse"):
        raise EnqueteError(Code.LANG_COMPONENT_ABSENT, name=pipeline.name, need="parse")
    from textacy.extract.basics import noun_chunks

    found = noun_chunks(pipeline.nlp(text), drop_determiners=True)
    return sorted(Span(chunk.start_char, chunk.end_char) for chunk in found)


def words_in_context(text: str, word: str, *, width: int = 50) -> Iterator[Context]:
    """Every occurrence of a word, whole, whatever its case, with `width` characters on either side."""
    from textacy.extract.kwic import keyword_in_context

    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    places = [match.start() for match in pattern.finditer(text)]
    contexts = keyword_in_context(text, pattern, window_width=width)
    for start, (before, found, after) in zip(places, contexts, strict=True):
        yield Context(Span(start, start + len(found)), before, found, after)


def readability(text: str, pipeline: Pipeline) -> Readability:
    """How easy a text is to read; zeros for a text without words."""
    from textacy.text_stats.readability import flesch_reading_ease, lix

    doc = pipeline.nlp(text)
    words = sum(token.is_alpha for token in doc)
    if not words:
        return Readability(0, 0, 0.0, 0.0)
    return Readability(
        words=words,
        sentences=len(list(doc.sents)),
        flesch=flesch_reading_ease(doc, lang="fr"),
        lix=lix(doc),
    )
