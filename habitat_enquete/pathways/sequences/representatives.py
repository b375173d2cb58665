"""A few real paths that stand for all: those with the densest surroundings, the most frequent, the most central or the likeliest.

Candidates come by decreasing merit; one too near a path already kept is passed over; the search stops when enough paths are near one
of those kept. Source: A. Gabadinho, G. Ritschard, M. Studer & N. S. Müller, « Extracting and rendering representative sequences »,
*Knowledge Discovery, Knowledge Engineering and Knowledge Management*, CCIS 128, Springer, 2011, p. 94-106.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from habitat_enquete.pathways.sequences.descriptive import transition_rates
from habitat_enquete.pathways.sequences.quality import discrepancy, distance_to_centre
from habitat_enquete.pathways.sequences.states import Floats, Sequences


class Merit(StrEnum):
    """What makes a path a good representative."""

    DENSITY = "density"
    FREQUENCY = "freq"
    CENTRALITY = "dist"
    LIKELIHOOD = "prob"


@dataclass(frozen=True, slots=True)
class Representative:
    """A path kept, by its row. `assigned` counts those nearest to it, `near` those of them within the radius (both weighted).

    `spread` sums the distances of the assigned to it, `to_centre` to the centre of all; `discrepancy` is that of the assigned among
    themselves; `quality` in percent: how much nearer the assigned are to it than to the centre.
    """

    row: int
    assigned: float
    near: float
    spread: float
    to_centre: float
    discrepancy: float

    @property
    def mean(self) -> float:
        """Mean distance of the assigned to the representative."""
        return self.spread / self.assigned if self.assigned else float("nan")

    @property
    def quality(self) -> float:
        return 100 * (self.to_centre - self.spread) / self.to_centre if self.to_centre else float("nan")


@dataclass(frozen=True, slots=True)
class Representatives:
    """The representatives, and the share of paths within the radius of one of them."""

    kept: tuple[Representative, ...]
    coverage: float


def representatives(
    square: Floats, merit: Floats, weights: Floats, *, coverage: float = 0.25, radius: float = 0.1
) -> Representatives:
    """The paths of least `merit` first, none within `radius` of another, until `coverage` is reached.

    Args:
        square: distances, shape (n, n).
        merit: a number per path, the smaller the better (see `merits`).
        coverage: share of paths that must be near a representative; `radius`: share of the greatest distance that counts as near.
    """
    if not len(square):
        return Representatives((), 0.0)
    reach = radius * float(square.max())
    near = np.zeros(len(square), dtype=bool)
    rows: list[int] = []
    for row in np.argsort(merit, kind="stable").tolist():
        if rows and not (square[row, rows] >= reach).all():
            continue
        rows.append(row)
        near |= _is_near(square[row], reach)
        if weights[near].sum() >= coverage * weights.sum():
            break
    nearest = square[:, rows].argmin(axis=1)
    centre = distance_to_centre(square, np.zeros(len(square), dtype=np.int64), weights)
    kept = tuple(
        _representative(square, row, nearest == rank, centre, weights, reach) for rank, row in enumerate(rows)
    )
    return Representatives(kept, float(weights[near].sum() / weights.sum()))


def _is_near(line: Floats, reach: float) -> Floats:
    return np.asarray(line < reach if reach > 0 else line <= 0)


def _representative(
    square: Floats, row: int, own: Floats, centre: Floats, weights: Floats, reach: float
) -> Representative:
    heavy = weights[own]
    inside = square[np.ix_(own, own)]
    return Representative(
        row,
        float(heavy.sum()),
        float(heavy[_is_near(square[own, row], reach)].sum()),
        float(heavy @ square[own, row]),
        float(heavy @ centre[own]),
        discrepancy(inside, heavy) / float(heavy.sum()),
    )


def merits(sequences: Sequences, square: Floats, *, radius: float = 0.1) -> Mapping[Merit, Floats]:
    """The merit of each path by every criterion, the smaller the better."""
    weights = sequences.weights
    reach = radius * float(square.max()) if len(square) else 0.0
    return {
        Merit.DENSITY: -(_is_near(square, reach) @ weights),
        Merit.FREQUENCY: -((square == 0) @ weights),
        Merit.CENTRALITY: square @ weights,
        Merit.LIKELIHOOD: unlikelihood(sequences),
    }


def unlikelihood(sequences: Sequences) -> Floats:
    """Minus the logarithm of the probability of each path: its first state, then the transition rates of each date."""
    codes, weights = sequences.codes, sequences.weights
    found = np.zeros(len(codes))
    if not codes.size:
        return found
    first = codes[:, 0]
    known = first >= 0
    shares = np.bincount(first[known], weights[known], len(sequences.alphabet)) / weights[known].sum()
    with np.errstate(divide="ignore"):
        found[known] -= np.log(shares[first[known]])
        for at in range(codes.shape[1] - 1):
            rates = transition_rates(sequences, at=at)
            before, after = codes[:, at], codes[:, at + 1]
            both = (before >= 0) & (after >= 0)
            found[both] -= np.log(rates[before[both], after[both]])
    return found
