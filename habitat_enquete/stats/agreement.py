"""How far people who coded the same material agree: percent, κ, α, and α for spans, with bootstrap intervals.

Everything is computed from *patterns*: what each coder said of a unit, and how many units (or characters) got that very
combination. `("a", "b")` → 3 reads: three units where the first coder said a and the second b; None is a coder who did
not see the unit.

Undefined is `nan`, never a number: a coefficient that corrects for chance says nothing of material where chance alone
explains everything (a single category in use, or no unit at all).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import TypeAlias

import numpy as np

Pattern: TypeAlias = tuple[Hashable, ...]
Patterns: TypeAlias = Mapping[Pattern, float]
Interval: TypeAlias = tuple[int, int]

_BATCH = 50  # bootstrap draws handled at once: keeps the draw matrix small on ten thousand blocks


def patterns(*coders: Sequence[Hashable]) -> Counter[Pattern]:
    """The patterns of several coders' values, given coder by coder for the same units in the same order.

    Raises: ValueError when coders did not judge the same number of units.

    >>> patterns(["a", "b", "a"], ["a", "b", "b"])
    Counter({('a', 'a'): 1, ('b', 'b'): 1, ('a', 'b'): 1})
    """
    return Counter(zip(*coders, strict=True))


def percent_agreement(table: Patterns) -> float:
    """The share of agreeing pairs among all pairs of coders who saw the same unit, in [0, 1].

    >>> percent_agreement({("a", "a"): 3, ("a", "b"): 1})
    0.75
    """
    agreeing = pairs = 0.0
    for pattern, count in table.items():
        seen = [value for value in pattern if value is not None]
        uses = Counter(seen)
        agreeing += count * sum(n * (n - 1) for n in uses.values()) / 2
        pairs += count * len(seen) * (len(seen) - 1) / 2
    return agreeing / pairs if pairs else math.nan


def cohen_kappa(table: Patterns) -> float:
    """Agreement of two coders beyond what their own habits would give by chance.

    Units that either did not see are left out. Source: J. Cohen, « A coefficient of agreement for nominal scales »,
    Educational and Psychological Measurement 20, 1960, p. 37-46.

    >>> round(cohen_kappa({(1, 1): 20, (1, 0): 5, (0, 1): 10, (0, 0): 15}), 3)
    0.4
    """
    seen = {pattern: count for pattern, count in table.items() if None not in pattern}
    total = sum(seen.values())
    if not total:
        return math.nan
    first: Counter[Hashable] = Counter()
    second: Counter[Hashable] = Counter()
    for (one, other), count in seen.items():
        first[one] += count  # type: ignore[assignment]  # weights may be fractional
        second[other] += count  # type: ignore[assignment]
    observed = sum(count for (one, other), count in seen.items() if one == other) / total
    expected = sum(first[value] * second[value] for value in first) / total**2
    return _beyond(observed, expected)


def fleiss_kappa(table: Patterns) -> float:
    """Agreement of several coders beyond chance, the coders being interchangeable.

    Only units that all saw count. Source: J. Fleiss, « Measuring nominal scale agreement among many raters »,
    Psychological Bulletin 76, 1971, p. 378-382.
    """
    seen = {pattern: count for pattern, count in table.items() if None not in pattern and len(pattern) > 1}
    total = sum(seen.values())
    if not total:
        return math.nan
    coders = len(next(iter(seen)))
    uses: defaultdict[Hashable, float] = defaultdict(float)
    observed = 0.0
    for pattern, count in seen.items():
        tally = Counter(pattern)
        observed += count * sum(n * (n - 1) for n in tally.values()) / (coders * (coders - 1))
        for value, n in tally.items():
            uses[value] += count * n
    expected = sum((use / (total * coders)) ** 2 for use in uses.values())
    return _beyond(observed / total, expected)


def krippendorff_alpha(table: Patterns) -> float:
    """Krippendorff's α for categories without order: any number of coders, missing values allowed.

    Source: K. Krippendorff, « Computing Krippendorff's alpha-reliability », 2011, sections C and D.

    >>> round(krippendorff_alpha({(0, 0): 5, (1, 1): 1, (1, 0): 1, (0, 1): 3}), 3)
    0.095
    """
    coincidences: defaultdict[Pattern, float] = defaultdict(float)
    for pattern, count in table.items():
        uses = Counter(value for value in pattern if value is not None)
        judged = sum(uses.values())
        if judged < 2:
            continue
        for one, n in uses.items():
            for other, k in uses.items():
                pairs = n * (k - (one == other))
                coincidences[one, other] += count * pairs / (judged - 1)
    margins: defaultdict[Hashable, float] = defaultdict(float)
    for (one, _), weight in coincidences.items():
        margins[one] += weight
    total = sum(margins.values())
    if total <= 1:
        return math.nan
    expected = sum(margin * (margin - 1) for margin in margins.values()) / (total * (total - 1))
    observed = sum(weight for (one, other), weight in coincidences.items() if one == other) / total
    return _beyond(observed, expected)


def _beyond(observed: float, expected: float) -> float:
    return math.nan if math.isclose(expected, 1.0, abs_tol=1e-12) else (observed - expected) / (1 - expected)


def span_patterns(coders: Sequence[Iterable[Interval]], extent: Interval) -> Counter[Pattern]:
    """How many characters of `extent` each combination of coders marked: `(True, False)` → characters only the first did.

    Spans are clipped to `extent`; those of one coder may overlap.

    >>> span_patterns([[(0, 6)], [(3, 9)]], (0, 10)) == {(True, False): 3, (True, True): 3, (False, True): 3, (False, False): 1}
    True
    """
    start, end = extent
    merged = [merge(spans, extent) for spans in coders]
    cuts = sorted({start, end, *(cut for spans in merged for span in spans for cut in span)})
    result: Counter[Pattern] = Counter()
    ranks = [0] * len(merged)
    for left, right in pairwise(cuts):
        pattern = []
        for coder, spans in enumerate(merged):
            while ranks[coder] < len(spans) and spans[ranks[coder]][1] <= left:
                ranks[coder] += 1
            pattern.append(ranks[coder] < len(spans) and spans[ranks[coder]][0] <= left)
        result[tuple(pattern)] += right - left
    return result


def merge(spans: Iterable[Interval], extent: Interval) -> list[Interval]:
    """`spans` clipped to `extent`, sorted, those that touch or overlap made one.

    >>> merge([(5, 9), (0, 3), (2, 4)], (0, 8))
    [(0, 4), (5, 8)]
    """
    result: list[Interval] = []
    for start, end in sorted((max(s, extent[0]), min(e, extent[1])) for s, e in spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def unitizing_disagreements(coders: Sequence[Iterable[Interval]], length: int) -> tuple[float, float]:
    """Observed and expected disagreement of coders who cut the same continuum into units of one category.

    Args: `coders`: the spans of each, within `[0, length)`; those of one coder that touch count as one unit.
    Source: K. Krippendorff, « Measuring the reliability of qualitative text analysis data », Quality & Quantity 38, 2004,
    p. 787-800. With several categories, α is 1 - Σ observed / Σ expected over them.
    """
    units = [merge(spans, (0, length)) for spans in coders]
    m = len(units)
    if m < 2 or not length:
        return math.nan, math.nan
    observed = sum(_pair_disagreement(one, other) for one, other in combinations(units, 2))
    return 2 * observed / (m * (m - 1) * length**2), _expected_unitizing(units, length)


def alpha_u(coders: Sequence[Iterable[Interval]], length: int) -> float:
    """Krippendorff's α_U: agreement of coders on where the units of one category begin and end.

    nan when nobody marked anything: see `unitizing_disagreements`.
    """
    observed, expected = unitizing_disagreements(coders, length)
    return 1 - observed / expected if expected else math.nan


def _pair_disagreement(one: list[Interval], other: list[Interval]) -> float:
    """Squared distances between overlapping units, and the squared length of each unit the other left a gap for."""
    total = 0.0
    for mine, theirs, both in ((one, other, True), (other, one, False)):
        starts = [start for start, _ in theirs]
        ends = [end for _, end in theirs]
        for start, end in mine:
            first, last = bisect_right(ends, start), bisect_left(starts, end)
            if first >= last:
                total += (end - start) ** 2
            elif both:
                total += sum((start - s) ** 2 + (end - e) ** 2 for s, e in theirs[first:last])
    return total


def _expected_unitizing(units: list[list[Interval]], length: int) -> float:
    m = len(units)
    count = sum(len(spans) for spans in units)
    lengths = [end - start for spans in units for start, end in spans]
    gaps = sorted(gap for spans in units for gap in _gaps(spans, length))
    suffix = np.concatenate([np.cumsum(np.array(gaps[::-1], dtype=float))[::-1], [0.0]])
    numerator = 0.0
    for size in lengths:
        rank = bisect_left(gaps, size)
        larger = float(suffix[rank]) - (len(gaps) - rank) * (size - 1)
        numerator += (count - 1) / 3 * (2 * size**3 - 3 * size**2 + size) + size**2 * larger
    denominator = m * length * (m * length - 1) - sum(size * (size - 1) for size in lengths)
    return 2 / length * numerator / denominator if denominator else 0.0


def _gaps(spans: list[Interval], length: int) -> Iterable[int]:
    position = 0
    for start, end in spans:
        if start > position:
            yield start - position
        position = end
    if length > position:
        yield length - position


def bootstrap(
    blocks: Sequence[Patterns],
    statistic: Callable[[Patterns], float],
    *,
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """The percentile interval of `statistic` when whole `blocks` (documents, turns) are drawn again with replacement.

    Sentences of one person resemble one another: drawing them one by one would promise too much.
    Draws where the statistic is undefined are left out; `(nan, nan)` when fewer than two blocks or half the draws are left.
    """
    keys = sorted({key for block in blocks for key in block}, key=repr)
    if len(blocks) < 2 or not keys:
        return math.nan, math.nan
    matrix = np.array([[block.get(key, 0) for key in keys] for block in blocks], dtype=float)
    generator = np.random.default_rng(seed)
    values: list[float] = []
    chances = np.full(len(blocks), 1 / len(blocks))
    for begin in range(0, draws, _BATCH):
        weights = generator.multinomial(len(blocks), chances, size=min(_BATCH, draws - begin))
        values += [
            statistic({key: value for key, value in zip(keys, row, strict=True) if value})
            for row in (weights @ matrix).tolist()
        ]
    defined = [value for value in values if not math.isnan(value)]
    if len(defined) < draws / 2:
        return math.nan, math.nan
    tail = (1 - level) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)
