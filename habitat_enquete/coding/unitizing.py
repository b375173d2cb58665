"""Where passages begin and end: Krippendorff's α_U per code and overall, with bootstrap intervals.

All informants' turns make one line, each coder's passages lie on it; the bootstrap draws blocks (documents, or turns when
documents are few) again and makes the line anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from habitat_enquete.model.span import Span
from habitat_enquete.stats import agreement as stats

Places = Mapping[tuple[str, str], Sequence[Span]]  # (document, code) → passages
_MOST_DRAWS: Final = 200  # each one lays out all passages again: more would take longer than they teach
_LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class UnitizingAgreement:
    """α_U and its 95 % interval; nan when nobody used the code, or nothing can be drawn again."""

    alpha: float
    interval: tuple[float, float]


Marks = list[list[stats.Interval]]  # per block, the passages of one coder from its beginning
Disagreements = tuple[float, float]  # observed and expected


def unitizing(
    coders: Sequence[Places],
    codes: Iterable[str],
    extents: Mapping[str, Sequence[Span]],
    *,
    by_turn: bool,
    draws: int,
) -> dict[str, UnitizingAgreement]:
    """α_U of each code, and of all of them together under the empty name.

    Args: `extents`: what of each document can be coded. `by_turn`: the bootstrap draws turns, not documents.
    """
    blocks = [
        (document, parts)
        for document, whole in extents.items()
        for parts in ([[part] for part in whole] if by_turn else [list(whole)])
        if parts
    ]
    lengths = [sum(len(part) for part in parts) for _, parts in blocks]
    everything = list(range(len(blocks)))
    generator = np.random.default_rng(0)
    drawn = (
        [generator.integers(len(blocks), size=len(blocks)).tolist() for _ in range(min(draws, _MOST_DRAWS))]
        if len(blocks) > 1
        else []
    )
    result: dict[str, UnitizingAgreement] = {}
    total: Disagreements = (0.0, 0.0)
    totals: list[Disagreements] = [(0.0, 0.0)] * len(drawn)
    for code in codes:
        marks = [
            [_within(places.get((document, code), ()), parts) for document, parts in blocks]
            for places in coders
        ]
        if not any(any(each) for each in marks):
            result[code] = UnitizingAgreement(math.nan, (math.nan, math.nan))
            continue
        whole = _disagreements(marks, lengths, everything)
        again = [_disagreements(marks, lengths, chosen) for chosen in drawn]
        total = _added(total, whole)
        totals = [_added(one, other) for one, other in zip(totals, again, strict=True)]
        result[code] = UnitizingAgreement(_alpha(whole), _interval(again))
    result[""] = UnitizingAgreement(_alpha(total), _interval(totals))
    return result


def _within(passages: Iterable[Span], parts: Sequence[Span]) -> list[stats.Interval]:
    """The passages that lie in `parts`, as positions on the parts laid end to end."""
    found: list[stats.Interval] = []
    offset = 0
    for part in parts:
        for span in passages:
            start, end = max(span.start, part.start), min(span.end, part.end)
            if start < end:
                found.append((offset + start - part.start, offset + end - part.start))
        offset += len(part)
    return found


def _disagreements(marks: Sequence[Marks], lengths: Sequence[int], chosen: Sequence[int]) -> Disagreements:
    lines: Marks = [[] for _ in marks]
    offset = 0
    for block in chosen:
        for line, coder in zip(lines, marks, strict=True):
            line.extend((offset + start, offset + end) for start, end in coder[block])
        offset += lengths[block]
    return stats.unitizing_disagreements(lines, offset)


def _added(one: Disagreements, other: Disagreements) -> Disagreements:
    if math.isnan(other[0]) or math.isnan(other[1]):
        return one
    return one[0] + other[0], one[1] + other[1]


def _alpha(found: Disagreements) -> float:
    observed, expected = found
    return 1 - observed / expected if expected and not math.isnan(expected) else math.nan


def _interval(draws: Sequence[Disagreements]) -> tuple[float, float]:
    values = [value for each in draws if not math.isnan(value := _alpha(each))]
    if not values or len(values) < len(draws) / 2:
        return math.nan, math.nan
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
