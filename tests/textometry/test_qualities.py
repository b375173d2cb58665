"""What segments are crossed with: labels of the study, territories, waves, place in the interview."""

from __future__ import annotations

import pytest

from habitat_enquete.model.span import Span
from habitat_enquete.textometry.lexical_table import Unit
from habitat_enquete.textometry.qualities import crossed, described, period, placed


def test_a_person_is_described_with_the_names_of_the_study() -> None:
    assert described(
        {
            "public": "nouvel_arrivant",
            "publics_pd2h": "seniors;autre",
            "commune": "96031",
            "date_entretien": "2026-04-02",
        },
        labels={
            "public": {"nouvel_arrivant": "Nouveaux arrivants"},
            "publics_pd2h": {"seniors": "Seniors"},
            "commune": {"96031": "Castelbrenne"},
            "territoire": {"vallee": "Vallée"},
        },
        communes={"96031": {"name": "Castelbrenne", "territoire": "vallee"}},
        pathway="Retour au pays",
    ) == {
        "public": "Nouveaux arrivants",
        "publics_pd2h": "Seniors;autre",
        "commune": "Castelbrenne",
        "territoire": "Vallée",
        "date_entretien": "2026-04-02",
        "parcours": "Retour au pays",
        "periode": "2026, trimestre 2",
    }


@pytest.mark.parametrize(
    ("date", "quarter"),
    [("2026-12-31", "2026, trimestre 4"), ("2026", ""), ("03/02/2026", ""), ("", ""), ("2026-13-01", "")],
)
def test_a_date_gives_its_quarter(date: str, quarter: str) -> None:
    assert period(date) == quarter


def test_units_of_a_long_text_know_their_third() -> None:
    units = [Unit("E01", 0, Span(i, i + 1), ()) for i in range(9)] + [Unit("E02", 0, Span(0, 1), ())]
    found = [unit.attributes.get("position", "") for unit in placed(units)]
    assert found == ["1. début"] * 3 + ["2. milieu"] * 3 + ["3. fin"] * 3 + [""]


def test_values_are_counted_by_class_without_the_unclassified() -> None:
    assert crossed([["b"], ["a", "b"], [], ["a"]], [1, 2, 1, 0], 2) == [("a", (0, 1)), ("b", (1, 1))]
