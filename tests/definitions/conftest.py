"""A questionnaire that uses everything, and a way to compare definitions whatever they were read from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_yaml
from habitat_enquete.model.questionnaire import Questionnaire

STUDY = """
id: lozere
titre: {fr: "Enquête logement", en: "Housing survey"}
version: "3"
langues: [fr, en]
repondant: {id: pseudo, cle: [_id, KEY]}
consentement: {question: accord, valeur: OK}
non_reponse: {nsp: {code: nsp, label: "Ne sait pas"}}
public: habitant
listes:
  statut:
    - {name: loc, label: {fr: "Locataire", en: Tenant}, aliases: [location], insee: "20"}
    - {name: autre, label: "Autre (préciser)", preciser: oui}
  motif:
    - {name: "01004", label: "=Emploi"}
    - {name: nsp, label: "NSP", manquant: nsp, exclusif: oui}
questions:
  - {type: start, name: debut_saisie}
  - {type: acknowledge, name: accord, label: "J'accepte", required: true}
  - group: profil
    label: Profil
    relevant: "${accord} = 'OK'"
    questions:
      - {type: integer, name: age, label: "Âge", constraint: ". > 15 or . = 0", message: {fr: "Trop jeune", en: "Too young"}, niveau: informatif, attribut: age}
      - {type: select_one, list: statut, name: statut, label: "Statut"}
      - group: revenus
        questions:
          - {type: decimal, name: loyer, label: Loyer, unite: "€", obligatoire_si: "${statut} = 'loc'"}
  - {type: select_multiple, list: motif, name: motifs, label: Motifs, max: 2, constraint: "selected(., '01004') or count-selected(.) > 0", alias: [raisons]}
  - {type: matrix, list: statut, name: satis, label: Satisfaction, lignes: [{name: loyer, label: "du loyer", alias: [l]}, {name: bruit, label: "du calme"}]}
  - repeat: episode
    label: Épisode
    count: "3"
    parcours: {debut: arrivee}
    questions:
      - {type: date, name: arrivee, label: Arrivée, precision: mois}
  - {type: image, name: photo, label: Photo}
  - {type: text, name: freins, label: Freins, coder: oui, multiligne: oui, consigne: Notez tout, aide: Relancez}
quotas: [{nom: Statut, question: statut, cibles: {loc: 10}}]
"""
_PLACES = {"line", "lines", "sha256", "source", "sheet", "columns", "language_names", "settings"}


@pytest.fixture
def study_text() -> str:
    """The questionnaire as text."""
    return STUDY


@pytest.fixture
def habitants() -> Questionnaire:
    """The questionnaire, read."""
    questionnaire = parse_yaml(STUDY, file="lozere.yaml")
    assert isinstance(questionnaire, Questionnaire)
    return questionnaire


@pytest.fixture
def without_places() -> Callable[[Any], Any]:
    """Turns a definition into plain values, without the places it was read from."""
    return _without_places


def _without_places(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {
            each.name: _without_places(getattr(value, each.name))
            for each in dataclasses.fields(value)
            if each.name not in _PLACES
        }
    if isinstance(value, tuple | list):
        return [_without_places(each) for each in value]
    if isinstance(value, dict):
        return {key: _without_places(each) for key, each in value.items()}
    return value
