"""Multiple correspondence analysis and survival, against FactoMineR and by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from habitat_enquete.pathways.respondents.mca import Mca, analyse
from habitat_enquete.pathways.sequences.survival import kaplan_meier


@pytest.fixture(scope="module")
def tea(reference: Path) -> dict[str, list[str]]:
    """Answers of 300 people to eighteen questions about tea (FactoMineR)."""
    with (reference / "data" / "tea.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])[1:19]
    return {name: [row[name] for row in rows] for name in names}


def column(path: Path, name: str) -> np.ndarray:
    with path.open(encoding="utf-8", newline="") as file:
        return np.array([float(row[name]) for row in csv.DictReader(file)])


@pytest.mark.parametrize("name", ["tea_active_only", "tea_weighted", "tea_specific"])
def test_factominer_figures(tea: dict[str, list[str]], reference: Path, name: str) -> None:
    folder = reference / "mca"
    weights = column(folder / "tea_roww.csv", "w") if "weighted" in name else None
    passive = [("How", "lemon"), ("How", "other")] if "specific" in name else []
    found = analyse(tea, weights=weights, passive=passive)
    eigenvalues = column(folder / f"{name}_eig.csv", "eigenvalue")
    assert found.eigenvalues == pytest.approx(eigenvalues[: found.eigenvalues.size], abs=1e-12)
    people = column(folder / f"{name}_ind_coord_first300.csv", "Dim 1")
    assert np.abs(found.people[:, 0]) == pytest.approx(np.abs(people), abs=1e-9)
    v_tests = column(folder / f"{name}_var_vtest.csv", "Dim 2")
    assert np.abs(found.active.v_tests[:, 1]).sum() == pytest.approx(np.abs(v_tests).sum(), abs=1e-9)


def test_supplementary_categories_sit_where_their_people_are(tea: dict[str, list[str]]) -> None:
    found: Mca = analyse(tea)
    own = found.supplementary({"price": tea["price"]})
    active = [i for i, (variable, _) in enumerate(found.active.names) if variable == "price"]
    assert own.coordinates == pytest.approx(found.active.coordinates[active])


def test_weights_of_two_are_two_people(tea: dict[str, list[str]]) -> None:
    few = {name: values[:40] for name, values in tea.items()}
    twice = {name: values + values[:10] for name, values in few.items()}
    weights = np.array([2.0] * 10 + [1.0] * 30)
    assert analyse(few, weights=weights).eigenvalues == pytest.approx(analyse(twice).eigenvalues, abs=1e-12)


def test_one_category_is_no_analysis() -> None:
    with pytest.raises(ValueError, match="at least two active categories"):
        analyse({"statut": ["hlm", "hlm"]})


def test_survival_counts_those_still_there() -> None:
    curve = kaplan_meier(np.array([6.0, 6, 6, 7, 10]), np.array([True, True, False, True, False]))
    assert curve.shares == pytest.approx([3 / 5, 3 / 10])
    assert curve.at_risk.tolist() == [5, 2]
    assert curve.median == 7


def test_nobody_left_gives_no_median() -> None:
    curve = kaplan_meier(np.array([3.0, 4]), np.array([False, False]))
    assert curve.shares.size == 0 and np.isnan(curve.median)
