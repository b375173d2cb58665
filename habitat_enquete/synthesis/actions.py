"""The roadmap (`actions.yaml`): what will be done, by whom, and which findings it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.finding import Finding
from habitat_enquete.model.synthesis import Action
from habitat_enquete.yamlsource import Section, hint, read_mapping, refuse_problems

_ALIASES: Final[Mapping[str, str]] = {
    "objectifs": "objectives",
    "libelle": "label",
    "objectif": "objective",
    "constats": "findings",
    "leviers": "levers",
    "pilote": "lead",
    "partenaires": "partners",
    "nom": "name",
    "engagement": "commitment",
    "financement": "funding",
    "debut": "start",
    "fin": "end",
    "echelle": "scale",
    "indicateurs": "indicators",
    "etat": "status",
}
_KEYS: Final = (
    *("id", "label", "objective", "description", "findings", "levers", "lead", "partners", "funding"),
    *("start", "end", "scale", "indicators", "status"),
)


def read_actions(
    path: Path, codebook: Codebook, groups: Iterable[str] = ()
) -> tuple[tuple[Action, ...], tuple[Problem, ...]]:
    """The actions of `path` (none when it does not exist) and warnings about findings and levers that the codebook ignores.

    `groups`: ids of the findings that group codes; an action may cite them too.

    Raises: EnqueteError with every wrong key or value and its line.
    """
    if not path.exists():
        return (), ()
    section = Section(read_mapping(path), path.name, _ALIASES)
    section.check_keys(("title", "objectives", "actions"))
    objectives = {each.text("id"): each.text("label") for each in section.sections("objectives")}
    actions = tuple(
        _action(each, objectives, codebook, tuple(groups)) for each in section.sections("actions")
    )
    refuse_problems(section.problems, file=path.name)
    return actions, tuple(section.problems)


def _action(
    section: Section, objectives: Mapping[str, str], codebook: Codebook, groups: tuple[str, ...]
) -> Action:
    section.check_keys(_KEYS)
    codes = [*(code.id for code in codebook), *groups]
    unknown = _unknown(section, "findings", codes) + _unknown(
        section, "levers", [lever.id for lever in codebook.levers]
    )
    if not section.texts("findings"):
        section.report(Code.ACTION_WITHOUT_FINDING, severity=Severity.WARNING, action=section.text("label"))
    objective = section.text("objective")
    return Action(
        id=section.text("id") or section.text("label"),
        label=section.text("label") or section.text("id"),
        objective=objectives.get(objective, objective),
        findings=tuple(code for code in section.texts("findings") if code in codes),
        levers=section.texts("levers"),
        description=section.text("description"),
        lead=section.text("lead"),
        partners=tuple(
            (partner.text("name"), partner.text("commitment")) for partner in section.sections("partners")
        ),
        funding=section.text("funding"),
        start=section.text("start"),
        end=section.text("end"),
        scale=section.text("scale"),
        indicators=section.texts("indicators"),
        status=section.text("status"),
        unknown=unknown,
    )


def _unknown(section: Section, key: str, known: Sequence[str]) -> tuple[str, ...]:
    unknown = tuple(name for name in section.texts(key) if name not in known)
    for name in unknown:
        section.report(
            Code.ACTION_UNKNOWN_REFERENCE,
            severity=Severity.WARNING,
            line=section.line(key),
            name=name,
            hint=hint(name, known),
        )
    return unknown


def counted(actions: Iterable[Action], findings: Sequence[Finding]) -> tuple[Action, ...]:
    """The actions, each with the number of people who spoke of at least one of its findings."""
    said = {finding.code: frozenset(finding.respondents) for finding in findings}
    return tuple(
        replace(
            action,
            people=len(frozenset().union(*(said.get(code, frozenset()) for code in action.findings))),
        )
        for action in actions
    )
