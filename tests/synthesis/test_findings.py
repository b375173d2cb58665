"""Findings are counted in people, ranked, and graded by a rule that is printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from habitat_enquete.model.codebook import Stage
from habitat_enquete.model.coding import State
from habitat_enquete.model.finding import EvidenceKind, Grade, Verdict
from habitat_enquete.model.pathway import Episode, Pathway
from habitat_enquete.model.reliability import Reliability
from habitat_enquete.report.wording import measure
from habitat_enquete.synthesis.crossings import cross
from habitat_enquete.synthesis.findings import rank
from habitat_enquete.synthesis.grade import grade
from habitat_enquete.synthesis.groups import check
from habitat_enquete.synthesis.register import mentions
from habitat_enquete.synthesis.settings import Group, Settings, read
from habitat_enquete.synthesis.stages import shares
from habitat_enquete.yamlsource import parse_mapping


def _ranks(findings):
    return [(f.code, f.rank, f.people, f.documents, f.mentions) for f in findings]


def test_people_count_more_than_mentions(material) -> None:
    said = [("E01", "credit", "La banque a dit non.")] * 4
    said += [("E02", "loyer_eleve", "C'est trop cher."), ("E03", "loyer_eleve", "Trop cher pour nous.")]
    assert _ranks(rank(material(said=said))) == [("loyer_eleve", 1, 2, 2, 2), ("credit", 2, 1, 1, 4)]


def test_each_polarity_has_its_own_ranking_and_equals_share_a_rank(material) -> None:
    said = [
        ("E01", "credit", "Non."),
        ("E02", "loyer_eleve", "Cher."),
        ("E01", "voisins", "Gentils."),
        ("E01", "jardin", "Un jardin."),
    ]
    findings = rank(material(said=said))
    assert [(f.code, f.polarity.value, f.rank) for f in findings] == [
        ("loyer_eleve", "barrier", 1),
        ("credit", "barrier", 1),
        ("voisins", "opportunity", 1),
        ("jardin", "neutral", 1),
    ]


def test_suggestions_and_rejections_are_never_counted(material) -> None:
    said = [("E01", "credit", "Non."), ("E02", "credit", "Refusé."), ("E03", "credit", "Jamais.")]
    study = material(said=said, states={2: State.SUGGESTED, 3: State.REJECTED})
    assert _ranks(rank(study)) == [("credit", 1, 1, 1, 1)]
    assert study.suggested == {"credit": 1}


def test_a_person_met_in_an_interview_and_in_the_survey_is_one_person(material) -> None:
    study = material(
        said=[("P7", "credit", "Refusé.")], written=[("P7", "credit", "La banque."), ("P8", "", "Rien.")]
    )
    (finding,) = rank(study)
    assert (finding.people, finding.base, finding.documents) == (1, 2, 2)
    assert (finding.interviews, finding.answers) == ((1, 1), (1, 2))


def test_people_who_withdrew_are_out_of_every_count(material) -> None:
    said = [("E01", "credit", "Non."), ("E02", "credit", "Refusé.")]
    (finding,) = rank(material(said=said, people={"E02": {"consentement": "non"}}))
    assert (finding.people, finding.base, finding.respondents) == (1, 1, ("E01",))


def test_findings_are_crossed_by_what_is_known_of_people(material) -> None:
    people = {
        "E01": {"public": "habitant", "publics_pd2h": "seniors;handicap", "commune": "Brionne"},
        "E02": {"public": "habitant"},
        "E03": {"public": "candidat", "commune": "96001"},
    }
    settings = Settings(communes={"96001": {"name": "Brionne", "epci": "pays"}})
    said = [("E01", "credit", "Non."), ("E02", "", "Bonjour."), ("E03", "credit", "Refusé.")]
    (finding,) = rank(material(said=said, people=people, settings=settings))
    assert finding.by == {
        "public": {"habitant": (1, 2), "candidat": (1, 1)},
        "publics_pd2h": {"seniors": (1, 1), "handicap": (1, 1)},
        "commune": {"96001": (2, 2)},
        "epci": {"pays": (2, 2)},
        "departement": {"96": (2, 2)},
    }


def test_the_interval_is_wilsons_and_weights_change_the_weighted_share_only(material) -> None:
    people = {"E01": {"poids": "3"}, "E02": {"poids": "1,0"}}
    (finding,) = rank(material(said=[("E01", "credit", "Non."), ("E02", "", "Oui.")], people=people))
    assert (finding.share, finding.weighted) == (0.5, 0.75)
    assert (round(finding.low, 3), round(finding.high, 3)) == (0.095, 0.905)


def test_a_weight_that_is_no_number_is_told(material) -> None:
    from habitat_enquete.errors import EnqueteError

    study = material(said=[("E01", "credit", "Non.")], people={"E01": {"poids": "lourd"}})
    with pytest.raises(EnqueteError, match=r"Le poids de la personne « E01 » n'est pas un nombre positif"):
        rank(study)


def test_the_same_people_link_two_codes(material) -> None:
    said = [(p, c, "Voilà.") for p in ("E01", "E02", "E03") for c in ("credit", "jardin")]
    said += [("E04", "credit", "Voilà.")]
    finding = rank(material(said=said))[0]
    (other,) = finding.cooccurring
    assert (other.code, other.people, other.jaccard) == ("jardin", 3, 0.75)


@pytest.mark.parametrize(
    ("ticked", "verdict"),
    [(10, Verdict.MORE_IN_SURVEY), (4, Verdict.AGREES), (0, Verdict.AGREES)],
)
def test_the_closed_question_is_set_beside_what_people_say(material, ticked: int, verdict: Verdict) -> None:
    said = [(f"E{n:02d}", "loyer_eleve" if n < 3 else "", "C'est cher.") for n in range(12)]
    answers = {f"R{n:02d}": ["loyer"] if n < ticked else ["autre"] for n in range(10)}
    (share,) = rank(material(said=said, ticked=answers))[0].survey
    assert (share.people, share.base, share.verdict) == (ticked, 10, verdict)
    assert share.label == "Qu'est-ce qui vous freine ?"


def test_four_respondents_are_too_few_to_compare(material) -> None:
    said = [(f"E{n:02d}", "loyer_eleve", "C'est cher.") for n in range(6)]
    (share,) = rank(material(said=said, ticked={f"R{n}": ["loyer"] for n in range(4)}))[0].survey
    assert share.verdict is Verdict.TOO_FEW


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"people": 1}, Grade.ISOLATED),
        ({"people": 4}, Grade.FRAGILE),
        ({"people": 30, "publics": 1}, Grade.FRAGILE),
        ({"people": 30, "agreement": 0.5}, Grade.FRAGILE),
        ({"people": 6}, Grade.SUPPORTED),
        ({"people": 30, "validated": 0.1}, Grade.SUPPORTED),
        ({"people": 30, "sources": 1}, Grade.SUPPORTED),
        ({"people": 30, "found": 0.6}, Grade.SUPPORTED),
        ({"people": 30, "found": 0.8, "agreement": 0.8}, Grade.SOLID),
        ({"people": 30, "agreement": 0.0}, Grade.FRAGILE),
        ({"people": 10}, Grade.SOLID),
        ({"people": 10, "sources": 1, "survey_agrees": True}, Grade.SOLID),
    ],
)
def test_the_grade_follows_the_printed_rule(facts: dict[str, object], expected: Grade) -> None:
    strong = {
        "publics": 2,
        "sources": 2,
        "validated": 0.5,
        "survey_agrees": False,
        "agreement": None,
        "found": None,
        "weak": 2,
    }
    assert grade(**(strong | facts)) is expected


def test_each_finding_is_graded_by_the_agreement_on_its_own_code(material) -> None:
    people = {f"E{n:02d}": {"public": "habitant" if n % 2 else "candidat"} for n in range(12)}
    said = [(person, code, "Dit.") for person in people for code in ("credit", "jardin")]
    measured = Reliability(coders=2, documents=12, alpha=0.7, by_code={"credit": 0.4})
    found = {f.code: f for f in rank(replace(material(said=said, people=people), reliability=measured))}
    assert (found["credit"].agreement, found["credit"].grade) == (0.4, Grade.FRAGILE)
    assert (found["jardin"].agreement, found["jardin"].grade) == (None, Grade.SUPPORTED)
    assert measure(found["credit"]).endswith("accord des codeurs\u00a0: α = 0,40.")
    assert measure(found["jardin"]).endswith("accord des codeurs\u00a0: non mesuré.")


def test_a_group_of_codes_counts_people_once_beside_its_members(material) -> None:
    settings = Settings(groups=(Group("argent", "L'argent manque", ("loyer_eleve", "credit")),))
    said = [("E01", "credit", "Non."), ("E01", "loyer_eleve", "Cher."), ("E02", "credit", "Refusé.")]
    study = material(said=said, settings=settings)
    found = rank(study)
    assert _ranks(found) == [("argent", 1, 2, 2, 3), ("credit", 1, 2, 2, 2), ("loyer_eleve", 3, 1, 1, 1)]
    assert found[0].members == (("credit", "Crédit refusé", 2), ("loyer_eleve", "Loyer trop élevé", 1))
    assert (found[0].levers, found[0].cooccurring) == (("aide",), ())
    assert mentions(study) == mentions(material(said=said))


def test_a_code_of_a_group_that_the_codebook_ignores_is_told(material) -> None:
    (problem,) = check(material().codebook, (Group("argent", "Argent", ("credit", "loyer_elevé"), line=4),))
    assert problem.message == (
        "enquete.yaml, ligne 4 : « loyer_elevé » n'est ni un code ni un levier de la grille. Vouliez-vous dire "
        "« loyer_eleve » ? Corrigez ce nom ou ajoutez-le à codebook.yaml."
    )


def test_groups_are_read_from_the_settings() -> None:
    text = "findings:\n  - label: L'argent manque\n    codes: [credit, loyer_eleve]\n"
    (group,) = read(parse_mapping(text, file="enquete.yaml")).groups
    assert (group.id, group.label, group.codes) == (
        "l_argent_manque",
        "L'argent manque",
        ("credit", "loyer_eleve"),
    )


def test_a_finding_is_qualified_by_the_contrary_said_in_the_same_public(material) -> None:
    people = {p: {"public": "habitant"} for p in ("E01", "E02")} | {"E03": {"public": "candidat"}}
    said = [
        ("E01", "mefiance", "On nous regarde de travers."),
        ("E02", "voisins", "Les voisins nous ont aidés tout de suite."),
        ("E03", "voisins", "Ils sont très accueillants par ici."),
    ]
    found = {f.code: f.counter for f in rank(material(said=said, people=people))}
    assert [(e.respondent, e.kind) for e in found["mefiance"]] == [("E02", EvidenceKind.COUNTER)]
    assert [e.respondent for e in found["voisins"]] == ["E01"]


def test_the_department_comes_from_the_commune_when_nobody_gave_it(material) -> None:
    people = {"E01": {"commune": "48095"}, "E02": {"commune": "2A004"}, "E03": {"commune": "Brionne"}}
    study = material(said=[(p, "credit", "Non.") for p in people], people=people)
    assert study.bases("departement") == {"48": 1, "2A": 1}


def test_without_types_people_are_crossed_by_their_present_tenure(material) -> None:
    episode = Episode("E01", 1, None, None, tenure="locataire")
    study = replace(
        material(said=[("E01", "credit", "Non."), ("E02", "", "Oui.")]),
        pathways={
            "E01": Pathway("E01", (episode,)),
            "E02": Pathway("E02", (replace(episode, tenure="hlm"),)),
        },
    )
    (crossing,) = cross(study, rank(study))
    assert crossing.label == "Statut d'occupation actuel"
    assert [value.id for value in crossing.values] == ["hlm", "locataire"]


def test_a_stage_counts_the_people_who_told_of_a_move(material) -> None:
    plain = material().codebook
    codebook = replace(
        plain,
        stages=(Stage("recherche", "La recherche"),),
        codes=tuple(
            replace(code, stages=("recherche",)) if code.id in ("credit", "voisins") else code
            for code in plain.codes
        ),
    )
    said = [
        ("E01", "credit", "Non."),
        ("E02", "credit", "Non."),
        ("E02", "voisins", "Oui."),
        ("E03", "jardin", "Oh."),
    ]
    study = replace(material(said=said, codebook=codebook), moved=frozenset({2}))
    (stage,) = shares(study)
    assert (stage.barriers, stage.opportunities, stage.moved, stage.base) == (2, 1, 1, 3)


def test_nobody_said_anything_gives_no_finding(material) -> None:
    assert rank(material()) == ()


def test_nothing_of_who_withdrew_is_counted_not_even_their_words(material) -> None:
    from habitat_enquete.synthesis.corpus import describe
    from habitat_enquete.synthesis.saturation import saturate

    said = [("E01", "credit", "Le crédit est refusé."), ("E02", "credit", "À moi aussi, refusé trois fois.")]
    study = material(said=said, people={"E02": {"consentement": "non"}})
    corpus, saturation = describe(study), saturate(study)
    assert (corpus.interviews, corpus.words, corpus.turns, corpus.withdrawn) == (1, 4, 1, 1)
    assert saturation is not None and [step.document for step in saturation.steps] == ["E01.docx"]
