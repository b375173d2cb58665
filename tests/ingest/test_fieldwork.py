"""Where the collection stands: quotas, days, contacts, interviews, weights on margins."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from exporters import csv_text, write_xlsx

from habitat_enquete.cli.main import main
from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.fieldwork import Day, Outcome, QuotaLine, in_band, read_contacts
from habitat_enquete.ingest.run import import_responses
from habitat_enquete.ingest.run_fieldwork import fieldwork
from habitat_enquete.project import Project
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents

FORM = """\
id: terrain
version: "1"
listes:
  statut: [{name: prop, label: Propriétaire}, {name: loc, label: Locataire}]
questions:
  - {type: start, name: start}
  - {type: select_one, list: statut, name: statut, label: Statut}
  - {type: integer, name: age, label: Âge}
quotas:
  - {nom: statut, question: statut, cibles: {prop: 2, loc: 3}}
  - {nom: statut et âge, question: [statut, age], cibles: {"prop | 18-44": 1, "prop | 45+": 1}}
"""
ROWS = [
    ["id", "start", "statut", "age"],
    ["R1", "2026-03-01T10:00:00", "prop", 30],
    ["R2", "2026-03-01T11:00:00", "prop", 50],
    ["R3", "2026-03-03T09:00:00", "prop", 60],
    ["R4", "2026-03-03T09:30:00", "loc", 20],
]


@pytest.fixture
def collected(survey: Project, tmp_path: Path) -> Project:
    (survey.questionnaires / "sorvelle.yaml").write_text(FORM, encoding="utf-8")
    import_responses(survey, write_xlsx(tmp_path / "r.xlsx", {"R": ROWS}))
    return survey


def test_quotas_say_what_is_wanted_done_and_left(collected: Project) -> None:
    found = fieldwork(collected).fieldwork
    assert found.responses == {"terrain": 4}
    assert found.quotas == (
        QuotaLine("statut", "Propriétaire", 2, 3),
        QuotaLine("statut", "Locataire", 3, 1),
        QuotaLine("statut et âge", "Propriétaire × 18-44", 1, 1),
        QuotaLine("statut et âge", "Propriétaire × 45+", 1, 2),
    )
    assert [line.left for line in found.quotas] == [0, 2, 0, 0]


def test_daily_curve_has_every_day(collected: Project) -> None:
    assert fieldwork(collected).fieldwork.days == (
        Day("2026-03-01", 2, 2),
        Day("2026-03-02", 0, 2),
        Day("2026-03-03", 2, 4),
    )


@pytest.mark.parametrize(
    ("answer", "category", "inside"),
    [("prop", "prop", True), ("prop", "loc", False), ("44", "18-44", True), ("45", "18-44", False), ("17", "<18", True),
     ("75", "75+", True), ("74", "75+", False), ("", "18-44", False), ("20", "18 à 44 ans", True), ("abc", "75+", False)],
)  # fmt: skip
def test_numbers_fall_in_bands(answer: str, category: str, inside: bool) -> None:
    assert in_band(answer, category) is inside


def test_contacts_are_counted_by_outcome_and_no_name_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    rows = [["Nom", "Téléphone", "Statut"], ["A", "1", "Réalisé"], ["B", "2", "fait"], ["C", "3", "Refus"], ["D", "4", "hors champ"],
            ["E", "5", "NPA"], ["F", "6", "à revoir"]]  # fmt: skip
    path.write_text(csv_text(rows), encoding="utf-8")

    found = read_contacts(path)

    assert found.outcomes == {
        Outcome.DONE: 2,
        Outcome.REFUSED: 1,
        Outcome.OUT_OF_SCOPE: 1,
        Outcome.UNREACHABLE: 1,
        Outcome.UNKNOWN: 1,
    }
    assert (found.total, found.response_rate, found.unread) == (6, 2 / 5, ("à revoir",))


def test_contact_file_without_a_status_is_refused_with_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(csv_text([["Nom", "Ville"], ["A", "B"]]), encoding="utf-8")
    with pytest.raises(
        EnqueteError,
        match=r"« contacts.csv » n'a pas de colonne « statut ». Colonnes lues : « Nom », « Ville ».",
    ):
        read_contacts(path)


def test_interviews_tell_how_far_they_have_come(collected: Project) -> None:
    collected.interviews.mkdir(exist_ok=True)
    for path in collected.interviews.glob("*"):
        path.unlink()
    table = [
        ["fichier", "id", "date", "lieu"],
        ["E01.txt", "E01", "2026-03-01", "Villeclare"],
        ["", "E02", "2026-03-02", ""],
    ]
    (collected.interviews / "entretiens.csv").write_text(csv_text(table), encoding="utf-8")
    (collected.interviews / "E01.txt").write_text("Enquêteur : Bonjour.\nAnne : Bonjour.\n", encoding="utf-8")

    lines = {line.id: line for line in fieldwork(collected).fieldwork.interviews}

    assert (lines["E01"].done, lines["E01"].transcribed, lines["E01"].coded) == (True, True, False)


def _margins(folder: Path, text: str) -> Path:
    path = folder / "marges.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_weights_give_back_typed_margins_and_are_stored(collected: Project, tmp_path: Path) -> None:
    path = _margins(tmp_path, "population: 1 000\nmarges:\n  statut: {prop: 60 %, loc: 40 %}\n")

    result = fieldwork(collected, margins=path)

    assert result.calibration is not None
    assert result.calibration.weights.tolist() == pytest.approx([200, 200, 200, 400])
    with Store(collected.database) as store:
        assert {who: known["poids"] for who, known in respondents(store).items()} == {
            "R1": "200", "R2": "200", "R3": "200", "R4": "400",
        }  # fmt: skip
    assert result.weights is not None
    with result.weights.open(encoding="utf-8-sig") as stream:
        assert next(csv.DictReader(stream, delimiter=";"))["poids"] == "200,000000"


def test_shares_rounded_by_hand_are_accepted(collected: Project, tmp_path: Path) -> None:
    path = _margins(
        tmp_path,
        "population: 1000\nmarges:\n  statut: {prop: 59.9 %, loc: 40 %}\n  age: {moins de 45 ans: 50, 45 et plus: 50}\n",
    )
    result = fieldwork(collected, margins=path)
    assert result.calibration is not None
    assert result.calibration.weights.sum() == pytest.approx(1000)


def test_quantity_that_some_did_not_give_is_refused(collected: Project, tmp_path: Path) -> None:
    rows = [["id", "statut", "age"], ["R9", "prop", ""]]
    import_responses(collected, write_xlsx(tmp_path / "vide.xlsx", {"R": rows}))
    with pytest.raises(
        EnqueteError, match="« age » ne dit rien de la modalité « sans réponse », celle de 1 répondant"
    ):
        fieldwork(collected, margins=_margins(tmp_path, "marges:\n  age: 2000\n"))


def test_margins_by_bands_of_age(collected: Project, tmp_path: Path) -> None:
    path = _margins(tmp_path, "marges:\n  age: {18-44: 50, 45+: 50}\n")
    result = fieldwork(collected, margins=path)
    assert result.calibration is not None
    assert result.calibration.weights.tolist() == pytest.approx([25, 25, 25, 25])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("marges:\n  statu: {prop: 1}\n", "La marge « statu » n'est pas une question de « terrain ». Vouliez-vous dire « statut » ?"),
        ("marges:\n  statut: {prop: beaucoup}\n", "La marge « statut », modalité « prop » : « beaucoup » n'est pas un effectif"),
        ("marges:\n  statut: {prop: 5, loc: 5, hlm: 2}\n", "modalité « hlm » : aucun répondant"),
        ("marge:\n  statut: {prop: 5}\n", "« marges » attend les totaux de chaque question"),
        ("méthode: magique\nmarges:\n  statut: {prop: 5, loc: 5}\n", "« méthode » attend linéaire, raking, logit ou borné"),
        ("marges:\n  statut: {prop: 50 %, loc: 40 %}\n", "Les parts de la marge « statut » totalisent 90 % au lieu de 100 %."),
        ("zut: 1\nmarges:\n  statut: {prop: 5, loc: 5}\n", "ligne 1 : la clé « zut » n'est pas connue ici"),
    ],
)  # fmt: skip
def test_faulty_margins_are_refused(collected: Project, tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EnqueteError) as caught:
        fieldwork(collected, margins=_margins(tmp_path, text))
    assert message in str(caught.value)


def test_margins_must_name_the_questionnaire_when_there_are_several(
    collected: Project, tmp_path: Path
) -> None:
    (collected.questionnaires / "bis.yaml").write_text(
        "id: bis\nquestions:\n  - {type: text, name: couleur, label: Couleur}\n  - {type: text, name: forme, label: Forme}\n",
        encoding="utf-8",
    )
    import_responses(
        collected,
        write_xlsx(tmp_path / "b.xlsx", {"B": [["id", "couleur", "forme"], ["B1", "bleu", "rond"]]}),
    )
    with pytest.raises(EnqueteError, match="ne dit pas quel questionnaire redresser"):
        fieldwork(collected, margins=_margins(tmp_path, "marges:\n  statut: {prop: 5, loc: 5}\n"))


@pytest.fixture
def command(collected: Project) -> Callable[..., Any]:
    return lambda *arguments: CliRunner().invoke(
        main, ["-C", str(collected.root), "fieldwork", *map(str, arguments)]
    )


def test_command_shows_everything(command: Callable[..., Any], tmp_path: Path) -> None:
    contacts = tmp_path / "contacts.csv"
    contacts.write_text(csv_text([["Nom", "Statut"], ["A", "refus"], ["B", "fait"]]), encoding="utf-8")
    margins = _margins(tmp_path, "marges:\n  statut: {prop: 60, loc: 40}\n")

    result = command("--contacts", contacts, "--margins", margins)

    assert result.exit_code == 0, result.output
    for words in (
        "Quotas",
        "Locataire",
        "Par jour",
        "2026-03-03",
        "Taux de réponse",
        "50,0",
        "effet de plan (Kish) 1,12",
    ):
        assert words in result.output


def test_command_gives_json(command: Callable[..., Any]) -> None:
    found = json.loads(command("--json").stdout)
    assert found["responses"] == {"terrain": 4}
    assert found["quotas"][1] == {
        "quota": "statut",
        "category": "Locataire",
        "target": 3,
        "done": 1,
        "left": 2,
    }
