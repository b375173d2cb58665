"""What is written beside the words leaves the text, never the document."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.ingest.interviews.assembly import document
from habitat_enquete.ingest.interviews.marks import set_apart
from habitat_enquete.ingest.interviews.speakers import conversation
from habitat_enquete.ingest.transcripts import plain, subtitles
from habitat_enquete.ingest.transcripts.passages import Passage, cleaned
from habitat_enquete.ingest.transcripts.times import seconds
from habitat_enquete.model.text import AnnotationKind, Source, normalised


@pytest.mark.parametrize(
    ("written", "text", "kind", "content"),
    [
        ("On est partis [rires] en mars.", "On est partis en mars.", "event", "[rires]"),
        ("(rires) On est partis.", "On est partis.", "event", "(rires)"),
        ("On est partis (petit rire).", "On est partis.", "event", "(petit rire)"),
        ("On est *rires* partis.", "On est partis.", "event", "*rires*"),
        ("Là [geste vers le poêle] il fait froid.", "Là il fait froid.", "event", "[geste vers le poêle]"),
        ("Alors (silence) oui.", "Alors oui.", "pause", "(silence)"),
        ("Alors (3s) oui.", "Alors oui.", "pause", "(3s)"),
        ("Alors (long silence) oui.", "Alors oui.", "pause", "(long silence)"),
        ("Alors (...) oui.", "Alors oui.", "pause", "(...)"),
        ("Il habite à [inaudible] depuis.", "Il habite à depuis.", "doubt", "[inaudible]"),
        ("Il habite /ou, où/ il peut.", "Il habite ou il peut.", "doubt", "/ou, où/"),
        ("C'est [00:12:30] loin.", "C'est loin.", "time", "[00:12:30]"),
        ("C'est #00:12:30-5# loin.", "C'est loin.", "time", "#00:12:30-5#"),
        ("C'est (1:02) loin.", "C'est loin.", "time", "(1:02)"),
        ("Oui [NDLR : rire gêné] bon.", "Oui bon.", "note", "[NDLR : rire gêné]"),
        ("Oui[rires]non", "Oui non", "event", "[rires]"),
        ("Oui ((tape du poing)) non", "Oui non", "event", "((tape du poing))"),
        ("(Rires.) Oui.", "Oui.", "event", "(Rires.)"),
        ("(en riant) Oui.", "Oui.", "event", "(en riant)"),
        ("(ton ironique) Bien sûr.", "Bien sûr.", "event", "(ton ironique)"),
        ("(inaudible 00:12:03) oui", "oui", "doubt", "(inaudible 00:12:03)"),
        ("(inaud.) oui", "oui", "doubt", "(inaud.)"),
        ("<00:01:02> oui", "oui", "time", "<00:01:02>"),
        ("oui (h)euh non", "oui euh non", "event", "(h)"),
        ("le loyer:: il monte", "le loyer il monte", "event", "::"),
        ("j'ai xx compris", "j'ai compris", "doubt", "xx"),
    ],
)
def test_a_sign_of_the_transcriber_is_set_apart(written, text, kind, content):
    passage = set_apart(Passage(written))
    assert passage.text == text
    assert [(mark.kind, mark.content) for mark in passage.marks] == [(kind, content)]


@pytest.mark.parametrize(
    "words",
    ["J'habite à [commune] depuis 2019.", "Le T3 (avec balcon) était libre.", "Rendez-vous à 12:30 demain.", "Un T2 + un garage.",
     "Voir http://exemple.fr.", "Il fait 20° dehors.", "Monsieur XX est venu.", "locataire(s) et voisin(e)s", "Il a dit : oui.",
     "En 2019/2020, la location/vente.", "Entre 500 et 600 € (charges comprises).", "[Prénom] est venue.", "Il fait 5*3 mètres."],
)  # fmt: skip
def test_words_in_brackets_stay_words(words):
    assert set_apart(Passage(words)).text == words


def test_a_lone_plus_is_a_pause_only_where_it_often_is():
    assert set_apart(Passage("on est + partis ++ hier"), plus=True).text == "on est partis hier"
    assert set_apart(Passage("un T2 + un garage"), plus=False).text == "un T2 + un garage"
    assert set_apart(Passage("bon // euh / oui"), plus=True).text == "bon euh oui"


def test_signs_around_words_leave_the_words():
    laughed = set_apart(Passage("<rire>oui</rire> c'est °doucement dit° hein"))
    assert laughed.text == "oui c'est doucement dit hein"
    assert [mark.content for mark in laughed.marks] == ["<rire>", "</rire>", "°", "°"]


@pytest.mark.parametrize(
    ("written", "time"),
    [("0:01", 1.0), ("1:02:03", 3723.0), ("00:00:12,500", 12.5), ("12:34.5", 754.5), ("00:00:12-5", 12.5), ("7: 37", 457.0),
     ("1h02", 3720.0), ("12'34", 754.0), ("3min05", 185.0), ("0:99", None), ("demain", None), ("", None)],
)  # fmt: skip
def test_times_as_people_write_them(written, time):
    assert seconds(written) == time


WORDS = st.sampled_from(
    ["loyer", "l'été", "où ?", "Marie :", "ENQ :", "[rires]", "(silence)", "[00:12]", "/ou, où/", "+", "–", "- oui", "Q.", "R :",
     "e\u0301te\u0301", "\u00a0", "\t", ">>", "**gras**", "1", "M. Petit (maire) :", "[Chercheur] (0:01 - 0:02)", "...", "00:00:01,000 --> 00:00:02,000"]
)  # fmt: skip
TEXTS = st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=25).map("\n".join)


def letters(text: str) -> Counter[str]:
    """The words of a text, whatever stands around them."""
    return Counter("".join(c if c.isalnum() or c in "'’" else " " for c in cleaned(text)).split())


def told(transcript):
    return document(transcript, Source("E01.txt", "0" * 64), id="E01")[0]


@given(TEXTS)
def test_no_word_is_ever_lost_between_text_and_annotations(text):
    found = told(plain.read(normalised(text)))
    beside = Counter()
    for annotation in found.annotations:
        if annotation.kind is AnnotationKind.EMPHASIS or (
            annotation.kind is AnnotationKind.HEADER and len(annotation.at)
        ):
            continue
        beside += letters(annotation.content)
        beside -= letters(annotation.at.quote(found.text))  # the heard word of /ou, où/ stands in both
    assert letters(found.text) + beside == letters(text)


@given(TEXTS)
def test_spans_are_valid_and_the_text_is_normalised(text):
    found = told(plain.read(normalised(text), markdown=True))
    assert found.text == normalised(found.text)
    assert all(a.at.end <= len(found.text) for a in found.annotations)
    last = 0
    for rank, turn in enumerate(found.turns):
        assert turn.index == rank
        assert turn.span.start >= last
        assert turn.span.end <= len(found.text)
        assert turn.span.quote(found.text).strip() == turn.span.quote(found.text) != ""
        last = turn.span.end
    for annotation in found.annotations:
        if annotation.kind is AnnotationKind.EMPHASIS:
            assert annotation.content == annotation.at.quote(found.text)


@given(TEXTS)
def test_every_turn_has_a_speaker_with_a_role(text):
    found = told(plain.read(normalised(text)))
    labels = [speaker.label for speaker in found.speakers]
    assert len(set(labels)) == len(labels)
    assert {turn.speaker for turn in found.turns} <= set(labels)


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_crash(text):
    found = told(plain.read(cleaned(text), markdown=True))
    assert found.text == normalised(found.text)


@given(TEXTS)
def test_any_subtitles_are_read_without_a_crash(text):
    assert conversation(subtitles.read(normalised(text), file="E01.srt").passages).utterances is not None
