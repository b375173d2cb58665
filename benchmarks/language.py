"""Speed of the language pipeline, beside spaCy's own French: `python benchmarks/language.py [--json] [--words 880000]`.

Everything is measured in processor seconds of fresh processes, on invented sentences, so that other work on the machine
weighs little. The 880,000 words are sixty-one interviews of one hour.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn

ROOT = Path(__file__).resolve().parent.parent
SENTENCES = ROOT / "tests" / "nlp" / "gold_matches.tsv"
INTERVIEWS = 61

LOADS = {
    "import spacy": "import spacy",
    "spacy.blank('fr')": "import spacy; spacy.blank('fr')",
    "enquete: blank": "from habitat_enquete.nlp.pipeline import load; load('blank')",
    "enquete: fr_enquete_parle (lemmas)": "from habitat_enquete.nlp.pipeline import load; load()",
    "enquete: fr_enquete_parle (everything)": (
        "from habitat_enquete.nlp.pipeline import load; load(needs=('lemma', 'parse', 'entities'))"
    ),
}


def main() -> None:
    """Run every measure and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--words", type=int, default=880_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    figures = {"load, CPU s": loading(), "words per CPU s": throughput(), "matching": matching()}
    figures["corpus"] = corpus(options.words, options.processes)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    for group, rows in figures.items():
        print(group)
        for name, figure in rows.items():
            print(f"  {name:<44} {figure:>12,.2f}".replace(",", " "))


def loading() -> dict[str, float]:
    """CPU seconds of a fresh Python that does nothing else."""
    return {name: min(_cpu(program) for _ in range(3)) for name, program in LOADS.items()}


def _cpu(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def throughput() -> dict[str, float]:
    """Words annotated per CPU second in one process."""
    from habitat_enquete.nlp.annotate import annotate
    from habitat_enquete.nlp.pipeline import load

    documents = list(interviews(30_000, 4))
    words = sum(len(document.text.split()) for document in documents)
    figures = {}
    for name, needs in {
        "blank": ("lemma",),
        "fr_enquete_parle: lemmas": ("lemma",),
        "fr_enquete_parle: lemmas, names": ("lemma", "entities"),
        "fr_enquete_parle: everything": ("lemma", "parse", "entities"),
    }.items():
        pipeline = load(name.partition(":")[0], needs=needs)
        start = time.process_time()
        list(annotate(documents, pipeline, None))
        figures[name] = words / (time.process_time() - start)
    return figures


def matching() -> dict[str, float]:
    """Words searched per CPU second for 500 terms: ours (gaps, flags), and spaCy's Matcher with as many lemma patterns."""
    from spacy.matcher import Matcher
    from spacy.tokens import Doc

    from habitat_enquete.model.codebook import Code, Codebook
    from habitat_enquete.nlp.annotate import annotate
    from habitat_enquete.nlp.lexicon import lexicon
    from habitat_enquete.nlp.match import CodebookMatcher
    from habitat_enquete.nlp.pipeline import load

    pipeline = load("blank")
    [document] = interviews(30_000, 1)
    [annotated] = annotate([document], pipeline, None)
    nouns = [line.split("\t")[0] for line in lexicon().entries[5000:] if "\tN" in line][::97][:500]
    terms = (*(f"pas de {noun}" for noun in nouns), "loyer", "pas de logement", "manquer de logement")
    matcher = CodebookMatcher(Codebook((), (Code("c", "C", "t", terms=terms),)), pipeline)
    start = time.process_time()
    matcher.matches(annotated, document)
    ours = len(annotated) / (time.process_time() - start)

    stock = Matcher(pipeline.nlp.vocab)
    for rank, term in enumerate(terms):
        stock.add(str(rank), [[{"LEMMA": word} for word in term.split()]])
    doc = Doc(pipeline.nlp.vocab, words=list(annotated.forms), lemmas=list(annotated.lemmas))
    start = time.process_time()
    stock(doc)
    return {"ours, words/s": ours, "spaCy Matcher, words/s": len(annotated) / (time.process_time() - start)}


def corpus(words: int, processes: int) -> dict[str, float]:
    """A whole study annotated for the first time, then reopened from the cache; peak memory of this process."""
    from habitat_enquete.nlp.annotate import annotate
    from habitat_enquete.nlp.pipeline import load

    pipeline = load()
    with tempfile.TemporaryDirectory() as folder:
        start, cpu = time.perf_counter(), _cpu_of_all()
        annotated = sum(
            len(one)
            for one in annotate(interviews(words, INTERVIEWS), pipeline, Path(folder), processes=processes)
        )
        first, first_cpu = time.perf_counter() - start, _cpu_of_all() - cpu
        cpu, start = time.process_time(), time.perf_counter()
        again = sum(len(one) for one in annotate(interviews(words, INTERVIEWS), pipeline, Path(folder)))
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        assert again == annotated
        return {
            "tokens": annotated,
            "first time, wall s": first,
            "first time, CPU s of all processes": first_cpu,
            "reopened, wall s": time.perf_counter() - start,
            "reopened, CPU s": time.process_time() - cpu,
            "cache, bytes per token": size / annotated,
            "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


def _cpu_of_all() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def interviews(words: int, count: int) -> Iterator[Document]:
    """Invented interviews of about `words` words in all: the sentences of the gold file, in turns."""
    lines = [line.split("\t")[0] for line in SENTENCES.read_text("utf-8").splitlines() if line[:1] != "#"]
    total = sum(len(line.split()) for line in lines)
    copies = max(1, round(words / count / total))
    for number in range(count):
        shifted = lines[number:] + lines[:number]
        text, turns, start = [], [], 0
        for rank in range(0, len(lines) * copies, 4):
            turn = " ".join(shifted[(rank + step) % len(lines)] for step in range(4))
            turns.append(Turn(rank // 4, "LOC", Span(start, start + len(turn))))
            text.append(turn)
            start += len(turn) + 1
        yield Document(
            f"E{number:02}",
            DocumentKind.INTERVIEW,
            "\n".join(text),
            tuple(turns),
            (Speaker("LOC", Role.INFORMANT),),
            Source("E.txt", ""),
        )


if __name__ == "__main__":
    main()
