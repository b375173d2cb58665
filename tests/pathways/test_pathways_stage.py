"""The stage as a whole: what a study gives, and what bad data are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from openpyxl import Workbook, load_workbook

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.pathway import EpisodeState, RepeatedAnswer
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.pathways.alphabet import alphabet
from habitat_enquete.pathways.episodes.answers import drafts, mappings
from habitat_enquete.pathways.episodes.communes import gazetteer
from habitat_enquete.pathways.episodes.dates import spoken
from habitat_enquete.pathways.episodes.drafts import read_drafts
from habitat_enquete.pathways.episodes.table import read_table
from habitat_enquete.pathways.run import PathwaysResult, run
from habitat_enquete.pathways.settings import settings
from habitat_enquete.project import Project
from habitat_enquete.report.paths.tables import tables
from habitat_enquete.store.connection import Store
from habitat_enquete.store.pathways import episodes
from habitat_enquete.store.respondents import save_respondent

HEADER = "id | debut | fin | commune | statut | motifs"


class Sheet:
    """A sheet from Markdown-like lines."""

    name = "Épisodes"

    def __init__(self, *lines: str, header: str = HEADER) -> None:
        self._rows = [[cell.strip() for cell in line.split("|")] for line in (header, *lines)]

    def rows(self) -> list[list[str]]:
        return self._rows


@pytest.fixture
def paths_of(study: Project, codebook: Codebook) -> Callable[..., PathwaysResult]:
    """Run the stage on a table: `paths_of("P1 | 2010 | 2015 | Mende | locataire_hlm |")`."""

    def build(
        *lines: str, header: str = HEADER, people: dict[str, dict[str, str]] | None = None, **chosen: Any
    ):  # type: ignore[no-untyped-def]
        with Store(study.database) as store, store.transaction():
            for line in lines:
                person = line.split("|")[0].strip()
                if person:
                    known = {"date_entretien": "2026-01-15"} | (people or {}).get(person, {})
                    save_respondent(store, person, known)
        table = read_table("parcours.xlsx", [Sheet(*lines, header=header)])
        return run(study, codebook, table=table, **chosen)

    return build


def codes(result: PathwaysResult) -> list[str]:
    return [problem.code for problem in result.problems]


def test_one_person_is_shown_without_a_typology(paths_of) -> None:  # type: ignore[no-untyped-def]
    result = paths_of(
        "P1 | 2010-01 | 2015-01 | Mende | parents |", "P1 | 2015-01 | | Mende | locataire_hlm |"
    )
    assert result.typology.verdict == "Il n'y a qu'un parcours : le voici tel qu'il est, sans typologie."
    assert result.types == {}
    assert (len(result.moves["P1"]), result.moves["P1"][0].scale) == (1, "commune")


def test_identical_paths_are_no_types(paths_of) -> None:  # type: ignore[no-untyped-def]
    result = paths_of(*(f"P{n} | 2010-01 | 2020-01 | Mende | parents |" for n in range(5)))
    assert result.typology.verdict == "Les 5 parcours sont identiques : il n'y a pas de types à distinguer."


def test_one_state_only_is_no_crash(paths_of) -> None:  # type: ignore[no-untyped-def]
    lines = [f"P{n} | {2000 + n}-01 | | Mende | proprietaire |" for n in range(8)]
    assert "Pas de typologie solide" in paths_of(*lines).typology.verdict


def test_few_people_have_no_solid_typology_and_the_sentence_says_why(paths_of) -> None:  # type: ignore[no-untyped-def]
    lines = []
    for n in range(6):
        lines += [
            f"P{n} | 2005-0{n + 1} | 2012-03 | Mende | parents |",
            f"P{n} | 2012-03 | | Laval | locataire_hlm |",
        ]
        lines += [f"Q{n} | 2001-0{n + 1} | | Mende | proprietaire |"]
    result = paths_of(*lines)
    assert result.typology.verdict.startswith("Pas de typologie solide (12 parcours, moins de 30")
    assert result.types == {}


def test_clear_types_are_named_and_kept(paths_of, study: Project) -> None:  # type: ignore[no-untyped-def]
    lines = []
    for n in range(20):
        lines += [
            f"P{n} | 2010-{n % 12 + 1:02d} | 2012-06 | Mende | parents |",
            f"P{n} | 2012-06 | | Laval | locataire_hlm |",
        ]
        lines += [f"Q{n} | 2010-{n % 12 + 1:02d} | | Mende | proprietaire |"]
    result = paths_of(*lines, types=2, date_draws=0, draws=10)
    assert result.typology.verdict.startswith("Typologie en 2 types, de structure forte")
    assert {label for _, label, _, _ in result.types.values()} == {
        "Chez ses parents › Locataire HLM",
        "Propriétaire",
    }
    assert sum(is_medoid for _, _, is_medoid, _ in result.types.values()) == 2
    assert {profile.kind for profile in result.profiles} == {"type"}
    assert result.profiles[0].portraits[0].strip[0].start


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (
            "P1 | 2015 | 2010 | Mende | parents |",
            "PATHWAY_END_BEFORE_START",
            "Le départ (2010) précède l'entrée (2015)",
        ),
        (
            "P1 | bientôt | 2010 | Mende | parents |",
            "PATHWAY_DATE",
            "« bientôt » n'est pas une date reconnue",
        ),
        ("P1 | | | Mende | parents |", "PATHWAY_NO_START", "La date d'entrée manque"),
        (
            "P1 | 2027 | | Mende | parents |",
            "PATHWAY_AFTER_INTERVIEW",
            "postérieure à l'entretien (2026-01-15)",
        ),
        ("P1 | 1950 | | Mende | parents |", "PATHWAY_BEFORE_BIRTH", "précède la naissance (1990)"),
        (
            "P1 | 2010 | | Mende | château |",
            "PATHWAY_TENURE",
            "« château » n'est pas un statut d'occupation connu",
        ),
        ("P1 | 2010 | | Mende | locatire_hlm |", "PATHWAY_TENURE", "Vouliez-vous dire « Locataire HLM » ?"),
        ("P1 | 2010 | | Mende | |", "PATHWAY_NO_TENURE", "Le statut d'occupation manque"),
        (
            "P1 | 2010 | | Marvejolz | parents |",
            "PATHWAY_COMMUNE_UNKNOWN",
            "Vouliez-vous dire « Marvejols » ?",
        ),
        ("P1 | 2010 | | Saint-Julien | parents |", "PATHWAY_COMMUNE_HOMONYM", "est le nom de"),
        (
            "P1 | 2010 | | Javols | parents |",
            "PATHWAY_COMMUNE_MERGED",
            "fait aujourd'hui partie de Peyre en Aubrac (48009)",
        ),
    ],
)
def test_a_doubtful_row_is_told_where_it_is(paths_of, line: str, code: str, message: str) -> None:  # type: ignore[no-untyped-def]
    people = {"P1": {"annee_naissance": "1990"}}
    result = paths_of(line, "P2 | 2010 | | Laval | parents |", people=people)
    (problem,) = [problem for problem in result.problems if problem.code == code]
    assert message in problem.message
    assert (problem.file, problem.sheet, problem.row) == ("parcours.xlsx", "Épisodes", 2)


@pytest.mark.parametrize(
    ("second", "code", "message"),
    [
        (
            "P1 | 2013-01 | 2016-01 | Mende | parents |",
            "PATHWAY_OVERLAP",
            "24 mois avant la fin du précédent (2010-01)",
        ),
        (
            "P1 | 2015-07 | 2016-01 | Mende | parents |",
            "PATHWAY_GAP",
            "Il manque 5 mois entre l'épisode précédent",
        ),
    ],
)
def test_overlaps_and_gaps_are_never_settled_silently(paths_of, second: str, code: str, message: str) -> None:  # type: ignore[no-untyped-def]
    result = paths_of("P1 | 2010-01 | 2015-01 | Mende | proprietaire |", second)
    (problem,) = [problem for problem in result.problems if problem.code == code]
    assert message in problem.message and problem.row == 3


def test_a_missing_departure_and_a_short_stay_are_told(paths_of) -> None:  # type: ignore[no-untyped-def]
    result = paths_of(
        "P1 | 2010-01 | | Mende | parents |",
        "P1 | 2012-01 | 2012-01 | Mende | foyer |",
        "P1 | 2012-02 | | Mende | locataire_hlm |",
    )
    assert {"PATHWAY_NO_END", "PATHWAY_ONE_MONTH"} <= set(codes(result))


def test_a_row_without_a_person_and_one_without_an_interview_date_are_told(
    study: Project, codebook: Codebook
) -> None:
    table = read_table(
        "p.xlsx", [Sheet(" | 2010 | | Mende | parents |", "P9 | 2010 | 2012 | Mende | parents |")]
    )
    result = run(study, codebook, table=table)
    assert {"PATHWAY_NO_ID", "PATHWAY_NO_INTERVIEW_DATE"} <= set(codes(result))


def test_odd_yes_no_satisfaction_and_decision_are_told(paths_of) -> None:  # type: ignore[no-untyped-def]
    header = HEADER + " | principal | satisfaction | decision"
    result = paths_of(
        "P1 | 2010 | | Mende | parents | | peut-être | 9 | bof",
        "P1 | 2000 | | | parents | | | |",
        header=header,
    )
    assert {"PATHWAY_YES_NO", "PATHWAY_SATISFACTION", "PATHWAY_STATE"} <= set(codes(result))
    assert result.proposed == 1


def test_thirty_percent_of_missing_dates_still_gives_paths(paths_of) -> None:  # type: ignore[no-untyped-def]
    lines = [
        f"P{n} | {'' if n % 3 == 0 else 2005 + n % 7} | | Mende | {('parents', 'proprietaire')[n % 2]} |"
        for n in range(30)
    ]
    result = paths_of(*lines, date_draws=3, draws=5)
    assert codes(result).count("PATHWAY_NO_START") == 10
    assert len(result.typology.sequences) == 20
    assert "typologie" in result.typology.verdict.lower()


def test_nothing_at_all_says_what_to_do(study: Project, codebook: Codebook) -> None:
    with pytest.raises(EnqueteError, match="Il n'y a encore aucun épisode résidentiel"):
        run(study, codebook)


def test_a_table_without_its_columns_is_refused() -> None:
    with pytest.raises(EnqueteError, match="il manque une colonne « id »"):
        read_table("p.xlsx", [Sheet("x | y", header="a | b")])
    with pytest.raises(EnqueteError, match="il manque une colonne « debut »"):
        read_table("p.xlsx", [Sheet("x | y", header="id | statut")])
    with pytest.raises(EnqueteError, match="aucun épisode sous la ligne d'en-tête"):
        read_table("p.xlsx", [Sheet()])


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"clock": "lunaire"}, "L'option « clock » vaut « lunaire »"),
        ({"minimum": "beaucoup"}, "un nombre entier positif"),
        ({"silhouette": "-1"}, "un nombre positif"),
    ],
)
def test_a_wrong_setting_says_what_it_expects(chosen: dict[str, str], message: str) -> None:
    with pytest.raises(EnqueteError, match="attend") as raised:
        settings({}, **chosen)
    assert message in str(raised.value)


def test_dates_by_date_distances_refuse_unequal_lengths(paths_of) -> None:  # type: ignore[no-untyped-def]
    lines = [f"P{n} | {2000 + n} | | Mende | parents |" for n in range(4)]
    with pytest.raises(EnqueteError, match="compare les parcours date par date"):
        paths_of(*lines, method="HAM")


def test_too_many_types_are_refused(paths_of) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EnqueteError, match="Vous demandez 9 types pour 2 parcours différents"):
        paths_of("P1 | 2010 | | Mende | parents |", "P2 | 2011 | | Mende | parents |", types=9)


def test_repeated_answers_become_episodes(
    questionnaire: Questionnaire, answer: Callable[..., RepeatedAnswer], codebook: Codebook
) -> None:
    answers = [
        answer("H1", "debut", 1, "2010-03-01", "A2"),
        answer("H1", "fin", 1, "2015-06-01", "B2"),
        answer("H1", "ou", 1, "Mende", "C2"),
        answer("H1", "occupation", 1, "locataire_prive", "D2"),
        answer("H1", "pourquoi", 1, "taille", "E2", label="Trop petit"),
        answer("H1", "debut", 2, "2015-06-01", "A3"),
    ]
    mapped, problems = mappings([questionnaire])
    reading = read_drafts(drafts(answers, mapped), alphabet(codebook), gazetteer())
    first, second = reading.episodes
    assert problems == []
    assert (spoken(first.start), spoken(first.end), first.tenure, first.commune) == (
        "2010-03",
        "2015-06",
        "locataire_prive",
        "48095",
    )
    assert first.attributes == {"leaving": "Trop petit"}
    assert second.tenure is None
    assert [(p.code, p.row) for p in reading.problems] == [("PATHWAY_NO_TENURE", 3)]


def test_a_mapping_to_a_question_never_asked_is_told(questionnaire: Questionnaire) -> None:
    from dataclasses import replace

    repeat = replace(questionnaire.repeats[0], pathway={"debut": "jamais", "couleur": "debut"})
    _, problems = mappings([replace(questionnaire, repeats=(repeat,))])
    assert [problem.code for problem in problems] == ["PATHWAY_QUESTION_MISSING", "PATHWAY_FIELD_UNKNOWN"]
    assert "« jamais »" in problems[0].message


def test_numbered_blocks_of_a_wide_table_become_episodes(paths_of) -> None:  # type: ignore[no-untyped-def]
    header = "id | logement1_debut | logement1_statut | logement2_debut | logement2_statut | debut"
    result = paths_of("P1 | 2010 | parents | 2015 | manoir |", header=header)
    assert [e.tenure for e in result.pathways["P1"].episodes] == ["parents", None]
    assert "PATHWAY_TENURE" in codes(result)


def test_an_ageven_grid_is_read(study: Project, codebook: Codebook) -> None:
    grid = Sheet(
        "2010 | parents | Mende",
        "2011 | |",
        "2012 | locataire_hlm | Laval",
        "2013 | |",
        header="Année | Résidence | Commune",
    )
    grid.name = "P7"
    result = run(study, codebook, table=read_table("grille.xlsx", [grid]))
    first, second = result.pathways["P7"].episodes
    assert (first.tenure, spoken(first.start), spoken(first.end)) == ("parents", "2010", "2012")
    assert (second.tenure, second.end) == ("locataire_hlm", None)


def test_a_year_that_is_none_is_told_in_the_grid() -> None:
    grid = Sheet("hier | parents | Mende", header="Année | Résidence | Commune")
    (problem,) = read_table("grille.xlsx", [grid]).problems
    assert problem.code == Code.AGEVEN_YEAR.name and "« hier » n'est pas une année" in problem.message


def test_a_sheet_of_people_says_who_they_are(study: Project, codebook: Codebook) -> None:
    people = Sheet(
        "P1 | seniors | 1950 | 2024-05-02 | 2,5",
        header="id | public | annee_naissance | date_entretien | poids",
    )
    told = Sheet("P1 | 2010 | | Mende | logement social |", "P2 | 2012 | | Mende | fjt |")
    result = run(study, codebook, table=read_table("p.xlsx", [people, told]))
    assert result.pathways["P1"].observed_until == "2024-05-02"
    assert result.ground.weights == {"P1": 2.5, "P2": 1.0}
    assert [e.tenure for e in (*result.pathways["P1"].episodes, *result.pathways["P2"].episodes)] == [
        "locataire_hlm",
        "foyer",
    ]
    assert [profile.id for profile in result.profiles] == ["seniors"]


def write(path: Path, *rows: list[object]) -> Path:
    workbook = Workbook()
    for row in rows:
        workbook.worksheets[0].append(row)
    workbook.save(path)
    return path


def test_the_command_writes_figures_and_a_workbook_that_comes_back_corrected(
    study: Project, enquete: Callable[..., Result], tmp_path: Path
) -> None:
    columns: list[object] = ["id", "debut", "fin", "commune", "statut"]
    rows: list[list[object]] = [
        ["P1", 2010, 2015, "Mende", "parents"],
        ["P1", 2015, None, "Laval", "locataire_hlm"],
    ]
    rows += [[f"P{n}", 2000 + n, None, "Mende", "proprietaire"] for n in range(2, 8)]
    source = write(tmp_path / "parcours.xlsx", columns, *rows)
    corrected = tmp_path / "corrige.xlsx"
    result = enquete("pathways", source, "--table", corrected, "--ageven", tmp_path / "ageven.xlsx")
    assert "7 parcours, 1 déménagement" in result.stdout.replace("\u00a0", " ")
    names = {path.name for path in (study.outputs / "parcours").iterdir()}
    assert {"frises.svg", "frises.png", "chronogramme.svg", "transitions.svg", "parcours.xlsx"} <= names
    svg = (study.outputs / "parcours" / "frises.svg").read_text(encoding="utf-8")
    assert 'role="img"' in svg and "<title>" in svg
    workbook = load_workbook(corrected)
    sheet = workbook["épisodes"]
    sheet["E3"] = "locataire_prive"
    workbook.save(corrected)
    enquete("pathways", corrected)
    with Store(study.database) as store:
        kept = [e for e in episodes(store) if e.respondent == "P1" and "corrige" in e.source]
    assert [e.tenure for e in kept] == ["parents", "locataire_prive"]
    assert all(e.state is EpisodeState.CONFIRMED for e in kept)


def test_the_command_prints_one_json_object(enquete: Callable[..., Result], tmp_path: Path) -> None:
    import json

    source = write(
        tmp_path / "p.csv.xlsx",
        ["id", "debut", "statut"],
        ["P1", 2010, "parents"],
        ["P2", "jadis", "parents"],
    )
    result = enquete("pathways", source, "--json", exit_code=1)
    found = json.loads(result.stdout)
    assert found["people"] == 2 and found["is_solid"] is False
    assert [p["code"] for p in found["problems"]].count("PATHWAY_DATE") == 1


def test_the_workbook_and_the_json_compare_publics(
    study: Project, enquete: Callable[..., Result], tmp_path: Path
) -> None:
    import json

    columns: list[object] = ["id", "debut", "fin", "statut"]
    rows: list[list[object]] = []
    for n in range(6):
        rows += [[f"S{n}", 1990 + n, None, "proprietaire"]]
        rows += [[f"A{n}", 2015 + n, 2022, "foyer"], [f"A{n}", 2022, None, "locataire_prive"]]
    with Store(study.database) as store, store.transaction():
        for n in range(6):
            known = {"date_entretien": "2026-01-15", "public": "habitant", "installation": "reussie"}
            save_respondent(store, f"S{n}", known)
            save_respondent(store, f"A{n}", known | {"public": "candidat", "installation": "echouee"})
    source = write(tmp_path / "parcours.xlsx", columns, *rows)
    found = json.loads(enquete("pathways", source, "--json").stdout)
    everybody = found["comparisons"][0]
    assert (everybody["public"], everybody["people"], everybody["verdict"]) == (
        "",
        12,
        "les parcours diffèrent",
    )
    assert found["barriers"] == []
    assert [(i["public"], i["succeeded"], i["failed"]) for i in found["installations"]] == [
        ("candidat", 0, 6),
        ("habitant", 6, 0),
    ]
    folder = study.outputs / "parcours"
    assert {"installations.svg", "logement_temporaire.svg"} <= {path.name for path in folder.iterdir()}
    workbook = load_workbook(folder / "parcours.xlsx")
    compared = [cell.value for cell in workbook["publics comparés"][2]]
    assert compared[1:3] == ["Tous (public)", 12]
    lasting = [[cell.value for cell in row] for row in workbook["durées temporaires"].iter_rows(min_row=2)]
    assert [row[1:4] for row in lasting] == [["Ensemble", 6, 6], ["Candidats à l'installation", 6, 6]]


def test_everybody_has_a_type_when_types_were_sought_among_some(
    paths_of, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("habitat_enquete.pathways.study._FEWEST", 40)
    monkeypatch.setattr("habitat_enquete.pathways.study._CELLS", 1.0)
    lines = []
    for n in range(30):
        lines += [
            f"P{n} | 2010-{n % 12 + 1:02d} | 2012-06 | Mende | parents |",
            f"P{n} | 2012-06 | | Laval | hlm |",
        ]
        lines += [f"Q{n} | 2010-{n % 12 + 1:02d} | | Mende | proprietaire |"]
    result = paths_of(*lines, types=2, date_draws=0, draws=10)
    assert result.typology.verdict.endswith(
        "Types cherchés parmi 40 parcours tirés au sort sur 60 ; les autres sont rangés avec le parcours type le plus proche."
    )
    names = {person: known[1] for person, known in result.types.items()}
    assert len(names) == 60
    assert {name for person, name in names.items() if person.startswith("Q")} == {"Propriétaire"}
    assert sum(profile.people for profile in result.profiles if profile.kind == "type") == 60


def test_the_home_of_ones_parents_is_no_temporary_housing() -> None:
    letters = alphabet(Codebook((), ()))
    assert [id for id in letters.ids if letters.is_temporary(id)] == [
        *("hebergement_tiers", "residence_etudiante", "foyer", "sans_domicile", "habitat_leger"),
    ]


def test_a_doubt_leads_to_its_row_whatever_the_order_of_rows(paths_of) -> None:  # type: ignore[no-untyped-def]
    result = paths_of(
        "P1 | 2015 | | Mende | hlm |",
        "P1 | 1990 | 1985 | Mende | parents |",
        "P2 | | 2001 | Mende | parents |",
    )
    rows = {(p.code, p.row) for p in result.problems}
    assert {("PATHWAY_END_BEFORE_START", 3), ("PATHWAY_NO_START", 4)} <= rows


def test_people_without_a_day_of_interview_are_told_together(paths_of) -> None:  # type: ignore[no-untyped-def]
    people = {f"P{n}": {"date_entretien": ""} for n in range(8)}
    result = paths_of(*(f"P{n} | 2010 | | Mende | hlm |" for n in range(8)), people=people)
    (told,) = [p for p in result.problems if p.code.startswith("PATHWAY_NO_INTERVIEW")]
    assert told.message.startswith("La date d'entretien de 8 personnes (P0, P1, P2, P3, P4, …) est inconnue")


def test_portraits_and_flows_are_told_in_the_workbook(paths_of) -> None:  # type: ignore[no-untyped-def]
    lines = [
        "P1 | 2010-01 | 2015-01 | Mende | parents |",
        "P1 | 2015-01 | | Laval | locataire_hlm | un emploi;le loyer",
    ]
    found = tables(paths_of(*lines, people={"P1": {"public": "habitant"}}))
    assert [row[4:8] for row in found["portraits"][1]] == [
        (1, "Chez ses parents", "Mende", "2010-01"),
        (2, "Locataire HLM", "Laval", "2015-01"),
    ]
    assert found["flux entre lieux"][1] == [
        ("Lozère (48)", "Mayenne (53)", 1, None, "un emploi (1), le loyer (1)")
    ]


def test_without_types_nor_publics_everybody_is_one_profile(paths_of) -> None:  # type: ignore[no-untyped-def]
    lines = [
        "P1 | 2010 | 2015 | Mende | parents |",
        "P1 | 2015 | | Laval | hlm | un emploi",
        "P2 | 2012 | | Laval | hlm |",
    ]
    (profile,) = paths_of(*lines).profiles
    assert (profile.label, profile.people, profile.moves) == ("Ensemble des personnes", 2, 1)
    assert [(count.label, count.people) for count in profile.motives] == [("un emploi", 1)]
