"""`groupe-miroir`: the findings for the panel to rate (workbook and web form), then what the panel made of them."""

from __future__ import annotations

import io

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Finding
from habitat_enquete.report import panel, wording
from habitat_enquete.report.deliverables.delivery import Delivery
from habitat_enquete.report.files import steady
from habitat_enquete.report.html import environment, stylesheet
from habitat_enquete.report.tidy_workbook import Table, Value, undated, workbook_of

_MOST = 30
_HOW = (
    "Groupe miroir : que pensez-vous de ces constats ?",
    "Pour chaque ligne : est-ce vrai ici (liste), est-ce important (de 1, peu, à 5, essentiel), et vos mots. La dernière ligne dit ce qui manque.",
    "Rendez le fichier rempli : il se dépose dans le dossier groupe_miroir/ de l'étude, sous le nom que vous voulez.",
)


def build(delivery: Delivery) -> dict[str, bytes]:
    """The grid to fill and, when grids came back in `groupe_miroir/`, the results."""
    findings = [f for f in delivery.synthesis.findings if f.polarity is not Polarity.NEUTRAL][:_MOST]
    made = {
        "groupe-miroir-grille.xlsx": _grid(findings),
        "groupe-miroir-formulaire.html": _form(delivery, findings),
    }
    if delivery.ratings:
        made["groupe-miroir-resultats.docx"] = _results(delivery)
    return made


def _grid(findings: list[Finding]) -> bytes:
    from openpyxl.worksheet.datavalidation import DataValidation

    rows: list[tuple[Value, ...]] = [(f.code, f.label, f.people, None, None, None) for f in findings]
    rows.append((panel.MISSING, "Ce qui manque", None, None, None, None))
    workbook = workbook_of([Table("Constats", panel.COLUMNS, rows)], introduction=_HOW, title="Groupe miroir")
    sheet = workbook["Constats"]
    last = len(rows) + 1
    choices = DataValidation(type="list", formula1='"' + ",".join(panel.TRUE_HERE) + '"', allow_blank=True)
    scale = DataValidation(type="whole", operator="between", formula1="1", formula2="5", allow_blank=True)
    for validation, column in ((choices, "D"), (scale, "E")):
        sheet.add_data_validation(validation)
        validation.add(f"{column}2:{column}{last}")
    for column, width in (("B", 52), ("D", 16), ("E", 12), ("F", 70)):
        sheet.column_dimensions[column].width = width
    buffer = io.BytesIO()
    workbook.save(buffer)
    return steady(undated(buffer.getvalue()))


def _form(delivery: Delivery, findings: list[Finding]) -> bytes:
    template = environment().get_template("mirror_form.html.j2")
    return template.render(
        title=delivery.synthesis.title,
        findings=findings,
        choices=panel.TRUE_HERE,
        missing=panel.MISSING,
        stylesheet=stylesheet(),
    ).encode()


def _results(delivery: Delivery) -> bytes:
    word = delivery.word("Groupe miroir", "Ce que le panel fait des constats")
    findings = {finding.code: finding for finding in delivery.synthesis.findings}
    opinions = panel.opinions(delivery.ratings, findings.values())
    members = len({rating.file for rating in delivery.ratings})
    word.text(f"{wording.count(members, 'grille rendue', 'grilles rendues')}. {panel.RULE}")
    for verdict, name in panel.VERDICTS.items():
        chosen = [
            (findings[code], opinion) for code, opinion in opinions.items() if opinion.verdict is verdict
        ]
        if not chosen:
            continue
        word.heading(name.capitalize())
        rows = [
            (
                finding.label,
                wording.number(finding.people),
                f"{opinion.agree} sur {opinion.rated}",
                "" if opinion.importance is None else wording.number(opinion.importance, 1),
            )
            for finding, opinion in chosen
        ]
        heads = ("Constat", "Personnes dans l'étude", "Vrai ici", "Importance (1 à 5)")
        word.table(heads, rows, f"Constats : {name}", widths=(7.5, 3, 3, 2.7))
        for finding, opinion in chosen:
            for comment in opinion.comments:
                word.quote(comment, f"Groupe miroir, à propos de « {finding.label} »")
    lacking = panel.lacking(delivery.ratings)
    if lacking:
        word.heading("Ce qui manque, selon le panel")
        for comment in lacking:
            word.quote(comment, "Groupe miroir")
    return word.save()
