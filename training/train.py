"""Train and assemble the shipped French pipeline, in one seeded command.

    python training/train.py --data DATA --tables TABLES --output training/build [--install]

DATA holds `ud_french/`, `ner_french/` and `territoire/`; TABLES the four French tables of spacy-lookups-data 1.0.5. About
forty CPU-minutes. `--install` puts the result into the package; `--select` keeps the selection texts out of training, to
choose settings by; `--smoke` goes through everything with a few texts and steps, to know that the whole command works, and
leaves the package as it is.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import build_lexicon
from assemble import assemble
from entities import prepare_entities
from model_card import write_card
from prepare import prepare, training_files
from spacy.tokens import DocBin
from spacy.vocab import Vocab

HERE = Path(__file__).resolve().parent
SMOKE_TEXTS, SMOKE_STEPS = 60, 4
PACKAGE = HERE.parent / "habitat_enquete" / "lang"


def main() -> None:
    """Prepare, train twice (speech, then names), assemble, measure, and write the model card."""
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
    if options.install:
        shutil.rmtree(PACKAGE / shipped.name, ignore_errors=True)
        shutil.copytree(shipped, PACKAGE / shipped.name)
        write_card(options.data)


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
    paths = ["--paths.train", str(folder / "train.spacy"), "--paths.dev", str(folder / "dev.spacy")]
    if steps is not None:
        for name in ("train.spacy", "dev.spacy"):
            _shorten(folder / name)
        paths += ["--training.max_steps", str(steps), "--training.eval_frequency", str(steps // 2)]
    subprocess.run([*command, *paths, "--output", str(folder / "model")], check=True, env=environment)
    return folder / "model" / "model-best"


def _shorten(file: Path) -> None:
    docs = list(DocBin().from_disk(file).get_docs(Vocab()))
    # A few of every kind: the files hold one corpus after another.
    DocBin(docs=docs[:: max(1, len(docs) // SMOKE_TEXTS)], store_user_data=False).to_disk(file)


if __name__ == "__main__":
    main()
