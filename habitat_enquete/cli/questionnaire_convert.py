"""`enquete questionnaire convert`."""

from __future__ import annotations

from pathlib import Path

import click

from habitat_enquete.cli.show import report_problems, say


@click.command("convert")
@click.argument("source", metavar="SOURCE", type=click.Path(path_type=Path))
@click.argument("target", metavar="CIBLE", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["yaml", "xlsform", "xform", "limesurvey", "saisie", "formulaire"]),
    show_default="selon l'extension de CIBLE",
    help="Format à écrire : « saisie » est un classeur de saisie, « formulaire » une page HTML hors ligne.",
)
@click.option(
    "--force", is_flag=True, help="Remplace CIBLE si elle existe (les commentaires d'un YAML sont gardés)."
)
def convert(source: Path, target: Path, file_format: str | None, force: bool) -> None:
    """Convertit un questionnaire : YAML, XLSForm, XForm, LimeSurvey, classeur de saisie, formulaire HTML.

    \b
    Exemple :
        enquete questionnaire convert questionnaires/habitants.yaml habitants.xlsx
    """
    if file_format == "formulaire" or (file_format is None and target.suffix.lower() in {".html", ".htm"}):
        from habitat_enquete.report.questionnaire.form import write_form

        problems = write_form(source, target, overwrite=force)
        say(f"→ {target}")
        report_problems(problems)
        return
    from habitat_enquete.exchange.definitions import convert as run

    converted = run(source, target, file_format=file_format, overwrite=force)
    for path in converted.files:
        say(f"→ {path}")
    report_problems(converted.problems)
