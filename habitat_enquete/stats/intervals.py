"""How far a share could be from what was counted: Wilson, difference, weights, bootstrap by cluster."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval `[low, high]`; for shares, within [0, 1]."""

    low: float
    high: float

    def overlaps(self, other: Interval) -> bool:
        """Whether some value is compatible with both."""
        return self.low <= other.high and other.low <= self.high


def wilson(people: float, base: float, *, confidence: float = CONFIDENCE) -> Interval:
    """The score interval of a share `people / base`; honest near 0 and 1 and for small groups.

    `base` may be an effective size (see `effective_size`). Raises: ValueError unless 0 ≤ people ≤ base and base > 0.
    Source: E. B. Wilson, « Probable inference, the law of succession, and statistical inference », JASA 22, 1927.

    >>> interval = wilson(8, 10)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.49, 0.943)
    """
    if base <= 0 or not 0 <= people <= base:
        raise ValueError(f"not a share: {people}/{base}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = people / base
    centre = share + z * z / (2 * base)
    half = z * sqrt(share * (1 - share) / base + z * z / (4 * base * base))
    scale = 1 + z * z / base
    low = 0.0 if people == 0 else (centre - half) / scale
    high = 1.0 if people == base else (centre + half) / scale
    return Interval(low, high)


def difference(
    first: tuple[int, int], second: tuple[int, int], *, confidence: float = CONFIDENCE
) -> Interval:
    """The interval of the difference of two independent shares, `first` minus `second`, each as (people, base).

    Raises: ValueError when a pair is no share.
    Source: R. G. Newcombe, « Interval estimation for the difference between independent proportions: comparison of
    eleven methods », Statistics in Medicine 17, 1998, method 10.

    >>> interval = difference((56, 70), (48, 80))
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0524, 0.3339)
    """
    one, two = wilson(*first, confidence=confidence), wilson(*second, confidence=confidence)
    p, q = first[0] / first[1], second[0] / second[1]
    return Interval(
        p - q - sqrt((p - one.low) ** 2 + (two.high - q) ** 2),
        p - q + sqrt((one.high - p) ** 2 + (q - two.low) ** 2),
    )


def effective_size(weights: Sequence[float]) -> float:
    """How many equally weighted people these weighted people are worth (Kish): (Σw)² / Σw², 0 when there is nobody.

    Source: L. Kish, Survey Sampling, Wiley, 1965, § 11.7.

    >>> effective_size([1, 1, 1, 3])
    3.0
    """
    squares = sum(weight * weight for weight in weights)
    return 0.0 if squares == 0 else sum(weights) ** 2 / squares


def weighted_share(said: Sequence[bool], weights: Sequence[float]) -> tuple[float, Interval]:
    """The weighted share of those who said it, and its Wilson interval on the effective size.

    Raises: ValueError when no weight is positive or the lengths differ.

    >>> share, _ = weighted_share([True, False], [3, 1])
    >>> share
    0.75
    """
    total = sum(weights)
    if total <= 0 or len(said) != len(weights):
        raise ValueError("a weighted share needs as many weights as people, and one above zero")
    share = sum(weight for yes, weight in zip(said, weights, strict=True) if yes) / total
    size = effective_size(weights)
    return share, wilson(min(share, 1.0) * size, size)


def bootstrap(
    clusters: Sequence[float],
    statistic: Callable[[Sequence[float]], float],
    *,
    draws: int = 2000,
    confidence: float = CONFIDENCE,
    seed: int = 20260101,
) -> Interval:
    """The percentile interval of a `statistic` of clusters (interviews), redrawn whole with replacement.

    The same seed gives the same interval, so that a report can be reproduced. Raises: ValueError without clusters.
    Source: B. Efron, « Better bootstrap confidence intervals », JASA 82, 1987 (percentile method).
    """
    if not clusters:
        raise ValueError("a bootstrap needs at least one cluster")
    generator = random.Random(seed)
    values = sorted(statistic(generator.choices(clusters, k=len(clusters))) for _ in range(draws))
    tail = (1 - confidence) / 2
    return Interval(values[int(tail * draws)], values[min(draws - 1, int((1 - tail) * draws))])
