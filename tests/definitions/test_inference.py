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
        ("Temps passé", ["10 (tout le temps)", "0 (jamais)", "5", "7"] * 3, "choix unique", "échelle de 0 à 10, aux extrémités nommées"),
        ("Surface", ["45 m²", "60 m²", "72 m²"] * 3, "nombre entier", "nombres entiers, de 45 à 72"),
        ("Nombre d'enfants", ["0", "1", "2"] * 5, "nombre entier", "nombres entiers, de 0 à 2"),
        ("Départ", ["07:30", "8:15", "18:00"], "heure", "heures"),
        ("Envoyé", ["2026-01-02 08:15", "2026-01-03 18:40"], "date et heure", "dates et heures"),
        ("Motifs", ["Un emploi, Le prix", "La famille, les proches", "Le prix", "Un emploi, La famille, les proches"] * 4, "choix multiple", "3 réponses séparées par « , »"),
        ("Motifs", ["Un emploi Le prix", "Le prix", "Un emploi", "Le calme Un emploi", "Le prix Le calme", "Un emploi Le prix Le calme"] * 3, "choix multiple", "3 réponses mises bout à bout"),
        ("Adresse", [f"p{rank}@exemple.fr" for rank in range(6)], "mise à part", "adresses électroniques : hors de l'étude"),
        ("Portable", [f"06 12 34 56 {rank:02d}" for rank in range(6)], "mise à part", "numéros de téléphone : hors de l'étude"),
        ("Numéro du dossier", [f"D-{rank:03d}" for rank in range(12)], "clé", "un code différent à chaque ligne"),
        ("Vos remarques", ["Il manque un arrêt de bus", "Rien à dire de plus ici"] * 5, "question ouverte", "réponses longues (6 mots en moyenne), à coder"),
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


def test_columns_on_one_scale_make_a_matrix_in_the_order_of_the_scale(tmp_path):
    said = [
        "Tout à fait d'accord",
        "Plutôt pas d'accord",
        "Plutôt d'accord",
        "Pas du tout d'accord",
        "Sans opinion",
    ] * 3
    (matrix,) = inferred(
        tmp_path, {"D'accord ? [Le loyer]": said, "D'accord ? [Le calme]": said[::-1]}
    ).questionnaire
    assert (matrix.type.value, matrix.label, [row.label for row in matrix.rows]) == (
        "matrix",
        "D'accord ?",
        ["Le loyer", "Le calme"],
    )


def test_choices_follow_their_scale_and_other_comes_last(tmp_path):
    found = inferred(
        tmp_path,
        {
            "Durée": ["Plus de 5 ans", "Moins d'un an", "1 à 3 ans", "Autre", "3 à 5 ans"] * 3,
            "Temps": ["10 (toujours)", "0 (jamais)", "5", "2", "3"] * 3,
        },
    ).questionnaire
    lists = [[(each.name, each.label) for each in choices] for choices in found.choice_lists.values()]
    assert [label for _, label in lists[0]] == [
        "Moins d'un an",
        "1 à 3 ans",
        "3 à 5 ans",
        "Plus de 5 ans",
        "Autre",
    ]
    assert lists[1] == [("0", "0 (jamais)"), ("2", "2"), ("3", "3"), ("5", "5"), ("10", "10 (toujours)")]


def test_codes_and_labels_of_limesurvey(tmp_path):
    found = inferred(
        tmp_path,
        {
            "id. ID de la réponse": [str(rank) for rank in range(12)],
            "st. Quel statut ?": ["Locataire", "Propriétaire", "Autre"] * 4,
            "st[other]. Quel statut ? [Autre]": ["", "", "péniche"] * 4,
            "mo[SQ001]._.Pourquoi ? [Le prix]": ["Oui", "Non", "Non"] * 4,
            "mo[SQ002]._.Pourquoi ? [Le calme]": ["Non", "Oui", "Non"] * 4,
            "cl[1]. Classez [Rang 1]": ["Prix", "Calme", "Bus"] * 4,
            "cl[2]. Classez [Rang 2]": ["Calme", "Bus", "Prix"] * 4,
            "cl[3]. Classez [Rang 3]": ["Bus", "Prix", "Calme"] * 4,
        },
    )
    assert [(each.name, each.type.value, each.label) for each in found.questionnaire] == [
        ("st", "select_one", "Quel statut ?"),
        ("mo", "select_multiple", "Pourquoi ?"),
        ("cl", "rank", "Classez"),
    ]
    assert [each.label for each in found.questionnaire.choice_lists["st"] if each.specify] == ["Autre"]
    assert found.aside == ("id. ID de la réponse",)


def test_headers_on_three_rows_and_labels_under_codes(tmp_path):
    def kinds(rows: list[list[str]]) -> list[tuple[str, str, str]]:
        (tmp_path / "f.csv").write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")
        found = infer(read_workbook(tmp_path / "f.csv"), name="f", today=TODAY).questionnaire
        return [(each.name, each.type.value, each.label) for each in found]

    framaforms = [
        ["Détails de la soumission", "", "Âge", "Motifs", "", "Accord", ""],
        ["", "", "", "", "", "", ""],
        ["Numéro de série", "Brouillon", "Âge", "Le prix", "Le calme", "Le bus", "Le bruit"],
        *([str(rank), "0", str(20 + rank), "X", "", "Oui, plutôt", "Non, plutôt"] for rank in range(6)),
        *([str(rank), "0", str(40 + rank), "", "X", "Non, plutôt", "Oui, plutôt"] for rank in range(6)),
    ]
    assert kinds(framaforms) == [
        ("age", "integer", "Âge"),
        ("Motifs", "select_multiple", "Motifs"),
        ("Accord", "matrix", "Accord"),
    ]
    coded = [
        ["age", "motif_prix", "motif_calme"],
        ["Quel âge ?", "Pourquoi ? : Le prix", "Pourquoi ? : Le calme / la paix"],
        *([str(20 + rank), str(rank % 2), "1"] for rank in range(8)),
    ]
    assert kinds(coded) == [("age", "integer", "Quel âge ?"), ("motif", "select_multiple", "Pourquoi ?")]


def test_a_definition_is_no_export(tmp_path, real_data):
    (tmp_path / "q.yaml").write_text("questions: []", encoding="utf-8")
    for path in (tmp_path / "q.yaml", real_data / "questionnaires" / "enquete_habitat.xlsx"):
        with pytest.raises(EnqueteError, match="est un questionnaire, et non un export de réponses"):
            write_inferred(path, tmp_path / "p.yaml")


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


def test_thousands_of_free_answers_are_not_taken_apart_for_long(tmp_path):
    said = [f"J'ai cherché {rank} mois, puis {rank % 7} ans, sans trouver" for rank in range(4_000)]
    assert kind_of(tmp_path, "Votre histoire", said) == (
        "question ouverte",
        "réponses longues (9 mots en moyenne), à coder",
    )
