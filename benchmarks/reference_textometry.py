"""Recompute every textometry figure of a folder of reference values, and print each beside what was expected.

    python benchmarks/reference_textometry.py FOLDER [--json]

FOLDER has the shape described in its README: sub-folders keyness, specificities, ca_mca, segments, import_iramuteq, formats, reinert,
rainette2, similarity, iramuteq; those that are absent are passed over. Exit status 0 when all figures are within tolerance.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import scipy.io
import scipy.sparse as sp
from reference_iramuteq import iramuteq_lines
from reference_lines import Line, exact, first_of, largest, numbers, unknown, up_to_sign

from habitat_enquete.exchange.iramuteq import read_corpus
from habitat_enquete.stats import hypergeometric, keyness
from habitat_enquete.textometry import correspondence, double, reinert
from habitat_enquete.textometry.segments import (
    cut_tokens,
    cut_words,
    iramuteq_tokens,
    merge_short,
    words_only,
)
from habitat_enquete.textometry.similarity import Index, communities, graph, maximum_tree, similarity
from habitat_enquete.textometry.stability import adjusted_rand

EXPRESSIONS = {
    "après-demain": "après_demain",
    "c'est-à-dire": "c_est_à_dire",
    "d'abord": "d_abord",
    "fur et à mesure": "fur_et_à_mesure",
    "rez-de-chaussée": "rez_de_chaussée",
}


def keyness_lines(folder: Path) -> Iterator[Line]:
    for file in sorted(folder.glob("*_quanteda.csv")):
        table = pd.read_csv(file)
        for (measure, correction), rows in table.groupby(["measure", "correction"], sort=True):
            target, reference = rows["n_target"].to_numpy(float), rows["n_reference"].to_numpy(float)
            name = f"keyness/{file.stem} {measure} {correction}"
            if measure == "exact":
                yield from _fisher_lines(name, rows, target, reference)
                continue
            if measure == "pmi":
                yield largest(name, keyness.pmi(target, reference), rows["stat"], 1e-9)
                continue
            function = keyness.chi2 if measure == "chi2" else keyness.likelihood_ratio
            found = function(target, reference, correction=correction)
            expected = rows["stat"].to_numpy(float)
            if correction == "williams" and measure == "chi2":
                # The reference multiplies by q where the textbooks divide: undo it to compare.
                plain = keyness.chi2(target, reference, correction="none")
                expected = plain**2 / expected
            # The sign of a term used exactly as expected is a convention.
            signs = np.where(np.abs(found + expected) < 1e-12, -1, 1)
            yield largest(name, found * signs, expected, 1e-9)
            if "p" in rows and correction != "williams":
                yield largest(f"{name} p", keyness.p_value(found), rows["p"], 1e-9)
    for file in sorted(folder.glob("*_baseR.csv")):
        table = pd.read_csv(file)
        target, reference = table["n_target"].to_numpy(float), table["n_reference"].to_numpy(float)
        name = f"keyness/{file.stem}"
        yield largest(
            f"{name} chi2",
            np.abs(keyness.chi2(target, reference, correction="none")),
            np.abs(table["chi2_uncorrected"]),
            1e-9,
        )
        if "chi2_yates_always" in table:
            totals = target + reference
            whole, corpus = np.full(len(target), target.sum()), np.full(len(target), totals.sum())
            yates = keyness.signed_chi2_2x2(target, whole, totals, corpus)
            yield largest(f"{name} χ² of Yates", np.abs(yates), np.abs(table["chi2_yates_always"]), 1e-9)
        if "G2_exact" in table:
            g2 = np.abs(keyness.likelihood_ratio(target, reference, correction="none"))
            # quanteda's G² adds 1e-9 within the logarithm, which the exact one does not.
            yield largest(f"{name} G²", g2, np.abs(table["G2_exact"]), 1e-9 * max(1.0, float(g2.max())) * 1e3)
        if "fisher_p" in table:
            yield largest(f"{name} Fisher p", _fisher(target, reference)[1], table["fisher_p"], 1e-9)


def _fisher(target: Any, reference: Any) -> tuple[list[float], list[float]]:
    """Fisher's exact test of each term: the conditional odds ratio, as R gives it, and the two-sided p-value."""
    from scipy.stats import fisher_exact
    from scipy.stats.contingency import odds_ratio

    ratios, p = [], []
    for a, b in zip(target.astype(int), reference.astype(int), strict=True):
        table = [[a, b], [int(target.sum()) - a, int(reference.sum()) - b]]
        ratios.append(float(odds_ratio(table, kind="conditional").statistic))
        p.append(float(fisher_exact(table).pvalue))
    return ratios, p


def _fisher_lines(name: str, rows: pd.DataFrame, target: Any, reference: Any) -> Iterator[Line]:
    ratios, p = _fisher(target, reference)
    expected = rows["stat"].to_numpy(float)
    usable = np.isfinite(expected) & np.isfinite(ratios) & (expected > 0)
    # R searches the odds ratio to a quarter of a millionth.
    yield largest(
        f"{name}, relative", np.array(ratios)[usable] / expected[usable], np.ones(usable.sum()), 1e-3
    )
    yield largest(f"{name} p", p, rows["p"], 1e-9)


def specificity_lines(folder: Path) -> Iterator[Line]:
    for file in sorted(folder.glob("*_expected.csv")):
        table = pd.read_csv(file)
        if {"f", "F", "t", "T"} <= set(table.columns):
            for part_size, rows in table.groupby("t", sort=True):
                for corpus, cells in rows.groupby("T"):
                    scores = hypergeometric.specificities(
                        cells[["f"]].to_numpy(),
                        parts=np.array([part_size]),
                        terms=cells["F"].to_numpy(),
                        corpus=int(corpus),
                    )
                    yield largest(
                        f"specificities/{file.stem} t={part_size}", scores[:, 0], cells["score"], 6e-5
                    )
                    if "prob_signed" in cells:
                        found = np.sign(scores[:, 0]) * 10.0 ** -np.abs(scores[:, 0])
                        expected = cells["prob_signed"].to_numpy(float)
                        # A probability beyond 1 in absolute value, or exactly 1, has no sign to compare.
                        keep = np.abs(expected) < 1
                        yield largest(
                            f"specificities/{file.stem} t={part_size} probability",
                            np.abs(found[keep]),
                            np.abs(expected[keep]),
                            1e-9,
                        )
        elif {"lexicon", "sublexicon"} <= set(table.columns):
            whole, part = table["lexicon"].to_numpy(), table["sublexicon"].to_numpy()
            counts = np.stack([part, whole - part], axis=1)
            scores = hypergeometric.specificities(
                counts, parts=counts.sum(axis=0), terms=whole, corpus=int(whole.sum())
            )
            yield largest(
                f"specificities/{file.stem}", scores, table[["score_sub", "score_complement"]], 6e-5
            )
    grid = folder / "hypergeo_grid.csv"
    if grid.exists():
        yield from _grid_lines(pd.read_csv(grid))


_TAILS = {
    "upper": ("upper", "ge", "sup", "right", "at_least", "greater", "p_sup", "log10_p_ge"),
    "lower": ("lower", "le", "inf", "left", "at_most", "less", "p_inf", "log10_p_le"),
}


def _grid_lines(table: pd.DataFrame) -> Iterator[Line]:
    """The two tails of each cell, in decimal or natural logarithms, and the signed score."""
    tails: dict[str, list[float]] = {"upper": [], "lower": []}
    scores = []
    for row in table.itertuples(index=False):
        one, term, part, corpus = np.array([row.f]), np.array([row.F]), int(row.t), int(row.T)
        upper, lower = hypergeometric.log_tails(one, part=part, term=term, corpus=corpus)
        tails["upper"].append(float(upper[0]))
        tails["lower"].append(float(lower[0]))
        scores.append(
            float(
                hypergeometric.specificities(one[:, None], parts=np.array([part]), terms=term, corpus=corpus)[
                    0, 0
                ]
            )
        )
    for column in table.columns:
        words = re.split(r"[^a-z0-9]+", str(column).lower())
        expected = numbers(table[column])
        tail = next((t for t, names in _TAILS.items() if set(words) & set(names)), None)
        if "score" in words or "specif" in "".join(words):
            yield largest(f"specificities/hypergeo_grid {column}", scores, expected, 6e-5)
        elif tail:
            found = np.array(tails[tail]) / (
                1 if "ln" in words or ("log" in words and "log10" not in column.lower()) else np.log(10)
            )
            finite = np.isfinite(expected) & (np.abs(expected) > 1e-12)
            # −log10 or log10: the reference says which by its sign.
            ratio = np.abs(found[finite] / expected[finite])
            yield largest(
                f"specificities/hypergeo_grid {column}, relative", ratio, np.ones(finite.sum()), 1e-9
            )
        elif column not in ("f", "F", "t", "T", "form", "part", "case", "name"):
            yield unknown(f"specificities/hypergeo_grid {column}", "name of the column")


def correspondence_lines(folder: Path) -> Iterator[Line]:
    for file in sorted(folder.glob("ca_*.json")):
        reference = json.loads(file.read_text(encoding="utf-8"))
        if "row_sup_coord" in reference:
            smoke = json.loads((folder / "ca_smoke.json").read_text(encoding="utf-8"))
            table = np.array(smoke["input"]["table"], float)
            found = correspondence.analyse(table[:-1])
            coordinates = np.abs(found.supplementary_rows(table[-1:]))
            yield largest(
                f"ca/{file.stem} inertias", found.inertias, [row[0] for row in reference["eig"]], 1e-9
            )
            yield largest(f"ca/{file.stem} row", coordinates, np.abs(reference["row_sup_coord"]), 1e-9)
            continue
        found = correspondence.analyse(np.array(reference["input"]["table"], float))
        axes = len(reference["principal_inertias"])
        yield largest(
            f"ca/{file.stem} inertias", found.inertias[:axes], reference["principal_inertias"], 1e-9
        )
        yield largest(f"ca/{file.stem} row masses", found.row_masses, reference["row_mass"], 1e-9)
        yield largest(f"ca/{file.stem} column masses", found.column_masses, reference["col_mass"], 1e-9)
        for name, ours in (("row", found.rows), ("col", found.columns)):
            expected = np.array(reference[f"{name}_std_coord"])
            standard = (ours / found.singular_values)[:, : expected.shape[1]]
            signs = np.sign((standard * expected).sum(axis=0))
            yield largest(f"ca/{file.stem} {name} standard coordinates", standard * signs, expected, 1e-9)
        yield from _factominer_lines(f"ca/{file.stem}", found, reference.get("factominer", {}))


def _factominer_lines(name: str, found: correspondence.Correspondence, reference: Any) -> Iterator[Line]:
    """Eigenvalues, principal coordinates, contributions and squared cosines, as FactoMineR names them."""
    eig = first_of(reference, "eig", "eigenvalues")
    if eig is not None:
        values = np.array(eig, float).reshape(len(eig), -1)
        yield largest(f"{name} eigenvalues", found.inertias[: len(values)], values[:, 0], 1e-9)
        if values.shape[1] > 1:
            yield largest(f"{name} % of inertia", 100 * found.shares[: len(values)], values[:, 1], 1e-9)
    sides = (
        ("row", found.rows, found.row_contributions(), found.row_cosines()),
        ("col", found.columns, found.column_contributions(), found.column_cosines()),
    )
    for side, coordinates, contributions, cosines in sides:
        expected = first_of(reference, f"{side}_principal_coord", f"{side}_coord")
        if expected is not None:
            yield up_to_sign(f"{name} {side} coordinates", coordinates, expected, 1e-9)
        for label, ours, keys in (
            ("contributions %", 100 * contributions, (f"{side}_contrib_pct", f"{side}_contrib")),
            ("squared cosines", cosines, (f"{side}_cos2",)),
        ):
            expected = first_of(reference, *keys)
            if expected is not None:
                axes = np.array(expected, float).shape[1]
                yield largest(f"{name} {side} {label}", ours[:, :axes], expected, 1e-8)


def mca_lines(folder: Path) -> Iterator[Line]:
    """Multiple correspondence analyses: eigenvalues, and the coordinates of people and categories up to sign."""
    from habitat_enquete.pathways.respondents import mca

    for file in sorted(folder.glob("mca_*.json")):
        reference = json.loads(file.read_text(encoding="utf-8"))
        table = pd.read_csv(
            folder / f"{file.stem.removeprefix('mca_')}.csv", dtype=str, keep_default_na=False
        )
        names = first_of(reference, "active", "active_variables", "quali", "variables")
        if names is None:
            supplementary = set(first_of(reference, "quali_sup", "quali.sup", "supplementary") or ())
            names = list(first_of(reference, "eta2_rows", "columns") or table.columns)
            names = [name for name in names if name not in supplementary and table[name].nunique() < 20]
        found = mca.analyse({name: table[name].tolist() for name in names}, axes=5)
        eig = np.array(first_of(reference, "eig", "eigenvalues"), float)
        values = eig[:, 0] if eig.ndim == 2 else eig
        yield largest(f"mca/{file.stem} eigenvalues", found.eigenvalues[: len(values)], values, 1e-9)
        yield from _mca_figures(f"mca/{file.stem}", found, reference, table)


def _mca_figures(name: str, found: Any, reference: dict[str, Any], table: pd.DataFrame) -> Iterator[Line]:
    """Coordinates, contributions, squared cosines and test values of people, categories and supplementary categories."""
    people = first_of(reference, "ind_coord", "ind.coord", "individuals")
    if people is not None:
        yield up_to_sign(f"{name} people", found.people, np.array(people, float)[:, : found.axes], 1e-9)
    order = first_of(reference, "var_names", "categories", "var_rows", "category_names")
    position = {category: row for row, (_, category) in enumerate(found.active.names)}
    position |= {f"{variable}_{category}": row for row, (variable, category) in enumerate(found.active.names)}
    rows = [position.get(label) for label in order] if order else list(range(len(found.active.names)))
    if order and None in rows:
        yield unknown(f"{name} categories", "names of the categories")
        return
    for label, ours, scale, keys in (
        ("coordinates", found.active.coordinates, 1, ("var_coord", "var.coord", "cat_coord")),
        ("contributions %", found.active.contributions, 0, ("var_contrib", "var.contrib", "cat_contrib")),
        ("squared cosines", found.active.squared_cosines, 1, ("var_cos2", "var.cos2", "cat_cos2")),
        (
            "test values",
            found.active.v_tests,
            1,
            ("var_vtest", "var_v_test", "var.v.test", "v.test", "v_test"),
        ),
    ):
        expected = first_of(reference, *keys)
        if expected is None:
            continue
        expected = np.array(expected, float)[:, : found.axes]
        ours = ours[rows]
        if not scale:  # as percentages or as shares
            ours = ours * (expected[:, 0].sum() / max(1e-12, ours[:, 0].sum()))
        yield up_to_sign(f"{name} {label}", ours, expected, 1e-8)
    eta2 = first_of(reference, "eta2")
    if eta2 is not None:
        names = first_of(reference, "eta2_rows") or list(found.eta2)
        ours = np.array([found.eta2[variable] for variable in names])
        expected = np.array(eta2, float)[:, : found.axes]
        yield largest(f"{name} eta²", ours[:, : expected.shape[1]], expected, 1e-9)
    passive = first_of(reference, "quali_sup_coord", "quali.sup.coord")
    supplementary = first_of(reference, "quali_sup", "quali.sup", "supplementary")
    if passive is not None and isinstance(supplementary, list):
        found_passive = found.supplementary({v: table[v].tolist() for v in supplementary if v in table})
        expected = np.array(passive, float)
        if len(expected) == len(found_passive.coordinates):
            yield up_to_sign(
                f"{name} supplementary categories", found_passive.coordinates, expected[:, : found.axes], 1e-9
            )


def segment_lines(folder: Path) -> Iterator[Line]:
    for file in sorted(folder.glob("split_segments*.json")):
        for case in json.loads(file.read_text(encoding="utf-8")):
            words = [word for word in case["text"].split(" ") if word]
            ends = cut_words(words, size=case["segment_size"], window=case["segment_size_window"] or None)
            found = [" ".join(words[a:b]) for a, b in itertools.pairwise([0, *ends])]
            yield exact(f"segments/{case['name']}", found, case["segments"])
    for file in sorted(folder.glob("merge_segments*.json")):
        for number, case in enumerate(json.loads(file.read_text(encoding="utf-8"))):
            found = merge_short(case["sizes"], case["docs"], minimum=case["min_segment_size"])
            yield exact(f"segments/merge {number}", found, case["uc_id"])


def corpus_lines(folder: Path) -> Iterator[Line]:
    for file in sorted(folder.glob("import_cases*.json")):
        for case in json.loads(file.read_text(encoding="utf-8")):
            texts, _ = read_corpus(case["text"])
            found = [text.text.replace("\n", " ") for text in texts]
            yield exact(
                f"import/{case['name']}", found, [text.replace("\n", " ") for text in case["remove"]["texts"]]
            )
            yield from _import_details(case, texts)


def _import_details(case: dict[str, Any], texts: list[Any]) -> Iterator[Line]:
    """Starred variables, and texts split by theme. Variables a text lacks are missing in the reference."""
    name = f"import/{case['name']}"
    expected = [
        {key: str(value) for key, value in known.items() if value not in (None, "NA")}
        for known in case["remove"]["docvars"]
    ]
    found = [dict(text.variables) for text in texts]
    if any(expected):
        yield exact(f"{name} variables", found, expected)
    split = [paragraph.text for text in texts for paragraph in text.paragraphs]
    if "split" in case:
        wanted = [text.replace("\n", " ") for text in case["split"]["texts"]]
        yield exact(f"{name} split by theme", split, wanted)


def format_lines(folder: Path) -> Iterator[Line]:
    expected_file = folder / "iramuteq_import_expected.json"
    if not expected_file.exists():
        return
    for case in json.loads(expected_file.read_text(encoding="utf-8")):
        content = (folder / case["file"]).read_text(encoding="utf-8")
        found = []
        for text in read_corpus(content)[0]:
            for paragraph in text.paragraphs:
                tokens = iramuteq_tokens(paragraph.text, EXPRESSIONS)
                ends = [0, *cut_tokens(tokens)]
                found += [" ".join(words_only(tokens[a:b])) for a, b in itertools.pairwise(ends)]
        yield exact(f"formats/{case['file']}", found, [segment["text"] for segment in case["segments"]])
        starred = [
            [token for token in doc["etoiles"] if token != "****" and "*" in token] for doc in case["docs"]
        ]
        ours = [
            [f"*{n}_{v}" if v else f"*{n}" for n, v in text.variables.items()]
            for text in read_corpus(content)[0]
        ]
        yield exact(
            f"formats/{case['file']} variables",
            ours,
            [[t for t in doc if not t[:1].isdigit()] for doc in starred],
        )
        counts = Counter(word for segment in found for word in segment.split())
        forms = {form["forme"]: form["freq"] for form in case.get("formes", ())}
        yield exact(f"formats/{case['file']} forms", [counts[form] for form in forms], list(forms.values()))


def reinert_lines(folder: Path) -> Iterator[Line]:
    for matrix in sorted(folder.glob("*/dtm.mtx")):
        yield from _corpus_lines(matrix.parent)


def _corpus_lines(folder: Path) -> Iterator[Line]:
    name = f"reinert/{folder.name}"
    parameters = json.loads((folder / "params.json").read_text())
    counts = sp.csr_array(scipy.io.mmread(folder / "dtm.mtx")).astype(float)
    presence = counts.copy()
    presence.data[:] = 1
    documents = pd.read_csv(folder / "segments.csv")["source"].astype(str).tolist()
    groups = pd.read_csv(folder / "groups_fixed.csv")
    units = merge_short(np.diff(presence.indptr).tolist(), documents, minimum=parameters["min_segment_size"])
    yield exact(f"{name} merged units", units, groups["uc"].tolist())
    _, unit = np.unique(units, return_inverse=True)
    merged = sp.csr_array((np.ones(len(unit)), (unit, np.arange(len(unit))))) @ presence
    options = reinert.Settings(
        minimum_split=parameters["min_split_members"],
        contingency=parameters["cc_test"],
        minimum_count=parameters["tsj"],
    )
    tree = reinert.classify(sp.csr_array(merged), parameters["k"], options)
    for k in range(2, parameters["k_found"] + 1):
        expected = groups[f"k{k}"].fillna(0).to_numpy(int)
        found = tree.classes(k)[unit] if k <= tree.k else np.zeros(len(unit), int)
        yield Line(f"{name} k={k} ARI", adjusted_rand(expected, found), 1.0, 1e-12)
    splits = pd.read_csv(folder / "split_chi2_fixed.csv")["chi2"].to_numpy(float)
    relative = np.array([split.chi2 for split in tree.splits]) / splits[: len(tree.splits)]
    yield largest(f"{name} χ² of splits, relative", relative, np.ones(len(splits)), 1e-9)
    features = (folder / "features.txt").read_text(encoding="utf-8").splitlines()
    yield from _statistics_lines(name, folder, counts, features, groups)
    yield from _document_lines(name, folder, documents, groups)
    for file in sorted(folder.glob("rainette2_*.json")):
        yield from _double_lines(name, file)


def _document_lines(name: str, folder: Path, documents: list[str], groups: pd.DataFrame) -> Iterator[Line]:
    """How many segments of each document fall in each class, and how many documents hold enough of them."""
    for file in sorted(folder.glob("clusters_by_doc_k*_fixed.csv")):
        k = re.search(r"_k(\d+)_", file.stem)
        counts = pd.crosstab(pd.Series(documents), groups[f"k{k[1] if k else ''}"])
        expected = pd.read_csv(file, index_col=0)
        expected.index = expected.index.astype(str)
        ours = counts.reindex(expected.index, fill_value=0).to_numpy(float)
        yield largest(f"{name} {file.stem}", ours, expected.to_numpy(float), 0)
        for by_class in sorted(folder.glob(f"docs_by_cluster_thr*_k{k[1] if k else ''}_fixed.csv")):
            threshold = int(re.search(r"_thr(\d+)_", by_class.stem)[1])  # type: ignore[index]
            held = (ours >= threshold).sum(axis=0)
            table = pd.read_csv(by_class)
            yield largest(f"{name} {by_class.stem}", held, table["n"], 0)
            yield largest(f"{name} {by_class.stem} %", 100 * held / len(expected), table["%"], 0.51)


def _statistics_lines(
    name: str, folder: Path, counts: sp.csr_array, features: list[str], groups: pd.DataFrame
) -> Iterator[Line]:
    """χ² and G² of each term in each class, on the partition of the reference itself."""
    position = {feature: column for column, feature in enumerate(features)}
    for file in sorted(folder.glob("stats_k*_*_fixed.csv")):
        match = re.match(r"stats_k(\d+)_(chi2|lr|frequency|docprop)_fixed", file.stem)
        if not match:
            yield unknown(f"{name} {file.stem}", "name of the file")
            continue
        table = pd.read_csv(file, keep_default_na=False)
        classes = groups[f"k{match[1]}"].fillna(0).to_numpy(int)
        if match[2] in ("frequency", "docprop"):
            yield from _frequency_lines(f"{name} {file.stem}", table, classes, counts, position)
            continue
        statistic = "chi2" if match[2] == "chi2" else "G2"
        function = keyness.chi2 if match[2] == "chi2" else keyness.likelihood_ratio
        worst: list[tuple[float, float]] = []
        for number, rows in table.groupby("cluster"):
            inside = np.asarray(counts[np.flatnonzero(classes == number)].sum(axis=0)).ravel()
            others = np.flatnonzero((classes > 0) & (classes != number))
            outside = np.asarray(counts[others].sum(axis=0)).ravel()
            used = inside + outside > 0
            values = np.zeros(len(inside))
            values[used] = function(inside[used], outside[used])
            columns = [position[feature] for feature in rows["feature"]]
            worst += zip(np.abs(values[columns]), np.abs(rows[statistic].to_numpy(float)), strict=True)
        yield largest(f"{name} {file.stem}", [a for a, _ in worst], [b for _, b in worst], 1e-9 * 1000)


def _frequency_lines(
    name: str, table: pd.DataFrame, classes: Any, counts: sp.csr_array, position: dict[str, int]
) -> Iterator[Line]:
    """Occurrences and segments of each term in each class, and the share of its segments that hold it."""
    found: dict[str, list[float]] = {"frequency": [], "docfreq": [], "docprop": []}
    for row in table.itertuples(index=False):
        held = counts[np.flatnonzero(classes == row.cluster)][:, [position[str(row.feature)]]]
        found["frequency"].append(float(held.sum()))
        found["docfreq"].append(float(held.nnz))
        found["docprop"].append(held.nnz / held.shape[0])
    for column, values in found.items():
        if column in table:
            yield largest(f"{name} {column}", values, table[column].to_numpy(float), 1e-9)


def _double_lines(name: str, file: Path) -> Iterator[Line]:
    version = file.stem.removeprefix("rainette2_")
    reference = json.loads(file.read_text())
    levels = [
        pd.read_csv(file.with_name(f"{stem}_{version}.csv")).filter(regex=r"^k\d").fillna(0).to_numpy(int)
        for stem in ("groups", "groups_second")
    ]
    options = {
        "minimum_members": reference["params"]["min_members"],
        "minimum_chi2": reference["params"]["min_chi2"],
    }
    for full in (True, False):
        crossed = double.cross(*levels, **options, mutual=not full)
        for expected in (p for p in reference["partitions"] if p["full"] == full):
            found = [double.best_partition(crossed, expected["k"], criterion=c) for c in ("chi2", "n")]
            nearest = min((p for p in found if p), key=lambda p: abs(p.chi2 - expected["chi2"]), default=None)
            label = f"{name} double {version} {'full' if full else 'mutual'} k={expected['k']}"
            yield Line(
                f"{label} χ²",
                nearest.chi2 if nearest else float("nan"),
                expected["chi2"],
                1e-9 * expected["chi2"],
            )
            yield Line(f"{label} n", nearest.n if nearest else -1, expected["n"], 0)


def association_lines(folder: Path) -> Iterator[Line]:
    file = folder / "compute_chi2.csv"
    if file.exists():
        both, first, second, total, expected = pd.read_csv(file).to_numpy(float).T
        yield largest(
            "rainette2/compute_chi2", keyness.signed_chi2_2x2(both, first, second, total), expected, 1e-9
        )


def similarity_lines(folder: Path) -> Iterator[Line]:
    if not (folder / "dtm01.mtx").exists():
        return
    presence = sp.csr_array(scipy.io.mmread(folder / "dtm01.mtx")).astype(float)
    terms = (folder / "forms.txt").read_text(encoding="utf-8").split("\n")
    terms = [term for term in terms if term]
    off_diagonal = ~np.eye(len(terms), dtype=bool)
    names: dict[str, Index] = {
        "cooc": "cooccurrence",
        "jaccard": "jaccard",
        "simil_Dice": "dice",
        "simil_Ochiai": "ochiai",
        "simil_Russel": "russel",
        "simil_simple_matching": "simple_matching",
        "simil_Phi": "phi",
    }
    for stem, index in names.items():
        file = folder / f"{stem}_expected.csv"
        if file.exists():
            expected = pd.read_csv(file, index_col=0).to_numpy(float)
            yield largest(
                f"similarity/{stem}", similarity(presence, index)[off_diagonal], expected[off_diagonal], 1e-9
            )
    trees_file = folder / "mst_expected.json"
    if trees_file.exists():
        trees = json.loads(trees_file.read_text(encoding="utf-8"))
        for key, index in (("cooc", "cooccurrence"), ("Jaccard", "jaccard")):
            tree = maximum_tree(graph(similarity(presence, index), terms))
            yield Line(
                f"similarity/tree {key} weight", tree.size(weight="weight"), trees[key]["total_weight"], 1e-9
            )
            yield Line(f"similarity/tree {key} edges", tree.number_of_edges(), trees[key]["n_edges"], 0)
            yield from _community_lines(f"similarity/tree {key}", tree, trees[key])


def _community_lines(name: str, tree: Any, reference: dict[str, Any]) -> Iterator[Line]:
    """Edges in common, the modularity of the communities of the reference on its own tree, and that of ours at least as good."""
    theirs = nx.Graph()
    theirs.add_weighted_edges_from((edge["a"], edge["b"], edge["w"]) for edge in reference["edges"])
    # Equal weights may be chosen otherwise: the reference allows one edge in forty.
    common = sum(tree.has_edge(*edge) for edge in theirs.edges)
    yield Line(f"{name} edges in common", common, theirs.number_of_edges(), 1 if "cooc" in name else 0)
    best = 0.0
    for method, groups in reference.get("communities", {}).items():
        members: dict[int, set[str]] = {}
        for term, group in groups.items():
            members.setdefault(group, set()).add(term)
        expected = reference["modularity"][method]
        found = {w: nx.community.modularity(theirs, members.values(), weight=w) for w in ("weight", None)}
        yield Line(
            f"{name} modularity of {method}",
            min(found.values(), key=lambda v: abs(v - expected)),
            expected,
            1e-9,
        )
        best = max(best, expected)
    if best:
        ours: dict[int, set[str]] = {}
        for term, group in communities(theirs).items():
            ours.setdefault(group, set()).add(term)
        reached = nx.community.modularity(theirs, ours.values(), weight="weight")
        yield Line(f"{name} modularity of ours", max(reached, best), reached, 0.01)


def unit_case_lines(folder: Path) -> Iterator[Line]:
    file = folder / "unit_cases.json"
    if not file.exists():
        return
    cases = json.loads(file.read_text())
    mini = cases["mini"]
    table = sp.csr_array(np.array(mini["dtm"], dtype=float))
    _, chi2 = reinert.cut_along(table, np.array(mini["order_docs_1based"]) - 1)
    yield Line("reinert/mini best cut χ²", chi2, mini["split_max_chisq"], 1e-9)
    tree = reinert.classify(table, 2, reinert.Settings(minimum_split=3))
    ari = adjusted_rand(np.array(mini["rainette_k2_groups"]), tree.classes(2))
    yield Line("reinert/mini classes ARI", ari, 1.0, 1e-12)
    names = [f"feat{i}" for i in range(1, table.shape[1] + 1)]
    for number, case in enumerate(cases["select_features"]):
        first = np.isin(np.arange(table.shape[0]) + 1, case["indices1"])
        options = reinert.Settings(contingency=case["cc_test"], minimum_count=case["tsj"])
        for half, kept in enumerate(reinert.kept_terms(table, first, options), start=1):
            found = [name for name, keep in zip(names, kept, strict=True) if keep]
            yield exact(f"reinert/mini terms kept {number}.{half}", found, case[f"cols{half}"])


SECTIONS: tuple[tuple[str, Callable[[Path], Iterator[Line]]], ...] = (
    ("keyness", keyness_lines),
    ("specificities", specificity_lines),
    ("ca_mca", correspondence_lines),
    ("ca_mca", mca_lines),
    ("segments", segment_lines),
    ("import_iramuteq", corpus_lines),
    ("formats", format_lines),
    ("rainette2", association_lines),
    ("similarity", similarity_lines),
    ("iramuteq", iramuteq_lines),
    ("reinert", unit_case_lines),
    ("reinert", reinert_lines),
)


def lines_of(folder: Path) -> Iterator[Line]:
    """Every figure of the folder; a section whose files have another layout says so and lets the others go on."""
    for name, section in SECTIONS:
        if (folder / name).is_dir():
            yield from _guarded(name, section(folder / name))


def _guarded(name: str, lines: Iterator[Line]) -> Iterator[Line]:
    try:
        yield from lines
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, OSError) as error:
        yield unknown(name, f"{type(error).__name__}: {error}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = list(lines_of(options.folder))
    lines = [line for line in found if line.recognised]
    if options.json:
        rows = [asdict(line) | {"difference": line.difference, "pass": line.passed} for line in lines]
        print(
            json.dumps(
                {
                    "lines": rows,
                    "passed": sum(line.passed for line in lines),
                    "of": len(lines),
                    "unknown": [line.figure for line in found if not line.recognised],
                }
            )
        )
    else:
        for line in found:
            verdict = ("pass" if line.passed else "FAIL") if line.recognised else "????"
            print(
                f"{verdict}  {line.figure:<64} {line.computed:<22.15g} {line.expected:<22.15g} {line.difference:.2e}"
            )
        print(f"{sum(line.passed for line in lines)} of {len(lines)} within tolerance")
    return 0 if all(line.passed for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
