"""How unlike two paths are.

Every distance is computed once per pair of distinct sequences and kept as one triangle. Names and definitions are those of
R TraMineR 2.2, whose figures are reproduced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.alignment import optimal_matching, row_start, to_references
from habitat_enquete.pathways.sequences.common_states import LONGEST, indels_apart
from habitat_enquete.pathways.sequences.costs import CostMethod, Costs, costs, dynamic_costs
from habitat_enquete.pathways.sequences.states import (
    VOID,
    Codes,
    Floats,
    Sequences,
    distinct,
    distinct_states,
)

# Beyond this many distinct sequences, distances are computed and kept in single precision (7 digits).
_DOUBLE_UP_TO: Final = 1_500
_ONE_BYTE: Final = 255


class Method(StrEnum):
    """The families of distances. OM_DSS compares the order of states, durations forgotten."""

    OM = "OM"
    OM_DSS = "OM_DSS"
    LCS = "LCS"
    HAM = "HAM"
    DHD = "DHD"
    LCP = "LCP"
    RLCP = "RLCP"
    CHI2 = "CHI2"
    EUCLID = "EUCLID"


class Norm(StrEnum):
    """How a distance is brought to a scale free of lengths. AUTO: `GMEAN` for LCS, LCP and RLCP, else `MAXLENGTH`."""

    NONE = "none"
    AUTO = "auto"
    MAXLENGTH = "maxlength"
    GMEAN = "gmean"
    MAXDIST = "maxdist"
    YUJIANBO = "YujianBo"


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """Distances between n sequences, kept as the triangle of those between distinct ones.

    `triangle` is row after row, shape (u (u - 1) / 2,); `index`, shape (n,), says which distinct sequence each one is.
    """

    triangle: NDArray[Any]
    index: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.index.size)

    @property
    def size(self) -> int:
        """How many distinct sequences."""
        return int((1 + np.sqrt(1 + 8 * self.triangle.size)) / 2 + 0.5)

    def distinct_square(self) -> NDArray[Any]:
        """The symmetric matrix between distinct sequences, in the precision they are kept in."""
        u = self.size
        square = np.zeros((u, u), dtype=self.triangle.dtype)
        for row in range(u - 1):
            begin = row_start(row, u)
            square[row, row + 1 :] = self.triangle[begin : begin + u - row - 1]
            square[row + 1 :, row] = square[row, row + 1 :]
        return square

    def square(self) -> Floats:
        """The symmetric matrix between all n sequences, float64."""
        return self.distinct_square().astype(np.float64)[np.ix_(self.index, self.index)]


def distances(
    sequences: Sequences,
    method: Method | str = Method.OM,
    *,
    cost: CostMethod | Costs | str = CostMethod.INDELSLOG,
    indel: float | None = None,
    norm: Norm | str = Norm.NONE,
    step: int = 1,
    dtype: type[np.floating[Any]] | None = None,
) -> Distances:
    """Distances between all pairs of sequences.

    Gaps are one more state; trailing voids make lengths unequal and are never a state.

    Args:
        cost: how costs are drawn from the sequences, or the costs themselves (OM, OM_DSS, HAM).
        indel: one insertion cost for all states, instead of the one `cost` gives.
        step: how many units make an interval (CHI2, EUCLID).

    Raises: ValueError when the method compares date by date and lengths differ.
    """
    method, norm = Method(method), Norm(norm)
    if method is Method.OM_DSS:
        return distances(
            distinct_states(sequences, with_missing=sequences.has_missing()),
            cost=_costs_of(sequences, cost, indel),
            norm=norm,
            dtype=dtype,
        )
    source = sequences.with_missing_state() if sequences.has_missing() else sequences
    unique = distinct(source)
    kind = dtype or (np.float64 if len(unique.codes) <= _DOUBLE_UP_TO else np.float32)
    triangle, ceiling = _raw(sequences, source, unique.codes, method, cost, indel, step, kind)
    if norm is not Norm.NONE:
        triangle = _normalised(triangle, ceiling, (unique.codes >= 0).sum(axis=1), _resolved(norm, method))
    return Distances(triangle.astype(kind, copy=False), unique.index)


Ceiling = Callable[[Floats, Floats], Floats]


def _raw(
    sequences: Sequences,
    source: Sequences,
    codes: Codes,
    method: Method,
    cost: CostMethod | Costs | str,
    indel: float | None,
    step: int,
    kind: type[np.floating[Any]],
) -> tuple[NDArray[Any], Ceiling]:
    """The triangle, and the greatest distance possible between two sequences of given lengths."""
    match method:
        case Method.OM:
            table = _costs_of(sequences, cost, indel)
            return _matching(codes, table, kind), _om_ceiling(table)
        case Method.LCS:
            table = costs(source, CostMethod.CONSTANT, value=2.0, indel=1.0)
            return _matching(codes, table, kind), lambda a, b: a + b
        case Method.HAM | Method.DHD:
            _same_lengths(codes, method)
            by_date = (
                dynamic_costs(sequences) if method is Method.DHD else _hamming_costs(source, cost, codes)
            )
            worst = float(by_date.max(axis=(1, 2)).sum()) if by_date.size else 0.0
            return _by_date(codes, by_date, kind), lambda a, b: np.full(np.broadcast(a, b).shape, worst)
        case Method.LCP | Method.RLCP:
            return _common_prefix(codes, reverse=method is Method.RLCP), lambda a, b: a + b
        case Method.CHI2 | Method.EUCLID:
            _same_lengths(codes, method)
            profile = _profiles(source, codes, step, chi_square=method is Method.CHI2)
            worst = float(np.sqrt(2.0 * -(-codes.shape[1] // step)))
            return _euclid(profile), lambda a, b: np.full(np.broadcast(a, b).shape, worst)
        case _:  # OM_DSS was turned into OM
            raise AssertionError(method)


def to_some(sequences: Sequences, rows: Sequence[int], cost: Costs, norm: Norm) -> Floats:
    """Optimal matching distances of every sequence to those of some `rows`, shape (n, rows)."""
    source = sequences.with_missing_state() if sequences.has_missing() else sequences
    unique = distinct(source)
    few = source.codes[list(rows)]
    raw = to_references(unique.codes, few, cost).astype(np.float64)
    if norm is not Norm.NONE:
        own = (unique.codes >= 0).sum(axis=1).astype(float)[:, None]
        others = (few >= 0).sum(axis=1).astype(float)[None, :]
        own, others = np.broadcast_arrays(own, others)
        raw = _scaled(raw, _om_ceiling(cost)(own, others), own, others, _resolved(norm, Method.OM))
    return raw[unique.index]


def _costs_of(sequences: Sequences, cost: CostMethod | Costs | str, indel: float | None) -> Costs:
    if not isinstance(cost, Costs):
        return costs(sequences, cost, indel=indel)
    return cost if indel is None else Costs(cost.substitution, np.full(len(cost.indel), float(indel)))


def _matching(codes: Codes, table: Costs, kind: type[np.floating[Any]]) -> NDArray[Any]:
    """Optimal matching, by bit-parallel counting of common subsequences when replacing is inserting twice."""
    constant = table.constant
    if constant and constant[0] >= 2 * constant[1] and len(table.indel) < _ONE_BYTE:
        return _indel_distances(codes, constant[1], kind)
    return optimal_matching(codes, table, dtype=kind)


def _indel_distances(codes: Codes, indel: float, kind: type[np.floating[Any]]) -> NDArray[Any]:
    if codes.shape[1] <= LONGEST:
        triangle = indels_apart(codes, dtype=kind)
        triangle *= kind(indel)
        return triangle
    from rapidfuzz.distance import Indel
    from rapidfuzz.process import cdist

    # One byte per state: characters beyond are looked up in a hash table, twice as slowly.
    texts = [(line[line >= 0] + 1).astype(np.uint8).tobytes().decode("latin-1") for line in codes]
    n, block = len(texts), 32
    triangle = np.empty(n * (n - 1) // 2, dtype=kind)
    for first in range(0, n, block):
        found = cdist(texts[first : first + block], texts[first:], scorer=Indel.distance, dtype=np.uint16)
        for offset, line in enumerate(found):
            begin = row_start(first + offset, n)
            triangle[begin : begin + n - first - offset - 1] = line[offset + 1 :]
    triangle *= kind(indel)
    return triangle


def _om_ceiling(table: Costs) -> Ceiling:
    dearest = min(float(table.substitution.max(initial=0.0)), 2 * float(table.indel.max(initial=0.0)))
    indel = float(table.indel.max(initial=0.0))
    return lambda a, b: np.abs(a - b) * indel + dearest * np.minimum(a, b)


def _same_lengths(codes: Codes, method: Method) -> None:
    if (codes == VOID).any():
        raise ValueError(f"{method.value} compares paths date by date: all must have the same length")


def _hamming_costs(source: Sequences, cost: CostMethod | Costs | str, codes: Codes) -> Floats:
    """The substitution costs at each date, shape (length, states, states); 1 for constant costs."""
    if isinstance(cost, Costs):
        matrix = cost.substitution
    elif CostMethod(cost) is CostMethod.TRATE:
        matrix = costs(source, CostMethod.TRATE).substitution
    else:
        matrix = 1.0 - np.eye(len(source.alphabet))
    return np.broadcast_to(matrix, (codes.shape[1], *matrix.shape))


def _by_date(codes: Codes, table: Floats, kind: type[np.floating[Any]]) -> NDArray[Any]:
    """Sum over dates of the substitution cost at that date."""
    n = len(codes)
    triangle = np.empty(n * (n - 1) // 2, dtype=kind)
    dates = np.arange(codes.shape[1])
    for row in range(n - 1):
        own = table[dates, codes[row]]
        begin = row_start(row, n)
        triangle[begin : begin + n - row - 1] = own[dates[None, :], codes[row + 1 :]].sum(axis=1)
    return triangle


def _common_prefix(codes: Codes, *, reverse: bool) -> Floats:
    """Lengths of both minus twice that of their common beginning (or end)."""
    lengths = (codes >= 0).sum(axis=1)
    source = codes
    if reverse:
        pairs = zip(codes, lengths, strict=True)
        source = np.stack([np.concatenate((line[:length][::-1], line[length:])) for line, length in pairs])
    n, width = source.shape
    triangle = np.empty(n * (n - 1) // 2)
    for row in range(n - 1):
        same = (source[row + 1 :] == source[row]) & (source[row] >= 0)
        common = np.where(same.all(axis=1), width, np.argmin(same, axis=1))
        begin = row_start(row, n)
        triangle[begin : begin + n - row - 1] = lengths[row] + lengths[row + 1 :] - 2 * common
    return triangle


def _profiles(source: Sequences, codes: Codes, step: int, *, chi_square: bool) -> Floats:
    """Share of each interval spent in each state, scaled by its rarity for the chi-square. Shape (n, intervals × states)."""
    parts = []
    for start in range(0, codes.shape[1], step):
        shares = _shares(codes[:, start : start + step], len(source.alphabet))
        if chi_square:
            everyone = _shares(source.codes[:, start : start + step], len(source.alphabet))
            margin = source.weights @ everyone / source.weights.sum()
            kept = margin > 0
            shares = shares[:, kept] / np.sqrt(margin[kept])
        parts.append(shares)
    return np.hstack(parts)


def _shares(codes: Codes, size: int) -> Floats:
    return np.asarray((codes[:, :, None] == np.arange(size)).sum(axis=1) / codes.shape[1])


def _euclid(profile: Floats) -> Floats:
    from scipy.spatial.distance import pdist

    return np.asarray(pdist(profile))


def _resolved(norm: Norm, method: Method) -> Norm:
    if norm is not Norm.AUTO:
        return norm
    return Norm.GMEAN if method in (Method.LCS, Method.LCP, Method.RLCP) else Norm.MAXLENGTH


def _normalised(triangle: NDArray[Any], ceiling: Ceiling, lengths: NDArray[np.int64], norm: Norm) -> Floats:
    n = len(lengths)
    result = np.empty(triangle.size)
    for row in range(n - 1):
        begin = row_start(row, n)
        pairs = slice(begin, begin + n - row - 1)
        own, others = np.full(n - row - 1, float(lengths[row])), lengths[row + 1 :].astype(float)
        result[pairs] = _scaled(triangle[pairs].astype(float), ceiling(own, others), own, others, norm)
    return result


def _scaled(raw: Floats, ceiling: Floats, own: Floats, others: Floats, norm: Norm) -> Floats:
    """Source: A. Gabadinho et al., TraMineR (`seqdist`); L. Yujian & L. Bo, IEEE TPAMI 29, 2007, p. 1091-1095."""
    if norm is Norm.MAXLENGTH:
        return _ratio(raw, np.maximum(own, others))
    if norm is Norm.MAXDIST:
        return _ratio(raw, ceiling)
    if norm is Norm.YUJIANBO:
        return _ratio(2.0 * raw, raw + ceiling)
    mean = 2.0 * np.sqrt(own * others)
    empty = np.where(own == others, 0.0, 1.0)
    return np.where(mean > 0, 1.0 - _ratio(ceiling - raw, mean), empty)


def _ratio(over: Floats, under: Floats) -> Floats:
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)


def multichannel(
    channels: list[Sequences], *, cost: list[Costs], weights: list[float], norm: Norm | str = Norm.NONE
) -> Distances:
    """Optimal matching on several dimensions of life at once (tenure × place × household).

    States of the channels are combined; a combined state costs the weighted sum of what its parts cost.
    Source: J.-A. Gauthier et al., « Multichannel sequence analysis », *Sociological Methodology* 40, 2010, p. 1-38.

    Raises: ValueError when channels differ in their people or lengths.
    """
    combined, table = combine(channels, cost=cost, weights=weights)
    return distances(combined, Method.OM, cost=table, norm=norm)


def combine(channels: list[Sequences], *, cost: list[Costs], weights: list[float]) -> tuple[Sequences, Costs]:
    """Sequences of combined states (`hlm+seul`), and the weighted sum of the costs of their parts.

    Raises: ValueError when channels differ in their people or lengths.
    """
    sources = [channel.with_missing_state() if channel.has_missing() else channel for channel in channels]
    first = sources[0]
    voids = first.codes == VOID
    if any(s.codes.shape != first.codes.shape or ((s.codes == VOID) != voids).any() for s in sources):
        raise ValueError("channels must hold the same people over the same units")
    stacked = np.stack([s.codes for s in sources], axis=-1)
    met, index = np.unique(stacked[~voids], axis=0, return_inverse=True)
    codes = np.full(first.codes.shape, VOID, dtype=np.int16)
    codes[~voids] = index.reshape(-1)
    labels = tuple(
        "+".join(s.alphabet[code] for s, code in zip(sources, state, strict=True)) for state in met
    )
    substitution = sum(
        w * c.substitution[np.ix_(met[:, k], met[:, k])]
        for k, (w, c) in enumerate(zip(weights, cost, strict=True))
    )
    indel = sum(w * c.indel[met[:, k]] for k, (w, c) in enumerate(zip(weights, cost, strict=True)))
    combined = Sequences(codes, labels, first.ids, first.weights, first.positions)
    return combined, Costs(np.asarray(substitution, dtype=float), np.asarray(indel, dtype=float))
