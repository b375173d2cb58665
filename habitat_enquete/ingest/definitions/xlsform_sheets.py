"""The sheets of an XLSForm as named fields: whatever the case, the aliases and the languages of its headers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from habitat_enquete.ingest.definitions.xlsform_columns import (
    BY_NAME,
    MEDIA,
    SURVEY,
    TEXTS,
    Column,
    column_of,
)
from habitat_enquete.ingest.files.workbooks import CellValue, read_workbook
from habitat_enquete.yamlsource import read_text

Sheets = Mapping[str, list[list[str]]]

_PREFIXES: Final = frozenset({"bind", "control", "body", "media", "instance"})
_LANGUAGES: Final[Mapping[str, str]] = {
    "français": "fr",
    "francais": "fr",
    "french": "fr",
    "english": "en",
    "anglais": "en",
    "español": "es",
    "spanish": "es",
    "deutsch": "de",
    "german": "de",
    "italiano": "it",
    "italian": "it",
    "português": "pt",
    "portuguese": "pt",
    "arabic": "ar",
    "chinese": "zh",
    "japanese": "ja",
    "macedonian": "mk",
    "العربية": "ar",
}


@dataclass(frozen=True, slots=True)
class Header:
    """One column: its field (lower case), its language when it has one, its letter in the sheet, its spelling."""

    field: str
    language: str
    letter: str
    known: bool
    text: str = ""

    @property
    def attribute(self) -> str:
        """How it is called where its field is not looked for: `image::fr`, `bind::odk:length`."""
        if not self.known:
            return self.text
        header = BY_NAME[self.field].header
        return f"{header}::{self.language}" if self.language else header


@dataclass(slots=True)
class FormRow:
    """One row: its number in the sheet, its fields without language, those by language, and every cell by header."""

    number: int
    texts: dict[str, str] = field(default_factory=dict)
    translated: dict[str, dict[str, str]] = field(default_factory=dict)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)

    def text(self, name: str, language: str = "") -> str:
        """The text of a field: without language, else in `language`, else in the first language written."""
        plain = self.texts.get(name, "")
        by_language = self.translated.get(name, {})
        return by_language.get(language) or plain or next(iter(by_language.values()), "")

    def languages(self, name: str) -> dict[str, str]:
        """The texts of a field by language."""
        return dict(self.translated.get(name, {}))

    def others(self, fields: Container[str]) -> dict[str, str]:
        """The cells that fill none of `fields`, by the name of their column; a medium alike in each language, once."""
        found = {name: text for name, (filled, text) in self.cells.items() if filled not in fields}
        for medium in MEDIA:
            files = {name: text for name, text in found.items() if name.partition("::")[0] == medium}
            if len(set(files.values())) == 1:
                found = {medium if name in files else name: text for name, text in found.items()}
        return found


def form_sheets(path: Path) -> Sheets:
    """The sheets of a form by lower-case name: a workbook, or the Markdown and CSV notations of pyxform."""
    suffix = path.suffix.lower()
    if suffix == ".md":
        return markdown_sheets(read_text(path))
    if suffix == ".csv":
        return _csv_sheets(read_text(path))
    workbook = read_workbook(path)
    return {
        sheet.name.strip().casefold(): [[cell_text(cell) for cell in row] for row in sheet.rows()]
        for sheet in workbook.sheets
    }


def cell_text(cell: CellValue) -> str:
    """A cell as it was typed: `1.0` is `1`, a date is in ISO form; spaces around are dropped."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell).replace("\u00a0", " ").strip() if isinstance(cell, str) else str(cell)


def markdown_sheets(text: str) -> Sheets:
    """Sheets written as one Markdown table: `| survey |` opens a sheet, its rows leave the first cell empty."""
    rows = (_markdown_cells(line) for line in text.split("\n") if line.strip().startswith("|"))
    return _sheets_by_first_cell(
        row for row in rows if not all(set(cell) <= set("-: ") and cell for cell in row)
    )


def _markdown_cells(line: str) -> list[str]:
    inside = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inside)]


def _csv_sheets(text: str) -> Sheets:
    return _sheets_by_first_cell([cell.strip() for cell in row] for row in csv.reader(io.StringIO(text)))


def _sheets_by_first_cell(rows: Iterable[list[str]]) -> Sheets:
    sheets: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    for first, *rest in filter(None, rows):
        if first:
            current = sheets.setdefault(first.casefold(), [])
            rest = rest if any(rest) else []
        if any(rest):
            current.append(rest)
    return sheets


def headers(row: list[str], columns: Sequence[Column] = SURVEY) -> list[Header]:
    """The columns of a sheet from its first row, `columns` being those looked for."""
    return [_header(text, column_letter(rank), columns) for rank, text in enumerate(row)]


def _header(text: str, letter: str, columns: Sequence[Column]) -> Header:
    parts = [part.strip() for part in re.split(r"::?", text)]
    while len(parts) > 1 and parts[0].casefold() in _PREFIXES:
        parts = parts[1:]
    if len(parts) > 1 and parts[0].casefold() == "jr":
        parts = [f"jr:{parts[1]}", *parts[2:]]
    name = re.sub(r"\s+", "_", parts[0].casefold())
    column = column_of(name, columns)
    language = "::".join(parts[1:]) if len(parts) > 1 else ""
    return Header(
        column.name if column else name,
        language_code(language) if language else "",
        letter,
        column is not None,
        text.strip(),
    )


def form_rows(sheet: list[list[str]], known: Sequence[Column] = SURVEY) -> tuple[list[Header], list[FormRow]]:
    """The columns and the non-empty rows of a sheet, numbered as in the workbook (the header is row 1)."""
    if not sheet:
        return [], []
    columns = headers(sheet[0], known)
    rows = (_row(number, cells, columns) for number, cells in enumerate(sheet[1:], start=2))
    return columns, [row for row in rows if row.texts or row.translated]


def _row(number: int, cells: list[str], columns: list[Header]) -> FormRow:
    row = FormRow(number)
    for column, cell in zip(columns, cells, strict=False):
        if cell == "" or not column.field:
            continue
        row.cells.setdefault(column.attribute, (column.field if column.known else "", cell))
        if column.language:
            row.translated.setdefault(column.field, {}).setdefault(column.language, cell)
        else:
            row.texts.setdefault(column.field, cell)
    return row


def languages_of(columns: Iterable[Header]) -> list[str]:
    """The languages of the texts, in the order of the columns."""
    return list(dict.fromkeys(each.language for each in columns if each.language and each.field in TEXTS))


def language_names(sheets: Iterable[list[list[str]]]) -> dict[str, str]:
    """How the form spells each of its languages: `fr` → `Français (fr)`."""
    names: dict[str, str] = {}
    for sheet in sheets:
        for text, column in zip(sheet[0], headers(sheet[0]), strict=True) if sheet else ():
            if column.language and column.field in TEXTS:
                names.setdefault(column.language, re.split(r"::?", text)[-1].strip())
    return names


def language_code(name: str) -> str:
    """`Français (fr)` → `fr`, `english` → `en`; an unknown name is its own code."""
    coded = re.search(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*$", name)
    if coded:
        return coded.group(1).lower()
    plain = name.strip().casefold()
    return _LANGUAGES.get(plain, plain if re.fullmatch(r"[a-z]{2}", plain) else name.strip())


def column_letter(rank: int) -> str:
    """The letter of a column counted from 0."""
    letters = ""
    rank += 1
    while rank:
        rank, rest = divmod(rank - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
