"""The store as pandas DataFrames, for notebooks and `enquete export`.

>>> from habitat_enquete import tables
>>> tables.codings("mon_etude").groupby("code").size()        # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.project import Project
from habitat_enquete.store import export
from habitat_enquete.store.connection import Store

if TYPE_CHECKING:
    import pandas as pd


def respondents(study: str | Path) -> pd.DataFrame:
    """One row per respondent: `respondent`, then one column per attribute."""
    return _table(study, export.respondents)


def answers(study: str | Path) -> pd.DataFrame:
    """One row per current answer, with its state and the cell it came from."""
    return _table(study, export.answers)


def documents(study: str | Path) -> pd.DataFrame:
    """One row per interview or open answer, with its `text`; every span refers to it."""
    return _table(study, export.documents)


def turns(study: str | Path) -> pd.DataFrame:
    """One row per speaker turn; `start` and `end` are code points of the document's text."""
    return _table(study, export.turns)


def codings(study: str | Path) -> pd.DataFrame:
    """One row per coding, whatever its state, with the words it covers (`quote`)."""
    return _table(study, export.codings)


def episodes(study: str | Path) -> pd.DataFrame:
    """One row per residential episode."""
    return _table(study, export.episodes)


def findings(study: str | Path) -> pd.DataFrame:
    """One row per barrier or opportunity of the last synthesis."""
    return _table(study, export.findings)


def evidence(study: str | Path) -> pd.DataFrame:
    """One row per quote that supports a finding of the last synthesis."""
    return _table(study, export.evidence)


TABLES: Final[dict[str, Callable[[str | Path], pd.DataFrame]]] = {
    table.__name__: table
    for table in (respondents, answers, documents, turns, codings, episodes, findings, evidence)
}


def write_all(project: Project, folder: Path, file_format: str = "csv") -> Iterator[tuple[Path, int]]:
    """Write every table in `folder`, one file each; gives the path and number of rows of each.

    Raises: EnqueteError when `parquet` is asked for without pyarrow.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in TABLES.items():
        frame = table(project.root)
        path = folder / f"{name}.{file_format}"
        _write(frame, path, file_format)
        yield path, len(frame)


def _write(frame: pd.DataFrame, path: Path, file_format: str) -> None:
    if file_format == "csv":
        frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    elif file_format == "parquet":
        try:
            frame.to_parquet(path, index=False, engine="pyarrow")
        except ImportError as error:
            raise EnqueteError(Code.PACKAGE_MISSING, what="le format Parquet", extra="parquet") from error
    else:
        _write_workbook(frame, path)


def _write_workbook(frame: pd.DataFrame, path: Path) -> None:
    """One sheet, text as text: an answer that starts with « = » must not become a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(path.stem)
    sheet.freeze_panes = "A2"
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                cell.data_type = "s"
            else:
                cell.value = None if value != value else value
            cells.append(cell)
        sheet.append(cells)
    workbook.save(path)


def _table(
    study: str | Path, read: Callable[[Store], tuple[list[str], list[tuple[object, ...]]]]
) -> pd.DataFrame:
    import pandas as pd

    project = Project.open(Path(study))
    with Store(project.database) as store:
        columns, rows = read(store)
    return pd.DataFrame(rows, columns=columns)
