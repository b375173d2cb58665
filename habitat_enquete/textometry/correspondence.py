"""Correspondence analysis (AFC): rows and columns of a contingency table on the same axes.

Source: M. Greenacre, Correspondence Analysis in Practice, 3rd ed., 2017; J.-P. Benzécri, L'analyse des données, 1973.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse as sp
from scipy.sparse.linalg import LinearOperator, svds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# With no more rows or columns than this, the whole decomposition of the smaller side is exact and quicker than iterations.
_SMALL_SIDE: Final = 250
# Coordinates closer than this are ties: identical rows must stay in their order.
_TIE_DIGITS: Final = 10


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The axes of a table of shape (rows, columns): at most `axes` of them, by decreasing inertia.

    `inertias` (axes,) are the eigenvalues, `total` their whole sum; masses (rows,) and (columns,) sum to 1; coordinates are
    principal, shape (rows or columns, axes); standard coordinates are principal ones divided by the singular values.
    """

    inertias: Floats
    total: float
    row_masses: Floats
    column_masses: Floats
    rows: Floats
    columns: Floats

    @property
    def singular_values(self) -> Floats:
        """Square roots of the inertias."""
        return np.sqrt(self.inertias)

    @property
    def shares(self) -> Floats:
        """Share of the whole inertia that each axis carries, in [0, 1]."""
        return self.inertias / self.total

    def row_contributions(self) -> Floats:
        """Share of each axis due to each row, in [0, 1]; columns sum to 1."""
        return np.asarray(self.row_masses[:, None] * self.rows**2 / self.inertias)

    def column_contributions(self) -> Floats:
        """Share of each axis due to each column of the table, in [0, 1]."""
        return np.asarray(self.column_masses[:, None] * self.columns**2 / self.inertias)

    def row_cosines(self) -> Floats:
        """How well each axis shows each row: squared cosines, summing to 1 over all axes, when every axis was kept."""
        return _cosines(self.rows)

    def column_cosines(self) -> Floats:
        """How well each axis shows each column of the table."""
        return _cosines(self.columns)

    def supplementary_rows(self, table: Floats) -> Floats:
        """Principal coordinates of rows that took no part in the analysis; shape (rows, axes)."""
        profiles = table / table.sum(axis=1, keepdims=True)
        coordinates: Floats = profiles @ (self.columns / self.singular_values)
        return coordinates

    def supplementary_columns(self, table: Floats) -> Floats:
        """Principal coordinates of columns that took no part in the analysis; `table` has shape (rows, columns)."""
        profiles = (table / table.sum(axis=0, keepdims=True)).T
        coordinates: Floats = profiles @ (self.rows / self.singular_values)
        return coordinates


def _cosines(coordinates: Floats) -> Floats:
    squares = coordinates**2
    whole = squares.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(squares, whole, out=np.zeros_like(squares), where=whole > 0))


def analyse(table: Floats | sp.csr_array, *, axes: int | None = None) -> Correspondence:
    """Correspondence analysis of a table of non-negative counts without empty row or column.

    Axes point so that the column of largest contribution is positive: the same table always gives the same signs.
    Raises: ValueError when a row or a column is empty, or the table has fewer than two of either.
    """
    dense = np.asarray(table.toarray() if isinstance(table, sp.sparray) else table, dtype=float)
    if min(dense.shape) < 2:
        raise ValueError("a correspondence analysis needs two rows and two columns")
    total = dense.sum()
    rows, columns = dense.sum(axis=1) / total, dense.sum(axis=0) / total
    if (rows == 0).any() or (columns == 0).any():
        raise ValueError("an empty row or column has no profile")
    scale = np.sqrt(np.outer(rows, columns))
    residuals = (dense / total - np.outer(rows, columns)) / scale
    left, values, right = np.linalg.svd(residuals, full_matrices=False)
    kept = min(min(dense.shape) - 1, axes or min(dense.shape) - 1)
    left, values, right = left[:, :kept], values[:kept], right[:kept].T
    signs = np.sign(right[np.abs(right).argmax(axis=0), np.arange(kept)])
    return Correspondence(
        inertias=values**2,
        total=float((residuals**2).sum()),
        row_masses=rows,
        column_masses=columns,
        rows=left * signs * values / np.sqrt(rows)[:, None],
        columns=right * signs * values / np.sqrt(columns)[:, None],
    )


def first_axis_order(table: sp.csr_array) -> Ints:
    """The rows of a table without empty row or column, ordered along the first axis; equal rows keep their order."""
    total = float(table.sum())
    rows = np.asarray(table.sum(axis=1)).ravel() / total
    columns = np.asarray(table.sum(axis=0)).ravel() / total
    axis = _first_left_vector(table, total, np.sqrt(rows), np.sqrt(columns))
    coordinates = axis / np.sqrt(rows)
    if coordinates[np.abs(coordinates).argmax()] < 0:
        coordinates = -coordinates
    scale = np.abs(coordinates).max() or 1.0
    return np.argsort(np.round(coordinates / scale, _TIE_DIGITS), kind="stable")


def _first_left_vector(table: sp.csr_array, total: float, rows: Floats, columns: Floats) -> Floats:
    """The first left singular vector of the standardised residuals, never formed when the table is large."""
    scaled = sp.csr_array(sp.diags_array(1 / rows) @ (table / total) @ sp.diags_array(1 / columns))
    if min(table.shape) <= _SMALL_SIDE:
        return _from_smaller_side(scaled, rows, columns)
    transposed = sp.csr_array(scaled.T)
    operator = LinearOperator(
        shape=table.shape,
        matvec=lambda x: scaled @ x.ravel() - rows * (columns @ x.ravel()),
        rmatvec=lambda y: transposed @ y.ravel() - columns * (rows @ y.ravel()),
        dtype=np.float64,
    )
    start = np.ones(min(table.shape)) / np.sqrt(min(table.shape))
    left, _, _ = svds(operator, k=1, v0=start + np.linspace(0, 1e-3, len(start)), return_singular_vectors="u")
    return np.asarray(left[:, 0])


def _from_smaller_side(scaled: sp.csr_array, rows: Floats, columns: Floats) -> Floats:
    """The same vector from the products of the smaller side, whose trivial axis (the square roots of the masses) is taken out.

    The largest eigenvalue keeps all its digits in the products: only those near zero would lose some.
    """
    if scaled.shape[0] <= scaled.shape[1]:
        products = np.asarray((scaled @ scaled.T).todense()) - np.outer(rows, rows)
        return _last_vector(products)
    products = np.asarray((scaled.T @ scaled).todense()) - np.outer(columns, columns)
    right = _last_vector(products)
    return np.asarray(scaled @ right - rows * (columns @ right))


def _last_vector(symmetric: Floats) -> Floats:
    size = len(symmetric)
    _, vectors = scipy.linalg.eigh(symmetric, subset_by_index=(size - 1, size - 1))
    return np.asarray(vectors[:, 0])
