"""Our French: tokens, spoken forms, lexicon."""

from __future__ import annotations

import subprocess
import sys

import pytest

from habitat_enquete.nlp.lemmas import hybrid_lemma
from habitat_enquete.nlp.lexicon import lexicon, word_class
from habitat_enquete.nlp.names import reconsidered
from habitat_enquete.nlp.oral import is_hesitation, spoken_norm
from habitat_enquete.nlp.pipeline import Pipeline


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("L'assainissement n'est pas aux normes.", "L' assainissement n' est pas aux normes ."),
        ("L’assainissement", "L’ assainissement"),
        ("Y'a rien, t'as qu'à voir.", "Y' a rien , t' as qu' à voir ."),
        ("Aujourd'hui quelqu'un c'est-à-dire", "Aujourd'hui quelqu'un c'est-à-dire"),
        ("Où habite-t-il ? Cherchez-vous ? Est-ce là ?", "Où habite -t-il ? Cherchez -vous ? Est -ce là ?"),
        ("Cette maison-là, celle-là, là-bas.", "Cette maison -là , celle-là , là-bas ."),
        ("Le centre-bourg, un rendez-vous, peut-être.", "Le centre-bourg , un rendez-vous , peut-être ."),
        ("M. Bonnal paye 450€/mois etc.", "M. Bonnal paye 450€/mois etc."),
        ("Il y en a.", "Il y en a ."),
        ("euh… le le loyer (rires)", "euh … le le loyer ( rires )"),
        ("« C'est p't-être ça »", "« C' est p't-être ça »"),
        ("j~ je cherche", "j~ je cherche"),
    ],
)
def test_tokens_follow_french_elision_and_clitics(blank: Pipeline, text: str, tokens: str) -> None:
    assert " ".join(token.text for token in blank.nlp.make_doc(text)) == tokens


def test_stock_french_is_never_imported() -> None:
    program = (
        "import sys; from habitat_enquete.nlp.pipeline import load; load('blank').nlp('Un toit.');"
        "print('spacy.lang.fr' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("form", "norm"),
    [("Chuis", "suis"), ("p’tite", "petite"), ("QUAT'E", "quatre"), ("Logement", "logement"), ("L’", "l'")],
)
def test_spoken_forms_have_a_standard_form(form: str, norm: str) -> None:
    assert spoken_norm(form) == norm


@pytest.mark.parametrize(
    ("words", "position", "expected"),
    [
        ("le euh loyer", 1, True),
        ("un bon logement", 1, False),
        ("voilà , bon , le loyer", 2, True),
        ("le lo~ loyer", 1, True),
    ],
)
def test_fillers_are_told_from_words(words: str, position: int, expected: bool) -> None:
    assert is_hesitation(words.split(), position) is expected


@pytest.mark.parametrize(
    ("form", "pos", "guess", "lemma"),
    [
        ("louaient", "VERB", "louaenir", "louer"),
        ("louaient", "", "", "louer"),
        ("logements", "NOUN", "logement", "logement"),
        ("suis", "AUX", "être", "être"),
        ("suis", "VERB", "suivre", "suivre"),
        ("suis", "", "", "être"),
        ("chuis", "AUX", "", "être"),
        ("Marie", "", "", "Marie"),
        ("Bonnal", "PROPN", "Bonnal", "Bonnal"),
        ("yeux", "NOUN", "yeu", "œil"),
        ("relous", "ADJ", "reloux", "relou"),
    ],
)
def test_lemma_is_the_models_when_known_else_the_tables(form: str, pos: str, guess: str, lemma: str) -> None:
    assert hybrid_lemma(form, pos, guess) == lemma


def test_lexicon_knows_housing_and_first_person() -> None:
    known = {
        form: lexicon().lemma(form) for form in ("bailleuses", "retapé", "assaini", "logeais", "néo-ruraux")
    }
    assert known == {
        "bailleuses": "bailleur",
        "retapé": "retaper",
        "assaini": "assainir",
        "logeais": "loger",
        "néo-ruraux": "néo-rural",
    }


def test_word_class_lists_parts_of_speech_and_names() -> None:
    assert word_class("zigouillis") == "?"
    assert set("NAV") <= set(word_class("ferme"))
    assert word_class("Nathalie").endswith("f")
    assert word_class("Lozère").endswith("l")


@pytest.mark.parametrize(
    ("label", "text", "before", "kept"),
    [
        ("PER", "Marvalette", "aller vers", "LOC"),
        ("PER", "Marvalette", "habitait à", "LOC"),
        ("PER", "Marvalette", "j' ai demandé à", "PER"),
        ("PER", "Marvalette", "avec", "PER"),
        ("PER", "Nathalie", "vers", "PER"),
        ("PER", "Nathalie Roux", "dans", "PER"),
        ("PER", "Annoncia", "sur", ""),
        ("PER", "Noël", "de", ""),
        ("LOC", "bourg", "le", ""),
        ("ORG", "MSA", "sur", "ORG"),
        ("PER", "Victor Hugo", "dans la rue", "LOC"),
        ("PER", "Mende", "près de", "LOC"),
        ("PER", "Alex", "l' oncle d'", "PER"),
        ("PER", "Rieutort-de-Randon", "voilà", "LOC"),
        ("PER", "Marvalette", "le groupe", "ORG"),
        ("PER", "Marvalette", "le film", ""),
        ("PER", "Marvalette", "une", ""),
        ("PER", "Marvalette", "ça s' appelle", ""),
        ("PER", "Marvalette", "elle s' appelle", "PER"),
        ("PER", "Some of Them", "avec", ""),
        ("PER", "ALUR", "avec", ""),
        ("PER", "5-Et", "", ""),
        ("LOC", "Marvalette", "monsieur", "PER"),
        ("PER", "Petit", "monsieur", "PER"),
    ],
)
def test_what_stands_before_a_name_settles_what_it_is(label: str, text: str, before: str, kept: str) -> None:
    assert reconsidered(label, text, before.split()) == kept


@pytest.mark.parametrize(
    ("text", "opens", "proper", "kept"),
    [
        ("Imagine", True, True, ""),
        ("Imagine", False, True, "PER"),
        ("Imagine", False, False, ""),
        ("Waouh", True, True, ""),
        ("Claire", True, False, "PER"),
        ("Marvalette", True, False, "PER"),
    ],
)
def test_a_usual_word_with_a_sentence_capital_is_nobody(
    text: str, opens: bool, proper: bool, kept: str
) -> None:
    assert reconsidered("PER", text, opens=opens, proper=proper) == kept
