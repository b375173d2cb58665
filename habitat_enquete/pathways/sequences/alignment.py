"""Optimal matching of many pairs at once.

Distinct sequences come in alphabetical order, so that each shares a prefix with the one before: the rows of the dynamic
programme computed for that prefix are kept. Thirty-two sequences are aligned side by side, one per lane of the processor's
vectors. Costs being symmetric, only one triangle is computed.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.compiled import compiled
from habitat_enquete.pathways.sequences.costs import Costs
from habitat_enquete.pathways.sequences.states import Codes

LANES: Final = 32
# Beyond this many bytes, keeping every row for the next sequence costs more (going to memory and back) than it saves.
_CACHE: Final = 3_500_000
_ROLLING: Final = 3


@compiled
def _align(
    codes: Codes,
    lengths: NDArray[np.int64],
    shared: NDArray[np.int64],
    first: int,
    substitution: NDArray[Any],
    indel: NDArray[Any],
    rows: NDArray[Any],
    lane_costs: NDArray[Any],
    lane_indels: NDArray[Any],
    out: NDArray[Any],
    keeps_rows: bool,
) -> None:
    """Distances of sequences `first`… (one per lane) to every sequence from `first` on, into `out` (sequence, lane).

    `rows` has shape (length + 1, (length + 1) * LANES), `lane_costs` (states, length * LANES): flat, because the compiler
    must know how far apart two cells are to treat the lanes together. Without `keeps_rows`, `rows` holds three rows only: the first,
    and two in turn; prefixes are then computed again.
    """
    n = codes.shape[0]
    width = 0
    for lane in range(LANES):
        sequence = min(first + lane, n - 1)
        width = max(width, lengths[sequence])
        for column in range(lengths[sequence]):
            lane_indels[column * LANES + lane] = indel[codes[sequence, column]]
            for state in range(len(indel)):
                lane_costs[state, column * LANES + lane] = substitution[state, codes[sequence, column]]
    for cell in range(width * LANES):
        rows[0, cell + LANES] = rows[0, cell] + lane_indels[cell]
    for sequence in range(first, n):
        start = 0 if sequence == first or not keeps_rows else shared[sequence]
        for row in range(start, lengths[sequence]):
            state = codes[sequence, row]
            step = indel[state]
            before, after = row, row + 1
            if not keeps_rows:
                before, after = (0 if row == 0 else 2 - row % 2), 1 + row % 2
            above, current, replaced = rows[before], rows[after], lane_costs[state]
            for lane in range(LANES):
                current[lane] = above[lane] + step
            for cell in range(width * LANES):
                by_replacing = above[cell] + replaced[cell]
                by_removing = above[cell + LANES] + step
                by_adding = current[cell] + lane_indels[cell]
                best = by_replacing if by_replacing < by_removing else by_removing
                current[cell + LANES] = best if best < by_adding else by_adding
        for lane in range(LANES):
            own = lengths[min(first + lane, n - 1)]
            last = lengths[sequence]
            if not keeps_rows and last > 0:
                last = 2 - last % 2
            out[sequence - first, lane] = rows[last, own * LANES + lane]


def shared_prefixes(codes: Codes) -> NDArray[np.int64]:
    """How many first states each row shares with the row before."""
    differs = codes[1:] != codes[:-1]
    prefix = np.where(differs.any(axis=1), differs.argmax(axis=1), codes.shape[1])
    return np.concatenate(([0], prefix)).astype(np.int64)


def optimal_matching(
    codes: Codes, costs: Costs, *, dtype: type[np.floating[Any]] = np.float64, workers: int | None = None
) -> NDArray[Any]:
    """Optimal matching distances between distinct sequences in alphabetical order (rows of `codes`, negative = void).

    Returns: the upper triangle, row after row, shape (n (n - 1) / 2,), computed and kept in `dtype`.
    """
    n, width = codes.shape
    lengths = (codes >= 0).sum(axis=1).astype(np.int64)
    triangle = np.empty(n * (n - 1) // 2, dtype=dtype)
    tables = (
        np.ascontiguousarray(costs.substitution, dtype=dtype),
        np.ascontiguousarray(costs.indel, dtype=dtype),
    )
    shared = shared_prefixes(codes)

    def block(first: int) -> None:
        rows = _rows(width, dtype)
        lane_costs = np.zeros((len(costs.indel), width * LANES), dtype=dtype)
        lane_indels = np.zeros(width * LANES, dtype=dtype)
        out = np.empty((n - first, LANES), dtype=dtype)
        _align(
            codes, lengths, shared, first, *tables, rows, lane_costs, lane_indels, out, len(rows) > _ROLLING
        )
        for lane in range(min(LANES, n - first - 1)):
            line = first + lane
            begin = row_start(line, n)
            triangle[begin : begin + n - line - 1] = out[lane + 1 :, lane]

    with ThreadPoolExecutor(workers or available_cores()) as pool:
        list(pool.map(block, range(0, n, LANES)))
    return triangle


def to_references(codes: Codes, references: Codes, costs: Costs) -> NDArray[np.float32]:
    """Optimal matching distances of each sequence of `codes` to a few `references`, shape (n, references).

    Sequences in alphabetical order go faster.
    """
    width = max(codes.shape[1], references.shape[1])
    parts = []
    for begin in range(0, len(references), LANES):
        lanes = references[begin : begin + LANES]
        both = np.full((len(lanes) + len(codes), width), -2, dtype=np.int16)
        both[: len(lanes), : lanes.shape[1]] = lanes
        both[len(lanes) :, : codes.shape[1]] = codes
        lengths = (both >= 0).sum(axis=1).astype(np.int64)
        rows = _rows(width, np.float32)
        lane_costs = np.zeros((len(costs.indel), width * LANES), dtype=np.float32)
        out = np.empty((len(both), LANES), dtype=np.float32)
        tables = costs.substitution.astype(np.float32), costs.indel.astype(np.float32)
        shared = shared_prefixes(both)
        lane_indels = np.zeros(width * LANES, np.float32)
        keeps_rows = len(rows) > _ROLLING
        _align(both, lengths, shared, 0, *tables, rows, lane_costs, lane_indels, out, keeps_rows)
        parts.append(out[len(lanes) :, : len(lanes)])
    return np.concatenate(parts, axis=1)


def _rows(width: int, dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """Room for all rows of the dynamic programme when they fit in the processor's cache, else for three."""
    size = (width + 1) * LANES
    fits = (width + 1) * size * np.dtype(dtype).itemsize <= _CACHE
    return np.zeros((width + 1 if fits and width >= _ROLLING else _ROLLING, size), dtype=dtype)


def row_start(row: int, n: int) -> int:
    """Where the pairs (row, row + 1), (row, row + 2)… of n items begin in a triangle kept row after row."""
    return row * (2 * n - row - 1) // 2


def available_cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
