"""Segments, correspondence analysis, double classification and similarity, against their references and slow versions."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.io
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from habitat_enquete.textometry import correspondence, double
from habitat_enquete.textometry.segments import cut_words, merge_short
from habitat_enquete.textometry.similarity import communities, graph, maximum_tree, similarity


@given(st.lists(st.sampled_from(["un", "mot.", "puis,", "non ?", "…"]), max_size=120), st.integers(1, 30))
def test_segments_keep_every_word_in_order(words: list[str], size: int) -> None:
    ends = cut_words(words, size=size)
    assert ends == sorted(set(ends)) or words == []
    assert ends[-1] == len(words)


def test_a_short_segment_absorbs_the_next_of_its_document() -> None:
    assert merge_short([2, 5, 1, 6], ["a", "a", "a", "b"], minimum=4) == [1, 1, 1, 4]


def test_segments_of_the_reference(real_data: Path) -> None:
    cases = json.loads(
        (real_data / "textometry_reference/segments/split_segments_rainette.json").read_text(encoding="utf-8")
    )
    for case in cases:
        words = [word for word in case["text"].split(" ") if word]
        ends = cut_words(words, size=case["segment_size"], window=case["segment_size_window"] or None)
        segments = [" ".join(words[a:b]) for a, b in itertools.pairwise([0, *ends])]
        assert segments == case["segments"], case["name"]


def test_units_of_the_reference(real_data: Path) -> None:
    cases = json.loads((real_data / "textometry_reference/segments/merge_segments_rainette.json").read_text())
    for case in cases:
        found = merge_short(case["sizes"], case["docs"], minimum=case["min_segment_size"])
        assert found == case["uc_id"]


def up_to_sign(found: np.ndarray, expected: np.ndarray) -> None:
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found * signs, expected, atol=1e-9)


@pytest.mark.parametrize("name", ["ca_smoke", "ca_robespierre"])
def test_correspondence_analysis_of_the_reference(real_data: Path, name: str) -> None:
    reference = json.loads((real_data / f"textometry_reference/ca_mca/{name}.json").read_text())
    found = correspondence.analyse(np.array(reference["input"]["table"], float))
    inertias = np.array(reference["principal_inertias"])
    axes = len(inertias)
    np.testing.assert_allclose(found.inertias[:axes], inertias, atol=1e-9)
    np.testing.assert_allclose(found.row_masses, reference["row_mass"], atol=1e-9)
    np.testing.assert_allclose(found.column_masses, reference["col_mass"], atol=1e-9)
    shown = np.array(reference["row_std_coord"]).shape[1]
    up_to_sign((found.rows / found.singular_values)[:, :shown], np.array(reference["row_std_coord"]))
    up_to_sign((found.columns / found.singular_values)[:, :shown], np.array(reference["col_std_coord"]))
    np.testing.assert_allclose(found.row_contributions().sum(axis=0), 1)


def test_supplementary_rows_of_the_reference(real_data: Path) -> None:
    folder = real_data / "textometry_reference/ca_mca"
    table = np.array(json.loads((folder / "ca_smoke.json").read_text())["input"]["table"], float)
    expected = json.loads((folder / "ca_smoke_suprow.json").read_text())
    found = correspondence.analyse(table[:4])
    np.testing.assert_allclose(found.inertias, [row[0] for row in expected["eig"]], atol=1e-9)
    sup = found.supplementary_rows(table[4:])
    np.testing.assert_allclose(np.abs(sup), np.abs(expected["row_sup_coord"]), atol=1e-9)


def test_a_supplementary_column_equal_to_an_active_one_lies_on_it() -> None:
    table = np.array([[12.0, 3, 5], [2, 9, 4], [6, 6, 11], [1, 2, 8]])
    found = correspondence.analyse(table)
    np.testing.assert_allclose(found.supplementary_columns(table), found.columns, atol=1e-12)


@pytest.mark.parametrize("table", [[[1.0, 2.0]], [[1.0, 0.0], [2.0, 0.0]]])
def test_a_table_without_profiles_is_refused(table: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"profile|two rows"):
        correspondence.analyse(np.array(table))


def best_by_trying_all(classes: list[double.CrossedClass], k: int) -> float | None:
    totals = [
        sum(c.chi2 for c in chosen)
        for chosen in itertools.combinations(classes, k)
        if not any((a.members & b.members).any() for a, b in itertools.combinations(chosen, 2))
    ]
    return max(totals, default=None)


@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_the_best_partition_is_the_best_of_all(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    classes = []
    for number in range(8):
        members = random.random(12) < 0.3
        members[number] = True
        chi2 = float(np.round(random.random() * 10, 1))
        classes.append(double.CrossedClass((2, 1), (2, number), members, int(members.sum()), chi2))
    found = double.best_partition(classes, k)
    expected = best_by_trying_all(classes, k)
    assert (found.chi2 if found else None) == (pytest.approx(expected) if expected is not None else None)


def test_double_classifications_of_the_reference(real_data: Path) -> None:
    folder = real_data / "textometry_reference/reinert"
    for file in sorted(folder.glob("*/rainette2_*.json")):
        version = file.stem.removeprefix("rainette2_")
        reference = json.loads(file.read_text())
        levels = [
            pd.read_csv(file.with_name(f"{name}_{version}.csv")).filter(regex=r"^k\d").fillna(0).to_numpy(int)
            for name in ("groups", "groups_second")
        ]
        parameters = reference["params"]
        crossed = double.cross(
            *levels,
            minimum_members=parameters["min_members"],
            minimum_chi2=parameters["min_chi2"],
        )
        for expected in reference["partitions"]:
            if not expected["full"]:
                continue
            groups = [group or 0 for group in expected["groups"]]
            candidates = [double.best_partition(crossed, expected["k"], criterion=c) for c in ("chi2", "n")]
            match = [p for p in candidates if p and adjusted_rand_score(groups, p.groups) == 1]
            assert match, (file.name, expected["k"])
            assert match[0].chi2 == pytest.approx(expected["chi2"], abs=1e-9)
            assert match[0].n == expected["n"]


INDICES = {
    "Dice": "dice",
    "Ochiai": "ochiai",
    "Russel": "russel",
    "simple_matching": "simple_matching",
    "Phi": "phi",
}


def test_similarities_of_the_reference(real_data: Path) -> None:
    folder = real_data / "textometry_reference/similarity"
    presence = sp.csr_array(scipy.io.mmread(folder / "dtm01.mtx")).astype(float)
    terms = (folder / "forms.txt").read_text(encoding="utf-8").split()
    off_diagonal = ~np.eye(len(terms), dtype=bool)
    for name, index in INDICES.items():
        expected = pd.read_csv(folder / f"simil_{name}_expected.csv", index_col=0).to_numpy(float)
        found = similarity(presence, index)  # type: ignore[arg-type]
        np.testing.assert_allclose(found[off_diagonal], expected[off_diagonal], atol=1e-9)
    trees = json.loads((folder / "mst_expected.json").read_text(encoding="utf-8"))
    for name, index in (("cooc", "cooccurrence"), ("Jaccard", "jaccard")):
        full = graph(similarity(presence, index), terms)  # type: ignore[arg-type]
        tree = maximum_tree(full)
        assert tree.number_of_edges() == trees[name]["n_edges"]
        assert tree.size(weight="weight") == pytest.approx(trees[name]["total_weight"], rel=1e-12)


def test_terms_said_together_make_a_community() -> None:
    presence = sp.csr_array(
        np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1], [1, 0, 0, 1]], float)
    )
    found = communities(graph(similarity(presence), ["loyer", "prix", "école", "bus"]))
    assert found["loyer"] == found["prix"] != found["école"] == found["bus"]
    assert nx.is_tree(maximum_tree(graph(similarity(presence), ["loyer", "prix", "école", "bus"])))
