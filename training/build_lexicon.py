"""Build the shipped lexicon: called by `training/train.py`.

TABLES is the folder of the four French tables of spacy-lookups-data (MIT); TREEBANKS the folder of the treebanks, of which
only training files are read.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from habitat_enquete.nlp.conllu import read_sentences
from habitat_enquete.nlp.lexicon import FILE, FOR_LEMMAS, LETTER_OF_POS

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent / "habitat_enquete" / "lang" / FILE
OPEN = {"noun": "N", "verb": "V", "aux": "X", "adj": "A", "adv": "R"}
CLOSED = {"det": "D", "pron": "P", "adp": "S", "cconj": "C", "sconj": "J"}
EVERY_FORM, WRONG = "+", "-"  # in vocabulary.tsv
OFTEN, SURE = 50, 20  # occurrences in the training texts
Analysis = tuple[str, str, str]  # form, letter of the part of speech, lemma


def build(tables: Path, treebanks: Iterable[Path]) -> str:
    """The lexicon as `nlp.lexicon.unpack` reads it; the analyses of a form come most usual first."""
    usual = Counter(treebank_analyses(treebanks))
    seen: Counter[str] = Counter()
    for (form, _, _), count in usual.items():
        seen[form] += count
    found: dict[str, dict[str, None]] = defaultdict(dict)
    known = set(table_analyses(tables)) | set(vocabulary())
    for form, letter, lemma in vocabulary():
        found[form][letter + lemma] = None
    for (form, letter, lemma), count in sorted(usual.items(), key=lambda pair: (-pair[1], pair[0])):
        mark = "" if count >= SURE or (form, letter, lemma) in known else FOR_LEMMAS
        found[form][mark + letter + lemma] = None
    for form, letter, lemma in table_analyses(tables):
        # What was met often is known well: the tables also list « le » as the name of a letter or a town.
        closed = letter in CLOSED.values() and any(one[0] == letter for one in found.get(form, ()))
        if not closed and seen[form] < OFTEN:
            found[form][letter + lemma] = None
    for form, letter, lemma in vocabulary_forms():
        found[form][letter + lemma] = None
    for form, letter, lemma in vocabulary(wrong=True):
        for mark in ("", FOR_LEMMAS):
            found[form].pop(mark + letter + lemma, None)
    lines = [f"{form}\t{'|'.join(analyses)}" for form, analyses in found.items()]
    heads = [";".join(sorted(words(name))) for name in ("first_names.txt", "places.txt")]
    return "\n".join((*heads, *sorted(lines)))


def treebank_analyses(treebanks: Iterable[Path]) -> Iterator[Analysis]:
    """What the training files show, occurrence by occurrence."""
    for file in treebanks:
        for sentence in read_sentences(file):
            for word in sentence.words:
                if word.pos in LETTER_OF_POS and word.lemma not in {"_", ""}:
                    yield word.form.lower().replace("’", "'"), LETTER_OF_POS[word.pos], word.lemma


def vocabulary(*, wrong: bool = False) -> Iterator[Analysis]:
    """Our own words: housing and spoken French; or what tables and treebanks say wrongly of common words (`-voir` for « sais »)."""
    for line in (HERE / "vocabulary.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            form, pos, lemma = line.split("\t")
            if lemma.startswith(WRONG) is wrong:
                lemma = form if lemma == EVERY_FORM else lemma.removeprefix(WRONG)
                yield form, LETTER_OF_POS.get(pos, "N"), lemma


def vocabulary_forms() -> Iterator[Analysis]:
    """The conjugated forms of our own verbs: after all other analyses, since « panique » is first a noun."""
    for line in (HERE / "vocabulary.tsv").read_text("utf-8").splitlines():
        if line.endswith(f"\t{EVERY_FORM}"):
            verb = line.partition("\t")[0]
            yield from ((form, "V", verb) for form in conjugated(verb))


def table_analyses(tables: Path) -> Iterator[Analysis]:
    """The analyses of spacy-lookups-data: exceptions by part of speech, then regular forms whose lemma is indexed."""
    exceptions = load(tables / "fr_lemma_exc.json.gz")
    index = {pos: set(lemmas) for pos, lemmas in load(tables / "fr_lemma_index.json.gz").items()}
    lookup = load(tables / "fr_lemma_lookup.json.gz")
    verbs = index["verb"] | {lemmas[0] for lemmas in exceptions["verb"].values()}
    for form, lemmas in lookup.items():
        for pos in ("noun", "adj", "adv"):
            # The adjective and noun indexes also hold infinitives, which would make every conjugated form an adjective.
            verbal = lemmas[0] in verbs and form != lemmas[0]
            if lemmas[0] in index[pos] and form not in exceptions.get(pos, {}) and not verbal:
                yield from spelled(form, OPEN[pos], lemmas[0])
    for pos, letter in (OPEN | CLOSED).items():
        for form, lemmas in exceptions.get(pos, {}).items():
            verbal = letter in "NAR" and lemmas[0] in verbs and form != lemmas[0]
            if not verbal and not (form == "a" and pos == "adp"):
                yield from spelled(form, letter, lemmas[0])
    for pos, lemmas in index.items():
        for lemma in sorted(lemmas):
            if not (pos == "adj" and lemma in verbs):
                yield from spelled(lemma, OPEN[pos], lemma)
    for form, lemmas in lookup.items():
        if lemmas[0] in verbs:
            yield from spelled(form, "V", lemmas[0])
    for lemma in sorted(index["verb"]):
        for form in regular_forms(lemma) if lemma.endswith("er") else ():
            if form in lookup or form in index["noun"] or form in index["adj"]:
                yield from spelled(form, "V", lemma)


def regular_forms(verb: str) -> Iterator[str]:
    """The present and participle of a verb in -er: the tables forget those that are also nouns (« ferme », « loyer »)."""
    stem = verb[:-2]
    soft = stem[:-1] + "ç" if stem.endswith("c") else stem + "e" if stem.endswith("g") else stem
    yield from (stem + ending for ending in ("e", "es", "ent", "ez", "é", "ée", "és", "ées"))
    yield from (soft + ending for ending in ("ons", "ant", "ais", "ait", "aient"))


def conjugated(verb: str) -> Iterator[str]:
    """Every simple form of a regular verb in -er, save the past historic that nobody says (« kiffais », « kifferait »)."""
    stem = verb[:-2]
    soft = stem[:-1] + "ç" if stem.endswith("c") else stem + "e" if stem.endswith("g") else stem
    yield from regular_forms(verb)
    yield from (stem + ending for ending in ("ions", "iez"))
    future = ("ai", "as", "a", "ons", "ez", "ont", "ais", "ait", "ions", "iez", "aient")
    yield from (f"{verb}{ending}" for ending in future)
    if soft != stem:
        yield from (soft + ending for ending in ("ons", "ais"))


def spelled(form: str, letter: str, lemma: str) -> Iterator[Analysis]:
    """An analysis under both spellings of « œ »; the lemma takes the ligature, as the treebanks do."""
    ligature = lemma.replace("oeu", "œu").replace("oeil", "œil")
    for each in {form, form.replace("oeu", "œu").replace("oeil", "œil")}:
        yield each.lower(), letter, ligature


def words(name: str) -> set[str]:
    """The words of one of our lists, one per line, `#` for comments."""
    lines = (HERE / name).read_text("utf-8").splitlines()
    return {
        word for line in lines if not line.startswith("#") for word in line.split("\t")[0].split(";") if word
    }


def load(file: Path) -> dict[str, dict[str, list[str]]]:
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        table: dict[str, dict[str, list[str]]] = json.load(stream)
    return table


def write(lexicon: str, file: Path = OUTPUT) -> None:
    """Pack the lexicon; the same content always gives the same bytes."""
    file.write_bytes(gzip.compress(lexicon.encode(), 9, mtime=0))
