"""Which questions had to be asked, which rules an answer breaks."""

from __future__ import annotations

import pytest

from habitat_enquete.ingest.answers.routing import Routing, Rule, Violation, constraint_of
from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_yaml
from habitat_enquete.ingest.expressions.evaluation import Answers


@pytest.fixture
def questionnaire():
    return parse_yaml(
        """
listes: {motif: [{nom: emploi, libelle: Emploi}, {nom: prix, libelle: Prix}, {nom: nsp, libelle: NSP, exclusif: oui}]}
questions:
  - {type: texte, nom: precision, libelle: P, filtre: "${loyer} > 500"}   # looks at a question asked later
  - {type: accord, nom: accord, libelle: A, obligatoire: oui}
  - groupe: profil
    filtre: ${accord} = 'OK'
    questions:
      - {type: choix_unique, nom: statut, libelle: S, modalites: [prop, loc], obligatoire: oui}
      - {type: decimal, nom: loyer, libelle: L, filtre: "${statut} = 'loc'", contrainte: ". < 5000", niveau: informatif}
      - {type: choix_multiple, liste: motif, nom: motifs, libelle: M, max: 1}
  - boucle: episode
    questions:
      - {type: date, nom: debut, libelle: D}
      - {type: date, nom: fin, libelle: F, contrainte: ". >= ${debut}", filtre: "position(..) > 1"}
  - {type: texte, nom: externe, libelle: E, filtre: "pulldata('a', 'b', 'c', 'd') = '1'", obligatoire_si: "${statut} = 'prop'"}
""",
        file="f.yaml",
    )


def test_the_way_of_a_tenant(questionnaire):
    routing = Routing.of(questionnaire)
    answers = Answers({"accord": "OK", "statut": "loc", "loyer": "600"}, {"episode": [{}, {}]})
    assert routing.follow(answers).not_asked == {("fin", 1)}


def test_a_condition_closes_everything_behind_it(questionnaire):
    routing = Routing.of(questionnaire)
    answers = Answers({"accord": "", "statut": "loc", "loyer": "600", "precision": "cher"})
    followed = routing.follow(answers)
    assert followed.not_asked == {("statut", 0), ("loyer", 0), ("motifs", 0), ("precision", 0)}
    assert dict(followed.answers.values) == {"accord": ""}
    assert dict(answers.values)["statut"] == "loc", "what was given is never changed"
    assert sorted(routing.violations(answers, followed), key=str) == sorted(
        [
            Violation("accord", 0, Rule.REQUIRED),
            Violation("statut", 0, Rule.RELEVANT),
            Violation("loyer", 0, Rule.RELEVANT),
            Violation("precision", 0, Rule.RELEVANT),
        ],
        key=str,
    )


def test_constraints_hold_on_answers_only(questionnaire):
    routing = Routing.of(questionnaire)
    answers = Answers(
        {"accord": "OK", "statut": "loc", "loyer": "9000", "motifs": "emploi prix", "precision": "x"},
        {"episode": [{"debut": "2020-01-01"}, {"debut": "2020-01-01", "fin": "2019-01-01"}]},
    )
    assert routing.violations(answers, routing.follow(answers)) == [
        Violation("loyer", 0, Rule.CONSTRAINT, warns=True),
        Violation("motifs", 0, Rule.CONSTRAINT),
        Violation("fin", 2, Rule.CONSTRAINT),
    ]


def test_conditional_requirement_and_uncomputable_condition(questionnaire):
    routing = Routing.of(questionnaire)
    answers = Answers({"accord": "OK", "statut": "prop"})
    followed = routing.follow(answers)
    assert routing.ignored == (("externe", "pulldata('a', 'b', 'c', 'd') = '1'"),)
    assert ("externe", 0) not in followed.not_asked
    assert routing.violations(answers, followed) == [Violation("externe", 0, Rule.REQUIRED)]


def test_implied_constraints_are_written_as_expressions(questionnaire):
    assert constraint_of(questionnaire, questionnaire.question("motifs")) == (
        "count-selected(.) <= 1 and not(selected(., 'nsp') and count-selected(.) > 1)"
    )


def test_a_cycle_of_conditions_does_not_hang():
    cyclic = parse_yaml(
        "questions: [{nom: a, filtre: \"${b} != ''\"}, {nom: b, filtre: \"${a} != ''\"}]", file="f.yaml"
    )
    assert Routing.of(cyclic).follow(Answers({"a": "1", "b": "1"})).not_asked == frozenset()
