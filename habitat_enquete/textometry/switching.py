"""Improving a cut: rows change sides as long as the χ² between the two vocabularies grows.

Below `BATCH_ROWS` rows the best single move is made each time, as in Reinert's method. Above, whole batches of improving rows
move at once, each batch kept only if the χ² really grows, and single moves finish: the end is the same kind of optimum (no
single move improves it), reached in a few passes.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BATCH_ROWS: Final = 20_000
# A gain below this, relative to the χ², is rounding noise: moving on it could go on for ever.
_RELATIVE_GAIN: Final = 1e-12


class _Halves:
    """A cut under improvement, with the sums from which the χ² after any move is known at once."""

    def __init__(self, table: sp.csr_array, first: Bools, floor: int) -> None:
        self.table, self.first, self.floor = table, first.copy(), max(floor, 1)
        self.by_column = sp.csc_array(table)
        self.sizes = np.diff(table.indptr).astype(float)
        self.total = float(table.nnz)
        self.inverse = 1 / np.bincount(table.indices, minlength=table.shape[1])
        self.own = table @ self.inverse
        self.refresh()

    def refresh(self) -> None:
        """Recompute every sum from the cut itself."""
        self.counts = self.table.T @ self.first.astype(float)
        self.weights = self.table @ (self.counts * self.inverse)
        self.spread = float((self.counts**2 * self.inverse).sum())
        self.first_total = float(self.sizes[self.first].sum())
        self.first_size = int(self.first.sum())
        self.chi2 = float(self._chi2(np.array([self.spread]), np.array([self.first_total]))[0])

    def _chi2(self, spread: Floats, first_total: Floats) -> Floats:
        product = first_total * (self.total - first_total)
        return np.divide(
            self.total * (self.total * spread - first_total**2),
            product,
            out=np.full_like(product, -1.0),
            where=product > 0,
        )

    def after_moves(self) -> Floats:
        """The χ² that moving each row alone would give; −1 for a row whose side would become too small."""
        sign = np.where(self.first, -1.0, 1.0)
        chi2 = self._chi2(
            self.spread + sign * 2 * self.weights + self.own, self.first_total + sign * self.sizes
        )
        if self.first_size <= self.floor:
            chi2[self.first] = -1.0
        if len(self.first) - self.first_size <= self.floor:
            chi2[~self.first] = -1.0
        return chi2

    def move(self, row: int) -> None:
        """Move one row to the other side, updating only what shares a term with it."""
        sign = -1.0 if self.first[row] else 1.0
        terms = self.table.indices[self.table.indptr[row] : self.table.indptr[row + 1]]
        self.spread += sign * 2 * self.weights[row] + self.own[row]
        self.first_total += sign * self.sizes[row]
        self.first_size += int(sign)
        self.counts[terms] += sign
        self.first[row] = not self.first[row]
        starts, ends = self.by_column.indptr[terms], self.by_column.indptr[terms + 1]
        for term, start, end in zip(terms, starts, ends, strict=True):
            self.weights[self.by_column.indices[start:end]] += sign * self.inverse[term]


def switch(
    table: sp.csr_array, first: Bools, *, floor: int = 0, sweeps: bool = False
) -> tuple[Bools, float, int]:
    """Move rows between the two halves of a presence table until no single move raises the χ².

    Args: `table` without empty row or column; `first` tells the rows of the first half; `floor` the rows each half must keep;
    `sweeps` takes the rows in order and moves each that improves the cut, as IRaMuTeQ does, instead of the best one each time.
    Returns: the improved halves, the χ² of that very partition, and how many rows were moved.
    """
    halves = _Halves(table, first, floor)
    if sweeps:
        moves = _sweeps(halves)
        halves.refresh()
        return halves.first, halves.chi2, moves
    moves = _batches(halves) if table.shape[0] > BATCH_ROWS else 0
    while True:
        chi2 = halves.after_moves()
        row = int(np.argmax(chi2))
        if not chi2[row] > halves.chi2 * (1 + _RELATIVE_GAIN):
            break
        halves.move(row)
        halves.chi2 = float(chi2[row])
        moves += 1
    halves.refresh()
    return halves.first, halves.chi2, moves


def _sweeps(halves: _Halves) -> int:
    """Pass over the rows in order, moving each that raises the χ², until a whole pass moves none; gives the number of moves."""
    moves, position, still = 0, 0, 0
    rows = len(halves.first)
    while still < rows:
        improved = halves.after_moves()[position:] > halves.chi2 * (1 + _RELATIVE_GAIN)
        step = int(np.argmax(improved)) if improved.any() else len(improved)
        still += step
        if step < len(improved) and still < rows:
            halves.chi2 = float(halves.after_moves()[position + step])
            halves.move(position + step)
            moves, still = moves + 1, 0
            step += 1
        position = (position + step) % rows
    return moves


def _batches(halves: _Halves) -> int:
    """Move improving rows many at a time, halving the batch whenever it does not pay; gives the number of moves."""
    moves = 0
    share = 1.0
    while True:
        gains = halves.after_moves() - halves.chi2
        improving = np.flatnonzero(gains > halves.chi2 * _RELATIVE_GAIN)
        size = int(len(improving) * share)
        if size < 2:
            return moves
        batch = improving[np.argsort(-gains[improving], kind="stable")[:size]]
        before, chi2 = halves.first.copy(), halves.chi2
        halves.first[batch] = ~halves.first[batch]
        halves.refresh()
        enough = min(halves.first_size, len(halves.first) - halves.first_size) >= halves.floor
        if halves.chi2 > chi2 and enough:
            moves += size
        else:
            halves.first = before
            halves.refresh()
            share /= 2
