"""Specificities: how surprising the frequency of a term in a part of the corpus is (Lafon), exactly and in log space."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LN10: Final = float(np.log(10.0))
# Cells treated at once: bounds the memory of the padded sums to some tens of megabytes.
_CHUNK_TERMS: Final = 2_000_000


def log_tails(count: Ints, *, part: int, term: Ints, corpus: int) -> tuple[Floats, Floats]:
    """Natural logarithms of P(X ≥ count) and P(X ≤ count), X hypergeometric; all shapes (cells,).

    Args: sizes in tokens: `part`; all uses of each `term`; the whole `corpus`.
    Raises: ValueError when a count cannot occur with these sizes.

    Each tail is a sum of probabilities that decrease away from the mode: the shorter side is summed, the other is 1 − it.
    """
    count, term = np.asarray(count, np.int64), np.asarray(term, np.int64)
    low, high = np.maximum(0, part + term - corpus), np.minimum(part, term)
    if ((count < low) | (count > high)).any():
        raise ValueError("a count is impossible with these sizes")
    pairs, inverse = np.unique(np.stack([count, term]), axis=1, return_inverse=True)
    upper, lower = np.empty(pairs.shape[1]), np.empty(pairs.shape[1])
    low, high = np.maximum(0, part + pairs[1] - corpus), np.minimum(part, pairs[1])
    above = pairs[0] >= (pairs[1] + 1.0) * (part + 1.0) / (corpus + 2.0)
    upper[above] = _log_sum(pairs[0][above], high[above], part, pairs[1][above], corpus)
    lower[~above] = _log_sum(low[~above], pairs[0][~above], part, pairs[1][~above], corpus)
    point = _log_probability(pairs[0], part, pairs[1], corpus)
    # P(X ≤ k) = 1 − P(X ≥ k) + P(X = k), and the same the other way round.
    lower[above] = _log_complement(upper[above], point[above])
    upper[~above] = _log_complement(lower[~above], point[~above])
    inverse = inverse.reshape(-1)
    return upper[inverse], lower[inverse]


def usual_counts(*, part: int, term: Ints, corpus: int, level: float = 0.95) -> tuple[Ints, Ints]:
    """The interval of use of each term in a part: the counts that chance alone gives `level` of the time, bounds included.

    Args: sizes in tokens, as `log_tails`; `term` of shape (terms,). The same share of risk is left on each side.
    """
    from scipy.stats import hypergeom

    risk = (1 - level) / 2
    low, high = (hypergeom.ppf(q, corpus, np.asarray(term, np.int64), part) for q in (risk, 1 - risk))
    return low.astype(np.int64), high.astype(np.int64)


def specificity(count: int, *, part: int, term: int, corpus: int) -> float:
    """How surprising it is to meet a term `count` times in a part (Lafon 1980).

    Args: sizes in tokens: of the `part`, of all uses of the `term`, of the whole `corpus`.
    Returns: −log10 of the hypergeometric tail, signed: > 0 over-used, < 0 under-used; unbounded, exact far in the tails.
    Source: P. Lafon, « Sur la variabilité de la fréquence des formes dans un corpus », Mots 1, 1980, p. 127-165.

    >>> round(specificity(8, part=100, term=20, corpus=1000), 2)
    3.46
    """
    return float(
        specificities(np.array([[count]]), parts=np.array([part]), terms=np.array([term]), corpus=corpus)[
            0, 0
        ]
    )


def specificities(counts: Ints, *, parts: Ints, terms: Ints, corpus: int) -> Floats:
    """Signed specificity of every term in every part; `counts` of shape (terms, parts), the result too.

    Args: `parts` (parts,) and `terms` (terms,) sizes in tokens; they may exceed the sums of `counts` when forms were left out.
    Returns: −log10 P(X ≥ count) where the term is used at least as much as expected, +log10 P(X ≤ count) elsewhere.
    """
    scores = np.empty(counts.shape)
    for column, part in enumerate(parts):
        count = counts[:, column]
        upper, lower = log_tails(count, part=int(part), term=terms, corpus=corpus)
        over = count >= terms * (int(part) / corpus)
        scores[:, column] = np.where(over, -upper, lower) / _LN10
    return scores + 0.0


def _log_probability(count: Ints, part: int, term: Ints, corpus: int) -> Floats:
    return np.asarray(
        _log_binomial(term, count)
        + _log_binomial(corpus - term, part - count)
        - _log_binomial(np.int64(corpus), np.int64(part))
    )


def _log_binomial(n: Ints | np.int64, k: Ints | np.int64) -> Floats:
    return np.asarray(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0))


def _log_complement(log_tail: Floats, log_point: Floats) -> Floats:
    """ln(1 − e^tail + e^point): the opposite tail, both holding the point itself."""
    complement: Floats = np.clip(-np.expm1(log_tail) + np.exp(log_point), np.finfo(float).tiny, 1.0)
    return np.log(complement)


def _log_sum(first: Ints, last: Ints, part: int, term: Ints, corpus: int) -> Floats:
    """ln Σ P(X = i) for i from `first` to `last`, for each cell, in chunks of bounded size."""
    lengths = last - first + 1
    result = np.empty(len(first))
    start = 0
    while start < len(first):
        sizes = np.cumsum(lengths[start:])
        end = start + max(1, int(np.searchsorted(sizes, _CHUNK_TERMS, side="right")))
        cell = np.repeat(np.arange(start, end), lengths[start:end])
        offsets = np.arange(len(cell)) - np.repeat(
            np.cumsum(lengths[start:end]) - lengths[start:end], lengths[start:end]
        )
        logs = _log_probability(first[cell] + offsets, part, term[cell], corpus)
        bounds = np.concatenate(([0], np.cumsum(lengths[start:end])[:-1]))
        peaks = np.maximum.reduceat(logs, bounds)
        sums = np.add.reduceat(np.exp(logs - peaks[cell - start]), bounds)
        result[start:end] = peaks + np.log(sums)
        start = end
    return result
