"""The alphabet of paths: tenures in a declared order, with short names and colours that everybody can tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.pathway import Tenure
from habitat_enquete.pathways.dates import plain

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


# Words that studies write for a tenure (plain form), and the ids they may stand for, the most precise first.
_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "chez les parents": ("parents",),
    "chez mes parents": ("parents",),
    "heberge": ("heberge", "hebergement_tiers"),
    "heberge chez un tiers": ("heberge", "hebergement_tiers"),
    "hebergement tiers": ("hebergement_tiers", "heberge"),
    "loge gratuitement": ("loge_gratuit", "heberge"),
    "loge gratuit": ("loge_gratuit", "heberge"),
    "logement de fonction": ("loge_gratuit", "heberge"),
    "residence etudiante": ("residence_etudiante", "residence"),
    "residence universitaire": ("residence_etudiante", "residence"),
    "internat": ("residence_etudiante", "residence"),
    "fjt": ("foyer", "residence"),
    "foyer": ("foyer", "residence", "structure"),
    "fjt/foyer": ("foyer", "residence"),
    "structure": ("structure", "foyer", "hebergement"),
    "hebergement": ("hebergement", "foyer", "structure"),
    "chrs": ("hebergement", "foyer", "structure"),
    "cada": ("hebergement", "foyer", "structure"),
    "chrs/cada/residence sociale": ("hebergement", "foyer", "structure"),
    "residence sociale": ("hebergement", "foyer", "structure"),
    "residence autonomie": ("residence_autonomie", "foyer", "residence"),
    "residence autonomie/ehpad": ("residence_autonomie", "foyer", "residence"),
    "ehpad": ("residence_autonomie", "foyer", "residence"),
    "sans domicile": ("sans_domicile", "precaire"),
    "sdf": ("sans_domicile", "precaire"),
    "habitat leger": ("habitat_leger", "precaire"),
    "habitat leger/mobile": ("habitat_leger", "precaire"),
    "habitat mobile": ("habitat_leger", "precaire"),
    "colocation": ("colocation", "locataire_prive"),
    "locataire": ("locataire", "locataire_prive"),
    "locataire prive": ("locataire_prive",),
    "locataire prive vide": ("locataire_prive_vide", "locataire_prive"),
    "locataire prive meuble": ("locataire_prive_meuble", "locataire_prive"),
    "locataire prive meuble/hotel": ("locataire_prive_meuble", "locataire_prive"),
    "location privee": ("locataire_prive",),
    "hlm": ("locataire_hlm",),
    "location hlm": ("locataire_hlm",),
    "logement social": ("locataire_hlm",),
    "locataire social": ("locataire_hlm",),
    "accedant": ("accedant", "proprietaire"),
    "accession": ("accedant", "proprietaire"),
    "proprietaire accedant": ("accedant", "proprietaire"),
    "proprietaire": ("proprietaire",),
    "proprietaire occupant": ("proprietaire",),
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
        return self.aliases.get(plain(text).replace("_", " "))

    def label(self, state: str) -> str:
        """The label of a state; the state itself when it is not declared."""
        return next((tenure.label for tenure in self.tenures if tenure.id == state), state)

    def is_temporary(self, state: str) -> bool:
        """Whether the state is no home of one's own: hosted, in a structure, mobile, without a home."""
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
