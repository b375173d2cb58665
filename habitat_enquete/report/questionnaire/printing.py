"""Questionnaires and guides on paper: HTML, PDF, DOCX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from markupsafe import Markup

from habitat_enquete.ingest.definitions.questionnaires import read, read_all
from habitat_enquete.model.questionnaire import Guide, Questionnaire
from habitat_enquete.report import files
from habitat_enquete.report.browser import write_pdf
from habitat_enquete.report.html import environment
from habitat_enquete.report.questionnaire.sheet import sheet_of
from habitat_enquete.report.questionnaire.word import guide_docx, sheet_docx


def print_definition(path: Path, folder: Path, *, formats: Sequence[str] = ("html",)) -> list[Path]:
    """Writes the paper form of the questionnaire or the guide of `path` to `folder`: one file a format (html, pdf, docx).

    Raises: EnqueteError when it cannot be read, or when a PDF is asked and there is no browser.
    """
    definition = read(path)
    closing = closing_labels(definition, read_all(path.parent)) if isinstance(definition, Guide) else ()
    written = []
    for name in formats:
        target = folder / f"{path.stem}.{name}"
        _write(definition, closing, target)
        written.append(target)
    return written


def _write(definition: Questionnaire | Guide, closing: Sequence[str], target: Path) -> None:
    if target.suffix == ".docx":
        if isinstance(definition, Guide):
            files.write(target, guide_docx(definition, closing))
        else:
            files.write(target, sheet_docx(sheet_of(definition)))
        return
    html = (
        guide_html(definition, closing) if isinstance(definition, Guide) else questionnaire_html(definition)
    )
    if target.suffix == ".pdf":
        write_pdf(html, target)
    else:
        files.write(target, html.encode("utf-8"))


def questionnaire_html(questionnaire: Questionnaire) -> str:
    """The paper questionnaire as one page that needs nothing else."""
    template = environment().get_template("questionnaire/paper.html.j2")
    return template.render(sheet=sheet_of(questionnaire), css=resource("paper.css"))


def guide_html(guide: Guide, closing: Sequence[str] = ()) -> str:
    """The interview guide as one page. `closing` holds the labels of its closed questions (talon)."""
    template = environment().get_template("questionnaire/guide.html.j2")
    return template.render(guide=guide, closing=closing, css=resource("paper.css"))


def resource(name: str) -> Markup:
    """One of our own files, ready to be placed in a page."""
    file = resources.files("habitat_enquete.report") / "templates" / "questionnaire" / name
    return Markup(file.read_text(encoding="utf-8"))


def closing_labels(guide: Guide, questionnaires: Iterable[Questionnaire]) -> tuple[str, ...]:
    """The labels of the closed questions a guide ends with, looked for in the questionnaires of the study."""
    known = list(questionnaires)
    known.sort(key=lambda each: each.id != guide.questionnaire)
    labels = {question.name: question.label for each in reversed(known) for question in each.asked()}
    return tuple(labels.get(name) or name.replace("_", " ").capitalize() for name in guide.closing_questions)
