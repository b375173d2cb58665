"""Intervals of shares against published figures, slow oracles and properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.stats.intervals import (
    Interval,
    bootstrap,
    difference,
    effective_size,
    weighted_share,
    wilson,
)

shares = st.integers(1, 400).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))


@pytest.mark.parametrize(
    ("people", "base", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_figures_of_newcombe_1998(people: int, base: int, low: float, high: float) -> None:
    """R. G. Newcombe, Statistics in Medicine 17, 1998, p. 857-872, table I, method 3."""
    interval = wilson(people, base)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(shares)
def test_wilson_bounds_are_the_shares_whose_score_test_is_at_the_limit(share: tuple[int, int]) -> None:
    people, base = share
    z2 = 1.959963984540054**2
    interval = wilson(people, base)
    for bound in (interval.low, interval.high):
        assert 0 <= bound <= 1
        if 0 < bound < 1:
            assert (people / base - bound) ** 2 == pytest.approx(z2 * bound * (1 - bound) / base, abs=1e-9)
    assert interval.low <= people / base <= interval.high


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_difference_gives_the_figures_of_newcombe_1998(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    """R. G. Newcombe, Statistics in Medicine 17, 1998, p. 873-890, table II, method 10."""
    interval = difference(first, second)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(shares, shares)
def test_difference_is_opposite_when_the_groups_are_exchanged(a: tuple[int, int], b: tuple[int, int]) -> None:
    there, back = difference(a, b), difference(b, a)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_equal_weights_change_nothing() -> None:
    assert weighted_share([True, False, True, False], [2.5] * 4) == (0.5, wilson(2, 4))


@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=50))
def test_unequal_weights_are_worth_fewer_people(weights: list[float]) -> None:
    assert 1 - 1e-9 <= effective_size(weights) <= len(weights) + 1e-9


def test_a_bootstrap_is_reproducible_and_surrounds_the_mean() -> None:
    interviews = [0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0]
    interval = bootstrap(interviews, lambda drawn: sum(drawn) / len(drawn))
    assert interval == bootstrap(interviews, lambda drawn: sum(drawn) / len(drawn))
    assert interval == Interval(0.125, 0.875)


@pytest.mark.parametrize(("people", "base"), [(1, 0), (3, 2), (-1, 4)])
def test_what_is_no_share_is_refused(people: int, base: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        wilson(people, base)


def test_weights_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="as many weights as people"):
        weighted_share([True], [0.0])


def test_a_bootstrap_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one cluster"):
        bootstrap([], lambda drawn: 0.0)
