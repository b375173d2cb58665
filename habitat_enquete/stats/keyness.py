"""Keyness: how much more a term occurs in a target than in a reference, in numbers of occurrences."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2 as chi2_distribution

Floats = npt.NDArray[np.float64]
Correction = Literal["default", "yates", "williams", "none"]
# Added inside the logarithm so that an absent term gives 0, as the reference software does.
_EPSILON = 1e-9


def chi2(target: Floats, reference: Floats, *, correction: Correction = "default") -> Floats:
    """Signed χ² of each term's 2 × 2 table of occurrences (term or not, target or reference); > 0 when over-used.

    Args: occurrences of each term, shape (terms,). `default` applies Yates only to tables with an expected count below 5.
    Source: T. Dunning, « Accurate methods for the statistics of surprise and coincidence », 1993; the sign and the rules of
    correction of quanteda.textstats 0.97, except `williams`, which divides by q as the textbooks do.
    """
    a, b, c, d, expected = _cells(target, reference)
    total = a + b + c + d
    difference = np.abs(a * d - b * c)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    delta = _yates(difference, total, expected, correction)
    value = total * (difference - total * delta) ** 2 / margins
    if correction == "williams":
        value = value / _williams(a, b, c, d)
    return _signed(value, a, expected[0])


def likelihood_ratio(target: Floats, reference: Floats, *, correction: Correction = "default") -> Floats:
    """Signed G² of each term, by the same tables and conventions as `chi2`."""
    a, b, c, d, expected = _cells(target, reference)
    total = a + b + c + d
    delta = _yates(np.abs(a * d - b * c), total, expected, correction)
    shift = np.where(a * d - b * c > 0, -delta, delta)
    observed = (a + shift, b - shift, c - shift, d + shift)
    value = 2 * sum(o * np.log(o / e + _EPSILON) for o, e in zip(observed, expected, strict=True))
    if correction == "williams":
        value = value / _williams(a, b, c, d)
    return _signed(np.asarray(value), a, expected[0])


def pmi(target: Floats, reference: Floats) -> Floats:
    """Pointwise mutual information of each term with the target, natural logarithm of observed / expected."""
    a, _, _, _, expected = _cells(target, reference)
    return np.log(a / expected[0] + _EPSILON)


def p_value(statistic: Floats) -> Floats:
    """Probability of a value at least as far from 0, χ² distribution with one degree of freedom."""
    return np.asarray(chi2_distribution.sf(np.abs(statistic), 1))


def signed_chi2_2x2(
    both: Floats, first: Floats, second: Floats, total: Floats, *, yates: bool = True
) -> Floats:
    """Signed χ² of association of two sets of rows: `both` in common, sizes `first` and `second`, among `total`."""
    a, b, c = both, first - both, second - both
    d = total - first - second + both
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    difference = np.abs(a * d - b * c)
    corrected = np.maximum(difference - np.minimum(total / 2, difference), 0) if yates else difference
    value: Floats = np.divide(
        total * corrected**2, margins, out=np.zeros_like(margins, dtype=float), where=margins > 0
    )
    return np.where(a * total >= first * second, value, -value)


def _cells(target: Floats, reference: Floats) -> tuple[Floats, Floats, Floats, Floats, tuple[Floats, ...]]:
    a, b = np.asarray(target, float), np.asarray(reference, float)
    c, d = a.sum() - a, b.sum() - b
    total = a + b + c + d
    expected = tuple(
        row * column / total
        for row, column in ((a + b, a + c), (a + b, b + d), (c + d, a + c), (c + d, b + d))
    )
    return a, b, c, d, expected


def _yates(difference: Floats, total: Floats, expected: tuple[Floats, ...], correction: Correction) -> Floats:
    if correction in ("none", "williams"):
        return np.zeros_like(total)
    applies = difference >= total / 2
    if correction == "default":
        applies = applies & (np.min(expected, axis=0) < 5)
    return np.where(applies, 0.5, 0.0)


def _williams(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    total = a + b + c + d
    rows = total / (a + b) + total / (c + d) - 1
    columns = total / (a + c) + total / (b + d) - 1
    # A table with an empty cell is left as it is, as in the reference software.
    return np.where(np.min([a, b, c, d], axis=0) > 0, 1 + rows * columns / (6 * total), 1.0)


def _signed(value: Floats, observed: Floats, expected: Floats) -> Floats:
    return np.where(observed > expected, value, -value)
