"""The study at the root of the repository keeps what it promises: enough, varied, readable, and about nobody."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.ingest.definitions.check import check_file
from habitat_enquete.ingest.definitions.questionnaires import definition_files, read_all
from habitat_enquete.ingest.files.workbooks import read_workbook
from habitat_enquete.ingest.interviews.folder import ReadInterview, read_interview, survey
from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.text import Role
from habitat_enquete.project import Project

ROOT = Path(__file__).resolve().parents[2]
PD2H = {
    "alternants",
    "menages_nouvellement_installes",
    "seniors",
    "precarite",
    "sortants_hebergement",
    "handicap",
}


@pytest.fixture(scope="module")
def interviews() -> dict[str, ReadInterview]:
    folder = survey(ROOT / "interviews")
    assert not folder.problems
    return {each.id: read_interview(each, table=folder.table.file) for each in folder.interviews}


@pytest.fixture(scope="module")
def entries() -> list[dict[str, str]]:
    with (ROOT / "interviews/entretiens.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_every_interview_is_read_without_a_doubt(interviews: dict[str, ReadInterview]) -> None:
    assert len(interviews) >= 14
    assert {id: read.problems for id, read in interviews.items() if read.problems} == {}
    roles = {id: Counter(s.role for s in read.document.speakers) for id, read in interviews.items()}
    assert all(each[Role.INTERVIEWER] == 1 and each[Role.INFORMANT] >= 1 for each in roles.values())


def test_interviews_are_long_enough_and_in_four_formats(interviews: dict[str, ReadInterview]) -> None:
    words = {id: len(read.document.text.split()) for id, read in interviews.items()}
    assert {id: count for id, count in words.items() if not 1_200 <= count <= 2_500} == {}
    suffixes = {Path(read.document.source.file).suffix for read in interviews.values()}
    assert suffixes == {".docx", ".odt", ".txt", ".srt"}


def test_interviews_do_not_repeat_one_another(interviews: dict[str, ReadInterview]) -> None:
    where: dict[str, set[str]] = {}
    for id, read in interviews.items():
        words = read.document.text.lower().split()
        for start in range(len(words) - 9):
            where.setdefault(" ".join(words[start : start + 10]), set()).add(id)
    assert [phrase for phrase, ids in where.items() if len(ids) > 1] == []


def test_all_publics_and_outcomes_are_heard_and_one_person_refuses_to_be_quoted(
    entries: list[dict[str, str]],
) -> None:
    assert {each["public"] for each in entries} == {"nouvel_arrivant", "habitant", "candidat", "acteur"}
    assert {public for each in entries for public in each["publics_pd2h"].split(";") if public} == PD2H
    assert {each["installation"] for each in entries} == {"reussie", "echouee", "en_cours", ""}
    assert [each["id"] for each in entries if each["consentement_citation"] == "non"] == ["E05"]


def test_questionnaires_and_guide_have_nothing_to_correct() -> None:
    problems = {path.name: check_file(path).problems for path in definition_files(ROOT / "questionnaires")}
    assert {name: found for name, found in problems.items() if found} == {}
    questionnaires = {each.id: each for each in read_all(ROOT / "questionnaires")}
    assert set(questionnaires) == {"habitants", "nouveaux_arrivants", "candidats"}
    assert questionnaires["habitants"].repeats[0].pathway


def test_responses_hold_about_180_people_and_open_answers_that_differ() -> None:
    workbook = read_workbook(ROOT / "responses.xlsx")
    sheets = {sheet.name: list(sheet.rows()) for sheet in workbook.sheets}
    people = [
        cell
        for name in ("habitants", "nouveaux_arrivants", "candidats")
        for row in sheets[name]
        for cell in row
        if isinstance(cell, str) and len(cell) == 4 and cell[0] in "HNC" and cell[1:].isdecimal()
    ]
    assert len(people) == 182
    assert [id for id, count in Counter(people).items() if count > 1] == ["N017"]
    texts = Counter(
        cell
        for name in ("habitants", "nouveaux_arrivants")
        for row in sheets[name][1:]
        for cell in row
        if isinstance(cell, str) and " " in cell and len(cell) > 45 and "_" not in cell
    )
    assert len(texts) >= 120
    assert [text for text, count in texts.items() if count > 2] == []


def test_codebook_is_complete() -> None:
    codebook = read_codebook(ROOT / "codebook.yaml")
    assert 40 <= len(codebook.codes) <= 60
    for code in codebook:
        assert code.definition and code.examples and code.terms, code.id
    polarities = Counter(code.polarity for code in codebook)
    assert polarities[Polarity.BARRIER] >= 30 and polarities[Polarity.OPPORTUNITY] >= 15
    used = {lever for code in codebook for lever in code.levers}
    assert used == {lever.id for lever in codebook.levers}


def test_codes_that_closed_questions_feed_name_choices_that_exist() -> None:
    codebook = read_codebook(ROOT / "codebook.yaml")
    known: dict[str, set[str]] = {}
    for questionnaire in read_all(ROOT / "questionnaires"):
        for question in questionnaire:
            if question.choices:
                names = {choice.name for choice in questionnaire.choice_lists[question.choices]}
                known.setdefault(question.name, set()).update(names)
    missing = [
        (code.id, question, choice)
        for code in codebook
        for question, choices in code.closed.items()
        for choice in choices
        if choice not in known.get(question, set())
    ]
    assert missing == []


def test_no_commune_of_the_study_exists(real_data: Path) -> None:
    with (real_data / "territoire/cog/communes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["LIBELLE"].casefold() for row in rows}
    codes = {row["COM"] for row in rows}
    communes = Project.open(ROOT).settings["communes"]
    assert len(communes) == 12
    assert [each["name"] for each in communes if each["name"].casefold() in names] == []
    assert [each["code"] for each in communes if each["code"] in codes] == []


def test_the_whole_study_is_small() -> None:
    files = [*ROOT.glob("questionnaires/*"), *ROOT.glob("interviews/*")]
    files += [ROOT / name for name in ("responses.xlsx", "codebook.yaml", "enquete.yaml")]
    assert sum(path.stat().st_size for path in files) < 2_000_000
