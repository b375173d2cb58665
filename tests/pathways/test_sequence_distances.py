"""Distances between paths: against the definition, against R TraMineR, and by properties."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat_enquete.pathways.sequences.alignment import optimal_matching
from habitat_enquete.pathways.sequences.costs import Costs, costs, custom
from habitat_enquete.pathways.sequences.distances import Method, Norm, combine, distances, multichannel
from habitat_enquete.pathways.sequences.states import Sequences, distinct, from_labels

sys.path.insert(0, str(Path(__file__).parents[1] / "oracles"))
import pathways_oracle as oracle

WORDS = st.lists(st.text("ABC", max_size=9), min_size=2, max_size=40)


def build(words: list[str]) -> Sequences:
    return from_labels([list(word) for word in words], "ABC")


@settings(max_examples=40, deadline=None)
@given(WORDS, st.integers(0, 10_000))
def test_optimal_matching_is_its_definition_on_any_lengths(words: list[str], seed: int) -> None:
    generator = np.random.default_rng(seed)
    matrix = generator.uniform(0.1, 3, (3, 3))
    matrix = np.triu(matrix, 1) + np.triu(matrix, 1).T
    table = Costs(matrix, generator.uniform(0.2, 2, 3))
    found = distances(build(words), Method.OM, cost=table).square()
    for i, one in enumerate(words):
        for j, other in enumerate(words):
            codes = ["ABC".index(c) for c in one], ["ABC".index(c) for c in other]
            expected = oracle.optimal_matching(*codes, table.substitution, table.indel)
            assert found[i, j] == pytest.approx(expected, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(WORDS)
def test_bit_parallel_and_dynamic_programme_agree_on_constant_costs(words: list[str]) -> None:
    sequences = build(words)
    table = costs(sequences, "CONSTANT", value=2.0, indel=1.0)
    unique = distinct(sequences)
    general = optimal_matching(unique.codes, table)
    assert np.allclose(distances(sequences, cost=table).triangle, general)


@settings(max_examples=30, deadline=None)
@given(WORDS)
def test_normalised_distances_stay_between_zero_and_one(words: list[str]) -> None:
    sequences = build(words)
    for norm in (Norm.MAXDIST, Norm.YUJIANBO):
        found = distances(sequences, cost="CONSTANT", indel=1.0, norm=norm).square()
        assert found.min() >= 0 and found.max() <= 1 + 1e-12
        assert np.allclose(found, found.T) and not np.diag(found).any()


def test_void_is_no_state_and_a_gap_is_one(paths) -> None:  # type: ignore[no-untyped-def]
    found = distances(paths("AA", "AAAA", "A*AA"), cost="CONSTANT", indel=1.0).square()
    assert found[0, 1] == 2.0  # two units longer
    assert found[1, 2] == 2.0  # one gap instead of A


def test_hamming_refuses_paths_of_unequal_lengths(paths) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="all must have the same length"):
        distances(paths("AA", "AAB"), Method.HAM)


def test_custom_costs_must_be_symmetric() -> None:
    with pytest.raises(ValueError, match="must be square, symmetric"):
        custom(np.array([[0.0, 1.0], [2.0, 0.0]]))


def test_order_alone_counts_when_durations_are_forgotten(paths) -> None:  # type: ignore[no-untyped-def]
    found = distances(paths("AAAB", "ABBB", "BA"), Method.OM_DSS, cost="CONSTANT", indel=1.0).square()
    assert found[0, 1] == 0 and found[0, 2] == 2


def test_multichannel_adds_the_costs_of_each_channel(paths) -> None:  # type: ignore[no-untyped-def]
    tenure, place = paths("AAB", "ABB"), paths("CCC", "CCD")
    table = [costs(tenure, "CONSTANT", indel=1.0), costs(place, "CONSTANT", indel=1.0)]
    assert multichannel([tenure, place], cost=table, weights=[1.0, 1.0]).square()[0, 1] == 4.0
    combined, _ = combine([tenure, place], cost=table, weights=[1.0, 1.0])
    assert combined.alphabet == ("A+C", "B+C", "B+D")


def test_multichannel_refuses_other_people(paths) -> None:  # type: ignore[no-untyped-def]
    one, other = paths("AAB"), paths("AAB", "BBB")
    table = [costs(one, "CONSTANT"), costs(other, "CONSTANT")]
    with pytest.raises(ValueError, match="same people"):
        combine([one, other], cost=table, weights=[1, 1])


@pytest.mark.parametrize(
    ("method", "cost", "name"),
    [
        ("OM", "INDELSLOG", "mvad_OM_indelslog_auto"),
        ("OM", "TRATE", "mvad_OM_trate_auto"),
        ("DHD", "CONSTANT", "mvad_DHD"),
        ("HAM", "TRATE", "mvad_HAM_trate"),
        ("LCS", "CONSTANT", "mvad_LCS"),
    ],
)
def test_traminer_figures(mvad: Sequences, reference: Path, method: str, cost: str, name: str) -> None:
    manifest = json.loads((reference / "dist" / "manifest.json").read_text(encoding="utf-8"))
    expected = next(each for each in manifest if each["name"] == name)
    found = distances(mvad, method, cost=cost).square()
    assert found[0, 1] == pytest.approx(expected["d12"], abs=1e-9)
    assert found[0].sum() == pytest.approx(expected["rowsum1"], rel=1e-12)
    assert np.triu(found, 1).sum() == pytest.approx(expected["sum_upper"], rel=1e-11)


@pytest.mark.parametrize("longest", [1, 62, 63, 64, 70, 125, 126])
def test_states_in_common_are_counted_as_rapidfuzz_counts_them(
    longest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(longest)
    codes = np.full((150, longest), -2, dtype=np.int16)
    for row in codes:
        length = int(random.integers(0, longest + 1))
        row[:length] = np.repeat(random.integers(0, 4, longest), random.integers(1, 9, longest))[:length]
    unique = np.unique(codes, axis=0)
    table = custom(2.0 * (1 - np.eye(4)), 1.0)
    counted = distances(Sequences(unique, tuple("ABCD")), cost=table).triangle
    monkeypatch.setattr("habitat_enquete.pathways.sequences.distances.LONGEST", 0)
    assert (distances(Sequences(unique, tuple("ABCD")), cost=table).triangle == counted).all()


def test_single_precision_keeps_seven_digits(mvad: Sequences) -> None:
    double = distances(mvad, cost="TRATE").triangle
    single = distances(mvad, cost="TRATE", dtype=np.float32).triangle
    assert single.dtype == np.float32
    assert np.abs(single / np.where(double, double, 1) - (double > 0)).max() < 3e-6


def test_long_paths_are_compared_as_short_ones_with_three_rows(
    paths: Callable[..., Sequences], monkeypatch: pytest.MonkeyPatch
) -> None:
    sequences = paths("AABBCCDD", "AABB", "ABCD", "DDDDDDDD", "A", "AABBCCDA", "BB*BCC")
    whole = distances(sequences, "OM", cost="TRATE").square()
    monkeypatch.setattr("habitat_enquete.pathways.sequences.alignment._CACHE", 0)
    assert (distances(sequences, "OM", cost="TRATE").square() == whole).all()
