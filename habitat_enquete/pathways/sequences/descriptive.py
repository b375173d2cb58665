"""What a set of paths looks like: states at each date, time spent, passages from one state to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.states import VOID, Codes, Floats, Sequences, compact


@dataclass(frozen=True, slots=True, eq=False)
class Chronogram:
    """Shares of each state at each position, shape (states, positions); how many are observed then (weighted `valid`,
    persons `people`); transversal entropy, divided by that of the alphabet in `entropy`, raw in `raw_entropy`."""

    shares: Floats
    valid: Floats
    people: NDArray[np.int64]
    entropy: Floats
    raw_entropy: Floats


def chronogram(sequences: Sequences, *, with_missing: bool = False) -> Chronogram:
    """The distribution of states at each date; voids never count, gaps only with `with_missing`."""
    source = sequences.with_missing_state() if with_missing else sequences
    present = _indicator(source)
    weighted = (present * source.weights[:, None, None]).sum(axis=0)
    valid = weighted.sum(axis=1)
    shares = np.divide(weighted, valid[:, None], out=np.zeros_like(weighted), where=valid[:, None] > 0).T
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    raw = -(shares * logs).sum(axis=0)
    size = len(source.alphabet)
    return Chronogram(
        shares, valid, present.any(axis=2).sum(axis=0), raw / np.log(size) if size > 1 else raw * 0, raw
    )


def _indicator(sequences: Sequences) -> NDArray[np.bool_]:
    """Whether sequence i is in state s at position t. Shape (n, length, states)."""
    return np.asarray(sequences.codes[:, :, None] == np.arange(len(sequences.alphabet)))


@dataclass(frozen=True, slots=True, eq=False)
class MeanTime:
    """Units spent in each state: weighted mean, unbiased variance, standard deviation, standard error of the mean."""

    mean: Floats
    variance: Floats
    deviation: Floats
    error: Floats


def time_in_states(sequences: Sequences, *, with_missing: bool = False) -> Floats:
    """Units that each sequence spends in each state. Shape (n, states)."""
    source = sequences.with_missing_state() if with_missing else sequences
    size = len(source.alphabet)
    return np.stack([(source.codes == state).sum(axis=1) for state in range(size)], axis=1).astype(float)


def mean_time(sequences: Sequences, *, with_missing: bool = False) -> MeanTime:
    """Mean time spent in each state, over all sequences."""
    spent, weights = time_in_states(sequences, with_missing=with_missing), sequences.weights
    total = weights.sum()
    mean = weights @ spent / total
    # Σw − Σw²/Σw is n − 1 for equal weights; a single person has no variance.
    freedom = total - (weights**2).sum() / total
    variance = weights @ (spent - mean) ** 2 / (freedom if freedom > 0 else np.nan)
    return MeanTime(mean, variance, np.sqrt(variance), np.sqrt(variance / total))


def transition_counts(
    sequences: Sequences, *, lag: int = 1, at: int | None = None, with_missing: bool = False
) -> Floats:
    """Weighted passages from a state (rows) to the state `lag` units later (columns), staying included.

    `at` restricts to the passage that starts at one position. Pairs with a void, or a gap, do not count.
    """
    source = sequences.with_missing_state() if with_missing else sequences
    origin, destination = source.codes[:, : -lag or None], source.codes[:, lag:]
    if lag >= source.codes.shape[1]:
        return np.zeros((len(source.alphabet), len(source.alphabet)))
    if at is not None:
        origin, destination = origin[:, at : at + 1], destination[:, at : at + 1]
    return _tally(origin, destination, source.weights, len(source.alphabet))


def _tally(origin: Codes, destination: Codes, weights: Floats, size: int) -> Floats:
    valid = (origin >= 0) & (destination >= 0)
    pairs = origin[valid].astype(np.int64) * size + destination[valid]
    heavy = np.broadcast_to(weights[:, None], origin.shape)[valid]
    tally = np.bincount(pairs, weights=heavy, minlength=size * size)
    return tally.reshape(size, size).astype(np.float64)


def transition_rates(
    sequences: Sequences, *, lag: int = 1, at: int | None = None, with_missing: bool = False
) -> Floats:
    """`transition_counts` by row; a state nobody leaves has a row of zeros."""
    counts = transition_counts(sequences, lag=lag, at=at, with_missing=with_missing)
    totals = counts.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0))


def modal_states(sequences: Sequences) -> tuple[NDArray[np.int64], Floats]:
    """The most frequent state at each position and its share; the first of the alphabet in case of a tie."""
    shares = chronogram(sequences).shares
    return np.argmax(shares, axis=0), shares.max(axis=0)


def frequent(sequences: Sequences, count: int = 10) -> list[tuple[str, float, float]]:
    """The `count` most frequent sequences: written as states and durations, their weight, their percentage."""
    weight: dict[str, float] = {}
    for text, own in zip(compact(sequences), sequences.weights, strict=True):
        weight[text] = weight.get(text, 0.0) + float(own)
    total = float(sequences.weights.sum())
    ranked = sorted(weight.items(), key=lambda item: (-item[1], item[0]))[:count]
    return [(text, own, 100 * own / total) for text, own in ranked]


def observed(sequences: Sequences) -> NDArray[np.int64]:
    """How many sequences are not void at each position. Shape (length,)."""
    return np.asarray((sequences.codes != VOID).sum(axis=0), dtype=np.int64)
