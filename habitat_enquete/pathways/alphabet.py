"""The alphabet of paths: tenures in a declared order, with short names and colours that everybody can tell apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.pathway import Tenure
from habitat_enquete.pathways.episodes.dates import plain

# Paul Tol's « bright » and « muted » schemes, reordered: told apart by colour-blind readers and on a grey printer.
PALETTE: Final = (
    "#DDCC77",
    "#CC6677",
    "#88CCEE",
    "#AA4499",
    "#882255",
    "#44AA99",
    "#117733",
    "#332288",
    "#999933",
    "#EE8866",
    "#77AADD",
    "#BBCC33",
)
TEMPORARY: Final = frozenset(
    {
        "heberge",
        "hebergement",
        "hebergement_tiers",
        "structure",
        "residence",
        "precaire",
        "sans_domicile",
        "habitat_leger",
    }
)

_LASTING: Final = frozenset({"parents", "loge_gratuit"})

DEFAULT: Final = tuple(
    Tenure(id, label, short, level1, "", insee)
    for id, label, short, level1, insee in (
        ("parents", "Chez ses parents", "F", "heberge", ""),
        ("hebergement_tiers", "Hébergé par un proche", "G", "heberge", "30"),
        ("loge_gratuit", "Logé gratuitement", "E", "heberge", "30"),
        ("residence_etudiante", "Résidence étudiante ou internat", "R", "structure", ""),
        ("foyer", "Foyer, résidence sociale ou hébergement", "S", "structure", ""),
        ("sans_domicile", "Sans domicile", "D", "precaire", ""),
        ("habitat_leger", "Habitat mobile ou léger", "M", "precaire", ""),
        ("colocation", "Colocation", "C", "locataire", ""),
        ("locataire_prive", "Locataire du parc privé", "L", "locataire", "21"),
        ("locataire_hlm", "Locataire HLM", "H", "locataire", "22"),
        ("accedant", "Propriétaire accédant", "A", "proprietaire", "10"),
        ("proprietaire", "Propriétaire", "P", "proprietaire", "10"),
    )
)


# Words that studies write for a tenure (plain form), by the ids they may stand for, the most precise first.
_WORDS: Final[Mapping[tuple[str, ...], str]] = {
    (
        "parents",
    ): "chez les parents|chez mes parents|chez ses parents|chez parents|parents|domicile parental|domicile des parents"
    "|foyer parental|famille|en famille|chez papa et maman",
    (
        "heberge",
        "hebergement_tiers",
    ): "heberge|hebergee|heberge chez un tiers|heberge par un tiers|heberge par la famille"
    "|heberge par un proche|heberge par des amis|heberge chez un ami|heberge chez des amis|chez un ami|chez des amis"
    "|chez un proche|chez un tiers|chez de la famille|heberge gratuitement",
    ("hebergement_tiers", "heberge"): "hebergement tiers|hebergement chez un tiers|hebergement par un tiers",
    (
        "loge_gratuit",
        "heberge",
    ): "loge gratuitement|loge gratuit|loge a titre gratuit|logement de fonction|logement gratuit"
    "|logement employeur|loge par employeur|loge par l'employeur|usufruit",
    (
        "residence_etudiante",
        "residence",
        "foyer",
        "structure",
    ): "residence etudiante|residence universitaire|internat|cite universitaire|cite u|crous"
    "|chambre universitaire|chambre etudiante",
    (
        "foyer",
        "residence",
        "structure",
    ): "foyer|fjt|fjt/foyer|foyer jeunes travailleurs|foyer de jeunes travailleurs"
    "|foyer de vie|residence habitat jeunes|habitat jeunes",
    ("structure", "foyer", "hebergement"): "structure|institution|hopital|prison|detention|maison d'arret",
    (
        "hebergement",
        "foyer",
        "structure",
        "hebergement_urgence",
    ): "hebergement|chrs|cada|chrs/cada/residence sociale|residence sociale|centre maternel"
    "|hebergement d'urgence|hebergement urgence|centre d'hebergement|chu|cph|huda|lhss|115|hotel social|pension de famille"
    "|maison relais|maison-relais|hotel (115)|nuitees hotelieres",
    (
        "residence_autonomie",
        "foyer",
        "residence",
        "structure",
    ): "residence autonomie|residence autonomie/ehpad|ehpad|maison de retraite"
    "|residence seniors|residence senior|foyer logement|foyer-logement|marpa|residence services|usld",
    (
        "sans_domicile",
        "precaire",
    ): "sans domicile|sdf|sans abri|sans-abri|sans domicile fixe|rue|a la rue|squat|voiture"
    "|dans sa voiture|dort dans sa voiture",
    (
        "habitat_leger",
        "precaire",
    ): "habitat leger|habitat leger/mobile|habitat mobile|mobile|caravane|camping|mobil-home"
    "|mobil home|mobilhome|yourte|tiny house|camion|camion amenage|camping-car|peniche|cabane|chalet de loisirs|terrain familial",
    ("colocation", "locataire_prive"): "colocation|coloc|colocataire|en colocation",
    ("locataire", "locataire_prive"): "locataire|location|en location",
    (
        "locataire_prive",
    ): "locataire prive|locataire du prive|locataire parc prive|locataire dans le parc prive|location privee"
    "|location dans le prive|parc prive|locatif prive|loc. prive|loc prive|prive|sous-location|sous-locataire|airbnb"
    "|logement conventionne prive|intermediation locative",
    (
        "locataire_prive_vide",
        "locataire_prive",
    ): "locataire prive vide|location vide|location non meublee|locataire vide",
    (
        "locataire_prive_meuble",
        "locataire_prive",
    ): "locataire prive meuble|locataire prive meuble/hotel|location meublee"
    "|locataire meuble|meuble|locataire d'un meuble|hotel|chambre d'hotel|chambre chez l'habitant|location saisonniere"
    "|gite|meuble de tourisme",
    (
        "locataire_hlm",
    ): "hlm|location hlm|logement social|locataire social|locataire parc social|locataire du parc social"
    "|locataire hlm|parc social|locatif social|bailleur social|logement communal|locataire communal|loc. sociale|loc. hlm"
    "|locataire d'un organisme hlm|office public|opac|oph|appartement hlm|maison hlm",
    (
        "accedant",
        "proprietaire",
    ): "accedant|accession|accession a la propriete|proprietaire accedant|proprietaire avec emprunt"
    "|proprietaire (credit en cours)|proprietaire accedante|accession sociale|psla",
    (
        "proprietaire",
    ): "proprietaire|proprietaire occupant|proprietaire non accedant|proprio|propriete|proprietaire sans emprunt"
    "|proprietaire (credit rembourse)|viager|indivision",
    ("residence_secondaire",): "residence secondaire|maison secondaire",
}
_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    words: ids for ids, written in _WORDS.items() for words in written.split("|")
}


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The states of a path, in order; `aliases` are other words that the study uses for them (plain form → id), `terms` words
    that say a tenure in an interview (id → words)."""

    tenures: tuple[Tenure, ...]
    aliases: Mapping[str, str]
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, in order."""
        return tuple(tenure.id for tenure in self.tenures)

    def find(self, text: str) -> str | None:
        """The id of the tenure that a cell names: by id, label, short name or alias, accents and case apart."""
        words = plain(text).replace("_", " ").strip(" .")
        bare = re.sub(r"^(?:en|dans une?|dans le|une?|le|la|les) |\s*\(.*?\)$", "", words)
        return self.aliases.get(words) or self.aliases.get(bare)

    def label(self, state: str) -> str:
        """The label of a state; the state itself when it is not declared."""
        return next((tenure.label for tenure in self.tenures if tenure.id == state), state)

    def is_temporary(self, state: str) -> bool:
        """Whether the state is no home of one's own: hosted, in a structure, mobile, without a home.

        One's parents' home and a dwelling that comes with a job are none of these, though their broader state is « hébergé ».
        """
        if state in _LASTING:
            return False
        tenure = next((each for each in self.tenures if each.id == state), None)
        return state in TEMPORARY or (tenure is not None and tenure.level1 in TEMPORARY)


def alphabet(codebook: Codebook) -> Alphabet:
    """The alphabet that `codebook.yaml` declares (`parcours: statuts`), else a default one; missing colours are filled in."""
    tenures = codebook.tenures or DEFAULT
    coloured = tuple(
        replace(
            tenure, colour=tenure.colour or PALETTE[rank % len(PALETTE)], short=tenure.short or tenure.label
        )
        for rank, tenure in enumerate(tenures)
    )
    known = {tenure.id for tenure in coloured}
    aliases = {
        words: next(id for id in ids if id in known)
        for words, ids in _SYNONYMS.items()
        if known.intersection(ids)
    }
    extra = codebook.pathways.get("aliases")
    for alias, target in extra.items() if isinstance(extra, Mapping) else ():
        aliases[plain(str(alias)).replace("_", " ")] = str(target)
    for tenure in reversed(coloured):
        for name in _names(tenure):
            aliases[plain(name).replace("_", " ")] = tenure.id
    declared = codebook.pathways.get("terms", codebook.pathways.get("termes"))
    terms = {
        str(tenure): tuple(map(str, words)) if isinstance(words, list) else (str(words),)
        for tenure, words in (declared.items() if isinstance(declared, Mapping) else ())
    }
    return Alphabet(coloured, aliases, terms)


def _names(tenure: Tenure) -> Sequence[str]:
    return [name for name in (tenure.short, tenure.label, tenure.id) if name]
