"""One truth, many formats: the same respondents give the same answers, whatever tool exported them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import exporters
import pytest
from exporters import truth

from habitat_enquete.ingest.run import ImportResult, import_responses
from habitat_enquete.project import Project, create
from habitat_enquete.store import responses as table
from habitat_enquete.store.connection import Store

Write = Callable[[Path], Path]


def _kobo(name: str, **options: Any) -> tuple[str, Write, dict[str, bool]]:
    kept = {"episodes": name.endswith(".xlsx")}
    return name, lambda path: exporters.kobo(path, **options), kept


def _flat(name: str, write: Callable[..., Path], **options: Any) -> tuple[str, Write, dict[str, bool]]:
    return name, lambda path: write(path, **options), {"episodes": False, "place": False}


FLAVOURS: dict[str, tuple[str, Write, dict[str, bool]]] = {
    "kobo names, both": _kobo("kobo.xlsx"),
    "kobo names, summary": _kobo("kobo.xlsx", selects="summary"),
    "kobo names, details": _kobo("kobo.xlsx", selects="details"),
    "kobo names, hierarchy": _kobo("kobo.xlsx", hierarchy=True),
    "kobo names, hierarchy by dots": _kobo("kobo.xlsx", hierarchy=True, mark="."),
    "kobo labels, both": _kobo("kobo.xlsx", labels=True),
    "kobo labels, summary": _kobo("kobo.xlsx", labels=True, selects="summary"),
    "kobo labels, details": _kobo("kobo.xlsx", labels=True, selects="details"),
    "kobo labels, hierarchy": _kobo("kobo.xlsx", labels=True, hierarchy=True),
    "kobo csv, details": _kobo("kobo.csv", selects="details"),
    "kobo csv, labels": _kobo("kobo.csv", labels=True, hierarchy=True),
    "odk central": ("odk.zip", exporters.odk_zip, {}),
    "odk central, split": ("odk.zip", lambda path: exporters.odk_zip(path, split=True), {}),
    "limesurvey codes": _flat("lime.csv", exporters.limesurvey),
    "limesurvey codes and labels": _flat(
        "lime.csv", exporters.limesurvey, headers="codetext", answers="full"
    ),
    "limesurvey labels": _flat("lime.xlsx", exporters.limesurvey, headers="full", answers="full"),
    "limesurvey labels, coded answers": _flat("lime.csv", exporters.limesurvey, headers="full"),
    "limesurvey abbreviated": _flat("lime.csv", exporters.limesurvey, headers="abbreviated", answers="full"),
    "limesurvey vv": _flat("vv.csv", exporters.limesurvey, vv=True),
    "framaforms, separate": _flat("frama.csv", exporters.framaforms),
    "framaforms, compact": _flat("frama.csv", exporters.framaforms, compact=True),
    "google forms": _flat("google.xlsx", exporters.google),
    "microsoft forms": _flat("ms.xlsx", exporters.microsoft),
    "sphinx": _flat("sphinx.xlsx", exporters.sphinx),
    "by hand, wide": ("saisie.xlsx", exporters.wide, {}),
}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_export_gives_the_same_answers(
    flavour: str, tmp_path: Path, imported: Callable[..., ImportResult], answers: Callable[[], Any]
) -> None:
    name, write, kept = FLAVOURS[flavour]

    result = imported(write(tmp_path / name))

    assert answers() == truth(**kept)
    assert result.errors == 0, [problem.message for problem in result.problems]


def test_spss_file_gives_the_same_answers(
    tmp_path: Path, imported: Callable[..., ImportResult], answers: Callable[[], Any]
) -> None:
    pytest.importorskip("pyreadstat", reason="reading .sav needs the extra [spss]")

    imported(exporters.spss(tmp_path / "enquete.sav"))

    assert answers() == truth(place=False, episodes=False)


# ── the real exporters' files ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lozere(real_data: Path, tmp_path: Path) -> Project:
    """A study with the form of the real exports."""
    project = create(tmp_path / "lozere")
    for path in project.questionnaires.glob("*"):
        path.unlink()
    shutil.copy(real_data / "exports" / "form.xlsx", project.questionnaires / "form.xlsx")
    return project


def _submissions(real_data: Path) -> dict[str, dict[str, Any]]:
    listed = json.loads((real_data / "exports/kobo/submissions_truth.json").read_text(encoding="utf-8"))
    return {submission["meta/rootUuid"].removeprefix("uuid:"): submission for submission in listed}


def _number(text: str) -> str:
    return f"{float(text):.10g}"


def _expected(submission: dict[str, Any], columns: set[str]) -> set[tuple[str, int, str]]:
    found: set[tuple[str, int, str]] = set()
    for key, value in submission.items():
        name = key.rpartition("/")[2]
        if name in columns and isinstance(value, str) and value.strip():
            texts = value.split() if name == "motifs" else [value.strip()]
            texts = [_number(value)] if name == "loyer" else texts
            texts = [" ".join(map(_number, value.split()))] if name == "lieu" else texts
            found |= {(name, 0, text) for text in texts}
    for rank, episode in enumerate(submission.get("episode_residentiel_avec_un_nom_long", []), 1):
        for key, value in episode.items():
            name = key.rpartition("/")[2]
            if name in columns and value.strip():
                found |= {
                    (name, rank, text)
                    for text in (value.split() if name == "motifs_dep" else [value.strip()])
                }
    return found


def _found(project: Project) -> dict[str, set[tuple[str, int, str]]]:
    with Store(project.database) as store:
        return {
            response.respondent: {(a.question, a.repeat, a.value) for a in response.answers if a.value}
            for response in table.responses(store)
        }


@pytest.mark.parametrize("name", ["kobo_xml_both.xlsx", "kobo_labels_fr_summary.xlsx"])
def test_kobo_own_exporter_gives_back_every_submission(real_data: Path, lozere: Project, name: str) -> None:
    result = import_responses(lozere, real_data / "exports/kobo" / name)

    truth_ = _submissions(real_data)
    columns = {question for answers_ in _found(lozere).values() for question, _, _ in answers_}
    assert _found(lozere) == {key: _expected(each, columns) for key, each in truth_.items()}
    assert len(columns) == 18
    assert [problem.code for problem in result.problems if problem.severity.value == "error"] == [
        "ANSWER_UNKNOWN_CHOICE"
    ]


def test_kobo_split_columns_lose_only_the_choice_that_is_gone(real_data: Path, lozere: Project) -> None:
    import_responses(lozere, real_data / "exports/kobo/kobo_xml_details_nogroup.csv")

    found = _found(lozere)
    columns = {question for answers_ in found.values() for question, _, _ in answers_}
    lost = {
        (key, difference)
        for key, each in _submissions(real_data).items()
        for difference in _expected(each, columns) ^ found[key]
        if not difference[1]
    }
    assert {difference for _, difference in lost} <= {("motifs", 0, "retraite"), ("motifs", 0, "autre")}


def test_limesurvey_codes_are_attached_by_rank_and_drafts_left_out(real_data: Path, lozere: Project) -> None:
    result = import_responses(lozere, real_data / "exports/limesurvey/limesurvey_code_short.csv")

    truth_ = list(_submissions(real_data).values())
    assert (result.added, result.drafts) == (36, 4)
    (by_rank,) = [problem for problem in result.problems if problem.code == "COLUMNS_BY_RANK"]
    assert "« Q01 → consentement », « Q02 → age »" in by_rank.message
    with Store(lozere.database) as store:
        for response in table.responses(store):
            submission = truth_[int(response.respondent.removeprefix("lozere_2026-")) - 1]
            columns = {a.question for a in response.answers}
            found = {(a.question, a.repeat, a.value) for a in response.answers if a.value}
            assert found ^ _expected(submission, columns) <= {
                ("motifs", 0, "retraite"),
                ("motifs", 0, "autre"),
            }


def test_spss_export_of_the_real_form(real_data: Path, lozere: Project) -> None:
    pytest.importorskip("pyreadstat", reason="reading .sav needs the extra [spss]")

    result = import_responses(lozere, real_data / "exports/spss/spss.sav")

    assert (result.added, result.questions) == (40, 6)
    states = {
        (a.question, a.value): a.state.value for answers_ in _responses(lozere) for a in answers_ if a.value
    }
    assert states["statut", "nsp"] == "dont_know"


def _responses(project: Project) -> list[Any]:
    with Store(project.database) as store:
        return [response.answers for response in table.responses(store)]
