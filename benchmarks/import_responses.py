"""How long an import takes, beside what pandas with openpyxl needs merely to read the same cells.

    python benchmarks/import_responses.py --rows 100000 --columns 60 --json

Each reader runs in a process of its own; seconds are CPU (user and system), memory is the peak of the process. The import
reads, checks, stores and traces every answer to its cell, then writes its report.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

_KINDS = (
    "select_one",
    "select_one",
    "select_multiple",
    "integer",
    "decimal",
    "date",
    "text",
    "select_one",
    "text",
    "select_one",
)
_WORDS = [
    "logement",
    "loyer",
    "trouver",
    "travail",
    "village",
    "voisins",
    "école",
    "route",
    "hiver",
    "chauffage",
    "bourg",
    "maison",
    "jardin",
    "médecin",
    "train",
]
_STATUTS = ("prop", "loc", "hlm", "heb", "autre")
_MOTIFS = ("emploi", "famille", "cadre", "prix", "retraite")


def questionnaire(columns: int) -> str:
    """A questionnaire of `columns` questions, one of ten with a condition, one of ten with a constraint."""
    lines = ["id: banc", "version: '1'", "repondant: {id: id}", "listes:"]
    for name, codes in (("statut", _STATUTS), ("motif", _MOTIFS)):
        lines.append(
            f"  {name}: [{', '.join(f'{{name: {code}, label: {code.title()} (banc)}}' for code in codes)}]"
        )
    lines.append("questions:")
    for rank in range(columns - 1):
        kind = _KINDS[rank % len(_KINDS)]
        extra = {
            "select_one": ", list: statut",
            "select_multiple": ", list: motif",
            "integer": ", constraint: '. >= 0 and . < 120'",
        }
        condition = ", relevant: \"${q0} != 'autre'\"" if kind == "decimal" else ""
        lines.append(
            f"  - {{type: {kind}, name: q{rank}, label: Question {rank} du banc{extra.get(kind, '')}{condition}}}"
        )
    return "\n".join(lines) + "\n"


def cell(kind: str, draw: random.Random) -> object:
    """One invented answer; one in twenty is missing."""
    if draw.random() < 0.05:
        return None
    if kind == "select_one":
        return draw.choice(_STATUTS)
    if kind == "select_multiple":
        return " ".join(draw.sample(_MOTIFS, draw.randint(1, 3)))
    if kind == "integer":
        return draw.randint(16, 95)
    if kind == "decimal":
        return round(draw.uniform(200, 1500), 2)
    if kind == "date":
        return f"20{draw.randint(10, 25)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    return " ".join(draw.choices(_WORDS, k=6))


def write_workbook(path: Path, rows: int, columns: int) -> None:
    """An xlsx of `rows` invented respondents, strings inline as exporters write them."""
    from openpyxl import Workbook

    draw = random.Random(2026)
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Réponses")
    sheet.append(["id", *(f"q{rank}" for rank in range(columns - 1))])
    for row in range(rows):
        cells = [cell(_KINDS[rank % len(_KINDS)], draw) for rank in range(columns - 1)]
        if cells[0] == "autre":  # what the condition of the decimals says
            cells = [
                None if _KINDS[rank % len(_KINDS)] == "decimal" else each for rank, each in enumerate(cells)
            ]
        sheet.append([f"R{row:06}", *cells])
    workbook.save(path)


def run_import(study: Path) -> None:
    """What `enquete import responses.xlsx` does."""
    from habitat_enquete.ingest.run import import_responses
    from habitat_enquete.project import Project

    result = import_responses(Project.open(study), study / "responses.xlsx")
    print(json.dumps({"responses": result.added, "answers": result.answers}), file=sys.stderr)


def run_pandas(study: Path) -> None:
    """What pandas needs to read the cells, with its default engine."""
    import pandas as pd

    pd.read_excel(study / "responses.xlsx", engine="openpyxl")


_RUNS: dict[str, Callable[[Path], None]] = {"enquete": run_import, "pandas_openpyxl": run_pandas}


def measured(name: str, study: Path) -> dict[str, float]:
    """CPU seconds and peak MiB of one reader, in its own process."""
    command = [sys.executable, __file__, "--run", name, "--study", str(study)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_seconds": round(seconds, 2), "peak_mib": round(int(finished.stdout or 0) / 1024, 0)}


def main() -> None:
    """Write the workbook, run both readers, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--skip-pandas", action="store_true")
    parser.add_argument("--run", choices=_RUNS)
    parser.add_argument("--study", type=Path)
    arguments = parser.parse_args()
    if arguments.run:
        _RUNS[arguments.run](arguments.study)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        (study / "questionnaires").mkdir()
        (study / "questionnaires" / "banc.yaml").write_text(
            questionnaire(arguments.columns), encoding="utf-8"
        )
        write_workbook(study / "responses.xlsx", arguments.rows, arguments.columns)
        names = ["enquete"] if arguments.skip_pandas else list(_RUNS)
        found = {name: measured(name, study) for name in names}
        size = (study / "enquete.db").stat().st_size
    result = {"rows": arguments.rows, "columns": arguments.columns, "store_mib": round(size / 2**20), **found}
    if not arguments.skip_pandas:
        result["ratio"] = round(found["enquete"]["cpu_seconds"] / found["pandas_openpyxl"]["cpu_seconds"], 3)
    print(
        json.dumps(result, indent=2) if arguments.json else "\n".join(f"{k}: {v}" for k, v in result.items())
    )


if __name__ == "__main__":
    main()
