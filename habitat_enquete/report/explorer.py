"""The explorer of `enquete explore`: one offline page where classes, words and passages are read together, and its tables."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

import jinja2
from markupsafe import Markup

from habitat_enquete.model.synthesis import WordCount
from habitat_enquete.report import cloud, files, tidy_workbook, wording
from habitat_enquete.report.palette import INK, LINE, MUTED, tint
from habitat_enquete.report.tidy_workbook import Table, Value
from habitat_enquete.textometry.exploration import ClassReading, Exploration, Network, Plane, Point

# Okabe and Ito's palette, darkened to 4.5:1 on white: readable by colour-blind people, printed in grey by their order.
CLASS_COLOURS: Final = (
    "#0b5e8e",
    "#a4432b",
    "#1c6a66",
    "#7a5500",
    "#8b3a6f",
    "#45556a",
    "#3f6b1d",
    "#6d4a9c",
    "#8a4a12",
    "#2f5fa8",
    "#7d2b40",
    "#1f6b48",
)
_ASSOCIATION: Final = ("segments_de_la_classe", "segments", "part", "chi2", "p")
INTRODUCTION: Final = (
    "Exploration du vocabulaire",
    "Une feuille par table : une ligne par fait, des filtres sur l'en-tête. « Profils » compte des segments, « Mots clés » des occurrences : ne comparez pas leurs χ².",
    "Document de travail : la feuille « Segments » contient ce que les personnes ont dit. Ne la diffusez pas sans l'avoir relue.",
)
ATTRIBUTE_NAMES: Final[Mapping[str, str]] = {
    "public": "public",
    "publics_pd2h": "public du PD2H",
    "territoire": "territoire",
    "epci": "intercommunalité",
    "installation": "installation",
    "parcours": "type de parcours",
    "periode": "vague",
    "position": "moment de l'entretien",
    "theme": "thème de la grille",
}
_PLANE_SIZE: Final = (860, 560)
_NETWORK_SIZE: Final = (860, 640)


@dataclass(frozen=True, slots=True)
class ExplorerContext:
    """What the explorer's template may use.

    title: the study's title.
    exploration: everything `enquete explore` found.
    codes: the label of each code of the codebook, by id.
    """

    title: str
    exploration: Exploration
    codes: Mapping[str, str]


def colour(number: int) -> str:
    """The colour of a class; grey for the unclassified."""
    return CLASS_COLOURS[(number - 1) % len(CLASS_COLOURS)] if number > 0 else MUTED


def html(context: ExplorerContext) -> str:
    """The page: no request leaves it, everything it needs is inside."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("habitat_enquete.report", "templates/explorer"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "number": wording.number,
        "percent": wording.percent,
        "colour": colour,
        "tint": tint,
        "fr": wording.typographic,
    }
    exploration = context.exploration
    return environment.get_template("explorateur.html").render(
        title=context.title,
        exploration=exploration,
        codes=context.codes,
        names=ATTRIBUTE_NAMES,
        dendrogram=Markup(dendrogram(exploration)) if exploration.classes else "",
        plane=Markup(plane(exploration.plane)) if exploration.plane else "",
        network=Markup(network(exploration.network)) if exploration.network else "",
        clouds={reading.number: Markup(_cloud(reading)) for reading in exploration.classes},
        data=Markup(_data(exploration)),
    )


def _cloud(reading: ClassReading) -> str:
    """The words of a class as people said them, sized by the number of its segments that hold them."""
    counts = [
        WordCount(
            max(reading.said[a.feature], key=lambda form: reading.said[a.feature][form]),
            a.in_class,
            a.overall,
        )
        for a in reading.profile[:40]
    ]
    unique = {count.word: count for count in reversed(counts)}
    drawn = cloud.svg(list(reversed(list(unique.values()))))
    return drawn.replace("cloud-title", f"cloud-title-{reading.number}")


def _data(exploration: Exploration) -> str:
    """The units for the concordance, as JSON that no `</script>` can end."""
    classes = exploration.class_of or (0,) * len(exploration.units)
    units = [
        {
            "d": unit.document,
            "p": unit.respondent or "",
            "c": number,
            "k": list(codes),
            "t": unit.span.quote(exploration.texts[unit.document]),
            "s": unit.span.start,
            "w": [
                [word.span.start - unit.span.start, word.span.end - unit.span.start, word.lemma]
                for word in unit.words
                if word.category != "PUNCT"
            ],
        }
        for unit, number, codes in zip(exploration.units, classes, exploration.codes_of, strict=True)
    ]
    return json.dumps(units, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def dendrogram(exploration: Exploration) -> str:
    """The tree of classes: the higher two classes part, the more their vocabularies differ."""
    readings, splits = exploration.classes, exploration.splits
    row, width, left = 46, 860, 300
    heights = _cumulated([split.chi2 for split in splits])
    order = range(1, len(readings) + 1)
    y = {number: 30 + row * index for index, number in enumerate(order)}
    scale = (left - 60) / max(heights, default=1)
    lines: list[str] = []
    # Splits renumber the classes after them: undo them from the last, joining two neighbours each time.
    current: list[tuple[float, float]] = [(float(y[number]), float(left)) for number in order]
    for split, height in reversed(list(zip(splits, heights, strict=True))):
        position = split.parent - 1
        (y1, x1), (y2, x2) = current[position], current[position + 1]
        x = left - height * scale
        lines.append(f"M{x1:.1f} {y1:.1f}H{x:.1f}V{y2:.1f}H{x2:.1f}")
        current[position : position + 2] = [((y1 + y2) / 2, x)]
    labels = [
        f'<a href="#classe-{reading.number}"><rect x="{left + 6}" y="{y[reading.number] - 14}" width="10" height="28" '
        f'fill="{colour(reading.number)}"/><text x="{left + 26}" y="{y[reading.number] - 1}" class="name">'
        f"Classe {reading.number} : {escape(reading.name)}</text>"
        f'<text x="{left + 26}" y="{y[reading.number] + 15}" class="small">'
        f"{wording.percent(reading.share)} des segments classés, {wording.count(reading.people, 'personne')}</text></a>"
        for reading in readings
    ]
    height_px = 30 + row * len(readings)
    return (
        f'<svg viewBox="0 0 {width} {height_px}" role="group" aria-labelledby="dendro-title">'
        f'<title id="dendro-title">Arbre des {len(readings)} classes</title>'
        f'<path d="{" ".join(lines)}" fill="none" stroke="{INK}" stroke-width="1.5"/>{"".join(labels)}</svg>'
    )


def _cumulated(values: Sequence[float]) -> list[float]:
    total, found = 0.0, []
    for value in reversed(values):
        total += value
        found.append(total)
    return found[::-1]


def plane(shown: Plane) -> str:
    """The plane of the correspondence analysis: what is close is said together; labels that would overlap are left out."""
    width, height = _PLANE_SIZE
    xs, ys = [p.x for p in shown.points], [p.y for p in shown.points]
    to_x = _scale(min(xs), max(xs), 70, width - 70)
    to_y = _scale(min(ys), max(ys), height - 40, 30)
    drawn: list[str] = [
        f'<path d="M40 {to_y(0):.1f}H{width - 40}M{to_x(0):.1f} 20V{height - 20}" stroke="{LINE}" fill="none"/>',
        f'<text x="{width - 44}" y="{to_y(0) - 6:.1f}" class="small" text-anchor="end">'
        f"axe 1 : {wording.percent(shown.shares[0])} de l'inertie</text>",
        f'<text x="{to_x(0) + 6:.1f}" y="16" class="small">axe 2 : {wording.percent(shown.shares[1])}</text>',
    ]
    taken: list[tuple[float, float, float, float]] = []
    order = {"class": 0, "attribute": 1, "term": 2}
    for point in sorted(shown.points, key=lambda p: (order[p.kind], -p.weight, p.label)):
        label = (
            f"Classe {point.number}"
            if point.kind == "class"
            else point.label.partition("=")[2] or point.label
        )
        size = {"class": 16.0, "attribute": 12.0, "term": 11.0 + min(4.0, math.log1p(point.weight) / 2)}[
            point.kind
        ]
        x, y = to_x(point.x), to_y(point.y)
        box = (x - len(label) * size * 0.29, y - size, x + len(label) * size * 0.29, y + 3)
        free = not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken)
        if free:
            taken.append(box)
            drawn.append(_label(point, label, x, y, size))
        elif point.kind != "term":
            drawn.append(_dot(point, x, y))
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="plane-title">'
        f'<title id="plane-title">Plan des deux premiers axes : mots, classes et caractéristiques des personnes</title>'
        f"{''.join(drawn)}</svg>"
    )


def _label(point: Point, label: str, x: float, y: float, size: float) -> str:
    style = {"class": ' font-weight="700"', "attribute": ' font-style="italic"', "term": ""}[point.kind]
    fill = colour(point.number) if point.kind != "attribute" else INK
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" text-anchor="middle" fill="{fill}"{style}>{escape(label)}</text>'


def _dot(point: Point, x: float, y: float) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour(point.number)}">'
        f"<title>{escape(point.label)}</title></circle>"
    )


def _scale(low: float, high: float, start: float, end: float) -> Any:
    span = (high - low) or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def network(shown: Network) -> str:
    """The maximum tree of similarities: each word hangs on the one it is most often said with."""
    import networkx as nx

    width, height = _NETWORK_SIZE
    tree = nx.Graph()
    tree.add_nodes_from(shown.terms)
    tree.add_weighted_edges_from((edge.one, edge.other, edge.weight) for edge in shown.edges)
    places = nx.kamada_kawai_layout(tree, weight=None)
    xs, ys = [float(p[0]) for p in places.values()], [float(p[1]) for p in places.values()]
    to_x, to_y = _scale(min(xs), max(xs), 60, width - 60), _scale(min(ys), max(ys), 30, height - 30)
    heaviest = max(edge.weight for edge in shown.edges)
    biggest = max(size for _, size in shown.terms.values())
    lines = "".join(
        f'<line x1="{to_x(places[e.one][0]):.1f}" y1="{to_y(places[e.one][1]):.1f}" x2="{to_x(places[e.other][0]):.1f}" '
        f'y2="{to_y(places[e.other][1]):.1f}" stroke="{LINE}" stroke-width="{1 + 5 * e.weight / heaviest:.1f}"/>'
        for e in shown.edges
    )
    words = "".join(
        f'<text x="{to_x(places[term][0]):.1f}" y="{to_y(places[term][1]) + 4:.1f}" text-anchor="middle" '
        f'font-size="{11 + 9 * math.sqrt(size / biggest):.1f}" fill="{colour(group)}" class="halo">{escape(term)}'
        f"<title>{escape(term)} : {size} segments</title></text>"
        for term, (group, size) in shown.terms.items()
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="network-title">'
        f'<title id="network-title">Arbre des mots les plus fréquents, reliés à ceux avec qui ils sont dits</title>{lines}{words}</svg>'
    )


def gexf(shown: Network, path: Path) -> None:
    """The tree of similarities for Gephi."""
    import networkx as nx

    tree = nx.Graph()
    for term, (group, size) in shown.terms.items():
        tree.add_node(term, community=group, segments=size)
    tree.add_weighted_edges_from((edge.one, edge.other, edge.weight) for edge in shown.edges)
    nx.write_gexf(tree, path, encoding="utf-8", version="1.2draft")


def tables(exploration: Exploration) -> list[Table]:
    """The tables of the workbook."""
    profile: list[list[Value]] = [
        [reading.number, a.feature, a.in_class, a.overall, a.share, a.chi2, a.p]
        for reading in exploration.classes
        for a in (*reading.profile, *reading.avoided)
    ]
    keyness: list[list[Value]] = [
        [reading.number, word.term, word.in_class, word.elsewhere, word.chi2, word.g2, word.p]
        for reading in exploration.classes
        for word in reading.keywords
    ]
    quotes: list[list[Value]] = [
        [reading.number, quote.unit, quote.respondent or "", quote.text, quote.source, ", ".join(quote.terms)]
        for reading in exploration.classes
        for quote in reading.quotes
    ]
    specific: list[list[Value]] = [
        [ATTRIBUTE_NAMES.get(name, name), s.part, s.term, s.count, s.total, *s.usual, s.score, s.q]
        for name, found in exploration.specificities.items()
        for s in found
    ]
    classes = exploration.class_of or (0,) * len(exploration.units)
    segments: list[list[Value]] = [
        [
            unit.id,
            unit.document,
            unit.respondent or "",
            number,
            ", ".join(codes),
            unit.span.quote(exploration.texts[unit.document]),
        ]
        for unit, number, codes in zip(exploration.units, classes, exploration.codes_of, strict=True)
    ]
    crossed: list[list[Value]] = [
        [reading.number, kind, a.feature, a.in_class, a.overall, a.share, a.chi2, a.p]
        for reading in exploration.classes
        for kind, found in (("code", reading.codes), ("caractéristique", reading.attributes))
        for a in found
    ]
    return [
        Table(
            "Classes",
            ("classe", "nom_proposé", "segments", "part", "personnes"),
            [(r.number, r.name, r.units, r.share, r.people) for r in exploration.classes],
            shares=("part",),
        ),
        Table("Profils (présence)", ("classe", "mot", *_ASSOCIATION), profile, shares=("part",)),
        Table(
            "Mots clés (occurrences)",
            ("classe", "mot", "dans_la_classe", "ailleurs", "chi2", "g2", "p"),
            keyness,
        ),
        Table(
            "Classes et grille", ("classe", "nature", "modalité", *_ASSOCIATION), crossed, shares=("part",)
        ),
        Table("Segments typiques", ("classe", "segment", "personne", "texte", "source", "mots"), quotes),
        Table(
            "Spécificités",
            (
                "caractéristique",
                "modalité",
                "mot",
                "occurrences",
                "total",
                "usage_attendu_de",
                "usage_attendu_à",
                "score",
                "q",
            ),
            specific,
        ),
        Table(
            "Croisements",
            ("croisement", "modalité", "classe", "segments", "part"),
            [
                (ATTRIBUTE_NAMES.get(name, name), row.value, number, count, row.share(number))
                for name, rows in exploration.crossings.items()
                for row in rows
                for number, count in enumerate(row.counts, start=1)
            ],
            shares=("part",),
        ),
        Table(
            "Stabilité",
            (
                "classes",
                "indice_de_Rand",
                "quartile_bas",
                "quartile_haut",
                "plus_petite_classe",
                "plus_grande_classe",
                "non_classés",
            ),
            [
                (s.k, s.mean, s.low, s.high, s.smallest, s.largest, s.unclassified)
                for s in exploration.stability
            ],
            shares=("plus_petite_classe", "plus_grande_classe", "non_classés"),
        ),
        Table("Fréquences", ("mot", "occurrences"), list(exploration.frequencies.items())),
        Table("Segments", ("segment", "document", "personne", "classe", "codes", "texte"), segments),
    ]


def write(
    folder: Path, exploration: Exploration, *, title: str, codes: Mapping[str, str]
) -> tuple[Path, ...]:
    """Write the explorer, its workbook and the graph in `folder`; gives their paths. Each file is replaced whole."""
    page, workbook = folder / "explorateur.html", folder / "exploration.xlsx"
    files.write(page, html(ExplorerContext(title, exploration, codes)).encode())
    files.write(workbook, tidy_workbook.build(tables(exploration), introduction=INTRODUCTION, title=title))
    written = [page, workbook]
    if exploration.network:
        written.append(folder / "similitude.gexf")
        gexf(exploration.network, written[-1])
    return tuple(written)
