"""What it costs to replace a state by another, or to insert one: the choice that makes the distance.

Sources: A. Gabadinho, G. Ritschard, M. Studer, N. Müller, *Mining sequence data in R with the TraMineR package*, 2011;
M. Studer & G. Ritschard, « What matters in differences between life trajectories », JRSS A 179, 2016, p. 481-511.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from habitat_enquete.pathways.sequences.descriptive import transition_rates
from habitat_enquete.pathways.sequences.states import MISSING, Floats, Sequences

_MISSING_COST: Final = 2.0


class CostMethod(StrEnum):
    """How costs are set: all alike, from transition rates, from the rarity of states, or from what follows each state."""

    CONSTANT = "CONSTANT"
    TRATE = "TRATE"
    INDELSLOG = "INDELSLOG"
    INDELS = "INDELS"
    FUTURE = "FUTURE"


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """`substitution` has shape (states, states), symmetric, zero on its diagonal; `indel` shape (states,).

    When gaps are states they come last in both.
    """

    substitution: Floats
    indel: Floats

    @property
    def constant(self) -> tuple[float, float] | None:
        """(substitution, indel) when all states cost the same, else None."""
        off = self.substitution[~np.eye(len(self.indel), dtype=bool)]
        if off.size and np.ptp(off) == 0 and np.ptp(self.indel) == 0:
            return float(off[0]), float(self.indel[0])
        return None


def custom(substitution: Floats, indel: float | Floats | None = None) -> Costs:
    """Costs that the analyst decided; half the largest substitution when `indel` is not given.

    Raises: ValueError when the matrix is not square, symmetric, non-negative and zero on its diagonal.
    """
    matrix = np.asarray(substitution, dtype=float)
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
    if (
        not square
        or (matrix < 0).any()
        or np.diag(matrix).any()
        or not np.allclose(matrix, matrix.T, atol=1e-12)
    ):
        raise ValueError(
            "substitution costs must be square, symmetric, non-negative, with zeros on the diagonal"
        )
    value = matrix.max(initial=0.0) / 2 if indel is None else indel
    return Costs(matrix, np.broadcast_to(np.asarray(value, dtype=float), matrix.shape[:1]).copy())


def costs(
    sequences: Sequences,
    method: CostMethod | str = CostMethod.INDELSLOG,
    *,
    value: float = 2.0,
    indel: float | None = None,
    lag: int = 1,
) -> Costs:
    """Costs drawn from the sequences themselves, weighted by their weights.

    Args:
        value: the substitution cost (CONSTANT), or the cost from which transition rates are taken off (TRATE).
        indel: one cost for all insertions; by default half the largest substitution, or each state's own (INDELS*).

    When some sequence has gaps, they are one more state; replacing it costs 2 except for INDELS*, where its own rarity
    decides.
    """
    method = CostMethod(method)
    with_missing = sequences.has_missing()
    if method in (CostMethod.INDELS, CostMethod.INDELSLOG):
        own = _rarity(sequences.with_missing_state() if with_missing else sequences, method)
        pairs = own[:, None] + own[None, :]
        np.fill_diagonal(pairs, 0.0)
        return Costs(pairs, own if indel is None else np.full(len(own), float(indel)))
    matrix = _substitution(sequences, method, value, lag)
    if with_missing:
        matrix = np.pad(matrix, (0, 1), constant_values=_MISSING_COST)
        matrix[-1, -1] = 0.0
    return custom(matrix, indel)


def _substitution(sequences: Sequences, method: CostMethod, value: float, lag: int) -> Floats:
    size = len(sequences.alphabet)
    if method is CostMethod.CONSTANT:
        matrix = np.full((size, size), float(value))
    else:
        rates = transition_rates(sequences, lag=lag)
        matrix = _future(rates) if method is CostMethod.FUTURE else np.maximum(value - rates - rates.T, 0.0)
    np.fill_diagonal(matrix, 0.0)
    return matrix


def _future(rates: Floats) -> Floats:
    """Chi-square distance between what follows each state."""
    margin = rates.sum(axis=0)
    kept = margin > 0
    scaled = rates[:, kept] / np.sqrt(margin[kept])
    return np.asarray(np.sqrt(((scaled[:, None, :] - scaled[None, :, :]) ** 2).sum(axis=2)))


def _rarity(sequences: Sequences, method: CostMethod) -> Floats:
    """Insertion costs: the rarer a state in the whole of the months lived, the dearer."""
    size = len(sequences.alphabet)
    share = np.array(
        [((sequences.codes == state) * sequences.weights[:, None]).sum() for state in range(size)]
    )
    total = share.sum()
    share = share / total if total else share
    if method is CostMethod.INDELSLOG:
        return np.asarray(np.log(2.0 / (1.0 + share)))
    rarity = np.divide(1.0, share, out=np.zeros(size), where=share > 0)
    # A state nobody meets costs as much as the rarest one: it can never be paid.
    return np.asarray(np.where(share > 0, rarity, rarity.max(initial=0.0)))


def dynamic_costs(sequences: Sequences, *, value: float = 4.0) -> Floats:
    """Substitution costs of each unit of time, for the dynamic Hamming distance. Shape (length, states, states).

    Taken from the transition rates towards and from each position. Gaps, if any, are one more state.
    Source: L. Lesnard, « Setting cost in optimal matching », *Sociological Methods & Research* 38, 2010, p. 389-419.
    """
    source = sequences.with_missing_state() if (sequences.codes == MISSING).any() else sequences
    width, size = source.codes.shape[1], len(source.alphabet)
    rates = np.stack([transition_rates(source, at=position) for position in range(width - 1)])
    both = rates + rates.transpose(0, 2, 1)
    matrix = np.full((width, size, size), float(value))
    if width > 1:
        # The first and last dates have one neighbour, which counts twice.
        matrix -= np.concatenate((both[:1], both)) + np.concatenate((both, both[-1:]))
    matrix[:, np.arange(size), np.arange(size)] = 0.0
    return np.asarray(np.maximum(matrix, 0.0))
