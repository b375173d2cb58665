"""Reinert's classification: against the corrected reference, against a slow obvious version, and by properties."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.io
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from habitat_enquete.textometry import switching
from habitat_enquete.textometry.correspondence import first_axis_order
from habitat_enquete.textometry.reinert import (
    Settings,
    best_cut,
    chi2_of,
    classify,
    cut_along,
    kept_terms,
    scan,
    terminal_classes,
    terms_kept_by_presence,
)
from habitat_enquete.textometry.segments import merge_short
from habitat_enquete.textometry.switching import switch

# Invented: 7 segments × 5 terms, two vocabularies that barely mix.
TWO_VOCABULARIES = sp.csr_array(
    np.array(
        [
            [1, 1, 1, 0, 0, 0],
            [1, 1, 0, 0, 0, 0],
            [0, 1, 1, 0, 0, 0],
            [1, 1, 1, 1, 0, 0],
            [0, 0, 0, 1, 1, 1],
            [0, 0, 0, 0, 1, 1],
            [0, 0, 0, 1, 1, 0],
        ],
        dtype=float,
    )
)


def slow_chi2(table: np.ndarray, first: np.ndarray) -> float:
    """Pearson's χ² of the 2 × terms table, cell by cell."""
    observed = np.array([table[first].sum(axis=0), table[~first].sum(axis=0)])
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    return float(((observed - expected) ** 2 / expected).sum())


@st.composite
def tables(draw: st.DrawFn) -> sp.csr_array:
    """Presence tables without empty row or column."""
    rows, columns = draw(st.integers(4, 14)), draw(st.integers(3, 9))
    cells = draw(st.lists(st.booleans(), min_size=rows * columns, max_size=rows * columns))
    dense = np.array(cells, dtype=float).reshape(rows, columns)
    dense[dense.sum(axis=1) == 0, 0] = 1
    dense[0, dense.sum(axis=0) == 0] = 1
    return sp.csr_array(dense)


def test_two_vocabularies_make_two_classes() -> None:
    classes = classify(TWO_VOCABULARIES, 2).classes(2)
    assert len(set(classes[:4])) == len(set(classes[4:])) == 1
    assert classes[0] != classes[4]


def test_a_segment_without_kept_terms_is_unclassified() -> None:
    table = sp.vstack([TWO_VOCABULARIES, sp.csr_array((1, 6))]).tocsr()
    assert classify(sp.csr_array(table), 2).classes(2)[-1] == 0


def test_asking_for_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 classes"):
        classify(TWO_VOCABULARIES, 1)


def test_asking_for_more_classes_than_the_tree_has_is_refused() -> None:
    with pytest.raises(ValueError, match="the tree has 2 to"):
        classify(TWO_VOCABULARIES, 2).classes(5)


def test_identical_segments_are_not_cut() -> None:
    assert classify(sp.csr_array(np.ones((20, 5))), 4).k == 1


def test_a_minimum_share_is_respected() -> None:
    random = np.random.default_rng(1)
    table = sp.csr_array((random.random((200, 40)) < 0.15).astype(float))
    tree = classify(table, 4, Settings(minimum_share=0.2))
    assert tree.k >= 2
    assert all(min(split.sizes) >= 0.2 * sum(split.sizes) for split in tree.splits)


def test_restarts_never_give_a_worse_first_cut() -> None:
    random = np.random.default_rng(2)
    table = sp.csr_array((random.random((120, 30)) < 0.2).astype(float))
    alone = classify(table, 2).splits[0].chi2
    restarted = classify(table, 2, Settings(restarts=8, seed=3))
    assert restarted.splits[0].chi2 >= alone
    assert (restarted.levels == classify(table, 2, Settings(restarts=8, seed=3)).levels).all()


@given(tables(), st.randoms(use_true_random=False))
def test_the_scan_gives_the_chi2_of_every_prefix(table: sp.csr_array, random: object) -> None:
    order = np.random.default_rng(random.randrange(2**32)).permutation(table.shape[0])  # type: ignore[attr-defined]
    expected = []
    for size in range(1, table.shape[0]):
        first = np.isin(np.arange(table.shape[0]), order[:size])
        expected.append(slow_chi2(table.toarray(), first))
    np.testing.assert_allclose(scan(table, order), expected, atol=1e-9)


@given(tables(), st.integers(0, 2**32 - 1))
def test_switching_ends_where_no_move_pays_and_tells_the_chi2_of_its_partition(
    table: sp.csr_array, seed: int
) -> None:
    first = np.random.default_rng(seed).random(table.shape[0]) < 0.5
    first[0], first[-1] = True, False
    start = slow_chi2(table.toarray(), first)
    moved, chi2, _ = switch(table, first)
    assert chi2 == pytest.approx(slow_chi2(table.toarray(), moved), abs=1e-9)
    assert chi2 >= start - 1e-9
    for row in range(table.shape[0]):
        other = moved.copy()
        other[row] = not other[row]
        if 0 < other.sum() < len(other):
            assert slow_chi2(table.toarray(), other) <= chi2 + 1e-7


@settings(max_examples=30)
@given(tables(), st.integers(0, 2**32 - 1))
def test_moving_by_batches_ends_at_the_same_kind_of_optimum(table: sp.csr_array, seed: int) -> None:
    first = np.random.default_rng(seed).random(table.shape[0]) < 0.5
    first[0], first[-1] = True, False
    before, switching.BATCH_ROWS = switching.BATCH_ROWS, 2  # type: ignore[misc]
    try:
        moved, chi2, _ = switch(table, first)
    finally:
        switching.BATCH_ROWS = before  # type: ignore[misc]
    assert chi2 == pytest.approx(slow_chi2(table.toarray(), moved), abs=1e-9)
    again, chi2_again, moves = switch(table, moved)
    assert moves == 0
    assert (again == moved).all()
    assert chi2_again == pytest.approx(chi2)


@given(tables())
def test_every_segment_is_in_one_class_of_every_level(table: sp.csr_array) -> None:
    tree = classify(table, 4, Settings(minimum_split=3))
    for k in range(2, tree.k + 1):
        assert set(np.unique(tree.classes(k))) - {0} <= set(range(1, k + 1))
    for split in tree.splits:
        assert split.chi2 > 0


def test_unit_cases_of_the_reference(real_data: Path) -> None:
    cases = json.loads((real_data / "textometry_reference/reinert/unit_cases.json").read_text())
    mini = cases["mini"]
    table = sp.csr_array(np.array(mini["dtm"], dtype=float))
    first, chi2 = cut_along(table, np.array(mini["order_docs_1based"]) - 1)
    assert first is not None
    assert chi2 == pytest.approx(mini["split_max_chisq"], abs=1e-9)
    coordinates = np.array(mini["order_docs_1based"]) - 1
    order = first_axis_order(table)
    rows = {tuple(row) for row in table.toarray()[order]}
    assert rows == {tuple(row) for row in table.toarray()[coordinates]}
    tree = classify(table, 2, Settings(minimum_split=3))
    assert adjusted_rand_score(mini["rainette_k2_groups"], tree.classes(2)) == 1
    assert tree.heights()[0] == pytest.approx(mini["height"], abs=1e-9)

    both = cases["chisq_2xp"]
    t1, t2 = np.array(both["t1"], float), np.array(both["t2"], float)
    spread = np.array([(t1**2 / (t1 + t2)).sum()])
    found = chi2_of(spread, np.array([t1.sum()]), float(t1.sum() + t2.sum()))
    assert found[0] == pytest.approx(both["chisq"], abs=1e-9)

    names = [f"feat{i}" for i in range(1, table.shape[1] + 1)]
    for case in cases["select_features"]:
        first = np.isin(np.arange(table.shape[0]) + 1, case["indices1"])
        options = Settings(contingency=case["cc_test"], minimum_count=case["tsj"])
        kept = kept_terms(table, first, options)
        assert [[n for n, keep in zip(names, half, strict=True) if keep] for half in kept] == [
            case["cols1"],
            case["cols2"],
        ]


def test_partitions_of_the_corrected_reference(real_data: Path) -> None:
    """ARI = 1 at every level and the same χ² as rainette once its switching is corrected."""
    for folder in sorted((real_data / "textometry_reference/reinert").glob("*/dtm.mtx")):
        folder = folder.parent
        parameters = json.loads((folder / "params.json").read_text())
        presence = sp.csr_array(scipy.io.mmread(folder / "dtm.mtx")).astype(float)
        presence.data[:] = 1
        segments = pd.read_csv(folder / "segments.csv")
        groups = pd.read_csv(folder / "groups_fixed.csv")
        sizes = np.diff(presence.indptr).tolist()
        units = merge_short(sizes, segments["source"].tolist(), minimum=parameters["min_segment_size"])
        assert groups["uc"].tolist() == units
        _, unit = np.unique(units, return_inverse=True)
        merged = sp.csr_array((np.ones(len(unit)), (unit, np.arange(len(unit))))) @ presence
        options = Settings(
            minimum_split=parameters["min_split_members"],
            contingency=parameters["cc_test"],
            minimum_count=parameters["tsj"],
        )
        tree = classify(sp.csr_array(merged), parameters["k"], options)
        assert tree.k == parameters["k_found"]
        for k in range(2, tree.k + 1):
            expected = groups[f"k{k}"].fillna(0).astype(int)
            assert adjusted_rand_score(expected, tree.classes(k)[unit]) == 1
        expected_chi2 = pd.read_csv(folder / "split_chi2_fixed.csv")["chi2"]
        np.testing.assert_allclose([s.chi2 for s in tree.splits], expected_chi2, rtol=1e-9)


def test_a_cut_that_leaves_too_few_rows_is_not_made() -> None:
    assert best_cut(TWO_VOCABULARIES, Settings(minimum_share=0.6)) is None


@given(tables(), st.integers(0, 2**32 - 1))
def test_sweeps_end_where_no_move_pays(table: sp.csr_array, seed: int) -> None:
    first = np.random.default_rng(seed).random(table.shape[0]) < 0.5
    first[0], first[-1] = True, False
    start = slow_chi2(table.toarray(), first)
    moved, chi2, _ = switch(table, first, sweeps=True)
    assert chi2 == pytest.approx(slow_chi2(table.toarray(), moved), abs=1e-9)
    assert chi2 >= start - 1e-9
    assert switch(table, moved)[2] == 0


def slow_presence(table: np.ndarray, first: np.ndarray) -> tuple[list[bool], list[bool]]:
    """IRaMuTeQ's selection of terms, one at a time, with SciPy's χ²."""
    from scipy.stats import chi2_contingency

    sizes = int(first.sum()), int((~first).sum())
    limit = 1.9 * max(sizes) / min(sizes) + 1.9
    kept: tuple[list[bool], list[bool]] = ([], [])
    for column in table.T:
        a, b = int(column[first].sum()), int(column[~first].sum())
        cells = np.array([[a, b], [sizes[0] - a, sizes[1] - b]])
        if 0 in (a, b):
            tied = True
        elif 0 in cells[1]:
            tied = False
        else:
            tied = chi2_contingency(cells, correction=bool((cells < 10).any())).statistic > limit
        more = a / sizes[0] > b / sizes[1]
        kept[0].append(not tied or more)
        kept[1].append(not tied or not more)
    return kept


@given(st.integers(0, 2**32 - 1))
def test_terms_kept_by_presence_equal_a_slow_version(seed: int) -> None:
    random = np.random.default_rng(seed)
    dense = (random.random((60, 8)) < random.random(8)).astype(float)
    dense[0] = 1
    first = random.random(60) < 0.4
    first[:2] = True, False
    found = terms_kept_by_presence(sp.csr_array(dense), first, Settings())
    assert tuple(half.tolist() for half in found) == slow_presence(dense, first)


def test_iramuteq_reads_terms_of_four_segments_and_more() -> None:
    table = sp.vstack([TWO_VOCABULARIES] * 4).tocsr()
    rare = sp.csr_array(np.ones((3, 1))), sp.csr_array((table.shape[0] - 3, 1))
    wider = sp.csr_array(sp.hstack([table, sp.vstack(rare)]))
    options = Settings(peer="iramuteq")
    assert (classify(wider, 2, options).levels == classify(sp.csr_array(table), 2, options).levels).all()


def leaning_tree() -> tuple[sp.csr_array, np.ndarray]:
    """Three vocabularies of 60, 50 and 12 segments; the third stands nearer to the second."""
    random = np.random.default_rng(4)
    sizes, chances = (60, 50, 12), np.zeros((3, 30))
    chances[0, :10], chances[1, 10:20], chances[2, 15:30] = 0.5, 0.5, 0.4
    rows = np.repeat(np.arange(3), sizes)
    dense = (random.random((len(rows), 30)) < chances[rows]).astype(float)
    dense[dense.sum(axis=1) == 0, 10] = 1
    return sp.csr_array(dense), rows


def test_a_class_that_is_too_small_gives_way_to_the_one_it_was_cut_from() -> None:
    table, rows = leaning_tree()
    tree = classify(table, 3)
    assert sorted(np.bincount(tree.classes(3))[1:].tolist())[0] < 20
    kept = terminal_classes(tree, 20)
    # The large classes stay; the small one was cut from a class that still holds a kept one: its segments are left out.
    assert np.bincount(kept, minlength=3)[0] == min(np.bincount(tree.classes(3))[1:])
    assert adjusted_rand_score(rows[kept > 0], kept[kept > 0]) > 0.9
    everything = terminal_classes(tree, 1)
    assert adjusted_rand_score(everything, tree.classes(3)) == 1


def test_two_classes_that_are_too_small_become_their_mother() -> None:
    table, _ = leaning_tree()
    tree = classify(table, 3)
    sizes = np.bincount(tree.classes(2))[1:]
    kept = terminal_classes(tree, max(np.bincount(tree.classes(3))[1:]) + 1)
    assert set(np.bincount(kept)[1:]) <= set(sizes.tolist())


def test_nothing_is_kept_when_every_class_is_too_small() -> None:
    assert not terminal_classes(classify(TWO_VOCABULARIES, 2), 100).any()


def test_corpora_of_many_rows_with_few_terms_keep_their_first_axis() -> None:
    """The first axis from the products of the smaller side is the one of the whole decomposition."""
    random = np.random.default_rng(6)
    dense = (random.random((400, 60)) < 0.15).astype(float)
    dense[:200, :20] += random.random((200, 20)) < 0.3
    dense = np.minimum(dense, 1)
    dense[dense.sum(axis=1) == 0, 0] = 1
    rows, columns = dense.sum(axis=1) / dense.sum(), dense.sum(axis=0) / dense.sum()
    scale = np.sqrt(np.outer(rows, columns))
    left, _, _ = np.linalg.svd((dense / dense.sum() - scale**2) / scale, full_matrices=False)
    expected = left[:, 0] / np.sqrt(rows)
    for table in (dense, dense.T):
        first = first_axis_order(sp.csr_array(table))
        assert sorted(first.tolist()) == list(range(table.shape[0]))
    ordered = expected[first_axis_order(sp.csr_array(dense))]
    steps = np.diff(ordered)
    assert (steps >= -1e-9).all() or (steps <= 1e-9).all()
