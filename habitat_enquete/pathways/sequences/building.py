"""From pathways to sequences: one state per month (or year) on a chosen clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from habitat_enquete.model.pathway import Moment, Pathway
from habitat_enquete.pathways.episodes.dates import middle, month_name, month_of, parse_moment
from habitat_enquete.pathways.episodes.timeline import Pick, Stay, birth, stays
from habitat_enquete.pathways.sequences.states import MISSING, VOID, Sequences

_AGE_START: Final = 14


class Clock(StrEnum):
    """Where time starts: with the first dwelling told, on the calendar, with age, or with the arrival in the territory."""

    DEPARTURE = "departure"
    CALENDAR = "calendar"
    AGE = "age"
    ARRIVAL = "arrival"


class Unit(StrEnum):
    """The unit of time of sequences."""

    MONTH = "month"
    YEAR = "year"


def sequences(
    pathways: Mapping[str, Pathway],
    states: Sequence[str],
    *,
    clock: Clock = Clock.DEPARTURE,
    unit: Unit = Unit.MONTH,
    weights: Mapping[str, float] | None = None,
    pick: Pick = middle,
) -> Sequences:
    """The sequences of all pathways that have a place on the clock, one row each, in the order of `pathways`.

    A month without a known dwelling, or in a dwelling of unknown tenure, is a gap; after the interview there is nothing.
    People whom the clock does not know (no birth, no arrival) are left out: compare `ids`.
    """
    rank = {state: code for code, state in enumerate(states)}
    lines: dict[str, tuple[int, list[int]]] = {}
    for person, pathway in pathways.items():
        spent = stays(pathway, pick)
        origin = _origin(pathway, spent, clock) if spent else None
        if origin is not None:
            lines[person] = spent[0].begin - origin, _states(pathway, spent, rank)
    return _table(lines, states, clock, unit, weights or {})


def _states(pathway: Pathway, spent: Sequence[Stay], rank: Mapping[str, int]) -> list[int]:
    """States month by month from the first one known."""
    first = spent[0].begin
    line = [MISSING] * (spent[-1].end - first)
    for stay in spent:
        tenure = pathway.episodes[stay.episode].tenure
        code = rank.get(tenure or "", MISSING)
        line[stay.begin - first : stay.end - first] = [code] * (stay.end - stay.begin)
    return line


def _origin(pathway: Pathway, spent: Sequence[Stay], clock: Clock) -> int | None:
    """The month where the clock of this person starts; 0 on the calendar."""
    if clock is Clock.CALENDAR:
        return 0
    if clock is Clock.DEPARTURE:
        return spent[0].begin
    if clock is Clock.AGE:
        born = birth(pathway.attributes)
        return None if born is None else middle(born)
    arrived = parse_moment(pathway.attributes.get("date_arrivee", ""))
    return None if arrived is None else middle(arrived)


def _table(
    lines: Mapping[str, tuple[int, list[int]]],
    states: Sequence[str],
    clock: Clock,
    unit: Unit,
    weights: Mapping[str, float],
) -> Sequences:
    """Lines, each with the unit where it begins on the clock, side by side."""
    first = min((begin for begin, _ in lines.values()), default=0)
    if clock in (Clock.ARRIVAL, Clock.AGE):
        first = max(first, 0 if clock is Clock.ARRIVAL else 12 * _AGE_START)
    step = 12 if unit is Unit.YEAR else 1
    first -= first % step
    last = max((begin + len(line) for begin, line in lines.values()), default=first)
    width = max(-(-(last - first) // step), 0)
    codes = np.full((len(lines), width), VOID, dtype=np.int16)
    for row, (begin, line) in enumerate(lines.values()):
        months = ([MISSING] * max(begin - first, 0)) + line[max(first - begin, 0) :]
        sampled = months
        if step > 1:
            sampled = [_of_unit(months[at : at + step]) for at in range(0, len(months), step)]
        codes[row, : len(sampled)] = sampled
    names = [
        month_name(first + at * step) if clock is Clock.CALENDAR else str(first // step + at)
        for at in range(width)
    ]
    own = np.array([weights.get(person, 1.0) for person in lines], dtype=float)
    return Sequences(_trimmed(codes), tuple(states), tuple(lines), own, tuple(names))


def _of_unit(months: Sequence[int]) -> int:
    """The state of a year: the one in which most of its months were spent, the earliest in case of a tie."""
    known = [code for code in months if code != MISSING]
    if not known:
        return MISSING
    return max(dict.fromkeys(known), key=known.count)


def _trimmed(
    codes: np.ndarray[tuple[int, ...], np.dtype[np.int16]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    """A path whose last months are a gap ends with its last known state."""
    known = codes >= 0
    after = np.cumsum(known[:, ::-1], axis=1)[:, ::-1] == 0
    return np.where(after, np.int16(VOID), codes)


def drawn(generator: np.random.Generator) -> Pick:
    """A way to pick a month at random inside an imprecise date, all alike."""

    def pick(moment: Moment) -> int:
        return int(generator.integers(month_of(moment.earliest), month_of(moment.latest) + 1))

    return pick
