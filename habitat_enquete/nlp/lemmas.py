"""The hybrid lemma: the model's when it is a known word, else the lexicon's. Alone, a model invents (*louaient* → *louaenir*)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc

from habitat_enquete.nlp.lexicon import LETTER_OF_POS, lexicon

FACTORY: Final = "enquete_lemmas"
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
        return guess or form
    if not pos and (form in lexicon().names or form in lexicon().places):
        return form
    if guess and (pos not in LETTER_OF_POS or lexicon().attests(form, pos, guess)):
        return guess
    known = lexicon().lemma(form, pos) or (None if guess == form.lower() else lexicon().lemma(form))
    return (
        known or guess or (form if form[:1].isupper() and form.isupper() else form.lower().replace("’", "'"))
    )


class HybridLemmas:
    """The pipeline component: corrects the model's lemmas, or gives all of them where there is no model."""

    def __call__(self, doc: Doc) -> Doc:
        for token in doc:
            lemma = hybrid_lemma(token.text, token.pos_, token.lemma_)
            if lemma != token.lemma_:
                token.lemma_ = lemma
        return doc


@Language.factory(FACTORY, assigns=["token.lemma"])
def make_hybrid_lemmas(nlp: Language, name: str) -> HybridLemmas:
    """What spaCy calls to build the component."""
    return HybridLemmas()
