"""What is to be said of a file as a whole: hidden parts, repaired accents, columns left aside, questions without a column."""

from __future__ import annotations

from collections.abc import Iterator

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.answers.headers import Part
from habitat_enquete.ingest.answers.identity import Identifier
from habitat_enquete.ingest.answers.layout import proposals
from habitat_enquete.ingest.answers.matching import Match, unmatched
from habitat_enquete.ingest.answers.metadata import Meta
from habitat_enquete.ingest.answers.rows import Table
from habitat_enquete.ingest.files.cellscan import column_letters
from habitat_enquete.ingest.files.workbooks import Workbook

_SHOWN = 8


def notices(workbook: Workbook, match: Match) -> list[Problem]:
    """The problems of the file and of its columns, before any row is read."""
    return [*_of_file(workbook, match), *_of_columns(workbook.name, match)]


def _warn(
    code: Code, file: str, sheet: str = "", row: int | None = None, column: str = "", **where: object
) -> Problem:
    return problem(
        code,
        severity=Severity.WARNING,
        file=file,
        sheet=sheet,
        row=row,
        column=column,
        **where,  # type: ignore[arg-type]
    )


def _of_file(workbook: Workbook, match: Match) -> Iterator[Problem]:
    file = workbook.name
    yield from match.problems
    if workbook.repaired:
        yield _warn(Code.ENCODING_REPAIRED, file, count=workbook.repaired)
    if workbook.foreign:
        yield _warn(Code.ENCODING_MIXED, file, count=workbook.foreign)
    for each in (match.main, *match.repeats):
        yield from _of_sheet(file, each)
    if Identifier(match.questionnaire, match.main.layout, b"").is_weak:
        yield _warn(Code.IDENTITY_WEAK, file, match.main.sheet.name)


def _of_sheet(file: str, table: Table) -> Iterator[Problem]:
    sheet, layout = table.sheet, table.layout
    if sheet.hidden_rows:
        yield _warn(Code.ROWS_HIDDEN, file, sheet.name, count=sheet.hidden_rows)
    if sheet.stray:
        yield _warn(Code.CELL_FAR, file, sheet.name)
    if layout.mended:
        yield _warn(Code.HEADER_REPAIRED, file, sheet.name)
    merged = [merge for merge in sheet.merges if merge[1][0] >= layout.first_row]
    if merged:
        (row, column), _ = merged[0]
        yield _warn(Code.CELLS_MERGED, file, sheet.name, row, column_letters(column), count=len(merged))


def _of_columns(file: str, match: Match) -> Iterator[Problem]:
    yield from match.main.layout.problems
    for each in (match.main, *match.repeats):
        layout = each.layout
        sheet, row = each.sheet.name, layout.header_rows[1]
        proposed = proposals(layout, match.index)
        for index, header in layout.unknown:
            near = proposed.get(header, "")
            hint = f" Peut-être « {near} » ?" if near else ""
            yield _warn(
                Code.COLUMN_UNKNOWN,
                file,
                sheet,
                row,
                column_letters(index + 1),
                header=header[:80],
                hint=hint,
            )
        for by, code in (("rank", Code.COLUMNS_BY_RANK), ("prefix", Code.COLUMNS_ABBREVIATED)):
            headers = [
                f"{column.header} → {column.question.name}" if by == "rank" else column.header
                for column in layout.columns
                if column.target.by == by and column.question is not None
            ]
            if headers:
                yield _warn(code, file, sheet, row, columns=_listed(headers, 40))
        personal = [
            c.header for c in layout.columns if c.target.part is Part.META and c.target.meta is Meta.PERSONAL
        ]
        if personal:
            yield _warn(Code.COLUMNS_PERSONAL, file, sheet, row, columns=_listed(personal))
    missing = unmatched(match).questions
    if missing:
        yield _warn(
            Code.QUESTION_WITHOUT_COLUMN, file, match.main.sheet.name, questions=" », « ".join(missing)
        )


def _listed(headers: list[str], most: int = _SHOWN) -> str:
    shown = ", ".join(f"« {header[:60]} »" for header in headers[:most])
    return f"{shown} et {len(headers) - most} autres" if len(headers) > most else shown
