"""The quality report of an import: one page, offline and printable, and the same figures as a table."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jinja2

from habitat_enquete.errors import Code
from habitat_enquete.ingest.answers.quality import RULES, Quality
from habitat_enquete.model.response import AnswerState
from habitat_enquete.project import Project
from habitat_enquete.report import files, wording

_STATES: Final = {
    AnswerState.ANSWERED: "répondu",
    AnswerState.NO_ANSWER: "sans réponse",
    AnswerState.DONT_KNOW: "ne sait pas",
    AnswerState.REFUSED: "refus",
    AnswerState.NOT_ASKED: "non posée",
    AnswerState.INVALID: "à corriger",
}
_MISSING: Final = (AnswerState.NO_ANSWER, AnswerState.DONT_KNOW, AnswerState.REFUSED)
_SHOWN_UNKNOWN: Final = 40
_RULES: Final = dict(zip(RULES, ("obligatoires", "contrôles", "hors filtre"), strict=True))


@dataclass(frozen=True, slots=True)
class QualityContext:
    """What the template of the quality report may use.

    file: the name of the file imported.
    quality: the figures, as counted during the import.
    states: the French name of each state of an answer, in the order of the columns.
    problems: what each kind of problem is called, and how many times it was met, the most frequent first.
    """

    file: str
    quality: Quality
    states: dict[AnswerState, str]
    problems: list[tuple[str, int]]


def write_quality(project: Project, quality: Quality, file: str) -> Path:
    """Write `<file>_qualite.html` and `<file>_qualite.csv` in outputs/import/. Gives the path of the page."""
    folder = project.outputs / "import"
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "_", Path(file).name)
    page = folder / f"{name}_qualite.html"
    files.write(page, html(context(quality, file)).encode())
    files.write(folder / f"{name}_qualite.csv", table(quality).encode("utf-8-sig"))
    return page


def context(quality: Quality, file: str) -> QualityContext:
    """What the page shows of `quality`."""
    problems = sorted(quality.problems.items(), key=lambda each: (-each[1], each[0]))
    return QualityContext(
        Path(file).name, quality, _STATES, [(_KINDS.get(code, code), n) for code, n in problems]
    )


def html(shown: QualityContext) -> str:
    """The page: no request leaves it."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("habitat_enquete.report", "templates/quality"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"number": wording.number, "percent": wording.percent, "fr": wording.typographic}
    return environment.get_template("qualite.html.j2").render(
        file=shown.file,
        quality=shown.quality,
        states=shown.states,
        problems=shown.problems,
        missing=_MISSING,
        dont_know=AnswerState.DONT_KNOW,
        rules=_RULES,
        unknown=shown.quality.unknown[:_SHOWN_UNKNOWN],
    )


def table(quality: Quality) -> str:
    """One line per question: how many answers in each state, and the shares that call for attention."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [
            "question",
            "libellé",
            *_STATES.values(),
            "part sans réponse, NSP ou refus",
            "part NSP",
            "autre",
            "part autre",
            "modalités inconnues",
            "obligatoires manquantes",
            "règles non respectées",
            "hors filtre",
        ]
    )
    for each in quality.questions:
        counts = [each.states.get(state, 0) for state in _STATES]
        missing = [_share(each.share(*_MISSING)), _share(each.share(AnswerState.DONT_KNOW))]
        others = [each.other, _share(each.other_share), each.unknown]
        broken = [each.broken.get(rule, 0) for rule in RULES]
        writer.writerow([each.name, each.label, *counts, *missing, *others, *broken])
    return stream.getvalue()


def _share(share: float) -> str:
    return f"{share:.4f}".replace(".", ",")


_KINDS: Final = {
    Code.ANSWER_UNKNOWN_CHOICE.name: "Modalités inconnues",
    Code.ANSWER_REQUIRED.name: "Réponses obligatoires manquantes",
    Code.ANSWER_CONSTRAINT.name: "Règles non respectées",
    Code.ANSWER_NOT_RELEVANT.name: "Réponses à des questions qui ne devaient pas être posées",
    Code.ANSWER_NOT_NUMBER.name: "Nombres illisibles",
    Code.ANSWER_NOT_INTEGER.name: "Nombres non entiers",
    Code.ANSWER_NOT_DATE.name: "Dates illisibles",
    Code.ANSWER_NOT_TIME.name: "Heures illisibles",
    Code.ANSWER_NOT_TICK.name: "Cases ni cochées ni vides",
    Code.ANSWER_CELL_ERROR.name: "Cellules en erreur",
    Code.ANSWER_FORMULA.name: "Formules non calculées",
    Code.ANSWER_OTHER_TEXT.name: "Réponses libres rangées dans « autre »",
    Code.ANSWER_SPLIT_DISAGREES.name: "Colonnes d'une même question en désaccord",
    Code.ANSWER_TRUNCATED.name: "Réponses coupées par Excel",
    Code.NUMBER_AMBIGUOUS.name: "Nombres ambigus",
    Code.NUMBER_AS_DATE.name: "Nombres affichés comme des dates",
    Code.DATE_IS_YEAR.name: "Années saisies comme des dates",
    Code.DATE_SUSPECT.name: "Dates peu vraisemblables",
    Code.DATE_MONTH_FIRST.name: "Dates lues mois en premier",
    Code.CODE_PADDED.name: "Codes dont les zéros ont été rendus",
    Code.RESPONSE_DUPLICATE.name: "Lignes en double",
    Code.RESPONSE_CONFLICT.name: "Identifiants portés par deux réponses différentes",
    Code.ROW_DRAFT.name: "Réponses non terminées",
    Code.ROW_NO_CONSENT.name: "Réponses sans consentement",
    Code.ROW_TEST.name: "Réponses qui ressemblent à des essais",
    Code.ROW_NOTE.name: "Lignes qui ne sont pas des réponses",
    Code.ROW_SPARSE.name: "Réponses presque vides",
    Code.COLUMN_UNKNOWN.name: "Colonnes sans question",
    Code.COLUMN_UNNAMED.name: "Colonnes sans en-tête",
    Code.COLUMN_AMBIGUOUS.name: "Colonnes ambiguës",
    Code.COLUMN_DUPLICATE.name: "Colonnes en double",
    Code.QUESTION_WITHOUT_COLUMN.name: "Questions sans colonne",
    Code.IDENTITY_WEAK.name: "Aucun identifiant",
    Code.COLUMNS_PERSONAL.name: "Données personnelles laissées de côté",
    Code.COLUMNS_BY_RANK.name: "Colonnes rattachées par leur rang",
    Code.COLUMNS_ABBREVIATED.name: "Colonnes au libellé coupé",
    Code.REPEAT_ORPHAN.name: "Lignes de boucle sans réponse",
    Code.ENCODING_REPAIRED.name: "Accents réparés",
    Code.HEADER_REPAIRED.name: "En-têtes réparés",
    Code.ROWS_HIDDEN.name: "Lignes masquées",
    Code.SHEET_HIDDEN.name: "Feuilles masquées",
    Code.SHEET_UNKNOWN.name: "Feuilles non lues",
}
