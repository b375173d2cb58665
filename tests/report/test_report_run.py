"""The report on disk: three files that agree, made once, the same bytes every time, never over what a person edited."""

from __future__ import annotations

import shutil
import zipfile
from collections import defaultdict

import pytest

from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.report.run import run
from habitat_enquete.store.connection import Store
from habitat_enquete.synthesis import run as synthesis_stage

NAMES = ("freins_opportunites.html", "freins_opportunites.docx", "freins_opportunites.xlsx")


def _run(project):
    return run(project, read_codebook(project.codebook_file))


def _synthesis(project):
    return synthesis_stage.run(project, read_codebook(project.codebook_file))


def _bytes(project) -> dict[str, bytes]:
    return {name: (project.outputs / name).read_bytes() for name in NAMES}


def test_a_second_run_does_nothing_and_a_deleted_report_comes_back_byte_for_byte(reported_copy) -> None:
    assert _run(reported_copy).is_unchanged
    first = _bytes(reported_copy)
    shutil.rmtree(reported_copy.outputs)
    assert not _run(reported_copy).is_unchanged
    assert _bytes(reported_copy) == first


def test_the_ranking_is_recounted_from_the_workbook(reported_study) -> None:
    from openpyxl import load_workbook

    workbook = load_workbook(reported_study.outputs / "freins_opportunites.xlsx")
    codings = list(workbook["Codages"].iter_rows(values_only=True))
    column = {name: position for position, name in enumerate(codings[0])}
    people = defaultdict(set)
    for row in codings[1:]:
        people[row[column["code"]]].add(row[column["personne"]])
    findings = list(workbook["Constats"].iter_rows(values_only=True))
    name = {title: position for position, title in enumerate(findings[0])}
    assert {row[name["code"]]: row[name["personnes"]] for row in findings[1:]} == {
        code: len(who) for code, who in people.items()
    }
    with Store(reported_study.database) as store:
        accepted = store.value("SELECT count(*) FROM coding WHERE state = 'accepted'")
    assert len(codings) - 1 == accepted


def test_every_quote_of_the_workbook_is_at_its_span(reported_study) -> None:
    from openpyxl import load_workbook

    rows = load_workbook(reported_study.outputs / "freins_opportunites.xlsx")["Verbatims"].iter_rows(
        values_only=True
    )
    columns = next(rows)
    with Store(reported_study.database) as store:
        texts = {row["id"]: row["text"] for row in store.rows("SELECT id, text FROM document")}
    quotes = [dict(zip(columns, row, strict=True)) for row in rows]
    assert quotes
    assert [q for q in quotes if texts[q["document"]][q["début"] : q["fin"]] != q["citation"]] == []


def test_sheets_have_filters_frozen_headers_and_no_formula(reported_study) -> None:
    from openpyxl import load_workbook

    workbook = load_workbook(reported_study.outputs / "freins_opportunites.xlsx")
    for sheet in workbook.worksheets[1:]:
        assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref, sheet.title
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert isinstance(workbook["Constats"]["F2"].value, int)


def test_text_that_looks_like_a_formula_stays_text() -> None:
    import io

    from openpyxl import load_workbook

    from habitat_enquete.report.tidy_workbook import Table, build

    made = build([Table("T", ("a",), [("=1+1",), ("\x01b",)])], introduction=("Titre",), title="T")
    sheet = load_workbook(io.BytesIO(made))["T"]
    assert [(cell.value, cell.data_type) for (cell,) in sheet.iter_rows(min_row=2)] == [
        ("=1+1", "s"),
        ("b", "s"),
    ]


def test_word_has_real_styles_captions_contents_and_alternatives(reported_study) -> None:
    from docx import Document

    document = Document(str(reported_study.outputs / "freins_opportunites.docx"))
    styles = {paragraph.style.name for paragraph in document.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "Quote", "Caption"} <= styles
    xml = document.element.xml
    assert 'TOC \\o "1-1"' in xml and "SEQ Tableau" in xml and "SEQ Figure" in xml
    pictures = document.inline_shapes
    assert len(pictures) >= 3
    assert all(shape._inline.docPr.get("descr") for shape in pictures)
    assert all(table.rows[0]._tr.trPr is not None for table in document.tables)
    assert document.core_properties.language == "fr-FR"


def test_a_house_template_dresses_the_document(coded_study) -> None:
    from docx import Document
    from docx.shared import Pt

    template = Document()
    template.styles["Heading 1"].font.size = Pt(33)
    (coded_study.root / "report").mkdir()
    template.save(str(coded_study.root / "report" / "template.docx"))
    _run(coded_study)
    made = Document(str(coded_study.outputs / "freins_opportunites.docx"))
    assert made.styles["Heading 1"].font.size == Pt(33)


def test_a_report_that_a_person_edited_is_set_aside(reported_copy) -> None:
    edited = reported_copy.outputs / "freins_opportunites.docx"
    edited.write_bytes(b"mine")
    kept = _run(reported_copy).kept
    assert [path.name for path in kept] == ["freins_opportunites.modifie-1.docx"]
    assert kept[0].read_bytes() == b"mine"
    assert zipfile.is_zipfile(edited)


def test_one_more_interview_tells_what_moved_and_a_note_does_not_erase_it(
    coded_study, benchmark_study
) -> None:
    first = _synthesis(coded_study)
    assert first.synthesis is not None and first.synthesis.movements is None
    with Store(coded_study.database) as store, store.transaction():
        benchmark_study.Builder(store, read_codebook(coded_study.codebook_file), 99).interview(40)
    moved = _synthesis(coded_study).synthesis.movements
    assert moved
    coded_study.notes.mkdir()
    (coded_study.notes / "chapeau.md").write_text("Un chapeau.", encoding="utf-8")
    again = _synthesis(coded_study)
    assert again.synthesis is not None and again.synthesis.movements == moved


def test_the_report_says_what_nobody_measured(reported_study) -> None:
    page = (reported_study.outputs / NAMES[0]).read_text(encoding="utf-8")
    assert "Accord des codeurs\u00a0: non mesuré" in page and "Passages oubliés\u00a0: non mesuré" in page


def test_the_report_tells_the_agreement_of_coders_and_the_audit(coded_study) -> None:
    from habitat_enquete import pipeline
    from habitat_enquete.coding import decisions
    from habitat_enquete.model.coding import CoderKind, State
    from habitat_enquete.store import codings, journal, runs

    with Store(coded_study.database) as store, store.transaction():
        store.execute("DELETE FROM episode")  # paths take time, and are not what is tested
    with Store(coded_study.database) as store:
        accepted = codings.codings(store, states=(State.ACCEPTED,))
        proposed = [each for each in accepted if each.coder.kind is CoderKind.RULE]
        for coder in ("anne", "jean"):
            proposed = journal.apply(store, coder, decisions.accept(*proposed))
        with store.transaction():
            estimate = {"estimate": 0.9, "low": 0.8, "high": 0.95, "audited": 40, "missed": 1, "pool": 500}
            runs.record(store, "recall", "", "state", estimate)
    synthesis = pipeline.synthesis(coded_study).synthesis
    assert synthesis is not None and synthesis.reliability.alpha == 1.0
    assert {f.agreement for f in synthesis.findings if f.code in {c.code for c in proposed}} == {1.0}
    page = (coded_study.outputs / NAMES[0]).read_text(encoding="utf-8")
    assert "α = 1,00 (2\u00a0personnes" in page and "40\u00a0passages tirés au sort" in page


def test_a_note_without_a_place_is_told(coded_study) -> None:
    coded_study.notes.mkdir()
    (coded_study.notes / "chapo.md").write_text("Un chapeau.", encoding="utf-8")
    (problem,) = _synthesis(coded_study).problems
    assert problem.message == (
        "« synthesis/chapo.md » n'a pas de place dans le rapport : ce nom n'est pas connu. Vouliez-vous dire « chapeau » ? "
        "Le texte est imprimé à la fin ; renommez le fichier (voir docs/synthese.md)."
    )


def test_actions_cite_findings_and_unknown_ones_are_told(coded_study) -> None:
    (coded_study.root / "actions.yaml").write_text(
        "objectifs:\n  - {id: louer, libelle: Louer à l'année}\n"
        "actions:\n  - id: a1\n    libelle: Bourse aux logements\n    objectif: louer\n"
        "    constats: [manque_locations, manque_location]\n"
        "    partenaires: [{nom: ADIL, engagement: une permanence}]\n"
        "  - {id: a2, libelle: Sans constat}\n",
        encoding="utf-8",
    )
    result = _synthesis(coded_study)
    assert result.synthesis is not None
    first = result.synthesis.actions[0]
    assert (first.objective, first.findings, first.partners) == (
        "Louer à l'année",
        ("manque_locations",),
        (("ADIL", "une permanence"),),
    )
    assert [problem.message for problem in result.problems] == [
        "actions.yaml, ligne 7 : « manque_location » n'est ni un code ni un levier de la grille. Vouliez-vous dire "
        "« manque_locations » ? Corrigez ce nom ou ajoutez-le à codebook.yaml.",
        "actions.yaml, ligne 9 : l'action « Sans constat » ne cite aucun constat. Ajoutez « findings: » avec les codes de la "
        "grille auxquels elle répond.",
    ]


def test_a_file_open_elsewhere_is_told(coded_study, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    from habitat_enquete.errors import EnqueteError

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError("open elsewhere")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(EnqueteError, match=r"freins_opportunites\.html » ne peut pas être écrit"):
        _run(coded_study)


def test_a_house_template_without_our_styles_keeps_its_letterhead_and_holds_in_its_margins(
    reported_copy,
) -> None:
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Cm

    template = Document()
    for name in ("Title", "Subtitle", "List Bullet", "Caption", "Quote", "Heading 3"):
        template.styles[name].element.getparent().remove(template.styles[name].element)
    section = template.sections[0]
    section.page_width, section.left_margin, section.right_margin = Cm(21), Cm(4), Cm(4)
    section.header.paragraphs[0].text = "Direction de l'habitat"
    section.footer.paragraphs[0].text = "39 rue d'Essai"
    (reported_copy.root / "report").mkdir()
    template.save(str(reported_copy.root / "report" / "template.docx"))
    _run(reported_copy)
    made = Document(str(reported_copy.outputs / "freins_opportunites.docx"))
    assert made.sections[0].header.paragraphs[0].text == "Direction de l'habitat"
    assert made.sections[0].footer.paragraphs[0].text == "39 rue d'Essai"
    widths = [sum(cell.width or 0 for cell in table.rows[0].cells) / 360_000 for table in made.tables]
    assert widths and max(widths) <= 13.01
    languages = made.styles.element.findall(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert [language.get(qn("w:val")) for language in languages] == ["fr-FR"]
