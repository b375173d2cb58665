"""Texts that teach the names of persons, places and organisations.

Spoken treebanks with the types we gave to their proper nouns, Sequoia with FrSemCor, clean passages of Europeana, and
sentences we invented. Names are mostly drawn anew for each copy: what is to be learned is how one speaks of somebody,
not who. Half the drawn names are made up from syllables, so that the model does not lean on the lists of the lexicon.
"""

from __future__ import annotations

import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from build_lexicon import words as listed
from prepare import SPLITS, training_files
from spacy.tokens import Doc, DocBin, Span

from habitat_enquete.nlp.conllu import Sentence, Word, read_sentences
from habitat_enquete.nlp.language import LightFrench
from habitat_enquete.nlp.lexicon import lexicon

HERE = Path(__file__).resolve().parent
SEED = 20261124
COPIES = 4  # of each spoken passage with a name, besides the original
TEMPLATE_COPIES = 24
LOWERED = 0.15  # share of the filled templates shown without capitals nor punctuation, as some transcribe
_INNER = frozenset({"de", "d'", "du", "des", "la", "le", "les", "sur", "en", "-"})
Pieces = list[tuple[str, str]]  # text of a piece, its label or ""


class Names:
    """Draws names: from our lists, from the communes of the INSEE, or made up."""

    def __init__(self, communes: Path, usual: Sequence[str], rng: random.Random) -> None:
        self.rng = rng
        self.usual = usual
        self.first = sorted(listed("first_names.txt"))
        self.last = sorted(listed("surnames.txt"))
        self.places = sorted(listed("places.txt") | listed("world_places.txt"))
        self.others = sorted(listed("other_names.txt"))
        self.communes = _communes(communes)
        self.organisations = sorted(listed("organisations.txt"))
        self._syllables = {
            kind: _chain(names) for kind, names in (("P", self.first), ("S", self.last), ("L", self.communes))
        }

    def draw(self, slot: str) -> str:
        """What fills a slot of a template, as the head of `entity_templates.txt` tells."""
        rng = self.rng
        if slot == "A":
            return rng.choice(self.usual)
        if slot == "N":
            return self.draw("P")
        if slot == "R":
            return self.draw(rng.choice("FFSP"))
        if slot == "F":
            return f"{self.draw('P')} {self.draw('S')}"
        if slot == "X":
            return rng.choice(self.others)
        if slot == "O":
            return rng.choice(self.organisations)
        if rng.random() < 0.4:
            return self._made_up(slot)
        if slot == "L":
            # « Florence » and « Nancy » are also towns: the context must tell.
            lists = (self.communes, self.places, self.first)
            return rng.choice(rng.choices(lists, weights=(55, 40, 5))[0])
        return rng.choice(self.first if slot == "P" else self.last)

    def _made_up(self, kind: str) -> str:
        chain = self._syllables[kind]
        while True:
            name = state = "^^"
            while len(name) < 18 and (letter := self.rng.choice(chain[state])) != "$":
                name += letter
                state = state[1] + letter
            if 5 <= len(name) <= 14 and name[2:].isalpha():
                return name[2:].capitalize()


def _chain(names: Sequence[str]) -> dict[str, list[str]]:
    chain: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if name.isalpha():
            letters = "^^" + name.lower() + "$"
            for place in range(2, len(letters)):
                chain[letters[place - 2 : place]].append(letters[place])
    return chain


def _communes(folder: Path) -> list[str]:
    for file in sorted(folder.rglob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            column = next(
                (c for c in ("LIBELLE", "libelle", "nom", "NCCENR") if c in (rows.fieldnames or ())), None
            )
            if column:
                return sorted({row[column] for row in rows})
    return sorted(listed("places.txt"))


def types() -> dict[str, str]:
    """Proper noun → PER, LOC or ORG, as we classified those of the spoken treebanks."""
    lines = (HERE / "entity_types.tsv").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {name: label for label, names in pairs for name in names.split(";")}


def spoken(treebanks: Path, *, use: str) -> Iterator[Pieces]:
    """The sentences of the spoken treebanks for that `use`, their names labelled."""
    known = types()
    for name, (purpose, is_spoken) in SPLITS.items():
        if is_spoken and (purpose == use or (use == "train" and purpose == "half")):
            for sentence in read_sentences(treebanks / f"{name}.conllu"):
                yield _pieces(sentence, known)


def proper_nouns(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Runs of proper nouns, with the small words that hold a name together, as ranges of words."""
    start = 0
    while start < len(words):
        end = start
        while end < len(words) and (words[end].pos == "PROPN" or (end > start and _holds(words, end))):
            end += 1
        if end > start:
            article = start > 1 and words[start - 1].form in {"La", "Le", "Les"}  # « La Rochelle »
            yield start - article, end
        start = max(end, start + 1)


def _holds(words: Sequence[Word], rank: int) -> bool:
    if rank + 1 == len(words) or words[rank + 1].pos != "PROPN" or words[rank].form.lower() not in _INNER:
        return False
    return words[rank].dep.startswith(("flat", "fixed")) or words[rank - 1].form == "Île"


def _pieces(sentence: Sentence, known: dict[str, str]) -> Pieces:
    words, pieces, last = sentence.words, [], 0
    for start, end in proper_nouns(words):
        name = " ".join(word.form for word in words[start:end])
        label = known.get(name) or known.get(name.partition(" ")[2]) or known.get(name.rpartition(" ")[2], "")
        pieces += [("".join(w.form + " " * w.space_after for w in words[last:start]), "")]
        name = "".join(w.form + " " * w.space_after for w in words[start:end])
        pieces += [(name.rstrip(), label), (" " * (len(name) - len(name.rstrip())), "")]
        last = end
    return [*pieces, ("".join(w.form + " " * w.space_after for w in words[last:]).rstrip() + " ", "")]


def sequoia(frsemcor: Path, treebanks: Path, places: set[str]) -> Iterator[Pieces]:
    """Sequoia with FrSemCor: persons, and institutions told apart into places and organisations by our lists."""
    kept_out = {sentence.id for sentence in read_sentences(treebanks / "fr_sequoia-ud-test.conllu")}
    for identifier, text, names in _frsemcor(frsemcor):
        if identifier not in kept_out:
            yield _labelled(
                text,
                [
                    (name, "LOC" if kind == "Institution" and name in places else _OF[kind])
                    for name, kind in names
                ],
            )


_OF = {"Person": "PER", "Institution": "ORG"}


def _frsemcor(file: Path) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    identifier, text, rows = "", "", []
    for line in (*file.read_text("utf-8").splitlines(), ""):
        if line.startswith("# sent_id"):
            identifier = line.partition("= ")[2]
        elif line.startswith("# text"):
            text = line.partition("= ")[2]
        elif line and not line.startswith("#"):
            rows.append(line.split("\t"))
        elif rows:
            yield identifier, text, list(_named(rows))
            rows = []


def _named(rows: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """The proper names of a sentence: a mark `1:Person` opens one, `1` goes on with it."""
    open_names: dict[str, tuple[list[str], str]] = {}
    for row in rows:
        for mark in row[5].split(";"):
            number, _, kind = mark.rpartition(":")
            if mark in _OF and row[3] == "NPP":
                yield row[1], mark
            elif number and kind in _OF and row[3] == "NPP":
                open_names[number] = ([row[1]], kind)
            elif mark in open_names:
                open_names[mark][0].append(row[1])
    for forms, kind in open_names.values():
        yield " ".join(forms), kind


def _labelled(text: str, names: Iterable[tuple[str, str]]) -> Pieces:
    pieces, place = [], 0
    for name, label in names:
        start = text.find(name, place)
        if start >= 0:
            pieces += [(text[place:start], ""), (name, label)]
            place = start + len(name)
    return [*pieces, (text[place:] + " ", "")]


def europeana(file: Path) -> Iterator[Pieces]:
    """Passages of old newspapers that the optical reading spoiled little: nearly every small word is in the lexicon."""
    rows: list[tuple[str, str]] = []
    for line in file.read_text("utf-8").splitlines():
        form, _, mark = line.strip().rpartition(" ")
        if form:
            rows.append((form, mark[2:] if mark[:2] in {"I-", "B-"} else ""))
        if form in {".", "!", "?"}:
            if 8 <= len(rows) <= 45 and any(label for _, label in rows) and _legible(rows):
                yield _joined(rows)
            rows = []


def _legible(rows: Sequence[tuple[str, str]]) -> bool:
    small = [form for form, label in rows if not label and form.isalpha() and form.islower()]
    odd = [form for form, _ in rows if re.search(r"[^\w.,;:!?'’()\-«»\"]|\d\D|\D\d", form)]
    return len(small) > 4 and not odd and all(lexicon().analyses(form) for form in small)


def _joined(rows: Sequence[tuple[str, str]]) -> Pieces:
    pieces: Pieces = []
    for form, label in rows:
        glue = "" if not pieces or form in {".", ","} or pieces[-1][0].endswith(("'", "’")) else " "
        if label and pieces and pieces[-1][1] == label:
            pieces[-1] = (pieces[-1][0] + glue + form, label)
        else:
            pieces += [(glue, "")] if glue else []
            pieces.append((form, label))
    return [*pieces, (" ", "")]


def templates(names: Names) -> Iterator[Pieces]:
    """Our invented sentences, their slots filled."""
    for line in (HERE / "entity_templates.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            before, pieces = "", []
            for rank, text in enumerate(re.split(r"\{([PFSLOXRNA])\}", line)):
                piece = names.draw(text) if rank % 2 else text
                if rank % 2 and text == "A" and (not before.strip() or _ENDED.search(before)):
                    piece = piece.capitalize()
                pieces.append((piece, _OF_SLOT.get(text, "") if rank % 2 else ""))
                before = piece
            yield pieces


_OF_SLOT = {"P": "PER", "F": "PER", "S": "PER", "L": "LOC", "R": "LOC", "O": "ORG"}
_ENDED = re.compile(r"[.!?–]\s*$")


def lowered(pieces: Pieces) -> Pieces:
    """The same passage in small letters, without punctuation."""
    return [(re.sub(r"[.,;:!?–()]", "", text).lower(), label) for text, label in pieces]


def usual_words(treebanks: Path) -> list[str]:
    """Words of the training texts that name nobody; those said often are there often, up to a point."""
    seen = Counter(
        word.form.lower()
        for file in training_files(treebanks)
        for sentence in read_sentences(file)
        for word in sentence.words
        if word.pos not in {"PROPN", "PUNCT", "NUM", "SYM", "X", "DET"}
    )
    words = ((form, count) for form, count in sorted(seen.items()) if len(form) > 2 and form.isalpha())
    return [form for form, count in words for _ in range(min(count, 20))]


def renamed(pieces: Pieces, names: Names) -> Pieces:
    """The same passage about somebody else, somewhere else."""
    drawn = []
    for text, label in pieces:
        if label == "PER":
            text = names.draw("F" if " " in text else names.rng.choice("PPS"))
        elif label == "LOC":
            text = names.draw("L")
        drawn.append((text, label))
    return drawn


def to_doc(nlp: LightFrench, pieces: Pieces) -> Doc:
    """A text with its names, on our tokens. The article of « la Caf » is no part of the name."""
    text, marks = "", []
    for piece, label in pieces:
        if label:
            article = re.match(r"(?:l'|la |le |les )(?=[A-Z])", piece) if label == "ORG" else None
            marks.append((len(text) + (article.end() if article else 0), len(text) + len(piece), label))
        text += piece
    doc = nlp.make_doc(text.strip())
    spans = [doc.char_span(start, end, label, alignment_mode="expand") for start, end, label in marks]
    doc.set_ents(_disjoint([span for span in spans if span is not None]), default="outside")
    return doc


def _disjoint(spans: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def prepare_entities(data: Path, output: Path) -> None:
    """Write `train.spacy` and `dev.spacy` (spoken test names are never seen) into `output`."""
    rng = random.Random(SEED)
    nlp = LightFrench()
    treebanks = data / "ud_french"
    names = Names(data / "territoire", usual_words(treebanks), rng)
    passages = list(_grouped(spoken(treebanks, use="train"), rng))
    places = (
        set(names.communes) | set(names.places) | {name for name, label in types().items() if label == "LOC"}
    )
    texts = [*passages, *sequoia(data / "ner_french" / "sequoia-9.1.frsemcor", treebanks, places)]
    texts += europeana(data / "ner_french" / "enp_FR.bnf.bio")
    named = [pieces for pieces in passages if any(label for _, label in pieces)]
    for _ in range(COPIES):
        texts += (renamed(pieces, names) for pieces in named)
    texts += (lowered(renamed(pieces, names)) for pieces in named)
    for _ in range(TEMPLATE_COPIES):
        filled = list(templates(names))
        rng.shuffle(filled)
        groups = _grouped(iter([[*one, (" ", "")] for one in filled]), rng)
        texts += (lowered(pieces) if rng.random() < LOWERED else pieces for pieces in groups)
    dev = [renamed(pieces, names) for pieces in passages[::9]] + list(templates(names))
    output.mkdir(parents=True, exist_ok=True)
    for name, each in (("train", texts), ("dev", dev)):
        docs = DocBin(store_user_data=False)
        for pieces in each:
            docs.add(to_doc(nlp, pieces))
        docs.to_disk(output / f"{name}.spacy")


def _grouped(sentences: Iterator[Pieces], rng: random.Random) -> Iterator[Pieces]:
    group: Pieces = []
    size = rng.randint(1, 6)
    for sentence in sentences:
        group = [*group, *sentence]
        size -= 1
        if not size:
            yield group
            group, size = [], rng.randint(1, 6)
    if group:
        yield group
