"""The figures that IRaMuTeQ 0.8a7 gives: segments and forms, profiles, classes, analysis of correspondences, specificities."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.io
import scipy.sparse as sp
from reference_lines import Line, column_of, exact, largest, numbers, read_any, unknown, up_to_sign

from habitat_enquete.exchange.iramuteq import read_corpus
from habitat_enquete.stats import hypergeometric, keyness
from habitat_enquete.textometry import correspondence, reinert
from habitat_enquete.textometry.segments import cut_tokens, iramuteq_tokens, words_only
from habitat_enquete.textometry.stability import adjusted_rand

# The options of the reference run.
CLASSES_ASKED, SMALLEST_CLASS = 10, 200


def iramuteq_lines(folder: Path) -> Iterator[Line]:
    yield from segment_lines(folder)
    yield from profile_lines(folder)
    yield from class_lines(folder)
    yield from plane_lines(folder)
    yield from specificity_lines(folder)


def segment_lines(folder: Path) -> Iterator[Line]:
    """Segments and forms of a raw corpus; the multiword expressions of its dictionary are those seen in the segments."""
    for source in sorted(folder.glob("input_*.txt")):
        name = source.stem.removeprefix("input_")
        segments, forms = folder / f"segments_{name}.csv", folder / f"formes_{name}.csv"
        if not segments.exists():
            continue
        table = read_any(segments)
        column = column_of(table, "text", "texte", "segment", "uce", "contenu") or str(table.columns[-1])
        expected = [" ".join(str(text).split()) for text in table[column]]
        joined = {word for text in expected for word in text.split() if "_" in word.strip("_")}
        found = _segments(source.read_text(encoding="utf-8"), joined)
        yield Line(f"iramuteq/{name} number of segments", len(found), len(expected), 0)
        if len(found) == len(expected):
            yield exact(f"iramuteq/{name} segments", found, expected)
        if forms.exists():
            yield from _form_lines(f"iramuteq/{name} forms", read_any(forms), found)


def _segments(content: str, expressions: set[str]) -> list[str]:
    parts = sorted((tuple(word.split("_")) for word in expressions), key=len, reverse=True)
    found = []
    for text in read_corpus(content)[0]:
        for paragraph in text.paragraphs:
            tokens = _joined(iramuteq_tokens(paragraph.text), parts)
            ends = [0, *cut_tokens(tokens)]
            found += [" ".join(words_only(tokens[a:b])) for a, b in itertools.pairwise(ends)]
    return found


def _joined(tokens: Sequence[str], expressions: Sequence[tuple[str, ...]]) -> list[str]:
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for parts in expressions:
        by_first.setdefault(parts[0], []).append(parts)
    made, position = [], 0
    while position < len(tokens):
        fits = (
            parts
            for parts in by_first.get(tokens[position], ())
            if tuple(tokens[position : position + len(parts)]) == parts
        )
        parts = next(fits, (tokens[position],))
        made.append("_".join(parts))
        position += len(parts)
    return made


def _form_lines(name: str, table: pd.DataFrame, segments: Sequence[str]) -> Iterator[Line]:
    form, frequency = column_of(table, "forme", "form"), column_of(table, "freq", "frequency", "eff")
    if form is None or frequency is None:
        yield unknown(name, "names of the columns")
        return
    counts = Counter(word for segment in segments for word in segment.split())
    found = [counts[str(word)] for word in table[form]]
    yield exact(name, found, table[frequency].astype(int).tolist())


def _sizes(file: Path, classes: int) -> Any:
    raw = json.loads(file.read_text())
    values = list(raw.values()) if isinstance(raw, dict) else raw
    return np.array([v for v in values if isinstance(v, int | float)], float)[:classes]


def profile_lines(folder: Path) -> Iterator[Line]:
    source, sizes_file = folder / "profile_input.csv", folder / "profile_class_sizes.json"
    if not (source.exists() and sizes_file.exists()):
        return
    table = read_any(source, index_col=0)
    counts = table.to_numpy(float)
    sizes = _sizes(sizes_file, counts.shape[1])
    overall = counts.sum(axis=1)
    chi2 = np.column_stack(
        [
            keyness.signed_chi2_2x2(
                counts[:, j],
                overall,
                np.full_like(overall, sizes[j]),
                np.full_like(overall, sizes.sum()),
                yates=False,
            )
            for j in range(counts.shape[1])
        ]
    )
    if (folder / "profile_chi2_expected.csv").exists():
        expected = read_any(folder / "profile_chi2_expected.csv", index_col=0)
        shown = [form for form in expected.index if form in table.index]
        rows = [table.index.get_loc(form) for form in shown]
        if table.index.is_unique and len(shown) == len(expected):
            yield largest("iramuteq/profiles χ²", chi2[rows], expected.to_numpy(float), 6e-4)
        else:
            yield largest("iramuteq/profiles χ²", chi2, expected.to_numpy(float), 6e-4)
    if (folder / "profiles_expected.csv").exists():
        yield from _listed_lines(read_any(folder / "profiles_expected.csv"), table, chi2)


def _listed_lines(listed: pd.DataFrame, table: pd.DataFrame, chi2: Any) -> Iterator[Line]:
    """The profiles as IRaMuTeQ lists them: class, form, segments of the class, all segments, share, χ²."""
    names = {
        "class": ("classe", "class", "cluster", "clusters"),
        "form": ("forme", "form", "mot", "feature"),
        "in": ("eff_s_t", "eff_st", "eff_in_class", "in_class", "eff_classe", "n_class", "eff"),
        "all": ("eff_total", "total", "eff_tot", "overall", "n_total"),
        "chi2": ("chi2", "khi2", "chi_2", "chisq"),
    }
    columns = {key: column_of(listed, *known) for key, known in names.items()}
    if columns["class"] is None or columns["form"] is None or columns["chi2"] is None:
        yield unknown("iramuteq/profiles listed", f"columns {', '.join(map(str, listed.columns))}")
        return
    place = {str(form): row for row, form in enumerate(table.index)}
    classes = numbers(
        str(value).lower().replace("classe", "").replace("class", "") for value in listed[columns["class"]]
    )
    kept = [
        i
        for i, form in enumerate(listed[columns["form"]].astype(str))
        if form in place and np.isfinite(classes[i])
    ]
    rows = [place[str(listed[columns["form"]].iloc[i])] for i in kept]
    numbered = classes[kept].astype(int) - 1
    expected = numbers(listed[columns["chi2"]])[kept]
    yield largest("iramuteq/profiles listed χ²", chi2[rows, numbered], expected, 6e-3)
    counts = table.to_numpy(float)
    for key, ours in (("in", counts[rows, numbered]), ("all", counts[rows].sum(axis=1))):
        if columns[key]:
            yield largest(f"iramuteq/profiles listed {key}", ours, numbers(listed[columns[key]])[kept], 0)


def class_lines(folder: Path) -> Iterator[Line]:
    """The first cuts and the terminal classes of a descending classification, by IRaMuTeQ's own selection of terms."""
    matrix, file = folder / "chd_matrix.mtx", folder / "chd_n1_levels.csv"
    if not (matrix.exists() and file.exists()):
        return
    levels = read_any(file).select_dtypes("number")
    presence = sp.csr_array(scipy.io.mmread(matrix)).astype(float)
    options = reinert.Settings(peer="iramuteq")
    tree = reinert.classify(presence, CLASSES_ASKED, options)
    columns = _levels_of(levels, presence.shape[0])
    for level, tolerance in ((2, 1e-9), (3, 0.05)):
        theirs = [column for column in columns if len(np.unique(column[column > 0])) == level]
        if theirs and tree.k >= level:
            ours = tree.classes(level)
            both = (ours > 0) & (theirs[0] > 0)
            yield Line(
                f"iramuteq/classes level {level - 1} ARI",
                adjusted_rand(theirs[0][both], ours[both]),
                1.0,
                tolerance,
            )
    final = column_of(levels, "final", "classe", "classes", "class", "uce_class", "final_class", "clusters")
    if final is not None:
        expected = levels[final].fillna(0).to_numpy(int)
        ours = reinert.terminal_classes(tree, SMALLEST_CLASS)
        both = (ours > 0) & (expected > 0)
        # Each program's moves end in a local optimum of its own: no more than a likeness can be asked of the last level.
        yield Line("iramuteq/terminal classes ARI", adjusted_rand(expected[both], ours[both]), 1.0, 0.5)
        yield Line(
            "iramuteq/terminal classes, share classified", (ours > 0).mean(), (expected > 0).mean(), 0.1
        )


def _levels_of(levels: pd.DataFrame, rows: int) -> list[Any]:
    """The columns that give each row's class, those of names and ranks left out."""
    found = []
    for name in levels:
        column = levels[name].fillna(0).to_numpy(int)
        if len(column) == rows and 1 < len(np.unique(column)) <= 2 * CLASSES_ASKED + 2:
            found.append(column)
    return found


def plane_lines(folder: Path) -> Iterator[Line]:
    """The analysis of the table of forms × classes; its active rows are the first ones, as many as give the same eigenvalues."""
    source, factor_file = folder / "profile_input.csv", folder / "afc_facteur_expected.csv"
    if not (source.exists() and factor_file.exists()):
        return
    table = read_any(source, index_col=0)
    eigenvalues = _eigenvalues(read_any(factor_file))
    active = _active_rows(table.to_numpy(float), eigenvalues)
    found = correspondence.analyse(table.to_numpy(float)[active])
    axes = min(len(eigenvalues), len(found.inertias))
    yield largest("iramuteq/afc eigenvalues", found.inertias[:axes], eigenvalues[:axes], 1e-9)
    for name, ours in (("col", found.columns), ("row", found.rows)):
        file = folder / f"afc_{name}_expected.csv"
        if file.exists():
            expected = read_any(file, index_col=0)
            yield from _coordinates(
                f"iramuteq/afc {name}", ours, expected, found, active if name == "row" else None
            )


def _eigenvalues(table: pd.DataFrame) -> Any:
    """The eigenvalues of a table of factors: the column so named, else the one that decreases below one."""
    column = column_of(
        table, "valeurs_propres", "valeur_propre", "eigenvalue", "eigenvalues", "value", "values", "eig"
    )
    if column is not None:
        return numbers(table[column])
    for name in table.select_dtypes("number"):
        values = numbers(table[name])
        if len(values) and values.max() < 1 and (np.diff(values) <= 0).all():
            return values
    raise KeyError("eigenvalues")


def _active_rows(counts: Any, eigenvalues: Any) -> Any:
    """The rows that make the axes: all, or the first ones, found by the eigenvalue they give."""
    kept = np.flatnonzero(counts.sum(axis=1) > 0)
    best = kept
    nearest = np.inf
    for size in (len(kept), *range(len(kept) - 1, counts.shape[1], -1)):
        first = counts[kept[:size]]
        masses, total = first.sum(axis=0), first.sum()
        if (masses == 0).any():
            break
        scaled = first / np.sqrt(first.sum(axis=1))[:, None] / np.sqrt(masses)
        value = np.linalg.eigvalsh(scaled.T @ scaled)[-2] if total else 0.0
        if abs(value - eigenvalues[0]) < nearest:
            best, nearest = kept[:size], abs(value - eigenvalues[0])
        if nearest < 1e-9:
            break
    return best


def _coordinates(
    name: str, ours: Any, expected: pd.DataFrame, found: correspondence.Correspondence, active: Any
) -> Iterator[Line]:
    """Principal or standard coordinates, whichever the table holds; supplementary rows after the active ones are left out."""
    numeric = expected.select_dtypes("number")
    columns = [
        c
        for c in numeric
        if str(c)
        .lower()
        .replace(".", "")
        .replace("_", "")
        .startswith(("coord", "facteur", "dim", "axe", "axis"))
    ]
    values = numeric[columns or list(numeric)].to_numpy(float)[: len(ours)]
    axes = min(values.shape[1], ours.shape[1])
    values, ours = values[:, :axes], ours[:, :axes]
    if len(values) != len(ours):
        yield unknown(name, f"{len(values)} rows for {len(ours)}")
        return
    standard = ours / found.singular_values[:axes]
    as_principal = up_to_sign(f"{name} coordinates", ours, values, 1e-9)
    as_standard = up_to_sign(f"{name} standard coordinates", standard, values, 1e-9)
    yield min(as_principal, as_standard, key=lambda line: line.difference)
    del active


def specificity_lines(folder: Path) -> Iterator[Line]:
    for kind in ("forms", "types"):
        source = folder / f"spec_input_{kind}.csv"
        if not source.exists():
            continue
        counts = read_any(source, index_col=0).to_numpy(np.int64)
        if (folder / f"spec_expected_{kind}.csv").exists():
            scores = hypergeometric.specificities(
                counts, parts=counts.sum(axis=0), terms=counts.sum(axis=1), corpus=int(counts.sum())
            )
            expected = read_any(folder / f"spec_expected_{kind}.csv", index_col=0).to_numpy(float)
            yield largest(f"iramuteq/specificities {kind}", scores, expected, 6e-5)
        for file in sorted(folder.glob(f"spec_relfreq_per_1000*{kind}*.csv")) or (
            sorted(folder.glob("spec_relfreq_per_1000.csv")) if kind == "forms" else []
        ):
            expected = read_any(file, index_col=0).to_numpy(float)
            yield largest(f"iramuteq/{file.stem}", 1000 * counts / counts.sum(axis=0), expected, 6e-4)
