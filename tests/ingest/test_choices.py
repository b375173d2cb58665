"""Choices joined in a cell are found again, whatever joins them and however their labels overlap."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat_enquete.ingest.answers.choices import ChoiceSet, Token, fold, missing_state, numbered_choices
from habitat_enquete.model.questionnaire import Choice
from habitat_enquete.model.response import AnswerState

_WORDS = st.lists(
    st.sampled_from(["la", "famille", "prix", "du", "logement", "emploi", "été", "l'eau"]),
    min_size=1,
    max_size=4,
)
_LABELS = st.lists(_WORDS.map(" ".join), min_size=1, max_size=6, unique=True)


def _longest_is_safe(labels: list[str]) -> bool:
    """No label begins with another followed by a word: the space would then be ambiguous whatever one does."""
    return not any(a != b and (f" {b} ".find(f" {a} ") >= 0) for a in labels for b in labels)


@settings(max_examples=150, deadline=None)
@given(_LABELS, st.sampled_from([" ", ", ", ",", ";", " ; ", "|", "\n", "/"]), st.data())
def test_any_selection_of_labels_is_found_again(
    labels: list[str], separator: str, data: st.DataObject
) -> None:
    choices = tuple(Choice(f"c{rank}", label.capitalize()) for rank, label in enumerate(labels))
    chosen = data.draw(st.lists(st.sampled_from(choices), min_size=1, unique_by=lambda choice: choice.name))
    if separator == " " and not _longest_is_safe(labels):
        return
    text = separator.join(choice.label for choice in chosen)
    assert [token.choice for token in ChoiceSet(choices).tokens(text)] == [choice.name for choice in chosen]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("emploi retraite", [Token("emploi", "emploi"), Token(None, "retraite")]),
        (
            "Un emploi, La famille, les proches",
            [Token("emploi", "un emploi"), Token("famille", "la famille, les proches")],
        ),
        ("emploi;emploi", [Token("emploi", "emploi"), Token("emploi", "emploi")]),
        ("employeur", [Token(None, "employeur")]),
        ("", []),
    ],
)
def test_words_that_name_no_choice_are_kept_as_typed(text: str, expected: list[Token]) -> None:
    choices = ChoiceSet((Choice("emploi", "Un emploi"), Choice("famille", "La famille, les proches")))
    assert choices.tokens(text) == expected


def test_a_label_never_hides_a_code() -> None:
    choices = ChoiceSet((Choice("1", "2"), Choice("2", "Deux")))
    assert choices.named("2") == "2"


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        (Choice("x", "Ne sait pas"), AnswerState.DONT_KNOW),
        (Choice("x", "Je ne sais pas"), AnswerState.DONT_KNOW),
        (Choice("nsp", "?"), AnswerState.DONT_KNOW),
        (Choice("x", "Ne souhaite pas répondre"), AnswerState.REFUSED),
        (Choice("x", "Non réponse"), AnswerState.NO_ANSWER),
        (Choice("x", "Autre", missing="so"), AnswerState.NOT_ASKED),
        (Choice("nr", "Sans réponse", missing="nr"), AnswerState.NO_ANSWER),
        (Choice("loc", "Locataire"), None),
    ],
)
def test_choices_that_stand_for_no_answer_are_known(choice: Choice, state: AnswerState | None) -> None:
    assert missing_state(choice) is state


_FIVE = tuple(Choice(name, name) for name in ("a", "b", "autre", "d", "e"))


@pytest.mark.parametrize(
    ("seen", "fifth"),
    [({1, 2, 4}, "e"), ({1, 5}, "e")],
)
def test_other_asked_apart_has_a_number_only_if_the_numbers_need_it(seen: set[int], fifth: str) -> None:
    numbered = numbered_choices(_FIVE, seen, other_apart=True)
    assert numbered[max(seen) - 1].name == fifth


def test_folding_forgets_case_spaces_and_apostrophes() -> None:
    assert fold("  L’ÉTÉ\u00a0 ") == fold("l'été")
