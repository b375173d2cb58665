"""Places wider than a commune, by the names people give them: departments, regions, « région parisienne », countries.

Numbers and names of departments and regions: INSEE, Code officiel géographique 2024.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from habitat_enquete.pathways.episodes.dates import plain

_DEPARTMENTS: Final = """
01 Ain|02 Aisne|03 Allier|04 Alpes-de-Haute-Provence|05 Hautes-Alpes|06 Alpes-Maritimes|07 Ardèche|08 Ardennes|09 Ariège
10 Aube|11 Aude|12 Aveyron|13 Bouches-du-Rhône|14 Calvados|15 Cantal|16 Charente|17 Charente-Maritime|18 Cher|19 Corrèze
21 Côte-d'Or|22 Côtes-d'Armor|23 Creuse|24 Dordogne|25 Doubs|26 Drôme|27 Eure|28 Eure-et-Loir|29 Finistère|2A Corse-du-Sud
2B Haute-Corse|30 Gard|31 Haute-Garonne|32 Gers|33 Gironde|34 Hérault|35 Ille-et-Vilaine|36 Indre|37 Indre-et-Loire|38 Isère
39 Jura|40 Landes|41 Loir-et-Cher|42 Loire|43 Haute-Loire|44 Loire-Atlantique|45 Loiret|46 Lot|47 Lot-et-Garonne|48 Lozère
49 Maine-et-Loire|50 Manche|51 Marne|52 Haute-Marne|53 Mayenne|54 Meurthe-et-Moselle|55 Meuse|56 Morbihan|57 Moselle|58 Nièvre
59 Nord|60 Oise|61 Orne|62 Pas-de-Calais|63 Puy-de-Dôme|64 Pyrénées-Atlantiques|65 Hautes-Pyrénées|66 Pyrénées-Orientales
67 Bas-Rhin|68 Haut-Rhin|69 Rhône|70 Haute-Saône|71 Saône-et-Loire|72 Sarthe|73 Savoie|74 Haute-Savoie|75 Paris
76 Seine-Maritime|77 Seine-et-Marne|78 Yvelines|79 Deux-Sèvres|80 Somme|81 Tarn|82 Tarn-et-Garonne|83 Var|84 Vaucluse|85 Vendée
86 Vienne|87 Haute-Vienne|88 Vosges|89 Yonne|90 Territoire de Belfort|91 Essonne|92 Hauts-de-Seine|93 Seine-Saint-Denis
94 Val-de-Marne|95 Val-d'Oise|971 Guadeloupe|972 Martinique|973 Guyane|974 La Réunion|976 Mayotte
"""
# INSEE code of the region → the names people give it or its parts.
_REGIONS: Final = {
    "11": "ile-de-france|region parisienne|banlieue parisienne|banlieue de paris|paris et sa banlieue|grande couronne"
    "|petite couronne|banlieue",
    "24": "centre-val de loire|centre val de loire|region centre|berry|touraine|sologne|beauce",
    "27": "bourgogne-franche-comte|bourgogne|franche-comte|morvan",
    "28": "normandie|haute-normandie|basse-normandie|cotentin",
    "32": "hauts-de-france|nord-pas-de-calais|picardie|le nord",
    "44": "grand est|alsace|lorraine|champagne|champagne-ardenne|region de strasbourg",
    "52": "pays de la loire|anjou|region nantaise",
    "53": "bretagne|region rennaise",
    "75": "nouvelle-aquitaine|aquitaine|poitou-charentes|limousin|perigord|pays basque|bearn|region bordelaise",
    "76": "occitanie|midi-pyrenees|languedoc-roussillon|languedoc|cevennes|region toulousaine|aubrac|margeride",
    "84": "auvergne-rhone-alpes|auvergne|rhone-alpes|region lyonnaise|dauphine|vercors|forez",
    "93": "provence-alpes-cote d'azur|paca|provence|cote d'azur|region marseillaise|luberon",
    "94": "corse",
    "": "outre-mer|dom-tom|antilles|les antilles|metropole|le sud|le midi|le sud de la france|l'est de la france",
}
_ABROAD_NAMES: Final = """
abidjan afghanistan afrique afrique-du-sud albanie alger algerie allemagne amerique andorre angleterre angola anvers
arabie-saoudite argentine armenie asie athenes australie autriche azerbaidjan bamako bangladesh barcelone belgique benin berlin
bosnie boston bresil bruxelles bucarest budapest bulgarie burkina burkina-faso burundi cambodge cameroun canada cap-vert
casablanca centrafrique charleroi chili chine chypre colombie comores conakry congo coree costa-rica cote-d'ivoire croatie cuba
dakar danemark djibouti dubai dublin ecosse egypte equateur erythree espagne estonie etats-unis ethiopie etranger europe
finlande gabon gambie geneve georgie ghana grece guinee guinee-bissau haiti hongrie inde indonesie irak iran irlande islande
israel istanbul italie japon jordanie kenya kiev kinshasa kosovo koweit laos lausanne lettonie liban libye liege lisbonne
lituanie londres luxembourg macedoine madagascar madrid malaisie mali malte maroc marrakech maurice ile-maurice mauritanie
mexique milan moldavie monaco mongolie montenegro montreal moscou mozambique nepal new-york nicaragua niger nigeria norvege
nouvelle-zelande oran ouganda ouzbekistan pakistan palestine paraguay pays-bas pays-de-galles perou philippines pologne porto
portugal quebec rabat rdc republique-dominicaine republique-tcheque roumanie rome royaume-uni russie rwanda senegal serbie
sierra-leone singapour slovaquie slovenie somalie soudan sri-lanka suede suisse syrie taiwan tanzanie tchad tchequie thailande
tibet tokyo togo tunis tunisie turquie ukraine uruguay usa varsovie venezuela vienne-en-autriche vietnam yemen zambie zimbabwe
"""
_ABROAD: Final = frozenset(_ABROAD_NAMES.split())
_BRACKETS: Final = re.compile(r"^(.*?)\s*\(\s*([^)]*?)\s*\)$")
_BEFORE: Final = re.compile(r"^(?:(?:dans |de |a )?(?:le |la |les |l')|(?:en|au|aux|a|du|de|des) )\s*")


@cache
def departments() -> dict[str, str]:
    """The number of each department by its name (plain form, with spaces)."""
    pairs = (each.split(" ", 1) for each in re.split(r"[|\n]", _DEPARTMENTS) if each)
    return {_words(name): number for number, name in pairs}


@cache
def _regions() -> dict[str, str]:
    return {_words(name): code for code, names in _REGIONS.items() for name in names.split("|")}


def _words(name: str) -> str:
    return re.sub(r"[-' ]+", " ", plain(name)).strip()


def is_region(text: str) -> bool:
    """Whether `text` names a region, an overseas department, or what people call so (« région parisienne »).

    >>> is_region("en Bretagne"), is_region("La Réunion"), is_region("la Mayenne")
    (True, True, False)
    """
    return any(name in _regions() or departments().get(name, "").startswith("97") for name in _readings(text))


def is_area(text: str) -> bool:
    """Whether `text` names a region or a department (« le Maine-et-Loire »)."""
    return is_region(text) or any(name in departments() for name in _readings(text))


def is_abroad(text: str) -> bool:
    """Whether `text` names a country or a great city abroad, alone or between brackets (« Séville (Espagne) »)."""
    words = plain(text)
    bracket = _BRACKETS.match(words)
    inside = bracket[2] if bracket else words
    return any(each.replace(" ", "-") in _ABROAD for each in (inside, _BEFORE.sub("", inside)))


def _readings(text: str) -> tuple[str, ...]:
    words = plain(text)
    return tuple(map(_words, (words, _BEFORE.sub("", words), f"la {words}")))


def department_named(text: str) -> tuple[str, str]:
    """A name of commune and the department said after it, by number or by name; the department is empty when none is said.

    >>> department_named("mende (lozere)"), department_named("saint-julien, 48"), department_named("mende")
    (('mende', '48'), ('saint-julien', '48'), ('mende', ''))
    """
    words = plain(text)
    match = re.match(r"^(.+?)\s*(?:\(\s*|,\s*|\s)(\d{2,3}|2[ab])\s*\)?$", words)
    if match and (match[2].upper() in departments().values()):
        return match[1], match[2].upper()
    match = re.match(r"^(.+?)\s*(?:\(\s*|,\s*|\s+dans (?:le|la|les|l')\s*|\s+en )([^()]+?)\s*\)?$", words)
    if match and (number := departments().get(_words(match[2]))):
        return match[1], number
    return words, ""


def department(text: str) -> str:
    """The number of the department that `text` is or names; empty when it is none.

    >>> department("la Mayenne"), department("53"), department("le département de la Lozère"), department("le Haut-Anjou")
    ('53', '53', '48', '')
    """
    known, words = departments(), re.sub(r"^(?:le )?departement\s+", "", plain(text))
    if words.upper() in known.values():
        return words.upper()
    return next((known[name] for name in _readings(words) if name in known), "")


def department_name(number: str) -> str:
    """The name of a department and its number, for people to read.

    >>> department_name("53"), department_name("96")
    ('Mayenne (53)', 'département 96')
    """
    names = dict(each.split(" ", 1) for each in re.split(r"[|\n]", _DEPARTMENTS) if each)
    return f"{names[number]} ({number})" if number in names else f"département {number}"
