"""Agreement when some disagreements are worse than others: weighted kappa, alpha on ordered or numeric scales, mean pairwise kappa."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from enum import StrEnum
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.stats.agreement import cohen_kappa

Floats = NDArray[np.float64]
Table = Mapping[tuple[Hashable | None, ...], float]


class Level(StrEnum):
    """What the distance between two values means."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def krippendorff_alpha(table: Table, values: Sequence[float], level: Level | str) -> float:
    """Alpha of coders whose answers lie on a scale; NaN when all answers are alike.

    Args: `table` counts patterns of answers (one per coder, None when a coder did not answer); `values` are the values of the scale,
        in order.
    Raises: ValueError when an answer is not one of the values.
    Source: K. Krippendorff, « Computing Krippendorff's alpha-reliability », 2011.

    >>> round(krippendorff_alpha({(1, 1): 3, (1, 2): 1, (3, 3): 2}, (1, 2, 3), "interval"), 3)
    0.911
    """
    scale = list(values)
    coincidences = np.zeros((len(scale), len(scale)))
    for pattern, count in table.items():
        known = [scale.index(_number(answer)) for answer in pattern if answer is not None]
        for one, other in ((i, j) for i in range(len(known)) for j in range(len(known)) if i != j):
            coincidences[known[one], known[other]] += count / (len(known) - 1)
    totals = coincidences.sum(axis=0)
    far = _distances(np.asarray(scale, dtype=float), totals, Level(level))
    expected = totals @ far @ totals / (totals.sum() - 1) if totals.sum() > 1 else 0.0
    return float(1 - (coincidences * far).sum() / expected) if expected > 0 else float("nan")


def _number(answer: Hashable) -> float:
    return float(str(answer))


def _distances(scale: Floats, totals: Floats, level: Level) -> Floats:
    """Squared differences between values. Shape (values, values)."""
    if level is Level.NOMINAL:
        return 1.0 - np.eye(len(scale))
    if level is Level.ORDINAL:
        middle = np.cumsum(totals) - totals / 2
        return np.asarray((middle[:, None] - middle) ** 2)
    gaps = scale[:, None] - scale
    if level is Level.INTERVAL:
        return np.asarray(gaps**2)
    sums = scale[:, None] + scale
    return np.asarray(np.divide(gaps, sums, out=np.zeros_like(gaps), where=sums != 0) ** 2)


def weighted_kappa(table: Table, values: Sequence[Hashable], *, squared: bool) -> float:
    """Cohen's kappa of two coders over ordered values: a disagreement costs its number of steps, or their square.

    Raises: ValueError when an answer is not one of the values. Pairs with a missing answer are left out.
    Source: J. Cohen, « Weighted kappa », *Psychological Bulletin* 70, 1968, p. 213-220.

    >>> weighted_kappa({("a", "a"): 2, ("b", "c"): 2}, "abc", squared=False)
    0.5
    """
    scale = list(values)
    counts = np.zeros((len(scale), len(scale)))
    for (one, other), count in table.items():
        if one is not None and other is not None:
            counts[scale.index(one), scale.index(other)] += count
    steps = np.abs(np.subtract.outer(np.arange(len(scale)), np.arange(len(scale)))).astype(float)
    cost = steps**2 if squared else steps
    expected = float(counts.sum(axis=1) @ cost @ counts.sum(axis=0))
    return 1 - float((counts * cost).sum()) * float(counts.sum()) / expected if expected else float("nan")


def light_kappa(table: Table) -> float:
    """The mean of Cohen's kappas over all pairs of coders.

    Source: R. Light, « Measures of response agreement for qualitative data », *Psychological Bulletin* 76, 1971, p. 365-377.
    """
    coders = len(next(iter(table)))
    found = []
    for one, other in combinations(range(coders), 2):
        pairs: dict[tuple[Hashable | None, ...], float] = {}
        for pattern, count in table.items():
            pair = pattern[one], pattern[other]
            pairs[pair] = pairs.get(pair, 0.0) + count
        found.append(cohen_kappa(pairs))
    return float(np.mean(found))
