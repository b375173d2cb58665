"""`enquete import`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from habitat_enquete.cli.ranges import Whole
from habitat_enquete.cli.show import (
    Progress,
    count,
    located,
    pass_project,
    report_problems,
    say,
    say_json,
    tell,
)

if TYPE_CHECKING:
    from habitat_enquete.ingest.run import ImportResult
    from habitat_enquete.project import Project


_LISTED_PROBLEMS: Final = 1_000


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
    type=Whole(min=1),
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
    from habitat_enquete.ingest.run import import_file, import_responses

    file = located(project, file)
    with Progress("Réponses lues :") as progress:
        if questionnaire is None and sheet is None:
            results = import_file(project, file, header_row=header_row, encoding=encoding, progress=progress)
        else:
            results = (
                import_responses(
                    project,
                    file,
                    questionnaire=questionnaire,
                    sheet=sheet,
                    header_row=header_row,
                    encoding=encoding,
                    progress=progress,
                ),
            )
    pages = [_quality_page(project, result, alone=len(results) == 1) for result in results]
    for result in results:
        report_problems(result.problems, all_in=_name(project, result.problem_table))
    if as_json:
        summaries = [_summary(project, result, page) for result, page in zip(results, pages, strict=True)]
        say_json(summaries[0] if len(summaries) == 1 else _together(summaries))
    else:
        for result, page in zip(results, pages, strict=True):
            _tell(project, result, page)
        for name in dict.fromkeys(name for result in results for name in result.proposed):
            tell(f"À décider : {name} (des propositions y sont écrites, suivies de « ? »).")
    click.get_current_context().exit(1 if any(result.errors for result in results) else 0)


def _quality_page(project: Project, result: ImportResult, *, alone: bool) -> Path | None:
    from habitat_enquete.report.import_quality import write_quality

    if result.quality is None:
        return None
    return write_quality(
        project, result.quality, result.file if alone else f"{result.file}_{result.questionnaire}"
    )


def _summary(project: Project, result: ImportResult, page: Path | None) -> dict[str, object]:
    return result.summary() | {
        "unchanged": result.unchanged,
        "problems": [asdict(each) | {"place": each.place} for each in result.problems[:_LISTED_PROBLEMS]],
        "report": _name(project, result.report),
        "quality": _name(project, page),
    }


def _together(summaries: list[dict[str, object]]) -> dict[str, object]:
    """The figures of a file that answers several questionnaires: their sums, then each questionnaire's."""
    sums = {
        name: sum(int(str(each[name])) for each in summaries)
        for name, value in summaries[0].items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    unchanged = all(each["unchanged"] for each in summaries)
    return {"file": summaries[0]["file"], **sums, "unchanged": unchanged, "questionnaires": summaries}


def _name(project: Project, path: Path | None) -> str | None:
    return None if path is None else project.relative(path)


def _tell(project: Project, result: ImportResult, page: Path | None) -> None:
    if result.unchanged:
        say(
            f"« {result.file} » est déjà importé et rien n'a changé :"
            f" {count(result.rows, 'réponse')} à « {result.questionnaire} »."
        )
        _tell_problems(project, result)
        return
    say(
        f"« {result.file} », feuille « {result.sheet} » : {count(result.rows, 'réponse')} à « {result.questionnaire} »."
    )
    say(
        f"  {count(result.added, 'nouvelle')}, {count(result.changed, 'modifiée')}, {count(result.same, 'inchangée')} ;"
        f" {count(result.questions, 'question retrouvée', 'questions retrouvées')},"
        f" {count(result.documents, 'réponse ouverte', 'réponses ouvertes')} à coder."
    )
    aside = (
        (result.duplicates, "réponse en double, comptée une fois", "réponses en double, comptées une fois"),
        (
            result.drafts,
            "réponse non terminée ou non validée, écartée",
            "réponses non terminées ou non validées, écartées",
        ),
        (
            result.without_consent,
            "réponse sans consentement, écartée",
            "réponses sans consentement, écartées",
        ),
        (
            result.notes,
            "ligne qui n'est pas une réponse, écartée",
            "lignes qui ne sont pas des réponses, écartées",
        ),
    )
    for number, one, several in aside:
        if number:
            say(f"  {count(number, one, several)}")
    _tell_problems(project, result)
    if page is not None:
        say(f"  Qualité des réponses : {_name(project, page)}")


def _tell_problems(project: Project, result: ImportResult) -> None:
    """How many defects the answers have, and where their list is."""
    if not (result.errors or result.warnings):
        say("  Aucun défaut.")
        return
    where = _name(project, result.problem_table) or f"{project.relative(project.outputs / 'import')}/"
    say(
        f"  {count(result.errors, 'erreur')} et {count(result.warnings, 'point à voir', 'points à voir')}"
        f" : {where}"
    )
