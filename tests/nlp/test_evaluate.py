"""Treebanks read as our words, and the scores of a pipeline on them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from habitat_enquete.cli.main import main
from habitat_enquete.errors import EnqueteError
from habitat_enquete.nlp.conllu import read_sentences, unpunctuated
from habitat_enquete.nlp.evaluate import evaluate
from habitat_enquete.nlp.pipeline import Pipeline

TREEBANK = """\
# sent_id = invente_1
# text = On parle du loyer.
1	On	on	PRON	_	Person=3	2	nsubj	_	_
2	parle	parler	VERB	_	Mood=Ind|VerbForm=Fin|Voice=Act	0	root	_	_
3-4	du	_	_	_	_	_	_	_	_
3	de	de	ADP	_	_	5	case	_	_
4	le	le	DET	_	Definite=Def	5	det	_	_
5	loyer	loyer	NOUN	_	_	2	obl:arg	_	Gender[lex]=Masc|SpaceAfter=No
6	.	.	PUNCT	_	_	2	punct	_	_

# sent_id = invente_2
1	Les	le	DET	_	_	2	det	_	_
2	volets	volet	NOUN	_	_	3	nsubj	_	_
3	grincent	grincer	VERB	_	_	0	root	_	_
"""


@pytest.fixture
def treebank(tmp_path: Path) -> Path:
    """Two invented sentences in CoNLL-U."""
    file = tmp_path / "invente.conllu"
    file.write_text(TREEBANK, "utf-8")
    return file


def test_a_contraction_is_one_word_and_heads_follow(treebank: Path) -> None:
    first, second = read_sentences(treebank)
    assert first.text == "On parle du loyer."
    assert [(w.form, w.lemma, w.pos, first.words[w.head].form) for w in first.words] == [
        ("On", "on", "PRON", "parle"),
        ("parle", "parler", "VERB", "parle"),
        ("du", "de", "ADP", "loyer"),
        ("loyer", "loyer", "NOUN", "parle"),
        (".", ".", "PUNCT", "parle"),
    ]
    assert [word.morph for word in first.words[1:4]] == ["Mood=Ind|VerbForm=Fin", "", "Gender=Masc"]
    assert second.id == "invente_2"


def test_scores_count_words_lemmas_and_units(treebank: Path, blank: Pipeline) -> None:
    scores = evaluate(treebank, blank)
    assert (scores.words, scores.tokens, scores.lemma, scores.content_lemma) == (8, 1.0, 1.0, 1.0)
    assert (scores.pos, scores.uas, scores.sentences) == (None, None, 1.0)


@pytest.mark.parametrize("content", ["", "n'importe quoi\n", "1\ta\tb\n"])
def test_what_is_not_conllu_is_told_in_french(tmp_path: Path, blank: Pipeline, content: str) -> None:
    file = tmp_path / "x.conllu"
    file.write_text(content, "utf-8")
    with pytest.raises(EnqueteError, match=r"x\.conllu, ligne 1 : ce n'est pas du CoNLL-U"):
        evaluate(file, blank)


WITHOUT_HEADS = """\
1	On	on	PRON	_	_	_	_	_	_
2	parle	parler	VERB	_	_	_	_	_	_
2.1	tout	tout	ADV	_	_	_	_	2:advmod	_
3-4	du	_	_	_	_	_	_	_	_
3	de	de	ADP	_	_	_	_	_	_
4	le	le	DET	_	_	_	_	_	_
5	loyer	loyer	NOUN	_	_	_	_	_	SpaceAfter=No
6	.	.	PUNCT	_	_	_	_	_	_
"""


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_heads_and_empty_nodes_are_read(tmp_path: Path, blank: Pipeline, start: str, end: str) -> None:
    file = tmp_path / "x.conllu"
    file.write_bytes((start + WITHOUT_HEADS.replace("\n", end)).encode())
    (sentence,) = read_sentences(file)
    assert ([word.form for word in sentence.words], sentence.has_heads) == (
        ["On", "parle", "du", "loyer", "."],
        False,
    )
    scores = evaluate(file, blank)
    assert (scores.tokens, scores.uas, scores.las, scores.starts) == (1.0, None, None, None)


def test_what_is_not_utf8_is_told_in_french(tmp_path: Path, blank: Pipeline) -> None:
    file = tmp_path / "x.conllu"
    file.write_bytes("1\tété".encode("latin-1"))
    with pytest.raises(EnqueteError, match=r"x\.conllu, ligne 1 : ce n'est pas du CoNLL-U"):
        evaluate(file, blank)


def test_bare_sentences_lose_marks_and_capitals(treebank: Path) -> None:
    first, second = unpunctuated(read_sentences(treebank))
    assert (first.text, second.text) == ("on parle du loyer", "les volets grincent")
    assert [first.words[word.head].form for word in first.words] == ["parle", "parle", "loyer", "parle"]


def test_lang_evaluate_without_punctuation(treebank: Path) -> None:
    result = CliRunner().invoke(
        main, ["lang", "evaluate", str(treebank), "--pipeline", "blank", "--bare", "--json"]
    )
    scores = json.loads(result.stdout)
    assert (scores["bare"], scores["words"], scores["starts"]) == (True, 7, 0.0)


def test_lang_evaluate_prints_one_json_object(treebank: Path) -> None:
    result = CliRunner().invoke(main, ["lang", "evaluate", str(treebank), "--pipeline", "blank", "--json"])
    assert result.exit_code == 0, result.output
    scores = json.loads(result.stdout)
    assert (scores["pipeline"], scores["words"], scores["lemma"], scores["pos"]) == ("blank", 8, 1.0, None)


def test_lang_evaluate_prints_a_french_table(treebank: Path) -> None:
    result = CliRunner().invoke(main, ["lang", "evaluate", str(treebank), "--pipeline", "blank"])
    assert "Lemmes des mots pleins         100,0 %" in result.stdout.replace("\xa0", " ")


def test_lang_info_describes_the_tables(treebank: Path) -> None:
    result = CliRunner().invoke(main, ["lang", "info", "--pipeline", "blank"])
    assert result.exit_code == 0, result.output
    assert "Donne       lemmes et phrases" in result.stdout


def test_lang_info_refuses_an_unknown_pipeline() -> None:
    result = CliRunner().invoke(main, ["lang", "info", "--pipeline", "fr_inconnu"])
    assert result.exit_code == 2
    assert "n'est pas installé" in result.stderr


@pytest.mark.model
def test_shipped_pipeline_keeps_its_promises_on_spoken_french(real_data: Path) -> None:
    from habitat_enquete.nlp.pipeline import load

    scores = evaluate(real_data / "ud_french" / "fr_parisstories-ud-test.conllu", load())
    assert scores.pos is not None
    assert scores.pos > 0.97
    assert scores.content_lemma > 0.98
    assert scores.sentences > 0.91


@pytest.mark.model
def test_shipped_pipeline_is_small_enough_for_git() -> None:
    from habitat_enquete.nlp.describe import describe

    described = describe("fr_enquete_parle")
    assert described.megabytes is not None
    assert described.megabytes < 15
    assert described.needs == ("lemma", "parse", "entities")
