"""Cross tables: against R (chisq.test, vcd, survey) and by properties."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat_enquete.stats.crosstabs import crosstab, from_counts, independence, rao_scott

ANSWERS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), min_size=12, max_size=80)


@pytest.fixture(scope="module")
def life_histories(real_data: Path) -> tuple[list[dict[str, str]], dict[str, dict[str, float]]]:
    """2,000 people of INSEE's « Histoire de vie » (questionr), and what R says of four cross tables."""
    folder = real_data / "sequences_reference"
    with (folder / "data" / "hdv2003.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return rows, json.loads((folder / "mca" / "hdv_chi2.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["sexe_cinema", "occup_sport", "qualif_clso", "relig_bricol"])
def test_weights_never_manufacture_significance(life_histories, name: str) -> None:  # type: ignore[no-untyped-def]
    people, expected = life_histories
    first, second = name.split("_")
    pairs = [[None if row[q] == "NA" else row[q] for row in people] for q in (first, second)]
    weights = [float(row["poids"]) for row in people]
    plain, weighted = independence(crosstab(*pairs, weights)), rao_scott(*pairs, weights)
    assert weighted is not None
    assert plain.chi2 == pytest.approx(expected[name]["chi2"], abs=1e-9)
    assert plain.cramers_v == pytest.approx(expected[name]["cramer_v"], abs=1e-12)
    assert weighted.naive_chi2 == pytest.approx(expected[name]["weighted_chi2_naive"], rel=1e-12)
    assert weighted.f == pytest.approx(expected[name]["rao_scott_F"], rel=1e-10)
    assert weighted.p_value == pytest.approx(expected[name]["rao_scott_p"], rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(ANSWERS)
def test_equal_weights_give_the_plain_test(answers: list[tuple[str, str]]) -> None:
    rows, columns = zip(*answers, strict=True)
    table = crosstab(rows, columns)
    found = rao_scott(rows, columns, [3.0] * len(rows))
    if min(table.counts.shape) < 2 or (table.counts == 0).any():
        return
    assert found is not None
    n, plain = len(rows), independence(table)
    # Without clusters or unequal weights, the correction is n / (n - 1) at most.
    assert found.f * found.df == pytest.approx(plain.chi2, rel=0.6)
    assert found.naive_chi2 == pytest.approx(3 * plain.chi2, rel=1e-9)
    assert table.expected.sum() == pytest.approx(n)


def test_a_two_by_two_table_has_fishers_test_and_yates_correction() -> None:
    found = independence(from_counts("ab", "xy", np.array([[8.0, 2.0], [1.0, 5.0]])))
    assert found.fisher == pytest.approx(0.034965, abs=1e-6)
    assert found.yates < found.chi2
    assert found.small_cells == 1.0 - 1 / 4


def test_one_answer_only_is_no_test() -> None:
    assert rao_scott(["a", "a"], ["x", "y"], [1.0, 1.0]) is None
    assert independence(crosstab(["a", "a"], ["x", "y"])).p_value == 1.0


def test_people_who_did_not_answer_both_are_left_out() -> None:
    table = crosstab(["a", None, "b", ""], ["x", "x", "y", "y"], [2.0, 1.0, 3.0, 1.0])
    assert table.counts.tolist() == [[1, 0], [0, 1]]
    assert table.weighted.tolist() == [[2, 0], [0, 3]]
    assert table.row_shares.tolist() == [[100, 0], [0, 100]]
