"""Where speech transcribed without full stops may be cut: what the words and parts of speech around a place tell.

A logistic regression learned on spoken treebanks from which the punctuation was taken away (`training/boundaries.py`); its
few thousand weights are readable, one a line. It knows clause openers (« et puis », « mais », « parce que »), and that a
unit is rarely cut between a subject and its verb.
"""

from __future__ import annotations

import gzip
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

FILE: Final = "boundaries.tsv.gz"
LIKELY: Final = 0.35
"""From which probability a unit starts: chosen on the development texts of ParisStories and Rhapsodie."""
VOTES: Final = (-0.4, 1.6)
"""What the sentence model of the pipeline adds to the score of a place: where it sees no start, where it sees one."""
_BIAS: Final = ("",)
_FAR: Final = 20
_EDGE: Final = ("<", "<")

Feature = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The weights of the features, and the constant that is added to them."""

    bias: float
    weights: Mapping[Feature, float]

    def probabilities(
        self, words: Sequence[str], classes: Sequence[str], votes: Sequence[bool] = ()
    ) -> list[float]:
        """How likely each word is to start a unit; the first surely does.

        Args: `words` in small letters with typewriter apostrophes, `classes` their word classes (see `word_class`), `votes`
        whether another model sees a start there, if there is one.
        """
        if not words:
            return []
        known = self.weights
        added = [VOTES[vote] for vote in votes[1:]] if votes else itertools.repeat(0.0)
        scores = (
            self.bias + vote + sum(known[feature] for feature in found if feature in known)
            for found, vote in zip(features(words, classes), added, strict=False)
        )
        return [1.0, *(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score)))) for score in scores)]


def word_class(pos: str, morph: str) -> str:
    """The part of speech, verbs told apart: finite (`VF`, `AF` for auxiliaries), infinitive (`VI`), participle (`VP`).

    >>> word_class("VERB", "Mood=Ind|VerbForm=Fin"), word_class("AUX", "VerbForm=Inf"), word_class("NOUN", "")
    ('VF', 'AI', 'NOUN')
    """
    if pos not in {"VERB", "AUX"}:
        return pos
    return pos[0] + ("F" if "VerbForm=Fin" in morph else "I" if "VerbForm=Inf" in morph else "P")


def features(words: Sequence[str], classes: Sequence[str]) -> Iterator[list[Feature]]:
    """What tells whether a unit starts at each word but the first: the words and classes around, the verbs near by."""
    w = [*_EDGE, *words, ">", ">", ">"]
    c = [*_EDGE, *classes, ">", ">", ">"]
    to_verb = _words_to_finite_verb(classes)
    last_verb = -_FAR
    for rank in range(1, len(words)):
        if classes[rank - 1] in {"VF", "AF"}:
            last_verb = rank - 1
        at = rank + 2
        one, two, before, earlier = w[at], w[at + 1], w[at - 1], w[at - 2]
        own, following, previous, former = c[at], c[at + 1], c[at - 1], c[at - 2]
        since, until = _rough(rank - last_verb), _rough(to_verb[rank])
        yield [
            ("w", one),
            ("w+1", two),
            ("w-1", before),
            ("w+2", w[at + 2]),
            ("w-2", earlier),
            ("c-1 c c+1", previous, own, following),
            ("c-2 c-1 c", former, previous, own),
            ("c c+1 c+2", own, following, c[at + 2]),
            ("w w+1", one, two),
            ("w-1 w", before, one),
            ("w-2 w-1", earlier, before),
            ("w c-1", one, previous),
            ("w-1 c c+1", before, own, following),
            ("w c-2 c-1", one, former, previous),
            ("w since until", one, since, until),
            ("since until c", since, until, own),
            ("c-1 c until", previous, own, until),
            ("w w+1 c-1", one, two, previous),
            ("w-1 c until", before, own, until),
            ("repeated", str(one in {before, earlier})),
        ]


def _words_to_finite_verb(classes: Sequence[str]) -> list[int]:
    """How many words after each one comes the next finite verb (0: itself)."""
    distances = [_FAR] * (len(classes) + 1)
    for rank in range(len(classes) - 1, -1, -1):
        distances[rank] = 0 if classes[rank] in {"VF", "AF"} else distances[rank + 1] + 1
    return distances


def _rough(distance: int) -> str:
    return str(next((floor for floor in (14, 9, 6, 4) if distance >= floor), distance))


@cache
def boundaries() -> Boundaries:
    """The shipped weights, read once per process."""
    packed = resources.files("habitat_enquete.lang").joinpath(FILE).read_bytes()
    return unpack(gzip.decompress(packed).decode())


def pack(learned: Boundaries) -> str:
    """One feature a line, its weight first; the constant comes without a feature."""
    rows = [(_BIAS, learned.bias), *sorted(learned.weights.items())]
    return "".join(f"{weight:.3f}\t" + "\t".join(feature) + "\n" for feature, weight in rows)


def unpack(text: str) -> Boundaries:
    """The weights that `pack` wrote."""
    weights: dict[Feature, float] = {}
    for line in text.splitlines():
        weight, *feature = line.split("\t")
        weights[tuple(feature)] = float(weight)
    bias = weights.pop(_BIAS)
    return Boundaries(bias, weights)
