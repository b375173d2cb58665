"""`enquete codebook`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from habitat_enquete.cli.group import Group
from habitat_enquete.cli.show import Progress, count, pass_project, say, say_json, table, tell

if TYPE_CHECKING:
    from habitat_enquete.project import Project

_PIPELINE = click.option(
    "--pipeline",
    metavar="NOM",
    help="Modèle de langue (sinon celui qui est fourni ; « blank » : sans modèle).",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Écrit le résultat en JSON.")


@click.group("codebook", cls=Group)
def command() -> None:
    """Vérifie et essaie la grille de codage.

    \b
    Exemple :
        enquete codebook check
    """


@command.command("check")
@_PIPELINE
@_JSON
@pass_project
def check(project: Project, pipeline: str | None, as_json: bool) -> None:
    """Vérifie codebook.yaml et dit ce que ses termes trouvent dans l'étude.

    Signale les erreurs avec leur ligne, les termes qui ne trouvent rien ou trouvent partout, les codes jamais employés, les
    codes qui se recouvrent, ceux qui n'ont ni définition ni exemple ; propose des termes d'après vos décisions. Se termine par 1
    si la grille ne peut pas être lue.

    \b
    Exemple :
        enquete codebook check
    """
    from habitat_enquete.pipeline import check_codebook, proposed_terms

    with Progress("Documents lus :") as progress:
        codebook, remarks, documents = check_codebook(
            project, pipeline=pipeline, progress=lambda _, done, total: progress(done, total)
        )
    proposed = proposed_terms(project)
    if as_json:
        say_json(
            {
                "codes": len(codebook.codes),
                "themes": len(codebook.themes),
                "terms": sum(len(code.terms) for code in codebook),
                "documents": documents,
                "remarks": [
                    {
                        "code": each.code,
                        "remark": each.remark.value,
                        "line": each.line,
                        "message": each.message,
                    }
                    for each in remarks
                ],
                "proposals": [
                    {
                        "code": each.code,
                        "term": each.term,
                        "key": "not_terms" if each.negative else "terms",
                        "support": each.support,
                        "against": each.against,
                    }
                    for each in proposed
                ],
            }
        )
        return
    terms = sum(len(code.terms) for code in codebook)
    say(
        f"{count(len(codebook.codes), 'code')} dans {count(len(codebook.themes), 'thème')}, {count(terms, 'terme')},"
        f" essayés sur {count(documents, 'document')}."
    )
    if remarks:
        say(
            table(
                ("ligne", "code", "remarque"),
                [(each.line or "", each.code, each.message) for each in remarks],
            )
        )
    for each in proposed:
        what = "contexte à exclure (not_terms)" if each.negative else "terme à ajouter"
        say(
            f"Vos décisions proposent pour {each.code}, {what} : « {each.term} » ({each.support} fois, {each.against} contre)."
        )
    tell(f"{count(len(remarks), 'remarque')}." if remarks else "Aucune remarque.")


@command.command("test")
@_PIPELINE
@_JSON
@pass_project
def test(project: Project, pipeline: str | None, as_json: bool) -> None:
    """Fait passer à chaque code ses exemples et ses contre-exemples.

    Un exemple doit être trouvé par les règles de son code, un contre-exemple ne doit pas l'être. Se termine par 1 quand l'un
    d'eux échoue.

    \b
    Exemple :
        enquete codebook test
    """
    from habitat_enquete.pipeline import try_codebook

    results = try_codebook(project, pipeline=pipeline)
    failed = [each for each in results if not each.passed]
    if as_json:
        say_json(
            {
                "passed": len(results) - len(failed),
                "failed": [
                    {"code": e.code, "line": e.line, "text": e.text, "expected": e.expected, "found": e.found}
                    for e in failed
                ],
            }
        )
    else:
        for each in failed:
            why = "n'est pas trouvé" if each.expected else "est trouvé à tort"
            aside = "".join(
                f" « {term} » y est, mais nié ou au conditionnel : voyez « negated » et « hypothetical » du code."
                for term in each.set_aside[:1]
                if each.expected
            )
            say(
                f"ligne {each.line}, {each.code} : « {each.text} » {why} (trouvé : {', '.join(each.found) or 'rien'}).{aside}"
            )
        say(f"{count(len(results) - len(failed), 'exemple passe', 'exemples passent')} sur {len(results)}.")
    click.get_current_context().exit(1 if failed else 0)
