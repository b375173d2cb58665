"""The figures of the explorer, as SVG: tree of classes, plane, network with halos, running of the interviews, word clouds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Final

from habitat_enquete.model.synthesis import WordCount
from habitat_enquete.report import cloud, wording
from habitat_enquete.report.palette import INK, LINE, MUTED, PAPER, tint
from habitat_enquete.textometry.exploration import (
    ClassReading,
    Crossing,
    Exploration,
    Network,
    Plane,
    Point,
    Specificity,
)

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
_PLANE_SIZE: Final = (920, 620)
_NETWORK_SIZE: Final = (920, 680)
_DENDROGRAM_WORDS: Final = 8
_CLOUD_WORDS: Final = 40
_STRIPS: Final = 60
_STRIP_UNITS: Final = 10
_TINY: Final = 1e-9
_PASSES: Final = 80
_WIDTH: Final = 0.58  # of a letter, in the size of its type


def colour(number: int) -> str:
    """The colour of a class; grey for the unclassified."""
    return CLASS_COLOURS[(number - 1) % len(CLASS_COLOURS)] if number > 0 else MUTED


def _svg(width: float, height: float, name: str, title: str, body: str, *, role: str = "img") -> str:
    """A figure with its accessible title; it carries its own style, for it may be saved alone."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="{role}" aria-labelledby="{name}-title" font-family="Segoe UI, Source Sans 3, sans-serif" '
        f'font-size="14" fill="{INK}"><title id="{name}-title">{escape(title)}</title>{body}</svg>'
    )


def _text(x: float, y: float, words: str, **style: str | float) -> str:
    """A text; keyword `_` stands for `-` in SVG's attributes."""
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(words)}</text>'


def dendrogram(exploration: Exploration) -> str:
    """The tree of classes with their first words: the further to the left two classes part, the more their vocabularies differ."""
    readings, splits = exploration.classes, exploration.splits
    row, width = 66, 960
    left = 210 if splits else 10
    heights = _cumulated([split.chi2 for split in splits])
    y = {reading.number: 36.0 + row * index for index, reading in enumerate(readings)}
    scale = (left - 40) / max(heights, default=1)
    lines: list[str] = []
    # Splits renumber the classes after them: undo them from the last, joining two neighbours each time.
    current: list[tuple[float, float]] = [(y[reading.number], float(left)) for reading in readings]
    for split, height in reversed(list(zip(splits, heights, strict=True))):
        position = split.parent - 1
        (y1, x1), (y2, x2) = current[position], current[position + 1]
        x = left - height * scale
        lines.append(f"M{x1:.1f} {y1:.1f}H{x:.1f}V{y2:.1f}H{x2:.1f}")
        current[position : position + 2] = [((y1 + y2) / 2, x)]
    body = f'<path d="{" ".join(lines)}" fill="none" stroke="{INK}" stroke-width="1.5"/>'
    body += "".join(_leaf(reading, left, y[reading.number]) for reading in readings)
    return _svg(
        width, 20 + row * len(readings), "dendro", f"Arbre des {len(readings)} classes", body, role="group"
    )


def _leaf(reading: ClassReading, left: float, y: float) -> str:
    shade = colour(reading.number)
    size = (
        f"{wording.percent(reading.share)} des segments classés, {wording.count(reading.people, 'personne')}"
    )
    words = ", ".join(a.feature for a in reading.profile[:_DENDROGRAM_WORDS])
    return (
        f'<a href="#classe-{reading.number}"><rect x="{left + 6}" y="{y - 26:.0f}" width="10" height="50" fill="{shade}"/>'
        + _text(left + 26, y - 12, f"Classe {reading.number} : {reading.name}", font_weight=600)
        + _text(left + 26, y + 5, size, font_size=12, fill=MUTED)
        + _text(left + 26, y + 21, words, font_size=13, fill=shade)
        + "</a>"
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
    to_x = _scale(min(xs), max(xs), 80, width - 80)
    to_y = _scale(min(ys), max(ys), height - 40, 40)
    axes = (
        f'<path d="M30 {to_y(0):.1f}H{width - 30}M{to_x(0):.1f} 20V{height - 20}" stroke="{LINE}" fill="none"/>'
        + _text(
            width - 30,
            to_y(0) - 6,
            f"axe 1 : {wording.percent(shown.shares[0])} de l'inertie",
            font_size=12,
            fill=MUTED,
            text_anchor="end",
        )
        + _text(to_x(0) + 6, 16, f"axe 2 : {wording.percent(shown.shares[1])}", font_size=12, fill=MUTED)
    )
    groups: dict[str, list[str]] = {"class": [], "attribute": [], "term": []}
    taken: list[tuple[float, float, float, float]] = []
    for point in sorted(shown.points, key=lambda p: (list(groups).index(p.kind), -p.weight, p.label)):
        label = (
            f"Classe {point.number}"
            if point.kind == "class"
            else point.label.partition("=")[2] or point.label
        )
        size = {"class": 17.0, "attribute": 12.0, "term": 11.0 + min(5.0, math.log1p(point.weight) / 2)}[
            point.kind
        ]
        x, y = to_x(point.x), to_y(point.y)
        half = len(label) * size * 0.29
        box = (x - half, y - size, x + half, y + 3)
        free = not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken)
        if free:
            taken.append(box)
            groups[point.kind].append(_label(point, label, x, y, size))
        elif point.kind != "term":
            groups[point.kind].append(_dot(point, x, y))
    drawn = "".join(f'<g class="plane-{kind}">{"".join(texts)}</g>' for kind, texts in groups.items())
    title = "Plan des deux premiers axes : mots, classes et caractéristiques des personnes"
    return _svg(width, height, "plane", title, axes + drawn)


def _label(point: Point, label: str, x: float, y: float, size: float) -> str:
    style: dict[str, str | float] = {
        "class": {"font_weight": 700},
        "attribute": {"font_style": "italic"},
        "term": {},
    }[  # type: ignore[assignment]
        point.kind
    ]
    fill = colour(point.number) if point.kind != "attribute" else INK
    return _text(x, y, label, font_size=round(size, 1), text_anchor="middle", fill=fill, **style)


def _dot(point: Point, x: float, y: float) -> str:
    fill = colour(point.number)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{fill}"><title>{escape(point.label)}</title></circle>'


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    span = (high - low) or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def network(shown: Network) -> str:
    """The maximum tree of similarities: each word hangs on the one it is most often said with; a halo holds each community."""
    import networkx as nx

    width, height = _NETWORK_SIZE
    tree = nx.Graph()
    tree.add_nodes_from(shown.terms)
    tree.add_weighted_edges_from((edge.one, edge.other, edge.weight) for edge in shown.edges)
    places = nx.kamada_kawai_layout(tree, weight=None)
    xs, ys = [float(p[0]) for p in places.values()], [float(p[1]) for p in places.values()]
    to_x, to_y = _scale(min(xs), max(xs), 70, width - 70), _scale(min(ys), max(ys), 40, height - 40)
    biggest = max(size for _, size in shown.terms.values())
    sizes = {term: 11 + 10 * math.sqrt(size / biggest) for term, (_, size) in shown.terms.items()}
    at = _apart(
        {
            term: (to_x(float(x)), to_y(float(y)), len(term) * _WIDTH * sizes[term] + 6, 1.15 * sizes[term])
            for term, (x, y) in places.items()
        }
    )
    heaviest = max(edge.weight for edge in shown.edges)

    def line(one: str, other: str, style: str) -> str:
        (x1, y1), (x2, y2) = at[one], at[other]
        return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>'

    others = "".join(
        line(e.one, e.other, f'stroke="{LINE}" stroke-width="1" stroke-dasharray="3 4"') for e in shown.others
    )
    lines = "".join(
        line(e.one, e.other, f'stroke="#a9a293" stroke-width="{1 + 5 * max(0.0, e.weight) / heaviest:.1f}"')
        for e in shown.edges
    )
    words = "".join(
        f'<text x="{at[term][0]:.1f}" y="{at[term][1] + 4:.1f}" text-anchor="middle" paint-order="stroke" stroke="{PAPER}" '
        f'stroke-width="3" font-size="{sizes[term]:.1f}" fill="{colour(group)}">{escape(term)}'
        f"<title>{escape(term)} : {size} segments, communauté {group}</title></text>"
        for term, (group, size) in shown.terms.items()
    )
    halos = "".join(
        _halo([at[term] for term, _ in members], colour(group))
        for group, members in groupby(
            sorted(((t, g) for t, (g, _) in shown.terms.items()), key=lambda pair: pair[1]),
            key=lambda pair: pair[1],
        )
    )
    title = "Arbre des mots les plus fréquents, reliés à ceux avec qui ils sont dits, par communautés"
    top, bottom = min(y for _, y in at.values()), max(y for _, y in at.values())
    shift = max(0.0, 34 - top)
    height = round(max(height, bottom + shift + 34))
    body = (
        f'<g class="halos">{halos}</g><g class="network-others">{others}</g><g>{lines}</g><g>{words}</g></g>'
    )
    return _svg(width, height, "network", title, body)


def _apart(labels: Mapping[str, tuple[float, float, float, float]]) -> dict[str, tuple[float, float]]:
    """Places where labels of some widths and heights no longer cover one another, as near as possible to those wished."""
    names = list(labels)
    at = {name: [labels[name][0], labels[name][1]] for name in names}
    for _ in range(_PASSES):
        moved = False
        for rank, one in enumerate(names):
            for other in names[rank + 1 :]:
                dx, dy = at[other][0] - at[one][0], at[other][1] - at[one][1]
                over_x = (labels[one][2] + labels[other][2]) / 2 - abs(dx)
                over_y = (labels[one][3] + labels[other][3]) / 2 - abs(dy)
                if over_x > 0 and over_y > 0:
                    axis, over, ahead = (0, over_x, dx) if over_x < over_y else (1, over_y, dy)
                    push = math.copysign(over / 2, ahead)
                    at[one][axis] -= push
                    at[other][axis] += push
                    moved = True
        if not moved:
            break
    return {name: (x, y) for name, (x, y) in at.items()}


def _halo(points: Iterable[tuple[float, float]], shade: str) -> str:
    """A light, rounded shape around some points."""
    hull = _hull(sorted(set(points)))
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in hull) + "Z"
    pale = tint(shade, 0.13)
    return f'<path d="{path}" fill="{pale}" stroke="{pale}" stroke-width="46" stroke-linejoin="round"/>'


def _hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The convex hull of sorted points (Andrew's monotone chain)."""

    def half(ordered: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for x, y in ordered:
            while len(kept) > 1 and (
                (kept[-1][0] - kept[-2][0]) * (y - kept[-2][1])
                - (kept[-1][1] - kept[-2][1]) * (x - kept[-2][0])
                <= _TINY
            ):
                kept.pop()
            kept.append((x, y))
        return kept

    if len(points) < 3:
        return list(points)
    return half(points)[:-1] + half(reversed(points))[:-1]


def bars(rows: Sequence[Crossing], k: int, name: str, title: str) -> str:
    """One bar per value, shared by the classes: what changes along the interviews, from a wave to the next."""
    width, row, left = 920, 34, 220
    drawn = []
    for index, crossing in enumerate(rows):
        y, x = 8 + row * index, float(left)
        drawn.append(_text(left - 10, y + 17, crossing.value, text_anchor="end"))
        for number in range(1, k + 1):
            share = crossing.share(number)
            wide = share * (width - left - 90)
            label = f"{crossing.value}, classe {number} : {wording.percent(share)}"
            drawn.append(
                f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="24" fill="{colour(number)}">'
                f"<title>{escape(label)}</title></rect>"
            )
            if wide > 34:
                drawn.append(
                    _text(
                        x + wide / 2,
                        y + 17,
                        f"{100 * share:.0f}",
                        text_anchor="middle",
                        fill=PAPER,
                        font_size=12,
                    )
                )
            x += wide
        drawn.append(
            _text(width - 80, y + 17, f"{wording.number(crossing.total)} seg.", font_size=12, fill=MUTED)
        )
    return _svg(width, 16 + row * len(rows), name, title, "".join(drawn))


def strips(exploration: Exploration) -> str:
    """The interviews one under the other, each as the run of its segments coloured by class; empty when none is long enough."""
    runs: dict[str, list[int]] = {}
    for unit, number in zip(exploration.units, exploration.class_of, strict=True):
        runs.setdefault(unit.document, []).append(number)
    long = sorted(
        (name for name, run in runs.items() if len(run) >= _STRIP_UNITS), key=lambda n: (-len(runs[n]), n)
    )
    shown = sorted(long[:_STRIPS])
    if not shown:
        return ""
    width, row, left = 920, 22, 230
    longest = max(len(runs[name]) for name in shown)
    step = (width - left - 10) / longest
    drawn = []
    for index, name in enumerate(shown):
        y = 6 + row * index
        label = name if len(name) <= 30 else f"{name[:14]}…{name[-14:]}"
        drawn.append(
            f'<a href="#lecture" class="read" data-document="{escape(name)}" data-unit="0">'
            f"{_text(left - 10, y + 13, label, text_anchor='end', font_size=12)}</a>"
        )
        x = float(left)
        for number, run in groupby(runs[name]):
            length = len(list(run)) * step
            fill = colour(number) if number else "#e5e1d8"
            drawn.append(f'<rect x="{x:.1f}" y="{y}" width="{length:.2f}" height="17" fill="{fill}"/>')
            x += length
    title = f"Déroulé de {wording.count(len(shown), 'texte')} : chaque segment dans la couleur de sa classe"
    return _svg(width, 12 + row * len(shown), "strips", title, "".join(drawn), role="group")


def class_cloud(reading: ClassReading) -> str:
    """The words of a class as people said them, sized by the number of its segments that hold them."""
    counts = [
        WordCount(
            max(sorted(reading.said[a.feature]), key=lambda form: reading.said[a.feature][form]),
            a.in_class,
            a.overall,
        )
        for a in reading.profile[:_CLOUD_WORDS]
    ]
    return _cloud(counts, f"c{reading.number}", f"Mots de la classe {reading.number}")


def part_cloud(
    words: Sequence[Specificity], forms: Mapping[str, Mapping[str, int]], name: str, title: str
) -> str:
    """The words that a part of the corpus over-uses, as people say them most, sized by their number there."""
    counts = [
        WordCount(most_said(forms, word.term), word.count, word.total)
        for word in words[:_CLOUD_WORDS]
        if word.score > 0
    ]
    return _cloud(counts, name, title)


def most_said(forms: Mapping[str, Mapping[str, int]], term: str) -> str:
    """How people say a term most."""
    said = forms.get(term) or {term: 1}
    return max(sorted(said), key=lambda form: said[form])


def _cloud(counts: Sequence[WordCount], name: str, title: str) -> str:
    unique = {count.word: count for count in reversed(counts)}
    words = sorted(unique.values(), key=lambda count: (-count.people, count.word))
    if not words:
        return ""
    drawn = cloud.svg(words).replace("cloud-title", f"cloud-title-{name}")
    described = f"{title} : {', '.join(f'{word.word} ({word.people})' for word in words[:12])}"
    before, _, rest = drawn.partition(">Nuage")
    return f"{before}>{escape(described)}{rest[rest.index('</title>') :]}"
