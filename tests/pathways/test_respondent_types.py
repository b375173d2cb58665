"""Types of respondents from closed questions: clear ones are found, unclear ones are said to be so, weights place nobody by force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.pathways.respondents.profiles import Answers, respondent_types
from habitat_enquete.pathways.settings import Settings
from habitat_enquete.report.paths.respondent_profiles import write

LABELS = {"statut": "Vous y êtes…", "logement": "Quel logement ?", "souhait": "Que souhaitez-vous ?"}


def answers(n: int = 40, *, noise: float = 0.0, seed: int = 1) -> Answers:
    """Owners of houses who want to stay, tenants of flats who want to buy; `noise` is the share of answers drawn at random."""
    generator = np.random.default_rng(seed)
    kinds = {
        "statut": ("propriétaire", "locataire"),
        "logement": ("maison", "appartement"),
        "souhait": ("rester", "acheter"),
    }
    found: dict[str, dict[str, str]] = {name: {} for name in kinds}
    for person in range(n):
        for name, words in kinds.items():
            side = generator.integers(2) if generator.random() < noise else person % 2
            found[name][f"P{person:03}"] = words[int(side)]
    return found


def test_two_clear_kinds_of_people_are_two_types_told_by_their_answers() -> None:
    found = respondent_types(answers(noise=0.1), LABELS, {}, {}, Settings(), count=2)
    assert found.is_solid, found.verdict
    traits = [{(t.variable, t.category) for t in own if t.v_test > 2} for own in found.traits]
    assert {("logement", "maison"), ("statut", "propriétaire")} <= traits[found.types["P000"] - 1]
    assert {("logement", "appartement"), ("souhait", "acheter")} <= traits[found.types["P001"] - 1]


def test_answers_at_random_make_no_types() -> None:
    found = respondent_types(answers(60, noise=1.0), LABELS, {}, {}, Settings())
    assert not found.is_solid and found.types == {}
    assert found.verdict.startswith("Pas de types de répondants solides (")


def test_few_people_and_equal_answers_are_said_so() -> None:
    assert "12 personnes, moins de 30" in respondent_types(answers(12), LABELS, {}, {}, Settings()).verdict


def test_silence_and_rare_answers_place_nobody() -> None:
    given = {name: dict(own) for name, own in answers().items()}
    given["statut"]["P000"] = "logé gratuitement"
    del given["souhait"]["P001"]
    found = respondent_types(given, LABELS, {}, {}, Settings())
    assert set(found.passive) == {("statut", "logé gratuitement"), ("souhait", "(sans réponse)")}


def test_attributes_are_placed_beside_without_making_the_axes() -> None:
    known = {f"P{n:03}": {"public": "seniors" if n % 2 else "jeunes"} for n in range(40)}
    found = respondent_types(answers(), LABELS, known, {}, Settings())
    assert found.supplementary is not None
    assert {name for name, _ in found.supplementary.names} == {"public"}
    alone = respondent_types(answers(), LABELS, {}, {}, Settings())
    assert found.analysis.eigenvalues == pytest.approx(alone.analysis.eigenvalues)


def test_a_question_most_people_left_is_put_aside_with_its_reason() -> None:
    given = {name: dict(own) for name, own in answers().items()}
    given["souhait"] = dict(list(given["souhait"].items())[:10])
    found = respondent_types(given, LABELS, {}, {}, Settings())
    assert found.left_out == {"souhait": "10 réponses sur 40 personnes"}
    with pytest.raises(EnqueteError, match="il reste 1 question"):
        respondent_types({"statut": given["statut"]}, LABELS, {}, {}, Settings())


def test_the_plane_and_the_tables_are_written(tmp_path: Path) -> None:
    found = respondent_types(answers(noise=0.1), LABELS, {}, {}, Settings(), count=2)
    names = [path.name for path in write(tmp_path, found, title="Étude")]
    assert names == ["plan_des_reponses.svg", "plan_des_reponses.png", "profils_repondants.xlsx"]
