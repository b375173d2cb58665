"""Forms whose names, codes and labels are taken for one another: each file is read as it is written, in codes or in labels."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from exporters import write_xlsx

from habitat_enquete.ingest.run import ImportResult
from habitat_enquete.project import Project

FORM = """\
id: pieges
version: "1"
listes:
  energie: [{name: "1", label: Électricité}, {name: "2", label: "Bois, granulés"}, {name: "3", label: Bois}, {name: "99", label: Aucune}]
  pieces: [{name: "1", label: "2"}, {name: "2", label: "3"}, {name: "3", label: 4 et plus}]
  accord: [{name: "1", label: Pas d'accord}, {name: "2", label: D'accord}]
questions:
  - {type: select_multiple, list: energie, name: chauffage, label: Comment chauffez-vous ?}
  - {type: select_one, list: pieces, name: pieces, label: Nombre de pièces}
  - {type: select_multiple, list: pieces, name: pieces_voulues, label: Combien en voulez-vous ?}
  - {type: decimal, name: loyer, label: Montant}
  - {type: decimal, name: montant, label: Charges}
  - {type: matrix, list: accord, name: avis, label: Que pensez-vous de cela ?, lignes: [{name: bruit, label: "Le bruit, la nuit"}, {name: prix, label: Le prix}]}
"""
EXPECTED = {
    ("chauffage", 0, 0, "2", "answered"),
    ("chauffage", 0, 1, "99", "answered"),
    ("pieces", 0, 0, "2", "answered"),
    ("pieces_voulues", 0, 0, "1", "answered"),
    ("loyer", 0, 0, "450", "answered"),
    ("montant", 0, 0, "80.5", "answered"),
    ("avis_bruit", 0, 0, "2", "answered"),
    ("avis_prix", 0, 0, "1", "answered"),
}
_LIME = {"id": "1", "submitdate": "2026-03-01 10:00:00", "lastpage": "3", "startlanguage": "fr", "seed": "12"}
_LIME_LABELS = {
    "ID de la réponse": "1",
    "Date de soumission": "2026-03-01 10:00:00",
    "Dernière page": "3",
    "Langue de départ": "fr",
}
_ENDING = {"loyer": "450", "montant": "80.5", "avis[bruit]": "2", "avis[prix]": "1"}
_LABELLED_ENDING = {"Montant": "450", "Charges": "80,5"}
FILES: dict[str, dict[str, str]] = {
    "codes": {"id": "1", "chauffage": "2 99", "pieces": "2", "pieces_voulues": "1", "loyer": "450", "montant": "80.5",
              "avis_bruit": "2", "avis_prix": "1"},
    "split codes": {"id": "1", "chauffage/1": "0", "chauffage/2": "1", "chauffage/3": "0", "chauffage/99": "1", "pieces": "2",
                    "pieces_voulues/1": "1", "pieces_voulues/2": "0", "pieces_voulues/3": "0", "loyer": "450", "montant": "80.5",
                    "avis/bruit": "2", "avis/prix": "1"},
    "labels": {"id": "1", "Comment chauffez-vous ?": "Bois, granulés, Aucune", "Nombre de pièces": "3",
               "Combien en voulez-vous ?": "2", **_LABELLED_ENDING, "Que pensez-vous de cela ? [Le bruit, la nuit]": "D'accord",
               "Que pensez-vous de cela ? [Le prix]": "Pas d’accord"},
    "split labels": {"id": "1", "Comment chauffez-vous ?/Bois, granulés": "1", "Comment chauffez-vous ?/Bois": "0",
                     "Comment chauffez-vous ?/Aucune": "1", "Nombre de pièces": "3", "Combien en voulez-vous ?/2": "1",
                     "Combien en voulez-vous ?/3": "0", **_LABELLED_ENDING, "Le bruit, la nuit": "D'accord", "Le prix": "Pas d'accord"},
    "limesurvey codes": {**_LIME, "chauffage[1]": "", "chauffage[2]": "Y", "chauffage[3]": "", "chauffage[99]": "Y", "pieces": "2",
                         "piecesvoulues[1]": "Y", "piecesvoulues[2]": "", **_ENDING},
    "limesurvey 1 and 2": {**_LIME, "chauffage[1]": "2", "chauffage[2]": "1", "chauffage[3]": "2", "chauffage[99]": "1",
                           "pieces": "2", "piecesvoulues[1]": "1", "piecesvoulues[2]": "2", **_ENDING},
    "limesurvey codes and labels": {**_LIME, "chauffage[2]. Comment chauffez-vous ? [Bois, granulés]": "Y",
                                    "chauffage[99]. Comment chauffez-vous ? [Aucune]": "Y", "pieces. Nombre de pièces": "2",
                                    "piecesvoulues[1]. Combien en voulez-vous ? [2]": "Y", "loyer. Montant": "450",
                                    "montant. Charges": "80.5", "avis[bruit]. Que pensez-vous de cela ? [Le bruit, la nuit]": "2",
                                    "avis[prix]. Que pensez-vous de cela ? [Le prix]": "1"},
    "limesurvey underscores": {**_LIME_LABELS, "Comment_chauffez-vous_?_[Bois,_granulés]": "Oui", "Comment_chauffez-vous_?_[Bois]": "Non",
                               "Comment_chauffez-vous_?_[Aucune]": "Oui", "Nombre_de_pièces": "3", "Combien_en_voulez-vous_?_[2]": "Oui",
                               **_LABELLED_ENDING, "Que_pensez-vous_de_cela_?_[Le_bruit,_la_nuit]": "D'accord",
                               "Que_pensez-vous_de_cela_?_[Le_prix]": "Pas d'accord"},
    "limesurvey abbreviated": {**_LIME_LABELS, "Comment chauffe... [Bois, granulés]": "Oui", "Comment chauffe... [Bois]": "Non",
                               "Comment chauffe... [Aucune]": "Oui", "Nombre de pièce...": "3", "Combien en voul... [2]": "Oui",
                               **_LABELLED_ENDING, "Que pensez-vous... [Le bruit, la n...]": "D'accord",
                               "Que pensez-vous... [Le prix]": "Pas d'accord"},
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_way_to_write_a_hostile_form_gives_the_same_answers(
    name: str,
    survey: Project,
    imported: Callable[..., ImportResult],
    answers: Callable[[], list[set[tuple[Any, ...]]]],
    tmp_path: Path,
) -> None:
    (survey.questionnaires / "sorvelle.yaml").write_text(FORM, encoding="utf-8")
    path = tmp_path / "r.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=";").writerows([list(FILES[name]), list(FILES[name].values())])
    result = imported(path)
    assert answers() == [EXPECTED]
    assert result.errors == 0


NESTED = """\
id: menages
version: "1"
questions:
  - {type: note, name: merci, label: Merci d'avance}
  - {type: text, name: ville, label: Ville}
  - {type: image, name: photo, label: Photo}
  - repeat: menage
    questions:
      - {type: text, name: nom, label: Nom}
      - repeat: personne
        questions:
          - {type: integer, name: age, label: Âge}
"""
_INDEXED = ["_index", "_parent_table_name", "_parent_index"]
_KOBO = {
    "menages": [["ville", "photo", "photo_URL", "merci", "_id", "_index"], ["A", "a.jpg", "https://exemple/a.jpg", "", 10, 1], ["B", "", "", "", 11, 2]],
    "menage": [["nom", *_INDEXED], ["a1", 1, "menages", 1], ["a2", 2, "menages", 1], ["b1", 3, "menages", 2]],
    "personne": [["age", *_INDEXED], [30, 1, "menage", 1], [40, 2, "menage", 2], [50, 3, "menage", 3]],
}  # fmt: skip
_ODK = {
    "menages.csv": [["ville", "KEY"], ["A", "uuid:a"], ["B", "uuid:b"]],
    "menages-menage.csv": [["nom", "PARENT_KEY", "KEY"], ["a1", "uuid:a", "uuid:a/menage[1]"], ["a2", "uuid:a", "uuid:a/menage[2]"], ["b1", "uuid:b", "uuid:b/menage[1]"]],
    "menages-menage-personne.csv": [["age", "PARENT_KEY", "KEY"], ["30", "uuid:a/menage[1]", "uuid:a/menage[1]/personne[1]"],
                                    ["40", "uuid:a/menage[2]", "uuid:a/menage[2]/personne[1]"], ["50", "uuid:b/menage[1]", "uuid:b/menage[1]/personne[1]"]],
}  # fmt: skip


def _zipped(path: Path, tables: dict[str, list[list[str]]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in tables.items():
            stream = io.StringIO()
            csv.writer(stream).writerows(rows)
            archive.writestr(name, stream.getvalue())
    return path


@pytest.mark.parametrize("tool", ["kobo", "odk"])
def test_blocks_nested_in_a_block_find_their_response(
    tool: str,
    survey: Project,
    imported: Callable[..., ImportResult],
    answers: Callable[[], list[set[tuple[Any, ...]]]],
    tmp_path: Path,
) -> None:
    (survey.questionnaires / "sorvelle.yaml").write_text(NESTED, encoding="utf-8")
    path = write_xlsx(tmp_path / "r.xlsx", _KOBO) if tool == "kobo" else _zipped(tmp_path / "r.zip", _ODK)
    result = imported(path)
    assert [{a[:2] + a[3:4] for a in found if a[1]} for found in answers()] == [
        {("nom", 1, "a1"), ("nom", 2, "a2"), ("age", 1, "30"), ("age", 2, "40")},
        {("nom", 1, "b1"), ("age", 1, "50")},
    ]
    assert [each.code for each in result.problems if each.code in {"COLUMN_UNKNOWN", "REPEAT_ORPHAN"}] == []


OTHERS = """\
id: autres
version: "1"
listes:
  statut: [{name: prop, label: Propriétaire}, {name: loc, label: Locataire}, {name: autre, label: Autre (préciser), preciser: true}]
questions:
  - {type: select_one, list: statut, name: statut, label: Statut}
  - {type: select_multiple, list: statut, name: passe, label: Statuts passés}
  - {type: integer, name: pieces, label: Pièces}
  - {type: text, name: avis, label: Votre avis ?}
"""


@pytest.fixture
def read(
    survey: Project,
    imported: Callable[..., ImportResult],
    answers: Callable[[], list[set[tuple[Any, ...]]]],
    tmp_path: Path,
) -> Callable[[str], list[set[tuple[str, str]]]]:
    """The answers of a csv text: question and value."""

    def run(text: str) -> list[set[tuple[str, str]]]:
        (survey.questionnaires / "sorvelle.yaml").write_text(OTHERS, encoding="utf-8")
        (tmp_path / "r.csv").write_text(text, encoding="utf-8")
        imported(tmp_path / "r.csv")
        return [{(question, value) for question, _, _, value, _ in found} for found in answers()]

    return run


@pytest.mark.parametrize("cell", ["Autre (préciser) : viager", "Autre: viager", "autre - viager"])
def test_other_and_its_words_in_one_cell_are_told_apart(read: Callable[[str], Any], cell: str) -> None:
    assert read(f"id;statut;pieces\n1;{cell};3\n") == [
        {("statut", "autre"), ("statut_autre", "viager"), ("pieces", "3")}
    ]


def test_ticks_under_the_name_of_a_text_are_ticks(read: Callable[[str], Any]) -> None:
    found = read("id;statut;passe_prop;passe_loc;passe_autre\n1;loc;VRAI;FAUX;FAUX\n2;loc;FAUX;FAUX;VRAI\n")
    assert found == [{("statut", "loc"), ("passe", "prop")}, {("statut", "loc"), ("passe", "autre")}]


def test_text_of_other_stays_a_text_beside_ticks(read: Callable[[str], Any]) -> None:
    found = read("id;statut;passe_prop;passe_loc;passe_autre\n1;loc;1;0;squat\n2;loc;0;1;\n")
    assert found[0] == {("statut", "loc"), ("passe", "prop"), ("passe_autre", "squat")}


def test_numbers_kept_from_excel_lose_their_mask(read: Callable[[str], Any]) -> None:
    assert read('id;statut;pieces\n1;loc;"=""3"""\n') == [{("statut", "loc"), ("pieces", "3")}]


def test_damaged_a_with_a_plain_space_is_repaired(read: Callable[[str], Any]) -> None:
    assert ("avis", "à voir, c'est très cher") in read("id;statut;avis\n1;loc;Ã  voir, c'est trÃ¨s cher\n")[0]


def test_repeated_block_is_read_in_labels_where_the_main_table_is(
    survey: Project,
    imported: Callable[..., ImportResult],
    answers: Callable[[], list[set[tuple[Any, ...]]]],
    tmp_path: Path,
) -> None:
    (survey.questionnaires / "sorvelle.yaml").write_text(
        'id: b\nversion: "1"\nlistes:\n  statut: [{name: loc, label: Locataire}, {name: prop, label: Propriétaire}]\n'
        '  pieces: [{name: "1", label: "2"}, {name: "2", label: "3"}]\nquestions:\n'
        "  - {type: select_one, list: statut, name: statut, label: Statut}\n  - {type: text, name: ville, label: Ville}\n"
        "  - repeat: logement\n    questions:\n      - {type: select_one, list: pieces, name: pieces, label: Pièces}\n",
        encoding="utf-8",
    )
    sheets: dict[str, list[list[Any]]] = {
        "b": [["Statut", "Ville", "_id", "_index"], ["Locataire", "A", 7, 1]],
        "logement": [["Pièces", "_index", "_parent_index", "_submission__id"], ["2", 1, 1, 7]],
    }
    imported(write_xlsx(tmp_path / "r.xlsx", sheets))
    assert ("pieces", 1, 0, "1", "answered") in answers()[0]
