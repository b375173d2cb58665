"""Workbooks that go to the field and come back: the table of episodes to correct, and one Ageven grid per person."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl import load_workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from habitat_enquete.pathways.episodes.ageven import FORGOTTEN
from habitat_enquete.pathways.episodes.dates import month_of, spoken
from habitat_enquete.pathways.episodes.timeline import birth, stays
from habitat_enquete.report import files, tidy_workbook
from habitat_enquete.report.tidy_workbook import Table, Value

if TYPE_CHECKING:
    from habitat_enquete.model.pathway import Episode
    from habitat_enquete.pathways.run import PathwaysResult

COLUMNS: Final = (
    "id",
    "rang",
    "debut",
    "fin",
    "statut",
    "logement",
    "code insee",
    "commune",
    "menage",
    "motifs",
    "motif depart",
    "satisfaction",
    "principal",
    "decision",
    "citation",
    "source",
)
_STATES: Final = {"proposed": "proposé", "confirmed": "confirmé", "rejected": "rejeté"}
_EMPTY_YEARS: Final = 60
_SHEET_NAME: Final = 31


def write_episodes(path: Path, result: PathwaysResult) -> Path:
    """Write every episode in a workbook to correct; reading it again keeps the corrections.

    Tenures and decisions are chosen in a list. Proposed episodes come with the words they were read in.
    """
    rows = [_row(episode) for episode in result.episodes]
    content = tidy_workbook.build([Table("épisodes", COLUMNS, rows)], introduction=_HELP, title="Épisodes")
    workbook = load_workbook(io.BytesIO(content))
    sheet = workbook["épisodes"]
    _choices(sheet, "statut", list(result.alphabet.ids), len(rows))
    _choices(sheet, "decision", list(_STATES.values()), len(rows))
    _choices(sheet, "principal", ["oui", "non"], len(rows))
    target = io.BytesIO()
    workbook.save(target)
    files.write(path, files.steady(target.getvalue()))
    return path


_HELP: Final = (
    "Épisodes résidentiels, à corriger",
    "debut, fin : 2015, 2015-03, 15/03/2015, printemps 2015, vers 2010, « 2014 à 2016 » ; fin vide : y habite encore.",
    "statut : un des statuts de codebook.yaml (liste déroulante).",
    "commune : le nom ; en cas d'homonymes, le département entre parenthèses. Le code INSEE l'emporte s'il est écrit.",
    "motifs : séparés par des points-virgules. principal : « non » pour une résidence secondaire.",
    "decision : proposé (à décider), confirmé (compte), rejeté (ne compte pas).",
    "source : ne pas modifier, c'est le chemin vers l'entretien ou la réponse.",
)


def _row(episode: Episode) -> tuple[Value, ...]:
    return (
        episode.respondent,
        episode.rank,
        spoken(episode.start),
        spoken(episode.end),
        episode.tenure or "",
        episode.dwelling or "",
        episode.commune or "",
        episode.place,
        episode.household or "",
        ";".join(episode.motives),
        episode.attributes.get("leaving", ""),
        "" if episode.satisfaction is None else episode.satisfaction,
        "oui" if episode.main else "non",
        _STATES[episode.state.value],
        episode.quote,
        episode.source,
    )


def _choices(sheet: Worksheet, column: str, values: list[str], rows: int) -> None:
    """A drop-down list on a column. Excel refuses lists longer than 255 characters: then none."""
    formula = f'"{",".join(values)}"'
    if len(formula) > 255:
        return
    letter = chr(65 + COLUMNS.index(column))
    validation = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=False)
    validation.add(f"{letter}2:{letter}{max(rows, 1) + 200}")
    sheet.add_data_validation(validation)


def write_ageven(path: Path, result: PathwaysResult) -> Path:
    """Write one Ageven grid per person (year, age, residence, place, family, work); a blank one when there is nobody.

    Source: P. Antoine, X. Bry, P. D. Diouf, « La fiche Ageven », *Techniques d'enquête* 13, 1987, p. 173-181.
    """
    header = ("année", "âge", "résidence", "commune", "famille", "travail", "motifs")
    tables = [Table(person[:_SHEET_NAME], header, _grid(result, person)) for person in result.pathways]
    if not tables:
        this_year = date.today().year
        years = range(this_year - _EMPTY_YEARS, this_year + 1)
        tables = [Table("identifiant", header, [(year, "", "", "", "", "", "") for year in years])]
    files.write(path, tidy_workbook.build(tables, introduction=_AGEVEN_HELP, title="Grilles Ageven"))
    return path


_AGEVEN_HELP: Final = (
    "Grilles Ageven : une feuille par personne, une ligne par année",
    "Écrivez la résidence (statut) et la commune l'année où elles commencent ; les lignes vides continuent celle du dessus.",
    "Deux déménagements la même année : répétez la ligne de l'année. Période oubliée : « ? » l'année où elle commence.",
    "Le nom de la feuille est l'identifiant de la personne.",
)


def _grid(result: PathwaysResult, person: str) -> list[tuple[Value, ...]]:
    """Years from the first dwelling (or birth) to the interview; a residence is written in the year when it begins."""
    pathway = result.pathways[person]
    spent = stays(pathway)
    if not spent:
        return []
    born = birth(pathway.attributes)
    born_year = month_of(born.latest) // 12 if born else None
    until = month_of(pathway.observed_until) + 1 if pathway.observed_until else spent[-1].end
    begins: dict[int, list[tuple[Value, ...]]] = {}
    for at, stay in enumerate(spent):
        episode = pathway.episodes[stay.episode]
        begins.setdefault(stay.begin // 12, []).append(_stay(result, episode))
        following = spent[at + 1].begin if at + 1 < len(spent) else max(until, stay.end)
        if following > stay.end:
            begins.setdefault(stay.end // 12, []).append((FORGOTTEN, "", "", "", ""))
    rows: list[tuple[Value, ...]] = []
    for year in range(spent[0].begin // 12, (max(until, spent[-1].end) - 1) // 12 + 1):
        age = year - born_year if born_year is not None else ""
        rows += [(year, age, *told) for told in begins.get(year, [("", "", "", "", "")])]
    return rows


def _stay(result: PathwaysResult, episode: Episode) -> tuple[Value, ...]:
    """Residence, place, family, work and motives, in words that the grid is read with."""
    return (
        result.alphabet.label(episode.tenure) if episode.tenure else "",
        episode.place,
        episode.household or "",
        episode.attributes.get("travail", ""),
        " ; ".join(episode.motives),
    )
