"""Two questions crossed: counts, shares, what is expected, which cells stand out, and whether it is more than chance.

With weights, the test is that of Rao and Scott: a weight makes a person count for more, never a sample bigger.
Sources: A. Agresti, *Categorical data analysis*, 2013 (adjusted residuals); J. Rao & A. Scott, « On chi-squared tests for multiway
contingency tables », *Annals of Statistics* 12, 1984, p. 46-60, as in R survey (`svychisq`, statistic F).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Crosstab:
    """A table of two questions. Arrays have shape (rows, columns).

    `counts` are people, `weighted` sums of weights, `row_shares` weighted shares of each row; `expected`, `residuals` (Pearson)
    and `adjusted` (standard normal when nothing links the questions) are computed on people.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Floats
    weighted: Floats
    row_shares: Floats
    expected: Floats
    residuals: Floats
    adjusted: Floats


@dataclass(frozen=True, slots=True)
class Independence:
    """Tests and strength of a link. `yates` differs from `chi2` for two by two tables only, `fisher` is None for larger ones.

    `cramers_v` goes from 0 (no link) to 1; `small_cells` is the share of cells where fewer than five people are expected.
    """

    n: int
    chi2: float
    df: int
    p_value: float
    yates: float
    yates_p_value: float
    g2: float
    cramers_v: float
    contingency: float
    fisher: float | None
    smallest_expected: float
    small_cells: float


@dataclass(frozen=True, slots=True)
class RaoScott:
    """The weighted test: `f` with `df` (fractional) degrees of freedom; `naive_chi2` is what weights alone would pretend."""

    f: float
    df: float
    df_error: float
    p_value: float
    naive_chi2: float
    cramers_v: float


def crosstab(
    rows: Sequence[str | None],
    columns: Sequence[str | None],
    weights: Sequence[float] | Floats | None = None,
    *,
    row_order: Sequence[str] = (),
    column_order: Sequence[str] = (),
) -> Crosstab:
    """Cross two questions over the people who answered both; categories in alphabetical order unless told otherwise."""
    kept = [
        i for i, pair in enumerate(zip(rows, columns, strict=True)) if None not in pair and "" not in pair
    ]
    own = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=float)
    row_names = tuple(row_order) or tuple(sorted({str(rows[i]) for i in kept}))
    column_names = tuple(column_order) or tuple(sorted({str(columns[i]) for i in kept}))
    counts, weighted = (
        np.zeros((len(row_names), len(column_names))),
        np.zeros((len(row_names), len(column_names))),
    )
    row_rank = {name: at for at, name in enumerate(row_names)}
    column_rank = {name: at for at, name in enumerate(column_names)}
    for i in kept:
        cell = row_rank[str(rows[i])], column_rank[str(columns[i])]
        counts[cell] += 1
        weighted[cell] += own[i]
    return _table(row_names, column_names, counts, weighted)


def from_counts(rows: Sequence[str], columns: Sequence[str], counts: Floats) -> Crosstab:
    """A table already counted."""
    return _table(
        tuple(rows), tuple(columns), np.asarray(counts, dtype=float), np.asarray(counts, dtype=float)
    )


def _table(rows: tuple[str, ...], columns: tuple[str, ...], counts: Floats, weighted: Floats) -> Crosstab:
    total = counts.sum()
    down, across = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    expected = down * across / total if total else counts * 0.0
    residuals = _divided(counts - expected, np.sqrt(expected))
    spread = np.sqrt(expected * (1 - down / total) * (1 - across / total)) if total else counts * 0.0
    shares = 100 * _divided(weighted, np.broadcast_to(weighted.sum(axis=1, keepdims=True), weighted.shape))
    return Crosstab(
        rows, columns, counts, weighted, shares, expected, residuals, _divided(counts - expected, spread)
    )


def _divided(over: Floats, under: Floats) -> Floats:
    return np.asarray(np.divide(over, under, out=np.zeros_like(over), where=under > 0))


def independence(table: Crosstab) -> Independence:
    """Whether the two questions are linked, on people; rows and columns without anybody are left out.

    >>> round(independence(from_counts("ab", "xy", np.array([[8.0, 2.0], [1.0, 5.0]]))).chi2, 3)
    6.112
    """
    from scipy.stats import chi2 as law
    from scipy.stats import fisher_exact

    counts = _filled(table.counts)
    n = counts.sum()
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / n if n else counts
    df = max(counts.shape[0] - 1, 0) * max(counts.shape[1] - 1, 0)
    value = float(((counts - expected) ** 2 / expected).sum()) if df else 0.0
    logs = np.log(counts / expected, out=np.zeros_like(counts), where=counts > 0) if df else counts * 0
    is_square = counts.shape == (2, 2)
    correction = min(0.5, float(np.abs(counts - expected).min())) if is_square else 0.0
    yates = float(((np.abs(counts - expected) - correction) ** 2 / expected).sum()) if df else 0.0
    smallest = min(counts.shape) - 1
    return Independence(
        n=int(n),
        chi2=value,
        df=df,
        p_value=float(law.sf(value, df)) if df else 1.0,
        yates=yates,
        yates_p_value=float(law.sf(yates, df)) if df else 1.0,
        g2=float(2 * (counts * logs).sum()),
        cramers_v=float(np.sqrt(value / n / smallest)) if df else 0.0,
        contingency=float(np.sqrt(value / (value + n))) if df else 0.0,
        fisher=float(fisher_exact(counts.astype(int)).pvalue) if is_square else None,
        smallest_expected=float(expected.min()) if df else 0.0,
        small_cells=float((expected < 5).mean()) if df else 0.0,
    )


def _filled(counts: Floats) -> Floats:
    return np.asarray(counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0])


def rao_scott(
    rows: Sequence[str | None], columns: Sequence[str | None], weights: Sequence[float] | Floats
) -> RaoScott | None:
    """The weighted test of independence, second-order correction; None when a question has a single answer.

    People who did not answer both questions stay in the sample for the variance.
    """
    from scipy.stats import f as law

    own = np.asarray(weights, dtype=float)
    answered = [
        i for i, pair in enumerate(zip(rows, columns, strict=True)) if None not in pair and "" not in pair
    ]
    names = [sorted({str(values[i]) for i in answered}) for values in (rows, columns)]
    size = len(names[0]), len(names[1])
    if min(size) < 2:
        return None
    cells = np.array(
        [names[0].index(str(rows[i])) * size[1] + names[1].index(str(columns[i])) for i in answered]
    )
    indicator = (cells[:, None] == np.arange(size[0] * size[1])).astype(float)
    kept = own[answered]
    share = kept @ indicator / kept.sum()
    n, whole = len(answered), len(own)
    scores = kept[:, None] * (indicator - share) / kept.sum()
    variance = whole / (whole - 1) * scores.T @ scores
    contrast = _interaction(*size)
    inverse = np.divide(1.0, share, out=np.zeros_like(share), where=share > 0)
    denominator = contrast.T @ (contrast * (inverse / n)[:, None])
    numerator = contrast.T @ (inverse[:, None] * variance * inverse) @ contrast
    delta = np.linalg.solve(denominator, numerator)
    trace = float(np.trace(delta))
    observed = share.reshape(size)
    expected = observed.sum(axis=1, keepdims=True) * observed.sum(axis=0, keepdims=True)
    phi2 = float(((observed - expected) ** 2 / expected).sum())
    freedom = trace**2 / float(np.trace(delta @ delta))
    value = n * phi2 / trace
    return RaoScott(
        value,
        freedom,
        freedom * (whole - 1),
        float(law.sf(value, freedom, freedom * (whole - 1))),
        float(kept.sum() * phi2),
        float(np.sqrt(phi2 / (min(size) - 1))),
    )


def _interaction(rows: int, columns: int) -> Floats:
    """Contrasts of the cells (row after row) that neither margin explains. Shape (cells, (rows - 1)(columns - 1))."""
    row = np.repeat(np.eye(rows), columns, axis=0)[:, 1:]
    column = np.tile(np.eye(columns), (rows, 1))[:, 1:]
    margins = np.hstack((np.ones((rows * columns, 1)), row, column))
    crossed = np.stack(
        [row[:, i] * column[:, j] for j in range(columns - 1) for i in range(rows - 1)], axis=1
    )
    projected = np.linalg.lstsq(margins, crossed, rcond=None)[0]
    return np.asarray(crossed - margins @ projected)
