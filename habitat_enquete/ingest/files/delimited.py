"""Tables written as text: csv with any separator, tab-separated text, html tables that pass for Excel files."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from habitat_enquete.ingest.files.workbooks import CellValue, Rows

_SEPARATORS: Final = (";", "\t", ",", "|")
_DECLARED: Final = re.compile(r"^\"?sep=(.)\"?\n", re.IGNORECASE)
_SAMPLE_LINES: Final = 30


def delimited_rows(text: str) -> Rows:
    """The records of a delimited text, row 1 being the first (a `sep=;` line counts as a row, as in a spreadsheet)."""
    csv.field_size_limit(sys.maxsize)
    declared = _DECLARED.match(text)
    delimiter = declared[1] if declared else separator(text)
    rows: Iterator[list[str]] = csv.reader(io.StringIO(text), delimiter=delimiter)
    if '="' in text:  # how some exports keep Excel from reading "003" as a number
        rows = ([_unmasked(cell) for cell in row] for row in rows)
    return cast("Rows", rows)


def _unmasked(cell: str) -> str:
    """The text of `="003"`."""
    return cell[2:-1] if len(cell) > 2 and cell.startswith('="') and cell.endswith('"') else cell


def separator(text: str) -> str:
    """The separator of a delimited text: the one that cuts most of its first records into as many cells, the more the better.

    >>> separator("nom;prix\\na;1,50\\nb;2,50\\n")
    ';'
    """
    sample = "\n".join(text.split("\n", 4 * _SAMPLE_LINES)[: 4 * _SAMPLE_LINES])

    def regularity(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(sample), delimiter=delimiter)
        widths = Counter(len(row) for _, row in zip(range(_SAMPLE_LINES), reader, strict=False) if row)
        if not widths:
            return 0.0, 0
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
        return (count / widths.total() if width > 1 else 0.0), width

    scores = {delimiter: regularity(delimiter) for delimiter in _SEPARATORS}
    regular = [d for d in _SEPARATORS if scores[d][0] >= 0.8]
    if regular:
        return max(regular, key=lambda d: scores[d][1])
    return max(_SEPARATORS, key=lambda d: scores[d])


def html_tables(text: str) -> list[list[list[CellValue]]]:
    """The tables of an html page, those that hold at least two rows; a cell spanning several is written in the first only."""
    from lxml import html

    root = html.fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", no_network=True))
    tables = []
    for table in root.iter("table"):
        rows = [_html_row(row) for row in table.iter("tr")]
        if len(rows) > 1:
            tables.append(rows)
    return tables


def _html_row(row: object) -> list[CellValue]:
    cells: list[CellValue] = []
    for cell in row.iterchildren("td", "th"):  # type: ignore[attr-defined]
        cells.append(" ".join(cell.text_content().split()))
        span = cell.get("colspan", "1")
        cells.extend([""] * (min(int(span), 1000) - 1 if span.isdigit() else 0))
    return cells
