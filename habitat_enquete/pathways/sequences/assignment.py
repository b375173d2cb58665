"""Everybody's type when types were found among some: that of the nearest typical path."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.costs import Costs
from habitat_enquete.pathways.sequences.distances import Method, Norm, distances, to_some
from habitat_enquete.pathways.sequences.states import Sequences


def nearest(
    everyone: Sequences, typical: Sequence[str], method: Method, cost: Costs, norm: Norm
) -> NDArray[np.int64]:
    """The group of each path: the rank of the typical path (by person) it is nearest to.

    Optimal matching compares all at once; other distances, which are cheap, pair by pair.
    """
    rows = [everyone.ids.index(person) for person in typical]
    if method is Method.OM:
        return np.asarray(to_some(everyone, rows, cost, norm).argmin(axis=1), dtype=np.int64)
    gaps = np.empty((len(everyone), len(rows)))
    for at in range(len(everyone)):
        own = distances(everyone.take([*rows, at]), method, cost=cost, norm=norm).square()
        gaps[at] = own[-1, :-1]
    return np.asarray(gaps.argmin(axis=1), dtype=np.int64)
