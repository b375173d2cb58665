"""`enquete synthesis`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from habitat_enquete.cli.show import pass_project, report_problems, say, say_json, table, tell

if TYPE_CHECKING:
    from habitat_enquete.model.synthesis import Synthesis
    from habitat_enquete.project import Project
    from habitat_enquete.report.run import ReportResult

_SHOWN = 5
_MOVED = 12


@click.command("synthesis")
@click.option("--json", "as_json", is_flag=True, help="Écrit le résultat en JSON sur la sortie standard.")
@click.option(
    "--pdf",
    "as_pdf",
    is_flag=True,
    help="Imprime aussi le rapport en PDF (Chromium, Chrome ou Edge installé).",
)
@pass_project
def command(project: Project, as_json: bool, as_pdf: bool) -> None:
    """Écrit le rapport des freins et opportunités.

    Classe les constats par nombre de personnes, les croise, choisit les verbatims et écrit outputs/freins_opportunites en .html,
    .docx et .xlsx. Ne refait rien quand rien n'a changé ; ne compte jamais une suggestion non validée.

    \b
    Exemple :
        enquete synthesis --pdf
    """
    from habitat_enquete import pipeline

    result = pipeline.synthesis(project)
    if as_pdf:
        result = _with_pdf(project, result)
    say_json(_summary(project, result)) if as_json else _show(project, result)
    report_problems(result.problems)


def _with_pdf(project: Project, result: ReportResult) -> ReportResult:
    from dataclasses import replace

    from habitat_enquete.report.run import print_pdf

    return replace(result, files=(*result.files, print_pdf(project)))


def _summary(project: Project, result: ReportResult) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "state": result.state,
        "unchanged": result.is_unchanged,
        "files": [project.relative(path) for path in result.files],
        "kept": [project.relative(path) for path in result.kept],
        "problems": [problem.message for problem in result.problems],
    }
    kept = {"found": result.found, "computed": result.computed}
    return summary if result.synthesis is None else summary | _figures(result.synthesis) | kept


def _figures(synthesis: Synthesis) -> dict[str, Any]:
    corpus = synthesis.corpus
    return {
        "people": corpus.people,
        "interviews": corpus.interviews,
        "answers": corpus.answers,
        "codings": corpus.codings,
        "suggested": corpus.suggested,
        "findings": [
            {
                "code": finding.code,
                "label": finding.label,
                "polarity": finding.polarity.value,
                "rank": finding.rank,
                "people": finding.people,
                "base": finding.base,
                "documents": finding.documents,
                "mentions": finding.mentions,
            }
            for finding in synthesis.findings
        ],
        "open_points": len(synthesis.open_points),
        "moved": None if synthesis.movements is None else len(synthesis.movements),
        "movements": [
            {
                "kind": moved.kind.value,
                "code": moved.code,
                "label": moved.label,
                "rank_before": moved.rank_before,
                "rank_after": moved.rank_after,
                "people_before": moved.people_before,
                "people_after": moved.people_after,
            }
            for moved in synthesis.movements or ()
        ],
    }


def _show(project: Project, result: ReportResult) -> None:
    from habitat_enquete.report.wording import nothing_found
    from habitat_enquete.typography import count

    if result.synthesis is None:
        say("Rien n'a changé : le rapport est à jour.")
    else:
        _show_findings(result.synthesis)
        if result.found:
            tell(
                f"{count(result.found, 'résultat repris', 'résultats repris')} du rapport précédent, "
                f"{count(result.computed, 'recalculé', 'recalculés')}."
            )
        if not result.synthesis.corpus.codings:
            tell(nothing_found(result.synthesis.corpus))
    for path in result.kept:
        say(f"Le fichier que vous aviez modifié est gardé sous {project.relative(path)}")
    for path in result.files:
        say(f"→ {project.relative(path)}")


def _show_findings(synthesis: Synthesis) -> None:
    from habitat_enquete.model.codebook import Polarity
    from habitat_enquete.report.wording import count, percent

    corpus = synthesis.corpus
    say(
        f"{count(corpus.people, 'personne')}, {count(corpus.interviews, 'entretien')}, "
        f"{count(corpus.answers, 'réponse ouverte', 'réponses ouvertes')} ; {count(corpus.codings, 'codage')} ; "
        f"{count(corpus.suggested, 'suggestion')} en attente, hors compte."
    )
    for title, polarity in (("Freins", Polarity.BARRIER), ("Opportunités", Polarity.OPPORTUNITY)):
        rows = [
            (finding.rank, finding.label, finding.people, percent(finding.share))
            for finding in synthesis.of(polarity)[:_SHOWN]
        ]
        if rows:
            say()
            say(table(("Rang", title, "Personnes", "Part"), rows))
    _show_movements(synthesis)


def _show_movements(synthesis: Synthesis) -> None:
    """What moved since the last report: nothing to say of a first one."""
    from habitat_enquete.report.wording import count, movement

    if synthesis.movements is None:
        return
    say()
    say(
        "Depuis le rapport précédent :"
        if synthesis.movements
        else "Rien n'a bougé depuis le rapport précédent."
    )
    for moved in synthesis.movements[:_MOVED]:
        say(f"  {movement(moved)}")
    others = len(synthesis.movements) - _MOVED
    if others > 0:
        say(f"  et {count(others, 'autre constat', 'autres constats')}, dans le rapport et le classeur.")
