"""Findings that group several codes, as the study's settings ask."""

from __future__ import annotations

from collections.abc import Mapping

from habitat_enquete.errors import Code as ErrorCode
from habitat_enquete.errors import Problem, Severity, problem
from habitat_enquete.model.codebook import Code, Codebook
from habitat_enquete.synthesis.settings import Group
from habitat_enquete.yamlsource import hint


def as_codes(codebook: Codebook, groups: tuple[Group, ...]) -> dict[str, tuple[Code, tuple[str, ...]]]:
    """Each group as a code of its own, with its members: theme and polarity of the first, everybody's levers, stages and choices."""
    codes = {code.id: code for code in codebook}
    found: dict[str, tuple[Code, tuple[str, ...]]] = {}
    for group in groups:
        members = [codes[code] for code in group.codes if code in codes]
        if members and group.id not in codes:
            found[group.id] = (_merged(group, members), tuple(member.id for member in members))
    return found


def _merged(group: Group, members: list[Code]) -> Code:
    closed: dict[str, tuple[str, ...]] = {}
    for member in members:
        for question, choices in member.closed.items():
            closed[question] = tuple(dict.fromkeys((*closed.get(question, ()), *choices)))
    return Code(
        group.id,
        group.label,
        members[0].theme,
        members[0].polarity,
        levers=tuple(dict.fromkeys(lever for member in members for lever in member.levers)),
        stages=tuple(dict.fromkeys(stage for member in members for stage in member.stages)),
        closed=closed,
    )


def check(codebook: Codebook, groups: tuple[Group, ...], *, file: str = "enquete.yaml") -> list[Problem]:
    """A warning per code of a group that the codebook ignores."""
    known: Mapping[str, Code] = {code.id: code for code in codebook}
    return [
        problem(
            ErrorCode.ACTION_UNKNOWN_REFERENCE,
            severity=Severity.WARNING,
            file=file,
            line=group.line,
            name=code,
            hint=hint(code, known),
        )
        for group in groups
        for code in group.codes
        if code not in known
    ]
