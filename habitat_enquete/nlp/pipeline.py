"""Load a language pipeline: ours, any installed spaCy package, or `blank` (tables alone, no trained model)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import spacy
import spacy.about
from spacy.language import Language

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.nlp import language, lemmas, names, sentences
from habitat_enquete.nlp.boundaries import FILE as BOUNDARIES
from habitat_enquete.nlp.lexicon import FILE as LEXICON

SHIPPED: Final = "fr_enquete_parle"
BLANK: Final = "blank"
NEEDS: Final = ("lemma", "parse", "entities")
# Raise it when tokens, lemmas or sentences change for the same model: cached annotations then expire.
RULES_VERSION: Final = 5
_COMPONENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "lemma": (
        "tok2vec",
        "tagger",
        "morphologizer",
        "attribute_ruler",
        "trainable_lemmatizer",
        "lemmatizer",
        "senter",
    ),
    "parse": ("parser",),
    "entities": ("ner",),
}
"""What a caller may need → the components that give it. Lemmas, parts of speech and sentences always come together."""


@dataclass(frozen=True, eq=False)
class Pipeline:
    """A loaded pipeline. `hash` changes whenever the same text could be annotated otherwise; `needs` is what it gives."""

    name: str
    hash: str
    needs: tuple[str, ...]
    nlp: Language

    def gives(self, need: str) -> bool:
        """Whether texts are annotated with it: `lemma`, `parse` or `entities`."""
        return need in self.needs


def load(name: str = SHIPPED, *, needs: Iterable[str] = ("lemma",)) -> Pipeline:
    """The pipeline called `name`, with only the components that `needs` ask for (`lemma`, `parse`, `entities`).

    Raises: EnqueteError when the package is not installed, or has no such component.
    """
    asked = {"lemma", *needs}
    wanted = tuple(need for need in NEEDS if need in asked)
    if unknown := asked - set(NEEDS):
        raise EnqueteError(Code.LANG_COMPONENT_ABSENT, name=name, need=", ".join(sorted(unknown)))
    if name == BLANK:
        return _blank(wanted)
    nlp, content = _shipped(wanted) if name == SHIPPED else _installed(name, wanted)
    for need in wanted:
        if need != "lemma" and not set(_COMPONENTS[need]) & set(nlp.pipe_names):
            raise EnqueteError(Code.LANG_COMPONENT_ABSENT, name=name, need=need)
    _complete(nlp)
    if "ner" in nlp.pipe_names:
        nlp.add_pipe(names.FACTORY, after="ner")
    return Pipeline(name, _hash(name, content, *wanted), wanted, nlp)


def _blank(wanted: tuple[str, ...]) -> Pipeline:
    if missing := [need for need in wanted if need != "lemma"]:
        raise EnqueteError(Code.LANG_COMPONENT_ABSENT, name=BLANK, need=", ".join(missing))
    language.register()
    nlp = language.LightFrench()
    nlp.add_pipe(lemmas.FACTORY)
    nlp.add_pipe(sentences.FACTORY)
    return Pipeline(BLANK, _hash(BLANK, _lexicon_digest()), wanted, nlp)


def shipped_folder() -> Path:
    """Where the shipped pipeline lives."""
    return Path(str(resources.files("habitat_enquete.lang").joinpath(SHIPPED)))


def _shipped(wanted: tuple[str, ...]) -> tuple[Language, str]:
    folder = shipped_folder()
    if not (folder / "config.cfg").is_file():
        raise EnqueteError(Code.LANG_PIPELINE_ABSENT, name=SHIPPED)
    language.register()
    # The tokeniser is this package's code: reading its saved twin would only cost time.
    nlp = spacy.load(folder, exclude=[*_unneeded(folder, wanted), "tokenizer"])
    return nlp, str(nlp.meta.get("sha256", nlp.meta["version"])) + _lexicon_digest()


def _installed(name: str, wanted: tuple[str, ...]) -> tuple[Language, str]:
    """A package trained elsewhere keeps its own French class: the one it was trained with."""
    path = Path(name)
    if not (path / "config.cfg").is_file() and (not name.isidentifier() or find_spec(name) is None):
        raise EnqueteError(Code.LANG_PIPELINE_ABSENT, name=name)
    language.register_stock()
    try:
        nlp = spacy.load(path if path.is_dir() else name)
    except OSError as error:
        raise EnqueteError(Code.LANG_PIPELINE_ABSENT, name=name) from error
    finally:
        language.register()
    keep = {component for need in wanted for component in _COMPONENTS[need]}
    for component in tuple(nlp.pipe_names):
        if component in {c for names in _COMPONENTS.values() for c in names} - keep:
            nlp.remove_pipe(component)
    return nlp, f"{nlp.meta['lang']}_{nlp.meta['name']}-{nlp.meta['version']}" + _lexicon_digest()


def _unneeded(folder: Path, wanted: tuple[str, ...]) -> list[str]:
    keep = {component for need in wanted for component in _COMPONENTS[need]}
    names = json.loads((folder / "meta.json").read_text("utf-8"))["pipeline"]
    return [name for name in names if name.removesuffix("_tok2vec") not in keep]


def _complete(nlp: Language) -> None:
    """Our lemmas after the model's own; our sentences before the parser, or not at all where a parser has made them."""
    present = [name for name in nlp.pipe_names if name in _COMPONENTS["lemma"]]
    if "parser" in nlp.pipe_names and (
        not present or nlp.pipe_names.index("parser") < nlp.pipe_names.index(present[-1])
    ):
        nlp.add_pipe(lemmas.FACTORY, after=present[-1] if present else None)
        return
    nlp.add_pipe(lemmas.FACTORY, after=present[-1]) if present else nlp.add_pipe(lemmas.FACTORY, first=True)
    nlp.add_pipe(sentences.FACTORY, after=lemmas.FACTORY)


def _lexicon_digest() -> str:
    folder = resources.files("habitat_enquete.lang")
    return hashlib.sha256(
        b"".join(folder.joinpath(name).read_bytes() for name in (LEXICON, BOUNDARIES))
    ).hexdigest()


def _hash(*parts: str) -> str:
    return hashlib.sha256(
        "\0".join((str(RULES_VERSION), spacy.about.__version__, *parts)).encode()
    ).hexdigest()[:16]
