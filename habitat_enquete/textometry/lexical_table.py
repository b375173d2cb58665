"""The lexical table: context units in rows, active terms in columns, and the original words kept beside the lemmas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from habitat_enquete.model.span import Span
from habitat_enquete.textometry.segments import DEFAULT_WORDS, cut_words, merge_short

Ints = npt.NDArray[np.int64]

ACTIVE_CATEGORIES: Final = frozenset({"NOUN", "VERB", "ADJ", "PROPN"})
# Words that every talk is full of: they would make classes of ways of speaking. A study edits them in mots_vides.txt.
STOP_WORDS: Final = frozenset(
    [
        "être",
        "avoir",
        "faire",
        "aller",
        "dire",
        "pouvoir",
        "vouloir",
        "falloir",
        "savoir",
        "voir",
        "mettre",
        "prendre",
        "venir",
        "devoir",
        "croire",
        "penser",
        "trouver",
        "chose",
        "truc",
        "coup",
        "côté",
        "fois",
        "moment",
        "peu",
        "bon",
        "vrai",
        "même",
        "autre",
        "tout",
        "quelque",
        "petit",
        "grand",
        "gros",
        "gens",
        "personne",
        "fait",
        "façon",
        "sorte",
        "genre",
        "mot",
        "exemple",
        "niveau",
        "part",
        "point",
        "an",
        "année",
        "jour",
        "mois",
        "semaine",
        "heure",
        "temps",
        "monsieur",
        "madame",
        "euh",
        "hein",
        "ben",
        "bah",
        "ouais",
        "voilà",
        "quoi",
        "enfin",
        "donc",
        "alors",
        "après",
        "bref",
        "merci",
        "oui",
        "non",
        # What is said of the survey itself, or of the conversation.
        "question",
        "questionnaire",
        "répondre",
        "réponse",
        "préciser",
        "poser",
        "remarque",
        "bonjour",
        "parler",
        "demander",
        "appeler",
        # Verbs and adjectives that any subject uses.
        "passer",
        "arriver",
        "rester",
        "commencer",
        "exister",
        "donner",
        "comprendre",
        "connaître",
        "regarder",
        "seul",
        "dernier",
        "premier",
    ]
)
# Without grammatical categories (pipeline « blank »), words of so many letters are taken as active.
_LETTERS_WITHOUT_CATEGORY: Final = 4
# A segment needs enough terms to be compared: below these the classes follow chance (see `vocabulary_floor`).
TERMS_PER_UNIT: Final = 8.0
SHARE_FLOOR: Final = 0.003
SHARE_CEILING: Final = 0.005


@dataclass(frozen=True, slots=True)
class Word:
    """A word as said and as counted. `category` is its universal part of speech; `TERM` for several words made one, kept as `parts`."""

    form: str
    lemma: str
    category: str
    span: Span
    parts: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A context unit: some words of one person's turn, with where to read them again."""

    document: str
    turn: int
    span: Span
    words: tuple[Word, ...]
    respondent: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """`E03[120:640]`: the document and the code points."""
        return f"{self.document}[{self.span.start}:{self.span.end}]"

    @property
    def said(self) -> Iterator[Word]:
        """Its words one by one, those that were made one included."""
        for word in self.words:
            yield from word.parts or (word,)


@dataclass(frozen=True, slots=True)
class LexicalTable:
    """`counts` has shape (units, terms); `units[i]` is row i and `terms[j]` column j.

    `forms` gives for each term the words people really said, with their counts. `floor` is the smallest number of units a term was
    kept for; `left_out` counts terms below it, and `occurrences` those of every term, kept or not. `categories` is the most frequent grammatical category of each term.
    """

    counts: sp.csr_array
    units: tuple[Unit, ...]
    terms: tuple[str, ...]
    forms: Mapping[str, Counter[str]]
    floor: int
    left_out: int
    categories: Mapping[str, str] = field(default_factory=dict)
    occurrences: int = 0

    @property
    def presence(self) -> sp.csr_array:
        """The same table with 1 for each term present."""
        table = self.counts.copy()
        table.data = np.ones_like(table.data, dtype=np.float64)
        return table

    def of_rows(self, rows: Ints) -> LexicalTable:
        """The same table for some of the units only."""
        return replace(
            self, counts=sp.csr_array(self.counts[rows]), units=tuple(self.units[row] for row in rows)
        )

    def units_of_terms(self) -> Ints:
        """In how many units each term is found, shape (terms,)."""
        return np.bincount(self.counts.indices, minlength=len(self.terms))


def cut_turn(
    words: Sequence[Word],
    *,
    document: str,
    turn: int,
    respondent: str | None,
    attributes: Mapping[str, str],
    size: int = DEFAULT_WORDS,
) -> list[Unit]:
    """The context units of a turn, of about `size` words, cut at the strongest punctuation near it."""
    if not words:
        return []
    ends = cut_words(_joined_punctuation(words), size=size)
    units, start = [], 0
    positions = _word_ends(words)
    for end in ends:
        stop = positions[end - 1] + 1
        piece = tuple(words[start:stop])
        units.append(
            Unit(
                document,
                turn,
                Span(piece[0].span.start, piece[-1].span.end),
                piece,
                respondent,
                attributes,
            )
        )
        start = stop
    return units


def _joined_punctuation(words: Sequence[Word]) -> list[str]:
    """The words as typed, punctuation stuck to the word before it: the segmentation looks at last characters."""
    joined: list[str] = []
    for word in words:
        if word.category == "PUNCT" and joined:
            joined[-1] += word.form
        else:
            joined.append(word.form)
    return joined


def _word_ends(words: Sequence[Word]) -> list[int]:
    """For each typed word, the position of its last piece."""
    ends: list[int] = []
    for position, word in enumerate(words):
        if word.category == "PUNCT" and ends:
            ends[-1] = position
        else:
            ends.append(position)
    return ends


def active_terms(
    unit: Unit, *, categories: Iterable[str] = ACTIVE_CATEGORIES, stop_words: frozenset[str] = STOP_WORDS
) -> list[str]:
    """The lemmas of a unit that make the classes: words with a meaning of their own, and multiword terms."""
    kept = frozenset(categories) | {"TERM"}
    return [
        word.lemma
        for word in unit.words
        if (word.category in kept or (not word.category and len(word.lemma) >= _LETTERS_WITHOUT_CATEGORY))
        and word.lemma not in stop_words
        and len(word.lemma) > 1
        and any(letter.isalpha() for letter in word.lemma)
    ]


def build(
    units: Sequence[Unit],
    *,
    categories: Iterable[str] = ACTIVE_CATEGORIES,
    stop_words: frozenset[str] = STOP_WORDS,
    floor: int | None = None,
) -> LexicalTable:
    """The lexical table of some units.

    Args: `floor` keeps the terms found in at least so many units; when not given it is chosen by `vocabulary_floor`.
    """
    terms_of = [active_terms(unit, categories=categories, stop_words=stop_words) for unit in units]
    in_units = Counter(term for terms in terms_of for term in set(terms))
    chosen = vocabulary_floor(in_units, len(units)) if floor is None else floor
    terms = sorted(term for term, number in in_units.items() if number >= chosen)
    column = {term: position for position, term in enumerate(terms)}
    rows, columns = [], []
    forms: dict[str, Counter[str]] = {term: Counter() for term in terms}
    tagged: dict[str, Counter[str]] = {term: Counter() for term in terms}
    for row, (unit, unit_terms) in enumerate(zip(units, terms_of, strict=True)):
        kept = [column[term] for term in unit_terms if term in column]
        rows += [row] * len(kept)
        columns += kept
        for word in unit.words:
            if word.lemma in forms:
                forms[word.lemma][word.form.lower()] += 1
                tagged[word.lemma][word.category] += 1
    counts = sp.csr_array(
        (np.ones(len(rows)), (np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64))),
        shape=(len(units), len(terms)),
    )
    counts.sum_duplicates()
    return LexicalTable(
        counts,
        tuple(units),
        tuple(terms),
        forms,
        chosen,
        len(in_units) - len(terms),
        {term: found.most_common(1)[0][0] for term, found in tagged.items() if found},
        sum(len(unit_terms) for unit_terms in terms_of),
    )


def vocabulary_floor(in_units: Mapping[str, int], units: int) -> int:
    """In how many units a term must be found to count, chosen from the corpus.

    Between 0.3 % and 0.5 % of the units, and never fewer than 3 units: the highest floor of that range that leaves at least 8 distinct
    terms per unit, or the lowest one. The floor decides whether classes are balanced; it is printed with the results.
    """
    lowest = max(3, round(SHARE_FLOOR * units))
    highest = max(lowest, round(SHARE_CEILING * units))
    numbers = np.array(sorted(in_units.values()))
    for floor in range(highest, lowest, -1):
        if numbers[numbers >= floor].sum() >= TERMS_PER_UNIT * units:
            return floor
    return lowest


def merged(
    table: LexicalTable, *, minimum: int, weighing: npt.NDArray[np.bool_] | None = None
) -> tuple[sp.csr_array, Ints]:
    """The presence table with short units merged within their document, and the merged row of each unit.

    Args: `minimum` distinct terms below which a unit joins its neighbour; 0 or 1 merges nothing. `weighing` (terms,) tells which
    terms are read; all when not given.
    Returns: the table of shape (merged units, terms read) and an array of shape (units,).
    """
    presence = table.presence
    if weighing is not None and not weighing.all():
        presence = sp.csr_array(presence[:, np.flatnonzero(weighing)])
    sizes = np.diff(presence.indptr).tolist()
    groups = merge_short(sizes, [unit.document for unit in table.units], minimum=minimum)
    _, row = np.unique(groups, return_inverse=True)
    joined = sp.csr_array(
        (np.ones(len(row)), (row, np.arange(len(row)))), shape=(int(row.max(initial=-1)) + 1, len(row))
    )
    result = sp.csr_array(joined @ presence)
    result.data[:] = 1.0
    return result, row
