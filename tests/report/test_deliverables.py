"""The eleven deliverables: each complete with and without its register, from the report's own evidence."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path
from types import ModuleType

import pytest
from docx import Document

from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.project import Project
from habitat_enquete.report import panel
from habitat_enquete.report.deliverables import models
from habitat_enquete.report.deliverables.run import DELIVERABLES, run
from habitat_enquete.report.panel import PanelVerdict, Rating
from habitat_enquete.store.connection import Store

ROOT = Path(__file__).resolve().parents[2]
ORDER = (
    *("note-de-cadrage", "carnet-de-suivi", "copil", "feuille-de-route", "livret-de-capitalisation"),
    *(
        "village-accueillant",
        "suivi-des-projets",
        "groupe-miroir",
        "atelier-parcours",
        "acteurs",
        "benchmark",
    ),
)
REGISTERS = {
    "village.yaml": "criteres:\n  - {identifiant: ref, axe: Accueil, libelle: Un référent, preuve: nom affiché, constats: [bon_accueil]}\n"
    "communes:\n  - {nom: Landrières, date: '2026-01', en_cours: [ref]}\n  - {nom: Landrières, date: '2026-04', acquis: [ref]}\n",
    "projets.yaml": "projets:\n  - {identifiant: p1, projet: Auberge, accompagnement: [visite], suite: relais, constats: [bon_accueil]}\n"
    "  - {identifiant: p2, projet: Boulangerie, accompagnement: [visite], issue: installé, raison: logement trouvé}\n",
    "acteurs.yaml": "acteurs:\n  - {nom: Mairie de Landrières, nature: commune, engagements: [bail], personne: E03}\n"
    "ateliers:\n  - {theme: Bourgs, date: '2026-04-10', participants: 12, resultats: [trois îlots], constats: [bon_accueil]}\n",
    "benchmark.yaml": "initiatives:\n  - {nom: Maisons à un euro, lieu: ailleurs, constats: [manque_locations]}\n",
    "decisions.yaml": "decisions:\n  - {date: '2026-03-15', libelle: Ouvrir une bourse, instance: copil}\n",
    "actions.yaml": "actions:\n  - {id: a, libelle: Bail à réhabilitation, pilote: EPCI, constats: [manque_locations]}\n",
}
# What each deliverable must show once its register is written.
SHOWN = {
    "carnet-de-suivi": ("Ouvrir une bourse", "15\u00a0mars\u00a02026"),
    "feuille-de-route": ("Bail à réhabilitation", "EPCI"),
    "livret-de-capitalisation": ("logement trouvé", "Installation réussie"),
    "village-accueillant": ("Un référent", "acquis", "janvier\u00a02026"),
    "suivi-des-projets": ("Auberge", "relais"),
    "acteurs": ("Mairie de Landrières", "trois îlots"),
    "benchmark": ("Maisons à un euro",),
    "note-de-cadrage": ("Objectifs", "Données personnelles"),
    "copil": ("Ce qui est nouveau",),
    "atelier-parcours": ("Mon parcours — Nouveaux arrivants",),
}


def _deliver(project: Project, name: str):
    return run(project, name, read_codebook(project.codebook_file))


def _words(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def _docx(result) -> Path:
    return next(path for path in result.files if path.suffix == ".docx")


def test_the_eleven_come_in_the_order_of_the_studies_and_are_documented() -> None:
    assert tuple(DELIVERABLES) == ORDER
    page = (ROOT / "docs" / "livrables.md").read_text(encoding="utf-8")
    assert [name for name in ORDER if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize("name", ORDER)
def test_a_deliverable_without_any_register_is_still_written(coded_study: Project, name: str) -> None:
    result = _deliver(coded_study, name)
    assert result.files and all(path.stat().st_size > 1000 for path in result.files)


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_deliverable_shows_what_its_register_says(coded_study: Project, name: str) -> None:
    for file, content in REGISTERS.items():
        (coded_study.root / file).write_text(content, encoding="utf-8")
    words = _words(_docx(_deliver(coded_study, name)))
    assert [each for each in SHOWN[name] if each not in words] == []


def test_a_deliverable_made_twice_is_the_same_and_an_edited_one_is_set_aside(coded_study: Project) -> None:
    first = _deliver(coded_study, "copil")
    before = [path.read_bytes() for path in first.files]
    assert [path.read_bytes() for path in _deliver(coded_study, "copil").files] == before
    first.files[0].write_bytes(b"mine")
    (kept,) = _deliver(coded_study, "copil").kept
    assert kept.read_bytes() == b"mine"


def test_the_committee_is_told_what_is_new_since_its_last_deck(
    coded_study: Project, benchmark_study: ModuleType
) -> None:
    assert "Premier comité" in _words(_docx(_deliver(coded_study, "copil")))
    with Store(coded_study.database) as store, store.transaction():
        benchmark_study.Builder(store, read_codebook(coded_study.codebook_file), 7).interview(50)
    words = _words(_docx(_deliver(coded_study, "copil")))
    assert "Premier comité" not in words and "→" in words
    news = next((line for line in words.splitlines() if "Matériau" in line), "")
    assert re.search(r"\d+ → \d+\s+entretien", news), news
    assert words == _words(_docx(_deliver(coded_study, "copil"))), (
        "made again on the same state: the same news"
    )


def test_the_deck_has_titles_and_no_picture(coded_study: Project) -> None:
    from pptx import Presentation

    deck = Presentation(str(_deliver(coded_study, "copil").files[0]))
    assert [slide.shapes.title.text_frame.text for slide in deck.slides][1:4] == [
        "Où nous en sommes",
        "Ce qui est nouveau depuis le dernier comité",
        "Ce qui retient",
    ]
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    assert [shape for shape in shapes if shape.shape_type == 13] == []


def test_the_booklet_quotes_people_of_the_situation_it_speaks_of(coded_study: Project) -> None:
    from habitat_enquete.store.respondents import respondents
    from habitat_enquete.synthesis.run import run as synthesise

    situations = synthesise(coded_study, read_codebook(coded_study.codebook_file)).synthesis.situations
    with Store(coded_study.database) as store:
        known = respondents(store)
    voices = [
        (situation.value.id, evidence.respondent)
        for situation in situations
        for factor in (*situation.barriers, *situation.opportunities)
        for evidence in factor.evidence
    ]
    assert voices and all(known[person]["installation"] == outcome for outcome, person in voices)


def test_the_panels_grid_comes_back_as_verdicts_with_its_words(coded_study: Project) -> None:
    from openpyxl import load_workbook

    grid = _deliver(coded_study, "groupe-miroir").files[0]
    folder = coded_study.root / panel.FOLDER
    folder.mkdir()
    codes: list[str] = []
    for member, answers in enumerate((("oui", "non"), ("plutôt oui", "non"), ("oui", "oui"))):
        workbook = load_workbook(grid)
        sheet = workbook["Constats"]
        codes = [str(sheet.cell(row, 1).value) for row in (2, 3)]
        for row, answer in zip((2, 3), answers, strict=True):
            sheet.cell(row, 4).value, sheet.cell(row, 5).value = answer, 4
        sheet.cell(2, 6).value = f"Mot du membre {member}"
        sheet.cell(sheet.max_row, 6).value = "Les saisonniers"
        workbook.save(folder / f"membre{member}.xlsx")
    result = _deliver(coded_study, "groupe-miroir")
    words = _words(result.files[-1])
    assert (
        "Confirmé" in words
        and "Contesté" in words
        and "Mot du membre 2" in words
        and "Les saisonniers" in words
    )
    from habitat_enquete.report.run import run as report

    page = report(coded_study, read_codebook(coded_study.codebook_file)).files[0].read_text(encoding="utf-8")
    page = unescape(page)
    assert (
        "Groupe miroir\u00a0: confirmé (3 sur 3 disent que c'est vrai ici\u00a0; importance 4,0 sur 5)."
        in page
    )
    assert codes[0] != codes[1] and "Mot du membre 0" in page


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (["oui", "oui", "non"], PanelVerdict.CONFIRMED),
        (["oui", "non"], PanelVerdict.CONTESTED),
        (["oui", "plutôt oui", "oui", "non", "plutôt non"], PanelVerdict.ADJUST),
        (["ne sait pas", ""], PanelVerdict.UNRATED),
    ],
)
def test_the_verdict_follows_the_printed_rule(synthesis, said: list[str], verdict: PanelVerdict) -> None:
    findings = synthesis(said=[("E01", "credit", "Non.")]).findings
    ratings = [Rating("credit", answer, None, "", "a.xlsx") for answer in said]
    assert panel.opinions(ratings, findings)["credit"].verdict is verdict


def test_a_file_that_is_no_grid_is_told(coded_study: Project) -> None:
    folder = coded_study.root / panel.FOLDER
    folder.mkdir()
    (folder / "notes.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(EnqueteError, match=r"« notes\.csv » n'est pas une grille du groupe miroir"):
        _deliver(coded_study, "groupe-miroir")


def test_an_unknown_deliverable_is_told_with_the_nearest(coded_study: Project) -> None:
    with pytest.raises(
        EnqueteError, match=r"« copils » n'est pas un livrable\. Vouliez-vous dire « copil » \?"
    ):
        _deliver(coded_study, "copils")


def test_a_register_with_a_wrong_key_is_told_with_its_line(coded_study: Project) -> None:
    (coded_study.root / "projets.yaml").write_text(
        "projets:\n  - {identifiant: p1, etap: début}\n", encoding="utf-8"
    )
    with pytest.raises(EnqueteError) as refused:
        _deliver(coded_study, "suivi-des-projets")
    assert (
        "projets.yaml, ligne 2 : la clé « etap » n'est pas connue ici." in refused.value.problems[0].message
    )


def test_the_typed_paths_are_read_by_the_pathways_stage(coded_study: Project) -> None:
    from openpyxl import load_workbook

    from habitat_enquete.ingest.files.workbooks import read_workbook
    from habitat_enquete.pathways.episodes.table import read_table

    typed = _deliver(coded_study, "atelier-parcours").files[1]
    workbook = load_workbook(io.BytesIO(typed.read_bytes()))
    sheet = workbook["Parcours"]
    columns = [cell.value for cell in sheet[1]]
    row = {
        "id": "A1",
        "rang": "1",
        "debut": "2001",
        "fin": "2010",
        "commune": "Brionne",
        "statut": "locataire_prive",
    }
    for position, name in enumerate(columns, start=1):
        sheet.cell(2, position).value = row.get(name)
    workbook.save(coded_study.root / "saisie.xlsx")
    (draft,) = read_table("saisie.xlsx", read_workbook(coded_study.root / "saisie.xlsx").sheets).drafts
    assert (draft.respondent, draft.fields["start"], draft.fields["tenure"]) == (
        "A1",
        "2001",
        "locataire_prive",
    )


def test_the_command_lists_and_writes(coded_study: Project) -> None:
    from click.testing import CliRunner

    from habitat_enquete.cli.main import main

    listed = CliRunner().invoke(main, ["-C", str(coded_study.root), "deliver"])
    assert [name for name in ORDER if name not in listed.output] == []
    written = CliRunner().invoke(main, ["-C", str(coded_study.root), "deliver", "benchmark"])
    assert written.exit_code == 0 and "outputs/livrables/benchmark.docx" in written.output


@pytest.mark.parametrize("name", sorted(models.KEPT))
def test_a_missing_register_comes_as_a_model_that_can_be_read_as_it_is(
    coded_study: Project, name: str
) -> None:
    file = models.KEPT[name]
    first = _deliver(coded_study, name)
    (written,) = [path for path in first.files if path.name == f"modele-{file}"]
    assert f"modele-{file}" in _words(_docx(first))
    (coded_study.root / file).write_bytes(written.read_bytes())
    again = _deliver(coded_study, name)
    assert again.problems == () and written.name not in {path.name for path in again.files}


def test_the_brief_holds_on_a_page(coded_study: Project) -> None:
    _, brief = _deliver(coded_study, "copil").files
    assert sum(bool(paragraph.text) for paragraph in Document(str(brief)).paragraphs) < 30
