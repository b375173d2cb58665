"""Questionnaires written in YAML: every key has a French name, and every problem its line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, Problem
from habitat_enquete.ingest.definitions import vocabulary as words
from habitat_enquete.ingest.definitions.guide_yaml import read_guide
from habitat_enquete.ingest.definitions.xlsform_types import FormType, form_type
from habitat_enquete.model.questionnaire import (
    Choice,
    Group,
    Guide,
    Question,
    Questionnaire,
    QuestionType,
    Quota,
    Repeat,
    translations_of,
)
from habitat_enquete.yamlsource import Items, Section, Table, hint, parse_mapping, read_text, refuse_problems

_TRANSLATED: Final = ("hint", "guidance", "constraint_message", "required_message")


def read_yaml(path: Path) -> Questionnaire | Guide:
    """The questionnaire or the guide written in `path`. Raises: EnqueteError listing every problem with its line."""
    return parse_yaml(read_text(path), file=path.name)


def parse_yaml(text: str, *, file: str) -> Questionnaire | Guide:
    """The questionnaire or the guide written in `text`; `file` is the name used in messages."""
    definition, problems = parse_leniently(text, file=file)
    refuse_problems(problems, file=file)
    return definition


def parse_leniently(text: str, *, file: str) -> tuple[Questionnaire | Guide, list[Problem]]:
    """What could be read of `text`, and the problems met: for a check that tells everything at once.

    Raises: EnqueteError when the text is not YAML at all.
    """
    top = Section(parse_mapping(text, file=file), file, words.TOP_ALIASES)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    kind = top.one_of("kind", ("questionnaire", "guide"), "questionnaire")
    definition = read_guide(top, sha256) if kind == "guide" else _Reader(top, sha256).read()
    return definition, top.problems


@dataclass(slots=True)
class _Reader:
    """Reads one questionnaire; choice lists written inside questions join those written apart."""

    top: Section
    sha256: str
    language: str = "fr"
    lists: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    def read(self) -> Questionnaire:
        top = self.top
        top.check_keys(words.TOP_KEYS)
        self.language = top.text("language", "fr")
        self._read_lists()
        questions = tuple(self._questions(top, (), None))
        if "questions" not in top:
            top.report(Code.QUESTIONNAIRE_EMPTY)
        title, titles = self._labels(top, "title")
        return Questionnaire(
            id=top.text("id") or Path(top.file).stem,
            title=title,
            titles=titles,
            version=top.text("version"),
            questions=questions,
            choice_lists=self.lists,
            repeats=tuple(self.repeats),
            groups=tuple(self.groups),
            language=self.language,
            languages=top.texts("languages") or (self.language,),
            respondent_key=self._respondent().texts("key"),
            respondent_id=self._respondent().text("id"),
            consent=self._consent(),
            public=top.text("public") or None,
            quotas=tuple(self._quotas()),
            nonresponse=tuple(self._nonresponse()),
            attributes=self._attributes(),
            settings=top.mapping("settings"),
            sheets=self._sheets(),
            sha256=self.sha256,
            source=top.file,
        )

    # ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _respondent(self) -> Section:
        return self.top.section("respondent", words.RESPONDENT_ALIASES) or self.top.inner(Table())

    def _attributes(self) -> Mapping[str, object]:
        pseudonym = self._respondent().text("pseudonym")
        return dict(self.top.mapping("attributes")) | ({"pseudonym": pseudonym} if pseudonym else {})

    def _sheets(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """Sheets of an XLSForm kept as they are: `entities: [[dataset, label], [logements, …]]`."""
        sheets = self.top.section("sheets", {})
        found: dict[str, tuple[tuple[str, ...], ...]] = {}
        for name in sheets.table if sheets else ():
            assert sheets is not None
            rows = sheets.value(name)
            if isinstance(rows, Items) and all(isinstance(row, Items) for row in rows):
                found[name] = tuple(
                    tuple(cell for cell in row if isinstance(cell, str))
                    for row in rows
                    if isinstance(row, Items)
                )
            else:
                sheets.report(
                    Code.YAML_WRONG_TYPE,
                    key=name,
                    line=sheets.line(name),
                    expected="une liste de lignes de cellules",
                )
        return found

    def _consent(self) -> tuple[str, str] | None:
        consent = self.top.section("consent", words.CONSENT_ALIASES)
        if consent is None:
            return None
        consent.check_keys(("question", "value"))
        return consent.text("question"), consent.text("value", "oui")

    def _quotas(self) -> Iterator[Quota]:
        for quota in self.top.sections("quotas", words.QUOTA_ALIASES):
            quota.check_keys(("name", "question", "targets"))
            targets = quota.section("targets") or quota.inner(Table())
            counts = {key: targets.integer(key, 0) or 0 for key in targets.table}
            questions = quota.texts("question")
            yield Quota(quota.text("name") or " × ".join(questions), questions, counts)

    def _nonresponse(self) -> Iterator[Choice]:
        kinds = self.top.section("nonresponse", words.NONRESPONSE_ALIASES)
        if kinds is None:
            return
        kinds.check_keys(words.MISSING_KINDS)
        for kind in words.MISSING_KINDS:
            each = kinds.section(kind, words.CHOICE_ALIASES)
            if each is not None:
                each.check_keys(("name", "label", "aliases"))
                label, labels = self._labels(each, "label")
                yield Choice(each.text("name", kind), label, labels, each.texts("aliases"), missing=kind)

    # ── choices ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _read_lists(self) -> None:
        lists = self.top.section("choices", {})
        for name in lists.table if lists else ():
            assert lists is not None
            self.lists[name] = self._choices(lists, name)

    def _choices(self, holder: Section, key: str) -> tuple[Choice, ...]:
        """A list of choices: `- {name, label}`, bare texts, or `code: libellé` lines."""
        value = holder.value(key)
        if isinstance(value, Table):
            return tuple(
                Choice(name, *self._label_of(label, name), line=value.lines[name])
                for name, label in value.items()
            )
        if not isinstance(value, Items):
            holder.report(
                Code.YAML_WRONG_TYPE, key=key, line=holder.line(key), expected="une liste de modalités"
            )
            return ()
        read = [self._choice(holder, item, line) for item, line in zip(value, value.lines, strict=True)]
        return self._without_duplicates(holder, key, read)

    def _choice(self, holder: Section, item: object, line: int) -> Choice:
        if isinstance(item, str):
            return Choice(item, item, line=line)
        if not isinstance(item, Table):
            holder.report(Code.YAML_WRONG_TYPE, key="modalité", line=line, expected="« name » et « label »")
            return Choice("", "", line=line)
        each = holder.inner(item, words.CHOICE_ALIASES)
        name = each.text("name")
        if not name:
            each.report(Code.DEFINITION_NAME_MISSING, what="une modalité")
        label, labels = self._labels(each, "label")
        missing = each.text("missing") and each.one_of("missing", words.MISSING_KINDS, "nsp")
        known = {each.spelled(key) for key in words.CHOICE_KEYS}
        extra = {key: value for key, value in item.items() if key not in known and isinstance(value, str)}
        return Choice(
            name,
            label or name,
            labels,
            each.texts("aliases"),
            missing or None,
            each.flag("specify"),
            each.flag("exclusive"),
            extra,
            line,
        )

    def _without_duplicates(self, holder: Section, key: str, choices: list[Choice]) -> tuple[Choice, ...]:
        seen: set[str] = set()
        twice = self.top.mapping("settings").get("allow_choice_duplicates") in {"yes", "oui", "true"}
        for choice in choices:
            if choice.name in seen and not twice:
                holder.report(Code.CHOICE_DUPLICATE, line=choice.line, name=choice.name, list=key)
            seen.add(choice.name)
        return tuple(choices)

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────────────

    def _questions(self, holder: Section, path: tuple[str, ...], repeat: str | None) -> Iterator[Question]:
        for item in holder.sections("questions", words.QUESTION_ALIASES):
            block = item.inner(item.table, words.BLOCK_ALIASES)
            if "repeat" in block:
                yield from self._repeat(block, path)
            elif "group" in block:
                yield from self._group(block, path, repeat)
            else:
                yield self._question(item, path, repeat)

    def _group(self, block: Section, path: tuple[str, ...], repeat: str | None) -> Iterator[Question]:
        block.check_keys((*words.BLOCK_KEYS, "group"))
        inside = (*path, block.text("group"))
        label, labels = self._labels(block, "label")
        self.groups.append(
            Group(
                inside,
                label,
                labels,
                self._text(block, "hint"),
                block.text("relevant"),
                block.text("appearance"),
                block.line(),
                _lines(block),
                self._labels(block, "hint")[1],
                block.mapping("attributes"),
            )
        )
        yield from self._questions(block, inside, repeat)

    def _repeat(self, block: Section, path: tuple[str, ...]) -> Iterator[Question]:
        block.check_keys((*words.BLOCK_KEYS, "repeat", "pathway", "count"))
        name = block.text("repeat")
        label, labels = self._labels(block, "label")
        self._note_name(block, name)
        self.repeats.append(
            Repeat(
                name,
                label,
                block.mapping("pathway"),
                block.text("relevant"),
                block.text("count"),
                labels,
                self._text(block, "hint"),
                block.text("appearance"),
                (*path, name),
                block.line(),
                _lines(block),
                self._labels(block, "hint")[1],
                block.mapping("attributes"),
            )
        )
        yield from self._questions(block, (*path, name), name)

    def _question(self, item: Section, path: tuple[str, ...], repeat: str | None) -> Question:
        item.check_keys(words.QUESTION_KEYS)
        asked = self._type(item)
        name = item.text("name")
        if not name:
            item.report(Code.DEFINITION_NAME_MISSING, what="une question")
        else:
            self._note_name(item, name)
        label, labels = self._labels(item, "label")
        precision = item.text("precision") and item.one_of("precision", words.PRECISIONS, "jour")
        return Question(
            name=name,
            type=asked.type or QuestionType.TEXT,
            kind=asked.kind,
            label=label,
            labels=labels,
            choices=self._list_of(item, name) or asked.list or None,
            rows=self._choices(item, "rows") if "rows" in item else (),
            required=item.flag("required"),
            required_if=item.text("required_if"),
            relevant=item.text("relevant"),
            constraint=item.text("constraint"),
            constraint_warns=self._warns(item),
            calculation=item.text("calculation"),
            default=item.text("default"),
            unit=item.text("unit"),
            maximum_choices=item.integer("max"),
            precision=precision or None,
            group=path,
            repeat=repeat,
            aliases=item.texts("aliases"),
            code=item.flag("coded"),
            attribute=item.text("attribute") or None,
            line=item.line(),
            attributes=item.mapping("attributes"),
            choice_filter=item.text("choice_filter"),
            choices_file=item.text("choices_file") or asked.file,
            or_other=item.flag("or_other") or asked.or_other,
            appearance=item.text("appearance"),
            parameters=item.text("parameters"),
            multiline=item.flag("multiline"),
            read_only=item.flag("read_only"),
            trigger=item.text("trigger"),
            media=item.mapping("media"),
            translations=self._translations(item),
            lines=_lines(item),
            hint=self._text(item, "hint"),
            guidance=self._text(item, "guidance"),
            constraint_message=self._text(item, "constraint_message"),
            required_message=self._text(item, "required_message"),
        )

    def _type(self, item: Section) -> FormType:
        """What the question asks for, in our words or as the `type` column of an XLSForm says it (`select_one statut`)."""
        word = item.text("type", "text")
        ours = words.question_type(word)
        if ours is not None:
            return FormType(type=ours[0], kind=ours[1])
        found = form_type(word)
        if found is None or found.type is None:
            known = (*words.TYPE_WORDS, *QuestionType)
            item.report(Code.QUESTION_TYPE_UNKNOWN, line=item.line("type"), type=word, hint=hint(word, known))
            return FormType(type=QuestionType.TEXT)
        return found

    def _list_of(self, item: Section, name: str) -> str | None:
        """The choice list of a question; choices written in the question make a list of its name."""
        if "choices" not in item:
            return item.text("list") or None
        if isinstance(value := item.value("choices"), str):
            return value or None
        self.lists[name] = self._choices(item, "choices")
        return name

    def _warns(self, item: Section) -> bool:
        level = item.one_of("level", ("bloquant", "informatif"), "bloquant")
        return level == "informatif"

    def _note_name(self, item: Section, name: str) -> None:
        if name in self.names:
            item.report(Code.QUESTION_DUPLICATE, line=item.line("name"), name=name, first=self.names[name])
        self.names.setdefault(name, item.line())

    # ── texts by language ────────────────────────────────────────────────────────────────────────────────────────

    def _labels(self, holder: Section, key: str) -> tuple[str, Mapping[str, str]]:
        """A text and its translations: `label: Texte` or `label: {fr: Texte, en: Text}`."""
        value = holder.value(key)
        if isinstance(value, Items):
            holder.text(key)  # reports the wrong type
            return "", {}
        return self._label_of(value, "", holder, key)

    def _label_of(
        self, value: object, default: str, holder: Section | None = None, key: str = ""
    ) -> tuple[str, Mapping[str, str]]:
        if isinstance(value, Table):
            texts = holder.mapping(key) if holder else {k: v for k, v in value.items() if isinstance(v, str)}
            text = texts.get(self.language) or next(iter(texts.values()), default)
            return text, translations_of(texts, self.language, text)
        return (value if isinstance(value, str) and value else default), {}

    def _text(self, holder: Section, key: str) -> str:
        return self._labels(holder, key)[0]

    def _translations(self, item: Section) -> Mapping[str, Mapping[str, str]]:
        texts = {key: self._labels(item, key)[1] for key in _TRANSLATED}
        return {key: labels for key, labels in texts.items() if labels}


def _lines(item: Section) -> Mapping[str, int]:
    return {item.aliases.get(key, key): line for key, line in item.table.lines.items()}
