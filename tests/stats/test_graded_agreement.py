"""Agreement on scales, against Krippendorff's published figures and by properties."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.stats import agreement
from habitat_enquete.stats.graded_agreement import krippendorff_alpha, light_kappa, weighted_kappa

# Krippendorff 2011, example C: four observers, twelve units.
OBSERVED = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
pairs = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=20)


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_published_alphas(level: str, alpha: float) -> None:
    table = Counter(zip(*OBSERVED, strict=True))
    assert krippendorff_alpha(table, (1, 2, 3, 4, 5), level) == pytest.approx(alpha, abs=5e-4)


@given(pairs)
def test_on_two_values_weights_change_nothing(found: list[tuple[int, int]]) -> None:
    table = Counter((a % 2, b % 2) for a, b in found)
    plain = agreement.cohen_kappa(table)
    for squared in (False, True):
        assert weighted_kappa(table, (0, 1), squared=squared) == pytest.approx(plain, nan_ok=True)


@given(pairs)
def test_two_coders_who_say_the_same_agree_fully(found: list[tuple[int, int]]) -> None:
    same = Counter((a, a) for a, _ in found)
    if len(same) > 1:
        assert weighted_kappa(same, (1, 2, 3, 4), squared=True) == 1.0
        assert krippendorff_alpha(same, (1, 2, 3, 4), "ordinal") == 1.0
        assert light_kappa(same) == pytest.approx(1.0)


def test_light_is_the_mean_over_pairs_of_coders() -> None:
    table = Counter({("a", "a", "b"): 3, ("b", "b", "b"): 3, ("a", "b", "a"): 1})
    kept = [(0, 1), (0, 2), (1, 2)]
    each = []
    for i, j in kept:
        two: Counter[tuple[str, str]] = Counter()
        for pattern, count in table.items():
            two[pattern[i], pattern[j]] += count
        each.append(agreement.cohen_kappa(two))
    assert light_kappa(table) == pytest.approx(sum(each) / 3)


def test_an_answer_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="is not in list"):
        weighted_kappa({("a", "z"): 1}, "ab", squared=False)
