"""One number per path: how varied, how unstable, how complex it is.

Sources: C. Elzinga & A. Liefbroer, « De-standardization of family-life trajectories », *European Journal of Population* 23,
2007, p. 225-250 (turbulence); A. Gabadinho et al., « Indice de complexité pour le tri et la comparaison de séquences
catégorielles », RNTI E-19, 2010, p. 61-66; G. Ritschard, « Measuring the nature of individual sequences », *SMR* 52, 2023.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.descriptive import time_in_states
from habitat_enquete.pathways.sequences.states import Floats, Sequences, Spells, spells


@dataclass(frozen=True, slots=True, eq=False)
class Indicators:
    """Indicators of n sequences, each of shape (n,), NaN where a path holds nothing.

    `length` units; `known` those without gaps; `spells` stays; `visited` different states; `recurrence` stays per state visited;
    `transitions` and `transition_share` (of those possible); `entropy` of time across states, 0 to 1; `mean_duration`,
    `duration_deviation` of stays, and the same counting states never visited as stays of 0; `subsequences` different orders
    contained in the path; `volatility`, `complexity` 0 to 1; `turbulence` (and with non-visited states), raw and 0 to 1.
    """

    length: Floats
    known: Floats
    spells: Floats
    visited: Floats
    visited_share: Floats
    recurrence: Floats
    transitions: Floats
    transition_share: Floats
    entropy: Floats
    entropy_raw: Floats
    mean_duration: Floats
    duration_deviation: Floats
    mean_duration_all: Floats
    duration_deviation_all: Floats
    subsequences: Floats
    volatility: Floats
    complexity: Floats
    turbulence: Floats
    turbulence_share: Floats
    turbulence_all: Floats
    turbulence_all_share: Floats

    def table(self) -> dict[str, Floats]:
        """Each indicator by name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


def indicators(sequences: Sequences, *, with_missing: bool = False) -> Indicators:
    """The indicators of each sequence; gaps are left out, or one more state with `with_missing`."""
    source = sequences.with_missing_state() if with_missing else sequences
    spelled = spells(sequences, with_missing=with_missing)
    size = len(source.alphabet)
    spent = time_in_states(source)
    known = spent.sum(axis=1)
    visited = (spent > 0).sum(axis=1).astype(float)
    count = spelled.counts.astype(float)
    transitions = np.maximum(count - 1, 0)
    # Gaps are possible moments of change too.
    share = _ratio(transitions, (sequences.lengths - 1).astype(float))
    raw = _entropy(spent)
    entropy = raw / np.log(size) if size > 1 else raw * 0
    subsequences = np.array([subsequence_count(line[line >= 0]) for line in spelled.states])
    moments = _Durations.of(spelled, size - visited)
    longest = float(sequences.lengths.max(initial=0))
    plain = _turbulence(subsequences, moments.deviation**2, _worst_variance(known, count, count * 0))
    # With one stay all other states are unvisited; with more, the longest stays alternate between two states.
    unmet = np.where(count == 1, size - 1, max(size - 2, 0)).astype(float)
    full = _turbulence(subsequences, moments.deviation_all**2, _worst_variance(known, count, unmet))
    return Indicators(
        length=sequences.lengths.astype(float),
        known=(sequences.codes >= 0).sum(axis=1).astype(float),
        spells=count,
        visited=visited,
        visited_share=visited / size,
        recurrence=_ratio(count, visited, empty=np.nan),
        transitions=transitions,
        transition_share=share,
        entropy=entropy,
        entropy_raw=raw,
        mean_duration=moments.mean,
        duration_deviation=moments.deviation,
        mean_duration_all=moments.mean_all,
        duration_deviation_all=moments.deviation_all,
        subsequences=subsequences,
        volatility=0.5 * share + 0.5 * np.maximum(visited - 1, 0) / max(size - 1, 1),
        complexity=np.sqrt(share * entropy),
        turbulence=plain,
        turbulence_share=_share_of_highest(plain, _highest_turbulence(longest, size, unvisited=False)),
        turbulence_all=full,
        turbulence_all_share=_share_of_highest(full, _highest_turbulence(longest, size, unvisited=True)),
    )


def subsequence_count(states: NDArray[np.int16]) -> float:
    """How many different subsequences (orders of states, the empty one included) a succession of states contains.

    >>> subsequence_count(np.array([0, 1, 0], dtype=np.int16))
    7.0
    """
    total = 1.0
    before: dict[int, float] = {}
    for state in states.tolist():
        doubled = 2 * total - before.get(state, 0.0)
        before[state] = total
        total = doubled
    return total


@dataclass(frozen=True, slots=True, eq=False)
class _Durations:
    mean: Floats
    deviation: Floats
    mean_all: Floats
    deviation_all: Floats

    @classmethod
    def of(cls, spelled: Spells, unvisited: Floats) -> _Durations:
        """Moments of the durations of stays, without and with the states never visited as stays of 0."""
        total, squares = spelled.durations.sum(axis=1), (spelled.durations**2).sum(axis=1)
        count = spelled.counts.astype(float)
        moments = []
        for n in (count, count + unvisited):
            mean = _ratio(total, n, empty=np.nan)
            variance = np.maximum(_ratio(squares, n, empty=np.nan) - mean**2, 0.0)
            moments += [mean, np.sqrt(variance)]
        return cls(*moments)


def _entropy(spent: Floats) -> Floats:
    share = _ratio(spent, spent.sum(axis=1, keepdims=True))
    return np.asarray(-(share * np.log(share, out=np.zeros_like(share), where=share > 0)).sum(axis=1)) + 0.0


def _ratio(over: Floats, under: Floats, *, empty: float = 0.0) -> Floats:
    over, under = np.broadcast_arrays(over, under)
    return np.asarray(np.divide(over, under, out=np.full(over.shape, empty), where=under > 0))


def _worst_variance(length: Floats, count: Floats, unvisited: Floats) -> Floats:
    """The greatest variance of durations with that many stays (one long, the others of 1, `unvisited` of 0)."""
    n = count + unvisited
    mean = _ratio(length, n)
    long = (length - count + 1 - mean) ** 2
    return _ratio((count - 1) * (1 - mean) ** 2 + long + unvisited * mean**2, n)


def _turbulence(subsequences: Floats, variance: Floats, worst: Floats) -> Floats:
    return np.log2(subsequences * (worst + 1) / (variance + 1))


def _highest_turbulence(length: float, size: int, *, unvisited: bool) -> float:
    """The turbulence of the sequence that visits the alphabet in turn, one unit each."""
    if length < 1 or size < 2:
        return 1.0
    turn = (np.arange(int(length)) % size).astype(np.int16)
    count = np.array([length])
    worst = _worst_variance(count, count, np.array([float(max(size - 2, 0))])) if unvisited else np.zeros(1)
    absent = float(max(size - length, 0))
    mean = length / (length + absent)
    variance = np.array([mean - mean**2]) if unvisited else np.zeros(1)
    return float(_turbulence(np.array([subsequence_count(turn)]), variance, worst)[0])


def _share_of_highest(turbulence: Floats, highest: float) -> Floats:
    return (turbulence - 1) / (highest - 1) if highest > 1 else turbulence * 0.0
