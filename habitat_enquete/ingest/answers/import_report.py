"""The written report of an import: the figures as JSON, every located problem as a table that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from habitat_enquete.errors import Problem, Severity

_HEADER: Final = ("gravité", "fichier", "feuille", "ligne", "colonne", "valeur", "code", "message")
_NAMES: Final = {Severity.ERROR: "erreur", Severity.WARNING: "à voir"}
_FORMULA: Final = re.compile(r"^[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import has to say: its figures, its problems, what the file and the questionnaire do not have in common."""

    summary: Mapping[str, Any]
    problems: tuple[Problem, ...]
    questions_without_column: tuple[str, ...] = ()
    columns_without_question: tuple[str, ...] = ()


def write_report(folder: Path, report: ImportReport, *, name: str) -> tuple[Path, Path]:
    """Write `<name>.json` and `<name>_problemes.csv` in `folder`. Gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "_", Path(name).name)
    summary, rows = folder / f"{name}.json", folder / f"{name}_problemes.csv"
    counts: dict[str, int] = {}
    for each in report.problems:
        counts[each.code] = counts.get(each.code, 0) + 1
    content = {
        **report.summary,
        "questions_without_column": report.questions_without_column,
        "columns_without_question": report.columns_without_question,
        "problems": dict(sorted(counts.items())),
    }
    _write(summary, (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())
    _write(rows, problem_table(report.problems).encode("utf-8-sig"))
    return summary, rows


def _write(path: Path, content: bytes) -> None:
    """Write a file whole: what interrupts it leaves the former one."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def problem_table(problems: tuple[Problem, ...]) -> str:
    """The problems as csv with semicolons; a value that a spreadsheet would take for a formula is masked."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADER)
    for each in problems:
        writer.writerow(
            [
                _NAMES[each.severity],
                each.file,
                each.sheet,
                "" if each.row is None else each.row,
                each.column,
                masked(each.value),
                each.code,
                each.message,
            ]
        )
    return stream.getvalue()


def masked(text: str) -> str:
    """`text`, which no spreadsheet will run as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
