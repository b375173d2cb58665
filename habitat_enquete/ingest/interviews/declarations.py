"""`entretiens.csv`: what the team says of its interviews (who, which public, where, which consent), read with indulgence."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from habitat_enquete.errors import Code, EnqueteError, Problem, problem
from habitat_enquete.ingest.files.guards import read_text
from habitat_enquete.ingest.interviews.label_names import key
from habitat_enquete.ingest.interviews.roles import Declaration
from habitat_enquete.model.text import Role

TABLES = ("entretiens.csv", "metadata.csv")
_COLUMNS = {
    "fichier": "fichier", "fichiers": "fichier", "file": "fichier", "nom_fichier": "fichier", "nom_du_fichier": "fichier",
    "id": "id", "identifiant": "id", "entretien": "id", "code_entretien": "id",
    "enqueteur": "enqueteur", "enqueteurs": "enqueteur", "intervieweur": "enqueteur", "enquetrice": "enqueteur",
    "locuteurs": "locuteurs", "locuteur": "locuteurs", "speakers": "locuteurs",
    "date": "date_entretien", "date_entretien": "date_entretien",
    "publics": "publics_pd2h",
}  # fmt: skip
_NOT_ATTRIBUTES = frozenset({"fichier", "id", "enqueteur", "locuteurs"})
# What is known of the interview rather than of the person; a group shares only what is true of each of its members.
_OF_DOCUMENT = frozenset({"lieu", "commentaire", "type", "titre", "duree"})
_OF_ONE_PERSON = frozenset({"age", "annee_naissance", "sexe", "genre", "profession", "poids"})
_ROLE_WORDS = {
    "enqueteur": Role.INTERVIEWER, "enquetrice": Role.INTERVIEWER, "intervieweur": Role.INTERVIEWER,
    "intervieweuse": Role.INTERVIEWER, "interviewer": Role.INTERVIEWER, "chercheur": Role.INTERVIEWER,
    "chercheuse": Role.INTERVIEWER, "animateur": Role.INTERVIEWER, "animatrice": Role.INTERVIEWER,
    "enquete": Role.INFORMANT, "enquetee": Role.INFORMANT, "interviewe": Role.INFORMANT, "interviewee": Role.INFORMANT,
    "informant": Role.INFORMANT, "autre": Role.OTHER, "other": Role.OTHER, "tiers": Role.OTHER, "exclu": Role.OTHER,
}  # fmt: skip
_DAY_FIRST = re.compile(r"(0?[1-9]|[12]\d|3[01])[/.-](0?[1-9]|1[0-2])[/.-](\d{4})")
_PAIR = re.compile(r"\s*([^=]+?)\s*=\s*([^=]*?)\s*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table: the files it describes, the interview's id, the values of its other columns."""

    row: int
    files: tuple[str, ...]
    id: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def speakers(self) -> tuple[tuple[str, str], ...]:
        """The pairs of the column « locuteurs »: label, what it stands for."""
        pairs = (_PAIR.fullmatch(part) for part in re.split(r"[|;]", self.values.get("locuteurs", "")))
        return tuple((pair[1], pair[2]) for pair in pairs if pair is not None and pair[2])

    @property
    def declaration(self) -> Declaration:
        """What the line says of the speakers.

        In `label=value`, a value is a role (« enquêteur », « autre »), the right spelling of a label, or a respondent's id.
        """
        labels = {key(label): label for label, _ in self.speakers}
        roles: dict[str, Role] = {}
        respondents: dict[str, str] = {}
        spellings: dict[str, str] = {}
        for label, value in self.speakers:
            if (role := _ROLE_WORDS.get(key(value))) is not None and value.casefold() != label.casefold():
                roles[key(label)] = role
                if key(value) in {"chercheur", "chercheuse"}:
                    spellings[key(label)] = value
            elif key(value) in labels:
                spellings[key(label)] = labels[key(value)]
            else:
                respondents[key(label)] = value
        people = re.split(r"[|;,/]| et ", self.values.get("enqueteur", ""))
        return Declaration(
            roles, respondents, spellings, tuple(person.strip() for person in people if person.strip())
        )

    @property
    def document_attributes(self) -> dict[str, str]:
        """What is kept with the interview: every column filled, but the names of those who asked."""
        return {name: value for name, value in self.values.items() if value and name not in _NOT_ATTRIBUTES}

    def respondent_attributes(self, *, alone: bool) -> dict[str, str]:
        """What is known of each respondent; `alone` says whether the interview has only one."""
        return {
            name: value
            for name, value in self.document_attributes.items()
            if name not in _OF_DOCUMENT and (alone or name not in _OF_ONE_PERSON)
        }


@dataclass(frozen=True, slots=True)
class Table:
    """The whole table: its name, its lines, what is wrong with it."""

    file: str = ""
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_table(folder: Path) -> Table:
    """The table of the interviews in `folder`; an empty one when there is none.

    Raises: EnqueteError: INTERVIEW_TABLE_COLUMN without a column « fichier », and what `read_text` refuses.
    """
    path = next((folder / name for name in TABLES if (folder / name).is_file()), None)
    if path is None:
        return Table()
    rows = list(_rows(read_text(path).text))
    header = [_column(name) for name in rows[0][1]] if rows else []
    named = header.index("fichier") if "fichier" in header else None
    if named is None and path.name == "metadata.csv" and "id" in header:
        header[header.index("id")] = "fichier"  # TXM names a file without its extension `id`
    if "fichier" not in header:
        raise EnqueteError(Code.INTERVIEW_TABLE_COLUMN, file=path.name)
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row, cells in rows[1:]:
        entry = _entry(row, header, cells)
        twice = [name for name in entry.files if file_key(name) in seen]
        problems += [
            problem(Code.INTERVIEW_TABLE_TWICE, file=path.name, row=row, column="fichier", value=name)
            for name in twice
        ]
        seen.update(file_key(name) for name in entry.files)
        if entry.files and not twice:
            entries.append(entry)
    return Table(path.name, tuple(entries), tuple(problems))


def unknown_speakers(entry: Entry, labels: Sequence[str], *, table: str) -> tuple[Problem, ...]:
    """The labels that the table declares and nobody bears in the transcript."""
    present = {key(label) for label in labels} | set(entry.declaration.spellings)
    shown = ", ".join(f"« {label} »" for label in labels[:8]) or "aucun"
    return tuple(
        problem(
            Code.INTERVIEW_TABLE_SPEAKER,
            file=table,
            row=entry.row,
            column="locuteurs",
            value=label,
            labels=shown,
        )
        for label, _ in entry.speakers
        if key(label) not in present
    )


def file_key(name: str) -> str:
    """What two ways of writing a file's name share: composed accents, capitals, the folder's slashes.

    >>> file_key("Entretiens\\\\E01.DOCX"), file_key("./E01.docx")
    ('entretiens/e01.docx', 'e01.docx')
    """
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/").removeprefix("./")).casefold()


def _rows(text: str) -> Iterable[tuple[int, list[str]]]:
    """The lines that hold something, each with its number; the separator is the one the first line uses most."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    if first.casefold().startswith("sep="):
        text = text.replace(first, "", 1)
        first = next((line for line in text.split("\n") if line.strip()), "")
    separator = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [cell.strip() for cell in cells]


def _column(name: str) -> str:
    flat = "_".join(key(name).split())
    return _COLUMNS.get(flat, flat)


def _iso(name: str, cell: str) -> str:
    """A date written the French way (12/03/2026), in ISO order; anything else as it is."""
    date = _DAY_FIRST.fullmatch(cell) if name == "date_entretien" else None
    return f"{date[3]}-{int(date[2]):02}-{int(date[1]):02}" if date else cell


def _entry(row: int, header: Sequence[str], cells: Sequence[str]) -> Entry:
    values = {name: _iso(name, cell) for name, cell in zip(header, cells, strict=False) if name}
    files = tuple(part.strip() for part in values.get("fichier", "").split("|") if part.strip())
    return Entry(row, files, values.get("id", ""), values)
