"""Study files in YAML, read strictly: every scalar stays the text that was typed, and every problem has its line.

`01004` is a commune, `no` a word and `1:30` a time: nothing is guessed. Aliases, tags, several documents, duplicate keys,
great depth and great size are refused, so that a file received from somebody else can be opened without risk.
"""

from __future__ import annotations

import difflib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity

T = TypeVar("T")

MAXIMUM_BYTES: Final = 5_000_000
MAXIMUM_DEPTH: Final = 30

_YES: Final = frozenset({"oui", "yes", "true", "vrai", "1", "on"})
_NO: Final = frozenset({"non", "no", "false", "faux", "0", "off", ""})
# What some other YAML reader would take for a number, a boolean, a date or nothing at all.
_AMBIGUOUS: Final = re.compile(
    r"^(?:[-+]?[0-9][0-9_,.:eExXoa-fA-F+-]*|[-+]?\.(?:inf|nan)|~|null|true|false|yes|no|on|off|y|n|)$",
    re.IGNORECASE,
)
# Words that need no quotes anywhere, in a block or between braces.
_PLAIN: Final = re.compile(r"[^\W\d](?:[\w ./()'’€²³°–—-]*[\w.)'’€²³°])?")
_WHY: Final = {
    "mapping values are not allowed": "un « : » inattendu ; mettez le texte entre guillemets",
    "found character '\\t'": "une tabulation ; remplacez-la par des espaces",
    "cannot start any token": "un caractère qui doit être mis entre guillemets",
    "found unexpected end of stream": "des guillemets jamais refermés",
    "could not find expected ':'": "il manque un « : » après une clé",
    "expected <block end>": "l'indentation ne suit pas celle des lignes précédentes",
    "expected ',' or": "il manque une virgule, une accolade ou un crochet fermant",
    "special characters are not allowed": "un caractère de contrôle invisible",
}


class Table(dict[str, "Value"]):
    """A mapping read from a file: `line` where it starts, `lines` where each key is."""

    def __init__(self, line: int = 1) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Items(list["Value"]):
    """A list read from a file: `line` where it starts, `lines` where each item starts."""

    def __init__(self, line: int = 1) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


Value: TypeAlias = str | Items | Table


def read_text(path: Path) -> str:
    """The text of a study file, in NFC with LF line ends. Raises: EnqueteError when it is missing, too big or not UTF-8."""
    if not path.is_file():
        raise EnqueteError(Code.FILE_MISSING, file=path.name)
    if path.stat().st_size > MAXIMUM_BYTES:
        raise EnqueteError(Code.YAML_TOO_BIG, file=path.name, megabytes=MAXIMUM_BYTES // 1_000_000)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise EnqueteError(Code.FILE_NOT_UTF8, file=path.name, line=line) from error
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def read_mapping(path: Path) -> Table:
    """The mapping written in `path`, all scalars as text. Raises: EnqueteError, with the line, for anything unreadable."""
    return parse_mapping(read_text(path), file=path.name)


def parse_mapping(text: str, *, file: str) -> Table:
    """The mapping written in `text`; an empty text gives an empty table. `file` is the name used in messages."""
    value = _Builder(file).build(_events(text, file))
    if isinstance(value, Table):
        return value
    if value == "":
        return Table()
    raise EnqueteError(
        Code.YAML_WRONG_TYPE, file=file, line=1, key=file, expected="des lignes « clé : valeur »"
    )


def _events(text: str, file: str) -> Iterator[Event]:
    """The events of the YAML parser; its English complaints become one French sentence with the line."""
    try:
        yield from YAML(typ="safe", pure=True).parse(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise EnqueteError(Code.YAML_SYNTAX, file=file, line=line, why=_why(str(error))) from error
    except YAMLError as error:
        raise EnqueteError(Code.YAML_SYNTAX, file=file, line=1, why=_why(str(error))) from error


def _why(message: str) -> str:
    return next((french for english, french in _WHY.items() if english in message), "structure inattendue")


class _Builder:
    """Builds tables, lists and texts out of parser events, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Value = ""
        self.documents = 0
        self.stack: list[Table | Items] = []
        self.keys: list[str | None] = []

    def build(self, events: Iterable[Event]) -> Value:
        for event in events:
            self._take(event)
        return self.root

    def _take(self, event: Event) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._count_document(line)
        elif isinstance(event, AliasEvent):
            raise self._forbidden(line, "un alias (« * »)")
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._refuse_decoration(event, line)
            self._open(Table(line) if isinstance(event, MappingStartEvent) else Items(line), line)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.stack.pop()
            self.keys.pop()
        elif isinstance(event, ScalarEvent):
            self._refuse_decoration(event, line)
            self._add(str(event.value), line)

    def _count_document(self, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._forbidden(line, "un second document (« --- »)")

    def _refuse_decoration(
        self, event: MappingStartEvent | SequenceStartEvent | ScalarEvent, line: int
    ) -> None:
        if event.anchor is not None:
            raise self._forbidden(line, "une ancre (« & »)")
        if event.tag is not None and event.tag != "!":
            raise self._forbidden(line, "une étiquette de type (« ! »)")

    def _open(self, value: Table | Items, line: int) -> None:
        if len(self.stack) >= MAXIMUM_DEPTH:
            raise self._forbidden(line, f"un emboîtement de plus de {MAXIMUM_DEPTH} niveaux")
        self._add(value, line)
        self.stack.append(value)
        self.keys.append(None)

    def _add(self, value: Value, line: int) -> None:
        if not self.stack:
            self.root = value
            return
        holder = self.stack[-1]
        if isinstance(holder, Items):
            holder.append(value)
            holder.lines.append(line)
        elif self.keys[-1] is None:
            self.keys[-1] = self._new_key(holder, value, line)
        else:
            holder[self.keys[-1]] = value
            self.keys[-1] = None

    def _new_key(self, holder: Table, key: Value, line: int) -> str:
        if not isinstance(key, str):
            raise self._forbidden(line, "une clé qui n'est pas un simple mot")
        if key in holder.lines:
            raise EnqueteError(Code.YAML_DUPLICATE_KEY, file=self.file, line=line, key=key)
        holder.lines[key] = line
        return key

    def _forbidden(self, line: int, what: str) -> EnqueteError:
        return EnqueteError(Code.YAML_FORBIDDEN, file=self.file, line=line, what=what)


@dataclass(frozen=True, slots=True)
class Section:
    """One mapping of a study file, read key by key under its English names or their French aliases.

    Problems are gathered in `problems`, shared by all sections of the file, and told together by `refuse_problems`.
    """

    table: Table
    file: str
    aliases: Mapping[str, str] = field(default_factory=dict)  # French → English
    problems: list[Problem] = field(default_factory=list)

    def inner(self, table: Table, aliases: Mapping[str, str] | None = None) -> Section:
        """A section of the same file, with its own aliases when given."""
        return Section(table, self.file, self.aliases if aliases is None else aliases, self.problems)

    def spelled(self, key: str) -> str | None:
        """How the file spells `key`: as it is, or by one of its aliases; None when it is absent."""
        if key in self.table:
            return key
        return next(
            (alias for alias, name in self.aliases.items() if name == key and alias in self.table), None
        )

    def __contains__(self, key: str) -> bool:
        return self.spelled(key) is not None

    def line(self, key: str | None = None) -> int:
        """The line of `key`, or of the section itself."""
        spelled = self.spelled(key) if key else None
        return self.table.lines.get(spelled, self.table.line) if spelled else self.table.line

    def value(self, key: str) -> Value | None:
        """What is written under `key`, None when it is absent."""
        spelled = self.spelled(key)
        return None if spelled is None else self.table[spelled]

    def text(self, key: str, default: str = "") -> str:
        """The text under `key`."""
        value = self.value(key)
        if value is None:
            return default
        return value if isinstance(value, str) else self._wrong(key, "un texte", default)

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under `key`; a lone text counts as a list of one."""
        value = self.value(key)
        if value is None or value == "":
            return ()
        if isinstance(value, str):
            return (value,)
        if isinstance(value, Items) and all(isinstance(item, str) for item in value):
            return tuple(item for item in value if isinstance(item, str))
        return self._wrong(key, "une liste de textes", ())

    def mapping(self, key: str) -> dict[str, str]:
        """The texts by key under `key`."""
        value = self.value(key)
        if value is None or value == "":
            return {}
        if isinstance(value, Table) and all(isinstance(item, str) for item in value.values()):
            return {name: item for name, item in value.items() if isinstance(item, str)}
        return self._wrong(key, "des lignes « clé : texte »", {})

    def flag(self, key: str, default: bool = False) -> bool:
        """The yes or no under `key`: oui, non, true, false."""
        value = self.value(key)
        if value is None:
            return default
        word = value.casefold() if isinstance(value, str) else "?"
        if word in _YES or word in _NO:
            return word in _YES
        return self._wrong(key, "« oui » ou « non »", default)

    def integer(self, key: str, default: int | None = None) -> int | None:
        """The whole number under `key`."""
        value = self.value(key)
        if value is None or value == "":
            return default
        if isinstance(value, str) and re.fullmatch(r"[-+]?\d{1,18}", value):
            return int(value)
        return self._wrong(key, "un nombre entier", default)

    def number(self, key: str, default: float | None = None) -> float | None:
        """The number under `key`, with a decimal point or comma."""
        value = self.value(key)
        if value is None or value == "":
            return default
        if isinstance(value, str) and re.fullmatch(r"[-+]?\d+([.,]\d+)?", value):
            return float(value.replace(",", "."))
        return self._wrong(key, "un nombre", default)

    def one_of(self, key: str, choices: Iterable[str], default: str) -> str:
        """The text under `key`, which must be one of `choices`."""
        known = tuple(choices)
        value = self.text(key, default)
        if value in known:
            return value
        return self._wrong(key, "l'une de ces valeurs : " + ", ".join(known), default)

    def section(self, key: str, aliases: Mapping[str, str] | None = None) -> Section | None:
        """The mapping under `key`, None when it is absent."""
        value = self.value(key)
        if isinstance(value, Table):
            return self.inner(value, aliases)
        return None if value is None or value == "" else self._wrong(key, "des lignes « clé : valeur »", None)

    def sections(self, key: str, aliases: Mapping[str, str] | None = None) -> list[Section]:
        """The list of mappings under `key`."""
        value = self.value(key)
        if value is None or value == "":
            return []
        if not isinstance(value, Items):
            return self._wrong(key, "une liste de lignes « - clé : valeur »", [])
        for item, line in zip(value, value.lines, strict=True):
            if not isinstance(item, Table):
                expected = "« - clé : valeur » à chaque ligne de sa liste"
                self.report(Code.YAML_WRONG_TYPE, key=self.spelled(key), line=line, expected=expected)
        return [self.inner(item, aliases) for item in value if isinstance(item, Table)]

    def check_keys(self, known: Iterable[str]) -> None:
        """Reports each key that is not among `known` (or an alias of them), with the nearest one."""
        names = set(known)
        spellings = sorted(names | {alias for alias, name in self.aliases.items() if name in names})
        for key in self.table:
            if self.aliases.get(key, key) not in names:
                self.report(
                    Code.YAML_UNKNOWN_KEY, key=key, line=self.table.lines[key], hint=hint(key, spellings)
                )
        self._refuse_double_spelling(names)

    def _refuse_double_spelling(self, names: set[str]) -> None:
        """`filtre:` beside `relevant:` says the same thing twice."""
        seen: set[str] = set()
        for key in self.table:
            name = self.aliases.get(key, key)
            if name in seen and name in names:
                self.report(Code.YAML_DUPLICATE_KEY, key=key, line=self.table.lines[key])
            seen.add(name)

    def report(
        self, code: Code, *, line: int | None = None, severity: Severity = Severity.ERROR, **where: object
    ) -> None:
        """Adds a problem of this file; `line` defaults to the section's own."""
        at = self.table.line if line is None else line
        sentence = code.sentence(
            **({"file": self.file, "line": at, "place": f"{self.file}, ligne {at}"} | where)
        )
        self.problems.append(Problem(code.name, sentence, severity, self.file, row=at))

    def _wrong(self, key: str, expected: str, default: T) -> T:
        self.report(Code.YAML_WRONG_TYPE, key=self.spelled(key), line=self.line(key), expected=expected)
        return default


def hint(word: str, known: Iterable[str]) -> str:
    """« Vouliez-vous dire … ? » with the nearest known word, preceded by a space; nothing when none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Vouliez-vous dire « {near[0]} » ?" if near else ""


def refuse_problems(problems: Iterable[Problem], *, file: str) -> None:
    """Raises: EnqueteError carrying all `problems` when at least one is an error."""
    found = tuple(problems)
    errors = [each for each in found if each.severity is Severity.ERROR]
    if errors:
        raise EnqueteError(
            Code.FILE_PROBLEMS, problems=found, file=file, count=len(errors), first=errors[0].message
        )


# ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────


class _TextResolver(VersionedResolver):
    """Resolves every plain scalar as text, so that rewriting a file changes nothing that was typed."""

    def resolve(self, kind: object, value: object, implicit: object) -> object:
        tag = super().resolve(kind, value, implicit)
        return (
            self.DEFAULT_SCALAR_TAG
            if str(tag).startswith("tag:yaml.org,2002:") and isinstance(value, str)
            else tag
        )


def round_trip() -> YAML:
    """A YAML reader-writer that keeps comments, order and quotes, and takes every scalar for text."""
    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver = _TextResolver
    yaml.preserve_quotes = True
    yaml.width = 100_000  # lines are broken where their author broke them
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    return yaml


def load_for_rewriting(text: str, *, file: str) -> CommentedMap:
    """The mapping of `text` with its comments, to be changed in place and given to `dump`."""
    parse_mapping(text, file=file)  # the strict reader speaks first
    loaded = round_trip().load(io.StringIO(text))
    return loaded if isinstance(loaded, CommentedMap) else CommentedMap()


def dump(content: Mapping[str, object]) -> str:
    """YAML text of `content`; new texts that other readers would take for numbers or booleans are quoted."""
    stream = io.StringIO()
    round_trip().dump(_plain(content), stream)
    return stream.getvalue()


def quoted(text: str) -> str:
    """`text`, marked to be written between quotes unless it is plain words that any YAML reader takes for a text."""
    if type(text) is not str or (_PLAIN.fullmatch(text) and not _AMBIGUOUS.match(text)):
        return text
    marked: str = DoubleQuotedScalarString(text)
    return marked


def _plain(value: object) -> object:
    """`value` ready to be written, comments of `CommentedMap` and `CommentedSeq` kept."""
    if isinstance(value, CommentedMap):  # what was read is written back as it was typed
        for key, item in value.items():
            value[key] = item if isinstance(item, str) else _plain(item)
        return value
    if isinstance(value, CommentedSeq):
        for rank, item in enumerate(value):
            value[rank] = item if isinstance(item, str) else _plain(item)
        return value
    if isinstance(value, Mapping):
        return CommentedMap((quoted(str(key)), _plain(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return CommentedSeq(_plain(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else quoted(str(value))
