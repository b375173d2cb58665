"""Several choices: in one cell, in a column each, in a column per mention, or in several of these at once."""

from __future__ import annotations

from habitat_enquete.errors import Code
from habitat_enquete.ingest.answers.choices import Tick, Token, choice_set, tick
from habitat_enquete.ingest.answers.headers import Column, Part
from habitat_enquete.ingest.answers.labelling import holds_labels
from habitat_enquete.ingest.answers.readings import CELL_ERRORS, Context, Issue, Item, Reading, Rows
from habitat_enquete.ingest.answers.values import BLANK, NOT_SHOWN, parse_text, plain
from habitat_enquete.ingest.files.cellscan import column_letters
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import Question, QuestionType
from habitat_enquete.model.response import AnswerState


class SeveralChoices:
    """Several choices: in one cell, in one column each, in a column per mention, or in several of these at once."""

    def __init__(self, question: Question, columns: list[Column], sample: Rows, context: Context) -> None:
        self.question = question
        self.choices = choice_set(
            context.questionnaire, question, recodes=context.recodes.get(question.name), ranked=context.ranked
        )
        by_part: dict[Part, list[Column]] = {part: [] for part in Part}
        for column in columns:
            by_part[column.target.part].append(column)
        self.whole = by_part[Part.ANSWER]
        self.ticks = [column for column in by_part[Part.CHOICE] if column.target.choice is not None]
        self.mentions = by_part[Part.MENTION]
        self.others = by_part[Part.OTHER]
        self.indexes = [c.index for c in (*self.whole, *self.ticks, *self.mentions, *self.others)]
        self.flags = context.flags
        cells = [row[c.index] for row in sample for c in (*self.whole, *self.mentions) if c.index < len(row)]
        self.choices.read_labels(holds_labels(self.choices, cells, context))
        self.free = self.choices.labelled and question.name not in context.companions and not self.others
        self.memo: dict[tuple[CellValue, ...], Reading] = {}

    def read(self, rows: Rows) -> list[Reading]:
        memo, indexes = self.memo, self.indexes
        found = []
        for row in rows:
            key = tuple([row[index] for index in indexes])
            reading = memo.get(key)
            if reading is None:
                reading = memo[key] = self._compute(key)
            found.append(reading)
        return found

    def _compute(self, cells: tuple[CellValue, ...]) -> Reading:
        at = _Cells(dict(zip(self.indexes, cells, strict=True)))
        named, unknown, issues = self._named(at)
        ticked, texts, states = self._ticked(at, issues)
        if self.whole and self.ticks and named and ticked and set(named) != set(ticked) and not unknown:
            issues.append(Issue(Code.ANSWER_SPLIT_DISAGREES, "", "", _letters(self.whole[0])))
        chosen = dict(named or ticked)
        texts += [(typed, _letters(c)) for c in self.others if (typed := parse_text(at[c]).value)]
        texts = [text for text in texts if text[0] not in CELL_ERRORS and text[0].casefold() != "n/a"]
        if texts and self.choices.other:
            chosen.setdefault(self.choices.other, texts[0][1])
        return self._reading(chosen, unknown, texts, issues, states)

    def _named(self, at: _Cells) -> tuple[dict[str, str], list[tuple[str, str]], list[Issue]]:
        """The choices named in cells, with the column of each; the words that name none; the problems met."""
        named: dict[str, str] = {}
        unknown: list[tuple[str, str]] = []
        issues: list[Issue] = []
        for column in (*self.whole, *self.mentions):
            text = plain(at[column]).strip()
            if text in CELL_ERRORS:
                issues.append(Issue(Code.ANSWER_CELL_ERROR, text, "", _letters(column)))
                continue
            if text.casefold() in {"n/a", "{question_not_shown}", "{spss_missing}"}:
                continue
            for token in self._tokens(column, text):
                if token.choice is not None:
                    named.setdefault(token.choice, _letters(column))
                else:
                    unknown.append((token.text, _letters(column)))
        return named, unknown, issues

    def _tokens(self, column: Column, text: str) -> list[Token]:
        """The choices of a cell; a tick in the column of the nth choice names it."""
        rank = column.target.rank
        if column.target.part is Part.MENTION and 1 <= rank <= len(self.choices.choices):
            choice = self.choices.choices[rank - 1]
            if not self.choices.named(text) and (said := tick(text, choice)) is not Tick.TEXT:
                return [Token(choice.name, text)] if said is Tick.YES else []
        whole = self.choices.named(text) if text else None
        return [Token(whole, text)] if whole else self.choices.tokens(text)

    def _ticked(
        self, at: _Cells, issues: list[Issue]
    ) -> tuple[dict[str, str], list[tuple[str, str]], set[Tick]]:
        ticked: dict[str, str] = {}
        texts: list[tuple[str, str]] = []
        states: set[Tick] = set()
        for column in self.ticks:
            choice = column.target.choice
            assert choice is not None
            raw = at[column]
            said = tick(raw, choice, flags=self.flags)
            states.add(said)
            if said is Tick.YES:
                ticked[choice.name] = _letters(column)
            elif said is Tick.TEXT and (typed := plain(raw).strip()) in CELL_ERRORS:
                issues.append(Issue(Code.ANSWER_CELL_ERROR, typed, "", _letters(column)))
            elif said is Tick.TEXT and choice.name == self.choices.other:
                ticked[choice.name] = _letters(column)
                texts.append((typed, _letters(column)))
            elif said is Tick.TEXT:
                issues.append(Issue(Code.ANSWER_NOT_TICK, typed, "", _letters(column)))
        return ticked, texts, states

    def _reading(
        self,
        chosen: dict[str, str],
        unknown: list[tuple[str, str]],
        texts: list[tuple[str, str]],
        issues: list[Issue],
        states: set[Tick],
    ) -> Reading:
        items: list[Item] = []
        if unknown and self.free and self.choices.other:
            words = ", ".join(text for text, _ in unknown)
            texts = [*texts, (words, unknown[0][1])]
            issues.append(Issue(Code.ANSWER_OTHER_TEXT, words, "", unknown[0][1]))
            chosen.setdefault(self.choices.other, unknown[0][1])
            unknown = []
        names = sorted(chosen, key=self.choices.order.__getitem__)
        for name in list(chosen) if self.question.type is QuestionType.RANK else names:
            items.append(Item(name, self.choices.states[name], self.choices.labels[name], "", chosen[name]))
        for text, letters in unknown:
            items.append(Item(text, AnswerState.INVALID, "", "", letters))
            hint = self.choices.nearest(text)
            issues.append(Issue(Code.ANSWER_UNKNOWN_CHOICE, text, hint, letters))
        if not items:
            first = self.indexes[0] + 1
            not_shown = Tick.NOT_SHOWN in states and Tick.NO not in states
            empty = NOT_SHOWN if not_shown else BLANK
            items.append(Item("", empty.state, "", "", column_letters(first)))
        text = " ".join(item.value for item in items)
        other, other_letters = texts[0] if texts else ("", "")
        return Reading(tuple(items), text, other, other_letters, tuple(issues))


class _Cells:
    """The cells of a row, by column."""

    def __init__(self, cells: dict[int, CellValue]) -> None:
        self._cells = cells

    def __getitem__(self, column: Column) -> CellValue:
        return self._cells[column.index]


def _letters(column: Column) -> str:
    return column_letters(column.index + 1)
