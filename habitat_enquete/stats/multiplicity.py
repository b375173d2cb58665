"""Many comparisons at once: how many of them would be found by chance."""

from __future__ import annotations

from collections.abc import Sequence


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that control the share of false discoveries, in the order given.

    Source: Y. Benjamini, Y. Hochberg, « Controlling the false discovery rate », JRSS B 57, 1995, p. 289-300.

    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    count = len(p_values)
    adjusted = [1.0] * count
    smallest = 1.0
    order = sorted(range(count), key=lambda index: p_values[index], reverse=True)
    for position, index in enumerate(order):
        smallest = min(smallest, p_values[index] * count / (count - position))
        adjusted[index] = smallest
    return adjusted


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that control the chance of even one false discovery, in the order given.

    Source: S. Holm, « A simple sequentially rejective multiple test procedure », *Scandinavian Journal of Statistics* 6, 1979.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    count = len(p_values)
    adjusted = [1.0] * count
    largest = 0.0
    for position, index in enumerate(sorted(range(count), key=lambda index: p_values[index])):
        largest = max(largest, min(1.0, p_values[index] * (count - position)))
        adjusted[index] = largest
    return adjusted
