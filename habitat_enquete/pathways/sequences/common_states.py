"""Constant costs, where replacing is removing and adding: counting the states that two paths have in common, in order.

A row of the dynamic programme is kept as bits (Hyyrö, « Bit-parallel LCS-length computation revisited », 2004), two words of 63 months;
64 paths go side by side in the processor's vectors, and rows are kept from one path to the next for the prefix that they share.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.alignment import row_start, shared_prefixes
from habitat_enquete.pathways.sequences.compiled import compiled
from habitat_enquete.pathways.sequences.states import Codes

# Sixty-three bits hold months, the last one what is carried to the next word.
_WORD: Final = 63
LONGEST: Final = 2 * _WORD
LANES: Final = 64

Words = NDArray[np.uint64]


def indels_apart(codes: Codes, *, dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """How many states to remove and to add between sequences of at most `LONGEST` states (rows of `codes`, negative = void).

    Returns: the upper triangle, row after row, shape (n (n - 1) / 2,).
    """
    n, width = codes.shape
    lengths = (codes >= 0).sum(axis=1).astype(np.int64)
    shared = shared_prefixes(codes)
    states = int(codes.max(initial=-1)) + 1
    rows = np.empty((width + 1, 2 * LANES), dtype=np.uint64)
    triangle = np.empty(n * (n - 1) // 2, dtype=dtype)
    for first in range(0, n, LANES):
        places = np.zeros((states, 2 * LANES), dtype=np.uint64)
        out = np.empty((n - first, LANES), dtype=np.int64)
        _count(codes, lengths, shared, first, places, rows, out)
        for lane in range(min(LANES, n - first - 1)):
            begin = row_start(first + lane, n)
            triangle[begin : begin + n - first - lane - 1] = out[lane + 1 :, lane]
    return triangle


@compiled
def _count(
    codes: Codes,
    lengths: NDArray[np.int64],
    shared: NDArray[np.int64],
    first: int,
    places: Words,
    rows: Words,
    out: NDArray[np.int64],
) -> None:
    """Distances of sequences `first`… (one per lane) to every sequence from `first` on, into `out` (sequence, lane).

    `places` (states, 2 × LANES) receives where each state is in the sequence of each lane; a zero bit of `rows` is a state in common.
    """
    n = codes.shape[0]
    full, top, one = np.uint64(0x7FFFFFFFFFFFFFFF), np.uint64(63), np.uint64(1)
    two, four, last_byte = np.uint64(2), np.uint64(4), np.uint64(56)
    ones, pairs = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
    fours, bytes_ = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)
    for lane in range(LANES):
        sequence = min(first + lane, n - 1)
        for month in range(lengths[sequence]):
            places[codes[sequence, month], month // _WORD * LANES + lane] |= one << np.uint64(month % _WORD)
    for cell in range(2 * LANES):
        rows[0, cell] = full
    for sequence in range(first, n):
        start = 0 if sequence == first else shared[sequence]
        for month in range(start, lengths[sequence]):
            held, before, after = places[codes[sequence, month]], rows[month], rows[month + 1]
            for lane in range(LANES):
                low, high = before[lane], before[lane + LANES]
                met_low, met_high = low & held[lane], high & held[lane + LANES]
                sum_low = low + met_low
                sum_high = high + met_high + (sum_low >> top)
                after[lane] = (sum_low | (low - met_low)) & full
                after[lane + LANES] = (sum_high | (high - met_high)) & full
        last, line = rows[lengths[sequence]], out[sequence - first]
        for lane in range(LANES):
            line[lane] = lengths[sequence] + lengths[min(first + lane, n - 1)]
        for cell in range(2 * LANES):
            bits = ~last[cell] & full
            bits = bits - ((bits >> one) & ones)
            bits = (bits & pairs) + ((bits >> two) & pairs)
            bits = (bits + (bits >> four)) & fours
            line[cell % LANES] -= np.int64(2) * np.int64((bits * bytes_) >> last_byte)
