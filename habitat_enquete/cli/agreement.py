"""`enquete agreement`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from habitat_enquete.cli.show import count, pass_project, say, say_json, table, tell

if TYPE_CHECKING:
    from habitat_enquete.coding.agreement import Agreement, CodeAgreement
    from habitat_enquete.project import Project

_SHOWN = 15


@click.command("agreement")
@click.option(
    "--coder", "coders", multiple=True, metavar="PRÉNOM", help="Codeur à comparer (répétable ; tous sinon)."
)
@click.option(
    "--unit",
    type=click.Choice(["character", "turn", "document"]),
    default="character",
    show_default=True,
    help="Ce qui est comparé : chaque caractère, chaque tour de parole (code présent ou non), chaque document.",
)
@click.option(
    "--all-documents",
    is_flag=True,
    help="Compare aussi les documents que certains n'ont pas touchés, comme s'ils n'y avaient rien trouvé.",
)
@click.option(
    "--merge",
    "other",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="BASE",
    help="Verse d'abord dans l'étude les codages d'une copie de sa base (enquete.db d'un collègue).",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FICHIER",
    help="Écrit aussi les tables (accord, confusions, désaccords) dans ce classeur .xlsx.",
)
@click.option("--json", "as_json", is_flag=True, help="Écrit le résultat en JSON.")
@pass_project
def command(
    project: Project,
    coders: tuple[str, ...],
    unit: str,
    all_documents: bool,
    other: Path | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Mesure l'accord entre les personnes qui ont codé.

    Pourcentage, κ de Cohen, κ de Fleiss, α de Krippendorff (et α_U pour l'étendue des passages), par code et pour l'ensemble,
    avec des intervalles à 95 % ; puis les codes confondus et la liste des désaccords à discuter. « – » : l'indice n'est pas
    défini (code que personne n'a employé). Ne compare que les paroles des enquêtés.

    \b
    Exemples :
        enquete agreement
        enquete agreement --coder anne --coder bob --output outputs/accord.xlsx
        enquete agreement --merge ../copie_de_bob/enquete.db
    """
    from habitat_enquete.coding.agreement import Unit
    from habitat_enquete.pipeline import agreement

    if other is not None:
        from habitat_enquete.coding.run_merge import merge_store

        merged = merge_store(project, other)
        tell(
            f"{count(merged.added, 'décision versée', 'décisions versées')} dans l'étude, {len(merged.conflicts)} en conflit"
            " (les vôtres sont gardées)."
        )
    result = agreement(project, coders=coders, unit=Unit(unit), all_documents=all_documents, output=output)
    if as_json:
        say_json(_summary(result))
        return
    say(f"{', '.join(result.coders)} : {count(result.documents, 'document commun', 'documents communs')}.")
    rows = [_row(each) for each in (result.overall, *result.by_code) if any(each.uses.values())]
    say(
        table(
            (
                "κ",
                "intervalle",
                "κ Fleiss",
                "α",
                "intervalle",
                "α_U",
                "intervalle",
                "accord",
                "codages",
                "code",
            ),
            rows,
        )
    )
    for (one, another), times in list(result.confusions.items())[:_SHOWN]:
        say(f"Confondus {times} fois : {one} / {another}")
    tell(
        f"{count(len(result.disagreements), 'désaccord')} à discuter{f' : {output}' if output else ' (liste : --output FICHIER.xlsx).'}"
    )


def _row(each: CodeAgreement) -> tuple[str, ...]:
    return (
        _number(each.kappa),
        _interval(each.kappa_interval),
        _number(each.fleiss),
        _number(each.alpha),
        _interval(each.alpha_interval),
        _number(each.alpha_u),
        _interval(each.alpha_u_interval),
        "–" if math.isnan(each.percent) else f"{100 * each.percent:.1f} %".replace(".", ","),
        " / ".join(str(number) for number in each.uses.values()),
        each.label,
    )


def _interval(bounds: tuple[float, float]) -> str:
    low, high = bounds
    return "–" if math.isnan(low) else f"[{_number(low)} ; {_number(high)}]"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{round(value, 2) + 0.0:.2f}".replace(".", ",")


def _summary(result: Agreement) -> dict[str, Any]:
    return {
        "coders": list(result.coders),
        "unit": result.unit.value,
        "documents": result.documents,
        "overall": _figures(result.overall),
        "codes": {each.code: _figures(each) for each in result.by_code},
        "confusions": [[one, other, times] for (one, other), times in result.confusions.items()],
        "disagreements": [
            {
                "document": each.document,
                "start": each.span.start,
                "end": each.span.end,
                "code": each.code,
                "by": each.by,
                "against": each.against,
                "instead": list(each.instead),
                "extent_only": each.extent_only,
            }
            for each in result.disagreements
        ],
    }


def _figures(each: CodeAgreement) -> dict[str, Any]:
    def known(value: float) -> float | None:
        return None if math.isnan(value) else value

    return {
        "label": each.label,
        "uses": dict(each.uses),
        "percent": known(each.percent),
        "percent_interval": [known(bound) for bound in each.percent_interval],
        "kappa": known(each.kappa),
        "kappa_interval": [known(bound) for bound in each.kappa_interval],
        "fleiss_kappa": known(each.fleiss),
        "fleiss_interval": [known(bound) for bound in each.fleiss_interval],
        "alpha": known(each.alpha),
        "alpha_interval": [known(bound) for bound in each.alpha_interval],
        "alpha_u": known(each.alpha_u),
        "alpha_u_interval": [known(bound) for bound in each.alpha_u_interval],
    }
