"""Learn where unpunctuated speech may be cut: called by `training/train.py` once the pipeline is assembled.

The treebanks lose their punctuation (all of it, or all but the commas) and capitals, speech being also shown as it is
transcribed word for word; the assembled pipeline gives the parts of speech. The penalty keeps a few thousand weights.
"""

from __future__ import annotations

import gzip
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from oralise import BARE, Style, oralise
from prepare import SPLITS, documents
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from spacy.language import Language

from habitat_enquete.nlp.boundaries import FILE, Boundaries, Feature, features, pack, word_class
from habitat_enquete.nlp.conllu import Sentence

OUTPUT = Path(__file__).resolve().parent.parent / "habitat_enquete" / "lang" / FILE
SEED = 20261125
AS_SAID = replace(BARE, drop_ne=0.0, reduce=0.0, filler=0.0, repeat=0.0, curly=0.0)
COMMAS = replace(AS_SAID, punctuation=True)
SPOKEN: tuple[Style, ...] = (AS_SAID, replace(BARE, curly=0.0), COMMAS)
WRITTEN: tuple[Style, ...] = (AS_SAID, COMMAS)
TURN = (2, 4, 8, 12, 16)  # sentences in a turn
WRITTEN_WEIGHT = 0.3
STRENGTH = 0.5  # inverse of the L1 penalty
SEEN = 2  # times a feature must be met
_MARKS = frozenset(".!?…:;\"«»()[]-–—'") | {"...", "..", "?!", "!?"}


def learn(treebanks: Path, nlp: Language, *, final: bool, few: int | None = None) -> Boundaries:
    """The weights learned on every training file; `final` adds the selection halves of the development files.

    Args: `few` documents of each file, to know that the command works.
    """
    rng = random.Random(SEED)
    found: list[list[Feature]] = []
    starts: list[bool] = []
    weights: list[float] = []
    for name, (use, spoken) in SPLITS.items():
        if use == "test" or (use == "half" and not final):
            continue
        for style in SPOKEN if spoken else WRITTEN:
            for words, classes, opens in _texts(treebanks / f"{name}.conllu", style, nlp, rng, few):
                found += features(words, classes)
                starts += opens[1:]
                weights += [1.0 if spoken else WRITTEN_WEIGHT] * (len(words) - 1)
    counts = Counter(feature for one in found for feature in one)
    columns = {
        feature: rank for rank, feature in enumerate(sorted(f for f, n in counts.items() if n >= SEEN))
    }
    fitted = LogisticRegression(C=STRENGTH, penalty="l1", solver="liblinear", tol=1e-3, random_state=SEED)
    fitted.fit(_matrix(found, columns), np.array(starts), sample_weight=np.array(weights))
    kept = {
        feature: float(round(fitted.coef_[0][rank], 3))
        for feature, rank in columns.items()
        if abs(fitted.coef_[0][rank]) >= 0.001
    }
    return Boundaries(float(fitted.intercept_[0]), kept)


def _matrix(found: Sequence[Sequence[Feature]], columns: dict[Feature, int]) -> csr_matrix:
    places = [[columns[feature] for feature in one if feature in columns] for one in found]
    ends = np.cumsum([0, *map(len, places)])
    flat = [place for one in places for place in one]
    return csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(found), len(columns)))


def _texts(
    file: Path, style: Style, nlp: Language, rng: random.Random, few: int | None
) -> Iterator[tuple[list[str], list[str], list[bool]]]:
    """The words of each turn in small letters, their classes, and whether each starts a sentence of the treebank."""
    read = islice(documents(file), few)
    turns = [bare(group, style, rng) for document in read for group in _turns(document, rng)]
    for doc, (_, starts) in zip(nlp.pipe([text for text, _ in turns], batch_size=64), turns, strict=True):
        tokens = [token for token in doc if not token.is_space]
        yield (
            [token.lower_ for token in tokens],
            [word_class(token.pos_, str(token.morph)) for token in tokens],
            [token.idx in starts for token in tokens],
        )


def bare(sentences: Sequence[Sentence], style: Style, rng: random.Random) -> tuple[str, set[int]]:
    """Sentences put end to end in small letters, without any mark but (if the style keeps some) commas; their starts."""
    text, starts = "", set()
    for sentence in sentences:
        words = [word for word in oralise(sentence.words, style, rng) if word.form not in _MARKS]
        while words and words[-1].form == ",":
            words.pop()
        while words and words[0].form == ",":
            words.pop(0)
        if words:
            starts.add(len(text))
            text += "".join(word.form + " " * word.space_after for word in words).rstrip().lower() + " "
    return text, starts


def _turns(document: Sequence[Sentence], rng: random.Random) -> Iterator[Sequence[Sentence]]:
    start = 0
    while start < len(document):
        size = rng.choice(TURN)
        yield document[start : start + size]
        start += size


def write(learned: Boundaries, file: Path = OUTPUT) -> None:
    """Pack the weights; the same weights always give the same bytes."""
    file.write_bytes(gzip.compress(pack(learned).encode(), 9, mtime=0))
