"""Whether groups differ in how many of their people said something, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, fsum, lgamma, sqrt
from typing import Final

MINIMUM_GROUP: Final = 5
_DRAWS: Final = 9999
_EXACT_TABLES: Final = 5_000
_SEED: Final = 20260101
# Two tables as improbable as each other must be seen so in spite of rounding.
_TOLERANCE: Final = 1e-7


class Method(StrEnum):
    """How the p-value was obtained; `TOO_FEW` when there are not enough people to compute one."""

    EXACT = "exact"
    PERMUTATION = "permutation"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Association:
    """A comparison of groups: p-value (None when there are too few people) and Cramér's V (0 none, 1 total)."""

    p_value: float | None
    cramers_v: float
    method: Method


def association(groups: Sequence[tuple[int, int]], *, minimum: int = MINIMUM_GROUP) -> Association:
    """Compare the shares of several `groups`, each (people who said it, base).

    Fisher's exact test generalised to 2 × k: the tables as improbable as this one or more. Enumerated when there are
    few enough; otherwise drawn at random with a fixed seed. Groups smaller than `minimum` are left out; fewer than two
    groups left, or nobody (or everybody) having said it, is `TOO_FEW`.
    Source: G. H. Freeman, J. H. Halton, Biometrika 38, 1951; Monte Carlo: A. C. A. Hope, JRSS B 30, 1968.

    >>> result = association([(8, 10), (1, 10)])
    >>> round(result.p_value, 4), result.method.value
    (0.0055, 'exact')
    """
    kept = [(said, base) for said, base in groups if base >= minimum]
    said, people = sum(said for said, _ in kept), sum(base for _, base in kept)
    if len(kept) < 2 or said in (0, people):
        return Association(None, 0.0, Method.TOO_FEW)
    bases = [base for _, base in kept]
    observed = [count for count, _ in kept]
    strength = _cramers_v(observed, bases)
    if _tables(bases, said) <= _EXACT_TABLES:
        return Association(_exact(observed, bases), strength, Method.EXACT)
    return Association(_permutation(observed, bases), strength, Method.PERMUTATION)


def _cramers_v(observed: Sequence[int], bases: Sequence[int]) -> float:
    share = sum(observed) / sum(bases)
    squares = sum((count - share * base) ** 2 / base for count, base in zip(observed, bases, strict=True))
    return sqrt(squares / (share * (1 - share)) / sum(bases))


def _tables(bases: Sequence[int], said: int) -> int:
    """An upper bound of the number of tables with these margins."""
    bound = 1
    for base in sorted(bases)[:-1]:
        bound *= min(base, said) + 1
    return bound


def _exact(observed: Sequence[int], bases: Sequence[int]) -> float:
    """Sum over all tables no more likely than the observed one, group by group, in logarithms."""
    limit = _log_ways(observed, bases) + _TOLERANCE
    partial: list[tuple[int, float]] = [(sum(observed), 0.0)]
    for position, base in enumerate(bases):
        rest = sum(bases[position + 1 :])
        ways = [_log_comb(base, count) for count in range(base + 1)]
        partial = [
            (left - count, log + ways[count])
            for left, log in partial
            for count in range(max(0, left - rest), min(base, left) + 1)
        ]
    total = _log_comb(sum(bases), sum(observed))
    return min(1.0, fsum(exp(log - total) for _, log in partial if log <= limit))


def _log_comb(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _log_ways(observed: Sequence[int], bases: Sequence[int]) -> float:
    return fsum(_log_comb(base, count) for count, base in zip(observed, bases, strict=True))


def _permutation(observed: Sequence[int], bases: Sequence[int]) -> float:
    """The same tail estimated by redrawing who said it, margins fixed; never below 1 / (draws + 1)."""
    import numpy as np
    from scipy.special import gammaln

    sizes = np.asarray(bases)
    generator = np.random.default_rng(_SEED)
    drawn = generator.multivariate_hypergeometric(sizes, sum(observed), size=_DRAWS)
    logs = gammaln(sizes + 1.0) - gammaln(drawn + 1.0) - gammaln(sizes - drawn + 1.0)
    as_extreme = np.count_nonzero(logs.sum(axis=1) <= _log_ways(observed, bases) + _TOLERANCE)
    return float((1 + as_extreme) / (_DRAWS + 1))
