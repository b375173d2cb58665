"""Which questions were to be asked, and which rules the answers break: a block of rows at a time.

The rules come from `routing.Routing`. Here each condition is evaluated once per distinct combination of the answers it looks
at, not once per respondent: a hundred thousand rows hold a few hundred of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from habitat_enquete.ingest.answers.routing import Routing, Rule, Step
from habitat_enquete.ingest.expressions.evaluation import (
    Answers,
    Form,
    Place,
    boolean,
    compiled,
    parse,
    references,
)
from habitat_enquete.ingest.expressions.syntax import Current
from habitat_enquete.model.questionnaire import Questionnaire

Slot = tuple[str, int]  # a question and the rank of its repeat (0 outside)
Values = Mapping[Slot, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a row breaks: the row's rank in the block, the question and its repeat, the rule as it is written."""

    row: int
    slot: Slot
    rule: Rule
    text: str
    warns: bool = False


@dataclass(slots=True)
class Checked:
    """What was found in a block: per question, which rows were not to be asked; the rules broken."""

    not_asked: dict[Slot, list[bool]] = field(default_factory=dict)
    breaches: list[Breach] = field(default_factory=list)


@dataclass(slots=True)
class Checker:
    """Applies the rules of a questionnaire to blocks of rows.

    `ignored` lists the expressions that cannot be computed here: they are never held against anybody. A rule that looks at a
    question the file does not hold is left aside as well.
    """

    questionnaire: Questionnaire
    now: dt.datetime
    repeat: str | None = None
    routing: Routing = field(init=False)
    _truths: dict[tuple[str, tuple[str, ...]], bool] = field(default_factory=dict)
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.routing = Routing.of(self.questionnaire)

    @property
    def ignored(self) -> tuple[tuple[str, str], ...]:
        """Questions and expressions that cannot be computed here."""
        return self.routing.ignored

    def involved(self) -> frozenset[str]:
        """The questions that a rule looks at or bears upon: the others need not be given to `check`."""
        found: set[str] = set()
        for step in self.routing.steps:
            texts = [text for text in (*step.conditions, step.constraint, step.required_if) if text]
            if texts or step.question.required:
                found.add(step.question.name)
            found.update(name for text in texts for name in references(parse(text)))
        return frozenset(found)

    def check(self, values: Values, unreadable: Mapping[Slot, Sequence[bool]]) -> Checked:
        """The rows of a block checked; `values` are canonical texts by question, `unreadable` those that are no answer."""
        checked = Checked()
        counted = {slot: list(texts) for slot, texts in values.items()}
        for step in self.routing.steps:
            for slot in [slot for slot in values if slot[0] == step.question.name]:
                self._check_step(step, slot, values[slot], counted, unreadable.get(slot, ()), checked)
        return checked

    def _check_step(
        self,
        step: Step,
        slot: Slot,
        given: Sequence[str],
        counted: dict[Slot, list[str]],
        unreadable: Sequence[bool],
        checked: Checked,
    ) -> None:
        asked = self._asked(step, slot, counted, len(given))
        if asked is not None:
            checked.not_asked[slot] = [not each for each in asked]
            texts = counted[slot]
            for row, each in enumerate(asked):
                if not each:
                    if given[row] and step.question.type.is_answered:
                        rule = " et ".join(step.conditions)
                        checked.breaches.append(Breach(row, slot, Rule.RELEVANT, rule))
                    texts[row] = ""
        self._check_required(step, slot, given, asked, counted, checked)
        self._check_constraint(step, slot, given, asked, counted, unreadable, checked)

    def _asked(self, step: Step, slot: Slot, counted: dict[Slot, list[str]], count: int) -> list[bool] | None:
        """For each row, whether the question was to be asked; None when nothing says otherwise."""
        usable = [text for text in step.conditions if self._columns(text, slot, counted) is not None]
        if not usable or not count:
            return None
        truths = [self._evaluated(text, slot, counted) for text in usable]
        return [all(row) for row in zip(*truths, strict=True)]

    def _check_required(
        self,
        step: Step,
        slot: Slot,
        given: Sequence[str],
        asked: list[bool] | None,
        counted: dict[Slot, list[str]],
        checked: Checked,
    ) -> None:
        question = step.question
        if not question.type.is_answered or not (question.required or step.required_if):
            return
        undecided = step.conditions and asked is None
        if undecided or all(given):
            return
        needed: list[bool] | None = None
        if not question.required:
            if self._columns(step.required_if, slot, counted) is None:
                return
            needed = self._evaluated(step.required_if, slot, counted)
        for row, text in enumerate(given):
            if not text and (asked is None or asked[row]) and (needed is None or needed[row]):
                checked.breaches.append(Breach(row, slot, Rule.REQUIRED, "obligatoire"))

    def _check_constraint(
        self,
        step: Step,
        slot: Slot,
        given: Sequence[str],
        asked: list[bool] | None,
        counted: dict[Slot, list[str]],
        unreadable: Sequence[bool],
        checked: Checked,
    ) -> None:
        text = step.constraint
        if not text or self._columns(text, slot, counted) is None:
            return
        for row, holds in enumerate(self._evaluated(text, slot, counted)):
            if holds or not given[row] or (asked is not None and not asked[row]):
                continue
            if unreadable and unreadable[row]:
                continue
            checked.breaches.append(Breach(row, slot, Rule.CONSTRAINT, text, step.question.constraint_warns))

    def _columns(
        self, text: str, slot: Slot, counted: Mapping[Slot, Sequence[str]]
    ) -> list[tuple[str, Sequence[str]]] | None:
        """The answers an expression looks at, by question; None when the file does not hold them all."""
        if text not in self._names:
            parsed = parse(text)
            # The answer itself only where it is looked at: else every distinct answer would be evaluated apart.
            own = [""] if any(isinstance(node, Current) for node in parsed.nodes()) else []
            self._names[text] = (*own, *sorted(references(parsed)))
        names = dict.fromkeys(name or slot[0] for name in self._names[text])
        if "position(" in text.replace(" ", "") or "indexed-repeat" in text:
            return None
        columns = []
        for name in names:
            column = counted.get((name, slot[1])) or counted.get((name, 0))
            if column is None:
                return None
            columns.append((name, column))
        return columns

    def _evaluated(self, text: str, slot: Slot, counted: Mapping[Slot, Sequence[str]]) -> list[bool]:
        columns = self._columns(text, slot, counted)
        assert columns is not None
        if not columns:
            return [self._truth(text, slot, {})] * len(counted[slot])
        names = [name for name, _ in columns]
        found = []
        truths = self._truths
        mark = f"{slot[0]}\0{text}"
        for key in zip(*(column for _, column in columns), strict=True):
            truth = truths.get((mark, key))
            if truth is None:
                truth = truths[mark, key] = self._truth(text, slot, dict(zip(names, key, strict=True)))
            found.append(truth)
        return found

    def _truth(self, text: str, slot: Slot, answers: dict[str, str]) -> bool:
        form: Form = self.routing.form
        repeat = form.repeat_of.get(slot[0], "")
        inside = {
            name: value for name, value in answers.items() if repeat and form.repeat_of.get(name) == repeat
        }
        outside = {name: value for name, value in answers.items() if name not in inside}
        place = Place(slot[0], repeat, 1) if repeat else Place(slot[0])
        given = Answers(outside, {repeat: [inside]} if repeat else {}, self.now)
        return boolean(compiled(text)(form, given, place))
