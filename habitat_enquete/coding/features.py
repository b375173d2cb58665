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
Layers: TypeAlias = NDArray[np.float32]  # large ones: texts × codes × measures

WORDS_SHARE: Final = (
    0.7  # of the kernel; the rest is letters (tuned on the open part of the grande_annotation set)
)
_WORD: Final = re.compile(r"[^\W_]+")
_PARTS: Final = re.compile(r"[,/;:()]|\bet\b|\bou\b| - ")
_SENTENCE: Final = re.compile(r"(?<=[.;!?:])\s+|\n+|\s-\s")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_PREFIX: Final = re.compile(r"^[A-Z] (?=\S)")  # « Z Autres »: a letter that only sorts the list of codes
_RESIDUAL: Final = re.compile(
    r"\bautres?$|sans reponse|hors sujet|inclassable|^aucun|^rien$|^divers$|ne sait pas|non codable"
)
_FEWEST_LETTERS: Final = 5  # two words with these first letters in common are kin: écologie, écologique
_FEWEST_KIN_LETTERS: Final = 4
_KIN: Final = 0.6  # of the longer of two stems, the share that both begin with: logement, logeur
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
    return plain if plain.isascii() else _ACCENTS.sub("", plain)


def stems(text: str) -> list[str]:
    """The stems of the words of `text` that mean something, accents left out.

    >>> stems("Les logements n'étaient pas loués")
    ['log', 'lou']
    """
    return [stem for word in _WORD.findall(text.casefold()) if (stem := _stem(word))]


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    """The stem of a word in lower case; nothing for a small word."""
    return "" if folded(word) in _STOP else folded(str(_stemmer.stemWord(word)))


def sentences(text: str) -> list[str]:
    """Rough sentences of `text`, those without a meaningful word left out; the whole text when nothing is left."""
    return [part for part in _SENTENCE.split(text) if part and stems(part)] or [text]


@dataclass(frozen=True, slots=True)
class CodeProfile:
    """What is written about a code before anybody codes: name, definition, phrases that mean it, examples of both kinds.

    `residual` marks the codes that say that nothing else fits (« Autres », « Sans réponse »): words teach nothing of them.
    """

    id: str
    label: str
    phrases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    residual: bool = False
    definition: str = ""


def profile(
    code_id: str,
    label: str,
    *,
    phrases: Iterable[str] = (),
    examples: Iterable[str] = (),
    counter_examples: Iterable[str] = (),
    definition: str = "",
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
        definition=definition.strip() if stems(definition) else "",
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
    "phrase_kin",
    "standing",
)
_STANDING: Final = (1, 2, 3, 4)  # the measures whose rank among the texts makes a text's standing


def lexical(
    texts: Sequence[str],
    codes: Sequence[CodeProfile],
    space: TextSpace,
    *,
    rows: Rows | None = None,
    pieces: tuple[Rows, NDArray[np.int_]] | None = None,
) -> Layers:
    """What each text has in common with what is written of each code, without any training.

    Returns: texts × codes × `LEXICAL`, each in [0, 1]: share of the name's meaning found in the text, best share over the
    code's phrases, the same for the name forgiving word endings, closeness in letters of the nearest sentence and of the
    whole text, rarity of the rarest shared word, best share over the phrases of words that begin alike, and how few of the
    `texts` resemble the code as much (1: none). `rows` of the texts and `pieces` (rows of the sentences of those that have
    several, and whose they are) are computed when not given.
    """
    result = np.zeros((len(texts), len(codes), len(LEXICAL)), dtype=np.float32)
    if not texts or not codes:
        return result
    parts, owner = pieces or _pieces(texts, space)
    names = space.rows([code.label for code in codes])
    result[:, :, 4] = _cosines(rows or space.rows(texts), names)
    result[:, :, 3] = result[:, :, 4]
    result[owner, :, 3] = 0
    np.maximum.at(result[:, :, 3], owner, _cosines(parts, names))
    words = _WordsOfTexts(texts)
    for column, code in enumerate(codes):
        _measure(result[:, column], code, words, space)
    for layer in _STANDING:
        result[:, :, 7] += _standing(result[:, :, layer]) / len(_STANDING)
    return result


def _pieces(texts: Sequence[str], space: TextSpace) -> tuple[Rows, NDArray[np.int_]]:
    split = [(row, sentences(text)) for row, text in enumerate(texts)]
    several = [(row, part) for row, parts in split if len(parts) > 1 for part in parts]
    return space.rows([part for _, part in several]), np.array([row for row, _ in several], dtype=int)


def _cosines(one: Rows, other: Rows) -> Layers:
    return np.asarray((one.letters @ other.letters.T).toarray(), dtype=np.float32)


class _WordsOfTexts:
    """In which texts each stem is, each beginning of a stem, and each stem or its kin."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.size = len(texts)
        self._texts_of: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            for stem in set(stems(text)):
                self._texts_of.setdefault(stem, []).append(row)
        self._alike: dict[str, list[str]] = {}
        for stem in self._texts_of:
            self._alike.setdefault(stem[:_FEWEST_KIN_LETTERS], []).append(stem)

    def holding(self, stem: str) -> NDArray[np.int_]:
        """The texts that hold `stem`."""
        return np.array(self._texts_of.get(stem, ()), dtype=int)

    def beginning(self, start: str) -> NDArray[np.int_]:
        """The texts that hold a stem that begins, once cut at `_FEWEST_LETTERS`, by exactly `start`."""
        rows = {
            row
            for stem in self._alike.get(start[:_FEWEST_KIN_LETTERS], ())
            if stem[:_FEWEST_LETTERS] == start
            for row in self._texts_of[stem]
        }
        return np.array(sorted(rows), dtype=int)

    def kinship(self, stem: str) -> list[tuple[NDArray[np.int_], float]]:
        """The texts that hold `stem` (1) or a word of the same beginning (less than 1, by the share of letters alike)."""
        found = []
        for other in self._alike.get(stem[:_FEWEST_KIN_LETTERS], ()):
            if other == stem:
                found.append((self.holding(other), 1.0))
            elif (alike := _alike(stem, other)) >= _KIN:
                found.append((self.holding(other), 0.9 * alike))
        return found


def _alike(one: str, other: str) -> float:
    """Share of the longer stem that both begin with; 0 when that is under four letters."""
    common = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        common += 1
    return common / max(len(one), len(other)) if common >= _FEWEST_KIN_LETTERS else 0.0


def _measure(result: Layers, code: CodeProfile, words: _WordsOfTexts, space: TextSpace) -> None:
    """Fill the columns of `result` that compare words: shares of the name and of its phrases, rarity, kinship."""
    name = {stem: space.weight(stem) for stem in stems(code.label)}
    total = sum(name.values())
    for stem, weight in name.items():
        rows = words.holding(stem)
        result[rows, 0] += weight / total
        result[rows, 5] = np.maximum(result[rows, 5], weight / space.highest_rarity)
        result[words.beginning(stem[:_FEWEST_LETTERS]), 2] += weight / total
    for phrase in code.phrases:
        weights = {stem: space.weight(stem) for stem in stems(phrase)}
        share = np.zeros((2, words.size))
        for stem, weight in weights.items():
            share[0, words.holding(stem)] += weight
            best = np.zeros(words.size)
            for rows, alike in words.kinship(stem):
                best[rows] = np.maximum(best[rows], alike)
            share[1] += weight * best
        if weights:
            share /= sum(weights.values())
            result[:, 1] = np.maximum(result[:, 1], share[0])
            result[:, 6] = np.maximum(result[:, 6], share[1])


def _standing(measure: Layers) -> Layers:
    """Per code, how few texts measure as much, on a logarithmic scale: 0 for those that measure nothing, 1 at the top."""
    count = len(measure)
    result = np.zeros_like(measure)
    for column in range(measure.shape[1]):
        values = measure[:, column]
        rows = np.flatnonzero(values > 1e-9)
        ordered = np.sort(values[rows])
        as_much = len(rows) - np.searchsorted(ordered, values[rows] - 1e-6)
        result[rows, column] = -np.log(as_much / (count + 1)) / np.log(count + 2)
    return result
