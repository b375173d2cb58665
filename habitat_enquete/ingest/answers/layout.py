"""How a sheet is laid out: which rows are its header, which column answers which question, where the data begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.answers.choices import Tick, bare, fold, tick
from habitat_enquete.ingest.answers.headers import (
    Column,
    HeaderIndex,
    Part,
    Target,
    is_unnamed,
    unnamed_header,
)
from habitat_enquete.ingest.answers.metadata import Meta, is_limesurvey
from habitat_enquete.ingest.answers.values import plain
from habitat_enquete.ingest.files.cellscan import column_letters
from habitat_enquete.ingest.files.encodings import mended
from habitat_enquete.ingest.files.workbooks import CellValue, Merge, Sheet
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType

SEARCHED_ROWS: Final = 20
_ZONE: Final = 3
_TAGS: Final = ("#", '{"ImportId"')  # humanitarian tags (HXL), Qualtrics
_SAMPLE: Final = 60
_MULTIPLE: Final = frozenset({QuestionType.SELECT_MULTIPLE, QuestionType.RANK})
# What stands for a question of a single word in a title or a note is not yet a header.
_PROPOSED_FROM: Final = 75


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of one sheet. `first_row` is the first row of data, from 1; `mended` when damaged headers were repaired.

    `unknown` are the columns with a header that designates nothing, `proposals` what they resemble: header → question.
    """

    sheet: str
    header_rows: tuple[int, int]
    first_row: int
    columns: tuple[Column, ...]
    unknown: tuple[tuple[int, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    mended: bool = False
    ranked: bool = False
    limesurvey: bool = False

    @property
    def questions(self) -> set[str]:
        """The names of the questions found."""
        return {column.question.name for column in self.columns if column.question is not None}

    @property
    def score(self) -> float:
        """How much of the sheet is understood: questions found, then columns of exporters."""
        metas = sum(column.target.part is Part.META for column in self.columns)
        guessed = sum(column.target.by in {"rank", "prefix"} for column in self.columns)
        return len(self.questions) + 0.2 * metas - 0.5 * guessed - 0.05 * len(self.unknown)

    def meta(self, role: Meta) -> int | None:
        """The index of the first column that has this role."""
        return next((column.index for column in self.columns if column.target.meta is role), None)


@dataclass(slots=True)
class _Reading:
    """One way to read a header zone."""

    top: int
    bottom: int
    found: dict[int, tuple[Target, ...]] = field(default_factory=dict)
    headers: dict[int, str] = field(default_factory=dict)
    mended: int = 0
    borrowed: int = 0  # columns designated by a row above the last

    @property
    def score(self) -> float:
        questions = {t[0].question.name for t in self.found.values() if t and t[0].question is not None}
        metas = sum(bool(t) and t[0].part is Part.META for t in self.found.values())
        weak = sum(bool(t) and t[0].by in {"rank", "prefix"} for t in self.found.values())
        columns = sum(bool(t) for t in self.found.values())
        return len(questions) + 0.25 * metas + 0.1 * columns - 0.4 * weak - 0.6 * self.borrowed

    @property
    def labelled(self) -> bool:
        """Whether the headers are rather labels than names: it tells who bears a text that is the name of one, the label of another."""
        single = [found[0] for found in self.found.values() if len(found) == 1]
        by = Counter(each.by for each in single if each.question is not None and each.part is Part.ANSWER)
        return by["label"] > by["name"]


def read_layout(
    sheet: Sheet, index: HeaderIndex, *, file: str, header_row: int | None = None
) -> Layout | None:
    """The layout of `sheet` for the questionnaire of `index`; None when no row looks like its header.

    The header is the zone of one to three rows, among the first twenty, that designates most questions; never one whose
    lower rows look like answers. `header_row` forces its last row.
    """
    head = _filled(sheet.head(SEARCHED_ROWS + _SAMPLE), sheet.merges)
    bottoms = [header_row - 1] if header_row else range(min(len(head), SEARCHED_ROWS))
    readings = [
        _read_zone(head, bottom - depth, bottom, index)
        for bottom in bottoms
        for depth in range(_ZONE)
        if bottom - depth >= 0 and bottom < len(head) and not _swallows(head, bottom - depth, bottom, index)
    ]
    best = max(
        readings,
        key=lambda each: (round(each.score, 3), -(each.bottom - each.top), -each.bottom),
        default=None,
    )
    if best is None or not any(best.found.values()):
        return None
    best = _extended(best, head, index) if header_row is None else best
    return _layout(sheet, best, head, index, file)


def _filled(head: list[list[CellValue]], merges: tuple[Merge, ...]) -> list[list[CellValue]]:
    """The first rows, each merged cell repeated along its row."""
    rows = [list(row) for row in head]
    for (top, left), (bottom, right) in merges:
        if top == bottom and top <= min(SEARCHED_ROWS, len(rows)) and left <= len(rows[top - 1]):
            row = rows[top - 1]
            row.extend([""] * (right - len(row)))
            row[left - 1 : right] = [row[left - 1]] * (right - left + 1)
    return rows


def _read_zone(head: list[list[CellValue]], top: int, bottom: int, index: HeaderIndex) -> _Reading:
    reading = _Reading(top, bottom)
    width = max(len(row) for row in head[top : bottom + 1])
    above = [_forward(head[row], width) for row in range(top, bottom)]
    for column in range(width):
        own = [_text(head[row], column) for row in range(top, bottom + 1)]
        parents = [row[column] for row in above]
        header, targets, repaired = _column(own, parents, index)
        if header:
            reading.headers[column] = header
            reading.found[column] = targets
            reading.mended += repaired
            reading.borrowed += (
                bool(targets and own[-1])
                and header not in (own[-1], mended(own[-1])[0])
                and " / " not in header
            )
    return reading


def _swallows(head: list[list[CellValue]], top: int, bottom: int, index: HeaderIndex) -> bool:
    """Whether a row of the zone, under its first, holds answers rather than headers: to lose them is the worst error.

    Under a header that covers a single column and designates a question by itself, only another writing of this question is
    a header; under one that covers several, a choice or a row of a matrix is.
    """
    return any(_is_answers(head[top:row], head[row], index) for row in range(top + 1, bottom + 1))


def _is_answers(above: list[list[CellValue]], row: list[CellValue], index: HeaderIndex) -> bool:
    answers = headers = 0
    for column in range(len(row)):
        text = _text(row, column)
        upper = next((cells for cells in reversed(above) if _text(cells, column)), None)
        if not text:
            continue
        header = _text(upper, column) if upper is not None else ""
        if upper is None or _text(upper, column + 1) in {"", header} or _text(upper, column - 1) == header:
            headers += upper is None or bool(index.pair(header, text) or index.resolve(text))
            continue
        designated = index.resolve(header)
        if designated and designated[0].part is not Part.IGNORED:
            same = index.resolve(text)
            is_header = bool(same) and (same[0].question, same[0].meta) == (
                designated[0].question,
                designated[0].meta,
            )
            answers, headers = answers + (not is_header), headers + is_header
    return answers > headers


def _text(row: list[CellValue], column: int) -> str:
    return plain(row[column]).strip() if 0 <= column < len(row) else ""


def _forward(row: list[CellValue], width: int) -> list[str]:
    """The cells of an upper header row, each covering the blank ones after it."""
    texts, last = [], ""
    for column in range(width):
        last = _text(row, column) or last
        texts.append(last)
    return texts


def _column(own: list[str], parents: list[str], index: HeaderIndex) -> tuple[str, tuple[Target, ...], bool]:
    """The header of one column and what it designates: question above and choice below, else its own texts, lowest first."""
    child = own[-1]
    for parent in reversed(parents):
        if parent and child and (found := index.pair(parent, child)):
            return f"{parent} / {child}", found, False
    texts = [text for text in reversed(own) if text]
    for text in texts:
        found = index.resolve(text)
        if found and found[0].by != "rank":
            return text, found, False
    for text in texts:
        repaired, count = mended(text)
        if count and (found := index.resolve(repaired)):
            return repaired, found, True
    for text in texts:
        if found := index.resolve(text):
            return text, found, False
    for text in texts:
        if found := index.abbreviated(text):
            return text, found, False
    return (texts[0] if texts else ""), (), False


def _extended(best: _Reading, head: list[list[CellValue]], index: HeaderIndex) -> _Reading:
    """The header zone, down to rows that are no data: names under labels (VV), HXL tags."""
    bottom = best.bottom
    while bottom + 1 < len(head) and bottom - best.top < _ZONE:
        texts = [plain(cell).strip() for cell in head[bottom + 1]]
        filled = [text for text in texts if text]
        known = sum(_designates(text, index) for text in filled)
        tags = sum(text.startswith(_TAGS) for text in filled)
        if tags < len(filled) and _is_answers(head[best.top : bottom + 1], head[bottom + 1], index):
            break
        if not filled or not (tags == len(filled) or (known >= 3 and known >= 0.5 * len(filled))):
            break
        bottom += 1
    return replace_bottom(best, bottom)


def _designates(text: str, index: HeaderIndex) -> bool:
    found = index.resolve(text)
    return bool(found) and found[0].by in {"name", "label", "rank"}


def replace_bottom(reading: _Reading, bottom: int) -> _Reading:
    """The same reading, whose header ends at another row."""
    reading.bottom = bottom
    return reading


def _layout(
    sheet: Sheet, reading: _Reading, head: list[list[CellValue]], index: HeaderIndex, file: str
) -> Layout:
    if any(is_unnamed(question.label) for question in index.questions):
        for column in range(max(map(len, sheet.rows()), default=0)):
            if column not in reading.headers and (targets := index.resolve(unnamed_header(column))):
                reading.headers[column], reading.found[column] = unnamed_header(column), targets
    columns, problems = _assigned(reading, index, file, sheet.name)
    columns = [_as_tick(column, columns, head[reading.bottom + 1 :], index) for column in columns]
    known = {column.index for column in columns}
    unknown = tuple(
        (column, header) for column, header in sorted(reading.headers.items()) if column not in known
    )
    problems.extend(_unnamed(reading, head, file, sheet.name))
    return Layout(
        sheet=sheet.name,
        header_rows=(reading.top + 1, reading.bottom + 1),
        first_row=reading.bottom + 2,
        columns=tuple(columns),
        unknown=unknown,
        problems=tuple(problems),
        mended=reading.mended > 0,
        ranked=any(column.target.by == "rank" for column in columns),
        limesurvey=is_limesurvey(list(reading.headers.values())),
    )


def _as_tick(
    column: Column, columns: Sequence[Column], rows: Sequence[Sequence[CellValue]], index: HeaderIndex
) -> Column:
    """`motifs_autre` as the tick of « autre » rather than as its text, where the other choices are ticked and it holds ticks only."""
    question = column.question
    if question is None or not question.specifies or column.target.part is not Part.ANSWER:
        return column
    same = [c for c in columns if c.question is not None and c.question.name == question.specifies]
    ticked = [
        c.target.choice.name for c in same if c.target.part is Part.CHOICE and c.target.choice is not None
    ]
    asked = next((q for q in index.questions if q.name == question.specifies), None)
    other = index.other_of(asked) if asked is not None else None
    cells = [row[column.index] for row in rows if column.index < len(row) and row[column.index] != ""]
    if asked is None or other is None or not ticked or other.name in ticked or not cells:
        return column
    if any(tick(cell, other) is Tick.TEXT for cell in cells):
        return column
    return replace(column, target=replace(column.target, question=asked, part=Part.CHOICE, choice=other))


def _unnamed(reading: _Reading, head: list[list[CellValue]], file: str, sheet: str) -> list[Problem]:
    """Columns that hold data under no header (an exporter's accident): ignored, and said."""
    width = max((len(row) for row in head), default=0)
    problems = []
    for column in range(width):
        if column in reading.headers:
            continue
        rows = [row for row in range(reading.bottom + 1, len(head)) if _text(head[row], column)]
        if rows:
            problems.append(
                problem(
                    Code.COLUMN_UNNAMED,
                    severity=Severity.WARNING,
                    file=file,
                    sheet=sheet,
                    row=rows[0] + 1,
                    column=column_letters(column + 1),
                )
            )
    return problems


def _assigned(
    reading: _Reading, index: HeaderIndex, file: str, sheet: str
) -> tuple[list[Column], list[Problem]]:
    """One target per column: shared labels are told apart by order, duplicates are kept once and said."""
    repeats = Counter(bare(header) for header in reading.headers.values())
    columns: list[Column] = []
    problems: list[Problem] = []
    seen: Counter[str] = Counter()
    for position, header in sorted(reading.headers.items()):
        targets = reading.found[position]
        if not targets:
            continue
        key = bare(header)
        rank, seen[key] = seen[key], seen[key] + 1
        chosen = _chosen(targets, rank, repeats[key], position, reading, index)
        if chosen is None:
            names = ", ".join(t.question.name for t in targets if t.question is not None)
            problems.append(
                problem(
                    Code.COLUMN_AMBIGUOUS,
                    file=file,
                    sheet=sheet,
                    row=reading.bottom + 1,
                    column=column_letters(position + 1),
                    header=header[:80],
                    questions=names,
                )
            )
            continue
        columns.append(Column(position, header, chosen))
    return _without_duplicates(columns, problems, reading, file, sheet)


def _chosen(
    targets: tuple[Target, ...], rank: int, count: int, position: int, reading: _Reading, index: HeaderIndex
) -> Target | None:
    if len(targets) == 1:
        return targets[0]
    if count == len(targets):
        return targets[rank]
    preferred = [target for target in targets if target.by == ("label" if reading.labelled else "name")]
    if len(preferred) == 1:
        return preferred[0]
    return _between(targets, position, reading, index)


def _between(
    targets: tuple[Target, ...], position: int, reading: _Reading, index: HeaderIndex
) -> Target | None:
    """The only question of `targets` that comes, in the questionnaire, between its neighbours in the file."""
    certain = {
        column: index.order[found[0].question.name]
        for column, found in reading.found.items()
        if len(found) == 1 and found[0].question is not None and found[0].question.name in index.order
    }
    before = max((order for column, order in certain.items() if column < position), default=-1)
    last = max((column for column in certain if column < position), default=None)
    before = certain[last] if last is not None else before
    following = min((column for column in certain if column > position), default=None)
    after = certain[following] if following is not None else len(index.order)
    inside = [
        target
        for target in targets
        if target.question is not None and before <= index.order[target.question.name] <= after
    ]
    return inside[0] if len(inside) == 1 else None


def _without_duplicates(
    columns: list[Column], problems: list[Problem], reading: _Reading, file: str, sheet: str
) -> tuple[list[Column], list[Problem]]:
    kept: list[Column] = []
    taken: dict[object, Column] = {}
    mentions: Counter[str] = Counter()
    for column in columns:
        target = column.target
        question = target.question
        if question is None:
            kept.append(column)
            continue
        key = (
            question.name,
            target.part,
            target.choice.name if target.choice else "",
            target.repeat,
            target.rank,
        )
        if key not in taken:
            taken[key] = column
            kept.append(column)
        elif question.type in _MULTIPLE and target.part is Part.ANSWER:
            mentions[question.name] += 1
            mention = replace(target, part=Part.MENTION, rank=1000 + mentions[question.name])
            kept.append(Column(column.index, column.header, mention))
        else:
            first = column_letters(taken[key].index + 1)
            problems.append(
                problem(
                    Code.COLUMN_DUPLICATE,
                    file=file,
                    sheet=sheet,
                    row=reading.bottom + 1,
                    column=column_letters(column.index + 1),
                    header=column.header[:80],
                    question=question.name,
                    first=first,
                )
            )
    return kept, problems


def proposals(layout: Layout, index: HeaderIndex) -> dict[str, str]:
    """For each unknown header, the name of the question it resembles most; '' when it resembles none.

    Only a proposal: `correspondances.yaml` shows it to the user, who decides.
    """
    from rapidfuzz import fuzz, process

    texts = {
        fold(text): question
        for question in index.questions
        for text in (question.label, question.name)
        if text
    }
    found = {}
    for _, header in layout.unknown:
        best = process.extractOne(
            fold(header), texts.keys(), scorer=fuzz.token_set_ratio, score_cutoff=_PROPOSED_FROM
        )
        found[header] = texts[best[0]].name if best else ""
    return found


def questions_of(columns: Iterable[Column]) -> dict[str, Question]:
    """The questions that columns answer, by name, in the order of the columns."""
    return {column.question.name: column.question for column in columns if column.question is not None}


def expected(questionnaire: Questionnaire, repeat: str | None) -> Sequence[Question]:
    """The questions whose answers a sheet should hold: outside repeats, or those of one repeated block."""
    return [q for q in questionnaire.asked() if q.repeat == repeat and q.type.is_answered]
