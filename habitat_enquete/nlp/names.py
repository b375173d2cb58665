"""Second thoughts on the names a model found: what stands before them in the sentence often settles what they are."""

from __future__ import annotations

from typing import Final

from spacy.language import Language
from spacy.tokens import Doc, Span

from habitat_enquete.nlp.lexicon import lexicon
from habitat_enquete.nlp.oral import listed, spoken_norm

FACTORY: Final = "enquete_names"
_WITHIN: Final = frozenset({"dans", "en", "vers", "depuis"})
_FEASTS: Final = listed("Noël Pâques Toussaint Pentecôte Ascension Ramadan Carême Halloween")
_PERSON: Final = "PER"


def reconsidered(label: str, text: str, before: str) -> str:
    """The label of a name, given the word before it; empty when it is no name after all.

    One capitalised word that is no first name is a place after « dans » or « vers », a website after « sur »; feasts and
    words without a capital name nobody.

    >>> reconsidered("PER", "Champvert", "vers"), reconsidered("PER", "Noël", "de"), reconsidered("PER", "Lucie", "vers")
    ('LOC', '', 'PER')
    """
    if text in _FEASTS or not any(letter.isupper() for letter in text):
        return ""
    if label != _PERSON or " " in text or text in lexicon().names:
        return label
    if before in _WITHIN:
        return "LOC"
    return "" if before == "sur" else label


class CheckedNames:
    """The pipeline component: applies `reconsidered` to what the model found."""

    def __call__(self, doc: Doc) -> Doc:
        kept = []
        for name in doc.ents:
            before = spoken_norm(doc[name.start - 1].text) if name.start else ""
            if label := reconsidered(name.label_, name.text, before):
                kept.append(name if label == name.label_ else Span(doc, name.start, name.end, label))
        doc.set_ents(kept)
        return doc


@Language.factory(FACTORY, assigns=["doc.ents"])
def make_checked_names(nlp: Language, name: str) -> CheckedNames:
    """What spaCy calls to build the component."""
    return CheckedNames()
