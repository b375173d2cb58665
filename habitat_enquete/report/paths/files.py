"""Residential paths for people to read: figures, and the tables behind them, in `outputs/parcours/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from habitat_enquete.pathways.run import PathwaysResult
from habitat_enquete.report import files, tidy_workbook
from habitat_enquete.report.paths import drawing as draw
from habitat_enquete.report.paths.figures import figures
from habitat_enquete.report.paths.respondent_profiles import PLANE
from habitat_enquete.report.paths.tables import tables

INTRODUCTION: Final = (
    "Parcours résidentiels",
    "Chaque feuille est un tableau rangé : une ligne par chose, une colonne par fait.",
    "Document de travail : il contient une ligne par personne. Ne le diffusez pas sans l'avoir relu.",
)


def write(folder: Path, result: PathwaysResult, *, title: str) -> Iterator[Path]:
    """Write every figure that the data allow, and the workbook of tables; gives the files, in reading order."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.svg"), *folder.glob("*.png")):
        if old.stem != PLANE:
            old.unlink()
    for name, figure, description in figures(result):
        yield from draw.save(figure, folder / name, f"{title} : {description}")
    workbook = folder / "parcours.xlsx"
    sheets = [
        tidy_workbook.Table(name, tuple(columns), rows) for name, (columns, rows) in tables(result).items()
    ]
    files.write(workbook, tidy_workbook.build(sheets, introduction=INTRODUCTION, title=title))
    yield workbook
