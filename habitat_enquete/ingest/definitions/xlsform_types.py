"""The `type` column of an XLSForm, in all the ways it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from habitat_enquete.ingest.definitions.vocabulary import question_type
from habitat_enquete.ingest.definitions.xlsform_columns import EXTERNAL_TYPE
from habitat_enquete.model.questionnaire import QuestionType

_BLOCK: Final = re.compile(
    r"(begin|end)[\s_]*(group|repeat|loop|groupe|boucle)\b(?:\s+over\s+(\S+))?.*", re.IGNORECASE
)
_OTHER: Final = re.compile(r"\s+(or[\s_]specify[\s_]other|or[\s_]other)\s*$", re.IGNORECASE)
_SELECTS: Final = (
    (r"select[\s_]one[\s_]from[\s_]file", QuestionType.SELECT_ONE),
    (r"select[\s_]multiple[\s_]from[\s_]file", QuestionType.SELECT_MULTIPLE),
    (r"select[\s_]one[\s_]external", QuestionType.SELECT_ONE),
    (r"(?:add\s+)?select[\s_]one(?:\s+prompt)?(?:\s+(?:from|using))?", QuestionType.SELECT_ONE),
    (r"select1", QuestionType.SELECT_ONE),
    (r"choix[\s_]unique", QuestionType.SELECT_ONE),
    (r"select\s+all\s+that\s+apply(?:\s+from)?", QuestionType.SELECT_MULTIPLE),
    (r"(?:add\s+)?select[\s_]multiple(?:\s+prompt)?(?:\s+(?:from|using))?", QuestionType.SELECT_MULTIPLE),
    (r"choix[\s_]multiple", QuestionType.SELECT_MULTIPLE),
    (r"select", QuestionType.SELECT_MULTIPLE),
    (r"(?:odk:)?rank", QuestionType.RANK),
)
_SELECT: Final = tuple(
    (re.compile(rf"{pattern}\s+(?P<list>.+)", re.IGNORECASE), kind) for pattern, kind in _SELECTS
)
_METADATA: Final = re.compile(
    r"(?:get|set|uri:)\s*(start|end|today|device\s?id|sim\s?serial|phone\s?number|subscriber\s?id|username|email)(?:\s+time)?",
    re.IGNORECASE,
)
_DRESSED: Final = re.compile(r"(?:q|add|get|set)\s+(.+?)(?:\s+prompt|\s+questions?)?", re.IGNORECASE)
_WORDS: Final = {
    "picture": "image",
    "gps": "geopoint",
    "imei": "deviceid",
    "phone": "phonenumber",
    "sim id": "simserial",
    "date time": "dateTime",
    "acknowledge": "acknowledge",
    "osm": "text",
}


@dataclass(frozen=True, slots=True)
class FormType:
    """What a `type` cell says: the opening or the end of a block, or a question with its list.

    `list` of a block: that of the old `begin loop over LIST`.
    """

    block: str = ""  # begin | end
    repeats: bool = False
    type: QuestionType | None = None
    kind: str = ""
    list: str = ""
    file: str = ""
    or_other: bool = False


def form_type(text: str) -> FormType | None:
    """What `text` says; None when no tool would know it."""
    word = " ".join(text.split())
    block = _BLOCK.fullmatch(word)
    if block:
        opens, what, over = block.groups()
        return FormType(block=opens.lower(), repeats=what.lower() in {"repeat", "boucle"}, list=over or "")
    other = _OTHER.search(word)
    bare = word[: other.start()] if other else word
    for pattern, kind in _SELECT:
        found = pattern.fullmatch(bare)
        if found:
            name = found.group("list").strip()
            file = name if "." in name and "from" in word.lower() and "file" in word.lower() else ""
            exact = EXTERNAL_TYPE if "external" in word.lower()[: found.start("list")] else ""
            return FormType(
                type=kind, kind=exact, list="" if file else name, file=file, or_other=other is not None
            )
    return _plain(bare)


def _plain(word: str) -> FormType | None:
    metadata = _METADATA.fullmatch(word)
    dressed = _DRESSED.fullmatch(word)
    if word.lower().startswith("osm "):
        return FormType(type=QuestionType.TEXT, kind="osm", list=word[4:])
    name = metadata.group(1).replace(" ", "") if metadata else dressed.group(1) if dressed else word
    found = question_type(_WORDS.get(name.lower(), name))
    return FormType(type=found[0], kind=found[1]) if found else None
