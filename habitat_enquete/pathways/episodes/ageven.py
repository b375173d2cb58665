"""Ageven grids: the interviewer's own form, one sheet per person, one row per year, residence beside family and work.

Source: P. Antoine, X. Bry, P. D. Diouf, « La fiche Ageven », *Techniques d'enquête* 13, 1987, p. 173-181.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from habitat_enquete.errors import Code, Problem, problem
from habitat_enquete.pathways.episodes.dates import plain
from habitat_enquete.pathways.episodes.drafts import Cell, Draft, field_of, letters
from habitat_enquete.pathways.episodes.people import attribute_of

_WITHIN: Final = 15
_TITLES: Final = {
    "year": ("annee", "year"),
    "age": ("age",),
    "residence": ("residence", "logement", "statut", "statut d'occupation", "residence (statut)"),
    "place": ("lieu", "commune", "ville"),
    "family": ("famille", "family", "menage", "vie familiale"),
    "work": ("travail", "work", "emploi", "activite", "vie professionnelle"),
    "motives": ("motif", "motifs", "pourquoi"),
}
# What a residence says when nobody remembers: the stay above has ended, none begins.
FORGOTTEN: Final = "?"
_FORGOTTEN: Final = frozenset(
    {"?", "??", "non renseigne", "ne sait pas", "ne sait plus", "nsp", "trou", "inconnu"}
)
_FIELDS: Final = {
    "start": "year",
    "tenure": "residence",
    "place": "place",
    "household": "family",
    "extra:travail": "work",
    "motives": "motives",
}


@dataclass(slots=True)
class Grid:
    """What a grid holds: the person, what its heading says of them, their stays, and what is doubtful."""

    person: str
    attributes: dict[str, str] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_grid(file: str, sheet: str, rows: Sequence[Sequence[str]]) -> Grid | None:
    """The grid of a sheet, or None when it is none: a column of years beside one of residences, and no column of episodes.

    One stay per run of years with the same residence and place: an empty residence goes on with the one above, « ? » ends it without
    beginning another. Lines above the years may name the person, the year of birth, the day of the interview; else the sheet does.
    """
    found = _header(rows)
    if found is None:
        return None
    at, columns = found
    grid = Grid(sheet.strip())
    for row in rows[:at]:
        _heading(grid, row)
    is_over = False
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        value = {name: row[p] if p < len(row) else "" for name, p in columns.items()}
        if not value["residence"] and not value.get("place"):
            continue
        if not re.fullmatch(r"\d{4}", value["year"]):
            column = letters(columns["year"])
            where = problem(
                Code.AGEVEN_YEAR, file=file, sheet=sheet, row=number, column=column, value=value["year"]
            )
            grid.problems.append(where)
        elif plain(value["residence"]) in _FORGOTTEN:
            _close(grid, value["year"], is_over)
            is_over = True
        else:
            is_over = _extend(grid, file, sheet, number, value, columns, is_over)
    return grid


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]] | None:
    for at, row in enumerate(rows[:_WITHIN]):
        columns: dict[str, int] = {}
        for position, title in enumerate(row):
            for name, titles in _TITLES.items():
                if plain(title) in titles and name not in columns:
                    columns[name] = position
        if "year" in columns and "residence" in columns and "id" not in {field_of(title) for title in row}:
            return at, columns
    return None


def _heading(grid: Grid, row: Sequence[str]) -> None:
    """« Identifiant | P12 », « Année de naissance | 1980 » : a title and the cell after it."""
    cells = [cell for cell in row if cell]
    for title, value in zip(cells[::2], cells[1::2], strict=False):
        title = title.strip(" :")
        if field_of(title) == "id":
            grid.person = value
        elif (name := attribute_of(title)) is not None:
            grid.attributes[name] = value


def _close(grid: Grid, year: str, is_over: bool) -> None:
    if grid.drafts and not is_over:
        last = grid.drafts[-1]
        fields = {**last.fields, "end": year}
        grid.drafts[-1] = Draft(last.respondent, last.rank, last.source, fields, last.file, last.cells)


def _extend(
    grid: Grid,
    file: str,
    sheet: str,
    number: int,
    value: Mapping[str, str],
    columns: Mapping[str, int],
    is_over: bool,
) -> bool:
    """Begin a stay when the residence or the place changes, or after one nobody remembers; gives whether the last one is over."""
    last = grid.drafts[-1].fields if grid.drafts else {}
    tenure, place = value["residence"] or last.get("tenure", ""), value.get("place") or last.get("place", "")
    if grid.drafts and not is_over and (tenure, place) == (last.get("tenure"), last.get("place", "")):
        return False
    _close(grid, value["year"], is_over)
    said = {name: value.get(column, "") for name, column in _FIELDS.items()} | {
        "tenure": tenure,
        "place": place,
    }
    fields = {name: text for name, text in said.items() if text}
    cells = {name: Cell(sheet, number, letters(columns[c])) for name, c in _FIELDS.items() if c in columns}
    grid.drafts.append(Draft(grid.person, len(grid.drafts) + 1, f"{file}!table", fields, file, cells))
    return False
