"""A few paths that stand for all, localized costs, and groups of respondents: against what can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage

from habitat_enquete.pathways.respondents import groups as respondent_groups
from habitat_enquete.pathways.respondents import mca
from habitat_enquete.pathways.sequences.costs import costs
from habitat_enquete.pathways.sequences.distances import distances
from habitat_enquete.pathways.sequences.representatives import Merit, merits, representatives
from habitat_enquete.pathways.sequences.states import Sequences
from habitat_enquete.pathways.sequences.variants import localized

Paths = Callable[..., Sequences]


def test_the_densest_path_comes_first_and_its_neighbours_are_passed_over(paths: Paths) -> None:
    sequences = paths("AAAA", "AAAA", "AAAA", "CCCC", "CCCC", "BBBB")
    square = distances(sequences, "HAM").square()
    scores = merits(sequences, square)
    found = representatives(square, scores[Merit.DENSITY], sequences.weights, coverage=0.8)
    assert [(each.row, each.assigned, each.near) for each in found.kept] == [(0, 4, 3), (3, 2, 2)]
    assert found.coverage == pytest.approx(5 / 6)
    assert found.kept[1].quality == pytest.approx(100)  # all those assigned are equal to it


def test_the_likeliest_path_follows_the_commonest_transitions(paths: Paths) -> None:
    sequences = paths("AB", "AB", "AC", "BB")
    square = distances(sequences, "HAM").square()
    unlikely = merits(sequences, square)[Merit.LIKELIHOOD]
    assert np.exp(-unlikely) == pytest.approx([3 / 4 * 2 / 3] * 2 + [3 / 4 / 3, 1 / 4])


def test_a_state_put_beside_its_like_costs_least(paths: Paths) -> None:
    sequences = paths("AAB", "AABB", "AACB")
    cost = costs(sequences, "CONSTANT", indel=1.0)
    square = localized(sequences, cost, expansion=0.1, context=0.4).square()
    assert square[0, 1] == pytest.approx(0.12 + 0.4 * 2 / 2)
    assert square[0, 1] < square[0, 2]


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 25), st.integers(1, 3), st.integers(0, 10**6))
def test_the_tree_of_wards_is_that_of_scipy(n: int, width: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(n, width))
    tree = respondent_groups.ward(points, np.ones(n))
    expected = linkage(points, "ward")[:, 2] ** 2 / (2 * n)
    assert tree.heights == pytest.approx(expected)


def test_a_weight_of_two_is_two_people() -> None:
    points = np.array([[0.0], [1.0], [4.0], [5.0]])
    weighted = respondent_groups.ward(points, np.array([2.0, 1, 1, 1]))
    doubled = respondent_groups.ward(np.vstack([points[:1], points]), np.ones(5))
    assert weighted.heights[-2:] == pytest.approx(doubled.heights[-2:])
    assert weighted.cut(2).tolist() == [0, 0, 1, 1]


def test_people_move_to_the_nearest_centre_and_paragons_are_the_most_typical() -> None:
    points = np.array([[0.0], [0.1], [0.2], [9.0], [10.0], [3.0]])
    groups = respondent_groups.consolidated(points, np.array([0, 0, 0, 1, 1, 1]), np.ones(6))
    assert groups.tolist() == [0, 0, 0, 1, 1, 0]
    assert [own[0][0] for own in respondent_groups.paragons(points, groups, np.ones(6))] == [2, 3]


def test_the_axes_tell_two_kinds_of_people_apart() -> None:
    answers = {
        "statut": ["loc", "loc", "prop", "prop"] * 5,
        "logement": ["appart", "appart", "maison", "maison"] * 5,
    }
    points = mca.analyse(answers, axes=1).people
    tree = respondent_groups.ward(points, np.ones(20))
    assert tree.cut(2).tolist() == [0, 0, 1, 1] * 5
