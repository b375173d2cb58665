"""How long people stay in temporary housing, for the figure and the tables: everybody, then each public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.profiles import EVERYBODY, values
from habitat_enquete.pathways.run import PathwaysResult
from habitat_enquete.pathways.sequences.states import Floats
from habitat_enquete.pathways.sequences.survival import Survival, kaplan_meier, temporary_stays

MINIMUM: Final = 5


@dataclass(frozen=True, slots=True)
class Stays:
    """The stays of a group in temporary housing, and their survival; None when there are too few."""

    kind: str
    label: str
    stays: int
    ended: int
    curve: Survival | None


def temporary(result: PathwaysResult) -> list[Stays]:
    """Stays in temporary housing of everybody, then of each public that had any."""
    states = [state for state in result.alphabet.ids if result.alphabet.is_temporary(state)]
    durations, ended, people = temporary_stays(result.pathways, states)
    found = []
    if durations.size:
        found.append(_of_stays("ensemble", "Ensemble", durations, ended))
    for profile in result.profiles:
        if profile.kind not in ("type", EVERYBODY):
            own = np.array(
                [profile.id in values(result.pathways[p], profile.kind) for p in people], dtype=bool
            )
            if own.any():
                found.append(_of_stays(profile.kind, profile.label, durations[own], ended[own]))
    return found


def _of_stays(kind: str, label: str, durations: Floats, ended: NDArray[np.bool_]) -> Stays:
    enough = durations.size >= MINIMUM and bool(ended.any())
    curve = kaplan_meier(durations, ended) if enough else None
    return Stays(kind, label, int(durations.size), int(ended.sum()), curve)


def survival(result: PathwaysResult) -> dict[str, Survival]:
    """Kaplan-Meier of temporary housing: everybody, then each public with enough stays."""
    return {each.label: each.curve for each in temporary(result) if each.curve is not None}
