"""Terms of the codebook, compiled once, and found in the words of a turn.

spaCy's PhraseMatcher knows neither `*`, nor `…`, nor a word that may be meant by form or by lemma; its Matcher slows down
with every rule (5,000 words a second for 3,000 rules). Here a word that no term holds costs two dictionary look-ups.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from habitat_enquete.nlp.annotate import annotate_texts
from habitat_enquete.nlp.annotated import AnnotatedText
from habitat_enquete.nlp.lexicon import lexicon
from habitat_enquete.nlp.oral import listed, spoken_norm
from habitat_enquete.nlp.pipeline import Pipeline
from habitat_enquete.nlp.stream import OWN_PLURALS, Words, even, lemma_key

ANY: Final = "*"
_PART: Final = re.compile(r'"([^"]*)"|(\*)|(…|\.\.\.)|([^"*…]+?)(?=\s*(?:"|\*|…|\.\.\.|$))')
REFLEXIVE: Final = frozenset({"se", "s'", "me", "m'", "te", "t'", "nous", "vous"})
NEGATIVE: Final = frozenset({"pas", "plus", "jamais", "guère"})
_CLITICS: Final = listed(
    "me m' te t' se s' le la l' les lui leur y y' en nous vous je j' tu il elle on ils elles ne n'"
)
_LINKING: Final = frozenset({"avoir", "être", "rester", "devenir", "sembler", "paraître"})
_DEGREES: Final = listed(
    """
    très trop super bien assez plutôt encore toujours déjà même souvent aussi tous toutes tout presque hyper
    """
)
_MOST_SKIPPED: Final = 5
_FULL_STOPS: Final = frozenset({".", "!", "?", ";", ":", "(", ")"})


@dataclass(frozen=True, slots=True)
class Element:
    """One part of a term: a word by any of its `forms` or `lemmas`, any word, or a gap of zero to `gap` words."""

    forms: frozenset[str] = frozenset()
    lemmas: frozenset[str] = frozenset()
    any_word: bool = False
    gap: int | None = None

    def accepts(self, words: Words, rank: int) -> bool:
        """Whether it is satisfied by the word at `rank`."""
        if self.any_word:
            return words.norms[rank][:1].isalnum()
        return words.norms[rank] in self.forms or words.lemmas[rank] in self.lemmas


@dataclass(frozen=True, slots=True)
class Found:
    """A term found: which one, and the ranks of the words that satisfied its elements, in order."""

    term: str
    ranks: tuple[int, ...]


Compiled = tuple[str, tuple[Element, ...]]


class TermIndex:
    """Every term of a codebook, ready to be looked for at once.

    A term is only tried in turns that hold its *anchor*, its longest word: « pas de location » costs nothing where nobody
    says « location ». `gap` is the greatest number of words that `…` covers.
    """

    def __init__(self, terms: Iterable[str], pipeline: Pipeline, *, gap: int) -> None:
        self._by_form: dict[str, list[Compiled]] = defaultdict(list)
        self._by_lemma: dict[str, list[Compiled]] = defaultdict(list)
        for term, elements in compile_terms(terms, pipeline, gap=gap):
            words = [element for element in elements if element.forms]
            if words:
                anchor = max(words, key=lambda element: min(map(len, element.forms)))
                for form in anchor.forms:
                    self._by_form[form].append((term, elements))
                for lemma in anchor.lemmas:
                    self._by_lemma[lemma].append((term, elements))

    def find(self, words: Words, heard: Sequence[int]) -> Iterator[Found]:
        """Every occurrence of every term among the words `heard` of one turn, in reading order."""
        candidates = self._candidates(words, heard)
        if not candidates:
            return
        starting: dict[str, list[Compiled]] = defaultdict(list)
        anywhere = []
        for term, elements in candidates.items():
            first = elements[0]
            if first.any_word:
                anywhere.append((term, elements))
            for key in first.forms | first.lemmas:
                starting[key].append((term, elements))
        for place, rank in enumerate(heard):
            tried = {*starting.get(words.norms[rank], ()), *starting.get(words.lemmas[rank], ()), *anywhere}
            for term, elements in sorted(tried, key=lambda pair: pair[0]):
                if elements[0].accepts(words, rank) and (ranks := _follow(words, heard, place, elements)):
                    yield Found(term, ranks)

    def _candidates(self, words: Words, heard: Sequence[int]) -> dict[str, tuple[Element, ...]]:
        found: dict[str, tuple[Element, ...]] = {}
        for rank in heard:
            for compiled in (self._by_form.get(words.norms[rank]), self._by_lemma.get(words.lemmas[rank])):
                if compiled:
                    found.update(compiled)
        return found


def compile_terms(terms: Iterable[str], pipeline: Pipeline, *, gap: int) -> list[Compiled]:
    """The elements of each term as its author wrote it (see `model.codebook`); the pipeline reads all of them together."""
    parts = {term: _PART.findall(term.strip()) for term in terms}
    texts = {
        text.strip()
        for found in parts.values()
        for part in found
        for text in (part[0], part[3])
        if text.strip()
    }
    read = dict(zip(sorted(texts), annotate_texts(sorted(texts), pipeline), strict=True))
    return [(term, tuple(_elements(found, read, gap))) for term, found in parts.items()]


def _elements(
    parts: Iterable[tuple[str, str, str, str]], read: Mapping[str, AnnotatedText], gap: int
) -> Iterator[Element]:
    for quoted, star, dots, plain in parts:
        if star:
            yield Element(any_word=True)
        elif dots:
            yield Element(gap=gap)
        elif quoted.strip():
            yield from (Element(forms=frozenset({even(form)})) for form in read[quoted.strip()].forms)
        elif plain.strip():
            yield from _plain(read[plain.strip()])


def _plain(annotated: AnnotatedText) -> Iterator[Element]:
    """Words by form, by the lemma the pipeline gives in the term, by the lemma the lexicon gives first."""
    for form, lemma in zip(annotated.forms, annotated.lemmas, strict=True):
        norm = even(form)
        if norm in {"se", "s'"}:
            yield Element(forms=REFLEXIVE)
        elif norm in OWN_PLURALS or norm in NEGATIVE:
            yield Element(forms=frozenset({norm}))
        else:
            table = lexicon().lemma(spoken_norm(form)) or norm
            yield Element(
                frozenset({norm}), frozenset(lemma_key(norm, each) for each in (lemma, table, norm))
            )


def _follow(
    words: Words, heard: Sequence[int], place: int, elements: Sequence[Element]
) -> tuple[int, ...] | None:
    """The ranks that satisfy the elements from `place` on; None when they do not follow."""
    ranks = [heard[place]]
    gap = 0
    for element in elements[1:]:
        if element.gap is not None:
            gap = element.gap
            continue
        following = _next(words, heard, place, element, gap)
        if following is None:
            return None
        place, gap = following, 0
        ranks.append(heard[place])
    return tuple(ranks)


def _next(words: Words, heard: Sequence[int], place: int, element: Element, gap: int) -> int | None:
    """Where `element` is satisfied after `place`: at once, past `gap` words, or past words that say nothing of their own."""
    sentence = words.sentences[heard[place]]
    skipped = 0
    for following in range(place + 1, len(heard)):
        rank = heard[following]
        if words.norms[rank] in _FULL_STOPS:
            return None
        if element.accepts(words, rank):
            return following
        passed = following - place - 1 - skipped
        if not element.any_word and passed < _MOST_SKIPPED and _transparent(words, rank):
            continue
        if skipped == gap or words.sentences[rank] != sentence:
            return None
        skipped += 1
    return None


def _transparent(words: Words, rank: int) -> bool:
    """Whether a word may stand between two words of a term: clitics, auxiliaries, degrees, a comma, a negation.

    « refuser le prêt » finds « ils nous ont d'abord refusé le prêt », « maison vide » « la maison est restée vide ». A negation
    so passed over negates the match.
    """
    norm = words.norms[rank]
    return (
        norm in _CLITICS
        or norm in NEGATIVE
        or norm in _DEGREES
        or norm == ","
        or (norm.endswith("ment") and words.pos[rank] in {"", "ADV"})
        or words.lemmas[rank] in _LINKING
    )
