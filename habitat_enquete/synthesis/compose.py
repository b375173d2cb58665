"""The whole synthesis out of the study's material: each part computed by its own module."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from habitat_enquete.model.synthesis import Action, Comparison, Crossing, Movement, Note, Stamp, Synthesis
from habitat_enquete.synthesis import actions as roadmap
from habitat_enquete.synthesis import (
    corpus,
    crossings,
    findings,
    levers,
    open_points,
    profiles,
    register,
    saturation,
    situations,
    stages,
    words,
)
from habitat_enquete.synthesis.material import Material, speaker_of

# The pairs of groups that the four studies ask to compare.
_COMPARED = (("public", "nouvel_arrivant", "habitant"), ("installation", "reussie", "echouee"))

_UNTITLED = "Se loger ici : freins et opportunités"


def synthesis(
    material: Material, *, stamp: Stamp, notes: Sequence[Note] = (), actions: Sequence[Action] = ()
) -> Synthesis:
    """All that a report may say of `material`."""
    settings = material.settings
    ranked = findings.rank(material)
    crossed = crossings.cross(material, ranked)
    return Synthesis(
        title=settings.title or material.codebook.title or _UNTITLED,
        subtitle=settings.subtitle,
        area=settings.area,
        author=settings.author,
        sponsor=settings.sponsor,
        stamp=stamp,
        codebook=material.codebook,
        minimum_cell=settings.minimum_cell,
        corpus=corpus.describe(material),
        findings=ranked,
        crossings=crossed,
        comparisons=tuple(_comparisons(material, crossed)),
        profiles=profiles.profiles(material, ranked, crossed),
        profiles_are_types=profiles.are_types(material),
        stages=stages.shares(material),
        situations=situations.situations(material, ranked, crossed),
        open_points=open_points.open_points(material, ranked),
        saturation=saturation.saturate(material),
        levers=levers.used(material, ranked),
        actions=roadmap.counted(actions, ranked),
        notes=tuple(notes),
        words=words.frequent_words(_spoken(material)),
        mentions=register.mentions(material),
        people=register.people(material),
        map_file=settings.map_file,
        map_key=settings.map_key,
        commune_people=dict(material.bases("commune")) if "commune" in settings.scales else {},
        is_weighted=not material.weights.keys().isdisjoint(material.voices.people),
        reliability=material.reliability,
    )


def _comparisons(material: Material, crossed: Sequence[Crossing]) -> Iterator[Comparison]:
    for attribute, first, second in _COMPARED:
        comparison = crossings.compare(material, crossed, attribute, first, second)
        if comparison is not None:
            yield comparison


def _spoken(material: Material) -> Iterator[tuple[str, str]]:
    """What each person says, turn by turn."""
    for document in material.heard.values():
        for turn in material.turns(document):
            yield speaker_of(document, turn), turn.span.quote(document.text)


def with_movements(synthesis: Synthesis, movements: tuple[Movement, ...] | None) -> Synthesis:
    """The synthesis, with what moved since the last report."""
    return replace(synthesis, movements=movements)
