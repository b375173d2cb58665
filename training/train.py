"""Train and assemble the shipped French pipeline, in one seeded command.

    python training/train.py --data DATA --tables TABLES --output training/build [--install]

DATA holds `ud_french/`, `ner_french/` and `territoire/`; TABLES the four French tables of spacy-lookups-data 1.0.5. About
forty CPU-minutes. `--install` puts the result into the package; `--select` keeps the selection texts out of training, to
choose settings by.
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

HERE = Path(__file__).resolve().parent
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
    options = parser.parse_args()
    treebanks = options.data / "ud_french"
    build_lexicon.write(build_lexicon.build(options.tables, training_files(treebanks)))
    prepare(treebanks, options.output / "speech", final=not options.select)
    prepare_entities(options.data, options.output / "names")
    speech = train("fr_enquete_parle.cfg", options.output / "speech")
    names = train("fr_enquete_noms.cfg", options.output / "names")
    shipped = options.output / "fr_enquete_parle"
    assemble(speech, names, shipped)
    if options.install:
        shutil.rmtree(PACKAGE / shipped.name, ignore_errors=True)
        shutil.copytree(shipped, PACKAGE / shipped.name)
        write_card(options.data)


def train(config: str, folder: Path) -> Path:
    """Run `spacy train` on `folder`; returns the best model."""
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
    subprocess.run([*command, *paths, "--output", str(folder / "model")], check=True, env=environment)
    return folder / "model" / "model-best"


if __name__ == "__main__":
    main()
