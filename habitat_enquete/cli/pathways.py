"""`enquete pathways`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from habitat_enquete.cli import options
from habitat_enquete.cli.ranges import Whole
from habitat_enquete.cli.show import count, pass_project, report_problems, say, say_json, table, tell
from habitat_enquete.errors import Problem, Severity

if TYPE_CHECKING:
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
    if outcome.is_unchanged:
        tell("Rien n'a changé depuis le dernier calcul : son résultat et ses fichiers sont repris.")
    if as_json:
        say_json({**outcome.shown, "files": [project.relative(path) for path in outcome.files]})
    else:
        _show(project, outcome)
    if any(problem["severity"] == "error" for problem in outcome.shown.get("problems", ())):
        raise click.exceptions.Exit(1)


def _show(project: Project, outcome: PathwaysOutcome) -> None:
    if "people" in outcome.shown:
        _show_paths(outcome.shown)
    if "respondent_types" in outcome.shown:
        _show_respondents(outcome.shown["respondent_types"])
    for path in outcome.files:
        say(f"→ {project.relative(path)}")


def _show_respondents(found: Mapping[str, Any]) -> None:
    questions = found["questions"]
    say(f"{count(found['people'], 'répondant')}, {count(len(questions), 'question')} : {found['verdict']}")
    rows = []
    for group, traits in enumerate(found["traits"]):
        size = sum(each == group + 1 for each in found["types"].values())
        words = ", ".join(
            trait["answer"] for trait in traits if trait["v_test"] > 0 and trait["question"] in questions
        )
        rows.append((f"Type {group + 1}", size, words if len(words) <= _WIDE else f"{words[:_WIDE]}…"))
    if rows:
        say(table(("Répondants", "Personnes", "Ce qui les distingue"), rows))


def _show_paths(found: Mapping[str, Any]) -> None:
    say(f"{found['people']} parcours, {count(found['moves'], 'déménagement')}.")
    if found["proposed"]:
        say(
            f"{count(found['proposed'], 'épisode relevé', 'épisodes relevés')} dans les entretiens, à confirmer (« enquete review », ou --table)."
        )
    say(found["verdict"])
    if found["channels"]:
        say(found["channels"]["verdict"])
    rows = [
        (
            each["label"],
            each["people"],
            f"{round(100 * each['share'])} %",
            ", ".join(barrier["label"] for barrier in each["barriers"][:2]) or "–",
        )
        for each in found["profiles"]
    ]
    say(table(("Profil", "Personnes", "Part", "Freins rencontrés"), rows))
    compared = [
        (each["label"], each["people"], _percent(each["r2"]), _decimal(each["corrected"]), each["verdict"])
        for each in found["comparisons"]
    ]
    if compared:
        say(table(("Publics comparés", "Personnes", "Pseudo-R²", "p (Holm)", "Verdict"), compared))
    established = [e for e in found["barriers"] if e["corrected"] is not None and e["corrected"] < 0.05]
    for each in established[:5]:
        say(
            f"{each['label']} : « {each['code_label']} » {each['verdict']} ({each['met']} sur {each['exposed']}, contre "
            f"{each['met_elsewhere']} sur {each['exposed_elsewhere']} ; p corrigé {_decimal(each['corrected'])})."
        )
    problems = [Problem(**each | {"severity": Severity(each["severity"])}) for each in found["problems"]]
    report_problems(problems, all_in="outputs/parcours/parcours.xlsx, feuille « à vérifier »")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{round(100 * share)} %"


def _decimal(number: float | None) -> str:
    return "–" if number is None else f"{number:.3f}".replace(".", ",")
