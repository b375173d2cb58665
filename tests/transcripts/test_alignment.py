"""Codings find their words again in a corrected transcript."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.model.alignment import Alignment, anchored
from habitat_enquete.model.span import Span

OLD = "ENQ : Et le loyer ?\nLe loyer était trop cher pour nous.\nVoilà.\n"


def quote(old: str, new: str, words: str) -> str | None:
    start = old.index(words)
    found = anchored(Span(start, start + len(words)), old, new)
    return None if found is None else found.quote(new)


@pytest.mark.parametrize(
    ("new", "words", "expected"),
    [
        (OLD, "trop cher", "trop cher"),
        ("Titre ajouté\n" + OLD, "trop cher", "trop cher"),
        (OLD.replace("Voilà.\n", ""), "trop cher", "trop cher"),
        (OLD.replace("trop cher", "vraiment trop cher"), "trop cher", "trop cher"),
        (OLD.replace("trop cher pour", "trop très cher pour"), "trop cher pour", "trop très cher pour"),
        (OLD.replace("était trop cher pour nous", "etait trop cher pour nous"), "était trop cher", "etait trop cher"),
        (OLD.replace("Le loyer était trop cher pour nous.", "Bref."), "trop cher", None),
        ("Rien de commun.", "trop cher pour nous", None),
        ("Voilà.\nLe loyer était trop cher pour nous.\nENQ : Et le loyer ?\n", "Le loyer était trop cher pour nous.",
         "Le loyer était trop cher pour nous."),
    ],
)  # fmt: skip
def test_a_quote_is_found_again_or_said_gone(new, words, expected):
    assert quote(OLD, new, words) == expected


TEXT = st.text(alphabet="ab \n", max_size=60)


@given(TEXT, TEXT, st.data())
def test_an_anchor_always_lies_in_the_new_text(old, new, data):
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    found = anchored(Span(start, end), old, new)
    assert found is None or found.end <= len(new)


@given(TEXT, st.data())
def test_nothing_moves_when_nothing_changes(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = anchored(Span(start, end), text, text)
    assert found == Span(start, end) or not any(map(str.isalnum, text[start:end]))


@given(st.text(alphabet="abcdefgh \n", min_size=20, max_size=80), TEXT, TEXT)
def test_words_added_around_move_a_span_by_their_length(text, before, after):
    found = anchored(Span(0, len(text)), text, f"{before}\n{text}\n{after}")
    assert found is None or len(found) >= len(text) / 2


def test_every_line_of_a_long_interview_may_change():
    old = "\n".join(
        f"Le tour numéro {n} parle du loyer, de la chambre et du jardin de la maison." for n in range(1200)
    )
    new = "Titre\n" + old.replace("loyer", "prix du loyer").replace("jardin", "garage")
    alignment = Alignment(old, new)
    for n in (0, 600, 1199):
        start = old.index("loyer, de la chambre", old.index(f"numéro {n} "))
        found = alignment.anchored(Span(start, start + 20))
        assert found == Span(new.index("loyer, de la chambre", new.index(f"numéro {n} ")), found.end)
        assert found.quote(new) == "loyer, de la chambre"
