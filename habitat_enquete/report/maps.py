"""The map of the territory, drawn from the study's own GeoJSON: people heard in each commune, small numbers hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from math import cos, radians
from pathlib import Path
from typing import Any, Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.report.palette import LINE, MUTED, NEUTRAL, PAPER, TINT, tint
from habitat_enquete.report.wording import count, number

WIDTH: Final = 760.0
_BIGGEST_FILE: Final = 60_000_000
_LABELLED: Final = 12
# The room that a label takes, in units of the drawing: the width of a letter on average, the height of a line.
_LETTER: Final = 7.0
_LINE: Final = 16.0

Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Place:
    """An area of the map: its code, its name, its rings in longitude and latitude."""

    code: str
    name: str
    rings: tuple[Ring, ...]


def read_places(path: Path, *, key: str) -> tuple[Place, ...]:
    """The polygons of a GeoJSON file whose property `key` is the code of the area.

    Raises: EnqueteError when the file is missing, is no GeoJSON of polygons, or has no such property.
    """
    if not path.exists():
        raise EnqueteError(Code.FILE_MISSING, file=path.name)
    if path.stat().st_size > _BIGGEST_FILE:
        raise EnqueteError(Code.MAP_UNREADABLE, file=path.name, why="le fichier dépasse 60 Mo", key=key)
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        places = tuple(_place(feature, key) for feature in features)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        why = "ce n'est pas un GeoJSON de polygones"
        raise EnqueteError(Code.MAP_UNREADABLE, file=path.name, why=why, key=key) from error
    if not any(place.code for place in places):
        raise EnqueteError(Code.MAP_UNREADABLE, file=path.name, why=f"aucune propriété « {key} »", key=key)
    return places


def _place(feature: Mapping[str, Any], key: str) -> Place:
    known, geometry = feature["properties"], feature["geometry"]
    shape = geometry["coordinates"]
    polygons = {"Polygon": [shape], "MultiPolygon": shape}[geometry["type"]]
    rings = tuple(
        [(float(point[0]), float(point[1])) for point in ring] for polygon in polygons for ring in polygon
    )
    name = next((str(known[each]) for each in ("nom", "name", "libelle") if known.get(each)), "")
    return Place(str(known.get(key) or ""), name, rings)


def draw(places: tuple[Place, ...], people: Mapping[str, int], *, minimum: int) -> str:
    """The map as SVG: the darker, the more people heard; fewer than `minimum` are hatched and not counted."""
    points = [point for place in places for ring in place.rings for point in ring]
    if not points:
        return ""
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    # Degrees of longitude shrink with latitude: without this France looks squashed.
    squeeze = cos(radians((south + north) / 2))
    scale = WIDTH / max((east - west) * squeeze, (north - south) * 0.8, 1e-9)

    def flat(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - west) * squeeze * scale, (north - point[1]) * scale

    top = max((n for n in people.values() if n >= minimum), default=1)
    shapes = "".join(_shape(place, people.get(place.code, 0), top, minimum, flat) for place in places)
    height, width = (north - south) * scale, (east - west) * squeeze * scale
    told = description(places, people, minimum=minimum)
    return (
        f'<svg class="map" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(told, quote=True)}">'
        f'<defs><pattern id="few" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="{PAPER}"/><line x1="0" y1="0" x2="0" y2="6" stroke="{MUTED}"/></pattern></defs>'
        f"{shapes}{''.join(_labels(places, people, minimum, flat, width))}</svg>"
    )


def description(places: tuple[Place, ...], people: Mapping[str, int], *, minimum: int) -> str:
    """What the map shows, for those who do not see it."""
    shown = sorted(
        ((people[p.code], p.name) for p in places if people.get(p.code, 0) >= minimum),
        key=lambda pair: (-pair[0], pair[1]),
    )
    told = " ; ".join(f"{name or '?'} : {count(heard, 'personne')}" for heard, name in shown[:20])
    few = sum(1 for place in places if 0 < people.get(place.code, 0) < minimum)
    hidden = f" {count(few, 'commune')} de moins de {number(minimum)} personnes." if few else ""
    return f"Carte des personnes entendues par commune. {told}.{hidden}"


def _shape(place: Place, heard: int, top: int, minimum: int, flat: Any) -> str:
    path = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(flat, ring)) + "Z" for ring in place.rings if ring
    )
    fill = TINT if heard == 0 else "url(#few)" if heard < minimum else tint(NEUTRAL, 0.2 + 0.6 * heard / top)
    said = (
        "personne"
        if heard == 0
        else f"moins de {minimum} personnes"
        if heard < minimum
        else count(heard, "personne")
    )
    return (
        f'<path d="{path}" fill="{fill}" stroke="{LINE}" stroke-width="0.8" fill-rule="evenodd">'
        f"<title>{escape(place.name)} : {said}</title></path>"
    )


def _labels(
    places: tuple[Place, ...], people: Mapping[str, int], minimum: int, flat: Any, width: float
) -> Iterator[str]:
    """The number of people on the communes where most were heard; a label that would cover another one is left out."""
    heard = sorted(
        (p for p in places if people.get(p.code, 0) >= minimum), key=lambda p: (-people[p.code], p.code)
    )
    written: list[tuple[float, float, float]] = []
    for place in heard[:_LABELLED]:
        ring = max(place.rings, key=len)
        text = f"{place.name} {number(people[place.code])}"
        half = len(text) * _LETTER / 2
        x = sum(flat(point)[0] for point in ring) / len(ring)
        y = sum(flat(point)[1] for point in ring) / len(ring)
        x = max(half, min(x, width - half))
        if any(abs(x - x2) < half + half2 and abs(y - y2) < _LINE for x2, y2, half2 in written):
            continue
        written.append((x, y, half))
        yield (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="13" text-anchor="middle" stroke="{PAPER}" stroke-width="3" '
            f'paint-order="stroke">{escape(text)}</text>'
        )
