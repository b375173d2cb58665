"""The columns of a file without a definition: which sheet, which rows are headers, which columns go together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from habitat_enquete.ingest.answers.choices import bare
from habitat_enquete.ingest.answers.header_texts import GEO_ENDINGS
from habitat_enquete.ingest.answers.headers import unnamed_header
from habitat_enquete.ingest.answers.metadata import role_of
from habitat_enquete.ingest.answers.values import plain
from habitat_enquete.ingest.definitions.inferred_kinds import OTHER_HEADER, Answers
from habitat_enquete.ingest.files.workbooks import CellValue, Sheet, Workbook

_HEADER_ROWS: Final = 20
_NARROW: Final = 2
TICKS: Final = frozenset(
    {"0", "1", "x", "oui", "non", "yes", "no", "y", "n", "true", "false", "vrai", "faux", "coché", "coche"}
)
# `Q06[SQ001]. Pourquoi ? [Un emploi]` and `Q06[SQ001]._.Pourquoi ? [Un emploi]` (LimeSurvey, codes and labels)
CODED: Final = re.compile(
    r"^(?P<code>[A-Za-z]\w*)(?:\[(?P<part>\w+)\])?(?:\. |\._\.)\s*(?P<label>.*)$", re.DOTALL
)
_SPLIT_HEADERS: Final = (
    re.compile(r"^(?P<question>[^\[\]]*?)\s*\[(?P<choice>[^\[\]]+)\]$"),
    re.compile(r"^(?P<question>[^/]+?)\s*/\s*(?P<choice>.+)$"),
    re.compile(r"^(?P<question>.+?)\s+[—–:-]\s+(?P<choice>.+)$"),
)
_PARENT: Final = frozenset({"_parent_index", "_parent_table_name", "parent_key", "_submission__id"})
_RANK: Final = re.compile(r"^(?:rang|rank|classement|choix|mention|ranking)?\s*(\d{1,2})$", re.IGNORECASE)
_MOST_ROWS: Final = 40
_LABELLED: Final = 5


@dataclass(frozen=True, slots=True)
class Part:
    """A header in two: its question, and what the column says of it; `code` is LimeSurvey's."""

    question: str
    inner: str
    code: str = ""

    @property
    def key(self) -> str:
        """What columns of the same question share."""
        return f"{self.code}\0{bare(self.question)}"


@dataclass(frozen=True, slots=True)
class Group:
    """Columns of one question: `how` is ticks, rows (of a matrix) or ranks; `summary`, the column that says them all."""

    how: str
    question: str
    code: str
    columns: tuple[tuple[str, Answers], ...]
    summary: Answers | None = None

    @property
    def unlisted(self) -> list[str]:
        """Codes that the summary alone holds: choices withdrawn since (`emploi retraite`)."""
        known = {inner for inner, _ in self.columns}
        codes = (
            Counter(code for text in self.summary.texts for code in text.split())
            if self.summary
            else Counter()
        )
        coded = sum(times for code, times in codes.items() if code in known) > 0.8 * codes.total()
        return [code for code in codes if code not in known] if coded and self.how == "ticks" else []


# ── sheets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def fullest(workbook: Workbook) -> Sheet:
    """The sheet that holds most, those that repeat another one aside."""
    shown = [sheet for sheet in workbook.sheets if sheet.visible] or list(workbook.sheets)
    own = [sheet for sheet in shown if not _is_repeat(sheet)] or shown
    return max(own, key=lambda sheet: sum(1 for row in sheet.head(2_000) for cell in row if cell != ""))


def _is_repeat(sheet: Sheet) -> bool:
    """Whether each row of a sheet belongs to a row of another one."""
    return any(plain(cell).casefold() in _PARENT for row in sheet.head(1) for cell in row)


def is_repeat_of(sheet: Sheet, main: Sheet) -> bool:
    """Whether a sheet repeats the main one: by the name of its parent table when it tells it."""
    if not _is_repeat(sheet):
        return False
    header, *rows = [[plain(cell) for cell in row] for row in sheet.head(50)]
    if "_parent_table_name" not in header:
        return True
    at = header.index("_parent_table_name")
    return any(len(row) > at and row[at][:20] == main.name[:20] for row in rows)


# ── headers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def columns_of(sheet: Sheet) -> tuple[list[Answers], list[str]]:
    """The columns that hold something, under their headers; and the headers of those that a tool adds."""
    rows = [list(row) for row in sheet.rows()]
    top, headers = _headers(rows[:_HEADER_ROWS])
    labels = _labels(headers, rows[top + 1 :])
    first = top + 2 if labels else top + 1
    columns, aside = [], []
    for rank, header in enumerate(headers):
        values = tuple(row[rank] for row in rows[first:] if rank < len(row) and row[rank] != "")
        if not values and header == unnamed_header(rank):
            continue
        if _is_technical(header, headers):
            aside.append(header)
        else:
            columns.append(Answers(header, values, labels[rank] if labels else ""))
    return columns, aside


def _is_technical(header: str, headers: list[str]) -> bool:
    """Whether a tool adds this column: one that import knows, or a part of a position that has its own column."""
    position = header.startswith("_") and header.endswith(GEO_ENDINGS)
    return role_of(header) is not None or (position and header[1:].rpartition("_")[0] in headers)


def _headers(rows: Sequence[Sequence[CellValue]]) -> tuple[int, list[str]]:
    """The row of headers: the first of those with most texts; rows above and options under complete it.

    A column without a header is called by its letters, as when it is read back.
    """
    scores = [sum(isinstance(cell, str) and bool(cell.strip()) for cell in row) for row in rows]
    if not scores or max(scores) == 0:
        return -1, []
    most = max(scores)
    enough = min(0.8 * most, most - 1) if most > _NARROW else 0.8 * most
    top = next(rank for rank, score in enumerate(scores) if score >= enough)
    width = max(map(len, rows))
    headers = [" ".join(plain(cell).split()) for cell in rows[top]] + [""] * (width - len(rows[top]))
    if _are_options(headers, rows[top + 1 :]):
        return top + 1, _combined(headers, [plain(cell) for cell in rows[top + 1]])
    if parents := _parents(rows[:top], width):
        technical = {
            parent for parent, header in zip(parents, headers, strict=True) if role_of(header) is not None
        }
        headers = [
            f"{parent} [{header}]" if header and parent not in {"", header, *technical} else header
            for parent, header in zip(parents, headers, strict=True)
        ]
    return top, [header or unnamed_header(rank) for rank, header in enumerate(headers)]


def _labels(headers: list[str], below: Sequence[Sequence[CellValue]]) -> list[str]:
    """The labels written under the codes (SPSS, Qualtrics): texts that no answer repeats, over columns of other things."""
    if len(below) <= _LABELLED or not all(re.fullmatch(r"\w+", header) for header in headers):
        return []
    labels = [" ".join(plain(cell).split()) for cell in below[0]] + [""] * (len(headers) - len(below[0]))
    filled = [rank for rank, label in enumerate(labels) if label]
    columns = {
        rank: [plain(row[rank]) for row in below[1:] if rank < len(row) and row[rank] != ""]
        for rank in filled
    }
    if len(filled) < 0.8 * len(headers) or any(labels[rank] in columns[rank] for rank in filled):
        return []
    numbers = [rank for rank in filled if columns[rank] and all(_is_number(text) for text in columns[rank])]
    worded = [rank for rank in numbers if not _is_number(labels[rank])]
    return labels if numbers and len(worded) == len(numbers) and len({*labels}) > 0.5 * len(labels) else []


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+([.,]\d+)?", text) is not None


def _parents(above: Sequence[Sequence[CellValue]], width: int) -> list[str]:
    """The question over each column, when the rows above the headers name those that cover several (Framaforms)."""
    for row in reversed(above):
        texts = [" ".join(plain(cell).split()) for cell in row] + [""] * (width - len(row))
        if sum(map(bool, texts)) < _NARROW:
            continue
        parents, current = [], ""
        for text in texts:
            current = text or current
            parents.append(current)
        return parents
    return []


def _are_options(headers: list[str], below: Sequence[Sequence[CellValue]]) -> bool:
    """Whether the row under the headers holds the options of those that cover several columns, and nothing else.

    An answer taken for an option would be lost: under each option, cells must only say ticked or not.
    """
    gaps = {rank for rank, header in enumerate(headers) if not header}
    if not gaps or 0 in gaps or not below:
        return False
    options = [plain(cell).strip() for cell in below[0]] + [""] * (len(headers) - len(below[0]))
    covering = gaps | {rank - 1 for rank in gaps}
    if any(option and rank not in covering for rank, option in enumerate(options)):
        return False
    if any(not options[rank] or options[rank].casefold() in TICKS for rank in gaps):
        return False
    return all(
        plain(row[rank]).strip().casefold() in {"", options[rank].casefold()} | TICKS
        for row in below[1:]
        for rank in gaps
        if rank < len(row)
    )


def _combined(headers: list[str], options: list[str]) -> list[str]:
    """Headers over several columns, with the option of each: `Question [option]`."""
    combined, current = [], ""
    for rank, header in enumerate(headers):
        current = header or current
        option = options[rank] if rank < len(options) else ""
        combined.append(f"{current} [{option}]" if option else current)
    return combined


# ── columns that go together ───────────────────────────────────────────────────────────────────────────────────────


def grouped(columns: list[Answers], apart: frozenset[str] = frozenset()) -> Iterator[Answers | Group]:
    """The columns one by one, those of one question together; headers in `apart` are never put together."""
    headers = Counter(bare(column.header) for column in columns)
    possible = [
        [] if column.header in apart or headers[bare(column.header)] > 1 else list(parts_of(column))
        for column in columns
    ]
    shared = Counter(part.key for parts in possible for part in parts)
    parts = [max(each, key=lambda part: shared[part.key], default=None) for each in possible]
    members: dict[str, list[tuple[Part, Answers]]] = {}
    for column, part in zip(columns, parts, strict=True):
        if part and not _is_other(part, column):
            members.setdefault(part.key, []).append((part, column))
    groups = {key: group for key, found in members.items() if (group := _group(found)) is not None}
    questions = {bare(group.question) for group in groups.values()} | {
        bare(group.code) for group in groups.values()
    }
    summaries = {bare(column.header): column for column in columns}
    groups = {
        key: replace(group, summary=summaries.get(bare(group.question)) or summaries.get(bare(group.code)))
        for key, group in groups.items()
    }
    inside = {column.header: key for key, group in groups.items() for _, column in group.columns}
    told: set[str] = set()
    for column in columns:
        key = inside.get(column.header, "")
        if key and key not in told:
            told.add(key)
            yield groups[key]
        elif not key and (bare(column.header) not in questions or not bare(column.header)):
            yield column  # else: the summary of columns that say the same


def parts_of(column: Answers) -> Iterator[Part]:
    """The question and the part that a header, or the label under it, may name; the likeliest first."""
    coded = CODED.match(column.header)
    if coded and not coded["part"]:
        return
    code = coded["code"] if coded else ""
    text = column.label or (coded["label"] if coded else column.header)
    for pattern in _SPLIT_HEADERS:
        if (found := pattern.match(text)) and (found["question"] or code):
            code = column.header.rpartition("_")[0] if column.label else code
            yield Part(found["question"].strip() or code, found["choice"].strip(), code)


def _is_other(part: Part, column: Answers) -> bool:
    """Whether a column holds the text of « autre (préciser) »."""
    named = OTHER_HEADER.search(column.header) is not None
    return named and not (column.values and _is_ticked(part.inner, column))


def _group(members: list[tuple[Part, Answers]]) -> Group | None:
    inners = [bare(part.inner) for part, _ in members]
    if len(members) < 2 or len(set(inners)) < len(inners) or len(members) > 4 * _MOST_ROWS:
        return None
    first = members[0][0]
    columns = tuple((part.inner, column) for part, column in members)
    if all(_is_ticked(part.inner, column) for part, column in members):
        return Group("ticks", first.question, first.code, columns)
    if all(_RANK.match(part.inner) or _RANK.match(_last(part)) for part, _ in members) and _are_ranks(
        members
    ):
        return Group("ranks", first.question, first.code, columns)
    return Group("rows", first.question, first.code, columns) if _are_rows(members) else None


def _last(part: Part) -> str:
    return bare(part.inner).removeprefix(bare(part.question)).strip()


def _is_ticked(inner: str, column: Answers) -> bool:
    ticks = {text.casefold() for text in column.texts}
    return len(ticks) <= 2 and (ticks <= TICKS or ticks <= {inner.casefold()})


def _are_rows(members: list[tuple[Part, Answers]]) -> bool:
    """Whether columns are answered on the same scale."""
    if len(members) > _MOST_ROWS:
        return False
    answers = [set(column.texts) for _, column in members]
    scale = set().union(*answers)
    short = all(len(text.split()) <= 7 for text in scale)
    shared = all(len(each & scale) >= 0.4 * len(scale) for each in answers)
    given = sum(len(column.values) for _, column in members)
    return 2 <= len(scale) <= 12 and short and shared and given >= 3 * len(scale) and not scale <= TICKS


def _are_ranks(members: list[tuple[Part, Answers]]) -> bool:
    """Whether columns hold the first, second… of the same choices, never twice the same."""
    answers = [column.texts for _, column in members]
    choices = set().union(*map(set, answers))
    if not 2 <= len(choices) <= _MOST_ROWS or all(re.fullmatch(r"\d+", text) for text in choices):
        return False
    return all(len(set(row)) == len(row) for row in zip(*answers, strict=False))
