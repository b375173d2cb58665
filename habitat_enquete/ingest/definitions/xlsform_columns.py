"""The columns of an XLSForm, in one place: how each is written, called here, and otherwise spelled.

Source: xlsform.org, the aliases of pyxform. A column that is not here is kept as it is, among the attributes of its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from habitat_enquete.ingest.definitions.vocabulary import QUESTION_ALIASES


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, the field it fills (its header unless told), its other spellings.

    `by_language`: a text or a medium, which has one column a language. `medium`: a file shown beside the label.
    """

    header: str
    field: str = ""
    spellings: tuple[str, ...] = ()
    by_language: bool = False
    medium: bool = False

    @property
    def name(self) -> str:
        """The field it fills."""
        return self.field or self.header


SURVEY: Final = (
    Column("type", spellings=("command",)),
    Column("name", spellings=("tag", "value")),
    Column("label", spellings=("caption", "text"), by_language=True),
    Column("hint", by_language=True),
    Column("guidance_hint", "guidance", by_language=True),
    Column(
        "constraint_message",
        spellings=("constraint_msg", "constraining_message", "jr:constraintmsg"),
        by_language=True,
    ),
    Column("required_message", spellings=("requiredmsg", "jr:requiredmsg"), by_language=True),
    Column("required"),
    Column("relevant", spellings=("relevance",)),
    Column("constraint"),
    Column("calculation", spellings=("calculate",)),
    Column("default"),
    Column("appearance"),
    Column("choice_filter"),
    Column("repeat_count", spellings=("count", "jr:count")),
    Column("parameters"),
    Column("read_only", spellings=("readonly",)),
    Column("trigger"),
    Column("disabled"),
    Column("image", by_language=True, medium=True),
    Column("big-image", by_language=True, medium=True),
    Column("audio", by_language=True, medium=True),
    Column("video", by_language=True, medium=True),
)
CHOICES: Final = (
    Column("list_name", spellings=("list",)),
    *(each for each in SURVEY if each.name in {"name", "label"} or each.medium),
)
SETTINGS: Final = (
    Column("form_title", spellings=("title", "set_form_title")),
    Column("form_id", spellings=("id_string", "set_form_id")),
    Column("version"),
    Column("default_language"),
    Column("style"),
    Column("instance_name"),
    Column("allow_choice_duplicates"),
    Column("public_key"),
    Column("submission_url"),
)
BY_NAME: Final[Mapping[str, Column]] = {each.name: each for each in (*SURVEY, *CHOICES, *SETTINGS)}
MEDIA: Final = tuple(each.name for each in SURVEY if each.medium)
TEXTS: Final = tuple(each.name for each in SURVEY if each.by_language and not each.medium)
# Sheets that collection tools read besides survey, choices and settings: kept as they are.
OTHER_SHEETS: Final = ("entities", "osm", "kobo--locking-profiles", "kobo--matrix_library")
# The list of `select_one_external` is apart, as a separate file for the collection tool.
EXTERNAL_TYPE: Final = "select_one_external"
EXTERNAL_SHEET: Final = "external_choices"
# What the writer asks of forms and photographs that say nothing.
STYLE: Final = "pages"
IMAGE_PARAMETERS: Final = "max-pixels=1024"


def column_of(name: str, columns: Iterable[Column]) -> Column | None:
    """Which of `columns` is spelled `name` (lower case, spaces as `_`), in XLSForm's words or in French."""
    found = _spellings(tuple(columns))
    plain = name.replace("-", "_")
    return found.get(plain) or found.get(QUESTION_ALIASES.get(name, ""))


@cache
def _spellings(columns: tuple[Column, ...]) -> Mapping[str, Column]:
    return {
        spelling.replace("-", "_"): column
        for column in reversed(columns)
        for spelling in (*column.spellings, column.header, column.name)
    }
