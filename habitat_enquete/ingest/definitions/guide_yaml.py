"""Interview guides written in YAML (`kind: guide`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code
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
    return Guide(
        id=top.text("id") or Path(top.file).stem,
        title=_text(top, "title"),
        themes=tuple(_theme(each) for each in top.sections("themes", words.THEME_ALIASES)),
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
    return GuideQuestion(each.text("id") or f"q{rank}", _text(each, "label"), each.texts("prompts"))


def _text(holder: Section, key: str) -> str:
    """A text, written alone or by language: a guide is printed in the first one."""
    value = holder.value(key)
    if isinstance(value, Table):
        return next(iter(holder.mapping(key).values()), "")
    return holder.text(key)
