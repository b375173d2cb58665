"""Forms whose names, codes and labels are taken for one another: each file is read as it is written, in codes or in labels."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
