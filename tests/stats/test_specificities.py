"""Specificities and keyness: against exact fractions, against R, by properties."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.stats import hypergeometric, keyness


def exact_tails(count: int, part: int, term: int, corpus: int) -> tuple[Fraction, Fraction]:
    """P(X ≥ count) and P(X ≤ count) as fractions, term by term."""
    whole = math.comb(corpus, part)

    def probability(i: int) -> Fraction:
        return Fraction(math.comb(term, i) * math.comb(corpus - term, part - i), whole)

    low, high = max(0, part + term - corpus), min(part, term)
    return (
        sum((probability(i) for i in range(count, high + 1)), Fraction(0)),
        sum((probability(i) for i in range(low, count + 1)), Fraction(0)),
    )


@st.composite
def cells(draw: st.DrawFn) -> tuple[int, int, int, int]:
    corpus = draw(st.integers(2, 300))
    part, term = draw(st.integers(1, corpus)), draw(st.integers(1, corpus))
    count = draw(st.integers(max(0, part + term - corpus), min(part, term)))
    return count, part, term, corpus


@given(cells())
def test_tails_equal_exact_fractions(cell: tuple[int, int, int, int]) -> None:
    count, part, term, corpus = cell
    upper, lower = hypergeometric.log_tails(
        np.array([count]), part=part, term=np.array([term]), corpus=corpus
    )
    expected = exact_tails(count, part, term, corpus)
    assert upper[0] == pytest.approx(math.log(expected[0]), abs=1e-9)
    assert lower[0] == pytest.approx(math.log(expected[1]), abs=1e-9)


def test_a_score_far_in_the_tail_stays_exact() -> None:
    """P(X ≥ 200) with 200 uses all in a hundredth of the corpus: log10 by exact integers."""
    exact = exact_tails(200, 1_000, 200, 100_000)[0]
    log10 = math.log10(exact.numerator) - math.log10(exact.denominator)
    score = hypergeometric.specificity(200, part=1_000, term=200, corpus=100_000)
    assert score == pytest.approx(-log10, abs=1e-6)


def test_an_impossible_count_is_refused() -> None:
    with pytest.raises(ValueError, match="impossible"):
        hypergeometric.specificity(5, part=3, term=10, corpus=100)


@given(cells())
def test_a_part_and_its_complement_have_opposite_scores(cell: tuple[int, int, int, int]) -> None:
    count, part, term, corpus = cell
    if part == corpus or count * corpus == term * part:
        return
    score = hypergeometric.specificity(count, part=part, term=term, corpus=corpus)
    other = hypergeometric.specificity(term - count, part=corpus - part, term=term, corpus=corpus)
    assert score == pytest.approx(-other, abs=1e-7)


def test_scores_of_the_reference(real_data: Path) -> None:
    """Robespierre's speeches (Lafon 1980), as TXM's textometry 0.1.6 computes them, four decimals."""
    expected = pd.read_csv(real_data / "textometry_reference/specificities/robespierre_expected.csv")
    for part, rows in expected.groupby("part"):
        scores = hypergeometric.specificities(
            rows[["f"]].to_numpy(),
            parts=rows["t"].unique(),
            terms=rows["F"].to_numpy(),
            corpus=int(rows["T"].iloc[0]),
        )
        np.testing.assert_allclose(scores[:, 0], rows["score"], atol=6e-5, err_msg=str(part))


def test_scores_of_a_sublexicon_of_the_reference(real_data: Path) -> None:
    table = pd.read_csv(real_data / "textometry_reference/specificities/sublexicon_expected.csv")
    whole, part = table["lexicon"].to_numpy(), table["sublexicon"].to_numpy()
    counts = np.stack([part, whole - part], axis=1)
    scores = hypergeometric.specificities(
        counts, parts=counts.sum(axis=0), terms=whole, corpus=int(whole.sum())
    )
    np.testing.assert_allclose(scores[:, 0], table["score_sub"], atol=6e-5)
    np.testing.assert_allclose(scores[:, 1], table["score_complement"], atol=6e-5)


@pytest.mark.parametrize("correction", ["default", "yates", "none", "williams"])
def test_keyness_of_the_reference(real_data: Path, correction: keyness.Correction) -> None:
    table = pd.read_csv(real_data / "textometry_reference/keyness/tiny_quanteda.csv")
    for measure, function in (("chi2", keyness.chi2), ("lr", keyness.likelihood_ratio)):
        rows = table[(table["measure"] == measure) & (table["correction"] == correction)]
        target, reference = rows["n_target"].to_numpy(float), rows["n_reference"].to_numpy(float)
        found = function(target, reference, correction=correction)
        if correction == "williams" and measure == "chi2":
            # The reference multiplies by q where the textbooks divide.
            plain = keyness.chi2(target, reference, correction="none")
            np.testing.assert_allclose(plain**2 / found, rows["stat"], atol=1e-9)
            continue
        np.testing.assert_allclose(found, rows["stat"], atol=1e-9)
        np.testing.assert_allclose(keyness.p_value(found), rows["p"], atol=1e-9)


def test_pmi_of_the_reference(real_data: Path) -> None:
    table = pd.read_csv(real_data / "textometry_reference/keyness/tiny_quanteda.csv")
    rows = table[table["measure"] == "pmi"]
    found = keyness.pmi(rows["n_target"].to_numpy(float), rows["n_reference"].to_numpy(float))
    np.testing.assert_allclose(found, rows["stat"], atol=1e-9)


def test_williams_divides_by_q() -> None:
    target, reference = np.array([30.0, 70.0]), np.array([10.0, 90.0])
    q = 1 + (200 / 100 + 200 / 100 - 1) * (200 / 40 + 200 / 160 - 1) / (6 * 200)
    plain = keyness.chi2(target, reference, correction="none")[0]
    assert keyness.chi2(target, reference, correction="williams")[0] == pytest.approx(plain / q)


def test_association_of_two_classes_of_the_reference(real_data: Path) -> None:
    both, first, second, total, expected = (
        pd.read_csv(real_data / "textometry_reference/rainette2/compute_chi2.csv").to_numpy(float).T
    )
    np.testing.assert_allclose(keyness.signed_chi2_2x2(both, first, second, total), expected, atol=1e-9)


@given(st.integers(2, 60), st.data())
def test_the_interval_of_use_holds_95_counts_in_100(corpus: int, data: st.DataObject) -> None:
    part, term = data.draw(st.integers(1, corpus)), data.draw(st.integers(1, corpus))
    low, high = (
        int(bound[0])
        for bound in hypergeometric.usual_counts(part=part, term=np.array([term]), corpus=corpus)
    )
    chances = [math.comb(term, x) * math.comb(corpus - term, part - x) for x in range(min(part, term) + 1)]
    total = math.comb(corpus, part)
    assert sum(chances[:low]) <= 0.025 * total * (1 + 1e-9)
    assert sum(chances[high + 1 :]) <= 0.025 * total * (1 + 1e-9)
    assert sum(chances[low : high + 1]) >= 0.95 * total * (1 - 1e-9)
