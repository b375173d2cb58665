"""How the shipped pipeline's training texts are made: speech imitated, names drawn, splits kept apart."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from habitat_enquete.nlp.annotate import annotate_text
from habitat_enquete.nlp.conllu import Word
from habitat_enquete.nlp.lexicon import unpack
from habitat_enquete.nlp.pipeline import NEEDS, load

TRAINING = Path(__file__).resolve().parents[2] / "training"
Import = Callable[[str], ModuleType]


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Import:
    """Import a module of `training/`, which is no package."""
    import importlib

    monkeypatch.syspath_prepend(str(TRAINING))
    return importlib.import_module


def sentence(*rows: tuple[str, str, str, int]) -> tuple[Word, ...]:
    """Words as (form, lemma, part of speech, rank of the head), a space after each."""
    return tuple(Word(form, lemma, pos, "", head, "dep", True) for form, lemma, pos, head in rows)


JE_NE_SUIS_PAS = sentence(
    ("Je", "moi", "PRON", 3), ("ne", "ne", "ADV", 3), ("suis", "être", "AUX", 3), ("locataire", "locataire", "NOUN", 3),
    (",", ",", "PUNCT", 5), ("voilà", "voilà", "VERB", 3), (".", ".", "PUNCT", 3),
)  # fmt: skip


def test_bare_speech_has_no_punctuation_no_capital_and_no_ne(training: Import) -> None:
    oral = training("oralise")
    bare = oral.Style(punctuation=False, capitals=False, drop_ne=1.0, reduce=1.0)

    words = oral.oralise(JE_NE_SUIS_PAS, bare, random.Random(1))

    assert [(word.form, word.lemma, words[word.head].form) for word in words] == [
        ("chuis", "être", "locataire"),
        ("locataire", "locataire", "locataire"),
        ("v'là", "voilà", "locataire"),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_changed_the_tree_stays_a_tree(training: Import, seed: int) -> None:
    oral = training("oralise")
    style = oral.Style(punctuation=seed % 2 == 0, drop_ne=0.5, reduce=0.5, filler=0.4, repeat=0.4)

    words = oral.oralise(JE_NE_SUIS_PAS, style, random.Random(seed))

    assert sum(word.head == rank for rank, word in enumerate(words)) == 1
    for rank in range(len(words)):
        steps, place = 0, rank
        while words[place].head != place:
            place, steps = words[place].head, steps + 1
            assert steps <= len(words)


def test_the_same_seed_gives_the_same_speech(training: Import) -> None:
    oral = training("oralise")
    once, again = (oral.oralise(JE_NE_SUIS_PAS, oral.SPOKEN, random.Random(7)) for _ in range(2))
    assert once == again


def test_nothing_a_score_is_reported_on_is_trained_on(training: Import) -> None:
    splits = training("prepare").SPLITS
    assert {name for name, (use, _) in splits.items() if use == "test"} == {
        name for name in splits if name.endswith("-test")
    }


def test_templates_name_who_and_where(training: Import) -> None:
    entities = training("entities")
    names = entities.Names(Path("nowhere"), ["franchement"], random.Random(3))
    filled = next(iter(entities.templates(names)))
    assert [label for _, label in filled if label] == ["PER", "LOC"]
    assert "".join(text for text, _ in filled).startswith("alors moi c'est ")


def test_a_usual_word_that_opens_a_sentence_names_nobody(training: Import) -> None:
    entities = training("entities")
    names = entities.Names(Path("nowhere"), ["franchement"], random.Random(3))
    filled = {"".join(text for text, _ in pieces): pieces for pieces in entities.templates(names)}
    pieces = filled["Franchement, c'est compliqué."]
    assert [label for _, label in pieces] == ["", "", ""]


def test_streets_named_after_people_are_places(training: Import) -> None:
    entities = training("entities")
    names = entities.Names(Path("nowhere"), ["franchement"], random.Random(3))
    street = next(p for p in entities.templates(names) if p[0][0].startswith("j'habite rue "))
    assert [label for _, label in street] == ["", "LOC", ""]


def test_a_verb_of_ours_has_every_form(training: Import) -> None:
    forms = set(training("build_lexicon").conjugated("squatter"))
    assert {
        "squatte",
        "squattais",
        "squattions",
        "squatterais",
        "squatteront",
        "squattée",
        "squattant",
    } <= forms


def test_lexicon_file_is_read_back(training: Import, tmp_path: Path) -> None:
    build = training("build_lexicon")
    build.write("Lucie\nPartout\nferme\tNferme|!Vfermer", tmp_path / "x.gz")
    lexicon = unpack(gzip.decompress((tmp_path / "x.gz").read_bytes()).decode())
    assert lexicon.lemmas("ferme") == ("ferme", "fermer")
    assert (lexicon.word_class("ferme"), lexicon.word_class("Lucie"), lexicon.word_class("Ferme")) == (
        "N",
        "?f",
        "N",
    )


@pytest.mark.model
def test_one_command_trains_everything(real_data: Path, tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    by_pos: dict[str, dict[str, list[str]]] = {
        "noun": {"travaux": ["travail"]},
        "verb": {"louais": ["louer"]},
    }
    index = {"noun": ["travail", "maison"], "verb": ["louer"], "adj": ["vide"], "adv": ["bien"]}
    lookup = {"maisons": ["maison"], "louais": ["louer"], "vides": ["vide"]}
    for name, table in (("exc", by_pos), ("index", index), ("lookup", lookup)):
        (tables / f"fr_lemma_{name}.json.gz").write_bytes(gzip.compress(json.dumps(table).encode()))
    shipped = TRAINING.parent / "habitat_enquete" / "lang" / "lexicon.txt.gz"
    before = shipped.read_bytes()
    command = [sys.executable, TRAINING / "train.py", "--smoke", "--data", real_data, "--tables", tables]

    subprocess.run([*command, "--output", tmp_path / "build"], check=True, capture_output=True)

    made = load(str(tmp_path / "build" / "fr_enquete_parle"), needs=NEEDS)
    annotated = annotate_text("Lucie habite une maison vide.", made)
    assert annotated.forms == ["Lucie", "habite", "une", "maison", "vide", "."]
    assert len(annotated.deps) == len(annotated.forms)
    assert json.loads((tmp_path / "build" / "fr_enquete_parle" / "meta.json").read_text("utf-8"))["sha256"]
    assert shipped.read_bytes() == before
