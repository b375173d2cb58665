"""The mirror group (groupe miroir): the grid given to the panel, what it answered, what that makes of each finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.finding import Finding
from habitat_enquete.project import Project
from habitat_enquete.report.wording import number, typographic

FOLDER: Final = "groupe_miroir"
COLUMNS: Final = ("code", "constat", "personnes", "vrai_ici", "important", "commentaire")
TRUE_HERE: Final = ("oui", "plutôt oui", "plutôt non", "non", "ne sait pas")
MISSING: Final = "manque"
_CONFIRMED: Final = 2 / 3
_CONTESTED: Final = 1 / 2


class PanelVerdict(StrEnum):
    """What the panel makes of a finding."""

    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    ADJUST = "adjust"
    UNRATED = "unrated"


VERDICTS: Final = {
    PanelVerdict.CONFIRMED: "confirmé",
    PanelVerdict.CONTESTED: "contesté",
    PanelVerdict.ADJUST: "à ajuster",
    PanelVerdict.UNRATED: "sans avis",
}
RULE: Final = (
    "Confirmé : deux tiers au moins des avis exprimés disent « oui » ou « plutôt oui ». Contesté : la moitié au moins disent « non » ou "
    "« plutôt non ». À ajuster : entre les deux. « Ne sait pas » n'est pas un avis exprimé."
)


@dataclass(frozen=True, slots=True)
class Rating:
    """One panel member's answer on one finding; `file` is the sheet they filled."""

    code: str
    true_here: str
    important: int | None
    comment: str
    file: str


@dataclass(frozen=True, slots=True)
class PanelOpinion:
    """What the panel says of a finding: how many say it is true here, out of those who have an opinion, and its words."""

    verdict: PanelVerdict
    agree: int
    rated: int
    importance: float | None
    comments: tuple[str, ...]


def filled(project: Project) -> list[Path]:
    """The grids that the panel filled: the workbooks and CSV files of `groupe_miroir/`."""
    folder = project.root / FOLDER
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return [
        file for file in files if file.suffix.lower() in (".xlsx", ".csv") and not file.name.startswith("~")
    ]


def read(project: Project) -> tuple[Rating, ...]:
    """All the panel's ratings. Raises: EnqueteError when a file cannot be read or lacks the grid's columns."""
    return tuple(rating for file in filled(project) for rating in _ratings(file))


def _ratings(file: Path) -> list[Rating]:
    from habitat_enquete.ingest.files.workbooks import read_workbook

    for sheet in read_workbook(file).sheets:
        rows = [["" if value is None else str(value).strip() for value in row] for row in sheet.rows()]
        header = next((n for n, row in enumerate(rows) if "code" in row and "vrai_ici" in row), None)
        if header is not None:
            place = {name: position for position, name in enumerate(rows[header])}
            return [_rating(row, place, file) for row in rows[header + 1 :] if _is_filled(row, place)]
    raise EnqueteError(Code.PANEL_COLUMNS, file=file.name, columns=", ".join(COLUMNS))


def _is_filled(row: Sequence[str], place: Mapping[str, int]) -> bool:
    return any(_value(row, place, name) for name in ("vrai_ici", "important", "commentaire"))


def _value(row: Sequence[str], place: Mapping[str, int], name: str) -> str:
    position = place.get(name, len(row))
    return row[position] if position < len(row) else ""


def _rating(row: Sequence[str], place: Mapping[str, int], file: Path) -> Rating:
    important = _value(row, place, "important").removesuffix(".0")
    return Rating(
        _value(row, place, "code"),
        _value(row, place, "vrai_ici").lower(),
        int(important) if important.isdigit() else None,
        _value(row, place, "commentaire"),
        file.name,
    )


def opinions(ratings: Iterable[Rating], findings: Iterable[Finding]) -> dict[str, PanelOpinion]:
    """What the panel makes of each finding, by code."""
    by_code: dict[str, list[Rating]] = defaultdict(list)
    for rating in ratings:
        by_code[rating.code].append(rating)
    return {finding.code: _opinion(by_code[finding.code]) for finding in findings if finding.code in by_code}


def _opinion(ratings: Sequence[Rating]) -> PanelOpinion:
    rated = [rating for rating in ratings if rating.true_here in TRUE_HERE[:4]]
    agree = sum(rating.true_here in TRUE_HERE[:2] for rating in rated)
    weights = [rating.important for rating in ratings if rating.important is not None]
    return PanelOpinion(
        _verdict(agree, len(rated)),
        agree,
        len(rated),
        sum(weights) / len(weights) if weights else None,
        tuple(rating.comment for rating in ratings if rating.comment),
    )


def _verdict(agree: int, rated: int) -> PanelVerdict:
    if rated == 0:
        return PanelVerdict.UNRATED
    if agree / rated >= _CONFIRMED:
        return PanelVerdict.CONFIRMED
    return PanelVerdict.CONTESTED if (rated - agree) / rated >= _CONTESTED else PanelVerdict.ADJUST


def sentence(opinion: PanelOpinion) -> str:
    """What the panel says of a finding, as the report prints it."""
    if opinion.rated == 0:
        return "Groupe miroir : sans avis exprimé."
    verb = "dit" if opinion.agree < 2 else "disent"
    weight = "" if opinion.importance is None else f" ; importance {number(opinion.importance, 1)} sur 5"
    return typographic(
        f"Groupe miroir : {VERDICTS[opinion.verdict]} ({opinion.agree} sur {opinion.rated} {verb} que c'est vrai ici{weight})."
    )


def lacking(ratings: Iterable[Rating]) -> tuple[str, ...]:
    """What the panel says is missing from the findings."""
    return tuple(rating.comment for rating in ratings if rating.code == MISSING and rating.comment)
