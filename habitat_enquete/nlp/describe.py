"""What a language pipeline is: its parts, size, sources, licences."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.nlp.lexicon import lexicon
from habitat_enquete.nlp.pipeline import BLANK, NEEDS, SHIPPED, load, shipped_folder

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Description:
    """A pipeline in figures and words; `needs` is what it can give (`lemma`, `parse`, `entities`)."""

    name: str
    hash: str
    needs: tuple[str, ...]
    components: tuple[str, ...]
    megabytes: float | None
    lexicon_forms: int
    license: str
    sources: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Field → value, as `--json` prints it."""
        return asdict(self)

    def rows(self) -> list[tuple[str, str]]:
        """What a person reads, in French."""
        tagged = {"morphologizer", "tagger"} & set(self.components)
        gives = {
            "lemma": f"{'catégories, ' if tagged else ''}lemmes et phrases",
            "parse": "dépendances",
            "entities": "noms",
        }
        size = "—" if self.megabytes is None else f"{self.megabytes:.1f} Mo".replace(".", ",")
        return [
            ("Modèle", self.name),
            ("Donne", ", ".join(gives[need] for need in self.needs)),
            ("Composants", ", ".join(self.components)),
            ("Taille", size),
            ("Lexique", f"{self.lexicon_forms:,} formes".replace(",", "\u202f")),
            ("Licence", self.license),
            ("Sources", " ; ".join(self.sources) or "—"),
            ("Empreinte", self.hash),
        ]


def needs_of(name: str) -> tuple[str, ...]:
    """Everything the pipeline called `name` can give."""
    found = []
    for need in NEEDS:
        try:
            load(name, needs=(need,))
        except EnqueteError as error:
            if error.code is not Code.LANG_COMPONENT_ABSENT:
                raise
            continue
        found.append(need)
    return tuple(found)


def describe(name: str) -> Description:
    """The description of a pipeline, ours, installed, or blank.

    Raises: EnqueteError when there is none of that name.
    """
    needs = needs_of(name)
    pipeline = load(name, needs=needs)
    meta = pipeline.nlp.meta
    return Description(
        name=name,
        hash=pipeline.hash,
        needs=needs,
        components=tuple(pipeline.nlp.pipe_names),
        megabytes=_size(shipped_folder()) if name == SHIPPED else None,
        lexicon_forms=len(lexicon().entries),
        license="MIT (tables)" if name == BLANK else str(meta.get("license") or "—"),
        sources=_sources() if name == SHIPPED else (),
    )


def _size(folder: Path) -> float:
    files = [*folder.rglob("*"), *folder.parent.glob("*.gz")]
    return sum(file.stat().st_size for file in files if file.is_file()) / _MEGABYTE


def _sources() -> tuple[str, ...]:
    meta = json.loads((shipped_folder() / "meta.json").read_text("utf-8"))
    return tuple(f"{source['name']} ({source['license']})" for source in meta.get("sources", ()))
