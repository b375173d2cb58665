"""Agreement computed the slow and obvious way: one pair, one character at a time."""

from __future__ import annotations

import math
from itertools import permutations


def percent(coders: list[list[object]]) -> float:
    """Agreeing ordered pairs of coders over all ordered pairs, unit by unit."""
    agreeing = total = 0
    for unit in zip(*coders, strict=True):
        for one, other in permutations([value for value in unit if value is not None], 2):
            total += 1
            agreeing += one == other
    return agreeing / total if total else math.nan


def alpha(coders: list[list[object]]) -> float:
    """Krippendorff's α, nominal, from the list of all pairable values (definition D_o / D_e, 2011)."""
    units = [[value for value in unit if value is not None] for unit in zip(*coders, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    n = len(values)
    if n < 2:
        return math.nan
    observed = sum(
        sum(one != other for one, other in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    expected = sum(one != other for one, other in permutations(values, 2)) / (n - 1)
    return 1 - observed / expected if expected else math.nan


def kappa(first: list[object], second: list[object]) -> float:
    """Cohen's κ by drawing every pair of one unit of each coder."""
    n = len(first)
    observed = sum(one == other for one, other in zip(first, second, strict=True)) / n
    expected = sum(one == other for one in first for other in second) / n**2
    return math.nan if expected == 1 else (observed - expected) / (1 - expected)


def unitizing(coders: list[list[tuple[int, int]]], length: int) -> tuple[float, float]:
    """α_U's observed and expected disagreement (Krippendorff 2004), section by section, gaps being sections too."""
    sections = [_sections(spans, length) for spans in coders]
    m = len(sections)
    observed = 0.0
    for i in range(m):
        for j in range(m):
            if i != j:
                observed += sum(_delta(g, h) for g in sections[i] for h in sections[j])
    units = [(end - start) for coder in sections for start, end, unit in coder if unit]
    numerator = 0.0
    for size in units:
        numerator += (len(units) - 1) / 3 * (2 * size**3 - 3 * size**2 + size)
        for coder in sections:
            for start, end, unit in coder:
                if not unit and end - start >= size:
                    numerator += size**2 * (end - start - size + 1)
    denominator = m * length * (m * length - 1) - sum(size * (size - 1) for size in units)
    return observed / (m * (m - 1) * length**2), 2 / length * numerator / denominator


def _sections(spans: list[tuple[int, int]], length: int) -> list[tuple[int, int, bool]]:
    marked = [any(start <= position < end for start, end in spans) for position in range(length)]
    result: list[tuple[int, int, bool]] = []
    begin = 0
    for position in range(1, length + 1):
        if position == length or marked[position] != marked[begin]:
            result.append((begin, position, marked[begin]))
            begin = position
    return result


def _delta(g: tuple[int, int, bool], h: tuple[int, int, bool]) -> float:
    overlap = g[0] < h[1] and h[0] < g[1]
    if g[2] and h[2] and overlap:
        return (g[0] - h[0]) ** 2 + (g[1] - h[1]) ** 2
    if g[2] and not h[2] and h[0] <= g[0] and g[1] <= h[1]:
        return (g[1] - g[0]) ** 2
    if h[2] and not g[2] and g[0] <= h[0] and h[1] <= g[1]:
        return (h[1] - h[0]) ** 2
    return 0.0
