"""Which classification to read: how short units are joined, how small a half may be, how many classes, one tree or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from habitat_enquete.textometry import double
from habitat_enquete.textometry.lexical_table import STOP_WORDS, LexicalTable, merged
from habitat_enquete.textometry.reinert import Settings, Split, classify
from habitat_enquete.textometry.stability import Stability, chosen_k, preference, stability

Ints = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]

# Shares of a class that each half must hold, tried in turn: without any, the method peels off small odd vocabularies.
SHARES_TRIED: Final = (0.05, 0.10, 0.15, 0.20)
# Above so many units, resampling four classifications twenty times takes longer than a person waits.
MANY_UNITS: Final = 20_000
SHARE_FOR_MANY: Final = 0.15
# A second tree reads the same corpus in longer units (IRaMuTeQ: 12 then 14 occurrences).
SECOND_TREE: Final = 1.5


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may choose.

    Number of classes `k` (None: by balance and stability), highest number tried, vocabulary `floor` (None: by the corpus), distinct
    terms a unit needs before it is compared, smallest share of a class that a cut must leave on each side (None: by the corpus),
    restarts, seed, resamplings; `double` crosses two trees and keeps what they agree upon.
    """

    k: int | None = None
    highest_k: int = 8
    floor: int | None = None
    minimum_terms: int = 8
    minimum_share: float | None = None
    restarts: int = 0
    seed: int = 0
    replicates: int = 20
    double: bool = False
    stop_words: frozenset[str] = STOP_WORDS


@dataclass(frozen=True, slots=True)
class Chosen:
    """The classification that is read: the class of each unit (0: none), its cuts, and how it was chosen.

    `minimum_share` is the one retained; `steady` the stability of each number of classes with it. `splits` is empty when two trees
    were crossed: there is no single tree any more.
    """

    classes: Ints
    splits: tuple[Split, ...]
    steady: tuple[Stability, ...]
    minimum_share: float


def choose(table: LexicalTable, choices: Choices, progress: Progress | None = None) -> Chosen | None:
    """The classification of the units of a table; None when the corpus cannot be cut at all."""
    presence, row = merged(table, minimum=choices.minimum_terms)
    groups = _documents(table, row)
    shares = _shares(choices, presence.shape[0])
    settings = Settings(restarts=choices.restarts, seed=choices.seed)
    tried = [
        (share, _steady(presence, groups, replace(settings, minimum_share=share), choices, progress))
        for share in shares
    ]
    tried = [(share, steady) for share, steady in tried if steady]
    if not tried:
        return None
    share, steady = max(tried, key=lambda pair: _best(pair[1], choices.k))
    k = choices.k if any(s.k == choices.k for s in steady) else chosen_k(steady)
    assert k is not None  # `steady` is not empty
    retained = replace(settings, minimum_share=share)
    if choices.double:
        return Chosen(_double(table, retained, choices), (), tuple(steady), share)
    tree = classify(presence, max(k, 2), retained)
    return Chosen(tree.classes(k)[row], tree.splits[: k - 1], tuple(steady), share)


def _documents(table: LexicalTable, row: Ints) -> list[str]:
    """The document of each merged unit."""
    first = np.unique(row, return_index=True)[1]
    return [table.units[position].document for position in first]


def _shares(choices: Choices, units: int) -> tuple[float, ...]:
    if choices.minimum_share is not None:
        return (choices.minimum_share,)
    return SHARES_TRIED if units <= MANY_UNITS else (SHARE_FOR_MANY,)


def _steady(
    presence: sp.csr_array,
    groups: Sequence[str],
    settings: Settings,
    choices: Choices,
    progress: Progress | None,
) -> list[Stability]:
    return stability(
        presence,
        groups,
        choices.k or choices.highest_k,
        settings,
        replicates=choices.replicates,
        seed=choices.seed,
        progress=progress,
    )


def _best(steady: Sequence[Stability], k: int | None) -> tuple[bool, bool, float, float]:
    """How good the number of classes that would be read is: the one asked for, else the best."""
    asked = [s for s in steady if s.k == k]
    return max(preference(s) for s in asked or steady)


def _double(table: LexicalTable, settings: Settings, choices: Choices) -> Ints:
    """The class of each unit according to two trees of shorter and longer units: 0 where they disagree."""
    levels = []
    for minimum in (choices.minimum_terms, round(SECOND_TREE * choices.minimum_terms)):
        presence, row = merged(table, minimum=minimum)
        levels.append(classify(presence, choices.k or choices.highest_k, settings).levels[row])
    crossed = double.cross(levels[0], levels[1], mutual=False)
    wanted = [choices.k] if choices.k else range(2, choices.highest_k + 1)
    found = [p for p in (double.best_partition(crossed, k) for k in wanted) if p]
    best = max(found, key=lambda p: (p.chi2, p.k), default=None)
    return best.groups if best else np.zeros(len(table.units), np.int64)
