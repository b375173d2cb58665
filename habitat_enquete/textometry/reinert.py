"""Reinert's descending hierarchical classification of segments: which vocabularies share the corpus.

The method cuts the corpus in two where the vocabularies of the halves differ most, then goes on with the larger class.

Source: M. Reinert, « Une méthode de classification descendante hiérarchique », Les cahiers de l'analyse des données 8(2), 1983,
p. 187-198; « Alceste, une méthodologie d'analyse des données textuelles », Bulletin de méthodologie sociologique 26, 1990, p. 24-54.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from habitat_enquete.textometry.correspondence import first_axis_order
from habitat_enquete.textometry.switching import switch

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MINIMUM_MEMBERS: Final = 3
UNCLASSIFIED: Final = 0
# A χ² below it is what rounding leaves of a class whose rows are all alike.
ALIKE: Final = 1e-6
# IRaMuTeQ: rows that both halves keep, and the number of segments a term must be found in, to count within a class.
_IRAMUTEQ_ROWS: Final = 5
_IRAMUTEQ_SEGMENTS: Final = 4
_IRAMUTEQ_YATES_BELOW: Final = 10
_IRAMUTEQ_SLOPE: Final = 1.9


@dataclass(frozen=True, slots=True)
class Settings:
    """How a class is cut.

    `minimum_split` rows below which a class is not cut; `minimum_share` of the cut class that each half must hold (0: any cut);
    `contingency` and `minimum_count` rule which terms a half keeps (Reinert's C and the count below which a term is dropped);
    `restarts` seeded random starts tried beside the first axis, keeping the cut of best χ². `peer` cuts as IRaMuTeQ does: terms are
    kept by presence (see `terms_kept_by_presence`), moves are made in sweeps, and halves keep five rows.
    """

    minimum_split: int = 5
    minimum_share: float = 0.0
    contingency: float = 0.3
    minimum_count: int = 3
    restarts: int = 0
    seed: int = 0
    peer: Literal["rainette", "iramuteq"] = "rainette"


@dataclass(frozen=True, slots=True)
class Split:
    """One cut: the class that was cut, at which level, and the χ² between the vocabularies of its halves."""

    level: int
    parent: int
    children: tuple[int, int]
    sizes: tuple[int, int]
    chi2: float
    moves: int


@dataclass(frozen=True, slots=True)
class Classification:
    """The tree of classes.

    `levels` has shape (rows, k − 1): column `j` gives each row's class when there are `j + 2` classes, numbered from 1; 0 for rows
    without any kept term. `splits` are in the order they were made; fewer than k − 1 when no class could be cut further.
    """

    levels: Ints
    splits: tuple[Split, ...]

    @property
    def k(self) -> int:
        """The number of classes reached."""
        return len(self.splits) + 1

    def classes(self, k: int) -> Ints:
        """The class of each row when there are `k` classes; 0 for unclassified rows.

        Raises: ValueError when the tree does not reach `k` classes.
        """
        if not 2 <= k <= self.k:
            raise ValueError(f"the tree has 2 to {self.k} classes, not {k}")
        return self.levels[:, k - 2]

    def heights(self) -> Floats:
        """The height of each split in the dendrogram: the χ² cumulated from the last split."""
        return np.cumsum([split.chi2 for split in self.splits][::-1])[::-1].astype(float)


@dataclass(frozen=True, slots=True)
class Cut:
    """Two halves of a class: `first` tells which rows are in the first one."""

    first: npt.NDArray[np.bool_]
    chi2: float
    moves: int


@dataclass(slots=True)
class _Class:
    """A class on its way: the rows it holds, the columns it still reads."""

    rows: Ints
    columns: Ints
    can_split: bool = True


def classify(
    matrix: sp.csr_array,
    k: int,
    settings: Settings | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Classification:
    """Cut the rows of a segment × term matrix into at most `k` classes.

    Args: `matrix` of shape (segments, terms), counts or presences; only presence is read. `k` ≥ 2.
    Returns: every level of the tree from 2 to `k` classes.
    Raises: ValueError when `k` < 2.
    """
    if k < 2:
        raise ValueError("a classification has at least 2 classes")
    settings = settings or Settings()
    presence = _presence(matrix)
    classes = [_Class(np.arange(presence.shape[0]), np.arange(presence.shape[1]))]
    current = np.ones(presence.shape[0], dtype=np.int64)
    levels: list[Ints] = []
    splits: list[Split] = []
    while len(splits) < k - 1:
        if progress:
            progress(len(splits), k - 1)
        chosen = _to_split(classes, settings)
        if chosen is None:
            break
        halves = _split(presence, classes[chosen], settings)
        if halves is None:
            classes[chosen].can_split = False
            continue
        cut, first, second, dropped = halves
        classes[chosen : chosen + 1] = [first, second]
        current = np.where(current > chosen + 1, current + 1, current)
        current[second.rows] = chosen + 2
        current[dropped] = UNCLASSIFIED
        levels.append(current.copy())
        sizes = (len(first.rows), len(second.rows))
        splits.append(
            Split(len(splits) + 2, chosen + 1, (chosen + 1, chosen + 2), sizes, cut.chi2, cut.moves)
        )
    shape = (presence.shape[0], 0)
    return Classification(np.column_stack(levels) if levels else np.empty(shape, np.int64), tuple(splits))


def _presence(matrix: sp.csr_array) -> sp.csr_array:
    presence = sp.csr_array(matrix, dtype=np.float64, copy=True)
    presence.eliminate_zeros()
    presence.data[:] = 1.0
    return presence


def _to_split(classes: list[_Class], settings: Settings) -> int | None:
    """The position of the largest class that may be cut (the first of equals)."""
    sizes = [len(c.rows) if c.can_split else -1 for c in classes]
    largest = int(np.argmax(sizes))
    return largest if sizes[largest] >= max(settings.minimum_split, MINIMUM_MEMBERS) else None


def _split(
    presence: sp.csr_array, parent: _Class, settings: Settings
) -> tuple[Cut, _Class, _Class, Ints] | None:
    """The two halves of a class and the rows left without any term, or None when it cannot be cut."""
    table = presence[parent.rows][:, parent.columns]
    needed = _IRAMUTEQ_SEGMENTS if settings.peer == "iramuteq" else 1
    kept_columns = np.flatnonzero(np.bincount(table.indices, minlength=table.shape[1]) >= needed)
    table = sp.csr_array(table[:, kept_columns])
    kept = np.diff(table.indptr) > 0
    if kept.sum() < MINIMUM_MEMBERS or len(kept_columns) < MINIMUM_MEMBERS:
        return None
    table = sp.csr_array(table[np.flatnonzero(kept)])
    columns, rows = parent.columns[kept_columns], parent.rows[kept]
    cut = best_cut(table, settings)
    if cut is None:
        return None
    select = terms_kept_by_presence if settings.peer == "iramuteq" else kept_terms
    first_terms, second_terms = select(table, cut.first, settings)
    return (
        cut,
        _Class(rows[cut.first], columns[first_terms]),
        _Class(rows[~cut.first], columns[second_terms]),
        parent.rows[~kept],
    )


def best_cut(table: sp.csr_array, settings: Settings) -> Cut | None:
    """The cut of the rows of a presence table whose halves differ most, found along the first axis and improved by moves.

    Returns None when no cut leaves `minimum_share` of the rows on both sides, or when all rows are alike.
    """
    iramuteq = settings.peer == "iramuteq"
    floor = max(int(np.ceil(settings.minimum_share * table.shape[0])), _IRAMUTEQ_ROWS if iramuteq else 0)
    best: Cut | None = None
    for order in _orders(table, settings):
        first, chi2 = cut_along(table, order, floor=floor)
        if first is None:
            continue
        first, chi2, moves = switch(table, first, floor=floor, sweeps=iramuteq)
        if best is None or chi2 > best.chi2 + 1e-9:
            best = Cut(first, chi2, moves)
    return best


def _orders(table: sp.csr_array, settings: Settings) -> Iterator[Ints]:
    yield first_axis_order(table)
    random = np.random.default_rng(settings.seed)
    for _ in range(settings.restarts):
        yield random.permutation(table.shape[0])


def cut_along(
    table: sp.csr_array, order: Ints, *, floor: int = 0
) -> tuple[npt.NDArray[np.bool_] | None, float]:
    """The prefix of `order` whose vocabulary differs most from the rest, and its χ²; None when there is no such cut.

    The whole scan costs one pass over the table: when a row joins the prefix, the count of each of its terms there is the rank of
    the row within the term's column.
    """
    chi2 = scan(table, order)
    low = max(floor, 1)
    admissible = chi2[low - 1 : len(order) - low]
    if admissible.size == 0 or not admissible.max() > ALIKE:
        return None, 0.0
    size = low + int(np.argmax(admissible))
    first = np.zeros(table.shape[0], dtype=bool)
    first[order[:size]] = True
    return first, float(chi2[size - 1])


def scan(table: sp.csr_array, order: Ints) -> Floats:
    """The χ² of each of the cuts of `order`: entry `i` for a prefix of `i + 1` rows, shape (rows − 1,)."""
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    columns = np.bincount(table.indices, minlength=table.shape[1]).astype(float)
    rows_of_entries = np.repeat(position, np.diff(table.indptr))
    by_column = np.lexsort((rows_of_entries, table.indices))
    starts = np.concatenate(([0], np.cumsum(columns)[:-1]))
    sorted_columns = table.indices[by_column]
    rank = np.arange(len(by_column)) - starts[sorted_columns]
    steps = np.bincount(
        rows_of_entries[by_column], weights=(2 * rank + 1) / columns[sorted_columns], minlength=len(order)
    )
    spread = np.cumsum(steps)[:-1].astype(float)
    first_total = np.cumsum(np.diff(table.indptr)[order])[:-1].astype(float)
    return chi2_of(spread, first_total, float(table.nnz))


def chi2_of(spread: Floats, first_total: Floats, total: float) -> Floats:
    """The χ² of a 2 × terms table from its sums: N (N A − S₁²) / (S₁ S₂), with A = Σ T₁ⱼ² / cⱼ."""
    product = first_total * (total - first_total)
    return np.divide(
        total * (total * spread - first_total**2), product, out=np.zeros_like(product), where=product > 0
    )


def kept_terms(
    table: sp.csr_array, first: npt.NDArray[np.bool_], settings: Settings
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which terms each half keeps: those it uses enough, unless they are clearly the other half's.

    A term stays in a half that uses it `minimum_count` times when its contingency coefficient C = √(χ² / (χ² + n)) is at most
    `contingency`, or when the half uses it more than expected.
    """
    counts = np.bincount(table.indices, minlength=table.shape[1]).astype(float)
    in_first = np.asarray(table[np.flatnonzero(first)].sum(axis=0)).ravel()
    share = in_first.sum() / table.nnz
    keep = []
    expected_first = counts * share
    chi2 = (in_first - expected_first) ** 2 * (1 / expected_first + 1 / (counts - expected_first))
    contingency = np.sqrt(chi2 / (chi2 + counts))
    for observed, expected in ((in_first, expected_first), (counts - in_first, counts - expected_first)):
        keep.append(
            (observed >= settings.minimum_count)
            & ((contingency <= settings.contingency) | (observed > expected))
        )
    return keep[0], keep[1]


def terms_kept_by_presence(
    table: sp.csr_array, first: npt.NDArray[np.bool_], settings: Settings
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which terms each half keeps in IRaMuTeQ: a term clearly tied to one half by the segments that hold it leaves the other.

    The χ² of presence, with Yates's correction when a cell is under 10, is compared with 1.9 × (larger half / smaller half) + 1.9. A
    term absent from a half leaves it; one that every segment of a half holds stays in both.
    Source: the behaviour of IRaMuTeQ 0.8a7, from its description; `settings` is not read.
    """
    del settings
    counts = np.bincount(table.indices, minlength=table.shape[1]).astype(float)
    in_first = np.asarray(table[np.flatnonzero(first)].sum(axis=0)).ravel()
    in_second = counts - in_first
    sizes = float(first.sum()), float((~first).sum())
    limit = _IRAMUTEQ_SLOPE * max(sizes) / min(sizes) + _IRAMUTEQ_SLOPE
    cells = np.stack([in_first, in_second, sizes[0] - in_first, sizes[1] - in_second])
    difference = np.abs(cells[0] * cells[3] - cells[1] * cells[2])
    total = sum(sizes)
    corrected = np.where(
        (cells < _IRAMUTEQ_YATES_BELOW).any(axis=0), np.maximum(difference - total / 2, 0), difference
    )
    margins = counts * (total - counts) * sizes[0] * sizes[1]
    chi2 = np.divide(total * corrected**2, margins, out=np.zeros_like(margins), where=margins > 0)
    chi2 = np.where((cells[0] == 0) | (cells[1] == 0), limit + 1, chi2)
    chi2 = np.where((cells[2] == 0) | (cells[3] == 0), limit - 1, chi2)
    tied = chi2 > limit
    more_in_first = in_first / sizes[0] > in_second / sizes[1]
    return ~tied | more_in_first, ~tied | ~more_in_first


def terminal_classes(tree: Classification, minimum: int) -> Ints:
    """The classes of the last level that are large enough, as IRaMuTeQ keeps them: shape (rows,), numbered from 1, 0 unclassified.

    A class of fewer than `minimum` rows gives way to the nearest class it was cut from that has them, unless another class cut from
    that one is kept: then its rows are unclassified.
    """
    lineage = _lineage(tree)
    last = tree.levels[:, -1] if tree.k > 1 else np.zeros(tree.levels.shape[0], np.int64)
    kept: dict[frozenset[int], Ints] = {}
    sizes = np.bincount(last, minlength=tree.k + 1)
    for number in sorted(range(1, tree.k + 1), key=lambda leaf: -sizes[leaf]):
        for descendants, members in lineage[number]:
            if len(members) >= minimum:
                if not any(descendants & other for other in kept):
                    kept[descendants] = members
                break
    classes = np.zeros(len(last), dtype=np.int64)
    for position, descendants in enumerate(sorted(kept, key=min), start=1):
        classes[kept[descendants]] = position
    return classes


def _lineage(tree: Classification) -> dict[int, list[tuple[frozenset[int], Ints]]]:
    """For each class of the last level, itself and the classes it was cut from, nearest first: their last classes, their rows.

    The whole corpus is nobody's mother: a single class of everything is no classification.
    """
    groups: list[frozenset[int]] = [frozenset([number]) for number in range(1, tree.k + 1)]
    found: dict[int, list[tuple[frozenset[int], Ints]]] = {number: [] for number in range(1, tree.k + 1)}
    known: set[frozenset[int]] = set()
    for level in range(tree.k, 1, -1):
        for number, descendants in enumerate(groups, start=1):
            if descendants not in known:
                known.add(descendants)
                rows = np.flatnonzero(tree.classes(level) == number)
                for leaf in descendants:
                    found[leaf].append((descendants, rows))
        parent = tree.splits[level - 2].parent - 1
        groups[parent : parent + 2] = [groups[parent] | groups[parent + 1]]
    return found
