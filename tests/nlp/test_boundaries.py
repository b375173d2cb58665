"""Where unpunctuated speech is cut: the learned weights, and units a person can read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.nlp.annotate import annotate_text
from habitat_enquete.nlp.boundaries import Boundaries, boundaries, features, pack, unpack
from habitat_enquete.nlp.pipeline import load
from habitat_enquete.nlp.sentences import LONGEST, SHORTEST, cut_likeliest

SPEECH = (
    "alors moi je suis arrivée ici en septembre et puis on a cherché un appartement mais c'était trop cher "
    "donc on a pris une caravane chez un ami et après la mairie nous a proposé un logement communal "
    "je suis contente mais mon mari il voulait une maison avec un jardin"
)


def test_weights_are_read_back() -> None:
    learned = Boundaries(-1.5, {("w", "mais"): 2.0, ("c-1 c c+1", "NOUN", "CCONJ", "PRON"): 0.25})
    assert unpack(pack(learned)) == learned


def test_a_clause_opener_is_likelier_than_a_verb_after_its_subject() -> None:
    words = ["on", "cherchait", "un", "logement", "mais", "on", "trouvait", "rien"]
    classes = ["PRON", "VF", "DET", "NOUN", "CCONJ", "PRON", "VF", "PRON"]
    likely = boundaries().probabilities(words, classes)
    assert max(range(1, 8), key=likely.__getitem__) == 4
    assert (likely[0], len(likely)) == (1.0, 8)


def test_features_of_every_place_but_the_first() -> None:
    assert len(list(features(["a", "b", "c"], ["X", "X", "X"]))) == 2
    assert boundaries().probabilities([], []) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300))
def test_no_unit_is_longer_than_the_longest_nor_cut_at_its_edges(likely: list[float]) -> None:
    starts = cut_likeliest([True] + [False] * (len(likely) - 1), likely)
    bounds = [rank for rank, start in enumerate(starts) if start] + [len(likely)]
    lengths = [end - first for first, end in pairwise(bounds)]
    assert max(lengths) <= LONGEST
    assert len(lengths) == 1 or min(lengths) >= SHORTEST


@pytest.mark.model
def test_speech_without_a_full_stop_is_cut_into_clauses() -> None:
    annotated = annotate_text(SPEECH, load())
    units = [span.quote(SPEECH) for span in annotated.sentences()]
    assert " ".join(units) == SPEECH
    assert {"mais c'était trop cher", "donc on a pris une caravane chez un ami"} <= set(units)
    assert max(len(unit.split()) for unit in units) <= LONGEST


@pytest.mark.model
def test_a_line_end_always_cuts() -> None:
    text = "alors le loyer\nbon ben voilà"
    units = [span.quote(text) for span in annotate_text(text, load()).sentences()]
    assert units[0] == "alors le loyer"
