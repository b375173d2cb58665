"""The catalogue: French, located, telling what to do next."""

from __future__ import annotations

import string

import pytest

from habitat_enquete.errors import Code, EnqueteError, Severity, problem


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_a_sentence_of_the_catalogue_is_a_whole_french_sentence(code: Code) -> None:
    assert code.value[0].isupper() or code.value[0] in "«{"
    assert code.value.rstrip()[-1] in ".?!»]'}", code.name
    assert "  " not in code.value


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_a_sentence_of_the_catalogue_has_named_fields_only(code: Code) -> None:
    fields = [field for _, field, _, _ in string.Formatter().parse(code.value) if field is not None]
    assert all(field.isidentifier() for field in fields), fields


def test_an_error_says_where_what_and_what_to_do() -> None:
    error = EnqueteError(Code.FILE_MISSING, file="reponses.xlsx")
    assert str(error) == (
        "Le fichier « reponses.xlsx » n'existe pas. Vérifiez son nom et le dossier où vous tapez la commande."
    )


def test_a_problem_names_its_cell() -> None:
    found = problem(
        Code.FILE_EMPTY, severity=Severity.WARNING, file="r.xlsx", sheet="Réponses", row=41, column="D"
    )
    assert found.place == "r.xlsx, Réponses!D41"
    assert found.message.startswith("Le fichier « r.xlsx » est vide")
