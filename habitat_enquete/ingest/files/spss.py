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


class DeclaredMissing(str):
    """The label of a value that its file declares missing: « Refus » is then no answer, whatever the question proposes."""

    __slots__ = ()


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
    sets = _sets(meta)
    labels: list[CellValue] = [_label(name, meta.column_names_to_labels.get(name), sets) for name in names]
    columns = [
        _column(
            _counted(frame[name].tolist(), sets.get(name)),
            {} if _is_ticked(sets.get(name)) else meta.variable_value_labels.get(name, {}),
            list[Any](meta.missing_ranges.get(name, [])),
        )
        for name in names
    ]
    return [list[Any](names), labels, *(list(row) for row in zip(*columns, strict=True))]


def _sets(meta: Any) -> dict[str, dict[str, Any]]:
    """The multiple response set that each variable belongs to, by variable."""
    sets = getattr(meta, "mr_sets", None) or {}
    return {name.casefold(): each for each in sets.values() for name in each["variable_list"]} | {
        name: each for each in sets.values() for name in each["variable_list"]
    }


def _label(name: str, label: str | None, sets: dict[str, dict[str, Any]]) -> str:
    """The label of a variable; in a set of several answers, that of the set, with the choice it ticks."""
    found = sets.get(name)
    question = found["label"] if found else ""
    if not question or (label and question.casefold() in label.casefold()):
        return label or name
    return f"{question} [{label or name}]" if _is_ticked(found) else str(question)


def _is_ticked(found: dict[str, Any] | None) -> bool:
    return found is not None and bool(found["is_dichotomy"])


def _counted(values: list[Any], found: dict[str, Any] | None) -> list[Any]:
    """The values of a ticked variable as 1 and 0, whichever value its set counts as a tick."""
    if found is None or not found["is_dichotomy"]:
        return values
    counted = str(found["counted_value"])
    return [value if value is None or value != value else float(_plain(value) == counted) for value in values]


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _column(values: list[Any], labels: dict[Any, str], missing: list[dict[str, Any]]) -> list[CellValue]:
    return [_cell(value, labels, missing) for value in values]


def _cell(value: Any, labels: dict[Any, str], missing: list[dict[str, Any]]) -> CellValue:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value != value:
        return ""
    declared = any(_within(value, span) for span in missing)
    if value in labels:
        return DeclaredMissing(labels[value]) if declared else labels[value]
    if declared:
        return DECLARED_MISSING
    if isinstance(value, str | float | int | dt.date | dt.time):
        return value
    return str(value)


def _within(value: Any, span: dict[str, Any]) -> bool:
    low, high = span["lo"], span["hi"]
    if isinstance(value, str) != isinstance(low, str):
        return False
    return bool(low <= value <= high)
