"""`enquete pathways`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from habitat_enquete.cli import options
from habitat_enquete.cli.ranges import Whole
from habitat_enquete.cli.show import count, pass_project, report_problems, say, say_json, table

if TYPE_CHECKING:
    from habitat_enquete.pathways.respondent_profiles import RespondentTypes
    from habitat_enquete.pathways.run import PathwaysResult
    from habitat_enquete.pipeline import PathwaysOutcome
    from habitat_enquete.project import Project

_WIDE = 90


@click.command("pathways")
@click.argument("episodes", metavar="[TABLEAU]", required=False, type=options.FILE)
@click.option(
    "--types",
    type=Whole(0),
    metavar="N",
    show_default="au mieux des indices",
    help="Nombre de types de parcours.",
)
@click.option(
    "--clock",
    metavar="HORLOGE",
    help="Horloge : departure, calendar, age ou arrival.  [par défaut : departure]",
)
@click.option(
    "--distance", "method", metavar="NOM", help="Distance : OM, OM_DSS, LCS, HAM ou DHD.  [par défaut : OM]"
)
@click.option(
    "--costs", "cost", metavar="NOM", help="Coûts : INDELSLOG, TRATE, CONSTANT…  [par défaut : INDELSLOG]"
)
@options.by_attribute("Profils", "public, publics_pd2h")
@click.option(
    "--channels",
    metavar="DIMENSIONS",
    help="Types par dimensions croisées, séparées par des virgules : tenure, place, household.",
)
@click.option(
    "--profiles",
    metavar="QUESTIONS",
    help="Types de répondants d'après des questions fermées, séparées par des virgules ; « mca » : toutes.",
)
@click.option("--propose", is_flag=True, help="Relève dans les entretiens des épisodes à confirmer.")
@options.written_to("--table", "to_table", "Écrit les épisodes dans ce classeur, à corriger puis à relire.")
@options.written_to("--ageven", "to_ageven", "Écrit les grilles Ageven dans ce classeur.")
@options.as_json
@pass_project
def command(
    project: Project,
    episodes: Path | None,
    types: int | None,
    clock: str | None,
    method: str | None,
    cost: str | None,
    by: tuple[str, ...],
    channels: str | None,
    profiles: str | None,
    propose: bool,
    to_table: Path | None,
    to_ageven: Path | None,
    as_json: bool,
) -> None:
    """Reconstruit les parcours résidentiels, leurs types et leurs profils.

    Lit les boucles « parcours: » des questionnaires importés, le TABLEAU d'épisodes ou la grille Ageven donnés (.xlsx, .csv), et
    avec --propose les entretiens. Écrit figures et tables dans outputs/parcours/.

    \b
    Exemple :
        enquete pathways
        enquete pathways parcours.xlsx --types 4
        enquete pathways --propose --table a_confirmer.xlsx
        enquete pathways --profiles statut_occupation,type_logement,souhait
    """
    from habitat_enquete import pipeline as stages

    outcome = stages.pathways(
        project,
        episodes=episodes,
        propose=propose,
        to_table=to_table,
        to_ageven=to_ageven,
        types=types,
        clock=clock,
        method=method,
        cost=cost,
        by=by or None,
        channels=[part.strip() for part in channels.split(",")] if channels else None,
        profiles=[part.strip() for part in profiles.split(",") if part.strip()] if profiles else (),
    )
    if as_json:
        say_json(_summary(project, outcome))
    else:
        _show(project, outcome)
    problems = outcome.result.problems if outcome.result else ()
    if any(problem.severity.value == "error" for problem in problems):
        raise click.exceptions.Exit(1)


def _summary(project: Project, outcome: PathwaysOutcome) -> dict[str, object]:
    found = outcome.result.summary() if outcome.result else {}
    types = {"respondent_types": outcome.respondents.summary()} if outcome.respondents else {}
    return {**found, **types, "files": [project.relative(path) for path in outcome.files]}


def _show(project: Project, outcome: PathwaysOutcome) -> None:
    if outcome.result is not None:
        _show_paths(outcome.result)
    if outcome.respondents is not None:
        _show_respondents(outcome.respondents)
    for path in outcome.files:
        say(f"→ {project.relative(path)}")


def _show_respondents(found: RespondentTypes) -> None:
    say(
        f"{count(len(found.people), 'répondant')}, {count(len(found.questions), 'question')} : {found.verdict}"
    )
    rows = []
    for group, traits in enumerate(found.traits):
        size = sum(each == group + 1 for each in found.types.values())
        words = ", ".join(
            trait.category for trait in traits if trait.v_test > 0 and trait.variable in found.questions
        )
        rows.append((f"Type {group + 1}", size, words if len(words) <= _WIDE else f"{words[:_WIDE]}…"))
    if rows:
        say(table(("Répondants", "Personnes", "Ce qui les distingue"), rows))


def _show_paths(result: PathwaysResult) -> None:
    moves = sum(map(len, result.moves.values()))
    say(f"{len(result.pathways)} parcours, {count(moves, 'déménagement')}.")
    if result.proposed:
        say(
            f"{count(result.proposed, 'épisode relevé', 'épisodes relevés')} dans les entretiens, à confirmer (« enquete review », ou --table)."
        )
    say(result.typology.verdict)
    if result.crossed:
        say(result.crossed.verdict)
    rows = [
        (
            each.label,
            each.people,
            f"{round(100 * each.share)} %",
            ", ".join(c.label for c in each.barriers[:2]) or "–",
        )
        for each in result.profiles
    ]
    say(table(("Profil", "Personnes", "Part", "Freins rencontrés"), rows))
    compared = [
        (each.label, each.people, _percent(each.r2), _decimal(each.corrected), each.verdict)
        for each in result.differences
    ]
    if compared:
        say(table(("Publics comparés", "Personnes", "Pseudo-R²", "p (Holm)", "Verdict"), compared))
    for each in [each for each in result.contrasts if each.corrected is not None and each.corrected < 0.05][
        :5
    ]:
        say(
            f"{each.label} : « {result.code_label(each.code)} » {each.verdict} ({each.met} sur {each.exposed}, contre "
            f"{each.met_elsewhere} sur {each.exposed_elsewhere} ; p corrigé {_decimal(each.corrected)})."
        )
    report_problems(result.problems, all_in="outputs/parcours/parcours.xlsx, feuille « à vérifier »")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{round(100 * share)} %"


def _decimal(number: float | None) -> str:
    return "–" if number is None else f"{number:.3f}".replace(".", ",")
