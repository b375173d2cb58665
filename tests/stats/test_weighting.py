"""Calibration: the weights that INSEE's Calmar gave, published figures, properties on random samples, refusals."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat_enquete.errors import EnqueteError
from habitat_enquete.stats.weighting import (
    Calibration,
    Margin,
    Method,
    calibrate,
    design_effect,
    effective_size,
)

_QUANTITIES = ("Y1", "Y11", "Y12", "Y13", "Y4", "Y41", "Y42", "Y43", "X")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _margins(path: Path, population: float | None) -> list[Margin]:
    """Calmar's margins: n categories (0 for a quantity), counts or shares of `population`."""
    margins = []
    for row in _rows(path):
        count = int(row["n"])
        totals = [float(row[f"mar{rank}"]) for rank in range(1, max(count, 1) + 1)]
        if count:
            scale = 1.0 if population is None else population
            totals_by = {str(rank): total * scale for rank, total in enumerate(totals, 1)}
            margins.append(Margin(row["var"], totals_by))
        else:
            margins.append(Margin(row["var"], {"": totals[0]}))
    return margins


def _calmar(
    real_data: Path, margins: list[Margin], method: Method, respondents: bool
) -> tuple[Calibration, list[str]]:
    sample = _rows(real_data / "sequences_reference/weights/calmar_sample.csv")
    sample = [row for row in sample if not respondents or row["responding"] == "1"]
    answers = {
        margin.name: [float(row[margin.name]) if margin.is_quantity else row[margin.name] for row in sample]
        for margin in margins
    }
    bounds = (0.1, 2.0) if respondents else (0.2, 1.3)
    initial = [float(row["weight"]) for row in sample]
    return calibrate(answers, margins, initial=initial, method=method, bounds=bounds), [
        row["ident"] for row in sample
    ]


@pytest.mark.parametrize("second", [False, True], ids=["totals", "shares"])
@pytest.mark.parametrize(
    ("method", "column"), [(Method.LINEAR, "lin"), (Method.RAKING, "raking"), (Method.LOGIT, "logit")]
)
def test_weights_are_those_of_calmar(real_data: Path, method: Method, column: str, second: bool) -> None:
    folder = real_data / "sequences_reference/weights"
    name = "calmar_margins_2_pct.csv" if second else "calmar_margins_1.csv"
    margins = _margins(folder / name, 50_000 if second else None)
    expected = {row["ident"]: row for row in _rows(folder / "calmar2_SAS_weights.csv")}

    found, idents = _calmar(real_data, margins, method, respondents=False)

    reference = np.array([float(expected[i][f"weight_cal_{column}{'_2' if second else ''}"]) for i in idents])
    np.testing.assert_allclose(found.weights, reference, rtol=1e-5)


@pytest.mark.parametrize(
    ("method", "column"), [(Method.LINEAR, "lin"), (Method.RAKING, "raking"), (Method.LOGIT, "logit")]
)
def test_weights_after_nonresponse_are_those_of_calmar(real_data: Path, method: Method, column: str) -> None:
    folder = real_data / "sequences_reference/weights"
    margins = _margins(folder / "calmar_margins_1.csv", None)
    expected = {row["ident"]: row for row in _rows(folder / "calmar2_SAS_weights_nonresponse.csv")}

    found, idents = _calmar(real_data, margins, method, respondents=True)

    reference = np.array([float(expected[i][f"weight_cal_{column}"]) for i in idents])
    np.testing.assert_allclose(found.weights, reference, rtol=1e-5)


def test_design_weights_are_respected_as_iterative_fitting_does(real_data: Path) -> None:
    rows = _rows(real_data / "sequences_reference/weights/raking_nonuniform_design_weights.csv")
    reference = np.array([float(row["w_ipf"]) for row in rows])
    names = ("stype", "sch.wide", "awards")
    answers = {name: [row[name] for row in rows] for name in names}
    margins = [
        Margin(
            name,
            {c: float(reference[[row[name] == c for row in rows]].sum()) for c in sorted(set(answers[name]))},
        )
        for name in names
    ]

    found = calibrate(answers, margins, initial=[float(row["dw"]) for row in rows])

    np.testing.assert_allclose(found.weights, reference, rtol=1e-5)


def _iterative_fitting(
    answers: dict[str, list[str]], margins: list[Margin], rounds: int = 5_000
) -> np.ndarray:
    """Raking the slow and obvious way: each margin in turn, again and again (Deming & Stephan 1940)."""
    weights = np.ones(len(next(iter(answers.values()))))
    for _ in range(rounds):
        for margin in margins:
            for category, total in margin.totals.items():
                inside = np.array([answer == category for answer in answers[margin.name]])
                weights[inside] *= total / weights[inside].sum()
    return weights


def test_raking_equals_iterative_proportional_fitting() -> None:
    answers = {"statut": ["prop", "prop", "loc", "loc", "loc", "prop"], "age": ["j", "v", "j", "v", "j", "j"]}
    margins = [Margin("statut", {"prop": 60, "loc": 40}), Margin("age", {"j": 55, "v": 45})]

    found = calibrate(answers, margins)

    np.testing.assert_allclose(found.weights, _iterative_fitting(answers, margins), rtol=1e-7)


@st.composite
def _samples(draw: st.DrawFn) -> tuple[dict[str, list[str]], list[Margin], list[float]]:
    """A sample and the margins of the same people under other weights: they can be reached."""
    size = draw(st.integers(12, 60))
    names = ("statut", "age", "lieu")[: draw(st.integers(1, 3))]
    answers = {name: [draw(st.sampled_from("abc")) for _ in range(size)] for name in names}
    truth = np.array([draw(st.floats(0.6, 1.8)) for _ in range(size)])
    margins = [
        Margin(name, {c: float(truth[[a == c for a in given_]].sum()) for c in sorted(set(given_))})
        for name, given_ in answers.items()
    ]
    return answers, margins, [draw(st.floats(0.8, 1.2)) for _ in range(size)]


@settings(max_examples=40, deadline=None)
@given(_samples(), st.sampled_from([Method.LINEAR, Method.RAKING]))
def test_calibrated_weights_always_give_back_the_margins(
    sample: tuple[dict[str, list[str]], list[Margin], list[float]], method: Method
) -> None:
    answers, margins, initial = sample

    found = calibrate(answers, margins, initial=initial, method=method)

    for line in found.lines:
        assert line.after == pytest.approx(line.target, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(_samples(), st.sampled_from([Method.LOGIT, Method.BOUNDED]))
def test_bounded_weights_stay_within_their_bounds(
    sample: tuple[dict[str, list[str]], list[Margin], list[float]], method: Method
) -> None:
    answers, margins, initial = sample

    found = calibrate(answers, margins, initial=initial, method=method, bounds=(0.2, 4.0))

    assert found.ratios.min() >= 0.2 - 1e-9
    assert found.ratios.max() <= 4.0 + 1e-9


def test_margins_already_met_change_nothing() -> None:
    found = calibrate(
        {"statut": ["a", "a", "b", "b"]}, [Margin("statut", {"a": 2, "b": 2})], initial=[1, 1, 1, 1]
    )
    assert found.weights.tolist() == [1, 1, 1, 1]
    assert (found.deff, found.effective, found.iterations) == (1, 4, 0)


def test_the_report_says_what_weights_cost() -> None:
    found = calibrate({"statut": ["a", "a", "a", "b"]}, [Margin("statut", {"a": 50, "b": 50})])

    assert [(line.category, line.respondents, line.before, round(line.after, 6)) for line in found.lines] == [
        ("a", 3, 75.0, 50.0),
        ("b", 1, 25.0, 50.0),
    ]
    assert design_effect(found.weights) == pytest.approx(4 / 3)
    assert effective_size(found.weights) == pytest.approx(3.0)
    assert found.ratios == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])


@pytest.mark.parametrize(
    ("margins", "options", "message"),
    [
        ([Margin("statut", {"a": 5, "b": 5, "hlm": 2})], {}, "La marge « statut », modalité « hlm » : aucun répondant."),
        ([Margin("statut", {"a": 10})], {}, "La marge « statut » ne dit rien de la modalité « b », celle de 2 répondants"),
        ([Margin("statut", {"a": 5, "b": -1})], {}, "La marge « statut », modalité « b » : « -1 » n'est pas"),
        (
            [Margin("statut", {"a": 5, "b": 5}), Margin("age", {"j": 4, "v": 5})],
            {},
            "La marge « age » totalise 9, les autres 10",
        ),
        ([Margin("statut", {"a": 9.9, "b": 0.1})], {"method": Method.LOGIT, "bounds": (0.8, 1.2)}, "la marge « statut » reste à"),
        ([Margin("statut", {"a": 5, "b": 5})], {"method": Method.LOGIT, "bounds": (1.1, 2)}, "Les bornes 1.1 et 2"),
        ([Margin("statut", {"a": 5, "b": 5})], {"initial": [1, 0, 1, 1], "respondents": ["r1", "r2", "r3", "r4"]},
         "Le poids de départ de « r2 » vaut 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_naming_the_margin(
    margins: list[Margin], options: dict[str, object], message: str
) -> None:
    answers = {"statut": ["a", "a", "b", "b"], "age": ["j", "v", "j", "v"]}
    with pytest.raises(EnqueteError, match=re.escape(message)):
        calibrate(answers, margins, **options)  # type: ignore[arg-type]


def test_two_margins_that_contradict_each_other_are_refused() -> None:
    answers = {"statut": ["a", "a", "b", "b"], "detail": ["a1", "a2", "b1", "b2"]}
    margins = [Margin("statut", {"a": 5, "b": 5}), Margin("detail", {"a1": 4, "a2": 4, "b1": 1, "b2": 1})]
    with pytest.raises(EnqueteError, match="La marge « detail » est contredite par les autres"):
        calibrate(answers, margins)
