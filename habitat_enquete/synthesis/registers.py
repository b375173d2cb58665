"""The registers that the author keeps beside the study: welcoming villages, project holders, actors, initiatives elsewhere, decisions.

Each is a small YAML file: a list of entries, whose keys are checked, with the codes of the codebook that an entry refers to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.yamlsource import Section, hint, read_mapping, refuse_problems


@dataclass(frozen=True, slots=True)
class Register:
    """What a register file looks like: its name, the key of its list, the keys of an entry (English → French alias).

    `lists` are the keys that hold several texts; `codes` the one among them that names codes of the codebook.
    """

    file: str
    key: str
    alias: str
    keys: Mapping[str, str]
    lists: tuple[str, ...] = ()
    codes: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a register: its texts and its lists of texts, by key; `line` is where the file holds it."""

    texts: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    line: int = 0

    def text(self, key: str) -> str:
        """The text of a key, empty when the entry has none."""
        return self.texts.get(key, "")

    def items(self, key: str) -> tuple[str, ...]:
        """The texts of a list key."""
        return self.lists.get(key, ())


CRITERIA: Final = Register(
    "village.yaml",
    "criteria",
    "criteres",
    {"id": "identifiant", "label": "libelle", "axis": "axe", "findings": "constats", "proof": "preuve"},
    ("findings",),
    "findings",
)
COMMUNES: Final = Register(
    "village.yaml",
    "communes",
    "communes",
    {
        "name": "nom",
        "met": "acquis",
        "under_way": "en_cours",
        "offers": "offres",
        "date": "date",
        "next": "suite",
        "referent": "referent",
    },
    ("met", "under_way", "offers"),
)
PROJECTS: Final = Register(
    "projets.yaml",
    "projects",
    "projets",
    {
        "id": "identifiant",
        "person": "personne",
        "project": "projet",
        "stage": "etape",
        "support": "accompagnement",
        "next": "suite",
        "date": "date",
        "outcome": "issue",
        "why": "raison",
        "findings": "constats",
        "place": "lieu",
    },
    ("support", "findings"),
    "findings",
)
ACTORS: Final = Register(
    "acteurs.yaml",
    "actors",
    "acteurs",
    {
        "name": "nom",
        "kind": "nature",
        "territory": "territoire",
        "role": "role",
        "respondent": "personne",
        "met": "rencontre",
        "commitments": "engagements",
        "contact": "contact",
    },
    ("commitments",),
)
WORKSHOPS: Final = Register(
    "acteurs.yaml",
    "workshops",
    "ateliers",
    {
        "theme": "theme",
        "date": "date",
        "people": "participants",
        "results": "resultats",
        "findings": "constats",
    },
    ("results", "findings"),
    "findings",
)
INITIATIVES: Final = Register(
    "benchmark.yaml",
    "initiatives",
    "initiatives",
    {
        "name": "nom",
        "place": "lieu",
        "form": "forme",
        "conditions": "conditions",
        "cost": "cout",
        "results": "resultats",
        "source": "source",
        "findings": "constats",
    },
    ("findings",),
    "findings",
)
DECISIONS: Final = Register(
    "decisions.yaml",
    "decisions",
    "decisions",
    {"date": "date", "label": "libelle", "by": "instance", "findings": "constats", "status": "etat"},
    ("findings",),
    "findings",
)
REGISTERS: Final = (CRITERIA, COMMUNES, PROJECTS, ACTORS, WORKSHOPS, INITIATIVES, DECISIONS)


def read_register(
    root: Path, register: Register, codebook: Codebook, groups: Iterable[str] = ()
) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """The entries of a register of the study in `root` (none without the file), and warnings about codes nobody defined.

    `groups`: ids of the findings that group codes; an entry may cite them too.

    Raises: EnqueteError with every wrong key or value and its line.
    """
    path = root / register.file
    if not path.exists():
        return (), ()
    siblings = [each for each in REGISTERS if each.file == register.file]
    section = Section(read_mapping(path), path.name, {each.alias: each.key for each in siblings})
    section.check_keys([each.key for each in siblings])
    aliases = {alias: key for key, alias in register.keys.items()}
    known = [*(code.id for code in codebook), *groups]
    entries = tuple(_entry(each, register, known) for each in section.sections(register.key, aliases))
    refuse_problems(section.problems, file=path.name)
    return entries, tuple(section.problems)


def _entry(section: Section, register: Register, known: Sequence[str]) -> Entry:
    section.check_keys(register.keys)
    lists = {key: section.texts(key) for key in register.lists}
    for name in lists.get(register.codes, ()):
        if name not in known:
            section.report(
                Code.ACTION_UNKNOWN_REFERENCE,
                severity=Severity.WARNING,
                line=section.line(register.codes),
                name=name,
                hint=hint(name, known),
            )
    texts = {key: section.text(key) for key in register.keys if key not in register.lists}
    return Entry(texts, lists, section.line())
