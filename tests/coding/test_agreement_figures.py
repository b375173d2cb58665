"""Agreement coefficients: published figures, a slow oracle, and properties on random material."""

from __future__ import annotations

import csv
import importlib.util
import math
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat_enquete.stats.agreement import (
    alpha_u,
    bootstrap,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    merge,
    patterns,
    percent_agreement,
    span_patterns,
    unitizing_disagreements,
)


def _oracle() -> ModuleType:
    path = Path(__file__).parent.parent / "oracles" / "agreement_oracle.py"
    spec = importlib.util.spec_from_file_location("agreement_oracle", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oracle = _oracle()
same = pytest.approx


def _cells(text: str) -> list[str | None]:
    return [None if cell == "." else cell for cell in text.split()]


# K. Krippendorff, « Computing Krippendorff's alpha-reliability », 2011: the worked tables A, B and C.
BINARY = (_cells("0 1 0 0 0 0 0 0 1 0"), _cells("1 1 1 0 0 1 0 0 0 0"))
NOMINAL = (_cells("a a b b d c c c e d d a"), _cells("b a b b b c c c e d d d"))
FOUR_OBSERVERS = (
    _cells("1 2 3 3 2 1 4 1 2 . . ."),
    _cells("1 2 3 3 2 2 4 1 2 5 . 3"),
    _cells(". 3 3 3 2 3 4 2 2 5 1 ."),
    _cells("1 2 3 3 2 4 4 1 2 5 1 ."),
)


@pytest.mark.parametrize(
    ("coders", "published"), [(BINARY, 0.095), (NOMINAL, 0.692), (FOUR_OBSERVERS, 0.743)]
)
def test_alpha_reproduces_krippendorff_2011(coders, published):
    assert krippendorff_alpha(patterns(*coders)) == same(published, abs=5e-4)


def test_fleiss_kappa_reproduces_the_worked_example_of_1971_form():
    # Ten subjects rated by fourteen raters into five categories; κ = 0.210, the example of Wikipedia « Fleiss' kappa ».
    counts = [
        (0, 0, 0, 0, 14),
        (0, 2, 6, 4, 2),
        (0, 0, 3, 5, 6),
        (0, 3, 9, 2, 0),
        (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0),
        (3, 2, 6, 3, 0),
        (2, 5, 3, 2, 2),
        (6, 5, 2, 1, 0),
        (0, 2, 2, 3, 7),
    ]
    table = {tuple(category for category, n in enumerate(row) for _ in range(n)): 1 for row in counts}
    assert fleiss_kappa(table) == same(0.210, abs=5e-4)


@pytest.mark.parametrize(
    ("first", "second", "published"), [((0, 600), (300, 900), -0.250), ((0, 900), (50, 950), 0.444)]
)
def test_kappa_of_two_spans_over_a_thousand_characters(first, second, published):
    assert cohen_kappa(span_patterns([[first], [second]], (0, 1000))) == same(published, abs=5e-4)


def test_alpha_u_reproduces_krippendorff_2004():
    # K. Krippendorff, Content Analysis, 2nd ed., 2004, p. 254: two observers, a continuum of 300 units starting at 150.
    def units(*spans: tuple[int, int]) -> list[tuple[int, int]]:
        return [(begin - 150, begin - 150 + size) for begin, size in spans]

    c = unitizing_disagreements([units((225, 70), (370, 30)), units((220, 80), (355, 20), (400, 20))], 300)
    k = unitizing_disagreements([units((180, 60), (300, 50))] * 2, 300)
    assert c == same((0.0144, 0.0532), abs=5e-5)
    assert k == same((0.0, 0.0490), abs=5e-5)
    assert 1 - c[0] / c[1] == same(0.7286, abs=5e-5)
    assert 1 - (c[0] + k[0]) / (c[1] + k[1]) == same(0.8591, abs=5e-4)


def test_the_62_published_kappas_of_a_double_coding_are_reproduced(real_data):
    folder = real_data / "double_coding"
    tables = [
        list(csv.reader((folder / name).read_text(encoding="utf-8").splitlines()))
        for name in ("first_coders_hot_one_encoding.csv", "second_coders_hot_one_encoding.csv")
    ]
    published = [
        float(line.rsplit(": ", 1)[1])
        for line in (folder / "cohens_kappa_calculator_output.txt").read_text().splitlines()
        if ": " in line and not line.startswith(("D:", '"', " ")) and "Average" not in line
    ]
    assert len(published) == 62
    computed = []
    for column in range(6, 68):
        first, second = ([row[column] for row in table[21:]] for table in tables)
        kappa = cohen_kappa(patterns(first, second))
        computed.append(0.0 if math.isnan(kappa) else kappa)  # the publication counts undefined as 0
    assert computed == same(published, abs=5e-4)


def test_a_code_that_one_coder_never_used_has_a_kappa_of_zero():
    assert cohen_kappa({(True, False): 3, (False, False): 7}) == 0


def test_a_code_that_nobody_used_has_no_coefficient_but_full_agreement():
    table = {(False, False): 10}
    assert percent_agreement(table) == 1
    assert all(math.isnan(f(table)) for f in (cohen_kappa, fleiss_kappa, krippendorff_alpha))


def test_an_empty_document_says_nothing():
    empty = span_patterns([[], []], (0, 0))
    assert not empty
    assert all(
        math.isnan(f(empty)) for f in (percent_agreement, cohen_kappa, fleiss_kappa, krippendorff_alpha)
    )
    assert math.isnan(alpha_u([[], []], 0))
    assert math.isnan(alpha_u([[], []], 100))


def test_coders_must_judge_the_same_units():
    with pytest.raises(ValueError, match="shorter"):
        patterns(["a"], ["a", "b"][:0])


def test_touching_spans_of_one_coder_are_one_unit():
    assert merge([(4, 6), (0, 4), (9, 30)], (0, 10)) == [(0, 6), (9, 10)]


VALUES = st.sampled_from(["a", "b", "c"])
SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda s: (min(s), max(s))), max_size=4
)


def close(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, abs_tol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[VALUES | st.none()] * 3), max_size=12))
def test_alpha_and_percent_equal_the_oracle(units):
    coders = [list(column) for column in zip(*units, strict=True)] or [[], [], []]
    assert close(krippendorff_alpha(patterns(*coders)), oracle.alpha(coders))
    assert close(percent_agreement(patterns(*coders)), oracle.percent(coders))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=12))
def test_kappa_equals_the_oracle_and_forgets_names_and_order(units):
    first, second = [one for one, _ in units], [other for _, other in units]
    kappa = cohen_kappa(patterns(first, second))
    assert close(kappa, oracle.kappa(first, second))
    assert close(kappa, cohen_kappa(patterns(second, first)))
    renamed = {"a": 1, "b": 2, "c": 3}
    assert close(kappa, cohen_kappa(patterns([renamed[v] for v in first], [renamed[v] for v in second])))


@settings(max_examples=60, deadline=None)
@given(SPANS, SPANS)
def test_alpha_u_equals_the_oracle(first, second):
    observed, expected = unitizing_disagreements([first, second], 30)
    slow = oracle.unitizing([first, second], 30)
    assert close(observed, slow[0])
    assert close(expected, slow[1])


@settings(max_examples=60, deadline=None)
@given(SPANS, SPANS)
def test_span_patterns_count_every_character_once(first, second):
    table = span_patterns([first, second], (0, 30))
    slow = [tuple(any(s <= at < e for s, e in spans) for spans in (first, second)) for at in range(30)]
    assert table == {pattern: slow.count(pattern) for pattern in set(slow)}


def test_bootstrap_interval_holds_the_estimate_and_repeats():
    blocks = [{("a", "a"): 3 + rank % 3, ("a", "b"): rank % 2, ("b", "b"): 2} for rank in range(30)]
    whole = patterns(["a"] * 30 + ["b"] * 15, ["a"] * 30 + ["b"] * 15)
    low, high = bootstrap(blocks, cohen_kappa, draws=200)
    total = {key: sum(block[key] for block in blocks) for key in blocks[0]}
    assert low < cohen_kappa(total) < high < cohen_kappa(whole)
    assert (low, high) == bootstrap(blocks, cohen_kappa, draws=200)


def test_one_block_gives_no_interval():
    assert all(math.isnan(bound) for bound in bootstrap([{("a", "a"): 3}], cohen_kappa))
