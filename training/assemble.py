"""Put the trained components together as the package ships them."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import spacy

from habitat_enquete import __version__
from habitat_enquete.nlp.language import register

ORDER = ("tok2vec", "morphologizer", "trainable_lemmatizer", "senter", "parser")
SOURCES = [
    {
        "name": "UD French Rhapsodie",
        "license": "CC BY-SA 4.0",
        "url": "https://github.com/UniversalDependencies/UD_French-Rhapsodie",
    },
    {
        "name": "UD French ParisStories",
        "license": "CC BY-SA 4.0",
        "url": "https://github.com/UniversalDependencies/UD_French-ParisStories",
    },
    {
        "name": "UD French GSD (dev)",
        "license": "CC BY-SA 4.0",
        "url": "https://github.com/UniversalDependencies/UD_French-GSD",
    },
    {
        "name": "UD French Sequoia",
        "license": "LGPL-LR",
        "url": "https://github.com/UniversalDependencies/UD_French-Sequoia",
    },
    {"name": "FrSemCor", "license": "LGPL-LR", "url": "https://frsemcor.github.io/FrSemCor/"},
    {
        "name": "Europeana Newspapers NER (fr)",
        "license": "CC0",
        "url": "https://github.com/EuropeanaNewspapers/ner-corpora",
    },
    {
        "name": "Code officiel géographique (INSEE)",
        "license": "Licence Ouverte",
        "url": "https://www.insee.fr/fr/information/2560452",
    },
]
DESCRIPTION = (
    "Français parlé transcrit : mots, catégories, lemmes, phrases, dépendances, noms. Voir MODEL_CARD.md."
)


def assemble(main: Path, names: Path | None, output: Path) -> None:
    """Copy the trained components into `output`, in the order they are used, without what training alone needs."""
    register()
    model = spacy.load(main)
    nlp = spacy.blank("fr", vocab=model.vocab)
    for component in ORDER:
        nlp.add_pipe(component, source=model)
    if names is not None:
        nlp.add_pipe("ner", source=spacy.load(names))
    nlp.meta.update(
        name="enquete_parle", version=__version__, description=DESCRIPTION, license="CC BY-SA 4.0, LGPL-LR"
    )
    shutil.rmtree(output, ignore_errors=True)
    nlp.to_disk(output)
    _slim(output)


def _slim(folder: Path) -> None:
    """Drop the empty vectors and lookups, and sign the content: annotations in cache depend on it."""
    meta: dict[str, Any] = json.loads((folder / "meta.json").read_text("utf-8"))
    for key in ("performance", "labels", "spacy_git_version"):
        meta.pop(key, None)
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "meta.json"):
        digest.update(file.relative_to(folder).as_posix().encode() + file.read_bytes())
    meta["sources"] = SOURCES
    meta["sha256"] = digest.hexdigest()
    (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False, indent=2) + "\n", "utf-8")
