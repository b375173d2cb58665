"""One workbook may hold the responses to several questionnaires, a sheet each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import Workbook

from habitat_enquete.project import Project
from habitat_enquete.store.connection import Store

HABITANTS = """
kind: questionnaire
id: habitants
titre: Habitants
version: "1"
questions:
  - {type: text, name: id_repondant, label: Identifiant}
  - {type: integer, name: age, label: Âge}
  - {type: text, name: voisins, label: Que dire des voisins ?}
  - repeat: episode
    label: Logement
    questions:
      - {type: text, name: ep_lieu, label: Commune}
"""
CANDIDATS = """
kind: questionnaire
id: candidats
titre: Candidats
version: "1"
questions:
  - {type: text, name: id_repondant, label: Identifiant}
  - {type: integer, name: age, label: Âge}
  - {type: text, name: projet, label: Quel est votre projet ?}
  - repeat: episode
    label: Logement
    questions:
      - {type: text, name: ep_lieu, label: Commune}
"""


@pytest.fixture
def workbook(study: Project) -> Path:
    for old in study.questionnaires.glob("*"):
        old.unlink()
    (study.questionnaires / "habitants.yaml").write_text(HABITANTS, encoding="utf-8")
    (study.questionnaires / "candidats.yaml").write_text(CANDIDATS, encoding="utf-8")
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets: dict[str, list[list[object]]] = {
        "habitants": [
            ["_index", "id_repondant", "age", "voisins"],
            [1, "H1", 40, "gentils"],
            [2, "H2", 51, ""],
        ],
        "habitants_episode": [["ep_lieu", "_parent_index"], ["Montferval", 1], ["Landrières", 2]],
        "candidats": [["_index", "id_repondant", "age", "projet"], [1, "C1", 33, "un gîte"]],
        "candidats_episode": [["ep_lieu", "_parent_index"], ["Vieilfont", 1]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = study.root / "responses.xlsx"
    book.save(path)
    return path


def places(study: Project) -> list[tuple[str, str, str]]:
    """Each place with its questionnaire and the age of who lived there."""
    with Store(study.database) as store:
        rows = store.rows(
            "SELECT r.questionnaire, age.value, place.value FROM response r"
            " JOIN answer age ON age.response = r.id AND age.question = 'age'"
            " JOIN answer place ON place.response = r.id AND place.question = 'ep_lieu' ORDER BY 1, 2"
        )
    return [(row[0], row[1], row[2]) for row in rows]


def test_each_sheet_goes_to_its_questionnaire_and_each_block_to_its_sheet(
    study: Project, workbook: Path, enquete: Callable[..., Result]
) -> None:
    result = enquete("import", workbook)
    assert "2\u00a0réponses à «\u00a0habitants\u00a0»" in result.stdout
    assert "1\u00a0réponse à «\u00a0candidats\u00a0»" in result.stdout
    assert places(study) == [
        ("candidats", "33", "Vieilfont"),
        ("habitants", "40", "Montferval"),
        ("habitants", "51", "Landrières"),
    ]


def test_importing_again_changes_nothing(
    study: Project, workbook: Path, enquete: Callable[..., Result]
) -> None:
    enquete("import", workbook)
    before = study.database.read_bytes()
    result = enquete("import", workbook)
    assert result.stdout.count("est déjà importé et rien n'a changé") == 2
    assert study.database.read_bytes() == before


def test_a_file_of_the_study_is_found_from_elsewhere(
    workbook: Path, enquete: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ailleurs").mkdir()
    monkeypatch.chdir(tmp_path / "ailleurs")
    assert "habitants" in enquete("import", "responses.xlsx").stdout


def test_a_word_document_renamed_is_told_for_what_it_is(
    study: Project, enquete: Callable[..., Result], tmp_path: Path
) -> None:
    from docx import Document

    path = tmp_path / "responses.xlsx"
    Document().save(str(path))
    result = enquete("import", path, exit_code=1)
    assert (
        "«\u00a0responses.xlsx\u00a0» n'est pas un classeur\u00a0: son contenu est un document Word."
        in result.output
    )
    assert not study.database.exists()
