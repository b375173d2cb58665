"""The words of a turn as they are compared: hesitations left out, repetitions heard once, spelling made even."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from habitat_enquete.nlp.annotated import AnnotatedText
from habitat_enquete.nlp.lexicon import lexicon
from habitat_enquete.nlp.oral import is_hesitation, spoken_norm

# A plural that says something else than its singular keeps its own form: « travaux » is no « travail ».
OWN_PLURALS: Final = frozenset(
    ["travaux", "vacances", "ciseaux", "toilettes", "papiers", "charges", "assises"]
)
SHORTENED: Final[Mapping[str, str]] = {
    "appart": "appartement",
    "proprio": "propriétaire",
    "coloc": "colocation",
    "asso": "association",
    "ordi": "ordinateur",
    "mobil-home": "mobile-home",
}
_VERBS: Final = frozenset({"VERB", "AUX"})
_LONGEST_REPETITION: Final = 3
_MARKS: Final = frozenset({",", "…", "...", "-", "–", "—"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a document, made comparable; parallel columns, one row per token of the annotation.

    `norms`: standard lower-case forms; `lemmas`: keys by which terms and words meet; `pos` may be empty strings;
    `sentences`: number of the readable unit of each word.
    """

    norms: Sequence[str]
    lemmas: Sequence[str]
    pos: Sequence[str]
    sentences: Sequence[int]

    def is_verb(self, rank: int) -> bool:
        """Whether a word is a verb: by its part of speech, or by the lexicon where there is no model."""
        if self.pos[rank]:
            return self.pos[rank] in _VERBS
        norm = self.norms[rank]
        first = (lexicon().analyses(norm) or lexicon().analyses(norm.replace("oe", "œ")))[:1]
        return bool(first) and first[0][0] in "VX"


def comparable(annotated: AnnotatedText) -> Words:
    """The words of an annotated document in comparable form."""
    norms = [even(form) for form in annotated.forms]
    number, numbers = -1, []
    for start in annotated.is_sentence_start:
        number += start
        numbers.append(number)
    lemmas = [lemma_key(norm, lemma) for norm, lemma in zip(norms, annotated.lemmas, strict=True)]
    return Words(norms, lemmas, annotated.pos, numbers)


def even(form: str) -> str:
    """The standard lower-case form of a word, « œ » and « æ » written as keyboards write them.

    >>> even("Œuvre"), even("Chuis")
    ('oeuvre', 'suis')
    """
    return _untied(spoken_norm(form))


def _untied(word: str) -> str:
    return word.replace("œ", "oe").replace("æ", "ae")


def lemma_key(norm: str, lemma: str) -> str:
    """The form under which the lemma of a word is compared.

    >>> lemma_key("travaux", "travail"), lemma_key("apparts", "appart")
    ('travaux', 'appartement')
    """
    if norm in OWN_PLURALS:
        return norm
    key = _untied(lemma.lower().replace("’", "'"))
    return SHORTENED.get(key, key)


def heard(words: Words, ranks: range) -> list[int]:
    """The ranks, among `ranks`, of the words that count: no hesitation, no first half of a repetition.

    « le euh le loyer » leaves « le loyer »; « pas de pas de bus » leaves « pas de bus ».
    """
    norms = words.norms[ranks.start : ranks.stop]
    kept = [rank for rank in ranks if not is_hesitation(norms, rank - ranks.start)]
    if len(kept) < len(ranks):
        kept = [rank for rank in kept if not _beside_hesitation(words, rank, kept, ranks)]
    return _once(words, kept)


def _beside_hesitation(words: Words, rank: int, kept: Sequence[int], ranks: range) -> bool:
    """A comma or dots that only surround a hesitation go with it."""
    if words.norms[rank] not in _MARKS:
        return False
    return any(
        neighbour in ranks and is_hesitation(words.norms, neighbour) for neighbour in (rank - 1, rank + 1)
    )


def _once(words: Words, kept: Sequence[int]) -> list[int]:
    result: list[int] = []
    for rank in kept:
        result.append(rank)
        for size in range(1, _LONGEST_REPETITION + 1):
            if _repeats(words, result, size):
                del result[-2 * size : -size]
                break
    return result


def _repeats(words: Words, ranks: Sequence[int], size: int) -> bool:
    """Whether the last `size` words repeat those just before, or complete one of them cut short (« lo- location »)."""
    if len(ranks) < 2 * size:
        return False
    again = [words.norms[rank] for rank in ranks[-size:]]
    return [words.norms[rank] for rank in ranks[-2 * size : -size]] == again and again[0].isalpha() | (
        "'" in again[0]
    )
