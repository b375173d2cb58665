"""How many people meet something at each stage of the residential path, and how many told it of a move of theirs."""

from __future__ import annotations

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.synthesis import StageShare
from habitat_enquete.synthesis.material import Material


def shares(material: Material) -> tuple[StageShare, ...]:
    """One line per stage of the codebook, in its order: people who speak of a barrier, or of an opportunity, that weighs there."""
    return tuple(
        StageShare(
            id=stage.id,
            label=stage.label,
            barriers=len(_people(material, stage.id, Polarity.BARRIER)),
            opportunities=len(_people(material, stage.id, Polarity.OPPORTUNITY)),
            moved=len(
                _people(material, stage.id, Polarity.BARRIER, moved=True)
                | _people(material, stage.id, Polarity.OPPORTUNITY, moved=True)
            ),
            base=len(material.voices.people),
            moved_barriers=len(_people(material, stage.id, Polarity.BARRIER, moved=True)),
            moved_opportunities=len(_people(material, stage.id, Polarity.OPPORTUNITY, moved=True)),
        )
        for stage in material.codebook.stages
    )


def _people(material: Material, stage: str, polarity: Polarity, *, moved: bool = False) -> set[str]:
    return {
        person
        for code in material.codebook
        if stage in code.stages and code.polarity is polarity
        for person, said in material.said(code.id).items()
        if not moved or any(coding.id in material.moved for coding in said)
    }
