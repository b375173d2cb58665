"""One figure of a reference beside ours: how the two differ, and whether that is within tolerance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what we computed, what the reference says, the difference, and whether it is within tolerance."""

    figure: str
    computed: float
    expected: float
    tolerance: float

    @property
    def difference(self) -> float:
        return abs(self.computed - self.expected)

    @property
    def recognised(self) -> bool:
        return self.tolerance >= 0

    @property
    def passed(self) -> bool:
        return bool(self.difference <= self.tolerance)


def unknown(figure: str, why: object) -> Line:
    """A file whose layout we do not read: said, neither passed nor failed."""
    return Line(f"{figure}: layout not recognised ({why})", float("nan"), float("nan"), -1)


def largest(figure: str, computed: Any, expected: Any, tolerance: float) -> Line:
    """The pair of values that differ most, among arrays of the same shape."""
    computed, expected = np.asarray(computed, float).ravel(), np.asarray(expected, float).ravel()
    if computed.shape != expected.shape:
        return Line(f"{figure} (number of values)", len(computed), len(expected), 0)
    keep = ~(np.isnan(computed) | np.isnan(expected))
    if not keep.any():
        return Line(f"{figure} (all missing)", 0, 0, tolerance)
    worst = int(np.argmax(np.abs(computed - expected)[keep]))
    return Line(
        f"{figure} (worst of {keep.sum()})",
        float(computed[keep][worst]),
        float(expected[keep][worst]),
        tolerance,
    )


def exact(figure: str, computed: list[Any], expected: list[Any]) -> Line:
    """How many of the expected items are the same."""
    same = sum(a == b for a, b in zip(computed, expected, strict=False))
    return Line(f"{figure} (equal items)", same if len(computed) == len(expected) else -1, len(expected), 0)


def up_to_sign(figure: str, computed: Any, expected: Any, tolerance: float) -> Line:
    """Coordinates on axes, whose signs are arbitrary: each axis is turned the way of the reference first."""
    expected = np.asarray(expected, float)
    computed = np.asarray(computed, float)[:, : expected.shape[1]]
    signs = np.where((computed * expected).sum(axis=0) < 0, -1, 1)
    return largest(figure, computed * signs, expected, tolerance)


def first_of(reference: Mapping[str, Any], *keys: str) -> Any:
    """The value of the first of `keys` that there is."""
    return next((reference[key] for key in keys if key in reference), None)


def column_of(table: pd.DataFrame, *names: str) -> str | None:
    """The column that has one of `names`, whatever its case, dots, accents of style and underscores."""
    plain = {
        re.sub(r"[^a-z0-9]+", "_", str(column).lower()).strip("_"): str(column) for column in table.columns
    }
    return next((plain[name] for name in names if name in plain), None)


def read_any(file: Path, **options: Any) -> pd.DataFrame:
    """A table separated by commas, or by semicolons with decimal commas as IRaMuTeQ writes them."""
    with file.open(encoding="utf-8-sig") as lines:
        head = lines.readline()
    french = head.count(";") > head.count(",")
    return pd.read_csv(file, sep=";" if french else ",", decimal="," if french else ".", **options)


def numbers(values: Iterable[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The values as numbers, NaN where they are not."""
    return pd.to_numeric(pd.Series(list(values)), errors="coerce").to_numpy(float)
