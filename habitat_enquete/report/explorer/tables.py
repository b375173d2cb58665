"""The tables of the explorer's workbook: everything the page shows, whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from habitat_enquete.report.tidy_workbook import Table, Value
from habitat_enquete.textometry.exploration import Exploration, Specificity
from habitat_enquete.textometry.profiles import Association
from habitat_enquete.textometry.reading import shown_text

ATTRIBUTE_NAMES: Final[Mapping[str, str]] = {
    "public": "public",
    "publics_pd2h": "public du PD2H",
    "territoire": "territoire",
    "epci": "intercommunalité",
    "installation": "installation",
    "parcours": "type de parcours",
    "periode": "vague",
    "position": "moment de l'entretien",
    "theme": "thème de la grille",
}
INTRODUCTION: Final = (
    "Exploration du vocabulaire",
    "Une feuille par table : une ligne par fait, des filtres sur l'en-tête. « Profils » compte des segments, « Mots clés » des occurrences : ne comparez pas leurs χ².",
    "Document de travail : la feuille « Segments » contient ce que les personnes ont dit. Ne la diffusez pas sans l'avoir relue.",
)
SEGMENTS_WRITTEN: Final = 100_000
_ASSOCIATION: Final = ("segments_de_la_classe", "segments", "part", "chi2", "p")
_SPECIFICITY: Final = ("mot", "occurrences", "total", "usage_attendu_de", "usage_attendu_à", "score", "q")


def attribute_name(name: str) -> str:
    """How a quality of the segments is called in French."""
    return ATTRIBUTE_NAMES.get(name, name.replace("_", " "))


def tables(exploration: Exploration) -> list[Table]:
    """The tables of the workbook."""
    readings = exploration.classes
    return [
        Table(
            "Classes",
            ("classe", "nom_proposé", "segments", "part", "personnes", "retrouvée"),
            [(r.number, r.name, r.units, r.share, r.people, r.recovered) for r in readings],
            shares=("part",),
        ),
        _associations("Profils (présence)", "mot", ((r.number, (*r.profile, *r.avoided)) for r in readings)),
        Table(
            "Mots clés (occurrences)",
            ("classe", "mot", "dans_la_classe", "ailleurs", "chi2", "g2", "p"),
            [
                (reading.number, word.term, word.in_class, word.elsewhere, word.chi2, word.g2, word.p)
                for reading in readings
                for word in reading.keywords
            ],
        ),
        _associations("Expressions", "expression", ((r.number, r.phrases) for r in readings)),
        _associations("Classes et codes", "code", ((r.number, r.codes) for r in readings)),
        _associations(
            "Classes et personnes", "caractéristique", ((r.number, r.attributes) for r in readings)
        ),
        Table(
            "Segments typiques",
            ("classe", "segment", "personne", "texte", "source", "mots"),
            [
                (
                    reading.number,
                    quote.unit,
                    quote.respondent or "",
                    quote.text,
                    quote.source,
                    ", ".join(quote.terms),
                )
                for reading in readings
                for quote in reading.quotes
            ],
        ),
        Table(
            "Spécificités",
            ("caractéristique", "modalité", *_SPECIFICITY),
            [
                (attribute_name(name), *_specificity(s))
                for name, found in exploration.specificities.items()
                for s in found
            ],
        ),
        Table("Mots des codes", ("code", *_SPECIFICITY), [_specificity(s) for s in exploration.code_words]),
        Table(
            "Croisements",
            ("croisement", "modalité", "classe", "segments", "part"),
            [
                (attribute_name(name), row.value, number, count, row.share(number))
                for name, rows in exploration.crossings.items()
                for row in rows
                for number, count in enumerate(row.counts, start=1)
            ],
            shares=("part",),
        ),
        Table(
            "Stabilité",
            (
                "classes",
                "indice_de_Rand",
                "quartile_bas",
                "quartile_haut",
                "plus_petite_classe",
                "plus_grande_classe",
                "non_classés",
            ),
            [
                (s.k, s.mean, s.low, s.high, s.smallest, s.largest, s.unclassified)
                for s in exploration.stability
            ],
            shares=("plus_petite_classe", "plus_grande_classe", "non_classés"),
        ),
        Table(
            "Richesse",
            (
                "caractéristique",
                "modalité",
                "personnes",
                "mots",
                "lemmes",
                "dits_une_fois",
                "lemmes_pour_500_mots",
            ),
            [
                (
                    attribute_name(r.name),
                    r.value,
                    r.people,
                    r.words,
                    r.lemmas,
                    r.hapax,
                    r.mattr and 500 * r.mattr,
                )
                for r in exploration.richness
            ],
        ),
        Table("Fréquences", ("mot", "occurrences"), list(exploration.frequencies.items())),
        Table("Mots clés du corpus", ("mot", "poids"), list(exploration.key_terms)),
        Table("Termes composés", ("terme", "segments"), list(exploration.compounds.items())),
        Table(
            "Similitude",
            ("un", "autre", "indice", "arbre"),
            [
                (edge.one, edge.other, edge.weight, kind)
                for network in (exploration.network,)
                if network
                for kind, edges in (("oui", network.edges), ("non", network.others))
                for edge in edges
            ],
        ),
        Table(
            "Non classés",
            ("segment", "raison", "source"),
            [(u.quote.unit, u.reason, u.quote.source) for u in exploration.unclassified],
        ),
        _segments(exploration),
    ]


def _associations(name: str, kind: str, found: Iterable[tuple[int, Iterable[Association]]]) -> Table:
    rows: list[list[Value]] = [
        [number, a.feature, a.in_class, a.overall, a.share, a.chi2, a.p]
        for number, features in found
        for a in features
    ]
    return Table(name, ("classe", kind, *_ASSOCIATION), rows, shares=("part",))


def _specificity(s: Specificity) -> tuple[Value, ...]:
    return (s.part, s.term, s.count, s.total, *s.usual, s.score, s.q)


def _segments(exploration: Exploration) -> Table:
    """The segments themselves, the first ones only of a corpus that no spreadsheet would open."""
    units = exploration.units[:SEGMENTS_WRITTEN]
    classes = exploration.class_of or (0,) * len(units)
    return Table(
        "Segments",
        ("segment", "document", "personne", "classe", "codes", "source", "texte"),
        [
            (
                unit.id,
                unit.document,
                unit.respondent or "",
                number,
                ", ".join(codes),
                where,
                shown_text(unit, exploration.texts),
            )
            for unit, number, codes, where in zip(
                units, classes, exploration.codes_of, exploration.source_of, strict=False
            )
        ],
    )
