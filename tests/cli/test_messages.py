"""What the command line says: French from end to end, agreed, whole, with the next thing to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from habitat_enquete.cli.main import main
from habitat_enquete.model.pathway import Episode, EpisodeState
from habitat_enquete.project import Project, create
from habitat_enquete.store.connection import Store
from habitat_enquete.store.pathways import replace_episodes


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Types a command in a new empty study."""
    study = create(tmp_path / "etude").root

    def typed(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["-C", str(study), *arguments])

    return typed


@pytest.mark.parametrize("group", ["codebook", "lang", "questionnaire"])
def test_a_group_lists_its_commands_with_whole_sentences(group: str, run: Callable[..., Result]) -> None:
    told = run(group, "--help").output
    assert "..." not in told
    assert "COMMANDE [ARGUMENTS]…" in told
    assert "Options\u00a0:" in told
    assert "Commandes\u00a0:" in told


def test_a_missing_file_is_named_without_a_stray_article(run: Callable[..., Result]) -> None:
    result = run("agreement", "--merge", "absente.db")
    assert result.exit_code == 2
    assert "« absente.db » n'existe pas. Vérifiez le nom." in result.output


def test_a_number_that_is_not_one_is_told_in_french(run: Callable[..., Result]) -> None:
    result = run("pathways", "--types", "trois")
    assert result.exit_code == 2
    assert "« trois » n'est pas un nombre." in result.output


def test_coding_an_empty_study_says_what_to_type_next(run: Callable[..., Result]) -> None:
    result = run("code", "--pipeline", "blank")
    assert result.exit_code == 0
    assert "Rien à coder encore." in result.output
    assert "enquete code interviews/" in result.output


def test_a_survey_without_any_interview_is_coded_by_the_same_three_commands(tmp_path: Path) -> None:
    study = create(tmp_path / "etude")
    (study.root / "responses.csv").write_text(
        "id_repondant;consentement;age;freins_libre\nR1;OK;41;On ne trouve rien à louer.\n", encoding="utf-8"
    )

    def typed(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["-C", str(study.root), *arguments])

    typed("import", "responses.csv")
    assert "Tapez «\u00a0enquete code\u00a0», puis" in typed("synthesis").stderr
    coded = typed("code", "interviews/", "--pipeline", "blank")
    assert coded.exit_code == 0
    assert "les réponses ouvertes sont codées seules." in coded.stderr
    assert "1\u00a0document codé" in coded.stdout


def test_interviews_missing_from_an_empty_study_are_asked_for(run: Callable[..., Result]) -> None:
    result = run("code", "interviews/", "--pipeline", "blank")
    assert result.exit_code == 1
    assert "ne contient aucune transcription" in result.output


def test_a_wrong_distance_is_named_as_it_is_typed(run: Callable[..., Result]) -> None:
    result = run("pathways", "--distance", "zz")
    assert result.exit_code == 2
    assert "L'option «\u00a0distance\u00a0» vaut «\u00a0zz\u00a0»" in result.output


def test_counts_agree_in_an_empty_study(run: Callable[..., Result]) -> None:
    told = run("status").output.replace("\u00a0", " ")
    assert "0 personne, 0 entretien, 0 réponse ouverte, 0 codage retenu, 0 à décider." in told


def test_episodes_that_wait_for_a_decision_are_told_by_the_status(
    study: Project, enquete: Callable[..., Result]
) -> None:
    assert "à confirmer" not in enquete("status").stdout
    episodes = [
        Episode("P1", rank, None, None, tenure="parents", source="E01!T2", state=state)
        for rank, state in enumerate((EpisodeState.PROPOSED, EpisodeState.PROPOSED, EpisodeState.CONFIRMED))
    ]
    with Store(study.database) as store:
        replace_episodes(store, "E01", episodes)
    told = enquete("status").stdout.replace("\u00a0", " ")
    assert "2 épisodes de parcours relevés dans les entretiens, à confirmer : enquete review" in told


def test_the_files_written_are_named_from_the_folder_of_the_study(run: Callable[..., Result]) -> None:
    told = run("questionnaire", "print", "--format", "html").output
    assert "→ outputs/questionnaires/habitants.html" in told.splitlines()


def test_status_loads_neither_the_language_model_nor_the_writers_of_reports(tmp_path: Path) -> None:
    study = create(tmp_path / "etude").root
    asked = (
        "import sys; from habitat_enquete.project import Project; from habitat_enquete.status import status; "
        f"status(Project.open(__import__('pathlib').Path({str(study)!r}))); "
        "print(sorted({'spacy', 'numpy', 'pandas', 'jinja2', 'docx'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_an_empty_study_is_told_what_to_do_before_its_report(enquete: Callable[..., Result]) -> None:
    assert "Tapez «\u00a0enquete code interviews/\u00a0», puis" in enquete("synthesis").stderr


@pytest.mark.parametrize(
    ("folder", "typed"), [("habitat_2026", "cd habitat_2026"), ("Étude Mayenne", 'cd "Étude Mayenne"')]
)
def test_a_new_study_is_entered_by_the_line_that_init_shows(
    folder: str, typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"    {typed}\n" in CliRunner().invoke(main, ["init", folder]).output


def test_a_study_without_interviews_is_not_said_to_have_read_them(run: Callable[..., Result]) -> None:
    told = run("status").output
    assert "Entretiens  sans objet" in told
    assert "Tapez maintenant\u00a0: enquete import responses.xlsx" in told


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("explore", "--classes", "40"), "40 ne convient pas (attendu\u00a0: entre 2 et 20)"),
        (("explore", "--minimum-share", "0.9"), "0.9 ne convient pas (attendu\u00a0: entre 0 et 0,5)"),
        (("query", "prix", "--limit", "-1"), "-1 ne convient pas (attendu\u00a0: au moins 0)"),
    ],
)
def test_a_number_out_of_bounds_is_told_in_words(
    typed: tuple[str, ...], told: str, run: Callable[..., Result]
) -> None:
    result = run(*typed)
    assert result.exit_code == 2
    assert told in result.output


@pytest.mark.parametrize("command", ["explore", "import", "pathways", "query", "review"])
def test_the_bounds_of_a_number_are_words_in_the_help(command: str, run: Callable[..., Result]) -> None:
    told = run(command, "--help").output
    assert "<=" not in told
    assert ">=1]" not in told


@pytest.mark.parametrize(
    "typed", [("explore", "--kwic", "[lemma="), ("query", "prix"), ("deliver", "copill")]
)
def test_what_is_mistyped_ends_with_status_2(
    typed: tuple[str, ...], enquete: Callable[..., Result], study: Project
) -> None:
    spoken = "E : Alors ?\nR : Le loyer est cher ici.\n"
    (study.interviews / "E01.txt").write_text(spoken, encoding="utf-8")
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    enquete(*typed, exit_code=2)
