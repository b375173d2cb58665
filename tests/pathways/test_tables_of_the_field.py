"""Tables of episodes as people really write them: their headers, their words for a tenure, their places."""

from __future__ import annotations

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.pathways.alphabet import alphabet
from habitat_enquete.pathways.episodes.areas import is_abroad, is_area
from habitat_enquete.pathways.episodes.communes import gazetteer
from habitat_enquete.pathways.episodes.drafts import field_of, read_drafts
from habitat_enquete.pathways.episodes.table import read_table
from habitat_enquete.pathways.run import run
from habitat_enquete.project import Project


class Sheet:
    """A sheet from lines of cells parted by `|`."""

    def __init__(self, *lines: str, name: str = "Parcours") -> None:
        self.name, self._rows = name, [[cell.strip() for cell in line.split("|")] for line in lines]

    def rows(self) -> list[list[str]]:
        return self._rows


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Date de début", "start"),
        ("Année d'emménagement", "start"),
        ("Date d’entrée dans le logement (mois/année)", "start"),
        ("DATE_FIN", "end"),
        ("Date de sortie", "end"),
        ("N° d'étape", "rank"),
        ("Statut d’occupation", "tenure"),
        ("Mode d'occupation", "tenure"),
        ("Composition du ménage", "household"),
        ("Satisfaction (1 à 5)", "satisfaction"),
        ("Commune de résidence", "place"),
        ("Code INSEE de la commune", "commune"),
        ("Motif d'entrée", "motives"),
        ("Raison du départ", "leaving"),
        ("ID enquêté", "id"),
        ("Loyer (€)", "extra:loyer"),
        ("Date d'enquête", None),
        ("Remarques", None),
    ],
)
def test_a_header_is_known_by_its_words(header: str, name: str | None) -> None:
    assert field_of(header) == name


@pytest.mark.parametrize(
    ("written", "tenure"),
    [
        ("proprio", "proprietaire"),
        ("Location meublée", "locataire_prive"),
        ("hébergé chez un ami", "hebergement_tiers"),
        ("EHPAD", "foyer"),
        ("Caravane", "habitat_leger"),
        ("en location meublée", "locataire_prive"),
        ("dans un foyer", "foyer"),
        ("à la rue", "sans_domicile"),
        ("Bailleur social", "locataire_hlm"),
        ("Accession à la propriété", "accedant"),
        ("hôtel (115)", "foyer"),
        ("château", None),
    ],
)
def test_a_tenure_is_known_by_the_words_of_the_field(written: str, tenure: str | None) -> None:
    assert alphabet(Codebook((), ())).find(written) == tenure


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("Mende (Lozère)", "48095"),
        ("Mende, Lozère", "48095"),
        ("MENDE CEDEX", "48095"),
        ("Paris 14", "75056"),
        ("Florac", "48061"),
        ("Château Gontier", "53062"),
        ("Bastia (2B)", "2B033"),
        ("Azé", None),
    ],
)
def test_a_commune_is_known_by_the_names_people_give_it(named: str, code: str | None) -> None:
    found = gazetteer().find(named)
    assert (found.commune.code if found.commune else None) == code


def test_homonyms_are_settled_by_the_departments_of_the_study() -> None:
    assert gazetteer(departments=["86"]).find("Craon").commune.code == "86087"  # type: ignore[union-attr]
    assert len(gazetteer().find("Craon").candidates) == 2


@pytest.mark.parametrize(
    "named", ["région parisienne", "La Réunion", "en Bretagne", "la Sarthe", "Île-de-France"]
)
def test_a_region_is_no_commune(named: str) -> None:
    assert is_area(named)
    assert gazetteer().find(named).commune is None


def test_a_country_is_abroad_whatever_precedes_it() -> None:
    assert all(map(is_abroad, ("au Maroc", "Séville (Espagne)", "en Côte d'Ivoire", "Burkina Faso")))
    assert not any(map(is_abroad, ("Leeds-la-Ville", "Laval")))


def test_what_a_table_of_episodes_says_of_people_is_kept() -> None:
    table = read_table(
        "p.csv",
        [
            Sheet(
                "Identifiant | Public | Année de naissance | Date d'enquête | Pondération | Genre | Date de début | Statut | Loyer",
                "A1 | seniors | 1950 | 2026-01-15 | 1,5 | F | 2001 | HLM | 300",
                "A1 | seniors | 1950 | 2026-01-15 | 1,5 | F | 2010 | HLM | 310",
                "A2 | precarite | 1990 |  | 0 | H | 2001 | HLM | 300",
                "A2 | handicap | 1990 |  | 0 | H | 2011 | HLM | 350",
            )
        ],
    )
    assert table.people["A1"] == {
        "public": "seniors",
        "annee_naissance": "1950",
        "date_entretien": "2026-01-15",
        "poids": "1,5",
        "genre": "F",
    }
    (doubt,) = table.problems
    assert (doubt.row, doubt.value, doubt.code) == (5, "handicap", "PATHWAY_PERSON_DIFFERS")


def test_wide_rows_hold_people_and_their_dwellings() -> None:
    sheet = Sheet(
        "code enquêté | public | né en | logement1_debut | logement1_statut | logement 2 - début | logement2_statut",
        "B1 | seniors | 12/05/1950 | 1950 | parents | 1975 | HLM",
    )
    table = read_table("p.xlsx", [sheet])
    found = read_drafts(list(table.drafts), alphabet(Codebook((), ())), gazetteer())
    assert [(e.rank, e.tenure) for e in found.episodes] == [(1, "parents"), (2, "locataire_hlm")]
    assert table.people["B1"]["annee_naissance"] == "12/05/1950"


def test_doubtful_places_and_weights_are_told(study: Project, codebook: Codebook) -> None:
    sheet = Sheet(
        "id | debut | fin | commune | statut | satisfaction | poids",
        "C0 | 2001 | ? | Laval | HLM | 4/5 | 1",
        "C1 | 2001 | toujours | région parisienne | HLM | 4/5 | -2",
        "C2 | 2001 |  | 48095 | HLM | 4 | 1",
    )
    result = run(study, codebook, table=read_table("p.xlsx", [sheet]))
    codes = [p.code for p in result.problems]
    assert {"PATHWAY_DATE_UNKNOWN", "PATHWAY_PLACE_AREA", "PATHWAY_COMMUNE_NUMBER", "PATHWAY_WEIGHT"} <= set(
        codes
    )
    assert "PATHWAY_SATISFACTION" not in codes and "PATHWAY_DATE" not in codes


def test_an_attribute_that_nobody_has_is_refused(study: Project, codebook: Codebook) -> None:
    table = read_table(
        "p.xlsx", [Sheet("id | debut | statut | genre", "C1 | 2001 | HLM | F", "C1 | 2003 | HLM | F")]
    )
    with pytest.raises(
        EnqueteError, match="« by » vaut « metier » : elle attend un attribut des personnes \\(genre\\)"
    ):
        run(study, codebook, table=table, by=("metier",))


def test_arrival_beside_departure_is_when_a_dwelling_was_entered() -> None:
    sheet = Sheet(
        "Code | Arrivée | Départ | Occupation | Localité | Avec qui ?",
        "Z1 | 2001-03-01 | 2010-06-01 | Loc. HLM | Mende | seule",
        "Z1 | 2010-06-01 | toujours | Propriétaire occupant | Badaroux | en couple",
    )
    table = read_table("w.xlsx", [sheet])
    found = read_drafts(list(table.drafts), alphabet(Codebook((), ())), gazetteer())
    assert [(e.start.earliest, e.end and e.end.latest, e.tenure) for e in found.episodes if e.start] == [
        ("2001-03-01", "2010-06-01", "locataire_hlm"),
        ("2010-06-01", None, "proprietaire"),
    ]
