"""Words and letters of texts as numbers, and what a text has in common with the name of a code.

Two views of every text: stems one by one and in pairs, and runs of three to five letters (which forgive spelling). The
weights are learned from all texts at hand, coded or not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from snowballstemmer import stemmer  # type: ignore[import-untyped]

Matrix: TypeAlias = NDArray[np.float64]

WORDS_SHARE: Final = (
    0.7  # of the kernel; the rest is letters (tuned on the open part of the grande_annotation set)
)
_WORD: Final = re.compile(r"[^\W_]+")
_PARTS: Final = re.compile(r"[,/;:()]|\bet\b|\bou\b| - ")
_SENTENCE: Final = re.compile(r"(?<=[.;!?:])\s+|\n+|\s-\s")
_PREFIX: Final = re.compile(r"^[A-Z] (?=\S)")  # « Z Autres »: a letter that only sorts the list of codes
_RESIDUAL: Final = re.compile(
    r"\bautres?$|sans reponse|hors sujet|inclassable|^aucun|^rien$|^divers$|ne sait pas|non codable"
)
_FEWEST_LETTERS: Final = 5  # two words with these first letters in common are kin: écologie, écologique
_STOP: Final = frozenset(
    [
        "a",
        "ai",
        "ainsi",
        "alors",
        "au",
        "aussi",
        "aux",
        "avait",
        "avec",
        "avoir",
        "c",
        "ca",
        "ce",
        "cela",
        "celle",
        "celui",
        "ces",
        "cet",
        "cette",
        "ceux",
        "comme",
        "d",
        "dans",
        "de",
        "des",
        "donc",
        "du",
        "elle",
        "elles",
        "en",
        "encore",
        "es",
        "est",
        "et",
        "etaient",
        "etait",
        "etant",
        "ete",
        "etre",
        "eu",
        "eux",
        "il",
        "ils",
        "j",
        "je",
        "jusqu",
        "l",
        "la",
        "le",
        "les",
        "leur",
        "leurs",
        "lui",
        "m",
        "ma",
        "mais",
        "me",
        "meme",
        "mes",
        "moi",
        "mon",
        "n",
        "ne",
        "nos",
        "notre",
        "nous",
        "on",
        "ont",
        "ou",
        "par",
        "pas",
        "plus",
        "pour",
        "qu",
        "quand",
        "que",
        "quel",
        "quelle",
        "quelles",
        "quels",
        "qui",
        "quoi",
        "s",
        "sa",
        "sans",
        "se",
        "ses",
        "si",
        "soit",
        "son",
        "sont",
        "suis",
        "sur",
        "t",
        "ta",
        "te",
        "tes",
        "toi",
        "ton",
        "tu",
        "un",
        "une",
        "vos",
        "votre",
        "vous",
        "y",
    ]
)
_stemmer = stemmer("french")


def folded(text: str) -> str:
    """`text` in lower case without accents.

    >>> folded("Énergie, cœur")
    'energie, coeur'
    """
    plain = unicodedata.normalize("NFD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def stems(text: str) -> list[str]:
    """The stems of the words of `text` that mean something, accents left out.

    >>> stems("Les logements n'étaient pas loués")
    ['log', 'lou']
    """
    return [_stem(word) for word in _WORD.findall(text.casefold()) if folded(word) not in _STOP]


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    return folded(str(_stemmer.stemWord(word)))


def sentences(text: str) -> list[str]:
    """Rough sentences of `text`, those without a meaningful word left out; the whole text when nothing is left."""
    return [part for part in _SENTENCE.split(text) if part and stems(part)] or [text]


@dataclass(frozen=True, slots=True)
class CodeProfile:
    """What is written about a code before anybody codes: its name, phrases that mean it, and examples of both kinds.

    `residual` marks the codes that say that nothing else fits (« Autres », « Sans réponse »): words teach nothing of them.
    """

    id: str
    label: str
    phrases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    residual: bool = False


def profile(
    code_id: str,
    label: str,
    *,
    phrases: Iterable[str] = (),
    examples: Iterable[str] = (),
    counter_examples: Iterable[str] = (),
) -> CodeProfile:
    """The profile of a code: each alternative of its name counts as a phrase, whether it is residual is read in its name."""
    name = _PREFIX.sub("", label)
    alternatives = [part.strip() for part in _PARTS.split(name) if stems(part)]
    return CodeProfile(
        id=code_id,
        label=name,
        phrases=tuple(dict.fromkeys([*alternatives, *(phrase for phrase in phrases if stems(phrase))])),
        examples=tuple(examples),
        counter_examples=tuple(counter_examples),
        residual=bool(_RESIDUAL.search(folded(name))),
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts as rows of two sparse matrices: stems and letters."""

    words: sparse.csr_matrix
    letters: sparse.csr_matrix

    def take(self, ranks: NDArray[np.int_]) -> Rows:
        """Some of the rows."""
        return Rows(self.words[ranks], self.letters[ranks])


class TextSpace:
    """Where texts are compared: TF-IDF of stems and of letters, learned from all the texts of the study."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = TfidfVectorizer(
            tokenizer=str.split, token_pattern=None, lowercase=False, ngram_range=(1, 2), sublinear_tf=True
        )
        self._letters = TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(3, 5),
            sublinear_tf=True,
            lowercase=False,
            min_df=2 if len(texts) > 20 else 1,
        )
        stemmed = [" ".join(stems(text)) or "∅" for text in texts]
        self._words.fit(stemmed)
        self._letters.fit([folded(text) or "∅" for text in texts])
        uses = TfidfVectorizer(tokenizer=str.split, token_pattern=None, lowercase=False).fit(stemmed)
        self.rarity: dict[str, float] = dict(
            zip(uses.get_feature_names_out(), uses.idf_.tolist(), strict=True)
        )
        self.highest_rarity = max(self.rarity.values(), default=1.0)

    def rows(self, texts: Sequence[str]) -> Rows:
        """`texts` in this space, one row each."""
        if not texts:
            return Rows(
                sparse.csr_matrix((0, len(self._words.vocabulary_))),
                sparse.csr_matrix((0, len(self._letters.vocabulary_))),
            )
        return Rows(
            self._words.transform([" ".join(stems(text)) for text in texts]).tocsr(),
            self._letters.transform([folded(text) for text in texts]).tocsr(),
        )

    def weight(self, stem: str) -> float:
        """How rare a stem is; unknown ones are as rare as can be."""
        return self.rarity.get(stem, self.highest_rarity)


def similarity(one: Rows, other: Rows) -> Matrix:
    """How alike each text of `one` is to each of `other`: from 0 to 1, 1 for the same words.

    A weighted mean of the two cosines.
    """
    words = (one.words @ other.words.T).toarray()
    letters = (one.letters @ other.letters.T).toarray()
    return np.asarray(WORDS_SHARE * words + (1 - WORDS_SHARE) * letters)


LEXICAL: Final = (
    "name_covered",
    "phrase_covered",
    "name_kin",
    "letters_of_sentence",
    "letters_of_text",
    "rarest_shared",
)


def lexical(texts: Sequence[str], codes: Sequence[CodeProfile], space: TextSpace) -> Matrix:
    """What each text has in common with what is written of each code, without any training.

    Returns: texts × codes × `LEXICAL`, each in [0, 1]: share of the name's meaning found in the text, best share over the
    code's phrases, the same forgiving word endings, closeness in letters of the nearest sentence and of the whole text,
    rarity of the rarest shared word.
    """
    result = np.zeros((len(texts), len(codes), len(LEXICAL)))
    pieces = [sentences(text) for text in texts]
    owner = np.repeat(np.arange(len(texts)), [len(parts) for parts in pieces])
    names = space.rows([code.label for code in codes])
    by_sentence = _cosines(space.rows([part for parts in pieces for part in parts]), names)
    np.maximum.at(result[:, :, 3], owner, by_sentence)
    result[:, :, 4] = _cosines(space.rows(texts), names)
    compiled = [_CompiledCode(code, space) for code in codes]
    for row, text in enumerate(texts):
        found = set(stems(text))
        kin = {stem[:_FEWEST_LETTERS] for stem in found}
        for column, code in enumerate(compiled):
            result[row, column, [0, 1, 2, 5]] = code.measures(found, kin)
    return result


def _cosines(one: Rows, other: Rows) -> Matrix:
    return np.asarray((one.letters @ other.letters.T).toarray())


class _CompiledCode:
    """The stems of a code's name and phrases with their weights, ready to be looked for in many texts."""

    def __init__(self, code: CodeProfile, space: TextSpace) -> None:
        self._name = {stem: space.weight(stem) for stem in stems(code.label)}
        self._total = sum(self._name.values()) or 1.0
        self._phrases = [
            ({stem: space.weight(stem) for stem in words}, sum(space.weight(stem) for stem in words))
            for words in ({*stems(phrase)} for phrase in code.phrases)
            if words
        ]
        self._vocabulary = {*self._name, *(stem for phrase, _ in self._phrases for stem in phrase)}
        self._highest = space.highest_rarity
        self._kin = {stem: stem[:_FEWEST_LETTERS] for stem in self._name}

    def measures(self, found: set[str], kin: set[str]) -> tuple[float, float, float, float]:
        """Share of the name, best share of a phrase, share of the name by kin words, rarity of the rarest shared word."""
        akin = sum(weight for stem, weight in self._name.items() if self._kin[stem] in kin) / self._total
        shared = found & self._vocabulary
        if not shared:
            return 0.0, 0.0, akin, 0.0
        name = sum(self._name.get(stem, 0.0) for stem in shared) / self._total
        phrase = max(
            (sum(weights.get(stem, 0.0) for stem in shared) / total for weights, total in self._phrases),
            default=0.0,
        )
        rarest = max((self._name.get(stem, 0.0) for stem in shared), default=0.0)
        return name, phrase, akin, rarest / self._highest
