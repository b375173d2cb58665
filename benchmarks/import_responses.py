"""How long an import takes, beside what pandas with openpyxl needs merely to read the same cells.

    python benchmarks/import_responses.py --rows 100000 --columns 60 --json
    python benchmarks/import_responses.py --rows 20000 --mix all

Each reader runs in a process of its own; seconds are CPU (user and system), memory is the peak of the process. The import
reads, checks, stores and traces every answer to its cell, then writes its report. `--mix` chooses what the columns hold: a
survey's usual mixture, or one kind of question alone, which no average hides. Workbooks hold inline strings, as exporters
write them; `shared` is the usual mixture as Excel saves it, its strings in a table apart.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
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
_MIXES: dict[str, tuple[str, ...]] = {
    "mixed": _KINDS,
    "texts": ("text",),
    "numbers": ("integer", "decimal"),
    "choices": ("select_one", "select_multiple"),
    "ticks": ("ticks",),
    "dates": ("date",),
    "shared": _KINDS,
    "repeats": _KINDS,
    "csv": _KINDS,
}
_REPEATED = 10  # questions of the repeated block, asked twice to each respondent
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


def questionnaire(columns: int, mix: str = "mixed") -> str:
    """A questionnaire of `columns` columns; in the usual mixture, one question of ten has a condition, one a constraint."""
    lines = ["id: banc", "version: '1'", "repondant: {id: id}", "listes:"]
    for name, codes in (("statut", _STATUTS), ("motif", _MOTIFS)):
        lines.append(
            f"  {name}: [{', '.join(f'{{name: {code}, label: {code.title()} (banc)}}' for code in codes)}]"
        )
    lines.append("questions:")
    main = columns - _REPEATED if mix == "repeats" else columns
    for rank, kind in enumerate(_asked(mix, main)):
        lines.append(f"  - {_question(f'q{rank}', kind, conditional=mix not in {'numbers'})}")
    if mix == "repeats":
        lines += ["  - repeat: etape", "    questions:"]
        lines += [
            f"      - {_question(f'e{rank}', _KINDS[rank % len(_KINDS)], conditional=False)}"
            for rank in range(_REPEATED)
        ]
    return "\n".join(lines) + "\n"


def _asked(mix: str, columns: int) -> list[str]:
    """The kind of each question; one asked by ticks takes a column for each of its choices."""
    kinds = _MIXES[mix]
    count = (columns - 1) // len(_MOTIFS) if mix == "ticks" else columns - 1
    return [kinds[rank % len(kinds)] for rank in range(count)]


def _question(name: str, kind: str, *, conditional: bool) -> str:
    extra = {
        "select_one": ", list: statut",
        "select_multiple": ", list: motif",
        "ticks": ", list: motif",
        "integer": ", constraint: '. >= 0 and . < 120'",
    }.get(kind, "")
    condition = ", relevant: \"${q0} != 'autre'\"" if kind == "decimal" and conditional else ""
    type_ = "select_multiple" if kind == "ticks" else kind
    return f"{{type: {type_}, name: {name}, label: Question {name} du banc{extra}{condition}}}"


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


def table(rows: int, columns: int, mix: str) -> Iterator[list[object]]:
    """The header and the rows of `rows` invented respondents."""
    draw = random.Random(2026)
    kinds = _asked(mix, columns - _REPEATED if mix == "repeats" else columns)
    header = [f"q{rank}" for rank in range(len(kinds))]
    if mix == "ticks":
        header = [f"{name}/{code}" for name in header for code in _MOTIFS]
    yield ["id", *header]
    for row in range(rows):
        if mix == "ticks":
            yield [f"R{row:06}", *(int(draw.random() < 0.3) for _ in header)]
            continue
        cells = [cell(kind, draw) for kind in kinds]
        if cells[0] == "autre":  # what the condition of the decimals says
            cells = [None if kind == "decimal" else each for kind, each in zip(kinds, cells, strict=True)]
        yield [f"R{row:06}", *cells]


def block(rows: int) -> Iterator[list[object]]:
    """The repeated block on its own sheet, two instances for each respondent, as Kobo writes it."""
    draw = random.Random(48)
    yield [*(f"e{rank}" for rank in range(_REPEATED)), "_index", "_parent_index"]
    for row in range(2 * rows):
        yield [*(cell(_KINDS[rank % len(_KINDS)], draw) for rank in range(_REPEATED)), row + 1, row // 2 + 1]


def write_file(folder: Path, rows: int, columns: int, mix: str) -> Path:
    """The answers as an xlsx, or as a csv."""
    if mix == "csv":
        with (folder / "responses.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, delimiter=";").writerows(table(rows, columns, mix))
        return folder / "responses.csv"
    path = folder / "responses.xlsx"
    if mix == "shared":
        import xlsxwriter

        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet("Réponses")
        for number, line in enumerate(table(rows, columns, mix)):
            for column, value in enumerate(line):
                if value is not None:
                    sheet.write(number, column, value)
        book.close()
        return path
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    main = workbook.create_sheet("Réponses")
    for number, line in enumerate(table(rows, columns, mix)):
        main.append([*line, "_index" if number == 0 else number] if mix == "repeats" else line)
    if mix == "repeats":
        etape = workbook.create_sheet("etape")
        for line in block(rows):
            etape.append(line)
    workbook.save(path)
    return path


def run_import(study: Path) -> None:
    """What `enquete import responses.xlsx` does."""
    from habitat_enquete.ingest.run import import_responses
    from habitat_enquete.project import Project

    result = import_responses(Project.open(study), _file(study))
    print(json.dumps({"responses": result.added, "answers": result.answers}), file=sys.stderr)


def run_pandas(study: Path) -> None:
    """What pandas needs to read the cells, every sheet, with its default engine."""
    import pandas as pd

    if (file := _file(study)).suffix == ".csv":
        pd.read_csv(file, sep=";", dtype=str, engine="python")
    else:
        pd.read_excel(file, engine="openpyxl", sheet_name=None)


def _file(study: Path) -> Path:
    return next(study.glob("responses.*"))


_RUNS: dict[str, Callable[[Path], None]] = {"enquete": run_import, "pandas_openpyxl": run_pandas}


def measured(name: str, study: Path) -> dict[str, float]:
    """CPU seconds and peak MiB of one reader, in its own process."""
    command = [sys.executable, __file__, "--run", name, "--study", str(study)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = {"cpu_seconds": round(seconds, 2), "peak_mib": round(int(finished.stdout or 0) / 1024, 0)}
    if name == "enquete":
        found |= json.loads(finished.stderr.splitlines()[-1])
    return found


def compared(rows: int, columns: int, mix: str, *, skip_pandas: bool) -> dict[str, object]:
    """Write one file, run both readers, compare."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        (study / "questionnaires").mkdir()
        (study / "questionnaires" / "banc.yaml").write_text(questionnaire(columns, mix), encoding="utf-8")
        write_file(study, rows, columns, mix)
        names = ["enquete"] if skip_pandas else list(_RUNS)
        found = {name: measured(name, study) for name in names}
        size = (study / "enquete.db").stat().st_size
    result: dict[str, object] = {
        "mix": mix,
        "rows": rows,
        "columns": columns,
        "store_mib": round(size / 2**20),
        **found,
    }
    if not skip_pandas:
        result["ratio"] = round(found["enquete"]["cpu_seconds"] / found["pandas_openpyxl"]["cpu_seconds"], 3)
    return result


def main() -> None:
    """Compare both readers on one mix of columns, or on each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=60)
    parser.add_argument("--mix", choices=[*_MIXES, "all"], default="mixed")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--skip-pandas", action="store_true")
    parser.add_argument("--run", choices=_RUNS)
    parser.add_argument("--study", type=Path)
    arguments = parser.parse_args()
    if arguments.run:
        _RUNS[arguments.run](arguments.study)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return
    mixes = list(_MIXES) if arguments.mix == "all" else [arguments.mix]
    results = []
    for mix in mixes:
        results.append(compared(arguments.rows, arguments.columns, mix, skip_pandas=arguments.skip_pandas))
        if not arguments.json:
            print("  ".join(f"{key}: {value}" for key, value in results[-1].items()), flush=True)
    if arguments.json:
        print(json.dumps(results[0] if len(results) == 1 else results, indent=2))


if __name__ == "__main__":
    main()
