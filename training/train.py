"""Train and assemble the shipped French pipeline, in one seeded command.

    python training/train.py --data DATA --tables TABLES --output training/build [--install]

DATA holds `ud_french/`, `ner_french/` and `territoire/`; TABLES the four French tables of spacy-lookups-data 1.0.5. About
forty CPU-minutes; a training that was finished in the same OUTPUT, on the same texts, is not done again. `--install` puts the result into the package; `--select` keeps the selection texts out of training, to
choose settings by; `--smoke` goes through everything with a few texts and steps, to know that the whole command works, and
leaves the package as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import boundaries
import build_lexicon
import spacy
import spacy.about
from assemble import assemble
from entities import prepare_entities
from model_card import write_card
from prepare import prepare, training_files
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from habitat_enquete.nlp import lemmas
from habitat_enquete.nlp.language import register

HERE = Path(__file__).resolve().parent
SMOKE_TEXTS, SMOKE_STEPS = 60, 4
STAMP = "trained_on.sha256"
PACKAGE = HERE.parent / "habitat_enquete" / "lang"


def main() -> None:
    """Prepare, train twice (speech, then names), assemble, learn the boundaries, measure, and write the model card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tables", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=HERE / "build")
    parser.add_argument("--select", action="store_true")
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    if options.smoke and options.install:
        parser.error("--smoke trains nothing worth installing")
    options.output.mkdir(parents=True, exist_ok=True)
    treebanks = options.data / "ud_french"
    lexicon = options.output / build_lexicon.FILE if options.smoke else build_lexicon.OUTPUT
    build_lexicon.write(build_lexicon.build(options.tables, training_files(treebanks)), lexicon)
    prepare(treebanks, options.output / "speech", final=not options.select)
    prepare_entities(options.data, options.output / "names")
    steps = SMOKE_STEPS if options.smoke else None
    speech = train("fr_enquete_parle.cfg", options.output / "speech", steps=steps)
    names = train("fr_enquete_noms.cfg", options.output / "names", steps=steps)
    shipped = options.output / "fr_enquete_parle"
    assemble(speech, names, shipped)
    units = options.output / boundaries.FILE if options.smoke else boundaries.OUTPUT
    few = 2 if options.smoke else None
    learned = boundaries.learn(treebanks, tagger(shipped), final=not options.select, few=few)
    boundaries.write(learned, units)
    if options.install:
        shutil.rmtree(PACKAGE / shipped.name, ignore_errors=True)
        shutil.copytree(shipped, PACKAGE / shipped.name)
        write_card(options.data)


def tagger(folder: Path) -> Language:
    """The assembled pipeline with our lemmas, before its units are checked: what the boundaries are learned on."""
    register()
    nlp = spacy.load(folder, exclude=["parser", "ner"])
    nlp.add_pipe(lemmas.FACTORY)
    return nlp


def train(config: str, folder: Path, *, steps: int | None = None) -> Path:
    """Run `spacy train` on `folder`, all of it or a few texts for so many `steps`; returns the best model."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    command = [
        sys.executable,
        "-m",
        "spacy",
        "train",
        str(HERE / config),
        "--code",
        str(HERE / "components.py"),
    ]
    best, stamp = folder / "model" / "model-best", folder / "model" / STAMP
    paths = ["--paths.train", str(folder / "train.spacy"), "--paths.dev", str(folder / "dev.spacy")]
    if steps is not None:
        for name in ("train.spacy", "dev.spacy"):
            _shorten(folder / name)
        paths += ["--training.max_steps", str(steps), "--training.eval_frequency", str(steps // 2)]
    inputs = _digest(HERE / config, folder / "train.spacy", folder / "dev.spacy", extra=paths[4:])
    if not (stamp.is_file() and stamp.read_text("utf-8") == inputs):
        subprocess.run([*command, *paths, "--output", str(folder / "model")], check=True, env=environment)
        stamp.write_text(inputs, "utf-8")
    return best


def _digest(*files: Path, extra: Sequence[str] = ()) -> str:
    """What a training depends on: an unchanged one is not done again."""
    digest = hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files))
    digest.update("\0".join((spacy.about.__version__, *extra)).encode())
    return digest.hexdigest()


def _shorten(file: Path) -> None:
    docs = list(DocBin().from_disk(file).get_docs(Vocab()))
    # A few of every kind: the files hold one corpus after another.
    DocBin(docs=docs[:: max(1, len(docs) // SMOKE_TEXTS)], store_user_data=False).to_disk(file)


if __name__ == "__main__":
    main()
