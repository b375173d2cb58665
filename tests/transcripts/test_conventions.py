"""Every way of writing a speaker, every pair of labels: the turns that were written are the turns read, to the word."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import pytest

from .conftest import Interview

Exchange = tuple[int, str, int, int]  # who (0 asks), words, start and end in seconds
Form = Literal["NFC", "NFD"]
Write = Callable[[str, str, int, int], list[str]]

QUESTIONS = (
    "Vous êtes arrivés quand dans la commune ?",
    "D'accord. Et avant, vous habitiez où ?",
    "Donc, si je comprends bien : vous étiez locataires ?",
    "Pourquoi ?",
    "Est-ce que la mairie vous a aidés (ou l'intercommunalité) ?",
    "Racontez-moi un peu votre parcours.",
)
ANSWERS = (
    "C'était compliqué : on cherchait un T3, et il n'y avait rien.",
    "Ben écoutez, c'est ma sœur qui a vu l'annonce - enfin, je crois.",
    "Le maire m'a dit : « on n'a rien pour vous », alors j'ai attendu.",
    "Oui.",
    "On paye six cents euros (charges comprises), c'est correct.",
    "Il y a deux choses : le prix, la distance.",
    "Résultat : on a pris une caravane pendant six mois.",
    "10 h 30 c'est l'heure du car, après y a plus rien.",
    "Attention, je ne dis pas que c'est leur faute.",
    "En fait, Marie avait raison.",
)
LABELS = (
    ("ENQ", "LOC"), ("Enquêteur", "Enquêtée"), ("Q", "R"), ("E1", "H1"), ("Marie", "Paul"), ("MD", "JP"),
    ("Chercheuse", "Mme Roche"), ("Claire Morel", "Jean-Luc Da Silva"), ("Int.", "Hab."), ("Speaker 1", "Speaker 2"),
    ("Enquêtrice", "M. Petit"), ("Étudiante", "Habitante 3"), ("enq", "marie"), ("Interviewer", "Personne interrogée"),
)  # fmt: skip


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _short(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


CONVENTIONS: dict[str, Write] = {
    "colon": lambda who, words, start, end: [f"{who} : {words}"],
    "glued colon": lambda who, words, start, end: [f"{who}: {words}"],
    "dash": lambda who, words, start, end: [f"{who} - {words}"],
    "long dash": lambda who, words, start, end: [f"{who} – {words}"],
    "bracket and times": lambda who, words, start, end: [f"[{who}] ({_short(start)} - {_short(end)})", words],
    "bracket": lambda who, words, start, end: [f"[{who}] {words}"],
    "angle": lambda who, words, start, end: [f"<{who}> {words}"],
    "own line": lambda who, words, start, end: [who, words, ""],
    "own line, colon": lambda who, words, start, end: [f"{who} :", words],
    "own line, time": lambda who, words, start, end: [f"{who}  {_short(start)}", words, ""],
    "tab": lambda who, words, start, end: [f"{who}\t{words}"],
    "column of blanks": lambda who, words, start, end: [f"{who}          {words}"],
    "time after": lambda who, words, start, end: [f"{who} ({_clock(start)}) : {words}"],
    "time first": lambda who, words, start, end: [f"[{_clock(start)}] {who} : {words}"],
    "time on its line": lambda who, words, start, end: [_clock(start), f"{who} : {words}", ""],
    "bullet": lambda who, words, start, end: [f"- {who} : {words}"],
    "stars": lambda who, words, start, end: [f"**{who}** : {words}"],
    "quotes": lambda who, words, start, end: [f"{who} : « {words} »"],
}
SIGNS: dict[str, Write] = {
    "parentheses": lambda who, words, start, end: [f"({who}) {words}"],
    "slash": lambda who, words, start, end: [f"{who}/ {words}"],
    "arrow": lambda who, words, start, end: [f"{who} > {words}"],
}


def dialogue(seed: int) -> list[Exchange]:
    """Sixteen turns, who asks first."""
    rng = random.Random(seed)
    exchanges, time = [], 0
    for rank in range(16):
        length = rng.randint(2, 40)
        words = rng.choice(ANSWERS if rank % 2 else QUESTIONS)
        exchanges.append((rank % 2, words, time, time + length))
        time += length
    return exchanges


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def check(read: Interview, exchanges: Sequence[Exchange], labels: tuple[str, str]) -> None:
    assert [speaker.strip(".") for speaker, _ in read.turns] == [
        labels[who].strip(".") for who, *_ in exchanges
    ]
    beside = sum(
        (words(content) for kind in ("pause", "event", "doubt") for content in read.beside(kind)), Counter()
    )
    assert sum((words(said) for _, said in read.turns), beside) == sum(
        (words(said) for _, said, *_ in exchanges), Counter()
    )
    assert [read.roles[speaker] for speaker, _ in read.turns[:2]] == ["interviewer", "informant"]


@pytest.mark.parametrize("labels", LABELS, ids=" ".join)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_what_was_written_is_what_is_read(
    interview: Callable[..., Interview], convention: str, labels: tuple[str, str]
) -> None:
    exchanges = dialogue(len(convention) * 31 + len(labels[1]))
    lines = [line for who, *said in exchanges for line in CONVENTIONS[convention](labels[who], *said)]
    check(interview("x.txt", "\n".join(lines)), exchanges, labels)


@pytest.mark.parametrize("labels", LABELS[:12], ids=" ".join)
@pytest.mark.parametrize("convention", SIGNS)
def test_a_sign_parts_the_speaker_from_the_words(
    interview: Callable[..., Interview], convention: str, labels: tuple[str, str]
) -> None:
    exchanges = dialogue(len(convention) + len(labels[0]))
    lines = [line for who, *said in exchanges for line in SIGNS[convention](labels[who], *said)]
    check(interview("x.txt", "\n".join(lines)), exchanges, labels)


@pytest.mark.parametrize(
    ("form", "encoding"),
    [
        ("NFC", "utf-8"), ("NFD", "utf-8"), ("NFC", "utf-8-sig"), ("NFD", "utf-16"), ("NFC", "utf-16"), ("NFC", "cp1252"),
        ("NFC", "mac_roman"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_change_nothing(
    interview: Callable[..., Interview], form: Form, encoding: str, end: str
) -> None:
    labels, exchanges = ("Enquêtrice", "Éloïse"), dialogue(5)
    text = end.join(f"{labels[who]} : {said}" for who, said, *_ in exchanges)
    encoded = unicodedata.normalize(form, text).encode(encoding)
    check(interview("x.txt", encoded), exchanges, labels)


def test_what_people_say_often_before_a_colon_is_no_speaker(interview: Callable[..., Interview]) -> None:
    lines = ["Marie : Et alors ?", "Paul : Le maire m'a dit : attendez. Je lui ai dit : non."] * 4
    lines += ["Je lui ai dit : jamais."] * 4
    assert set(interview("x.txt", "\n".join(lines)).roles) == {"Marie", "Paul"}


GROUP = ("Animatrice", "Bailleur social", "Jean", "Participant 4", "M. Petit", "Mère", "ADIL", "Élodie")


@pytest.mark.parametrize(
    "convention", ["colon", "dash", "long dash", "bracket", "own line", "tab", "time first"]
)
def test_whoever_speaks_once_in_a_group_is_heard(
    interview: Callable[..., Interview], convention: str
) -> None:
    # « Élodie » alone on her line, once, could as well be a title.
    people = GROUP[:-1] if convention == "own line" else GROUP
    order = [0, 1, 0, 2, 0, 3, 0, 4, 2, 0, 5, 0, 2, 6, 0, 2, *([7] if "Élodie" in people else []), 0, 2]
    exchanges = [
        (who, (QUESTIONS if who == 0 else ANSWERS)[rank % 6], rank, rank + 1)
        for rank, who in enumerate(order)
    ]
    lines = ["Atelier habitat", "Lieu : Mende", ""]
    lines += [line for who, *said in exchanges for line in CONVENTIONS[convention](people[who], *said)]
    read = interview("x.txt", "\n".join(lines))
    assert [speaker for speaker, _ in read.turns] == [people[who] for who in order]
    assert read.roles["Animatrice"] == "interviewer"
    assert {read.roles[person] for person in people[1:]} == {"informant"}
