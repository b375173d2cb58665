"""Names of persons, places and organisations: an invented gold, and the rules that read the model again."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from habitat_enquete.nlp.annotate import annotate_texts
from habitat_enquete.nlp.names import reconsidered
from habitat_enquete.nlp.pipeline import load

GOLD = Path(__file__).with_name("gold_names.txt")
_NAME = re.compile(r"\[([^\]|]*)\|(PER|LOC|ORG)\]")


def read(line: str) -> tuple[str, set[tuple[int, int, str]]]:
    """The text of a line of the gold, and the (start, end, label) of its names."""
    text, names, last = "", set(), 0
    for match in _NAME.finditer(line):
        text += line[last : match.start()]
        names.add((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        last = match.end()
    return text + line[last:], names


def scores(lines: list[str]) -> dict[str, float]:
    """F by label, and the share of persons that some name covers: what pseudonymisation will not miss."""
    right: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    covered = persons = 0
    pairs = [read(line) for line in lines]
    annotated = annotate_texts((text for text, _ in pairs), load(needs=("entities",)))
    for (_, gold), found in zip(pairs, annotated, strict=True):
        ours = {(name.span.start, name.span.end, name.label) for name in found.entities}
        counted.update(label for *_, label in (*gold, *ours))
        right.update(label for *_, label in gold & ours)
        for start, end, label in gold:
            persons += label == "PER"
            covered += label == "PER" and any(s <= start and end <= e for s, e, _ in ours)
    return {label: 2 * right[label] / counted[label] for label in counted} | {"covered": covered / persons}


@pytest.mark.model
@pytest.mark.parametrize("kept", ["tuned", "held"])
def test_names_of_invented_interviews(kept: str) -> None:
    lines = [line for line in GOLD.read_text("utf-8").splitlines() if not line.startswith("#")]
    found = scores(lines[kept == "held" :: 2])
    assert found["PER"] >= 0.88
    assert found["LOC"] >= 0.82
    assert found["covered"] >= 0.93


@pytest.mark.parametrize(
    ("label", "text", "before", "after", "expected"),
    [
        ("LOC", "Karima", ["ai", "demandé", "à"], ["si"], "PER"),
        ("LOC", "Nancy", [], [",", "ma", "sœur"], "PER"),
        ("LOC", "Nancy", ["études", "à"], ["."], "LOC"),
        ("LOC", "Josette", ["la", "maison", "à"], [], "PER"),
        ("PER", "Chabrol", ["et", "les"], ["ils"], "PER"),
        ("PER", "Parisiens", ["avec", "les"], [], ""),
        ("PER", "Victor Hugo", ["la", "rue"], [], "LOC"),
        ("PER", "Toussaint", ["la"], [], ""),
    ],
)
def test_what_stands_around_a_name_settles_it(
    label: str, text: str, before: list[str], after: list[str], expected: str
) -> None:
    assert reconsidered(label, text, before, after) == expected


def test_a_numbered_answer_and_a_usual_word_are_no_places() -> None:
    assert reconsidered("LOC", "2-Ok", opens=True) == ""
    assert reconsidered("LOC", "Imaginons", opens=True, proper=False) == ""
    assert reconsidered("LOC", "Tours", opens=True, proper=False) == "LOC"


def test_an_order_is_no_name() -> None:
    assert reconsidered("PER", "Marie", [], ["-toi"], opens=True) == ""


def test_a_text_without_capitals_may_name_somebody() -> None:
    assert reconsidered("PER", "fabienne", bare=True) == "PER"
    assert reconsidered("PER", "fabienne") == ""
