"""Words said together: phrases found in the segments, those that are one thing, and segments where they are one word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from habitat_enquete.model.span import Span
from habitat_enquete.textometry.lexical_table import Unit, Word

Range = tuple[int, int]

CONTENT: Final = frozenset({"NOUN", "PROPN", "ADJ", "VERB"})
# A phrase is one thing when it comes back among several people, and its rarer word is mostly said within it.
MINIMUM_UNITS: Final = 5
MINIMUM_PEOPLE: Final = 3
COHESION: Final = 0.3
LONGEST: Final = 4


def joined(words: Sequence[Word]) -> Word:
    """Several words as one: its form and lemma are theirs, its parts are kept."""
    parts = tuple(part for word in words for part in (word.parts or (word,)))
    return Word(
        " ".join(part.form for part in parts),
        " ".join(part.lemma for part in parts),
        "TERM",
        Span(parts[0].span.start, parts[-1].span.end),
        parts,
    )


def joined_at(words: Sequence[Word], ranges: Iterable[Range]) -> tuple[Word, ...]:
    """The words with each of the given ranges made one; ranges do not overlap."""
    made: list[Word] = []
    position = 0
    for start, end in sorted(ranges):
        made += [*words[position:start], joined(words[start:end])]
        position = end
    return (*made, *words[position:])


class Phrases:
    """The phrases of some units: where they are, how people say them, in how many units and by how many people.

    `of_unit[i]` gives the lemmas of each phrase of unit i, `ranges[i]` where they are among its words.
    """

    def __init__(self, units: Sequence[Unit], ranges: Sequence[Sequence[Range]]) -> None:
        self.ranges = ranges
        self.of_unit = [
            [" ".join(word.lemma for word in unit.words[start:end]) for start, end in found]
            for unit, found in zip(units, ranges, strict=True)
        ]
        said: dict[str, Counter[str]] = {}
        people: dict[str, set[str]] = {}
        for unit, found, names in zip(units, ranges, self.of_unit, strict=True):
            for (start, end), name in zip(found, names, strict=True):
                said.setdefault(name, Counter())[_said(unit.words[start:end])] += 1
                people.setdefault(name, set()).add(unit.respondent or unit.document)
        self.said = {name: max(sorted(forms), key=lambda form: forms[form]) for name, forms in said.items()}
        self.units = Counter(name for names in self.of_unit for name in set(names))
        self.people = {name: len(known) for name, known in people.items()}

    def labels(self) -> list[list[str]]:
        """The phrases of each unit, as people say them most, those of too few people left out."""
        return [
            sorted({self.said[name] for name in names if self.people[name] >= MINIMUM_PEOPLE})
            for names in self.of_unit
        ]

    def cohesive(self, units: Sequence[Unit]) -> frozenset[str]:
        """The phrases that are one thing: said in enough units and by enough people, and their rarer word mostly within them."""
        in_units = Counter(lemma for unit in units for lemma in {word.lemma for word in unit.words})
        content: dict[str, list[str]] = {}
        for unit, found, names in zip(units, self.ranges, self.of_unit, strict=True):
            for (start, end), name in zip(found, names, strict=True):
                if name not in content and end - start <= LONGEST:
                    content[name] = [w.lemma for w in unit.words[start:end] if w.category in CONTENT]
        return frozenset(
            name
            for name, lemmas in content.items()
            if len(lemmas) > 1
            and self.units[name] >= MINIMUM_UNITS
            and self.people[name] >= MINIMUM_PEOPLE
            and self.units[name] >= COHESION * min(in_units[lemma] for lemma in lemmas)
        )


def _said(words: Sequence[Word]) -> str:
    """The words as said, blanks only where there were some."""
    text = ""
    for before, word in zip((None, *words), words, strict=False):
        gap = " " if before is not None and word.span.start > before.span.end else ""
        text += gap + word.form.lower()
    return text


def with_compounds(units: Sequence[Unit], phrases: Phrases, kept: frozenset[str]) -> list[Unit]:
    """The units with the phrases of `kept` made one word each."""
    made = []
    for unit, found, names in zip(units, phrases.ranges, phrases.of_unit, strict=True):
        ranges = [where for where, name in zip(found, names, strict=True) if name in kept]
        made.append(replace(unit, words=joined_at(unit.words, ranges)) if ranges else unit)
    return made


def most_said(phrases: Phrases, names: Iterable[str]) -> Mapping[str, int]:
    """How people say some phrases, and in how many units, most frequent first."""
    return {
        phrases.said[name]: phrases.units[name]
        for name in sorted(names, key=lambda n: (-phrases.units[n], n))
    }
