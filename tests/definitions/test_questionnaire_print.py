"""Questionnaires and guides on paper, conditions in words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from docx import Document

from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_yaml
from habitat_enquete.ingest.expressions.french import in_french, piped
from habitat_enquete.model.questionnaire import Guide
from habitat_enquete.report import browser
from habitat_enquete.report.questionnaire.printing import (
    closing_labels,
    guide_html,
    print_definition,
    questionnaire_html,
)
from habitat_enquete.report.questionnaire.sheet import sheet_of
from habitat_enquete.report.questionnaire.word import guide_docx, sheet_docx

GUIDE = """
kind: guide
id: g
titre: Guide <b>
duree_min: 60
consigne_depart: Racontez
talon: [age, revenu_mensuel]
themes:
  - {id: p, label: Parcours, codes: [parcours/*], questions: [{id: q, label: "Où ?", relances: ["Quand ?", "Qui ?"]}]}
"""


@pytest.mark.parametrize(
    ("text", "french"),
    [
        ("${statut} = 'loc'", "Q3 : « Locataire »"),
        ("${statut} != 'loc'", "Q3 : autre réponse que « Locataire »"),
        ("${statut} = 'loc' or ${statut} = 'autre'", "Q3 : « Locataire » ou « Autre (préciser) »"),
        ("selected(${motifs}, 'nsp') and ${age} >= 18", "Q5 : « NSP » et Q2 vaut 18 ou plus"),
        ("not(selected(${motifs}, 'nsp'))", "Q5 : « NSP » n'est pas coché"),
        ("not(${age} > 18 and ${age} < 30)", "sauf si Q2 est supérieur à 18 et Q2 est inférieur à 30"),
        (
            "${age} > 3 and (${statut} = 'loc' or ${age} = 1.5)",
            "Q2 est supérieur à 3 et (Q3 : « Locataire » ou Q2 vaut 1,5)",
        ),
        ("${accord} = 'OK'", "Q1 : accord donné"),
        ("${age} = ''", "Q2 est sans réponse"),
        ("${age} != ''", "Q2 a une réponse"),
        ("${statut} = 'zut'", "Q3 vaut « zut »"),
        ("count-selected(${motifs}) > 1", "le nombre de réponses à Q5 est supérieur à 1"),
        ("count(${episode}) > 0", "le nombre de « episode » est supérieur à 0"),
        ("position(..) > 1", "le rang est supérieur à 1"),
        ("${arrivee} >= date('2024-01-31')", "« arrivee » est le 31/01/2024 ou après"),
        ("${satis_loyer} = 'loc'", "Q6a : « Locataire »"),
        ("${age} >", "${age} >"),
    ],
)
def test_conditions_in_words(habitants, text, french):
    marks = {"accord": "Q1", "age": "Q2", "statut": "Q3", "motifs": "Q5", "satis_loyer": "Q6a"}
    assert in_french(text, habitants, marks) == french


def test_answers_recalled_in_a_label():
    assert piped("Quel âge a ${prenom} ?", {"prenom": "Q3"}) == "Quel âge a [réponse à Q3] ?"
    assert piped("Il vous reste ${calcul} €", {}) == "Il vous reste […] €"


def test_where_to_go_next_bounds_and_codes():
    study = parse_yaml(
        """
listes: {on: [{nom: oui, libelle: Oui}, {nom: non, libelle: Non}], note: [{nom: "1", libelle: Bien}, {nom: "9", libelle: NSP}]}
questions:
  - {type: choix_unique, liste: on, nom: a, libelle: "Un garage ?"}
  - {type: entier, nom: b, libelle: "Combien ?", filtre: "${a} = 'oui'", contrainte: ". >= 1 and . <= 12"}
  - {type: entier, nom: c, libelle: "Où ?", filtre: "${a} = 'oui' and ${b} > 1"}
  - {type: choix_unique, liste: note, nom: d, libelle: "Et ?"}
  - {type: texte, nom: e, libelle: "Pourquoi ?", filtre: "${d} = '1'"}
""",
        file="q.yaml",
    )
    one, two, _, four, _ = sheet_of(study).blocks[0].questions
    assert [(each.code, each.goto) for each in one.choices] == [("1", ""), ("2", "Q4")]
    assert (two.hint, two.digits) == ("de 1 à 12", 2)
    assert [(each.code, each.goto) for each in four.choices] == [("1", ""), ("9", "fin du questionnaire")]


def test_the_sheet_numbers_questions_and_says_how_to_answer(habitants):
    sheet = sheet_of(habitants)
    shown = [
        (block.title, [each.number for each in block.questions], block.repetitions) for block in sheet.blocks
    ]
    assert shown == [
        ("", ["Q1"], 0),
        ("Profil", ["Q2", "Q3"], 0),
        ("", ["Q4"], 0),
        ("", ["Q5", "Q6"], 0),
        ("Épisode", ["Q7"], 3),
        ("", ["Q8", "Q9"], 0),
    ]
    assert sheet.blocks[1].condition == "Q1 : accord donné"
    motifs = sheet.blocks[3].questions[0]
    assert (motifs.kind, motifs.instruction) == ("multiple", "Plusieurs réponses possibles (2 au plus)")
    assert sheet.blocks[4].questions[0].date_format == "MM/AAAA"
    assert sheet.count == 9


def test_paper_page(habitants):
    html = questionnaire_html(habitants)
    assert html.count('<span class="number">') == 8
    assert "Seulement si Q1" in html
    assert "=Emploi" in html and "<script" not in html and "http" not in html.split("</style>")[1]


def test_guide_page_escapes_what_was_typed():
    guide = parse_yaml(GUIDE, file="g.yaml")
    assert isinstance(guide, Guide)
    html = guide_html(guide, ("Âge",))
    assert "Guide &lt;b&gt;" in html and "Quand ?" in html and "Talon" in html


def test_word_documents_hold_every_question(habitants):
    text = "\n".join(each.text for each in Document(io.BytesIO(sheet_docx(sheet_of(habitants)))).paragraphs)
    for expected in ("Q2  Âge", "○ 1  Locataire", "☐ 1  =Emploi", "Seulement si Q1", "Q9  Freins"):
        assert expected in text
    guide = parse_yaml(GUIDE, file="g.yaml")
    assert isinstance(guide, Guide)
    text = "\n".join(each.text for each in Document(io.BytesIO(guide_docx(guide, ("Âge",)))).paragraphs)
    assert "1. Parcours" in text and "☐ Quand" in text and "Âge" in text


def test_same_questionnaire_same_bytes(habitants):
    assert sheet_docx(sheet_of(habitants)) == sheet_docx(sheet_of(habitants))


def test_closing_questions_take_their_labels_from_the_questionnaires(habitants):
    guide = parse_yaml(GUIDE, file="g.yaml")
    assert isinstance(guide, Guide)
    assert closing_labels(guide, [habitants]) == ("Âge", "Revenu mensuel")


def test_files_are_written_by_format(tmp_path, study_text):
    (tmp_path / "q.yaml").write_text(study_text, encoding="utf-8")
    (tmp_path / "g.yaml").write_text(GUIDE, encoding="utf-8")
    written = [
        path.name
        for name in ("q.yaml", "g.yaml")
        for path in print_definition(tmp_path / name, tmp_path / "out", formats=("html", "docx"))
    ]
    assert written == ["q.html", "q.docx", "g.html", "g.docx"]
    assert all((tmp_path / "out" / name).stat().st_size > 1_000 for name in written)


def test_no_browser_no_pdf(tmp_path, study_text, monkeypatch):
    monkeypatch.setattr(browser, "find_browser", lambda: None)
    (tmp_path / "q.yaml").write_text(study_text, encoding="utf-8")
    with pytest.raises(EnqueteError, match=r"« q\.pdf » demande un navigateur Chromium, Chrome ou Edge"):
        print_definition(tmp_path / "q.yaml", tmp_path, formats=("pdf",))


def test_a_browser_that_fails_is_told(tmp_path, monkeypatch):
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setattr(browser, "find_browser", lambda: str(fake))
    with pytest.raises(EnqueteError, match=r"Le navigateur n'a pas su écrire « q\.pdf »"):
        browser.write_pdf("<p>", tmp_path / "q.pdf")


@pytest.mark.browser
def test_pdf(tmp_path: Path, study_text):
    if browser.find_browser() is None:
        pytest.skip("no Chromium, Chrome or Edge on this computer")
    (tmp_path / "q.yaml").write_text(study_text, encoding="utf-8")
    (pdf,) = print_definition(tmp_path / "q.yaml", tmp_path, formats=("pdf",))
    assert pdf.read_bytes().startswith(b"%PDF")
