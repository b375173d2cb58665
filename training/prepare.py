"""From treebanks to the training, selection and test texts of the shipped pipeline.

Which files train, select and test is written in SPLITS: nothing a score is reported on is ever trained on.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from oralise import BARE, SPOKEN, TYPED, Style, oralise
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from habitat_enquete.nlp.conllu import Sentence, Word, read_sentences
from habitat_enquete.nlp.language import LightFrench

SEED = 20261123
# file → (what it is for, whether it is spoken). "half": its documents go in turn to training and to selection.
SPLITS = {
    "fr_sequoia-ud-train": ("train", False),
    "fr_sequoia-ud-dev": ("train", False),
    "fr_sequoia-ud-test": ("test", False),
    "fr_gsd-ud-dev": ("train", False),
    "fr_gsd-ud-test": ("test", False),
    "fr_rhapsodie-ud-train": ("train", True),
    "fr_rhapsodie-ud-dev": ("half", True),
    "fr_parisstories-ud-train": ("train", True),
    "fr_parisstories-ud-dev": ("half", True),
    "fr_parisstories-ud-test": ("test", True),
}
WRITTEN_STYLES: tuple[Style | None, ...] = (None, BARE)
SPOKEN_STYLES: tuple[Style | None, ...] = (None, SPOKEN, BARE, TYPED)
_DOCUMENT = re.compile(r"[-_]*\d+(?:bis)?$")


def training_files(folder: Path) -> list[Path]:
    """The files whose words the lexicon may learn."""
    return [folder / f"{name}.conllu" for name, (use, _) in SPLITS.items() if use != "test"]


def prepare(treebanks: Path, output: Path, *, final: bool) -> None:
    """Write `train.spacy` and `dev.spacy` into `output`; the final training also learns the selection texts."""
    rng = random.Random(SEED)
    nlp = LightFrench()
    train, dev = DocBin(store_user_data=False), DocBin(store_user_data=False)
    for name, (use, spoken) in SPLITS.items():
        if use == "test":
            continue
        styles = SPOKEN_STYLES if spoken else WRITTEN_STYLES
        for rank, document in enumerate(documents(treebanks / f"{name}.conllu")):
            selecting = use == "half" and rank % 2 == 1
            if selecting:
                _add(dev, document, (None,), rng, nlp.vocab)
            if final or not selecting:
                _add(train, document, styles, rng, nlp.vocab)
    output.mkdir(parents=True, exist_ok=True)
    train.to_disk(output / "train.spacy")
    dev.to_disk(output / "dev.spacy")


def documents(file: Path) -> Iterator[list[Sentence]]:
    """The sentences of a treebank by the recording or article they come from, as their identifiers tell."""
    current, name = [], None
    for sentence in read_sentences(file):
        document = _DOCUMENT.sub("", sentence.id)
        if current and document != name:
            yield current
            current = []
        name = document
        current.append(sentence)
    if current:
        yield current


def _add(
    docs: DocBin,
    document: Sequence[Sentence],
    styles: Iterable[Style | None],
    rng: random.Random,
    vocab: Vocab,
) -> None:
    for style in styles:
        for group in turns(document, rng):
            sentences = [oralise(s.words, style, rng) if style else s.words for s in group]
            if words := [sentence for sentence in sentences if sentence]:
                docs.add(to_doc(words, vocab))


def turns(document: Sequence[Sentence], rng: random.Random) -> Iterator[Sequence[Sentence]]:
    """The document in pieces of one to eight sentences, as turns are."""
    start = 0
    while start < len(document):
        size = rng.choice((1, 2, 3, 4, 6, 8))
        yield document[start : start + size]
        start += size


def to_doc(sentences: Sequence[Sequence[Word]], vocab: Vocab) -> Doc:
    """One annotated text; its words are the treebank's, and spaCy aligns them with what our tokeniser finds."""
    words = [word for sentence in sentences for word in sentence]
    starts = [rank == 0 for sentence in sentences for rank in range(len(sentence))]
    offsets = [sum(map(len, sentences[:number])) for number in range(len(sentences))]
    last = {offset + len(sentence) - 1 for offset, sentence in zip(offsets, sentences, strict=True)}
    return Doc(
        vocab,
        words=[word.form for word in words],
        spaces=[word.space_after or rank in last for rank, word in enumerate(words)],
        pos=[word.pos for word in words],
        lemmas=[word.lemma for word in words],
        morphs=[word.morph for word in words],
        heads=[offset + word.head for offset, s in zip(offsets, sentences, strict=True) for word in s],
        deps=[word.dep for word in words],
        sent_starts=starts,
    )
