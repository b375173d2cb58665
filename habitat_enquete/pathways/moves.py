"""Where, when and why people moved, and what they said held them back or helped at that moment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from habitat_enquete.model.codebook import Codebook, Polarity
from habitat_enquete.model.pathway import Episode, Move, Pathway, PlacedCoding
from habitat_enquete.pathways.episodes.areas import department_name
from habitat_enquete.pathways.episodes.communes import Gazetteer, kilometres, scale

# Beyond this many characters from the quote of an episode, a passage speaks of something else.
_NEAR: Final = 1_500
_SPAN: Final = re.compile(r"^(.*)!(\d+):(\d+)$")
_ARRIVING: Final = frozenset({"projet", "recherche", "installation"})


def moves(
    pathway: Pathway,
    gazetteer: Gazetteer,
    codings: Sequence[PlacedCoding] = (),
    codebook: Codebook | None = None,
) -> list[Move]:
    """The moves of a pathway, with the barriers and opportunities met at each.

    A passage of an interview goes with the episode told nearest to it. What is said elsewhere (an open answer, an interview
    without dated episodes) goes with the last move when its code is about looking for a home or settling.
    """
    steps = [episode for episode in pathway.episodes if episode.main]
    met = _attached(steps, codings, codebook) if codebook else {}
    return [
        Move(
            respondent=pathway.respondent,
            origin=before.rank,
            destination=after.rank,
            date=after.start or before.end,
            motives=_motives(before, after),
            barriers=tuple(met.get((after.rank, Polarity.BARRIER), ())),
            opportunities=tuple(met.get((after.rank, Polarity.OPPORTUNITY), ())),
            scale=_scale(before, after, gazetteer),
            distance_km=kilometres(
                gazetteer.communes.get(before.commune or ""), gazetteer.communes.get(after.commune or "")
            ),
        )
        for before, after in pairwise(steps)
    ]


def _motives(before: Episode, after: Episode) -> tuple[str, ...]:
    """Why one was left and the other entered, each motive once."""
    leaving = tuple(part for part in before.attributes.get("leaving", "").split(";") if part)
    return tuple(dict.fromkeys((*leaving, *after.motives)))


def _scale(before: Episode, after: Episode, gazetteer: Gazetteer) -> str:
    abroad = [
        bool(each.place) and gazetteer.find(each.place).abroad for each in (before, after) if not each.commune
    ]
    if any(abroad):
        return "etranger"
    known = (gazetteer.communes.get(each.commune or "") for each in (before, after))
    return scale(*known)


def _attached(
    steps: Sequence[Episode], codings: Sequence[PlacedCoding], codebook: Codebook
) -> dict[tuple[int, Polarity], list[int]]:
    told: dict[str, list[tuple[int, int]]] = {}
    for episode in steps:
        if match := _SPAN.match(episode.source):
            told.setdefault(match[1], []).append((int(match[2]), episode.rank))
    codes = {code.id: code for code in codebook}
    met: dict[tuple[int, Polarity], list[int]] = {}
    for coding in codings:
        code = codes.get(coding.code)
        if code is None or code.polarity is Polarity.NEUTRAL:
            continue
        rank = _nearest(coding, told.get(coding.document, ()))
        if rank is None and len(steps) > 1 and (not code.stages or _ARRIVING.intersection(code.stages)):
            rank = steps[-1].rank
        if rank is not None:
            met.setdefault((rank, code.polarity), []).append(coding.id)
    return met


def _nearest(coding: PlacedCoding, told: Sequence[tuple[int, int]]) -> int | None:
    near = [(abs(coding.start - start), rank) for start, rank in told if abs(coding.start - start) <= _NEAR]
    return min(near)[1] if near else None


def flows(
    pathways: Mapping[str, Pathway], made: Mapping[str, Sequence[Move]], level: str, gazetteer: Gazetteer
) -> dict[tuple[str, str], int]:
    """How many moves went from a place to another. `level`: commune, epci or tenure; unknown places are left out."""
    found: dict[tuple[str, str], int] = {}
    for person, steps in made.items():
        episodes = {episode.rank: episode for episode in pathways[person].episodes}
        for move in steps:
            pair = tuple(
                place_of(episodes[rank], level, gazetteer) for rank in (move.origin, move.destination)
            )
            if all(pair):
                found[pair[0], pair[1]] = found.get((pair[0], pair[1]), 0) + 1
    return found


def place_of(episode: Episode, level: str, gazetteer: Gazetteer) -> str:
    """Where a dwelling is, at a level: commune, epci (else its department), or its tenure; empty when unknown."""
    if level == "tenure":
        return episode.tenure or ""
    commune = gazetteer.communes.get(episode.commune or "")
    if level == "commune":
        return commune.name if commune else episode.place
    if commune is None:
        return "hors de France" if episode.place and gazetteer.find(episode.place).abroad else ""
    return commune.epci or department_name(commune.department)
