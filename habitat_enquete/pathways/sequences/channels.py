"""Types of paths over several dimensions of life at once: tenure, place and household.

Every channel holds the same people over the same months; what a channel does not know is the state `inconnu`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from habitat_enquete.model.pathway import Episode, Pathway
from habitat_enquete.pathways.episodes.communes import Gazetteer, scale
from habitat_enquete.pathways.sequences.building import sequences
from habitat_enquete.pathways.sequences.costs import costs
from habitat_enquete.pathways.sequences.distances import multichannel
from habitat_enquete.pathways.sequences.quality import quality
from habitat_enquete.pathways.sequences.stability import bootstrap
from habitat_enquete.pathways.sequences.typology import group
from habitat_enquete.pathways.settings import Settings

CHANNELS: Final = ("tenure", "place", "household")
UNKNOWN: Final = "inconnu"
_LARGEST: Final = 500
_DRAWS: Final = 20
# Fewer people than this are no type: they are cases.
_SMALLEST: Final = 5


@dataclass(frozen=True, slots=True)
class ChannelTypes:
    """Types over several channels. `groups`: person → type (1, 2…), empty when none is solid; `medoids`: type → its real path.

    `silhouette` and `stability` (adjusted Rand index over bootstrap draws) are those of the number of types kept; `verdict` is for
    readers.
    """

    channels: tuple[str, ...]
    people: int
    silhouette: float | None
    stability: float | None
    groups: Mapping[str, int]
    medoids: Mapping[int, str]
    verdict: str


def study_channels(
    pathways: Mapping[str, Pathway],
    names: Sequence[str],
    gazetteer: Gazetteer,
    settings: Settings,
    weights: Mapping[str, float] | None = None,
) -> ChannelTypes:
    """Group people by several channels of their paths, each of equal weight, by the thresholds of the typology by tenure.

    Raises: ValueError when a channel is not one of `CHANNELS`.
    """
    read = [_channel(pathways, name, gazetteer) for name in names]
    built = []
    for channel in read:
        states = sorted({e.tenure or UNKNOWN for p in channel.values() for e in p.episodes})
        line = sequences(channel, states, clock=settings.clock, unit=settings.unit, weights=weights)
        built.append(line.with_missing_state() if line.has_missing() else line)
    first, chosen = built[0], tuple(names)
    n = len(first)
    if not settings.minimum <= n <= _LARGEST:
        bound = f"moins de {settings.minimum}" if n < settings.minimum else f"plus de {_LARGEST}"
        why = f"Pas de typologie par dimensions croisées : {n} parcours, {bound}."
        return ChannelTypes(chosen, n, None, None, {}, {}, why)
    tables = [costs(channel, settings.cost) for channel in built]
    between = multichannel(built, cost=tables, weights=[1.0] * len(built), norm=settings.norm)
    most = min(settings.largest, between.size - 1, n // 5)
    if most < 2:
        why = "Pas de typologie par dimensions croisées : trop peu de parcours différents."
        return ChannelTypes(chosen, n, None, None, {}, {}, why)
    square = between.square().astype(float)
    tried = [group(between, k, weights=first.weights, starts=10) for k in range(2, most + 1)]
    tried = [each for each in tried if np.bincount(each.groups).min() >= _SMALLEST] or tried[:1]
    silhouettes = [quality(square, each.groups, first.weights).ASWw for each in tried]
    best = max(range(len(tried)), key=silhouettes.__getitem__)
    kept, seen = tried[best], silhouettes[best]
    stable = bootstrap(between, kept, weights=first.weights, draws=_DRAWS).rand
    measured = f"silhouette {seen:.2f}, stabilité {stable:.2f}, {n} parcours".replace(".", ",")
    if not (seen >= settings.silhouette and stable >= settings.stability):
        why = f"Pas de typologie solide par dimensions croisées ({measured})."
        return ChannelTypes(chosen, n, seen, stable, {}, {}, why)
    groups = {person: int(g) + 1 for person, g in zip(first.ids, kept.groups, strict=True)}
    medoids = {rank + 1: first.ids[row] for rank, row in enumerate(kept.medoids)}
    verdict = f"{kept.k} types par dimensions croisées ({measured})."
    return ChannelTypes(chosen, n, seen, stable, groups, medoids, verdict)


def _channel(pathways: Mapping[str, Pathway], name: str, gazetteer: Gazetteer) -> dict[str, Pathway]:
    """The pathways with the state of a channel in place of the tenure."""
    if name not in CHANNELS:
        raise ValueError(f"unknown channel: {name}")
    found = {}
    for person, pathway in pathways.items():
        last = pathway.episodes[-1] if pathway.episodes else None
        episodes = tuple(replace(e, tenure=_state(e, last, name, gazetteer)) for e in pathway.episodes)
        found[person] = replace(pathway, episodes=episodes)
    return found


def _state(episode: Episode, last: Episode | None, name: str, gazetteer: Gazetteer) -> str:
    """The state of an episode: its tenure, its household, or how far it lies from the last dwelling."""
    if name == "tenure":
        return episode.tenure or UNKNOWN
    if name == "household":
        return episode.household or UNKNOWN
    ends = (gazetteer.communes.get(each.commune or "") for each in (episode, last) if each)
    return scale(*ends) or UNKNOWN
