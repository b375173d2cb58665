"""The lexicon: which lemmas, of which parts of speech, a French form can be.

One compact table (`habitat_enquete/lang/lexicon.txt.gz`), built by `training/lexicon.py` from the tables of
spacy-lookups-data (MIT), the treebanks' own pairs, and our spoken and housing vocabulary.
"""

from __future__ import annotations

import gzip
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from habitat_enquete.nlp.oral import spoken_norm

FILE: Final = "lexicon.txt.gz"
POS_OF_LETTER: Final[Mapping[str, str]] = {
    "N": "NOUN",
    "V": "VERB",
    "X": "AUX",
    "A": "ADJ",
    "R": "ADV",
    "D": "DET",
    "P": "PRON",
    "S": "ADP",
    "C": "CCONJ",
    "J": "SCONJ",
    "I": "INTJ",
    "M": "NUM",
}
LETTER_OF_POS: Final[Mapping[str, str]] = {pos: letter for letter, pos in POS_OF_LETTER.items()}
# Marks what only the training texts showed, rarely: good for lemmas, but a model that learned to lean on it as a feature
# would be lost before a new text, whose rare words are not in the table.
FOR_LEMMAS: Final = "!"
_NAME, _PLACE = "f", "l"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`entries`: sorted lines « form<tab>analyses », each analysis a letter and a lemma (`Nferme|Vfermer`), most usual first.

    `names` and `places`: first names and place names, as written, which mark a capitalised word's class.
    """

    entries: Sequence[str]
    names: frozenset[str]
    places: frozenset[str]

    def analyses(self, form: str) -> tuple[str, ...]:
        """The analyses of a form, reduced forms completed; empty when unknown.

        >>> lexicon().analyses("louaient")
        ('Vlouer',)
        """
        return tuple(one.removeprefix(FOR_LEMMAS) for one in self._marked(form))

    def _marked(self, form: str) -> Sequence[str]:
        # A sorted list and a bisection: reading 380,000 entries into a dictionary would cost as much as loading spaCy.
        key = spoken_norm(form) + "\t"
        place = bisect_left(self.entries, key)
        if place == len(self.entries) or not self.entries[place].startswith(key):
            return ()
        return self.entries[place][len(key) :].split("|")

    def lemma(self, form: str, pos: str = "") -> str | None:
        """The lemma of a form, of that part of speech if given; None when the lexicon does not know it so.

        >>> lexicon().lemma("louaient", "VERB"), lexicon().lemma("logements")
        ('louer', 'logement')
        """
        letters = _same(LETTER_OF_POS.get(pos, "?")) if pos else ""
        return next((one[1:] for one in self.analyses(form) if not pos or one[0] in letters), None)

    def lemmas(self, form: str) -> tuple[str, ...]:
        """Every lemma a form can have, the most usual first."""
        return tuple(dict.fromkeys(one[1:] for one in self.analyses(form)))

    def attests(self, form: str, pos: str, lemma: str) -> bool:
        """Whether `form` can be `lemma` as that part of speech; of an unknown form, whether `lemma` is such a word itself.

        >>> lexicon().attests("sais", "VERB", "voir"), lexicon().attests("kiffouillais", "VERB", "voir")
        (False, True)
        """
        letters = _same(LETTER_OF_POS.get(pos, "?"))
        known = [one[1:] for one in self.analyses(form) if one[0] in letters]
        if known:
            return lemma in known
        return any(one[0] in letters and one[1:] == lemma for one in self.analyses(lemma))

    def word_class(self, text: str) -> str:
        """The parts of speech a form can be (`NV`), with `f` or `l` for capitalised first names and places; `?` if unknown."""
        known = "".join(dict.fromkeys(one[0] for one in self._marked(text) if one[0] != FOR_LEMMAS)) or "?"
        if text[:1].isupper():
            title = text.title() if text.isupper() else text
            known += (_NAME if title in self.names else "") + (_PLACE if title in self.places else "")
        return known


def _same(letter: str) -> str:
    """Auxiliaries and verbs share their lemmas."""
    return "VX" if letter in "VX" else letter


@cache
def lexicon() -> Lexicon:
    """The shipped lexicon, read once per process."""
    packed = resources.files("habitat_enquete.lang").joinpath(FILE).read_bytes()
    return unpack(gzip.decompress(packed).decode())


def unpack(text: str) -> Lexicon:
    """The lexicon written by `training/lexicon.py`: a line of first names, a line of places, then the sorted entries."""
    names, places, *entries = text.split("\n")
    return Lexicon(entries, frozenset(names.split(";")), frozenset(places.split(";")))


def word_class(text: str) -> str:
    """`Lexicon.word_class` of the shipped lexicon: the feature PREFIX of our French."""
    return lexicon().word_class(text)
