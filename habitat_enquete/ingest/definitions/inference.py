"""Proposes a questionnaire out of an export alone: types, choices and open questions, each with the reason why.

A proposal is to be read and corrected by the person who asked the questions: nothing here decides for them.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.answers.choices import bare, missing_state
from habitat_enquete.ingest.answers.headers import GEO_ENDINGS, unnamed_header
from habitat_enquete.ingest.answers.metadata import role_of
from habitat_enquete.ingest.answers.values import parse_date, parse_number, plain
from habitat_enquete.ingest.files.workbooks import CellValue, Sheet, Workbook
from habitat_enquete.model.questionnaire import Choice, Question, Questionnaire, QuestionType, Repeat
from habitat_enquete.model.response import AnswerState

_HEADER_ROWS: Final = 20
_NARROW: Final = 2
_MOSTLY: Final = 0.95
_MOST_CHOICES: Final = 25
_LONGEST_CHOICE: Final = 90
_TICKS: Final = frozenset(
    {"0", "1", "x", "oui", "non", "yes", "no", "y", "n", "true", "false", "vrai", "faux", "coché", "coche"}
)
_SPLIT_HEADERS: Final = (
    re.compile(r"^(?P<question>[^\[\]]+?)\s*\[(?P<choice>[^\[\]]+)\]$"),
    re.compile(r"^(?P<question>[^/]+?)\s*/\s*(?P<choice>.+)$"),
    re.compile(r"^(?P<question>.+?)\s+[—–:]\s+(?P<choice>.+)$"),
)
_OTHER_HEADER: Final = re.compile(r"(\[other\]|_autre|_other|\(pr[ée]ciser\))\s*$", re.IGNORECASE)
_PLACE_CODE: Final = re.compile(r"insee|code postal|\bcp\b|commune", re.IGNORECASE)
_PLACE_NAME: Final = re.compile(r"\bcommune|\bville\b", re.IGNORECASE)
_GEOPOINT: Final = re.compile(r"-?\d{1,2}\.\d+ -?\d{1,3}\.\d+( -?[\d.]+){0,2}")
_PARENT: Final = frozenset({"_parent_index", "_parent_table_name", "parent_key", "_submission__id"})
_MISSING: Final = {
    AnswerState.DONT_KNOW: "nsp",
    AnswerState.REFUSED: "refus",
    AnswerState.NO_ANSWER: "nr",
    AnswerState.NOT_ASKED: "so",
}
_KINDS: Final = {
    QuestionType.TEXT: "texte",
    QuestionType.INTEGER: "nombre entier",
    QuestionType.DECIMAL: "nombre",
    QuestionType.DATE: "date",
    QuestionType.SELECT_ONE: "choix unique",
    QuestionType.SELECT_MULTIPLE: "choix multiple",
    QuestionType.GEOPOINT: "position",
    QuestionType.ACKNOWLEDGE: "accord",
}


@dataclass(frozen=True, slots=True)
class InferredColumn:
    """What was understood of a question: its name, its kind in words, and why."""

    name: str
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Inferred:
    """A proposed questionnaire, and the reasons question by question."""

    questionnaire: Questionnaire
    columns: tuple[InferredColumn, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    header: str
    values: tuple[CellValue, ...]  # the filled ones

    @property
    def texts(self) -> list[str]:
        return [plain(value) for value in self.values]


@dataclass(slots=True)
class _Proposal:
    """A questionnaire being made."""

    lists: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    columns: list[InferredColumn] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    headers: dict[str, set[str]] = field(default_factory=dict)

    def add(self, question: Question, why: str) -> None:
        self.questions.append(question)
        kind = "question ouverte" if question.code else _KINDS.get(question.type, question.type.value)
        self.columns.append(InferredColumn(question.name, kind, why))

    def name(self, header: str) -> str:
        """A short name of plain letters for a header, not taken yet."""
        base = header if re.fullmatch(r"[A-Za-z_]\w{0,40}", header) and header.isascii() else slug(header)
        name, rank = base, 1
        while name in self.names or self._is_other_header(name, header):
            rank += 1
            name = f"{base}_{rank}"
        self.names.add(name)
        return name

    def _is_other_header(self, name: str, header: str) -> bool:
        """Whether another column bears this name as its header: it would be read in its place."""
        return bool(self.headers.get(_squeezed(name), set()) - {bare(header)})

    def list_of(self, name: str, choices: tuple[Choice, ...]) -> str:
        """The list of these choices; the same choices make one list."""
        wanted = {choice.label for choice in choices}
        for known, listed in self.lists.items():
            if {choice.label for choice in listed} == wanted:
                return known
        self.lists[name] = choices
        return name


def infer(workbook: Workbook, *, name: str, sheet: str | None = None, today: dt.date) -> Inferred:
    """The questionnaire that a file of answers seems to answer.

    Args: `name` becomes its id; `sheet`, the sheet to read, else the fullest one; its repeats are on the other sheets.
    Raises: EnqueteError when no sheet holds a table.
    """
    main = workbook.sheet(sheet) if sheet else _fullest(workbook)
    proposal = _Proposal()
    _propose(main, proposal, None, today)
    if not proposal.questions:
        raise EnqueteError(Code.INFER_NOTHING, file=workbook.name, sheet=main.name)
    repeats = []
    for each in workbook.sheets:
        if each is not main and each.visible and _is_repeat_of(each, main):
            repeat = proposal.name(each.name)
            repeats.append(Repeat(repeat, each.name, path=(repeat,)))
            _propose(each, proposal, repeat, today)
    questionnaire = Questionnaire(
        id=slug(name),
        title=name,
        version="1",
        questions=tuple(proposal.questions),
        choice_lists=proposal.lists,
        repeats=tuple(repeats),
    )
    return Inferred(questionnaire, tuple(proposal.columns))


def slug(text: str) -> str:
    """A name of plain letters, digits and `_`, short, for a header.

    >>> slug("Quel âge avez-vous ?")
    'quel_age_avez_vous'
    """
    decomposed = unicodedata.normalize("NFD", text.replace("œ", "oe"))
    words = re.findall(r"[a-z0-9]+", decomposed.encode("ascii", "ignore").decode().lower())
    short = ""
    for word in words:
        if len(short) + len(word) > 30 and short:
            break
        short = f"{short}_{word}" if short else word[:30]
    return short if short[:1].isalpha() else f"q_{short}".rstrip("_")


# ── sheets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _fullest(workbook: Workbook) -> Sheet:
    shown = [sheet for sheet in workbook.sheets if sheet.visible] or list(workbook.sheets)
    own = [sheet for sheet in shown if not _is_repeat(sheet)] or shown
    return max(own, key=lambda sheet: sum(1 for row in sheet.head(2_000) for cell in row if cell != ""))


def _is_repeat(sheet: Sheet) -> bool:
    """Whether each row of a sheet belongs to a row of another one."""
    return any(plain(cell).casefold() in _PARENT for row in sheet.head(1) for cell in row)


def _is_repeat_of(sheet: Sheet, main: Sheet) -> bool:
    """Whether a sheet repeats the main one: by the name of its parent table when it tells it."""
    if not _is_repeat(sheet):
        return False
    header, *rows = [[plain(cell) for cell in row] for row in sheet.head(50)]
    if "_parent_table_name" not in header:
        return True
    at = header.index("_parent_table_name")
    return any(len(row) > at and row[at][:20] == main.name[:20] for row in rows)


def _propose(sheet: Sheet, proposal: _Proposal, repeat: str | None, today: dt.date) -> None:
    columns = _columns(sheet)
    for column in columns:
        proposal.headers.setdefault(_squeezed(column.header), set()).add(bare(column.header))
    for group in _grouped(columns):
        before = len(proposal.questions)
        if isinstance(group, _Column):
            _single(group, proposal, today)
        else:
            _ticked(group, proposal)
        for rank in range(before, len(proposal.questions) if repeat else 0):
            question = proposal.questions[rank]
            proposal.questions[rank] = replace(question, repeat=repeat, group=(repeat or "",))


def _squeezed(text: str) -> str:
    return re.sub(r"[\s_]", "", bare(text))


def _columns(sheet: Sheet) -> list[_Column]:
    """The columns that hold something, under their headers; those that a tool adds are left out."""
    rows = [list(row) for row in sheet.rows()]
    top, headers = _headers(rows[:_HEADER_ROWS])
    columns = []
    for rank, header in enumerate(headers):
        values = tuple(row[rank] for row in rows[top + 1 :] if rank < len(row) and row[rank] != "")
        if not values and header == unnamed_header(rank):
            continue
        if not _is_technical(header, headers):
            columns.append(_Column(header, values))
    return columns


def _is_technical(header: str, headers: list[str]) -> bool:
    """Whether a tool adds this column: one that import knows, or a part of a position that has its own column."""
    position = header.startswith("_") and header.endswith(GEO_ENDINGS)
    return role_of(header) is not None or (position and header[1:].rpartition("_")[0] in headers)


def _headers(rows: Sequence[Sequence[CellValue]]) -> tuple[int, list[str]]:
    """The row of headers: the first of those with most texts; a row of options under it completes it.

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
    return top, [header or unnamed_header(rank) for rank, header in enumerate(headers)]


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
    if any(not options[rank] or options[rank].casefold() in _TICKS for rank in gaps):
        return False
    return all(
        plain(row[rank]).strip().casefold() in {"", options[rank].casefold()} | _TICKS
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


# ── columns ────────────────────────────────────────────────────────────────────────────────────────────────────────

_Ticked = tuple[str, list[tuple[str, _Column]]]


def _grouped(columns: list[_Column]) -> Iterator[_Column | _Ticked]:
    """The columns one by one, those of a multiple choice together under its header."""
    headers = Counter(bare(column.header) for column in columns)
    splits = [_split(column) if headers[bare(column.header)] == 1 else None for column in columns]
    choices = Counter((bare(split[0]), bare(split[1])) for split in splits if split)
    twice = {question for (question, _), times in choices.items() if times > 1}
    counts = Counter(bare(split[0]) for split in splits if split and bare(split[0]) not in twice)
    told: set[str] = set()
    for column, split in zip(columns, splits, strict=True):
        key = bare(split[0]) if split else ""
        if split and counts[key] >= 2:
            if key not in told:
                told.add(key)
                pairs = zip(columns, splits, strict=True)
                yield split[0], [(found[1], each) for each, found in pairs if found and bare(found[0]) == key]
        elif counts[bare(column.header)] < 2:  # else: the summary of columns that say the same
            yield column


def _split(column: _Column) -> tuple[str, str] | None:
    """The question and the choice of a column that only says ticked or not."""
    ticks = {text.casefold() for text in column.texts}
    if _OTHER_HEADER.search(column.header) or len(ticks) > 2:
        return None
    for pattern in _SPLIT_HEADERS:
        found = pattern.match(column.header)
        if found and (ticks <= _TICKS or ticks <= {found.group("choice").casefold()}):
            return found.group("question").strip(), found.group("choice").strip()
    return None


def _ticked(group: _Ticked, proposal: _Proposal) -> None:
    header, columns = group
    name = proposal.name(header)
    choices = tuple(_choices(option for option, _ in columns))
    kind = QuestionType.SELECT_MULTIPLE
    question = Question(name, kind, header, choices=proposal.list_of(name, choices))
    proposal.add(question, f"{len(columns)} colonnes cochées ou non")


def _single(column: _Column, proposal: _Proposal, today: dt.date) -> None:
    name = proposal.name(column.header)
    question = Question(name, QuestionType.TEXT, column.header)
    texts = [text for text in column.texts if bare(text)]
    if not texts:
        proposal.add(question, "colonne vide : type à préciser")
        return
    for guess in (_as_geopoint, _as_code, _as_date, _as_number):
        found = guess(column, texts, today)
        if found is not None:
            proposal.add(replace(question, type=found[0], precision=found[2]), found[1])
            return
    if set(texts) == {"OK"}:
        proposal.add(replace(question, type=QuestionType.ACKNOWLEDGE), "toujours « OK »")
        return
    chosen = None if _is_free(column, texts) else _as_choices(texts)
    if chosen is None:
        proposal.add(*_as_text(question, column, texts))
        return
    kind, choices, why = chosen
    proposal.add(replace(question, type=kind, choices=proposal.list_of(name, choices)), why)


def _is_free(column: _Column, texts: list[str]) -> bool:
    """Whether answers are free even when they come back: specified texts, places, sentences."""
    named = _OTHER_HEADER.search(column.header) or _PLACE_NAME.search(column.header.replace("_", " "))
    return bool(named) or _words(texts) > 7


def _words(texts: list[str]) -> float:
    return sum(len(text.split()) for text in texts) / len(texts)


def _as_text(question: Question, column: _Column, texts: list[str]) -> tuple[Question, str]:
    """Free answers: those of several words are open questions, to be coded."""
    words = _words(texts)
    if words < 4 or _OTHER_HEADER.search(column.header):
        return question, "réponses libres courtes"
    why = f"réponses longues ({words:.0f} mots en moyenne), à coder"
    return replace(question, code=True, multiline=True), why


_Guess = tuple[QuestionType, str, str | None] | None


def _as_geopoint(column: _Column, texts: list[str], today: dt.date) -> _Guess:
    if all(_GEOPOINT.fullmatch(text) for text in texts):
        return QuestionType.GEOPOINT, "latitude et longitude", None
    return None


def _as_code(column: _Column, texts: list[str], today: dt.date) -> _Guess:
    coded = sum(re.fullmatch(r"\d{4,5}|2[ABab]\d{3}", text) is not None for text in texts)
    if _PLACE_CODE.search(column.header.replace("_", " ")) and coded >= _MOSTLY * len(texts):
        return QuestionType.TEXT, "codes de communes, gardés comme du texte", None
    if all(re.fullmatch(r"\d+", text) for text in texts) and any(re.match(r"0\d", text) for text in texts):
        return QuestionType.TEXT, "zéros en tête, gardés comme du texte", None
    return None


def _as_date(column: _Column, texts: list[str], today: dt.date) -> _Guess:
    parsed = [parse_date(value, today=today) for value in column.values if not _is_plain_number(value)]
    good = [each.value for each in parsed if each.state is AnswerState.ANSWERED and each.value]
    if len(good) < _MOSTLY * len(texts):
        return None
    longest = max(len(value) for value in good)
    return QuestionType.DATE, "dates", None if longest == 10 else "mois" if longest == 7 else "annee"


def _is_plain_number(value: CellValue) -> bool:
    typed = isinstance(value, int | float)
    return typed or (isinstance(value, str) and re.fullmatch(r"[\d\s.,]+", value) is not None)


def _as_number(column: _Column, texts: list[str], today: dt.date) -> _Guess:
    parsed = [parse_number(value) for value in column.values]
    good = [each.value for each in parsed if each.state is AnswerState.ANSWERED and each.value]
    if len(good) < _MOSTLY * len(texts):
        return None
    low, high = (choose(good, key=float).replace(".", ",") for choose in (min, max))
    if any(not re.fullmatch(r"-?\d+", value) for value in good):
        return QuestionType.DECIMAL, f"nombres, de {low} à {high}", None
    if len(set(good)) <= 7 and len(good) >= 10 and set(map(int, good)) <= set(range(11)):
        return None  # a scale of answers coded by numbers: choices, to be labelled
    return QuestionType.INTEGER, f"nombres entiers, de {low} à {high}", None


_Chosen = tuple[QuestionType, tuple[Choice, ...], str] | None


def _as_choices(texts: list[str]) -> _Chosen:
    """Answers that come back: one choice, or several in a cell when the pieces come back more than whole cells."""
    whole = Counter(texts)
    for mark, pattern in ((";", r"\s*;\s*"), ("|", r"\s*\|\s*"), (",", r",\s+"), (" ", r"\s+")):
        pieces = [[piece for piece in re.split(pattern, text) if piece] for text in texts]
        coded = all(re.fullmatch(r"[a-z0-9_-]+", piece) for cell in pieces for piece in cell)
        several = sum(len(set(cell)) > 1 for cell in pieces)
        counted = Counter(piece for cell in pieces for piece in cell)
        enough = several >= max(2, 0.05 * len(texts)) and len(counted) < len(whole)
        if enough and (coded or mark != " ") and _come_back(counted, 3.0):
            why = f"{len(counted)} réponses séparées par {'une espace' if mark == ' ' else f'« {mark} »'}"
            return QuestionType.SELECT_MULTIPLE, tuple(_choices(_by_frequency(counted))), why
    if _come_back(whole, 2.5):
        why = f"{len(whole)} réponse{'s' if len(whole) > 1 else ''} différente{'s' if len(whole) > 1 else ''} sur {len(texts)}"
        return QuestionType.SELECT_ONE, tuple(_choices(_by_frequency(whole))), why
    return None


def _come_back(counted: Counter[str], times: float) -> bool:
    """Whether few different answers are given many times."""
    if len(counted) > _MOST_CHOICES or max(map(len, counted)) > _LONGEST_CHOICE:
        return False
    return counted.total() >= times * len(counted) and counted.total() >= 4


def _by_frequency(counted: Counter[str]) -> list[str]:
    """Numbers in their order, words from the most given."""
    if all(re.fullmatch(r"-?\d+", text) for text in counted):
        return sorted(counted, key=int)
    return [text for text, _ in counted.most_common()]


def _choices(labels: Iterable[str]) -> Iterator[Choice]:
    names: set[str] = set()
    for label in labels:
        base = label if re.fullmatch(r"[A-Za-z0-9_-]+", label) else slug(label)
        name, rank = base, 1
        while name in names:
            rank += 1
            name = f"{base}_{rank}"
        names.add(name)
        choice = Choice(name, label)
        state = missing_state(choice)
        yield replace(choice, missing=_MISSING.get(state) if state else None)
