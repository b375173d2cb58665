"""The quality of answers: states by question, straight lines, quick answers, interviewers, and the page that shows them."""

from __future__ import annotations

from pathlib import Path

import pytest
from exporters import write_xlsx

from habitat_enquete.errors import Code
from habitat_enquete.ingest.answers.quality import Durations, Quality, QualityMeter, duration, durations
from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_yaml
from habitat_enquete.ingest.run import import_responses
from habitat_enquete.model.response import Answer, AnswerState, Response
from habitat_enquete.project import Project
from habitat_enquete.report.import_quality import context, html, table, write_quality

FORM = """\
id: terrain
version: "1"
listes:
  statut: [{name: prop, label: Propriétaire}, {name: autre, label: Autre (préciser), preciser: true}, {name: nsp, label: Ne sait pas}]
  echelle: [{name: "1", label: Non}, {name: "2", label: Oui}]
questions:
  - {type: start, name: start}
  - {type: end, name: end}
  - {type: username, name: enqueteur}
  - {type: select_one, list: statut, name: statut, label: Quel est votre statut ?}
  - {type: integer, name: age, label: Âge, constraint: ". < 120", required: true}
  - {type: matrix, list: echelle, name: avis, label: Votre avis, lignes: [{name: a, label: A}, {name: b, label: B}, {name: c, label: C}, {name: d, label: D}, {name: e, label: E}]}
"""
HEAD = [
    "id",
    "start",
    "end",
    "enqueteur",
    "statut",
    "statut_autre",
    "age",
    "avis_a",
    "avis_b",
    "avis_c",
    "avis_d",
    "avis_e",
]


def _row(
    number: int, minutes: int = 30, statut: str = "prop", age: object = 40, avis: str = "12121"
) -> list[object]:
    end = f"2026-03-01T10:{minutes:02}:00"
    other = "viager" if statut == "autre" else ""
    return [f"R{number}", "2026-03-01T10:00:00", end, f"enq{number % 2}", statut, other, age, *avis]


@pytest.fixture
def quality(survey: Project, tmp_path: Path) -> Quality:
    (survey.questionnaires / "sorvelle.yaml").write_text(FORM, encoding="utf-8")
    rows = [_row(number) for number in range(1, 25)]
    rows += [_row(25, minutes=4), _row(26, statut="nsp"), _row(27, statut="autre"), _row(28, statut="proprio"), _row(29, age=""),
             _row(30, age=130), _row(31, avis="22222")]  # fmt: skip
    found = import_responses(survey, write_xlsx(tmp_path / "r.xlsx", {"R": [HEAD, *rows]})).quality
    assert found is not None
    return found


def test_each_question_counts_its_answers_by_state(quality: Quality) -> None:
    by_name = {each.name: each for each in quality.questions}
    assert by_name["statut"].states == {
        AnswerState.ANSWERED: 29,
        AnswerState.DONT_KNOW: 1,
        AnswerState.INVALID: 1,
    }
    assert (by_name["statut"].other, by_name["statut"].unknown, by_name["statut"].base) == (1, 1, 31)
    assert by_name["age"].states == {AnswerState.ANSWERED: 30, AnswerState.NO_ANSWER: 1}
    assert by_name["age"].share(AnswerState.NO_ANSWER) == pytest.approx(1 / 31)
    assert by_name["statut_autre"].states == {AnswerState.ANSWERED: 1, AnswerState.NOT_ASKED: 30}


def test_each_question_counts_the_rules_broken(quality: Quality) -> None:
    by_name = {each.name: each for each in quality.questions}
    assert by_name["age"].broken == {Code.ANSWER_CONSTRAINT: 1, Code.ANSWER_REQUIRED: 1}
    assert (by_name["age"].violations, by_name["statut"].violations) == (2, 0)
    page = html(context(quality, "r.xlsx"))
    assert "contrôles : 1" in page.replace("\u00a0", " ").replace("\u202f", " ")


def test_people_who_answer_word_for_word_the_same_are_told() -> None:
    questionnaire = parse_yaml(FORM, file="terrain.yaml")
    meter = QualityMeter(questionnaire)  # type: ignore[arg-type]
    answers = tuple(Answer(f"q{rank}", "1", AnswerState.ANSWERED) for rank in range(15))
    for who, same in (("R1", "a"), ("R2", "b"), ("R3", "a")):
        meter.add(Response(who, "terrain", "1", answers, "r.xlsx", "R!2", "id", same))
    assert meter.quality([]).twins == (("R1", "R3"),)


def test_unknown_choices_are_listed_with_their_count(quality: Quality) -> None:
    assert quality.unknown == (("statut", "proprio", 1),)


def test_straight_lines_of_a_matrix_are_found(quality: Quality) -> None:
    assert quality.straight_lines == {"avis": ("R31",)}


def test_answers_given_in_a_third_of_the_usual_time_are_found(quality: Quality) -> None:
    assert quality.durations == Durations(31, 30.0, 10.0, ("R25",))


def test_few_durations_say_nothing_of_anybody() -> None:
    assert durations([("R1", 1.0), ("R2", 30.0), ("R3", 30.0)]).quick == ()


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-01T10:00:00.000+01:00", "2026-03-01T10:30:00.000+01:00", 30.0),
        ("2026-03-01T10:30:00", "2026-03-01T10:00:00", None),
        ("", "2026-03-01T10:00:00", None),
        ("2026-03-01T10:00:00+01:00", "2026-03-01T10:30:00", None),
    ],
)
def test_duration_is_known_only_when_both_ends_are(start: str, end: str, minutes: float | None) -> None:
    assert duration(start, end) == minutes


def test_interviewers_are_compared(quality: Quality) -> None:
    first, second = quality.enumerators
    assert (first.name, first.respondents, first.minutes) == ("enq0", 15, 30.0)
    assert (second.name, second.respondents) == ("enq1", 16)
    assert first.missing_share > second.missing_share == 0


def test_problems_are_counted_by_kind(quality: Quality) -> None:
    assert quality.problems["ANSWER_UNKNOWN_CHOICE"] == 1
    assert quality.problems["ANSWER_CONSTRAINT"] == 1


def test_page_shows_all_of_it_and_asks_nothing_of_the_network(quality: Quality) -> None:
    page = html(context(quality, "dossier/r.xlsx"))
    for words in (
        "r.xlsx",
        "31",
        "proprio",
        "Modalités inconnues",
        "R31",
        "R25",
        "enq0",
        "Quel est votre statut",
    ):
        assert words in page
    assert "http" not in page
    assert "<script" not in page


def test_table_has_one_line_per_question(quality: Quality) -> None:
    lines = table(quality).splitlines()
    assert lines[0].startswith("question;libellé;répondu;sans réponse;ne sait pas;refus;non posée;à corriger")
    assert lines[0].endswith(
        "part NSP;autre;part autre;modalités inconnues;obligatoires manquantes;règles non respectées;hors filtre"
    )
    assert lines[1] == "statut;Quel est votre statut ?;29;0;1;0;0;1;0,0323;0,0323;1;0,0323;1;0;0;0"
    assert len(lines) == 1 + 3 + 5


def test_written_files_are_in_the_outputs_of_the_import(survey: Project, quality: Quality) -> None:
    page = write_quality(survey, quality, "r.xlsx")
    assert survey.relative(page) == "outputs/import/r.xlsx_qualite.html"
    assert page.with_suffix(".csv").exists()
