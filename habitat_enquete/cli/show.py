"""How results, problems and progress reach the person at the keyboard: results on stdout, the rest on stderr."""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import click

from habitat_enquete.errors import EnqueteError, Problem, Severity
from habitat_enquete.typography import count as count
from habitat_enquete.typography import typographic as typographic

if TYPE_CHECKING:
    from habitat_enquete.project import Project

_SHOWN_PROBLEMS: Final = 30


def say(text: str = "") -> None:
    """One line of result, on stdout."""
    click.echo(typographic(text))


def tell(text: str = "") -> None:
    """One line beside the result (what is being done, what to look at), on stderr."""
    click.echo(typographic(text), err=True)


def say_files(project: Project, paths: Iterable[Path]) -> None:
    """The files that a command wrote, one per line, as found from the study's folder."""
    for path in paths:
        say(f"→ {project.relative(path)}")


def say_json(result: Mapping[str, Any]) -> None:
    """One JSON object on stdout."""
    click.echo(json.dumps(result, ensure_ascii=False, indent=2, default=str))


def report_error(error: EnqueteError) -> None:
    """What stopped the command, with its located problems if any."""
    tell(f"Erreur : {error}")
    report_problems(error.problems)


def report_problems(problems: Sequence[Problem], *, all_in: str | None = None) -> None:
    """The located problems as one table; beyond thirty, says where the whole list is (`all_in`)."""
    if not problems:
        return
    shown = problems[:_SHOWN_PROBLEMS]
    rows = [(_SEVERITY[problem.severity], problem.place, problem.message) for problem in shown]
    tell(table(("", "Où", "Quoi, et que faire"), rows))
    if len(problems) > len(shown):
        rest = f" Liste entière : {all_in}" if all_in else ""
        tell(f"… et {count(len(problems) - len(shown), 'autre')}.{rest}")


_SEVERITY: Final = {Severity.ERROR: "erreur", Severity.WARNING: "à voir"}


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Aligned columns of text; the last column is free to run on."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header) - 1)]
    return "\n".join(
        "  ".join((*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1])).rstrip()
        for row in cells
    )


def pass_project(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the study it works on, as its first argument.

    Raises: EnqueteError when the folder is not a study.
    """

    @functools.wraps(function)
    def with_project(*arguments: Any, **options: Any) -> Any:
        from habitat_enquete.project import Project

        study = click.get_current_context().find_root().obj
        return function(Project.open(study), *arguments, **options)

    return with_project


def located(project: Project, path: Path) -> Path:
    """`path` as found in the study (`enquete -C ETUDE import reponses.xlsx`) or, failing that, from the current folder."""
    inside = project.root / path
    return inside if inside.exists() else path


class Progress:
    """A line on stderr that says how far long work is; silent when stderr is not a terminal or work is short.

    Call it with (done, total). Use as a context manager: the line is wiped at the end.
    """

    def __init__(self, label: str, *, after_seconds: float = 0.5) -> None:
        self._label = label
        self._start = time.monotonic()
        self._after = after_seconds
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, total: int) -> None:
        if not sys.stderr.isatty() or time.monotonic() - self._start < self._after:
            return
        self._shown = True
        click.echo(f"\r\033[K{self._label} {done}/{total}", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)
