"""Interview guides written in YAML (`kind: guide`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, Severity
from habitat_enquete.ingest.definitions import vocabulary as words
from habitat_enquete.model.questionnaire import Guide, GuideQuestion, GuideTheme
from habitat_enquete.yamlsource import Items, Section, Table

_KEYS: Final = (
    "kind",
    "id",
    "title",
    "version",
    "language",
    "minutes",
    "opening",
    "closing",
    "themes",
    "public",
    "questionnaire",
)


def read_guide(top: Section, sha256: str) -> Guide:
    """The guide written in `top`; problems are added to `top.problems`."""
    top.check_keys(_KEYS)
    if "themes" not in top:
        top.report(Code.GUIDE_EMPTY)
    themes = top.sections("themes", words.THEME_ALIASES)
    _warn_twice(top, [(each.text("id"), each.line("id")) for each in themes])
    return Guide(
        id=top.text("id") or Path(top.file).stem,
        title=_text(top, "title"),
        themes=tuple(map(_theme, themes)),
        opening=_text(top, "opening"),
        minutes=top.integer("minutes"),
        closing_questions=top.texts("closing"),
        sha256=sha256,
        public=top.text("public") or None,
        questionnaire=top.text("questionnaire"),
        source=top.file,
    )


def _theme(theme: Section) -> GuideTheme:
    theme.check_keys(("id", "label", "hint", "codes", "questions"))
    if not _text(theme, "label"):
        theme.report(Code.GUIDE_LABEL_MISSING, severity=Severity.WARNING, what="un thème")
    return GuideTheme(
        theme.text("id") or f"theme{theme.line()}",
        _text(theme, "label"),
        theme.texts("codes"),
        tuple(_questions(theme)),
        _text(theme, "hint"),
    )


def _questions(theme: Section) -> Iterator[GuideQuestion]:
    """The questions of a theme, written as `{id, label, relances}` or as bare texts."""
    value = theme.value("questions")
    items = value if isinstance(value, Items) else Items()
    inner = [theme.inner(item, words.PROMPT_ALIASES) for item in items if isinstance(item, Table)]
    _warn_twice(theme, [(each.text("id"), each.line("id")) for each in inner])
    if value is not None and not isinstance(value, Items):
        theme.sections("questions")  # reports the wrong type
    for rank, item in enumerate(items, start=1):
        if isinstance(item, Table):
            yield _question(theme.inner(item, words.PROMPT_ALIASES), rank)
        elif isinstance(item, str):
            yield GuideQuestion(f"q{rank}", item)
        else:
            theme.report(
                Code.YAML_WRONG_TYPE, key="questions", line=items.lines[rank - 1], expected="des questions"
            )


def _question(each: Section, rank: int) -> GuideQuestion:
    each.check_keys(("id", "label", "prompts"))
    if not _text(each, "label"):
        each.report(Code.GUIDE_LABEL_MISSING, severity=Severity.WARNING, what="une question")
    return GuideQuestion(each.text("id") or f"q{rank}", _text(each, "label"), each.texts("prompts"))


def _warn_twice(holder: Section, ids: list[tuple[str, int]]) -> None:
    """Two themes, or two questions of a theme, under one name: what is said of one would go to the other."""
    first: dict[str, int] = {}
    for name, line in ids:
        if name and first.setdefault(name, line) != line:
            holder.report(
                Code.QUESTION_DUPLICATE, line=line, severity=Severity.WARNING, name=name, first=first[name]
            )


def _text(holder: Section, key: str) -> str:
    """A text, written alone or by language: a guide is printed in the first one."""
    value = holder.value(key)
    if isinstance(value, Table):
        return next(iter(holder.mapping(key).values()), "")
    return holder.text(key)
