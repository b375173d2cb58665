"""How long people stay somewhere when some still were there on the day of the interview.

Source: E. L. Kaplan & P. Meier, « Nonparametric estimation from incomplete observations », JASA 53, 1958, p. 457-481; variance of
M. Greenwood, 1926; intervals on the log-log scale.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.model.pathway import Pathway
from habitat_enquete.pathways.episodes.timeline import stays
from habitat_enquete.pathways.sequences.states import Floats

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """Share still there just after each time of departure, with its 95 % interval; `at_risk` people before it.

    `median` is NaN when fewer than half have left.
    """

    times: Floats
    shares: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    departures: Floats
    median: float
    n: int


def kaplan_meier(durations: Floats, left: NDArray[np.bool_], weights: Floats | None = None) -> Survival:
    """The survival curve of stays: their `durations`, and whether each ended (`left`) or was still going on.

    >>> kaplan_meier(np.array([1.0, 2.0, 3.0]), np.array([True, False, True])).shares.round(3).tolist()
    [0.667, 0.0]
    """
    own = np.ones(len(durations)) if weights is None else weights
    times = np.unique(durations[left])
    at_risk = np.array([own[durations >= time].sum() for time in times])
    gone = np.array([own[(durations == time) & left].sum() for time in times])
    shares = np.cumprod(1 - gone / at_risk) if times.size else np.zeros(0)
    low, high = _interval(shares, at_risk, gone)
    reached = times[shares <= 0.5 + 1e-12]
    return Survival(
        times,
        shares,
        low,
        high,
        at_risk,
        gone,
        float(reached[0]) if reached.size else float("nan"),
        len(durations),
    )


def _interval(shares: Floats, at_risk: Floats, gone: Floats) -> tuple[Floats, Floats]:
    staying = at_risk - gone
    terms = np.divide(gone, at_risk * staying, out=np.full(len(gone), np.nan), where=staying > 0)
    inside = (shares > 0) & (shares < 1)
    logs = np.log(shares, out=np.full(len(shares), np.nan), where=inside)
    half = _Z * np.sqrt(np.cumsum(terms)) / np.abs(logs)
    low, high = (np.where(inside, shares ** np.exp(sign * half), shares) for sign in (1, -1))
    return np.asarray(low), np.asarray(high)


def temporary_stays(
    pathways: Mapping[str, Pathway], temporary: Collection[str]
) -> tuple[Floats, NDArray[np.bool_], list[str]]:
    """Months of every uninterrupted time in temporary housing (one after the other counts as one), whether it ended, and whose."""
    durations, ended, people = [], [], []
    for person, pathway in pathways.items():
        begin: int | None = None
        spent = stays(pathway)
        for position, stay in enumerate(spent):
            is_temporary = (pathway.episodes[stay.episode].tenure or "") in temporary
            if is_temporary and begin is None:
                begin = stay.begin
            follows = spent[position + 1] if position + 1 < len(spent) else None
            goes_on = (
                follows is not None
                and follows.begin == stay.end
                and (pathway.episodes[follows.episode].tenure or "") in temporary
            )
            if begin is not None and not goes_on:
                durations.append(float(stay.end - begin))
                ended.append(follows is not None or pathway.episodes[stay.episode].end is not None)
                people.append(person)
                begin = None
    return np.array(durations), np.array(ended, dtype=bool), people
