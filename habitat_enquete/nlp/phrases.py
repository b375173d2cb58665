"""What textacy gives us: key terms, noun phrases, words in context, readability.

The functions relied on are `extract.keyterms.textrank`, `extract.noun_chunks`, `extract.token_matches`, `extract.keyword_in_context`,
`text_stats.flesch_reading_ease` and `text_stats.lix` (docs/langue.md says why these). textacy is slow to import: inside
the functions. Where it would silently find nothing (no parts of speech, no parser), we say so instead.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Tagged:
    """Words in order with their lemmas and universal parts of speech, as parallel columns: what annotated texts keep."""

    forms: Sequence[str]
    lemmas: Sequence[str]
    pos: Sequence[str]


# A noun and what completes it: « logement social », « aide au logement », « petite maison ».
_NOUN_PHRASES: Final = (
    "POS:NOUN POS:ADJ:+",
    "POS:NOUN POS:ADP POS:DET:? POS:NOUN POS:ADJ:*",
    "POS:ADJ POS:NOUN POS:ADJ:*",
)
_CHUNK: Final = 20_000  # words matched at once: matching keeps every candidate in memory


def tagged_noun_phrases(pieces: Sequence[Tagged]) -> list[list[tuple[int, int]]]:
    """The noun phrases of two words and more of some pieces of text already tagged: for each piece, ranges of its words, in order.

    No model is run again, and no parser is needed; where phrases overlap, the longest is kept. Nothing without parts of speech.
    """
    found: list[list[tuple[int, int]]] = [[] for _ in pieces]
    first = 0
    while first < len(pieces):
        last, words = first, 0
        while last < len(pieces) and (last == first or words + len(pieces[last].forms) < _CHUNK):
            words += len(pieces[last].forms) + 1
            last += 1
        _match_phrases(pieces[first:last], found[first:last])
        first = last
    return found


def _match_phrases(pieces: Sequence[Tagged], found: Sequence[list[tuple[int, int]]]) -> None:
    from spacy.util import filter_spans
    from textacy.extract.matches import token_matches

    doc, starts = _document(pieces)
    if not any(token.pos_ == "NOUN" for token in doc):
        return
    for span in sorted(filter_spans(token_matches(doc, list(_NOUN_PHRASES))), key=lambda s: s.start):
        piece = bisect_right(starts, span.start) - 1
        found[piece].append((span.start - starts[piece], span.end - starts[piece]))


def _document(pieces: Sequence[Tagged]) -> tuple[Any, list[int]]:
    """The pieces as one spaCy Doc, a mark between two of them, and where each starts."""
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    forms: list[str] = []
    lemmas: list[str] = []
    pos: list[str] = []
    starts = []
    for piece in pieces:
        starts.append(len(forms))
        forms += [*piece.forms, "¶"]
        lemmas += [*piece.lemmas, "¶"]
        pos += [*(part or "X" for part in piece.pos), "PUNCT"]
    return Doc(Vocab(), words=forms, lemmas=lemmas, pos=pos), starts


def function_words() -> frozenset[str]:
    """French words that carry no meaning of their own: what tells them apart when no part of speech is known."""
    from spacy.lang.fr.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS)


def tagged_key_terms(pieces: Sequence[Tagged], *, count: int = 20) -> list[KeyTerm]:
    """The key terms of pieces of text already tagged (see `key_terms`); none without parts of speech."""
    from textacy.extract.keyterms.textrank import textrank

    doc, _ = _document(pieces)
    if not any(token.pos_ in {"NOUN", "PROPN", "ADJ"} for token in doc):
        return []
    return [KeyTerm(term, weight) for term, weight in textrank(doc, topn=count, window_size=4)]


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


_EMPTY: Final = frozenset(
    ["tout", "autre", "même", "on", "certain", "chaque", "tel", "chose", "truc", "fois"]
)


@dataclass(frozen=True, slots=True)
class Portrait:
    """A text in a few words: how easy it is to read, what it turns around, the noun phrases said most (with their number)."""

    readability: Readability
    key_terms: tuple[KeyTerm, ...]
    noun_phrases: tuple[tuple[str, int], ...]

    def as_dict(self) -> dict[str, Any]:
        """Field → value, as `--json` prints it."""
        return {
            "words": self.readability.words,
            "sentences": self.readability.sentences,
            "flesch": round(self.readability.flesch, 1),
            "lix": round(self.readability.lix, 1),
            "key_terms": [term.term for term in self.key_terms],
            "noun_phrases": dict(self.noun_phrases),
        }

    def rows(self) -> list[tuple[str, str]]:
        """What a person reads, in French."""
        ease = self.readability
        return [
            ("Mots, unités", f"{ease.words}, {ease.sentences}"),
            ("Flesch (0 difficile, 100 facile)", f"{ease.flesch:.0f}"),
            ("LIX (sous 30 facile, au-dessus de 50 difficile)", f"{ease.lix:.0f}"),
            ("Mots clés", ", ".join(term.term for term in self.key_terms) or "—"),
            ("Groupes nominaux", ", ".join(f"{text} ({n})" for text, n in self.noun_phrases) or "—"),
        ]


def portrait(text: str, pipeline: Pipeline, *, count: int = 10) -> Portrait:
    """What `enquete lang text` shows. Raises: EnqueteError with a pipeline that gives no dependencies."""
    phrases = Counter(
        phrase
        for span in noun_phrases(text, pipeline)
        if " " in (phrase := span.quote(text).casefold()) and not phrase.startswith("tou")
    )
    terms = [term for term in key_terms(text, pipeline, count=3 * count) if not _EMPTY & {*term.term.split()}]
    return Portrait(
        readability(text, pipeline),
        tuple(terms[:count]),
        tuple((phrase, n) for phrase, n in phrases.most_common(count) if n > 1),
    )
