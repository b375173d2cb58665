"""SPSS .sav files as a table of labels: a row of variable names, a row of variable labels, then what was answered."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from habitat_enquete.errors import Code, EnqueteError

if TYPE_CHECKING:
    from habitat_enquete.ingest.files.workbooks import CellValue

# What a value that its file declares missing, without a label, stands for: nobody answered.
DECLARED_MISSING: Final = "{spss_missing}"


def sav_rows(path: Path) -> list[list[CellValue]]:
    """The names, the labels, then the cases of an SPSS file; coded values become their labels.

    Raises: EnqueteError: PACKAGE_MISSING without pyreadstat, FILE_DAMAGED.
    """
    try:
        import pyreadstat
    except ImportError as error:
        raise EnqueteError(Code.PACKAGE_MISSING, what="Lire un fichier SPSS (.sav)", extra="spss") from error
    try:
        frame, meta = pyreadstat.read_sav(str(path), user_missing=True)
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError) as error:
        raise EnqueteError(Code.FILE_DAMAGED, file=path.name, why="fichier SPSS illisible") from error
    names = list(meta.column_names)
    labels: list[CellValue] = [meta.column_names_to_labels.get(name) or name for name in names]
    columns = [
        _column(
            frame[name].tolist(),
            meta.variable_value_labels.get(name, {}),
            list[Any](meta.missing_ranges.get(name, [])),
        )
        for name in names
    ]
    return [list[Any](names), labels, *(list(row) for row in zip(*columns, strict=True))]


def _column(values: list[Any], labels: dict[Any, str], missing: list[dict[str, Any]]) -> list[CellValue]:
    return [_cell(value, labels, missing) for value in values]


def _cell(value: Any, labels: dict[Any, str], missing: list[dict[str, Any]]) -> CellValue:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value != value:
        return ""
    if value in labels:
        return labels[value]
    if any(_within(value, span) for span in missing):
        return DECLARED_MISSING
    if isinstance(value, str | float | int | dt.date | dt.time):
        return value
    return str(value)


def _within(value: Any, span: dict[str, Any]) -> bool:
    low, high = span["lo"], span["hi"]
    if isinstance(value, str) != isinstance(low, str):
        return False
    return bool(low <= value <= high)
