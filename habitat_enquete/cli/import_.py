"""`enquete import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from habitat_enquete.cli.show import Progress, pass_project, report_problems, say, say_json, tell

if TYPE_CHECKING:
    from habitat_enquete.ingest.run import ImportResult
    from habitat_enquete.project import Project


@click.command("import")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option(
    "--questionnaire",
    metavar="NOM",
    help="Questionnaire qui a posé les questions (sinon celui qui correspond le mieux).",
)
@click.option(
    "--sheet", metavar="FEUILLE", help="Feuille des réponses (sinon celle qui correspond le mieux)."
)
@click.option(
    "--header-row",
    type=click.IntRange(min=1),
    metavar="N",
    help="Dernière ligne d'en-tête (sinon elle est cherchée).",
)
@click.option(
    "--encoding",
    metavar="NOM",
    help="Encodage d'un fichier texte, par exemple cp1252 (sinon il est reconnu).",
)
@click.option("--json", "as_json", is_flag=True, help="Écrit le bilan en JSON.")
@pass_project
def command(
    project: Project,
    file: Path,
    questionnaire: str | None,
    sheet: str | None,
    header_row: int | None,
    encoding: str | None,
    as_json: bool,
) -> None:
    """Importe les réponses d'un fichier et signale ce qui ne va pas.

    Lit xlsx, xls, xlsb, ods, csv, tsv, zip d'ODK Central et .sav, exportés de Kobo, ODK, LimeSurvey, Framaforms, Google ou
    Microsoft Forms, Sphinx… Rien n'est jamais perdu : ce qui est faux est gardé, signalé et listé dans outputs/import/.
    Réimporter le même fichier ne change rien. Se termine par 1 quand des réponses demandent votre attention.

    \b
    Exemples :
        enquete import responses.xlsx
        enquete import export_kobo.xlsx --questionnaire habitants
    """
    from habitat_enquete.ingest.run import import_responses
    from habitat_enquete.report.import_quality import write_quality

    with Progress("Réponses lues :") as progress:
        result = import_responses(
            project,
            file,
            questionnaire=questionnaire,
            sheet=sheet,
            header_row=header_row,
            encoding=encoding,
            progress=progress,
        )
    page = write_quality(project, result.quality, result.file) if result.quality is not None else None
    report_problems(result.problems, all_in=_name(project, result.problem_table))
    if as_json:
        say_json(
            result.summary()
            | {
                "unchanged": result.unchanged,
                "report": _name(project, result.report),
                "quality": _name(project, page),
            }
        )
    else:
        _tell(project, result, page)
    click.get_current_context().exit(1 if result.errors else 0)


def _name(project: Project, path: Path | None) -> str | None:
    return None if path is None else project.relative(path)


def _tell(project: Project, result: ImportResult, page: Path | None) -> None:
    if result.unchanged:
        say(
            f"« {result.file} » est déjà importé et rien n'a changé : {result.rows} réponses à « {result.questionnaire} »."
        )
        return
    say(
        f"« {result.file} », feuille « {result.sheet} » : {result.rows} réponses à « {result.questionnaire} »."
    )
    say(
        f"  {result.added} nouvelles, {result.changed} modifiées, {result.same} inchangées ;"
        f" {result.questions} questions retrouvées, {result.documents} réponses ouvertes à coder."
    )
    aside = (
        (result.duplicates, "en double"),
        (result.drafts, "non terminées ou non validées, écartées"),
        (result.without_consent, "sans consentement, écartées"),
        (result.notes, "lignes qui ne sont pas des réponses, écartées"),
    )
    for count, what in aside:
        if count:
            say(f"  {count} {what}")
    say(
        f"  {result.errors} erreurs et {result.warnings} points à voir : {_name(project, result.problem_table)}"
    )
    if page is not None:
        say(f"  Qualité des réponses : {_name(project, page)}")
    for name in result.proposed:
        tell(f"À décider : {name} (des propositions y sont écrites, suivies de « ? »).")
