"""What happens before what: frequent orders of events in paths, and how groups differ by them.

An order « (départ) - (HLM, naissance) » is met by a person to whom each set of events happened, each after the one before. Source:
G. Ritschard, R. Bürgin & M. Studer, « Exploratory mining of life event histories », *Contemporary issues in exploratory data mining in
the behavioral sciences*, Routledge, 2013, p. 221-253; figures are those of `seqefsub` of R TraMineR.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from habitat_enquete.pathways.sequences.states import Event, Floats

Step = frozenset[str]
Order = tuple[Step, ...]
_STEP: Final = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Frequent:
    """An order of events, the (weighted) number of people who met it and their share."""

    order: Order
    people: float
    share: float

    def __str__(self) -> str:
        return written(self.order)


def written(order: Order) -> str:
    """An order as TraMineR writes it: `(A,B)-(C)`."""
    return "-".join(f"({','.join(sorted(step))})" for step in order)


def parsed(text: str) -> Order:
    """The order that `(A,B)-(C)` says.

    >>> written(parsed("(B,A)-(C)"))
    '(A,B)-(C)'
    """
    return tuple(frozenset(part.strip() for part in match.split(",")) for match in _STEP.findall(text))


Timed = Sequence[tuple[float, Step]]


def timelines(events: Iterable[Event]) -> dict[str, Timed]:
    """The events of each person, those of one date together."""
    by_person: dict[str, dict[float, set[str]]] = defaultdict(lambda: defaultdict(set))
    for event in events:
        by_person[event.id][event.time].add(event.event)
    return {
        person: [(time, frozenset(own)) for time, own in sorted(dates.items())]
        for person, dates in by_person.items()
    }


def meets(timeline: Timed, order: Order, *, gap: float | None = None) -> bool:
    """Whether the events of an order happened one after the other, no further apart than `gap`."""
    ends: list[float] | None = None
    for step in order:
        dates = [time for time, own in timeline if step <= own]
        if ends is not None:
            dates = [
                time
                for time in dates
                if any(end < time and (gap is None or time - end <= gap) for end in ends)
            ]
        if not dates:
            return False
        ends = dates
    return True


def frequent(
    found: Mapping[str, Timed],
    *,
    weights: Mapping[str, float] | None = None,
    least: float = 0.05,
    longest: int = 3,
    gap: float | None = None,
) -> list[Frequent]:
    """The orders that at least a share `least` of people met, of up to `longest` events, the most frequent first."""
    own = {person: (weights or {}).get(person, 1.0) for person in found}
    total = sum(own.values())
    names = sorted({event for timeline in found.values() for _, step in timeline for event in step})
    kept: list[Frequent] = []
    level: list[tuple[Order, list[str]]] = [((), list(found))]
    for length in range(1, longest + 1):
        following: dict[Order, list[str]] = {}
        for order, people in level:
            for longer in _longer(order, names):
                if longer in following:
                    continue
                met = [person for person in people if meets(found[person], longer, gap=gap)]
                if met and sum(own[person] for person in met) >= least * total:
                    following[longer] = met
        for order, met in following.items():
            count = sum(own[person] for person in met)
            kept.append(Frequent(order, count, count / total))
        level = list(following.items())
        if length == 1:
            names = sorted(event for order in following for event in order[0])
    return sorted(kept, key=lambda each: (-each.people, len(each.order), str(each)))


def _longer(order: Order, names: Sequence[str]) -> Iterable[Order]:
    """The orders with one event more: in a new step, or in the last one, after those it holds."""
    for name in names:
        yield (*order, frozenset((name,)))
        if order and name > max(order[-1]):
            yield (*order[:-1], order[-1] | {name})


@dataclass(frozen=True, slots=True)
class Discriminant:
    """An order that groups do not meet alike: chi-square without continuity correction, p-value corrected for the number of orders
    (Bonferroni), share of each group that met it."""

    order: Order
    statistic: float
    p_value: float
    corrected: float
    shares: Mapping[str, float]


def compared(
    found: Mapping[str, Timed],
    orders: Sequence[Order],
    groups: Mapping[str, str],
    *,
    gap: float | None = None,
) -> list[Discriminant]:
    """How groups differ by each order, the most telling first. People are counted, never weighed."""
    from scipy.stats import chi2

    people = [person for person in found if person in groups]
    names = sorted({groups[person] for person in people})
    column = np.array([names.index(groups[person]) for person in people], dtype=np.int64)
    sizes = np.bincount(column, minlength=len(names)).astype(float)
    tested = []
    for order in orders:
        met = np.array([meets(found[person], order, gap=gap) for person in people])
        counts = np.bincount(column, met, minlength=len(names))
        statistic = _chi_square(np.stack((counts, sizes - counts)))
        p_value = float(chi2.sf(statistic, max(len(names) - 1, 1)))
        shares = dict(zip(names, (counts / sizes).tolist(), strict=True))
        tested.append(Discriminant(order, statistic, p_value, min(p_value * len(orders), 1.0), shares))
    return sorted(tested, key=lambda each: (-each.statistic, written(each.order)))


def _chi_square(table: Floats) -> float:
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    gap = np.divide((table - expected) ** 2, expected, out=np.zeros_like(table), where=expected > 0)
    return float(gap.sum())
