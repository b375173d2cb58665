"""Episodes from a workbook: a long table, numbered blocks in wide rows, or Ageven grids."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from habitat_enquete.errors import Code, EnqueteError, Problem
from habitat_enquete.pathways.episodes.ageven import read_grid
from habitat_enquete.pathways.episodes.answers import by_name
from habitat_enquete.pathways.episodes.dates import plain
from habitat_enquete.pathways.episodes.drafts import FIELDS, Cell, Draft, field_of, letters, precedence
from habitat_enquete.pathways.episodes.people import attribute_of, of_episodes, of_sheet

Value = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta
_HEADER_WITHIN: Final = 10
_NAMED: Final = 6  # headers named in a message
# Where a table says where a proposed episode was read: `E03!120:180`.
_SPAN: Final = re.compile(r"^.+!\d+:\d+$")


class TableSheet(Protocol):
    """A sheet as `ingest` reads it: its name, and its rows of plain values."""

    @property
    def name(self) -> str: ...

    @property
    def rows(self) -> Callable[[], Iterable[Sequence[Value]]]: ...


@dataclass(frozen=True, slots=True)
class EpisodeTable:
    """The drafts of a file. `origin` names it; `decided` are drafts of episodes first read in interviews; `people` is what a sheet of
    people says of each (public, year of birth, day of the interview, weight…)."""

    origin: str
    drafts: tuple[Draft, ...]
    decided: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_table(file: str, sheets: Iterable[TableSheet]) -> EpisodeTable:
    """The episodes of every sheet that looks like a table of episodes or an Ageven grid; other sheets are left alone.

    Raises: EnqueteError when no sheet has an identifier column, or there is no row.
    """
    drafts: list[Draft] = []
    problems: list[Problem] = []
    missing: EnqueteError | None = None
    people: dict[str, dict[str, str]] = {}
    for sheet in sheets:
        rows = [[_text(value) for value in row] for row in sheet.rows()]
        if (grid := read_grid(file, sheet.name, rows)) is not None:
            drafts += grid.drafts
            problems += grid.problems
            if grid.drafts and grid.attributes:
                people[grid.person] = people.get(grid.person, {}) | grid.attributes
            continue
        if (known := _people(rows)) is not None:
            for person, attributes in known.items():
                people[person] = people.get(person, {}) | attributes
            continue
        try:
            found, described, doubts = _long(file, sheet.name, rows)
        except EnqueteError as error:
            missing = missing or error
            continue
        drafts += found
        problems += doubts
        for person, attributes in described.items():
            people[person] = attributes | people.get(person, {})
    if not drafts and missing is not None:
        raise missing
    own = tuple(draft for draft in drafts if not _SPAN.match(draft.source))
    return EpisodeTable(file, own, tuple(d for d in drafts if _SPAN.match(d.source)), tuple(problems), people)


def _people(rows: list[list[str]]) -> dict[str, dict[str, str]] | None:
    """A sheet of people: an identifier, attributes that only people have, and no beginning of an episode."""
    for at, row in enumerate(rows[:_HEADER_WITHIN]):
        fields = [field_of(title) for title in row]
        episodes = {"start", "start_min", "end", "end_min", "tenure", "rank"}
        if "id" in fields and not episodes.intersection(fields) and any(map(attribute_of, row)):
            if any(by_name("_".join(re.findall(r"\w+", plain(title)))) for title in row):
                return None  # wide rows: people and their numbered dwellings
            return of_sheet(row, rows[at + 1 :], fields.index("id"))
    return None


def _text(value: Value) -> str:
    """A cell as it reads: dates in ISO, whole numbers without decimals."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _long(
    file: str, sheet: str, rows: list[list[str]]
) -> tuple[list[Draft], dict[str, dict[str, str]], list[Problem]]:
    """The drafts of a sheet, what it says of people beside, and what is doubtful in that."""
    at = next((i for i, row in enumerate(rows[:_HEADER_WITHIN]) if "id" in {field_of(c) for c in row}), None)
    if at is None:
        accepted = ", ".join(FIELDS["id"][:_NAMED]) + "…"
        raise EnqueteError(
            Code.PATHWAY_COLUMN_MISSING, file=file, sheet=sheet, column="id", accepted=accepted
        )
    columns = _columns(rows[at])
    if not any(name in ("start", "start_min") for _, _, name in columns):
        accepted = ", ".join(FIELDS["start"][:_NAMED]) + "…"
        raise EnqueteError(
            Code.PATHWAY_COLUMN_MISSING, file=file, sheet=sheet, column="debut", accepted=accepted
        )
    drafts: list[Draft] = []
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        if any(row):
            drafts += _row_drafts(file, sheet, number, row, columns, len(drafts))
    if not drafts:
        raise EnqueteError(Code.PATHWAY_TABLE_EMPTY, file=file, sheet=sheet)
    key = next(position for position, _, name in columns if name == "id")
    lines = list(enumerate(rows[at + 1 :], start=at + 2))
    taken = [position for position, _, _ in columns]
    return drafts, *of_episodes(rows[at], lines, key, taken, file=file, sheet=sheet)


def _columns(header: Sequence[str]) -> list[tuple[int, int, str]]:
    """(position, block, field) of each column known; block 0 is the row itself, 1, 2… numbered blocks.

    Of several columns for one field, the one that names it most plainly is read.
    """
    found: dict[tuple[int, str], int] = {}
    for position, title in sorted(enumerate(header), key=lambda each: (precedence(each[1]), each[0])):
        name = "place" if plain(title) == "commune" else field_of(title)
        key = (0, name) if name is not None else by_name("_".join(re.findall(r"\w+", plain(title))))
        if key is not None:
            found.setdefault(key, position)
    # « Arrivée » beside « départ » or a tenure is when a dwelling was entered, not when the territory was.
    arrival = next((at for at, title in enumerate(header) if attribute_of(title) == "date_arrivee"), None)
    if arrival is not None and not {(0, "start"), (0, "start_min")}.intersection(found):
        found[0, "start"] = arrival
    return sorted((position, block, name) for (block, name), position in found.items())


def _row_drafts(
    file: str,
    sheet: str,
    number: int,
    row: Sequence[str],
    columns: Sequence[tuple[int, int, str]],
    before: int,
) -> list[Draft]:
    shared = {name: row[p] for p, block, name in columns if block == 0 and p < len(row) and row[p]}
    blocks = sorted({block for _, block, _ in columns if block}) or [0]
    drafts = []
    for block in blocks:
        own = {name: row[p] for p, b, name in columns if b == block and p < len(row) and row[p]}
        if block and not own:
            continue
        fields = shared | own
        cells = {name: Cell(sheet, number, letters(p)) for p, b, name in columns if b in (0, block)}
        rank = block or _rank(fields.get("rank", ""), before + 1)
        source = fields.get("source", "")
        kept = source if _SPAN.match(source) else f"{file}!table"
        drafts.append(Draft(fields.get("id", ""), rank, kept, fields, file, cells))
    return drafts


def _rank(text: str, default: int) -> int:
    return int(text) if text.isdigit() and int(text) > 0 else default
