"""The place that a clause of an interview gives to a dwelling: a commune, a place by its name, or only a region."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from habitat_enquete.pathways.episodes.areas import is_area
from habitat_enquete.pathways.episodes.communes import Gazetteer
from habitat_enquete.pathways.episodes.times import folded

_CAPITAL: Final = "A-ZÀÂÉÈÊÎÔÛÇ"
_NAME: Final = (
    rf"(?:(?:Le|La|Les|L['’])\s?)?[{_CAPITAL}][\w'’-]*"
    rf"(?:[ -](?:(?:de|du|des|la|le|les|en|sur|sous|lès|d['’]|l['’])[ -]?)*[{_CAPITAL}][\w'’-]*)*(?:\s\(\d{{2,3}}\))?"
)
_PLACE: Final = re.compile(
    r"(?<!\w)([àÀ]|[Aa]ux?|[Ss]ur|[Dd]e|[Dd]['’]|[Dd]u|[Vv]ers|[Dd]epuis|[Qq]uitt\w+|[Ee]n|[Dd]ans (?:le|la|les|l['’])|[Dd]ans|"
    rf"[Pp]our|[Rr]ejoin\w+|[Ll]ieu-dit|[Hh]ameau (?:de|du|des)|[Vv]illage (?:de|du|des))\s*(?:la |les )?({_NAME})"
)
_STREET: Final = re.compile(
    r"(?:rue|avenue|boulevard|place|quartier|chemin|impasse|route|square|cours|cite|residence|gare|metro|ligne) (?:de |du |d'|des )?$"
)
_NOT_HERE: Final = re.compile(
    r"(?:a cote d[eu']? ?|pas loin d[eu'] ?|a cote |pres d[eu']? ?|avant |apres |entre |originaire d[eu']? ?|vi(?:ens|ent|enne|ennent) d[eu'] ?"
    r"|venue?s? d[eu'] ?|trajets? (?:pour |vers )?|vers )$"
)
_WORK: Final = re.compile(
    r"(?:travaill(?:e|er|ais|ait|ions) |bosse\w* |boulot |etudes |ecole |lycee |fac |alternance c'est )$"
)
_AFTER_NAME: Final = re.compile(r"^ (?:Habitat|Logement|Métropole|Agglo)")
_BORN: Final = re.compile(r"\b(?:nee?|naissance)s? (?:ici |la )?(?:(?:en|dans|au) [\w' -]+, ?)?$")
_LIEU_DIT: Final = re.compile(r"^(?:lieu-dit|hameau|village)")
_LEAVING: Final = re.compile(r"^(?:quitt|d[eu']|de$)")
_WEAK: Final = ("de", "d'", "du", "pour", "depuis", "vers")
_WIDE: Final = re.compile(r"^(?:en|dans)")
_SHORTEST_NAME: Final = 3
_ARTICLES: Final = {"au": "Le ", "aux": "Les "}


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """A place named at `at` of a clause: its commune when certain, its name; whether it is only where one was born, a region, or
    said after a word that places nothing for sure."""

    name: str
    commune: str | None
    at: int
    is_birth: bool = False
    is_area: bool = False
    is_weak: bool = False


def place_told(clause: str, gazetteer: Gazetteer, cue: int | None = None) -> PlaceTold | None:
    """The place that a clause gives to the dwelling said at `cue`: the nearest after it, else before; a region if nothing else."""
    found = list(_places(clause, gazetteer))
    firm = [place for place in found if not (place.is_area or place.is_weak or place.is_birth)]
    weak = [place for place in found if place.is_weak and not place.is_area]
    kept = firm or weak or [p for p in found if p.is_birth and not p.is_area] or found
    if not kept:
        return None
    return min(kept, key=lambda each: (each.at < (cue or 0), abs(each.at - (cue or 0))))


def _places(clause: str, gazetteer: Gazetteer) -> Iterator[PlaceTold]:
    plain = folded(clause)
    for match in _PLACE.finditer(clause):
        before, preposition = plain[: match.start()], folded(match[1])
        if (
            _STREET.search(plain[: match.start(2)])
            or _NOT_HERE.search(plain[: match.start(2)])
            or _NOT_HERE.search(before)
            or _AFTER_NAME.match(clause[match.end() :])
        ):
            continue
        works = _WORK.search(before) is not None
        told = _known(match[2], preposition, gazetteer)
        if told is None:
            continue
        name, commune, area = told
        is_weak = works or preposition in _WEAK or _LEAVING.match(preposition) is not None
        yield PlaceTold(name, commune, match.start(), _BORN.search(before) is not None, area, is_weak)


def _known(words: str, preposition: str, gazetteer: Gazetteer) -> tuple[str, str | None, bool] | None:
    """The longest beginning of `words` that names a place: its name, its commune, whether it is a region."""
    parts = words.split(" ")
    for size in range(len(parts), 0, -1):
        name = " ".join(parts[:size]).strip(" '’-")
        if len(name) < _SHORTEST_NAME:
            continue
        if _WIDE.match(preposition) and is_area(name):
            return name, None, True
        article = _ARTICLES.get(preposition, "")
        # « au Mans » is Le Mans, « aux Salces » Les Salces.
        for full in (f"{article}{name}", name) if article else (name,):
            found = gazetteer.find(full, suggest=False)
            if found.commune is not None:
                return full, found.commune.code, False
            if found.candidates:
                return full, None, False
            if found.abroad or found.area:
                return name, None, found.area
        if _LIEU_DIT.match(preposition):
            return name, None, False
    return None
