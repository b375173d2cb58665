"""A questionnaire proposed out of an export alone."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.exchange.inferred import write_inferred
from habitat_enquete.ingest.definitions.inference import Inferred, infer, slug
from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_yaml
from habitat_enquete.ingest.files.workbooks import read_workbook

TODAY = dt.date(2026, 11, 1)


def inferred(tmp_path: Path, columns: dict[str, list[str]]) -> Inferred:
    """What is proposed for a CSV file of these columns."""
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return infer(read_workbook(path), name="export", today=TODAY)


def kind_of(tmp_path: Path, header: str, values: list[str]) -> tuple[str, str]:
    """The kind and the reason proposed for one column, beside another one."""
    other = [f"réponse {rank}" for rank in range(len(values))]
    found = inferred(tmp_path, {header: values, "Autre chose": other}).columns[0]
    return found.kind, found.why


@pytest.mark.parametrize(
    ("header", "values", "kind", "why"),
    [
        ("Âge", ["31", "45", "", "62", "18"], "nombre entier", "nombres entiers, de 18 à 62"),
        ("Loyer", ["450,5", "600 €", "", "1 200"], "nombre", "nombres, de 450,5 à 1200"),
        ("Arrivée", ["03/2019", "12/2020", "01/2021"], "date", "dates"),
        ("Code Insee", ["48095", "01004", "2A004"], "texte", "codes de communes, gardés comme du texte"),
        ("Numéro de lot", ["0601", "0602", "1234"], "texte", "zéros en tête, gardés comme du texte"),
        ("Statut", ["Locataire", "Propriétaire"] * 5, "choix unique", "2 réponses différentes sur 10"),
        ("Note", ["1", "2", "3", "4", "5"] * 4, "choix unique", "5 réponses différentes sur 20"),
        ("Motifs", ["Emploi;Famille;", "Emploi;", "Famille;Prix;", "Prix;Emploi;"] * 4, "choix multiple", "3 réponses séparées par « ; »"),
        ("Motifs", ["emploi famille", "emploi", "famille prix", "prix"] * 4, "choix multiple", "3 réponses séparées par une espace"),
        ("Freins", [f"Je n'ai pas trouvé de logement en {rank} mois" for rank in range(6)], "question ouverte", "réponses longues (9 mots en moyenne), à coder"),
        ("Autre (préciser)", ["Viager"] * 6, "texte", "réponses libres courtes"),
        ("Commune", ["Mende", "Langogne"] * 4, "texte", "réponses libres courtes"),
        ("Accord", ["OK"] * 6, "accord", "toujours « OK »"),
        ("Position", ["44.5180 3.5010 732.0 4.9", "44.5 3.5"], "position", "latitude et longitude"),
        ("Vide", ["", "", ""], "texte", "colonne vide : type à préciser"),
    ],
)  # fmt: skip
def test_kind_of_a_column_and_why(tmp_path, header, values, kind, why):
    assert kind_of(tmp_path, header, values) == (kind, why)


def test_ticked_columns_make_one_multiple_choice(tmp_path):
    found = inferred(
        tmp_path,
        {
            "motifs/emploi": ["1", "0", "1"],
            "motifs/Ne sait pas": ["0", "1", "0"],
            "Pourquoi ? [Le prix]": ["X", "", "X"],
            "Pourquoi ? [Le calme]": ["", "X", ""],
            "_uuid": ["a", "b", "c"],
        },
    ).questionnaire
    assert [(each.name, each.type.value) for each in found] == [
        ("motifs", "select_multiple"),
        ("pourquoi", "select_multiple"),
    ]
    assert [(each.label, each.missing) for each in found.choice_lists["motifs"]] == [
        ("emploi", None),
        ("Ne sait pas", "nsp"),
    ]
    assert [each.label for each in found.choice_lists["pourquoi"]] == ["Le prix", "Le calme"]


def test_same_choices_make_one_list_and_same_headers_two_names(tmp_path):
    found = inferred(
        tmp_path, {"Satisfait du loyer": ["oui", "non"] * 5, "Satisfait du calme": ["non", "oui"] * 5}
    ).questionnaire
    assert [each.choices for each in found] == ["satisfait_du_loyer", "satisfait_du_loyer"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Quel âge avez-vous ?", "quel_age_avez_vous"),
        ("1. Le cœur", "q_1_le_coeur"),
        ("?", "q"),
        ("Pourquoi êtes-vous venu vous installer dans le département", "pourquoi_etes_vous_venu_vous"),
    ],
)
def test_names_are_short_and_plain(header, name):
    assert slug(header) == name


def test_the_proposal_is_a_questionnaire_to_correct(tmp_path):
    (tmp_path / "export.csv").write_text("Âge;Statut\n31;no\n45;01004\n52;no\n60;01004\n", encoding="utf-8")
    write_inferred(tmp_path / "export.csv", tmp_path / "q" / "export.yaml", today=TODAY)
    text = (tmp_path / "q" / "export.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Proposition déduite de export.csv : à relire")
    assert [each.label for each in parse_yaml(text, file="export.yaml").questions] == ["Âge", "Statut"]
    with pytest.raises(EnqueteError, match=r"« export\.yaml » existe déjà"):
        write_inferred(tmp_path / "export.csv", tmp_path / "q" / "export.yaml")


def test_nothing_to_infer(tmp_path):
    (tmp_path / "export.csv").write_text("_id;_uuid\n1;2\n3;4\n", encoding="utf-8")
    with pytest.raises(EnqueteError, match="aucune colonne de réponses n'a été reconnue"):
        write_inferred(tmp_path / "export.csv", tmp_path / "q.yaml")


def test_a_kobo_export_with_its_repeats(real_data):
    workbook = read_workbook(real_data / "exports" / "kobo" / "kobo_xml_both.xlsx")
    found = infer(workbook, name="kobo", today=TODAY).questionnaire
    kinds = {each.name: each.type.value for each in found}
    assert (kinds["age"], kinds["loyer"], kinds["motifs"], kinds["statut"], kinds["debut"]) == (
        "integer",
        "decimal",
        "select_multiple",
        "select_one",
        "date",
    )
    assert found.question("debut").repeat == found.repeats[0].name
    assert "_uuid" not in kinds and "start" not in kinds
