"""Other ways to compare paths: where time, spells, transitions or common subsequences weigh more than in optimal matching.

Sources: M. Studer & G. Ritschard, JRSS A 179, 2016 (OMslen, OMspell, OMstran); P.-F. Marteau, « Time warp edit distance », IEEE TPAMI
31, 2009 (TWED); C. Elzinga & M. Studer, « Spell sequences, state proximities, and distance metrics », *Sociological Methods &
Research* 44, 2015 (SVRspell); M. Hollister, « Is optimal matching suboptimal? », same review 38, 2009 (OMloc). Figures are those of R TraMineR 2.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.alignment import row_start
from habitat_enquete.pathways.sequences.compiled import compiled
from habitat_enquete.pathways.sequences.costs import Costs
from habitat_enquete.pathways.sequences.descriptive import transition_rates
from habitat_enquete.pathways.sequences.distances import Distances, Method, distances
from habitat_enquete.pathways.sequences.states import VOID, Codes, Floats, Sequences, distinct, spells


def _each_pair(codes: Codes, pair: Callable[[int, int], float]) -> Floats:
    n = len(codes)
    triangle = np.empty(n * (n - 1) // 2)
    for one in range(n - 1):
        begin = row_start(one, n)
        for other in range(one + 1, n):
            triangle[begin + other - one - 1] = pair(one, other)
    return triangle


@compiled
def _weighted_alignment(
    one: NDArray[Any],
    other: NDArray[Any],
    sub: NDArray[Any],
    indel: NDArray[Any],
    a: NDArray[Any],
    b: NDArray[Any],
    geometric: bool,
) -> float:
    """Optimal matching where each unit weighs `a` or `b`, and a replacement their mean."""
    m, n = len(one), len(other)
    row = np.zeros(n + 1)
    for j in range(n):
        row[j + 1] = row[j] + indel[other[j]] * b[j]
    for i in range(m):
        diagonal, row[0] = row[0], row[0] + indel[one[i]] * a[i]
        for j in range(n):
            mean = np.sqrt(a[i] * b[j]) if geometric else (a[i] + b[j]) / 2
            best = min(
                diagonal + sub[one[i], other[j]] * mean,
                row[j + 1] + indel[one[i]] * a[i],
                row[j] + indel[other[j]] * b[j],
            )
            diagonal, row[j + 1] = row[j + 1], best
    return float(row[n])


def spell_length_sensitive(
    sequences: Sequences, cost: Costs, *, power: float = 0.5, link: str = "mean"
) -> Distances:
    """OMslen: a change costs less inside a long stay, by its length to `power`; `link`: mean or gmean of the two stays."""
    unique = distinct(sequences)
    lengths = (unique.codes >= 0).sum(axis=1)
    weights = [_stay_lengths(line[:size]) ** -power for line, size in zip(unique.codes, lengths, strict=True)]
    lines = [line[:size].astype(np.int64) for line, size in zip(unique.codes, lengths, strict=True)]

    def pair(i: int, j: int) -> float:
        return _weighted_alignment(
            lines[i], lines[j], cost.substitution, cost.indel, weights[i], weights[j], link == "gmean"
        )

    return Distances(_each_pair(unique.codes, pair), unique.index)


@compiled
def _localized(
    one: NDArray[Any], other: NDArray[Any], sub: NDArray[Any], expansion: float, context: float
) -> float:
    """Optimal matching where what is inserted costs more the less it is like the two states before it."""
    m, n = len(one), len(other)
    row = np.zeros(n + 1)
    for j in range(n):
        row[j + 1] = row[j] + expansion + context * sub[one[0], other[j]]
    first = 0.0
    for i in range(m):
        first += expansion + context * sub[other[0], one[i]]
        diagonal, row[0] = row[0], first
        before = one[max(i - 1, 0)]
        for j in range(n):
            earlier = other[max(j - 1, 0)]
            out = expansion + context * (sub[earlier, one[i]] + sub[other[j], one[i]]) / 2
            into = expansion + context * (sub[before, other[j]] + sub[one[i], other[j]]) / 2
            best = min(diagonal + sub[one[i], other[j]], row[j + 1] + out, row[j] + into)
            diagonal, row[j + 1] = row[j + 1], best
    return float(row[n])


def localized(
    sequences: Sequences, cost: Costs, *, expansion: float = 0.1, context: float | None = None
) -> Distances:
    """OMloc: a state put in or taken out costs `expansion` (of the dearest change) plus `context` times how unlike its neighbours
    it is; `context` is 1 - 2 × `expansion` by default. Source: M. Hollister, SMR 38, 2009."""
    unique = distinct(sequences)
    lines = [line[line >= 0].astype(np.int64) for line in unique.codes]
    local = 1 - 2 * expansion if context is None else context
    dearest = float(cost.substitution.max())
    time = expansion * min(dearest, 2 * (dearest * expansion + local))

    def pair(i: int, j: int) -> float:
        if not len(lines[i]) or not len(lines[j]):
            return (len(lines[i]) + len(lines[j])) * time
        return _localized(lines[i], lines[j], cost.substitution, time, local)

    return Distances(_each_pair(unique.codes, pair), unique.index)


def _stay_lengths(line: Codes) -> Floats:
    """For each unit, how long its stay lasts."""
    starts = np.flatnonzero(np.concatenate(([True], line[1:] != line[:-1])))
    lengths = np.diff(np.append(starts, line.size))
    return np.repeat(lengths, lengths).astype(float)


@compiled
def _spell_alignment(
    one: NDArray[Any],
    other: NDArray[Any],
    a: NDArray[Any],
    b: NDArray[Any],
    sub: NDArray[Any],
    indel: NDArray[Any],
    expansion: float,
) -> float:
    """Optimal matching of spells: a unit more or less in a stay costs `expansion`."""
    m, n = len(one), len(other)
    row = np.zeros(n + 1)
    for j in range(n):
        row[j + 1] = row[j] + indel[other[j]] + expansion * (b[j] - 1)
    for i in range(m):
        removed = indel[one[i]] + expansion * (a[i] - 1)
        diagonal, row[0] = row[0], row[0] + removed
        for j in range(n):
            if one[i] == other[j]:
                replaced = expansion * abs(a[i] - b[j])
            else:
                replaced = sub[one[i], other[j]] + expansion * (a[i] + b[j] - 2)
            best = min(
                diagonal + replaced, row[j + 1] + removed, row[j] + indel[other[j]] + expansion * (b[j] - 1)
            )
            diagonal, row[j + 1] = row[j + 1], best
    return float(row[n])


def of_spells(sequences: Sequences, cost: Costs, *, expansion: float = 0.5, power: float = 1.0) -> Distances:
    """OMspell: optimal matching of stays; each unit beyond the first costs `expansion` (lengths taken to `power`)."""
    unique = distinct(sequences)
    found = spells(Sequences(unique.codes, sequences.alphabet))
    counts = found.counts
    states = [line[:n].astype(np.int64) for line, n in zip(found.states, counts, strict=True)]
    lengths = [line[:n] ** power for line, n in zip(found.durations, counts, strict=True)]

    def pair(i: int, j: int) -> float:
        return _spell_alignment(
            states[i], states[j], lengths[i], lengths[j], cost.substitution, cost.indel, expansion
        )

    return Distances(_each_pair(unique.codes, pair), unique.index)


def of_transitions(
    sequences: Sequences, cost: Costs, *, origin: float = 0.5, transition_cost: str = "constant"
) -> Distances:
    """OMstran: optimal matching of passages; the state left weighs `origin`, the passage the rest.

    `transition_cost`: constant, or prob (rare passages cost more). The last unit is a passage to itself.
    """
    codes = sequences.codes
    after = np.concatenate((codes[:, 1:], np.full((len(codes), 1), VOID, dtype=codes.dtype)), axis=1)
    after = np.where((after == VOID) & (codes != VOID), codes, after)
    size = len(sequences.alphabet)
    pairs = np.where(codes >= 0, codes.astype(np.int64) * size + after, VOID).astype(np.int16)
    rates = transition_rates(sequences)
    passage = 1.0 - rates if transition_cost == "prob" else np.ones((size, size))
    np.fill_diagonal(passage, 0.0)
    scale = cost.substitution.max()
    passage = (passage / scale).reshape(-1)
    left, right = np.divmod(np.arange(size * size), size)
    from_states = cost.substitution[np.ix_(left, left)] / scale
    both = passage[:, None] + passage[None, :]
    np.fill_diagonal(both, 0.0)
    table = Costs(
        origin * from_states + (1 - origin) * both, origin * cost.indel[left] / scale + (1 - origin) * passage
    )
    labels = tuple(
        f"{sequences.alphabet[a]}>{sequences.alphabet[b]}" for a, b in zip(left, right, strict=True)
    )
    return distances(Sequences(pairs, labels, sequences.ids, sequences.weights), Method.OM, cost=table)


@compiled
def _time_warp(
    one: NDArray[Any], other: NDArray[Any], sub: NDArray[Any], indel: float, stiffness: float, penalty: float
) -> float:
    m, n = len(one), len(other)
    table = np.full((m + 1, n + 1), np.inf)
    table[0, 0] = 0.0
    for i in range(1, m + 1):
        before_i = indel if i == 1 else sub[one[i - 1], one[i - 2]]
        for j in range(1, n + 1):
            before_j = indel if j == 1 else sub[other[j - 1], other[j - 2]]
            if i == 1 and j == 1:
                earlier = 0.0
            elif i == 1 or j == 1:
                earlier = indel
            else:
                earlier = sub[one[i - 2], other[j - 2]]
            matched = (
                table[i - 1, j - 1] + sub[one[i - 1], other[j - 1]] + earlier + 2 * stiffness * abs(i - j)
            )
            table[i, j] = min(
                matched,
                table[i - 1, j] + before_i + stiffness + penalty,
                table[i, j - 1] + before_j + stiffness + penalty,
            )
    return float(table[m, n])


def time_warp(
    sequences: Sequences, cost: Costs, *, stiffness: float = 0.5, penalty: float = 0.5, indel: float = 2.0
) -> Distances:
    """TWED: stretching a stay costs `stiffness` per unit, a deletion `penalty` more."""
    unique = distinct(sequences)
    lines = [line[line >= 0].astype(np.int64) for line in unique.codes]

    def pair(i: int, j: int) -> float:
        return _time_warp(lines[i], lines[j], cost.substitution, indel, stiffness, penalty)

    return Distances(_each_pair(unique.codes, pair), unique.index)


@compiled
def _common_spells(one: NDArray[Any], other: NDArray[Any], a: NDArray[Any], b: NDArray[Any]) -> float:
    """Sum, over all common subsequences of spells, of the product of their total durations in both paths.

    For each pair of matching spells: how many common subsequences end there, and the sums of their durations.
    """
    m, n = len(one), len(other)
    count = np.zeros((m + 1, n + 1))
    first, second, product = np.zeros((m + 1, n + 1)), np.zeros((m + 1, n + 1)), np.zeros((m + 1, n + 1))
    for i in range(m):
        for j in range(n):
            # Each array holds sums over all ends before (i, j), the cell itself included once written.
            c = x = y = xy = 0.0
            if one[i] == other[j]:
                c = 1.0 + count[i, j]
                x = a[i] * c + first[i, j]
                y = b[j] * c + second[i, j]
                xy = a[i] * b[j] * c + a[i] * second[i, j] + b[j] * first[i, j] + product[i, j]
            count[i + 1, j + 1] = c + count[i, j + 1] + count[i + 1, j] - count[i, j]
            first[i + 1, j + 1] = x + first[i, j + 1] + first[i + 1, j] - first[i, j]
            second[i + 1, j + 1] = y + second[i, j + 1] + second[i + 1, j] - second[i, j]
            product[i + 1, j + 1] = xy + product[i, j + 1] + product[i + 1, j] - product[i, j]
    return float(product[m, n])


def common_subsequences(sequences: Sequences, *, power: float = 1.0) -> Distances:
    """SVRspell: Euclidean distance between the vectors of all subsequences of spells, weighted by their durations."""
    unique = distinct(sequences)
    found = spells(Sequences(unique.codes, sequences.alphabet))
    counts = found.counts
    states = [line[:n].astype(np.int64) for line, n in zip(found.states, counts, strict=True)]
    lengths = [line[:n] ** power for line, n in zip(found.durations, counts, strict=True)]
    own = [_common_spells(s, s, t, t) for s, t in zip(states, lengths, strict=True)]

    def pair(i: int, j: int) -> float:
        both = _common_spells(states[i], states[j], lengths[i], lengths[j])
        return float(np.sqrt(max(own[i] + own[j] - 2 * both, 0.0)))

    return Distances(_each_pair(unique.codes, pair), unique.index)
