"""Communes by the names people give them: INSEE codes, homonyms, communes merged into others, places abroad.

The shipped table is the Code officiel géographique 2024 (INSEE, Licence Ouverte 2.0), as published by
etalab/decoupage-administratif (MIT licence). A study's own communes (`communes:` of enquete.yaml) come first.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from math import asin, cos, radians, sin, sqrt
from typing import Final

from habitat_enquete.pathways.episodes.areas import department_named, is_abroad, is_area, is_region
from habitat_enquete.pathways.episodes.dates import plain

_TABLE: Final = "communes.csv.gz"
_CODE: Final = re.compile(r"^(\d{5}|2[ab]\d{3})$")
# What says « near », « in the centre of », before or after the name of a commune.
_AROUND: Final = re.compile(
    r"^(?:a cote d'|a cote de |pres d'|pres de |vers |autour de |les environs de |aux environs de |environs de |centre-ville de "
    r"|agglo(?:meration)? de )"
)
_CEDEX: Final = re.compile(r"\s+cedex(?:\s+\d+)?$")
_WITH_DISTRICTS: Final = ("paris", "lyon", "marseille")  # « Paris 14 » is no commune of Calvados
_SHORTEST_PREFIX: Final = 5


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today. `region` is its INSEE region code, empty for those that only the study knows."""

    code: str
    name: str
    region: str = ""
    epci: str = ""
    position: tuple[float, float] | None = None  # latitude, longitude in degrees

    @property
    def department(self) -> str:
        """Its department: `48`, `2A`, `974`."""
        return self.code[:3] if self.code.startswith("97") else self.code[:2]


@dataclass(frozen=True, slots=True)
class Place:
    """What a name of place turned out to be: one commune, or several `candidates`, or nothing; `merged` when the commune
    named is now part of the one found; `abroad` when it lies outside France, `area` when it is wider than a commune."""

    commune: Commune | None = None
    candidates: tuple[Commune, ...] = ()
    merged: bool = False
    abroad: bool = False
    close: str = ""
    area: bool = False


@dataclass(frozen=True)
class Gazetteer:
    """Every commune, by code and by name; `own` are the codes of the study, preferred among homonyms with their departments."""

    communes: Mapping[str, Commune]
    parents: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]
    own: frozenset[str] = frozenset()
    own_departments: frozenset[str] = field(default=frozenset())

    def find(self, text: str, *, suggest: bool = True) -> Place:
        """The commune that `text` names: a code, a name, a name with its department (« Saint-Julien (48) »).

        Among homonyms, those of the study win, then those of its departments, when there is only one of them.
        `suggest` looks for a close name when none is found.
        """
        words = _CEDEX.sub("", plain(text))
        if not words:
            return Place()
        if _CODE.match(words):
            return self._of_codes((words.upper(),))
        if is_abroad(words):
            return Place(abroad=True)
        name, department = department_named(words)
        codes = self.names.get(_key(name), ())
        if department and _key(name) not in _WITH_DISTRICTS:
            codes = tuple(code for code in codes if _department(code) == department)
        elif is_region(words) and not self.own.intersection(codes):
            return Place(area=True)
        if codes:
            return self._of_codes(codes)
        if is_area(words):
            return Place(area=True)
        if (longer := self._longer(_key(name), department)) is not None:
            return longer
        return Place(close=self._close(_key(_AROUND.sub("", name))) if suggest else "")

    def _longer(self, key: str, department: str) -> Place | None:
        """The only commune whose name begins with that of a commune it replaced (« Florac » : Florac Trois Rivières)."""
        if len(key) < _SHORTEST_PREFIX:
            return None
        codes = {code for name, own in _beginning(self, key) for code in own}
        if department:
            codes = {code for code in codes if _department(code) == department}
        current = {self.parents.get(code, code) for code in codes}
        for kept in (
            current & self.own,
            {c for c in current if _department(c) in self.own_departments},
            current,
        ):
            if len(kept) == 1:
                return Place(self.communes[kept.pop()], merged=True)
        return None

    def _of_codes(self, codes: tuple[str, ...]) -> Place:
        # A commune and the delegated commune of the same name inside it are one place.
        places: dict[str, bool] = {}
        for code in sorted(codes, key=self.parents.__contains__):
            places.setdefault(self.parents.get(code, code), code in self.parents)
        known = {code: merged for code, merged in places.items() if code in self.communes}
        for preferred in (self.own, {c for c in known if _department(c) in self.own_departments}, set(known)):
            kept = [code for code in known if code in preferred]
            whole = [code for code in kept if not known[code]] or kept
            if len(whole) == 1:
                code = whole[0]
                return Place(self.communes[code], merged=known[code])
        return Place(candidates=tuple(self.communes[code] for code in sorted(known)))

    def _close(self, key: str) -> str:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        found = process.extractOne(
            key, self.names.keys(), scorer=OSA.normalized_similarity, score_cutoff=0.75
        )
        if found is None:
            return ""
        code = self.names[found[0]][0]
        return self.communes[self.parents.get(code, code)].name

    def name(self, code: str | None) -> str:
        """The name of a commune; its code when it is not known."""
        known = self.communes.get(code or "")
        return known.name if known else code or ""


def _beginning(gazetteer: Gazetteer, key: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(name, codes) for name, codes in gazetteer.names.items() if name.startswith(f"{key} ")]


def _department(code: str) -> str:
    return code[:3] if code.startswith("97") else code[:2]


def _key(name: str) -> str:
    """What names are compared by: no accent, hyphen or apostrophe; saint for st; no first article, no « e arrondissement »."""
    words = re.sub(r"[^a-z0-9]+", " ", plain(name)).split()
    words = [{"st": "saint", "ste": "sainte", "s": "sur"}.get(word, word) for word in words]
    if words and words[-1].startswith("arr"):
        words = words[:-1]
    if words and re.fullmatch(r"\d+(?:er|e|eme)?", words[-1]) and len(words) > 1:
        words = words[:-1]  # Lyon 3e is Lyon
    if len(words) > 1 and words[0] in ("la", "le", "les", "l"):
        words = words[1:]
    return " ".join(words)


@cache
def _shipped() -> tuple[tuple[str, str, str, str], ...]:
    packed = resources.files("habitat_enquete.lang").joinpath(_TABLE).read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").splitlines()
    return tuple(
        (code, name, region, parent) for code, name, region, parent in (line.split(";") for line in lines)
    )


@cache
def _national() -> tuple[dict[str, Commune], dict[str, str], dict[str, tuple[str, ...]]]:
    """Communes of today by code, what each former commune is now part of, codes by name."""
    communes: dict[str, Commune] = {}
    parents: dict[str, str] = {}
    names: dict[str, list[str]] = defaultdict(list)
    for code, name, region, parent in _shipped():
        if parent:
            parents[code] = parent
        else:
            communes[code] = Commune(code, name, region)
        if code not in names[_key(name)]:
            names[_key(name)].append(code)
    return communes, parents, {key: tuple(codes) for key, codes in names.items()}


def gazetteer(own: Iterable[Mapping[str, str]] = (), departments: Iterable[str] = ()) -> Gazetteer:
    """All communes of France and those of the study (mappings with `code`, `name`, and `epci`, `lat`, `lon` if known).

    `departments` are those of the study, by number: their communes are preferred among homonyms, as are those of the study's communes.
    """
    national = _national()
    communes, parents, names = dict(national[0]), dict(national[1]), dict(national[2])
    ours = set()
    for each in own:
        code, name = each["code"], each.get("name", "")
        ours.add(code)
        before = communes.get(code, Commune(code, name))
        communes[code] = Commune(
            code, name or before.name, before.region, each.get("epci", ""), _position(each)
        )
        parents.pop(code, None)
        key = _key(communes[code].name)
        if code not in names.get(key, ()):
            names[key] = (*names.get(key, ()), code)
    return Gazetteer(
        communes, parents, names, frozenset(ours), frozenset((*map(_department, ours), *departments))
    )


def _position(each: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        return float(each["lat"]), float(each["lon"])
    except (KeyError, ValueError):
        return None


def kilometres(origin: Commune | None, destination: Commune | None) -> float | None:
    """As the crow flies, when the study gives the coordinates (`lat`, `lon`) of both communes; else None."""
    if origin is None or destination is None or origin.position is None or destination.position is None:
        return None
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, at)) for at in (origin.position, destination.position))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * 6371.0 * asin(sqrt(chord)), 1)


def scale(origin: Commune | None, destination: Commune | None) -> str:
    """How far a move went: commune, epci, departement, region, ailleurs; empty when a place is unknown."""
    if origin is None or destination is None:
        return ""
    if origin.code == destination.code:
        return "commune"
    if origin.epci and origin.epci == destination.epci:
        return "epci"
    if origin.department == destination.department:
        return "departement"
    return "region" if origin.region and origin.region == destination.region else "ailleurs"
