"""Reading the thematic codebook: `codebook.yaml` → `Codebook`, every mistake told with its line.

The dialect is described for its readers in `docs/grille_de_codage.md`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code as Message
from habitat_enquete.errors import Problem
from habitat_enquete.ingest import token_patterns
from habitat_enquete.model.codebook import (
    Code,
    Codebook,
    Lever,
    Negated,
    Polarity,
    Policy,
    Rule,
    Stage,
    Theme,
)
from habitat_enquete.model.pathway import Tenure
from habitat_enquete.yamlsource import (
    Items,
    Section,
    Table,
    hint,
    parse_mapping,
    read_text,
    refuse_problems,
)

_TOP: Final = ("title", "version", "settings", "levers", "pathways", "themes")
_SETTINGS: Final = ("policy", "gap")
_LEVER: Final = ("id", "label", "actor", "scale", "horizon")
_TENURE: Final = ("id", "label", "short", "level1", "colour", "insee")
_STAGE: Final = ("id", "label")
_THEME: Final = ("id", "label", "definition", "colour", "guid", "codes")
_CODE: Final = (
    "id",
    "label",
    "parent",
    "polarity",
    "definition",
    "include",
    "exclude",
    "examples",
    "counter_examples",
    "terms",
    "not_terms",
    "rules",
    "policy",
    "negated",
    "negated_code",
    "hypothetical",
    "stages",
    "levers",
    "closed",
    "colour",
    "guid",
)
_RULE: Final = ("all_of", "any_of", "none_of", "scope", "patterns")
_SCOPES: Final = ("sentence", "turn")
_DEFAULT_GAP: Final = 3
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_]*")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_GUID: Final = re.compile(r"(\{)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?(1)\})")
_WORD: Final = re.compile(r"\w")


def read_codebook(path: Path) -> Codebook:
    """The codebook written in `path`.

    Raises: EnqueteError when the file is missing or unreadable, or carrying every located problem it holds.
    """
    return parse_codebook(read_text(path), file=path.name)


def parse_codebook(text: str, *, file: str = "codebook.yaml") -> Codebook:
    """The codebook written in `text`; `file` is the name used in messages. Raises: as `read_codebook`."""
    codebook, problems = examine(text, file=file)
    refuse_problems(problems, file=file)
    return codebook


def examine(text: str, *, file: str = "codebook.yaml") -> tuple[Codebook, tuple[Problem, ...]]:
    """What can be read of a codebook, and all its problems. Raises: EnqueteError when it is not YAML at all."""
    reader = _Reader(Section(parse_mapping(text, file=file), file))
    codebook = reader.codebook(sha256=hashlib.sha256(text.encode()).hexdigest())
    return codebook, tuple(reader.top.problems)


def identifier(label: str) -> str:
    """An id made of a label: lower case, no accent, words joined by `_`.

    >>> identifier("Loyer trop élevé (à l'année)")
    'loyer_trop_eleve_a_l_annee'
    """
    decomposed = unicodedata.normalize("NFD", label.casefold().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return "_".join(re.findall(r"[a-z0-9]+", plain)) or "code"


@dataclass(slots=True)
class _Reader:
    """Reads one codebook, remembering which ids it met and where."""

    top: Section
    seen: dict[str, dict[str, int]] = field(default_factory=dict)  # kind → id → line

    def codebook(self, *, sha256: str) -> Codebook:
        self.top.check_keys(_TOP)
        settings = self.top.section("settings")
        if settings is not None:
            settings.check_keys(_SETTINGS)
        gap = settings.integer("gap", _DEFAULT_GAP) if settings else _DEFAULT_GAP
        policy = settings.one_of("policy", list(Policy), Policy.AUTO) if settings else Policy.AUTO
        levers = tuple(self._lever(each) for each in self.top.sections("levers"))
        tenures, stages, pathways = self._pathways()
        themes, codes = self._themes(Policy(policy))
        if not codes and not self.top.problems:
            self.top.report(Message.CODEBOOK_EMPTY)
        return Codebook(
            themes=themes,
            codes=codes,
            levers=levers,
            tenures=tenures,
            stages=stages,
            title=self.top.text("title"),
            version=self.top.text("version"),
            sha256=sha256,
            gap=max(0, gap if gap is not None else _DEFAULT_GAP),
            settings=dict(settings.table) if settings else {},
            pathways=pathways,
        )

    def _pathways(self) -> tuple[tuple[Tenure, ...], tuple[Stage, ...], Mapping[str, object]]:
        section = self.top.section("pathways")
        if section is None:
            return (), (), {}
        tenures = tuple(self._tenure(each) for each in section.sections("tenures"))
        stages = tuple(self._stage(each) for each in section.sections("stages"))
        return tenures, stages, dict(section.table)

    def _lever(self, section: Section) -> Lever:
        section.check_keys(_LEVER)
        return Lever(
            id=self._id(section, "lever"),
            label=self._label(section),
            actor=section.text("actor"),
            scale=section.text("scale"),
            horizon=section.text("horizon"),
        )

    def _tenure(self, section: Section) -> Tenure:
        section.check_keys(_TENURE)
        return Tenure(
            id=self._id(section, "tenure"),
            label=self._label(section),
            short=section.text("short"),
            level1=section.text("level1"),
            colour=self._colour(section) or "",
            insee=section.text("insee"),
        )

    def _stage(self, section: Section) -> Stage:
        section.check_keys(_STAGE)
        return Stage(self._id(section, "stage"), self._label(section))

    def _themes(self, policy: Policy) -> tuple[tuple[Theme, ...], tuple[Code, ...]]:
        themes: list[Theme] = []
        sections: list[tuple[Section, Theme]] = []
        for section in self.top.sections("themes"):
            section.check_keys(_THEME)
            theme = Theme(
                id=self._id(section, "theme"),
                label=self._label(section),
                definition=section.text("definition"),
                colour=self._colour(section),
                guid=self._guid(section),
            )
            themes.append(theme)
            sections += [(each, theme) for each in section.sections("codes")]
        codes = tuple(self._code(section, theme, policy) for section, theme in sections)
        self._check_references([section for section, _ in sections], codes)
        return tuple(themes), codes

    def _code(self, section: Section, theme: Theme, policy: Policy) -> Code:
        section.check_keys(_CODE)
        return Code(
            id=self._id(section, "code"),
            label=self._label(section),
            theme=theme.id,
            polarity=Polarity(section.one_of("polarity", list(Polarity), Polarity.NEUTRAL)),
            definition=section.text("definition"),
            include=section.text("include"),
            exclude=section.text("exclude"),
            examples=section.texts("examples"),
            counter_examples=section.texts("counter_examples"),
            terms=self._terms(section, "terms"),
            not_terms=self._terms(section, "not_terms"),
            rules=tuple(self._rule(each) for each in section.sections("rules")),
            policy=Policy(section.one_of("policy", list(Policy), policy)),
            negated=Negated(section.one_of("negated", list(Negated), Negated.EXCLUDE)),
            negated_code=section.text("negated_code") or None,
            hypothetical=Negated(
                section.one_of("hypothetical", (Negated.INCLUDE, Negated.EXCLUDE), Negated.INCLUDE)
            ),
            levers=section.texts("levers"),
            closed=self._closed(section),
            stages=section.texts("stages"),
            parent=section.text("parent") or None,
            colour=self._colour(section) or theme.colour,
            guid=self._guid(section),
            line=section.line(),
        )

    def _rule(self, section: Section) -> Rule:
        section.check_keys(_RULE)
        rule = Rule(
            all_of=self._terms(section, "all_of"),
            any_of=self._terms(section, "any_of"),
            none_of=self._terms(section, "none_of"),
            scope=section.one_of("scope", _SCOPES, "sentence"),
            patterns=self._patterns(section),
        )
        if not (rule.all_of or rule.any_of or section.spelled("patterns")):
            section.report(Message.CODEBOOK_EMPTY_RULE)
        return rule

    def _patterns(self, section: Section) -> tuple[tuple[Mapping[str, object], ...], ...]:
        value = section.value("patterns")
        if value is None:
            return ()
        if not isinstance(value, Items) or not value:
            section.report(Message.CODEBOOK_BAD_PATTERN, line=section.line("patterns"))
            return ()
        patterns = []
        for pattern, line in zip(value, value.lines, strict=True):
            tokens = (
                [each for each in pattern if isinstance(each, Table)] if isinstance(pattern, Items) else []
            )
            if not tokens or len(tokens) < len(pattern):
                section.report(Message.CODEBOOK_BAD_PATTERN, line=line)
            elif why := next((why for each in tokens if (why := token_patterns.wrong(each))), ""):
                section.report(Message.CODEBOOK_BAD_TOKEN, line=line, why=why)
            else:
                patterns.append(tuple(token_patterns.token(each) for each in tokens))
        return tuple(patterns)

    def _terms(self, section: Section, key: str) -> tuple[str, ...]:
        lines = _item_lines(section, key)
        terms: list[str] = []
        for rank, term in enumerate(section.texts(key)):
            if why := _useless(term):
                line = lines[rank] if rank < len(lines) else section.line(key)
                section.report(Message.CODEBOOK_BAD_TERM, line=line, term=term, why=why)
            else:
                terms.append(term)
        return tuple(terms)

    def _closed(self, section: Section) -> dict[str, tuple[str, ...]]:
        closed = section.section("closed")
        return {} if closed is None else {question: closed.texts(question) for question in closed.table}

    def _id(self, section: Section, kind: str) -> str:
        found = section.text("id")
        if not found:
            section.report(Message.CODEBOOK_MISSING_KEY, key="id")
            return ""
        if not _ID.fullmatch(found):
            section.report(
                Message.CODEBOOK_BAD_ID, line=section.line("id"), id=found, suggestion=identifier(found)
            )
        ids = self.seen.setdefault(kind, {})
        if found in ids:
            section.report(Message.CODEBOOK_DUPLICATE_ID, line=section.line("id"), id=found, other=ids[found])
        ids.setdefault(found, section.line("id"))
        return found

    def _label(self, section: Section) -> str:
        label = section.text("label")
        if not label:
            section.report(Message.CODEBOOK_MISSING_KEY, key="label")
        return label

    def _colour(self, section: Section) -> str | None:
        colour = section.text("colour")
        if colour and not _COLOUR.fullmatch(colour):
            section.report(Message.CODEBOOK_BAD_COLOUR, line=section.line("colour"), colour=colour)
            return None
        return colour or None

    def _guid(self, section: Section) -> str | None:
        guid = section.text("guid")
        if guid and not _GUID.fullmatch(guid):
            section.report(Message.CODEBOOK_BAD_GUID, line=section.line("guid"), guid=guid)
            return None
        return guid or None

    def _check_references(self, sections: Iterable[Section], codes: tuple[Code, ...]) -> None:
        parents = {code.id: code.parent for code in codes}
        for section, code in zip(sections, codes, strict=True):
            self._check_known(section, "levers", code.levers, "lever")
            self._check_known(section, "stages", code.stages, "stage")
            self._check_known(section, "parent", (code.parent,) if code.parent else (), "code")
            self._check_known(
                section, "negated_code", (code.negated_code,) if code.negated_code else (), "code"
            )
            if code.negated is Negated.REDIRECT and not code.negated_code:
                section.report(Message.CODEBOOK_MISSING_KEY, line=section.line("negated"), key="negated_code")
            if _has_cycle(code.id, parents):
                section.report(Message.CODEBOOK_PARENT_CYCLE, line=section.line("parent"), id=code.id)

    def _check_known(self, section: Section, key: str, targets: Iterable[str], kind: str) -> None:
        known = self.seen.get(kind, {})
        lines = _item_lines(section, key)
        for rank, target in enumerate(targets):
            if target not in known:
                section.report(
                    Message.CODEBOOK_UNKNOWN_REFERENCE,
                    line=lines[rank] if rank < len(lines) else section.line(key),
                    key=key,
                    target=target,
                    hint=hint(target, known),
                )


def _item_lines(section: Section, key: str) -> list[int]:
    value = section.value(key)
    return value.lines if isinstance(value, Items) else [section.line(key)]


def _useless(term: str) -> str:
    """Why a term can find nothing; empty when it can."""
    if not term.strip():
        return "il est vide"
    if term.count('"') % 2:
        return "un guillemet n'est pas refermé"
    words = [word for word in term.replace('"', " ").split() if word not in {"*", "…", "..."}]
    if not any(_WORD.search(word) for word in words):
        return "il ne contient aucun mot"
    if term.split()[0] in {"…", "..."} or term.split()[-1] in {"…", "..."}:
        return "« … » ne peut ni le commencer ni le finir"
    return ""


def _has_cycle(code: str, parents: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    current: str | None = code
    while current is not None and current not in seen:
        seen.add(current)
        current = parents.get(current)
    return current == code and parents.get(code) is not None
