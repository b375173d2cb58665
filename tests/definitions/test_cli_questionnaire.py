"""`enquete questionnaire`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from habitat_enquete.cli.main import main

GOOD = """
id: essai
titre: Essai
questions:
  - {type: entier, nom: age, libelle: "Quel âge avez-vous ?"}
"""
BAD = "questions:\n  - {nom: a, libelle: A, filtre: '${b} = 1'}\n"


@pytest.fixture
def folder(study) -> Path:
    """The questionnaires of a study: one, without a fault."""
    for path in study.questionnaires.glob("*"):
        path.unlink()
    (study.questionnaires / "essai.yaml").write_text(GOOD, encoding="utf-8")
    return study.questionnaires


def test_check_says_what_is_wrong_and_where(enquete, folder):
    result = enquete("questionnaire", "check")
    assert "essai.yaml\u00a0: 0\u00a0erreur, 0\u00a0point à voir" in result.stdout
    (folder / "faux.yaml").write_text(BAD, encoding="utf-8")
    result = enquete("questionnaire", "check", exit_code=1)
    assert "faux.yaml\u00a0: 1\u00a0erreur," in result.stdout
    assert (
        "faux.yaml, ligne 2, filtre de «\u00a0a\u00a0»\u00a0: la question «\u00a0b\u00a0» n'existe pas"
        in result.stderr
    )


def test_check_as_json(enquete, folder):
    (folder / "faux.yaml").write_text(BAD, encoding="utf-8")
    found = json.loads(enquete("questionnaire", "check", folder / "faux.yaml", "--json", exit_code=1).stdout)
    assert found["errors"] == 1
    assert [each["code"] for each in found["files"][0]["problems"]] == ["CHECK_REFERENCE_MISSING"]


def test_a_file_that_cannot_be_read(enquete, folder):
    result = enquete("questionnaire", "check", folder / "absent.yaml", exit_code=2)
    assert "absent.yaml" in result.stderr and "n'existe pas" in result.stderr


def test_convert_then_convert_back(enquete, folder, tmp_path):
    enquete("questionnaire", "convert", folder / "essai.yaml", tmp_path / "essai.xlsx")
    result = enquete("questionnaire", "convert", tmp_path / "essai.xlsx", folder / "essai.yaml", exit_code=1)
    assert "existe déjà" in result.stderr
    enquete("questionnaire", "convert", tmp_path / "essai.xlsx", folder / "essai.yaml", "--force")
    assert "Quel âge avez-vous ?" in (folder / "essai.yaml").read_text(encoding="utf-8")


def test_convert_to_an_offline_form_and_to_limesurvey(enquete, folder, tmp_path):
    enquete("questionnaire", "convert", folder / "essai.yaml", tmp_path / "essai.html")
    assert "<title>Essai</title>" in (tmp_path / "essai.html").read_text(encoding="utf-8")
    result = enquete("questionnaire", "convert", folder / "essai.yaml", tmp_path / "essai.txt")
    assert "essai.noms.csv" in result.stdout


def test_infer_proposes_a_questionnaire(enquete, folder, tmp_path):
    (tmp_path / "reponses.csv").write_text("Âge;Statut\n31;no\n45;oui\n52;no\n60;oui\n", encoding="utf-8")
    result = enquete("questionnaire", "infer", tmp_path / "reponses.csv")
    assert "nombre entier" in result.stdout and "Relisez-la" in result.stderr
    assert (folder / "reponses.yaml").exists()


def test_print_every_questionnaire_of_the_study(enquete, folder, study):
    enquete("questionnaire", "print", "--format", "html", "--format", "docx")
    assert {path.name for path in (study.outputs / "questionnaires").iterdir()} == {
        "essai.html",
        "essai.docx",
    }


@pytest.mark.parametrize(
    "command", ["convert q.yaml {}/q.xlsx", "convert q.yaml {}/q.html", "infer r.csv --output {}/p.yaml"]
)
def test_a_folder_that_refuses_is_told(enquete, study, monkeypatch, command):
    monkeypatch.chdir(study.root)
    (study.root / "q.yaml").write_text("questions: [{nom: a, libelle: A}]", encoding="utf-8")
    (study.root / "r.csv").write_text("Âge;Sexe\n31;F\n45;M\n", encoding="utf-8")
    (study.root / "fichier").write_text("", encoding="utf-8")
    output = enquete("questionnaire", *command.format("fichier").split(), exit_code=None).output
    assert "il est ouvert ailleurs, ou le dossier refuse d'être modifié" in output


def test_printing_out_of_a_study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q.yaml").write_text("questions: [{nom: a, libelle: A}]", encoding="utf-8")
    arguments = ["questionnaire", "print", "q.yaml", "--format", "html", "--output", "papier"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert (tmp_path / "papier" / "q.html").is_file()
