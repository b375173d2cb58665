"""What moved since the last report: new findings, findings gone, ranks and people that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Finding
from habitat_enquete.model.synthesis import Movement, MovementKind

Standing = Mapping[str, Any]


def standings(findings: Sequence[Finding]) -> dict[str, dict[str, Any]]:
    """What must be remembered of findings to tell, next time, what moved."""
    return {
        finding.code: {
            "label": finding.label,
            "polarity": finding.polarity.value,
            "rank": finding.rank,
            "people": finding.people,
        }
        for finding in findings
    }


def moved(before: Mapping[str, Standing], after: Mapping[str, Standing]) -> tuple[Movement, ...]:
    """The findings that moved: new, gone, then by how far their rank moved, then by how many people joined."""
    movements = [
        movement
        for code in sorted(before.keys() | after.keys())
        if (movement := _movement(code, before.get(code), after.get(code))) is not None
    ]
    return tuple(sorted(movements, key=_importance))


def _movement(code: str, before: Standing | None, after: Standing | None) -> Movement | None:
    known = after or before
    if known is None or before == after:
        return None
    return Movement(
        _kind(before, after),
        code,
        str(known["label"]),
        Polarity(known["polarity"]),
        None if before is None else int(before["rank"]),
        None if after is None else int(after["rank"]),
        0 if before is None else int(before["people"]),
        0 if after is None else int(after["people"]),
    )


def _kind(before: Standing | None, after: Standing | None) -> MovementKind:
    if before is None or after is None:
        return MovementKind.NEW if before is None else MovementKind.GONE
    if after["rank"] == before["rank"]:
        return MovementKind.PEOPLE
    return MovementKind.UP if after["rank"] < before["rank"] else MovementKind.DOWN


def _importance(movement: Movement) -> tuple[int, int, int, str]:
    order = [MovementKind.NEW, MovementKind.GONE, MovementKind.UP, MovementKind.DOWN, MovementKind.PEOPLE]
    kind = min(order.index(movement.kind), 2)
    if movement.rank_before is None or movement.rank_after is None:
        return kind, movement.rank_after or movement.rank_before or 0, 0, movement.code
    jump = abs(movement.rank_before - movement.rank_after)
    return kind, -jump, -abs(movement.people_after - movement.people_before), movement.code
