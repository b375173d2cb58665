"""The hybrid lemma: the model's when it is a known word, else the lexicon's. Alone, a model invents (*louaient* → *louaenir*)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc, Token

from habitat_enquete.nlp.lexicon import LETTER_OF_POS, lexicon
from habitat_enquete.nlp.oral import REDUCED, listed, spoken_norm

FACTORY: Final = "enquete_lemmas"
_MISTAKEN: Final = frozenset({"NOUN", "ADJ", "PROPN"})
_BEFORE_VERBS: Final = listed("je j' tu on il ils me m' te se ne")
_KEPT_AS_WRITTEN: Final = frozenset({"PROPN", "PUNCT", "SYM", "X", "NUM", "SPACE"})


@lru_cache(maxsize=200_000)
def hybrid_lemma(form: str, pos: str, guess: str) -> str:
    """The lemma of a form, given its part of speech and what the model says (either may be empty).

    >>> hybrid_lemma("louaient", "VERB", "louaenir")
    'louer'
    >>> hybrid_lemma("logements", "", "")
    'logement'
    """
    if pos in _KEPT_AS_WRITTEN:
        reduced = spoken_norm(form) if pos == "NUM" else ""  # « quat'e »
        return reduced if reduced in REDUCED.values() else guess or form
    if not pos and (form in lexicon().names or form in lexicon().places):
        return form
    if guess and (pos not in LETTER_OF_POS or lexicon().attests(form, pos, guess)):
        return guess
    known = lexicon().lemma(form, pos) or (None if guess == form.lower() else lexicon().lemma(form))
    if known:
        return known
    lower = form if len(form) > 1 and form.isupper() else form.lower().replace("’", "'")
    if pos in {"NOUN", "ADJ"} and not lexicon().analyses(guess):
        return singular(lower)
    return guess or lower


def singular(form: str) -> str:
    """A noun or adjective nobody knows, without its plural « s ».

    >>> singular("relous"), singular("bus")
    ('relou', 'bus')
    """
    plural = (
        len(form) > 3 and form.endswith("s") and not form.endswith(("as", "is", "ss", "bus", "pus", "rus"))
    )
    return form[:-1] if plural else form


def _make_verb(token: Token) -> None:
    """« on retape », « je me sens »: no noun follows a subject clitic. The written treebanks hardly show these forms."""
    if known := lexicon().lemma(token.text, "VERB"):
        token.lemma_ = known
        if token.pos_:
            token.pos_ = "VERB"
            token.set_morph("VerbForm=Fin")  # type: ignore[attr-defined]


class HybridLemmas:
    """The pipeline component: corrects the model's lemmas, or gives all of them where there is no model."""

    def __call__(self, doc: Doc) -> Doc:
        before = ""
        for token in doc:
            pos = token.pos_
            if (not pos or pos in _MISTAKEN) and spoken_norm(before) in _BEFORE_VERBS:
                _make_verb(token)
            guess, before = token.lemma_, token.text
            lemma = hybrid_lemma(before, token.pos_, guess)
            if lemma != guess:
                token.lemma_ = lemma
        return doc


@Language.factory(FACTORY, assigns=["token.lemma"])
def make_hybrid_lemmas(nlp: Language, name: str) -> HybridLemmas:
    """What spaCy calls to build the component."""
    return HybridLemmas()
