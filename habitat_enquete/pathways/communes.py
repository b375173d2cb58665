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

from habitat_enquete.pathways.dates import plain

_TABLE: Final = "communes.csv.gz"
_CODE: Final = re.compile(r"^(\d{5}|2[ab]\d{3})$")
_DEPARTMENT: Final = re.compile(r"^(.*?)\s*(?:\(\s*|,\s*|\s)(\d{2,3}|2[ab])\s*\)?$")
_BRACKETS: Final = re.compile(r"^(.*?)\s*\(\s*([^)]*?)\s*\)$")
_ABROAD_NAMES: Final = """
abidjan afghanistan albanie alger algerie allemagne angleterre anvers argentine armenie australie
autriche bamako barcelone belgique benin berlin bosnie bresil bruxelles bucarest bulgarie burkina
cambodge cameroun canada casablanca charleroi chili chine colombie comores conakry congo cote-d'ivoire
croatie dakar danemark ecosse egypte erythree espagne etats-unis ethiopie etranger finlande gabon geneve
georgie ghana grece guinee haiti hongrie inde irak iran irlande israel italie japon kiev kinshasa kosovo
laos lausanne liban liege lisbonne londres luxembourg macedoine madagascar madrid mali maroc mauritanie
mexique milan moldavie montreal moscou new-york niger nigeria norvege oran pakistan pays-bas perou
pologne porto portugal quebec rabat rome roumanie royaume-uni russie senegal serbie slovaquie somalie
soudan suede suisse syrie tchad tchequie thailande togo tunis tunisie turquie ukraine usa varsovie
venezuela vietnam
"""
_ABROAD: Final = frozenset(_ABROAD_NAMES.split())


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
    named is now part of the one found; `abroad` when it lies outside France."""

    commune: Commune | None = None
    candidates: tuple[Commune, ...] = ()
    merged: bool = False
    abroad: bool = False
    close: str = ""


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
        words = plain(text)
        if not words:
            return Place()
        if _CODE.match(words):
            return self._of_codes((words.upper(),))
        if _is_abroad(words):
            return Place(abroad=True)
        name, department = _split(words)
        codes = self.names.get(_key(name), ())
        if department:
            codes = tuple(code for code in codes if _department(code) == department.upper())
        if not codes:
            return Place(close=self._close(_key(name)) if suggest else "")
        return self._of_codes(codes)

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


def _is_abroad(words: str) -> bool:
    bracket = _BRACKETS.match(words)
    inside = bracket[2] if bracket else words
    return inside.replace(" ", "-") in _ABROAD


def _split(words: str) -> tuple[str, str]:
    bracket = _DEPARTMENT.match(words)
    return (bracket[1], bracket[2]) if bracket and bracket[1] else (words, "")


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


def gazetteer(own: Iterable[Mapping[str, str]] = ()) -> Gazetteer:
    """All communes of France and those of the study (mappings with `code`, `name`, and `epci`, `lat`, `lon` if known)."""
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
    return Gazetteer(communes, parents, names, frozenset(ours), frozenset(map(_department, ours)))


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
