"""Double classification: classes that two classifications of the same segments, cut to different lengths, agree upon.

Source: M. Reinert 1990 (see `reinert`). The best sets of disjoint classes are found exactly, by branch and bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from habitat_enquete.stats.keyness import signed_chi2_2x2

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Criterion = Literal["chi2", "n"]

MINIMUM_CHI2: Final = 3.84  # the 5 % threshold of χ² with one degree of freedom


@dataclass(frozen=True, slots=True)
class CrossedClass:
    """The segments that class `first` of tree 1 and class `second` of tree 2 share; classes are named (level, number)."""

    first: tuple[int, int]
    second: tuple[int, int]
    members: Bools
    n: int
    chi2: float


@dataclass(frozen=True, slots=True)
class Partition:
    """The best set of `k` disjoint crossed classes by a criterion; `groups` (segments,) holds 1 … k, or 0 when unclassified."""

    k: int
    criterion: Criterion
    classes: tuple[CrossedClass, ...]
    groups: Ints

    @property
    def chi2(self) -> float:
        """Sum of the χ² of association of its classes."""
        return float(sum(c.chi2 for c in self.classes))

    @property
    def n(self) -> int:
        """Number of segments classified."""
        return sum(c.n for c in self.classes)


def cross(
    first: Ints,
    second: Ints,
    *,
    minimum_members: int = 10,
    minimum_chi2: float = MINIMUM_CHI2,
    yates: bool = True,
    mutual: bool = False,
) -> list[CrossedClass]:
    """The crossed classes of two classifications, each given by its levels: shape (segments, levels), 0 for unclassified.

    Keeps those with more than `minimum_members` segments and a signed χ² above `minimum_chi2`; of several with the same segments, the
    first. `mutual` keeps only the pairs where each class is the other's most associated.
    """
    found: list[CrossedClass] = []
    one, two = _classes(first), _classes(second)
    for name, members in one.items():
        for other, others in two.items():
            both = members & others
            n = int(both.sum())
            chi2 = float(
                signed_chi2_2x2(
                    *(np.array([value], float) for value in (n, members.sum(), others.sum(), len(members))),
                    yates=yates,
                )[0]
            )
            if n > minimum_members and chi2 > minimum_chi2:
                found.append(CrossedClass(name, other, both, n, chi2))
    unique = {crossed.members.tobytes(): crossed for crossed in reversed(found)}
    kept = [crossed for crossed in found if unique[crossed.members.tobytes()] is crossed]
    return _mutual(kept) if mutual else kept


def _classes(levels: Ints) -> dict[tuple[int, int], Bools]:
    """Every class of every level, named (number of classes, class)."""
    return {
        (column + 2, int(number)): levels[:, column] == number
        for column in range(levels.shape[1])
        for number in np.unique(levels[:, column])
        if number > 0
    }


def _mutual(classes: list[CrossedClass]) -> list[CrossedClass]:
    best_first: dict[tuple[int, int], float] = {}
    best_second: dict[tuple[int, int], float] = {}
    for crossed in classes:
        best_first[crossed.first] = max(best_first.get(crossed.first, 0.0), crossed.chi2)
        best_second[crossed.second] = max(best_second.get(crossed.second, 0.0), crossed.chi2)
    return [
        crossed
        for crossed in classes
        if crossed.chi2 == best_first[crossed.first] and crossed.chi2 == best_second[crossed.second]
    ]


def best_partition(classes: list[CrossedClass], k: int, *, criterion: Criterion = "chi2") -> Partition | None:
    """The `k` pairwise disjoint classes of largest total χ² (or number of segments); None when there are not `k` of them."""
    # Sizes often tie: the χ², scaled below one segment, decides between equals.
    scale = 1 + sum(crossed.chi2 for crossed in classes)

    def worth(crossed: CrossedClass) -> float:
        return crossed.chi2 if criterion == "chi2" else crossed.n + crossed.chi2 / scale

    ordered = sorted(classes, key=worth, reverse=True)
    values = [worth(crossed) for crossed in ordered]
    chosen = _best_disjoint(values, _compatible(ordered), k)
    if chosen is None:
        return None
    groups = np.zeros(len(ordered[0].members), dtype=np.int64)
    for number, position in enumerate(chosen, start=1):
        groups[ordered[position].members] = number
    return Partition(k, criterion, tuple(ordered[position] for position in chosen), groups)


def _compatible(classes: list[CrossedClass]) -> list[int]:
    """For each class, the later classes that share no segment with it, as a bit mask."""
    if not classes:
        return []
    members = np.array([crossed.members for crossed in classes], dtype=np.float32)
    disjoint = (members @ members.T) == 0
    return [
        sum(1 << other for other in range(position + 1, len(classes)) if disjoint[position, other])
        for position in range(len(classes))
    ]


def _best_disjoint(values: list[float], compatible: list[int], k: int) -> list[int] | None:
    """Branch and bound over positions sorted by decreasing value: what is left cannot do better than its first values."""
    best_value, best_choice = -np.inf, None

    def extend(chosen: list[int], total: float, available: int) -> None:
        nonlocal best_value, best_choice
        missing = k - len(chosen)
        if missing == 0:
            if total > best_value:
                best_value, best_choice = total, chosen
            return
        while available.bit_count() >= missing:
            if total + _first_values(values, available, missing) <= best_value:
                return
            position = (available & -available).bit_length() - 1
            available &= available - 1
            extend([*chosen, position], total + values[position], available & compatible[position])

    extend([], 0.0, (1 << len(values)) - 1)
    return best_choice


def _first_values(values: list[float], available: int, number: int) -> float:
    total = 0.0
    for _ in range(number):
        total += values[(available & -available).bit_length() - 1]
        available &= available - 1
    return total
