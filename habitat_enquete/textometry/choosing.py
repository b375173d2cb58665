"""Which classification to read: how short units are joined, how small a half may be, how many classes, one tree or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from habitat_enquete.textometry import double
from habitat_enquete.textometry.lexical_table import STOP_WORDS, LexicalTable, merged
from habitat_enquete.textometry.reinert import Settings, Split, classify, terminal_classes
from habitat_enquete.textometry.stability import Stability, chosen, preference, stability, stability_of
from habitat_enquete.textometry.threads import one_thread

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Progress = Callable[[int, int], None]

# Shares of a class that each half must hold, tried in turn: without any, the method peels off small odd vocabularies.
SHARES_TRIED: Final = (0.05, 0.10, 0.20)
# Above so many units, resampling several classifications twenty times takes longer than a person waits.
MANY_UNITS: Final = 20_000
SHARE_FOR_MANY: Final = 0.10
REPLICATES_FOR_MANY: Final = 8
REPLICATES_OF_TWO: Final = 10
# When the classes are fragile, terms found in fewer units than this share stop weighing on them, if enough terms are left.
HIGHER_FLOOR: Final = 0.01
TERMS_LEFT: Final = 100
GAIN: Final = 0.1  # of stability, for which it is worth leaving terms out
# A second tree reads the same corpus in longer units (IRaMuTeQ: 12 then 14 occurrences).
SECOND_TREE: Final = 1.5
IRAMUTEQ_CLASSES: Final = 10
Peer = Literal["rainette", "iramuteq"]
Kind = Literal["tree", "double", "terminal"]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may choose.

    Number of classes `k` (None: by balance and stability), highest number tried, vocabulary `floor` (None: by the corpus), distinct
    terms a unit needs before it is compared, smallest share of a class that a cut must leave on each side (None: by the corpus),
    restarts, seed, resamplings; `double` crosses two trees and keeps what they agree upon; `peer` "iramuteq" cuts, selects terms and
    keeps terminal classes as that program does.
    """

    k: int | None = None
    highest_k: int = 10
    floor: int | None = None
    minimum_terms: int = 8
    minimum_share: float | None = None
    restarts: int = 0
    seed: int = 0
    replicates: int = 20
    double: bool = False
    peer: Peer = "rainette"
    stop_words: frozenset[str] = STOP_WORDS


@dataclass(frozen=True, slots=True)
class Chosen:
    """The classification that is read: the class of each unit (0: none), its cuts, and how it was chosen.

    `minimum_share` and `floor` are those retained; `steady` the stability of each number of classes with them, and `read` that of
    the classes kept. `splits` is empty when there is no single tree to draw: two trees crossed, or classes of several levels.
    `weighing` (terms,) tells which terms of the table made the classes, and `kind` what they are: those of one level of a tree, those
    that two trees agree upon, or terminal classes.
    """

    classes: Ints
    splits: tuple[Split, ...]
    steady: tuple[Stability, ...]
    minimum_share: float
    floor: int
    read: Stability | None
    weighing: Bools
    kind: Kind = "tree"


def choose(table: LexicalTable, choices: Choices, progress: Progress | None = None) -> Chosen | None:
    """The classification of the units of a table; None when the corpus cannot be cut at all.

    When the classes are fragile and no floor was asked for, they are made again without the rarer terms, and kept if more stable.
    """
    with one_thread():
        return _choose_floor(table, choices, progress)


def _choose_floor(table: LexicalTable, choices: Choices, progress: Progress | None) -> Chosen | None:
    found = _choose(table, choices, table.floor, progress)
    higher = round(HIGHER_FLOOR * len(table.units))
    if choices.floor is not None or higher <= table.floor or (found and found.read and found.read.is_solid):
        return found
    if int((table.units_of_terms() >= higher).sum()) < TERMS_LEFT:
        return found
    again = _choose(table, choices, higher, progress)
    return max((c for c in (found, again) if c), key=_worth, default=None)


def _worth(found: Chosen) -> tuple[bool, bool, float]:
    """Fewer terms must earn their absence: ties go to the classification that read the most."""
    if found.read is None:
        return False, False, 0.0
    advance = GAIN * float(found.weighing.all())
    return found.read.is_balanced, found.read.is_solid, found.read.mean + advance


def _choose(table: LexicalTable, choices: Choices, floor: int, progress: Progress | None) -> Chosen | None:
    weighing = table.units_of_terms() >= floor
    minimum = 0 if choices.peer == "iramuteq" and not choices.double else choices.minimum_terms
    presence, row = merged(table, minimum=minimum, weighing=weighing)
    groups = _documents(table, row)
    settings = Settings(restarts=choices.restarts, seed=choices.seed, peer=choices.peer)
    if choices.peer == "iramuteq" and not choices.double:
        return _terminal(presence, row, groups, settings, choices, (floor, weighing))
    tried = [
        (share, _steady(presence, groups, replace(settings, minimum_share=share), choices, progress))
        for share in _shares(choices, presence.shape[0])
    ]
    tried = [(share, steady) for share, steady in tried if steady]
    if not tried:
        return None
    share, steady = max(tried, key=lambda pair: _best(pair[1], choices.k))
    read = _read(steady, choices.k)
    retained = replace(settings, minimum_share=share)
    if choices.double:
        return _crossed(table, retained, choices, (share, read.k, tuple(steady)), (floor, weighing))
    tree = classify(presence, max(s.k for s in steady), retained)
    return Chosen(
        tree.classes(read.k)[row], tree.splits[: read.k - 1], tuple(steady), share, floor, read, weighing
    )


def _read(steady: Sequence[Stability], k: int | None) -> Stability:
    """The stability of the number of classes asked for when the tree reaches it, else of the best number."""
    asked = [s for s in steady if s.k == k]
    best = chosen(asked or steady)
    assert best is not None  # `steady` is not empty
    return best


def _terminal(
    presence: sp.csr_array,
    row: Ints,
    groups: Sequence[str],
    settings: Settings,
    choices: Choices,
    kept: tuple[int, Bools],
) -> Chosen | None:
    """The terminal classes of a tree, as IRaMuTeQ keeps them: classes of at least 1/k of the units, of any level."""
    asked = choices.k or IRAMUTEQ_CLASSES
    settings = replace(settings, minimum_share=choices.minimum_share or 0.0)

    def terminal(table: sp.csr_array) -> Ints:
        return terminal_classes(classify(table, asked, settings), round(table.shape[0] / asked))

    classes = terminal(presence)
    if not classes.any():
        return None
    read = stability_of(
        classes,
        groups,
        lambda rows: terminal(sp.csr_array(presence[rows])),
        replicates=choices.replicates,
        seed=choices.seed,
    )
    floor, weighing = kept
    return Chosen(classes[row], (), (read,), settings.minimum_share, floor, read, weighing, "terminal")


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
    many = presence.shape[0] > MANY_UNITS
    return stability(
        presence,
        groups,
        choices.k or choices.highest_k,
        settings,
        replicates=min(choices.replicates, REPLICATES_FOR_MANY) if many else choices.replicates,
        seed=choices.seed,
        progress=progress,
    )


def _best(steady: Sequence[Stability], k: int | None) -> tuple[bool, float, float]:
    """How good the number of classes that would be read is: the one asked for, else the best."""
    return preference(_read(steady, k))


def _crossed(
    table: LexicalTable,
    settings: Settings,
    choices: Choices,
    simple: tuple[float, int, tuple[Stability, ...]],
    kept: tuple[int, Bools],
) -> Chosen:
    """The classes that two trees agree upon, as many as the simple classification has if they can, and their own stability."""
    share, k, steady = simple
    floor, weighing = kept
    classes = _double(table, settings, choices, k, weighing)
    read = stability_of(
        classes,
        [unit.document for unit in table.units],
        lambda rows: _double(table.of_rows(rows), settings, choices, k, weighing),
        replicates=min(choices.replicates, REPLICATES_OF_TWO),
        seed=choices.seed,
    )
    return Chosen(classes, (), steady, share, floor, read if classes.any() else None, weighing, "double")


def _double(table: LexicalTable, settings: Settings, choices: Choices, k: int, weighing: Bools) -> Ints:
    """The class of each unit according to two trees of shorter and longer units: 0 where they disagree.

    As many classes as the simple classification would have, or the nearest number that two trees agree upon.
    """
    levels = []
    for minimum in (choices.minimum_terms, round(SECOND_TREE * choices.minimum_terms)):
        presence, row = merged(table, minimum=minimum, weighing=weighing)
        levels.append(classify(presence, choices.k or choices.highest_k, settings).levels[row])
    crossed = double.cross(levels[0], levels[1], mutual=False)
    for number in sorted(range(2, choices.highest_k + 1), key=lambda other: (abs(other - k), other)):
        best = double.best_partition(crossed, number)
        if best:
            return best.groups
    return np.zeros(len(table.units), np.int64)
