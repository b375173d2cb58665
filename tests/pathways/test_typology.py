"""Types of paths: the best medoids, quality as WeightedCluster, and stability."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from habitat_enquete.pathways.sequences.distances import Distances, distances
from habitat_enquete.pathways.sequences.hierarchy import cut, hierarchy
from habitat_enquete.pathways.sequences.quality import compare_groups, quality, silhouettes
from habitat_enquete.pathways.sequences.stability import bootstrap
from habitat_enquete.pathways.sequences.states import Sequences
from habitat_enquete.pathways.sequences.typology import best_medoids, group, rand_index, sampled_medoids

sys.path.insert(0, str(Path(__file__).parents[1] / "oracles"))
import pathways_oracle as oracle


def plane(n: int, seed: int = 1) -> np.ndarray:
    points = np.random.default_rng(seed).random((n, 2))
    return np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))


def as_distances(square: np.ndarray) -> Distances:
    return Distances(square[np.triu_indices(len(square), 1)], np.arange(len(square)))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_medoids_are_the_best_of_all_with_case_weights(k: int) -> None:
    square = plane(14)
    weights = np.random.default_rng(2).exponential(size=14)
    medoids = best_medoids(square, weights, k)
    assert weights @ square[:, medoids].min(axis=1) == pytest.approx(oracle.best_medoids(square, weights, k))


def test_a_path_shared_by_many_weighs_as_many(paths) -> None:  # type: ignore[no-untyped-def]
    sequences = paths("AAAA", "AAAA", "AAAA", "BBBB", "BBBB", "CCCC")
    partition = group(distances(sequences, cost="CONSTANT", indel=1.0), 2)
    assert partition.groups.tolist() == [0, 0, 0, 1, 1, 0] or partition.groups.tolist() == [0, 0, 0, 1, 1, 1]
    assert np.bincount(partition.groups)[0] >= np.bincount(partition.groups)[1]


def test_more_types_than_different_paths_is_refused(paths) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="3 groups asked of 2 distinct paths"):
        group(distances(paths("AA", "AB", "AB"), cost="CONSTANT"), 3)


def test_silhouettes_are_their_definition() -> None:
    square, groups = plane(20), np.random.default_rng(3).integers(0, 3, 20)
    assert np.allclose(silhouettes(square, groups)[0], oracle.silhouette(square, groups))


def test_totals_are_never_above_the_best_known(mvad: Sequences, reference: Path) -> None:
    found = distances(mvad, cost="INDELSLOG")
    with (reference / "clust" / "best_known_pam_totals.csv").open(encoding="utf-8", newline="") as file:
        best = {
            int(row["k"]): float(row["best_of_200_random_fasterpam"])
            for row in csv.DictReader(file)
            if row["dist"] == "mvad_OM_indelslog_auto"
        }
    for k in (3, 6):
        assert group(found, k).cost <= best[k] * (1 + 1e-12)


def test_quality_indices_of_weightedcluster(mvad: Sequences, reference: Path) -> None:
    square = distances(mvad, cost="INDELSLOG").square()
    name = "mvad_OMindelslog_wardD"
    with (reference / "clust" / f"{name}_membership.csv").open(encoding="utf-8", newline="") as file:
        groups = np.array([int(row["k4"]) for row in csv.DictReader(file)]) - 1
    with (reference / "clust" / f"{name}_quality.csv").open(encoding="utf-8", newline="") as file:
        expected = next(row for row in csv.DictReader(file) if row[""] == "cluster4")
    found = quality(square, groups)
    for index in ("PBC", "HG", "HGSD", "ASW", "ASWw", "CH", "R2", "CHsq", "R2sq", "HC"):
        assert getattr(found, index) == pytest.approx(float(expected[index]), rel=1e-9)
    assert rand_index(cut(hierarchy(square, "ward.D"), 4), groups) == 1.0


def test_groups_that_are_alike_explain_nothing() -> None:
    square = plane(60)
    random = np.random.default_rng(5).integers(0, 2, 60)
    comparison = compare_groups(square, random, permutations=99)
    assert comparison.p_value is not None and comparison.p_value > 0.05
    assert comparison.r2 < 0.1


def test_clear_groups_are_found_again_and_noise_is_not() -> None:
    points = np.concatenate([np.random.default_rng(1).normal(c, 0.05, (20, 2)) for c in (0, 1)])
    clear = as_distances(np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2)))
    noise = as_distances(plane(40))
    ones = np.ones(40)
    assert bootstrap(clear, group(clear, 2), weights=ones, draws=10).rand == 1.0
    assert bootstrap(noise, group(noise, 4), weights=ones, draws=10).rand < 0.8


def test_clara_finds_medoids_near_the_best_without_the_whole_matrix() -> None:
    points = np.random.default_rng(4).random((300, 2))

    def between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.sqrt(((points[one[:, 0]][:, None] - points[other[:, 0]][None]) ** 2).sum(axis=2))

    rows, weights = np.arange(300)[:, None], np.ones(300)
    medoids, everyone = sampled_medoids(rows, weights, 4, between=between, size=80)
    best = best_medoids(between(rows, rows), weights, 4)
    assert everyone.min(axis=1).sum() <= 1.05 * between(rows, rows[best]).min(axis=1).sum()
    assert medoids.size == 4


@pytest.mark.parametrize("linkage", ["ward.D2", "average", "complete", "single"])
def test_a_tree_without_ties_is_scipys(linkage: str) -> None:
    from scipy.cluster.hierarchy import linkage as scipy_linkage

    square = plane(25)
    name = {"ward.D2": "ward"}.get(linkage, linkage)
    expected = scipy_linkage(square[np.triu_indices(25, 1)], name)
    assert hierarchy(square, linkage)[:, 2] == pytest.approx(expected[:, 2])


def test_ties_are_joined_in_the_order_of_r(mvad: Sequences, reference: Path) -> None:
    square = distances(mvad, cost="INDELSLOG").square()
    file_name = reference / "clust" / "mvad_OMindelslog_complete_membership.csv"
    with file_name.open(encoding="utf-8", newline="") as file:
        groups = np.array([int(row["k6"]) for row in csv.DictReader(file)]) - 1
    assert rand_index(cut(hierarchy(square, "complete"), 6), groups) == 1.0
