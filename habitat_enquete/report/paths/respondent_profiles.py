"""Types of respondents for people to read: the plane of the answers, and the tables behind it, in `outputs/parcours/`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from habitat_enquete.pathways.respondents.mca import Categories
from habitat_enquete.pathways.respondents.profiles import RespondentTypes
from habitat_enquete.report import files, tidy_workbook
from habitat_enquete.report.paths import drawing as draw
from habitat_enquete.report.tidy_workbook import Table, Value

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WORKBOOK: Final = "profils_repondants.xlsx"
PLANE: Final = "plan_des_reponses"
INTRODUCTION: Final = (
    "Types de répondants",
    "Analyse des correspondances multiples spécifique des questions fermées, pondérée, puis classification de Ward consolidée.",
    "Une valeur-test au-delà de 2 en valeur absolue s'écarte du hasard au seuil de 5 %. Les traits d'un type sont testés sur les personnes, jamais"
    " sur les poids.",
    "Document de travail : il contient une ligne par personne. Ne le diffusez pas sans l'avoir relu.",
)
_COLOURS: Final = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#BBBBBB", "#000000")
_DRAWN_ANSWERS: Final = 26
_SHORT: Final = 34


def write(folder: Path, found: RespondentTypes, *, title: str) -> Iterator[Path]:
    """Write the plane of the answers and the workbook; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    if found.axes > 1:
        description = f"{title} : les réponses sur les deux premiers axes. {found.verdict}"
        yield from draw.save(_plane(found), folder / PLANE, description)
    workbook = folder / WORKBOOK
    files.write(workbook, tidy_workbook.build(list(_tables(found)), introduction=INTRODUCTION, title=title))
    yield workbook


def _plane(found: RespondentTypes) -> Figure:
    """Answers that make the first two axes, and people behind, coloured by type."""
    figure, axes = draw.canvas(9.5, 7.5)
    people, groups = found.analysis.people, found.groups
    if groups is None:
        axes.scatter(people[:, 0], people[:, 1], s=9, color="#BBBBBB", lw=0)
    else:
        for group in range(int(groups.max()) + 1):
            own = people[groups == group]
            colour = _COLOURS[group % len(_COLOURS)]
            axes.scatter(
                own[:, 0], own[:, 1], s=11, color=colour, lw=0, alpha=0.55, label=f"Type {group + 1}"
            )
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    active = found.analysis.active
    rank = np.argsort(-(active.contributions[:, 0] + active.contributions[:, 1]))[:_DRAWN_ANSWERS]
    x, y = active.coordinates[rank, 0], active.coordinates[rank, 1]
    axes.scatter(x, y, marker="^", s=22, color="#222222", zorder=3)
    for at, (across, up) in zip(rank.tolist(), zip(x, y, strict=True), strict=True):
        words = _shortened(active.names[at][1])
        axes.annotate(words, (across, up), xytext=(4, 3), textcoords="offset points", fontsize=7.5, zorder=4)
    axes.axhline(0, color="#999999", lw=0.6)
    axes.axvline(0, color="#999999", lw=0.6)
    for number, name in ((0, "x"), (1, "y")):
        share = found.analysis.percentages[number]
        getattr(axes, f"{name}axis").set_major_formatter(lambda value, _: f"{value:g}".replace(".", ","))
        getattr(axes, f"set_{name}label")(f"axe {number + 1} ({share:.1f} % de l'inertie)".replace(".", ","))
    return figure


def _shortened(words: str) -> str:
    return words if len(words) <= _SHORT else f"{words[: _SHORT - 1]}…"


def _tables(found: RespondentTypes) -> Iterator[Table]:
    yield Table("à lire", ("quoi", "valeur"), _reading(found))
    yield Table("types", _TYPE_COLUMNS, list(_types(found)))
    yield Table("traits", _TRAIT_COLUMNS, list(_traits(found)))
    yield Table(
        "axes",
        ("axe", "valeur propre", "% d'inertie", "% modifié (Benzécri)"),
        [
            (at + 1, float(value), float(found.analysis.percentages[at]), _rate(found, at))
            for at, value in enumerate(found.analysis.eigenvalues)
        ],
    )
    yield Table("réponses actives", _category_columns(found), list(_categories(found, found.analysis.active)))
    if found.supplementary is not None:
        columns = ("attribut", "valeur", *_category_columns(found)[2:])
        yield Table("attributs", columns, list(_categories(found, found.supplementary)))
    yield Table(
        "questions",
        ("question", "intitulé", *(f"η² axe {at + 1}" for at in range(found.axes))),
        [
            (name, label, *map(float, found.analysis.eta2.get(name, np.full(found.axes, np.nan))))
            for name, label in found.questions.items()
        ],
    )
    left = [(name, why) for name, why in found.left_out.items()]
    yield Table("questions écartées", ("question", "pourquoi"), left)
    yield Table(
        "personnes",
        ("personne", "type", "poids", *(f"axe {at + 1}" for at in range(found.axes))),
        [
            (person, found.types.get(person), float(weight), *map(float, line))
            for person, weight, line in zip(found.people, found.weights, found.analysis.people, strict=True)
        ],
    )


def _reading(found: RespondentTypes) -> list[tuple[Value, ...]]:
    passive = ", ".join(f"{variable} = {category}" for variable, category in found.passive) or "aucune"
    return [
        ("Personnes", len(found.people)),
        ("Questions actives", len(found.questions)),
        ("Axes retenus", found.axes),
        ("Types", found.verdict),
        ("Réponses passives (silence, rares)", passive),
    ]


_TYPE_COLUMNS: Final = (
    "type",
    "personnes",
    "part",
    "part pondérée",
    "personnes typiques",
    "ce qui le distingue",
)
_TRAIT_COLUMNS: Final = (
    *("type", "question ou attribut", "réponse", "% du type", "% de l'ensemble", "% de la réponse"),
    *("valeur-test", "p"),
)


def _types(found: RespondentTypes) -> Iterator[tuple[Value, ...]]:
    if found.groups is None:
        return
    for group, typical in enumerate(found.typical):
        own = found.groups == group
        strongest = [t for t in found.traits[group] if t.v_test > 0][:5]
        yield (
            group + 1,
            int(own.sum()),
            float(own.mean()),
            float(found.weights[own].sum() / found.weights.sum()),
            ", ".join(found.people[row] for row in typical),
            " ; ".join(f"{found.questions.get(t.variable, t.variable)} : {t.category}" for t in strongest),
        )


def _traits(found: RespondentTypes) -> Iterator[tuple[Value, ...]]:
    for group, traits in enumerate(found.traits, start=1):
        for t in traits:
            label = found.questions.get(t.variable, t.variable)
            yield (group, label, t.category, t.of_group, t.overall, t.of_category, t.v_test, t.p_value)


def _rate(found: RespondentTypes, at: int) -> float | None:
    rates = found.analysis.modified_rates
    return float(rates[at]) if at < len(rates) else None


def _category_columns(found: RespondentTypes) -> tuple[str, ...]:
    each = [
        f"{what} axe {at + 1}"
        for what in ("coordonnée", "contribution", "cos²", "valeur-test")
        for at in range(found.axes)
    ]
    return ("question", "réponse", *each)


def _categories(found: RespondentTypes, categories: Categories) -> Iterator[tuple[Value, ...]]:
    parts = (
        *(categories.coordinates, categories.contributions, categories.squared_cosines),
        categories.v_tests,
    )
    for row, (variable, category) in enumerate(categories.names):
        numbers: Sequence[Value] = [_finite(part[row, at]) for part in parts for at in range(found.axes)]
        yield (variable, category, *numbers)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
