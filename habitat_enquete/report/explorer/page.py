"""The explorer of `enquete explore`: one offline page where classes, words and passages are read together, and its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import jinja2
from markupsafe import Markup

from habitat_enquete.report import files, tidy_workbook, wording
from habitat_enquete.report.explorer import figures as figures
from habitat_enquete.report.explorer.data import PageData, page_data
from habitat_enquete.report.explorer.proposals import proposals_yaml
from habitat_enquete.report.explorer.tables import INTRODUCTION, attribute_name, tables
from habitat_enquete.report.palette import tint
from habitat_enquete.textometry.exploration import Exploration, Network, Specificity

_TEMPLATES: Final = "templates/explorer"
# Groups and codes that have a cloud of their own.
_CLOUDS: Final = 12
INDEX_NAMES: Final = {
    "cooccurrence": "nombre de segments communs",
    "jaccard": "indice de Jaccard",
    "dice": "indice de Dice",
    "ochiai": "indice d'Ochiai",
    "russel": "indice de Russel et Rao",
    "simple_matching": "indice d'appariement simple",
    "phi": "coefficient phi",
}


@dataclass(frozen=True, slots=True)
class ExplorerContext:
    """What the explorer's template may use.

    title: the study's title.
    exploration: everything `enquete explore` found.
    codes: the label of each code of the codebook, by id.
    report: the address of the study's report from the page, empty when it has not been written.
    """

    title: str
    exploration: Exploration
    codes: Mapping[str, str]
    report: str = ""


@dataclass(frozen=True, slots=True)
class Cloud:
    """A word cloud: what it is of, its picture, and for each word shown its lemma and how it is said."""

    id: str
    kind: str
    title: str
    svg: Markup
    legend: tuple[tuple[str, str], ...]


def html(context: ExplorerContext) -> str:
    """The page: no request leaves it, everything it needs is inside."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("habitat_enquete.report", _TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "number": wording.number,
        "percent": wording.percent,
        "count": lambda value, singular, plural="": wording.count(value, singular, plural),
        "colour": figures.colour,
        "tint": tint,
        "fr": wording.typographic,
        "quality": attribute_name,
        "p": wording.p_value,
    }
    exploration = context.exploration
    data = page_data(exploration, context.codes)
    return environment.get_template("explorateur.html").render(
        title=context.title,
        exploration=exploration,
        codes=context.codes,
        report=context.report,
        index_name=INDEX_NAMES[exploration.network.index] if exploration.network else "",
        figures=_figures(exploration),
        clouds=clouds(exploration, context.codes),
        themes=exploration.crossings.get("theme", ()),
        missing=unseen_themes(exploration),
        data=data,
        json=Markup(data.json),
        is_cut=data.is_cut(exploration),
        style=Markup(_asset(environment, "explorateur.css")),
        script=Markup(_asset(environment, "explorateur.js")),
    )


def _asset(environment: jinja2.Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _figures(exploration: Exploration) -> dict[str, Markup]:
    """The figures by name, empty when the corpus does not allow them."""
    drawn = dict.fromkeys(("dendrogram", "strips", "position", "periode", "plane", "network"), "")
    if exploration.classes:
        drawn["dendrogram"] = figures.dendrogram(exploration)
        drawn["strips"] = figures.strips(exploration)
        for name in ("position", "periode"):
            if name in exploration.crossings:
                title = f"Part de chaque classe, par {attribute_name(name)}"
                drawn[name] = figures.bars(exploration.crossings[name], len(exploration.classes), name, title)
        for reading in exploration.classes:
            drawn[f"cloud-{reading.number}"] = figures.class_cloud(reading)
    if exploration.plane:
        drawn["plane"] = figures.plane(exploration.plane)
    if exploration.network:
        drawn["network"] = figures.network(exploration.network)
    return {name: Markup(svg) for name, svg in drawn.items()}


def clouds(exploration: Exploration, codes: Mapping[str, str]) -> list[Cloud]:
    """The clouds of what groups of people and codes over-use."""
    made: list[Cloud] = []
    for name, found in exploration.specificities.items():
        if name not in ("position", "periode"):
            made += _clouds(found, attribute_name(name), {}, exploration.forms, len(made))
    return [
        *made[:_CLOUDS],
        *_clouds(exploration.code_words, "code", codes, exploration.forms, len(made))[:_CLOUDS],
    ]


def _clouds(
    found: Sequence[Specificity],
    kind: str,
    labels: Mapping[str, str],
    forms: Mapping[str, Mapping[str, int]],
    first: int,
) -> list[Cloud]:
    made: list[Cloud] = []
    for value, rows in groupby(found, key=lambda s: s.part):
        over = [row for row in rows if row.score > 0]
        title = labels.get(value, value)
        name = f"n{first + len(made)}"
        svg = figures.part_cloud(over, forms, name, title) if len(made) < _CLOUDS else ""
        if svg:
            made.append(Cloud(name, kind, title, Markup(svg), _legend(over, forms)))
    return made


def _legend(
    words: Sequence[Specificity], forms: Mapping[str, Mapping[str, int]]
) -> tuple[tuple[str, str], ...]:
    return tuple((word.term, ", ".join(forms.get(word.term, {}))) for word in words)


def unseen_themes(exploration: Exploration) -> dict[str, list[str]]:
    """What the codebook misses and splits, as sentences: classes without code, classes of several codes, themes of several classes."""
    missed = [
        f"La classe {r.number} ({r.name}) : aucun code ne marque assez de ses segments."
        for r in exploration.classes
        if r.coverage.missed
    ]
    spread = []
    for crossing in exploration.crossings.get("theme", ()):
        classes = [n for n in range(1, len(crossing.counts) + 1) if crossing.share(n) >= _SPREAD]
        if crossing.total >= _ENOUGH and len(classes) > 1:
            several = ", ".join(str(number) for number in classes)
            spread.append(
                f"Le thème « {crossing.value} » se dit avec les mots de plusieurs classes ({several})."
            )
    return {"missed": missed, "spread": spread}


_SPREAD: Final = 0.25
_ENOUGH: Final = 10


def gexf(shown: Network, path: Path) -> None:
    """The network of similarities for Gephi: the tree's edges, and the other strong links marked as such."""
    import networkx as nx

    graph = nx.Graph()
    for term, (group, size) in shown.terms.items():
        graph.add_node(term, label=term, community=group, segments=size)
    for in_tree, edges in ((True, shown.edges), (False, shown.others)):
        graph.add_edges_from((e.one, e.other, {"weight": e.weight, "tree": in_tree}) for e in edges)
    nx.write_gexf(graph, path, encoding="utf-8", version="1.2draft")


def write(
    folder: Path, exploration: Exploration, *, title: str, codes: Mapping[str, str], report: str = ""
) -> tuple[Path, ...]:
    """Write the explorer, its workbook, the proposals and the graph in `folder`; gives their paths. Each file is replaced whole."""
    written = [folder / "explorateur.html", folder / "exploration.xlsx"]
    page = html(ExplorerContext(title, exploration, codes, report))
    files.write(written[0], page.encode())
    files.write(written[1], tidy_workbook.build(tables(exploration), introduction=INTRODUCTION, title=title))
    if exploration.classes:
        written.append(folder / "propositions.yaml")
        files.write(written[-1], proposals_yaml(exploration, codes, title).encode())
    if exploration.network:
        written.append(folder / "similitude.gexf")
        gexf(exploration.network, written[-1])
    return tuple(written)


__all__ = ["Cloud", "ExplorerContext", "PageData", "clouds", "gexf", "html", "unseen_themes", "write"]
