"""Comparisons of groups against Fisher's exact test of scipy, a slow oracle and published corrections."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "oracles"))
import exact_association

from habitat_enquete.stats.association import Association, Method, association
from habitat_enquete.stats.multiplicity import benjamini_hochberg

small_groups = st.lists(
    st.integers(5, 9).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))),
    min_size=2,
    max_size=3,
)


@given(small_groups)
@settings(max_examples=60, deadline=None)
def test_the_exact_test_equals_the_enumeration_of_all_tables(groups: list[tuple[int, int]]) -> None:
    result = association(groups)
    if result.p_value is None:
        assert sum(said for said, _ in groups) in (0, sum(base for _, base in groups))
    else:
        assert result.p_value == pytest.approx(exact_association.p_value(groups), abs=1e-9)


@pytest.mark.parametrize("groups", [[(8, 10), (1, 10)], [(3, 40), (12, 35)], [(300, 2500), (410, 2400)]])
def test_two_groups_give_the_exact_test_of_fisher(groups: list[tuple[int, int]]) -> None:
    from scipy.stats import fisher_exact

    (a, n), (b, m) = groups
    assert association(groups).p_value == pytest.approx(
        fisher_exact([[a, n - a], [b, m - b]]).pvalue, rel=1e-6
    )


def test_many_large_groups_are_permuted_and_agree_with_the_exact_test() -> None:
    groups = [(40, 60), (18, 60), (30, 60), (25, 60)]
    result = association(groups)
    assert result.method is Method.PERMUTATION
    assert result.p_value == association(groups).p_value
    assert result.p_value is not None and result.p_value < 0.005


def test_cramers_v_is_the_root_of_chi_square_over_the_number_of_people() -> None:
    from scipy.stats import chi2_contingency

    groups = [(8, 20), (15, 30), (2, 25)]
    table = [[said, base - said] for said, base in groups]
    chi_square = chi2_contingency(table, correction=False).statistic
    assert association(groups).cramers_v == pytest.approx((chi_square / 75) ** 0.5)


@pytest.mark.parametrize(
    "groups", [[], [(3, 10)], [(3, 10), (2, 4)], [(0, 10), (0, 12)], [(10, 10), (12, 12)]]
)
def test_too_few_people_give_no_p_value(groups: list[tuple[int, int]]) -> None:
    assert association(groups) == Association(None, 0.0, Method.TOO_FEW)


def test_the_correction_gives_the_example_of_benjamini_and_hochberg() -> None:
    """JRSS B 57, 1995, p. 295: of these fifteen p-values, four are rejected at 5 %."""
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p_values += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert [q <= 0.05 for q in benjamini_hochberg(p_values)] == [True] * 4 + [False] * 11


@given(st.lists(st.floats(0, 1), max_size=40))
def test_the_correction_equals_that_of_scipy(p_values: list[float]) -> None:
    from scipy.stats import false_discovery_control

    expected = false_discovery_control(p_values) if p_values else []
    assert benjamini_hochberg(p_values) == pytest.approx(list(expected))
