"""The respondent's identifier is found by its question, whatever the header says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from openpyxl import Workbook

from habitat_enquete.project import Project
from habitat_enquete.store import responses as table
from habitat_enquete.store.connection import Store

FORM = """
kind: questionnaire
id: voisins
titre: Voisins
version: "1"
repondant: {id: id_repondant}
questions:
  - {type: text, name: id_repondant, label: Matricule de la personne}
  - {type: integer, name: age, label: Quel âge avez-vous ?}
"""


def test_identifier_under_its_label_names_the_respondent(
    study: Project, tmp_path: Path, enquete: Callable[..., Result]
) -> None:
    for old in study.questionnaires.glob("*"):
        old.unlink()
    (study.questionnaires / "voisins.yaml").write_text(FORM, encoding="utf-8")
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["Matricule de la personne", "Quel âge avez-vous ?"], ["V7", 61], ["V8", 34]):
        sheet.append(row)
    book.save(tmp_path / "voisins.xlsx")

    enquete("import", tmp_path / "voisins.xlsx")

    with Store(study.database) as store:
        people = {response.respondent for response in table.responses(store)}
    assert people == {"V7", "V8"}
