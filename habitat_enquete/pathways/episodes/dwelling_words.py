"""The words that say a dwelling in an interview, and those that say it was denied, wished, or somebody else's.

Everything here reads folded text (see `times.folded`): lower case, no accents. First patterns win: « chez mes parents, dans un HLM »
tells parents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from habitat_enquete.pathways.alphabet import Alphabet
from habitat_enquete.pathways.episodes.times import folded

_FLAT: Final = (
    r"(?:(?:petite?|grande?|autre|premiere?|vieille|vieux|joli|tout petit) )?(?:studio|appart\w*|(?:deux|trois|quatre)[- ]pieces"
    r"|[tf] ?[1-5](?: bis)?\b|chambre|meublee?|maison|logement|pavillon|rez-de-chaussee|duplex|loft|gite)"
)
# What one buys to live in.
_HOUSE: Final = (
    r"(?:\w+ ){0,2}(?:maison|appart\w*|pavillon|ferme\w*|grange|ruine|longere|corps de ferme|logement|studio|[tf] ?[1-5]\b|bien\b|immeuble"
    r"|mas\b|moulin|villa|duplex|deux-pieces|trois-pieces|bergerie|presbytere|chalet|maisonnette|plain-pied|bastide|fermette|batisse|terrain et)"
)
_OWN_PEOPLE: Final = (
    r"(?:amie?s?|copine?s?|copains?|potes?|cousine?s?|soeur|sour|frere|tante|oncle|tonton|grands?-(?:mere|pere|parents)"
    r"|grands? (?:mere|pere|parents)|collegue|compagnon|compagne|belle-?\w*|beau\w*-?\w*|beaux-parents|fils|fille|mari|femme|conjointe?"
    r"|voisine?s?|connaissances?|famille|gens)"
)
# Tenure: several possible ids of the alphabet, the first known is taken.
TENURES: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (
        ("parents",),
        r"(?:chez|avec) (?:mes|nos|les) parents|(?:chez|avec) (?:ma mere|mon pere|maman|papa|ma maman|mon papa|ma mama)"
        r"|la maison (?:familiale|de mes parents|parentale)|\bgrandi\b|\bmon enfance|^ ?enfance\b|la ferme (?:familiale|de mes parents)"
        r"|mes parents\b.*\b(?:j'ai|j'y ai|je) (?:toujours )?(?:habit|vec|vivais|rest)\w*",
    ),
    (
        ("sans_domicile", "precaire", "habitat_leger"),
        r"(?:a |puis |et |, )la rue\b(?! [A-Z])|dans (?:ma|la|notre) (?:voiture|bagnole|caisse)|sans domicile|sans abri|\bsquat"
        r"|dorm\w+ dehors|sous (?:la |une |ma )tente|\ba la rue",
    ),
    (
        ("residence_autonomie", "foyer", "residence", "structure"),
        r"residence[- ]autonomie|ehpad|maison de retraite|foyer[- ]logement|residence (?:seniors?|services)|marpa\b",
    ),
    (
        ("hebergement", "foyer", "structure"),
        r"chrs|cada\b|hebergement d'urgence|le 115|accueil de (?:nuit|jour)|centre d'hebergement|hotel social|centre maternel"
        r"|residence sociale|pension de famille|foyer d'hebergement|maison[- ]relais|\bhuda\b|\bcph\b|foyer d'urgence|nuitees?"
        r"|samu social|centre d'accueil|appartement therapeutique",
    ),
    (
        ("residence_etudiante", "residence", "foyer", "structure"),
        r"residence (?:\w+ )?(?:etudiante|universitaire)|cite[- ](?:u\b|universitaire)|\bcrous\b|internat|chambre (?:etudiante|universitaire)"
        r"|\bkot\b|residence \w+ pour etudiants",
    ),
    (
        ("foyer", "residence", "structure"),
        r"foyer (?:de )?jeunes|\bfjt\b|habitat jeunes|foyer de vie|foyer des|residence jeunes",
    ),
    (
        ("foyer", "hebergement", "residence", "structure"),
        r"(?<!du )(?<!de )(?<!au pied du )\bfoyer\b(?! fiscal| familial)",
    ),
    (
        ("habitat_leger", "precaire"),
        r"caravane|mobil[- ]?home|camping(?:-car)?|yourte|(?:dans|en|un) (?:le |notre |mon |un )?(?:camion|fourgon|van)\b|tiny house"
        r"|cabane|tipi|peniche|roulotte",
    ),
    (
        ("loge_gratuit", "heberge"),
        r"logement de fonction|logee?s? par (?:l'|le |la |les |mon |ma )|logement de (?:l'usine|l'employeur|l'entreprise)"
        r"|a titre gratuit|logee?s? gratuitement|logee?s? gratis",
    ),
    (
        ("hebergement_tiers", "heberge", "loge_gratuit"),
        rf"heberg\w*|chez (?:ses|leurs) parents|chez (?:une?|des|mon|ma|mes|son|sa|l'|les) ?{_OWN_PEOPLE}|canape|a droite(?:,)? (?:et )?a gauche"
        r"|(?:viv\w+|habit\w+|install\w+|emmenag\w+) chez (?:lui|elle|eux)\b|famille d'accueil",
    ),
    (
        ("locataire_hlm",),
        r"\bhlm\b|logement social|bailleur social|office public|parc social|logement communal|logements? sociaux|\bopac\b|\bopd?h\b"
        r"|locatif social|[mM]ayenne habitat|lozere habitat|meduane habitat|polygone habitat",
    ),
    (("colocation", "locataire_prive"), r"colocation|\bcoloc"),
    (
        ("proprietaire", "accedant"),
        rf"\br?achet(?:e|es|ee|ees|ait|ions|er|ons|ent)\b(?! (?:\w+ )?(?:deux|trois|quatre|des|du|de la|de l'|un|une|le|la|les|l'|mon|ma|notre)(?: |(?<='))"
        rf"(?!{_HOUSE}))"
        r"|(?<!le )(?<!les )(?<!la )(?<!des )(?<!du )(?<!un )(?<!une )(?<!ma )(?<!mon )(?<!mes )(?<!nos )(?<!notre )(?<!ancien )proprietaires?\b"
        r"|\bproprio\b(?<!le proprio)(?<!un proprio)|(?:fait |faire )?\bconstrui(?!s)\w*|\bconstruire\b|fait (?:construire|batir)|\bbati\b"
        r"|\b(?:ai|a|avons|avait|avions) herite|\bacquis\b|notre maison a nous|premier achat|signe (?:pour|chez le notaire|l'acte|le compromis)|pris un credit",
    ),
    (
        ("locataire_prive",),
        r"\blou(?:e|es|ais|ait|ions|aient|er|ent|ons)\b|locataires?|location\b|parc prive|dans le prive|meublee?\b"
        r"|chez (?:un|une|l') ?(?:particuliere?|habitant|dame|monsieur|agriculteur)|sous-lou\w+|airbnb",
    ),
)
# « on a pris un deux-pièces » is probably let, unless the sentence or a later one says more.
_PROBABLY_LET: Final = re.compile(
    rf"\b(?:(?:pris|trouve|retrouve|eu|repris|obtenu|decroche|dans|habit\w+) (?:aussi )?|(?:emmenag|install)\w+ [^.;]{{0,40}})"
    rf"(?:un|une|notre|mon|l'|plusieurs) ?{_FLAT}"
)
_TENANT: Final = "locataire_prive"
# A tenure after these words is the one being left.
_LEFT: Final = re.compile(
    r"\b(?:quitt\w+|part(?:i|ie|is|ies) de|sorti\w* d[eu']|vendu|sortir d[eu'])(?:(?! et )[^.,;]){0,18}$"
)
# « à un monsieur qui est en EHPAD » : the tenure of somebody else.
_WHOSE: Final = re.compile(
    r"\bqui (?:est|etait|sont|etaient|a|avait|ont|vit|vivait|habit\w+|lou\w+|viv\w+)\b[^,;]*$"
)
_DENIED: Final = re.compile(r"\b(?:pas|jamais|ni|aucun\w*|plus)\b[^.,;:!?]{0,14}$")
MOVING: Final = re.compile(
    r"\b(?:emmenag|demenag|install|arriv|r?achet|lou(?:e|es|ais|ait|ions|er)\b|logee?s?\b|logeais|logions|habit|vi(?:vais|vait|vions|s)\b"
    r"|vecu|heberg|revenu|retourn|rentree?s? (?:a|chez|au|en|dans)\b|construi|bati|pris une?\b|trouve une?\b|eu une? |atterri|reste|grandi"
    r"|part(?:i|is|ie|ies) (?:a|au|vivre|sur|en|chez|dans|pour|vers)\b|(?:monte|descendu|alle|remonte|redescendu)e?s? |pose"
    r"|et(?:e|ais|ait|ions|aient) (?:a|en|chez|au|dans|mute\w*|nomme\w*|affecte\w*)\b|suis (?:a|ici|la|en|au|dans|de|ne|nee)\b"
    r"|(?:est|etait) (?:a|en|chez|au|dans) |nomme|mute|affecte|envoye|oriente|m'a mise? |m'ont mise? |place|relog|accueilli|dorm"
    r"|mis ensemble|entree?s? (?:a|en|dans|au)\b|fait le foyer|eu les cles|j'y |on y |signe)"
)
NOW: Final = re.compile(
    r"\b(?:j'habite|on habite|nous habitons|je vis|on vit|nous vivons|je loge|on loge|j'ai mon|je suis (?:heberge|loge|locataire|proprietaire|chez))\b"
)
# A move told in the past, or where one lives now, in the first person: what a path is made of, unlike opinions.
LIVED: Final = re.compile(
    r"\b(?:j'ai|j'y|j'avais|j'etais|j'habit\w+|je (?:suis|me suis|l[ae]? ?lou\w+|vi\w+|log\w+|dorm\w+|rest\w+)|on (?:a|s'est|est|etait|avait|y|habit\w+|lou\w+|viv\w+|l'a"
    r"|emmenag\w+|demenag\w+|log\w+)|nous (?:avons|sommes|etions|habit\w+|lou\w+|viv\w+)|m'a|m'ont|nous a|nous ont|moi j'?)\b"
)
LEAVING: Final = re.compile(
    r"\b(?:quitt|part(?:i|is|ie|ies) (?:de|d')|sorti|rendu (?:l'appart|les cles)|vendu|mise? dehors|mis a la porte|expuls|du partir"
    r"|reparti|suis partie?\b(?! (?:a (?!\w+(?:[- ]\w+){0,3} ans\b)|au |vivre|sur|en |chez|dans|pour|vers|travailler|faire))|sommes partis\b(?! (?:a |au |vivre|sur|en ))"
    r"|fini)"
)
# Wishes, plans and hypotheses are no episodes.
UNREAL: Final = re.compile(
    r"\b(?:voudr|aimer(?:ai|ion)|souhait|esper|reve\b|reves\b|pourr(?:ait|ais|ions|a\b|ai\b)|faudr|serait|seraient|si (?:on|je|nous|j')"
    r"|envisag|projet de|hesit|peut-etre|compte(?:nt|ns)? (?:acheter|louer|partir)|vont|allons|veux|veut|veulent|imagin"
    r"|prefer|aurai(?:t|s|ent)|louera|achetera|ira\b|irai\b|un jour on|que chacun|qu'on (?:loue|achete))"
)
# Intentions that come to nothing by themselves: their date may be that of the move that follows.
INTENDED: Final = re.compile(r"\b(?:voulais|voulait|voulions|voulu|cherch\w+|demande (?:un|une)|propose)\b")
# What others lived is not the speaker's path.
_OTHERS: Final = re.compile(
    r"(?<!chez )(?<!avec )(?<!par )\b(?:(?:mes|ses|leurs) parents|mon (?:fils|voisin|frere|copain|pere|ex)|ma (?:fille|voisine|soeur|sour|mere|copine)"
    r"|les (?:gens|voisins|jeunes|parisiens)|mes (?:enfants|voisins|amis))(?: ainee?)?(?:,? (?:lui|elle|eux))?,? (?:il |elle |ils |elles )?"
    r"(?:a|ont|est|sont|avait|avaient|habit\w*|lou\w*|achet\w*|viv\w*|rest\w*)\b(?!.*\bj'y\b)(?! (?:toujours )?(?:heberg|accueill|pris chez))"
)
_THIRD: Final = re.compile(
    r"\b(?:(?:ils?|elles?)\b(?! (?:m'|me |nous |y a|y'a|faut|fall|a fallu|fait|pleu))|eux|celui|celle|ceux|le mec|la dame|c'est (?:la|le|l'|un|une) ?\w+ (?:\w+ )?qui|les proprietaires|le proprietaire|mes enfants)\b"
)
_FIRST: Final = re.compile(r"\b(?:je|j'|on|nous|m'|me|moi|mon|ma|mes|notre|nos)")
# What is only done now and then is no move.
_NOW_AND_THEN: Final = re.compile(
    r"\b(?:les (?:autres )?semaines|les? week-?ends?|en vacances|pendant les vacances|de temps en temps)\b"
)


@dataclass(frozen=True, slots=True)
class Tenure:
    """What a clause says of a tenure: its id, where (in the clause), and whether it is only probable."""

    id: str
    at: int
    probable: bool = False


def tenure(plain: str, alphabet: Alphabet) -> Tenure | None:
    """The tenure that a folded clause names and neither denies nor leaves; the study's own words (`termes`) come first."""
    ids = set(alphabet.ids)
    for own, terms in alphabet.terms.items():
        at = next((plain.find(folded(term)) for term in terms if folded(term) in plain), -1)
        if own in ids and at >= 0:
            return Tenure(own, at)
    for names, pattern in TENURES:
        known = next((name for name in names if name in ids), None)
        if known is None:
            continue
        for found in re.finditer(pattern, plain):
            before = plain[: found.start()]
            if not any(sign.search(before) for sign in (_DENIED, _LEFT, _WHOSE)):
                return Tenure(known, found.start())
    if (
        _TENANT in ids
        and (match := _PROBABLY_LET.search(plain))
        and not _DENIED.search(plain[: match.start()])
    ):
        return Tenure(_TENANT, match.start(), probable=True)
    return None


def is_not_lived(plain: str) -> bool:
    """Whether a folded clause tells a wish, a habit, or what others lived."""
    return (
        UNREAL.search(plain) is not None
        or _OTHERS.search(plain) is not None
        or _NOW_AND_THEN.search(plain) is not None
        or _is_of_others(plain)
    )


def _is_of_others(plain: str) -> bool:
    """Somebody else's path: a third person, and no first person before it."""
    third, first = _THIRD.search(plain), _FIRST.search(plain)
    return third is not None and (first is None or third.start() < first.start())


def is_first_person(plain: str) -> bool:
    """Whether a folded clause speaks of oneself."""
    return _FIRST.search(plain) is not None


_KINDS: Final = {
    "maison": r"maison(?! (?:de retraite|relais|d'arret|de l'habitat|des services))|pavillon|longere|villa\b|plain-pied|fermette|maisonnette",
    "ferme": r"\bferme\b|corps de ferme|\bmas\b|bergerie",
    "studio": r"\bstudio",
    "chambre": r"\bchambre (?:de bonne|meublee|chez|en|a |au |universitaire|etudiante)|(?:une|ma|petite) chambre\b",
    "appartement": r"\bappart\w*|(?:deux|trois|quatre)[- ]pieces|\b[tf] ?[1-5]\b|duplex|loft\b",
    "caravane": r"caravane|mobil[- ]?home|camping-car",
    "yourte": r"yourte|tipi|cabane|roulotte|tiny house",
    "camion": r"\bcamion|fourgon|\bvan\b",
}


def dwelling(plain: str) -> str:
    """The kind of dwelling that a folded clause names and does not deny: the first said; empty when none is.

    >>> dwelling("on a pris un deux-pieces, pas une maison")
    'appartement'
    """
    said = [
        (match.start(), kind)
        for kind, pattern in _KINDS.items()
        for match in re.finditer(pattern, plain)
        if not _DENIED.search(plain[: match.start()])
    ]
    return min(said)[1] if said else ""
