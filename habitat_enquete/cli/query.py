"""`enquete query`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from habitat_enquete.cli.ranges import Whole
from habitat_enquete.cli.show import count, pass_project, say, say_json, tell

if TYPE_CHECKING:
    from habitat_enquete.coding.query import Hit
    from habitat_enquete.coding.run_query import QueryResult
    from habitat_enquete.project import Project


@click.command("query")
@click.argument("query", metavar="[REQUÊTE]", required=False)
@click.option(
    "--where",
    multiple=True,
    metavar="CONDITION",
    help="Qui parle : public=nouvel_arrivant, public=habitant|acteur, age>=60, epci!=… (répétable : toutes doivent tenir).",
)
@click.option(
    "--by",
    multiple=True,
    metavar="CARACTÉRISTIQUE",
    help="Croise les codes avec cette caractéristique (répétable).",
)
@click.option(
    "--scope",
    type=click.Choice(["turn", "document", "person"]),
    default="turn",
    show_default=True,
    help="Où les codes doivent se rencontrer : tour de parole, document, personne.",
)
@click.option(
    "--window",
    type=Whole(min=0),
    default=0,
    show_default=True,
    metavar="MOTS",
    help="Écart au plus entre deux passages comptés ensemble dans « Codes × codes » (0 : ils se touchent).",
)
@click.option(
    "--limit",
    type=Whole(min=0),
    default=20,
    show_default=True,
    metavar="N",
    help="Passages affichés.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="CHEMIN",
    help="Écrit toutes les tables : un classeur si le nom finit par .xlsx, sinon un dossier de fichiers csv.",
)
@click.option("--json", "as_json", is_flag=True, help="Écrit le résultat en JSON.")
@pass_project
def command(
    project: Project,
    query: str | None,
    where: tuple[str, ...],
    by: tuple[str, ...],
    scope: str,
    window: int,
    limit: int,
    output: Path | None,
    as_json: bool,
) -> None:
    """Cherche des passages par leurs codes et par qui parle.

    ET, OU, SAUF, PRÈS/30 (30 mots au plus entre les deux) et parenthèses ; PRÈS lie plus que ET et SAUF, qui lient plus que OU ;
    un nom est un code, « theme:offre_locative » ou « offre_* ». Seuls les codages retenus comptent. Les tables écrites par --output : passages avec toutes les caractéristiques
    de la personne, codes × caractéristique, codes × codes, personnes × codes (0/1).

    \b
    Exemples :
        enquete query "loyer_eleve ET emploi" --where public=nouvel_arrivant
        enquete query "theme:accueil PRÈS/30 ecole" --by public --output outputs/accueil.xlsx
    """
    from habitat_enquete.coding.query import Scope
    from habitat_enquete.pipeline import query as ask

    result, files = ask(project, query, where=where, by=by, scope=Scope(scope), window=window, output=output)
    if as_json:
        say_json(_summary(result))
    else:
        people = {hit.coding.respondent or hit.coding.document for hit in result.hits}
        say(f"{count(len(result.hits), 'passage')}, {count(len(people), 'personne')}.")
        for hit in result.hits[:limit]:
            say(_line(hit))
        if len(result.hits) > limit:
            tell(f"… et {count(len(result.hits) - limit, 'autre')} (--limit, ou --output pour tout avoir).")
    for name, values in result.unheard.items():
        asked = ", ".join(f"« {value} »" for value in values)
        tell(f"Personne n'a pour « {name} » la valeur {asked} : vérifiez la condition.")
    for path in files:
        tell(f"→ {project.relative(path)}")


def _line(hit: Hit) -> str:
    who = hit.coding.respondent or "?"
    return (
        f"{hit.coding.document} {hit.position}, {who} [{hit.coding.code}] « {' '.join(hit.quote.split())} »"
    )


def _summary(result: QueryResult) -> dict[str, Any]:
    return {
        "hits": [
            {
                "document": hit.coding.document,
                "start": hit.coding.span.start,
                "end": hit.coding.span.end,
                "code": hit.coding.code,
                "respondent": hit.coding.respondent,
                "attributes": dict(hit.attributes),
                "quote": hit.quote,
            }
            for hit in result.hits
        ],
        "unheard": {name: list(values) for name, values in result.unheard.items()},
        "people": len({hit.coding.respondent or hit.coding.document for hit in result.hits}),
        "crossings": {
            name: {
                code: {
                    value: {
                        "people": cell.people,
                        "base": cell.base,
                        "documents": cell.documents,
                        "mentions": cell.mentions,
                    }
                    for value, cell in row.items()
                }
                for code, row in crossing.items()
            }
            for name, crossing in result.crossings.items()
        },
        "pairs": [
            {"codes": [one, other], "people": people, "meetings": meetings}
            for (one, other), (people, meetings) in result.pairs.items()
        ],
    }
