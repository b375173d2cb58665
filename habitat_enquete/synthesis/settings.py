"""What `enquete.yaml` says to the synthesis: titles, publics, territories, thresholds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from habitat_enquete.synthesis.departments import DEPARTMENTS
from habitat_enquete.yamlsource import Section, Table, refuse_problems

PUBLICS: Final = {
    "nouvel_arrivant": "Nouveaux arrivants",
    "habitant": "Habitants",
    "candidat": "Candidats à l'installation",
    "acteur": "Acteurs de l'habitat",
}
PUBLICS_PD2H: Final = {
    "alternants": "Alternants et apprentis",
    "menages_nouvellement_installes": "Ménages nouvellement installés",
    "seniors": "Seniors",
    "precarite": "Ménages en précarité économique",
    "sortants_hebergement": "Personnes sortant d'hébergement",
    "handicap": "Personnes en situation de handicap",
}
INSTALLATIONS: Final = {
    "reussie": "Installation réussie",
    "echouee": "Installation échouée",
    "en_cours": "Installation en cours",
}
SCALES: Final = {
    "commune": "Commune",
    "epci": "Intercommunalité",
    "territoire": "Territoire",
    "bassin_de_vie": "Bassin de vie",
    "canton": "Canton",
    "arrondissement": "Arrondissement",
    "departement": "Département",
}
# From the smallest to the largest: what a study knows of the others is used without being asked for.
_DEFAULT_SCALES: Final = ("commune", "epci", "territoire", "bassin_de_vie")


_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "public": PUBLICS,
    "publics_pd2h": PUBLICS_PD2H,
    "installation": INSTALLATIONS,
}


@dataclass(frozen=True, slots=True)
class Group:
    """Codes that make one finding together (`findings:` in enquete.yaml); `line` is where it is asked."""

    id: str
    label: str
    codes: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that the synthesis needs, each with its default.

    `labels` is attribute → value → name in a sentence; `communes` INSEE code → its attributes (name, epci, territoire…).
    `minimum_cell`: a crossing of fewer people is masked; `weak_finding`: a finding resting on fewer people is isolated.
    """

    title: str = ""
    subtitle: str = ""
    area: str = ""
    author: str = ""
    sponsor: str = ""
    minimum_cell: int = 5
    weak_finding: int = 2
    quotes_per_finding: int = 4
    scales: tuple[str, ...] = _DEFAULT_SCALES
    aspirations: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    map_file: str = ""
    map_key: str = "code"
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: dict(_LABELS))
    communes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def label(self, attribute: str, value: str) -> str:
        """How a value is named: as the study says, else as it is written."""
        return self.labels.get(attribute, {}).get(value) or value.replace("_", " ")


_DEFAULTS: Final = Settings()


def read(settings: Mapping[str, Any], *, file: str = "enquete.yaml") -> Settings:
    """The settings of the synthesis out of what `enquete.yaml` says.

    Raises: EnqueteError with every wrong value and its line.
    """
    table = settings if isinstance(settings, Table) else Table()
    section = Section(table, file)
    thresholds = section.section("thresholds") or section.inner(Table())
    geography = section.section("map")
    found = Settings(
        title=section.text("title"),
        subtitle=section.text("subtitle"),
        area=section.text("area"),
        author=section.text("author"),
        sponsor=section.text("sponsor"),
        minimum_cell=max(1, thresholds.integer("minimum_cell") or _DEFAULTS.minimum_cell),
        weak_finding=max(1, thresholds.integer("weak_finding") or _DEFAULTS.weak_finding),
        quotes_per_finding=max(1, thresholds.integer("quotes_per_finding") or _DEFAULTS.quotes_per_finding),
        scales=section.texts("scales") or _DEFAULTS.scales,
        aspirations=section.texts("aspirations"),
        groups=_groups(section),
        map_file=geography.text("file") if geography else "",
        map_key=(geography.text("key") if geography else "") or _DEFAULTS.map_key,
        labels=_labels(section),
        communes=_communes(section),
    )
    refuse_problems(section.problems, file=file)
    return found


def _groups(section: Section) -> tuple[Group, ...]:
    found = []
    for each in section.sections("findings"):
        label = each.text("label") or each.text("id")
        id_ = each.text("id") or "_".join(re.findall(r"\w+", label.casefold()))
        if label:
            found.append(Group(id_, label, each.texts("codes"), each.line()))
    return tuple(found)


def _labels(section: Section) -> dict[str, dict[str, str]]:
    labels = {
        "public": PUBLICS | _names(section, "publics"),
        "publics_pd2h": PUBLICS_PD2H | _names(section, "publics_pd2h"),
        "installation": dict(INSTALLATIONS),
        "commune": {commune.text("code"): commune.text("name") for commune in section.sections("communes")},
    }
    for scale in section.texts("scales") or _DEFAULTS.scales:
        if scale != "commune":
            labels[scale] = {
                id_: name for key in _plurals(scale) for id_, name in _names(section, key).items()
            }
    labels["departement"] = (
        dict(DEPARTMENTS) | _names(section, "departements") | labels.get("departement", {})
    )
    return labels


def _plurals(scale: str) -> tuple[str, ...]:
    """The keys under which `enquete.yaml` may name the places of a scale: `bassins_de_vie`, `epci`, `territoires`."""
    first, *rest = scale.split("_")
    return tuple(dict.fromkeys((scale, f"{scale}s", "_".join((f"{first}s", *rest)))))


def _names(section: Section, key: str) -> dict[str, str]:
    if isinstance(section.value(key), str):
        return {}
    return {item.text("id"): item.text("label") or item.text("id") for item in section.sections(key)}


def _communes(section: Section) -> dict[str, dict[str, str]]:
    return {
        commune.text("code"): {key: value for key, value in commune.table.items() if isinstance(value, str)}
        for commune in section.sections("communes")
    }
