"""What we take from textacy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from habitat_enquete.cli.main import main
from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.span import Span
from habitat_enquete.nlp.phrases import Context, key_terms, noun_phrases, readability, words_in_context
from habitat_enquete.nlp.pipeline import Pipeline, load

TEXT = "Le loyer a monté. Un petit logement communal, c'est rare, et le loyer monte encore."


def test_words_in_context_are_whole_words() -> None:
    text = "Le loyer, les loyers, LE LOYER."
    assert list(words_in_context(text, "loyer", width=4)) == [
        Context(Span(3, 8), "Le ", "loyer", ", le"),
        Context(Span(25, 30), " LE ", "LOYER", "."),
    ]


def test_readability_is_higher_for_plain_words(blank: Pipeline) -> None:
    plain = readability("Le toit fuit. Il fait froid. On part.", blank)
    hard = readability("L'administration départementale conditionne systématiquement l'attribution.", blank)
    assert (plain.words, plain.sentences) == (8, 3)
    assert plain.flesch > 80 > hard.flesch
    assert plain.lix < 30 < hard.lix


def test_readability_of_nothing_is_zero(blank: Pipeline) -> None:
    assert readability("… !", blank).words == 0


def test_key_terms_need_parts_of_speech(blank: Pipeline) -> None:
    with pytest.raises(EnqueteError, match="« blank » ne sait pas faire cela"):
        key_terms(TEXT, blank)


def test_noun_phrases_need_the_parser(blank: Pipeline) -> None:
    with pytest.raises(EnqueteError, match=r"ne sait pas faire cela \(parse\)"):
        noun_phrases(TEXT, blank)


@pytest.mark.model
def test_key_terms_are_lemmas_of_nouns_and_adjectives() -> None:
    terms = [found.term for found in key_terms(TEXT, load(), count=3)]
    assert "loyer" in terms


@pytest.mark.model
def test_noun_phrases_drop_their_determiner() -> None:
    found = [span.quote(TEXT) for span in noun_phrases(TEXT, load(needs=("parse",)))]
    assert "loyer" in found
    assert "petit logement communal" in found


@pytest.mark.model
def test_a_text_in_a_few_words(tmp_path: Path) -> None:
    file = tmp_path / "e.txt"
    file.write_text(
        "On veut un logement social. Le logement social coûte trop. On cherche un logement social.", "utf-8"
    )
    result = CliRunner().invoke(main, ["lang", "text", str(file), "--word", "coûte", "--json"])
    found = json.loads(result.stdout)
    assert (found["words"], found["sentences"], found["noun_phrases"]) == (15, 3, {"logement social": 3})
    assert "logement social" in found["key_terms"]
    assert [one["word"] for one in found["contexts"]] == ["coûte"]


@pytest.mark.model
def test_a_word_nobody_says_is_told(tmp_path: Path) -> None:
    file = tmp_path / "e.txt"
    file.write_text("Le loyer est cher.", "utf-8")
    result = CliRunner().invoke(main, ["lang", "text", str(file), "--word", "bus"])
    assert "« bus » n'est pas dit dans e.txt." in result.output.replace("\xa0", " ")
    assert "Flesch" in result.stdout
