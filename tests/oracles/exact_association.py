"""The exact test of a 2 × k table, written the slow and obvious way: every way of choosing who said it."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb


def p_value(groups: list[tuple[int, int]]) -> float:
    """The probability of the tables no more likely than the observed one, margins fixed, in exact fractions."""
    said = sum(count for count, _ in groups)
    bases = [base for _, base in groups]
    observed = _ways([count for count, _ in groups], bases)
    tables = [counts for counts in product(*(range(base + 1) for base in bases)) if sum(counts) == said]
    tail = sum(ways for ways in (_ways(counts, bases) for counts in tables) if ways <= observed)
    return float(Fraction(tail, comb(sum(bases), said)))


def _ways(counts: list[int] | tuple[int, ...], bases: list[int]) -> int:
    ways = 1
    for count, base in zip(counts, bases, strict=True):
        ways *= comb(base, count)
    return ways
