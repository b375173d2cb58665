"""Which choices a cell names: codes, labels or aliases, ticks of split columns, several joined in one cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from habitat_enquete.errors import Code
from habitat_enquete.ingest.answers.values import (
    BLANK,
    NOT_SHOWN,
    NOT_SHOWN_MARKS,
    Parsed,
    declared_missing,
    plain,
)
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import Choice, Question, Questionnaire, QuestionType
from habitat_enquete.model.response import AnswerState

_APOSTROPHES: Final = str.maketrans(
    {"’": "'", "ʼ": "'", "‘": "'", "´": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
)
_SEPARATORS: Final = " \t\n\r,;|/"
_JOINING: Final = frozenset({"et", "ou", "puis", "&", "+", "-"})  # words people put between two choices
_STRONG: Final = re.compile(r"[;|]")
_OTHER_NAMES: Final = frozenset({"autre", "other", "autres", "-oth-"})
_OTHER_LABEL: Final = re.compile(r"^(?:autres?|other)\b")
_MISSING_CODES: Final = {
    "nsp": AnswerState.DONT_KNOW,
    "nr": AnswerState.NO_ANSWER,
    "so": AnswerState.NOT_ASKED,
}
_MISSING_KINDS: Final = {
    "nsp": AnswerState.DONT_KNOW,
    "nr": AnswerState.NO_ANSWER,
    "refus": AnswerState.REFUSED,
    "so": AnswerState.NOT_ASKED,
}
_MISSING_LABELS: Final = (
    (re.compile(r"^(?:(?:je )?ne sai[st] pas\b|nsp$|don't know)"), AnswerState.DONT_KNOW),
    (re.compile(r"^(?:(?:je )?ne souhaite pas répondre|refus)"), AnswerState.REFUSED),
    (re.compile(r"^(?:non[- ]réponse|sans réponse)$"), AnswerState.NO_ANSWER),
)
_TICKED: Final = frozenset(
    [
        "1",
        "1.0",
        "x",
        "oui",
        "yes",
        "y",
        "true",
        "vrai",
        "coché",
        "cochée",
        "o",
        "✓",
        "✔",
        "selected",
        "checked",
        "-1",
    ]
)
_UNTICKED: Final = frozenset(
    [
        "",
        "0",
        "0.0",
        "2",
        "non",
        "no",
        "n",
        "false",
        "faux",
        "non coché",
        "not selected",
        "unchecked",
        "-",
        "non sélectionné",
    ]
)
_YES: Final = frozenset({"y", "yes", "oui", "1", "true", "vrai", "o"})
_NO: Final = frozenset({"n", "no", "non", "2", "0", "false", "faux"})
_RANKED: Final = re.compile(r"^(?:a|ao|an|sq|c|r|item|choix|option|mod)?[_ ]?0*(\d{1,3})$")


class Tick(Enum):
    """What the cell of a split column says of its choice."""

    YES = 1
    NO = 0
    BLANK = 2
    NOT_SHOWN = 3
    TEXT = 4


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """The form under which labels are compared: compatible characters, case, apostrophes and spaces apart.

    >>> fold("  L’Été\\u00a0? ")
    "l'été ?"
    """
    return " ".join(unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold().split())


@lru_cache(maxsize=1 << 16)
def bare(text: str) -> str:
    """A text folded, without the punctuation that ends a question.

    >>> bare("Quel âge avez-vous ? *")
    'quel âge avez-vous'
    """
    return fold(re.sub(r"<[^>]{1,80}>", "", text)).rstrip(" :?*.…").lstrip("* ")


def other_choice(choices: Iterable[Choice]) -> Choice | None:
    """The choice that asks for a text (« autre, préciser »), declared so or so named."""
    listed = list(choices)
    for choice in listed:
        if choice.specify:
            return choice
    for choice in listed:
        if choice.name.casefold() in _OTHER_NAMES or _OTHER_LABEL.match(fold(choice.label)):
            return choice
    return None


def missing_state(choice: Choice) -> AnswerState | None:
    """Which kind of missing answer a choice stands for, declared so or so named; None for a true answer."""
    if choice.missing:
        return _MISSING_KINDS.get(choice.missing, AnswerState.DONT_KNOW)
    if (state := _MISSING_CODES.get(choice.name.casefold())) is not None:
        return state
    label = fold(choice.label)
    return next((state for pattern, state in _MISSING_LABELS if pattern.match(label)), None)


def numbered_choices(choices: tuple[Choice, ...], seen: set[int], *, other_apart: bool) -> tuple[Choice, ...]:
    """The choices in the order of LimeSurvey's numbers (`A1`, `SQ001`…), of which the file shows `seen`.

    « Autre » asked apart (`-oth-`, `[other]`) has a number or not, depending on how the form was made: it has one when the
    numbers seen need it, or leave a gap in its place.
    """
    other = other_choice(choices)
    if other is None or not other_apart:
        return choices
    rank = choices.index(other) + 1
    has_number = max(seen, default=0) > len(choices) - 1
    return choices if has_number else (*choices[: rank - 1], *choices[rank:])


class Token(NamedTuple):
    """A piece of a cell: the choice it names, or the words that name none (`choice` is None)."""

    choice: str | None
    text: str


@dataclass(slots=True)
class ChoiceSet:
    """The choices of one question and every way to write them.

    `recodes` are the decisions of `recodages.yaml` for this question: folded text → choice code. `ranked` accepts `A2` or
    `SQ002` for the second choice (LimeSurvey), in the order of `numbered` if given. `labelled`: the file writes labels, so that unknown words are somebody's own
    « autre » and not a code that is gone.
    """

    choices: tuple[Choice, ...]
    recodes: Mapping[str, str] = field(default_factory=dict)
    ranked: bool = False
    labelled: bool = False
    numbered: tuple[Choice, ...] = ()
    keys: dict[str, str] = field(init=False)
    states: dict[str, AnswerState] = field(init=False)
    labels: dict[str, str] = field(init=False)
    order: dict[str, int] = field(init=False)
    other: str | None = field(init=False)
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self._set_keys()
        self.order = {choice.name: rank for rank, choice in enumerate(self.choices)}
        self.labels = {choice.name: choice.label for choice in self.choices}
        self.states = {choice.name: missing_state(choice) or AnswerState.ANSWERED for choice in self.choices}
        other = other_choice(self.choices)
        self.other = other.name if other else None
        longest_first = [
            re.escape(key).replace("\\ ", r"[ \t]+")
            for key in sorted(filter(None, self.keys), key=len, reverse=True)
        ]
        ends = f"(?=[{re.escape(_SEPARATORS)}]|$)"
        self.pattern = re.compile(f"(?:{'|'.join(longest_first)}){ends}" if longest_first else r"(?!)")

    def _set_keys(self) -> None:
        """Every text that names a choice. A label never hides a code, nor a code a label where the file writes labels."""
        codes = {fold(choice.name): choice.name for choice in reversed(self.choices)}
        labels = {
            fold(text): choice.name
            for choice in reversed(self.choices)
            for text in (*choice.aliases, *choice.labels.values(), choice.label)
            if text
        }
        self.keys = (codes | labels if self.labelled else labels | codes) | dict(self.recodes)

    def read_labels(self, labelled: bool) -> None:
        """Say whether the file writes labels: « 2 » is then the choice so labelled, not the one whose code is 2."""
        self.labelled = labelled
        self._set_keys()

    def evidence(self, text: str) -> int:
        """What a cell says of how choices are written: 1 a label, -1 a code, 0 nothing (both, or neither)."""
        found = self.tokens(text)
        codes = {fold(choice.name) for choice in self.choices}
        labels = {
            fold(t)
            for choice in self.choices
            for t in (choice.label, *choice.labels.values(), *choice.aliases)
        }
        said = {(fold(token.text) in labels) - (fold(token.text) in codes) for token in found if token.choice}
        return said.pop() if len(said) == 1 else 0

    def named(self, text: str) -> str | None:
        """The code of the choice that `text` names, whole; None for none."""
        folded = fold(text)
        if (code := self.keys.get(folded)) is not None:
            return code
        if (code := self.keys.get(folded.rstrip(" .:;*"))) is not None:
            return code
        if folded == "-oth-" and self.other:
            return self.other
        return self._by_boolean(folded) or (self._by_rank(folded) if self.ranked else None)

    def _by_boolean(self, folded: str) -> str | None:
        """`Y`, `1`, `VRAI` for a choice called oui; the reverse for non. Only lists that hold both."""
        yes = next((c for key, c in self.keys.items() if key in {"oui", "yes"}), None)
        no = next((c for key, c in self.keys.items() if key in {"non", "no"}), None)
        if not yes or not no:
            return None
        return yes if folded in _YES else no if folded in _NO else None

    def _by_rank(self, folded: str) -> str | None:
        found = _RANKED.match(folded)
        rank = int(found[1]) if found else 0
        numbered = self.numbered or self.choices
        return numbered[rank - 1].name if 1 <= rank <= len(numbered) else None

    def parsed(self, code: str) -> Parsed:
        """The answer that ticks `code`."""
        return Parsed(code, self.states[code], self.labels[code])

    def single(self, raw: CellValue) -> Parsed:
        """The answer in the cell of a single choice."""
        text = plain(raw).strip()
        if not text:
            return BLANK
        code = self.named(text)
        if code is not None:
            return self.parsed(code)
        if text.casefold() in NOT_SHOWN_MARKS:
            return NOT_SHOWN
        if text == "{spss_missing}":
            return BLANK
        if (declared := declared_missing(raw)) is not None:
            return declared
        return Parsed(text, AnswerState.INVALID, "", Code.ANSWER_UNKNOWN_CHOICE, self.nearest(text))

    def other_words(self, text: str) -> str:
        """What follows « autre » in `Autre (préciser) : viager`; '' when the cell does not begin so."""
        if self.other is None:
            return ""
        label = fold(self.labels[self.other])
        for known in {label, label.partition("(")[0].rstrip(" ,:"), fold(self.other)}:
            found = re.match(re.escape(known) + r"\s*[:–—-]\s*(?=\S)", fold(text)) if known else None
            if found is not None:
                return " ".join(text.split())[found.end() :]
        return ""

    def tokens(self, text: str) -> list[Token]:
        """The choices named in a cell, in its order, and the words between them that name none.

        The longest known choice wins: « La famille, les proches » is one choice, comma or not.
        """
        spaced = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
        folded = "".join(low if len(low := letter.casefold()) == 1 else letter for letter in spaced)
        found: list[Token] = []
        at = unknown_from = 0
        while at < len(folded):
            starts = at == 0 or folded[at - 1] in _SEPARATORS
            match = self.pattern.match(folded, at) if starts else None
            if match is None:
                at += 1
                continue
            found.extend(_unknown(spaced[unknown_from:at]))
            found.append(Token(self.keys[fold(match[0])], match[0]))
            at = unknown_from = match.end()
        found.extend(_unknown(spaced[unknown_from:]))
        return [self._ranked_token(token) for token in found] if self.ranked else found

    def _ranked_token(self, token: Token) -> Token:
        code = self.named(token.text) if token.choice is None else None
        return Token(code, token.text) if code else token

    def nearest(self, text: str) -> str:
        """The label nearest to `text`, to be suggested; '' when none is near."""
        from rapidfuzz import fuzz, process

        best = process.extractOne(fold(text), self.keys.keys(), scorer=fuzz.ratio, score_cutoff=60)
        return self.labels[self.keys[best[0]]] if best else ""


def _unknown(words: str) -> list[Token]:
    """Words that name no choice, as typed; semicolons and bars cut them, commas may be the person's own."""
    parts = (part.strip(_SEPARATORS).lstrip(":–— ") for part in _STRONG.split(words))
    return [Token(None, part) for part in parts if part and part.casefold() not in _JOINING]


def ranks_in(cells: Iterable[CellValue]) -> set[int]:
    """The numbers of the codes `A1`, `A2`… that cells hold."""
    return {int(found[1]) for cell in cells if (found := _RANKED.match(fold(plain(cell))))}


def choice_set(
    questionnaire: Questionnaire,
    question: Question,
    *,
    recodes: Mapping[str, str] | None = None,
    ranked: bool = False,
    labelled: bool = False,
) -> ChoiceSet:
    """The choices of `question`, and those that every question accepts (NSP, NR)."""
    own = questionnaire.choices_of(question)
    names = {choice.name for choice in own}
    more = tuple(choice for choice in questionnaire.nonresponse if choice.name not in names)
    if question.type is QuestionType.RANK or not own:
        more = ()
    return ChoiceSet((*own, *more), recodes or {}, ranked, labelled)


def tick(raw: CellValue, choice: Choice, *, flags: bool = False) -> Tick:
    """What a split column's cell says: `1`, `X`, `Oui`, `coché`, the code or the label itself tick the choice.

    `flags`: the columns hold 1 and 2 (LimeSurvey), so that 2 is a « no », even for the choice whose code is 2.
    """
    text = fold(plain(raw))
    if text == "":
        return Tick.BLANK
    if text in _TICKED or text == fold(choice.label) or (text == fold(choice.name) and not flags):
        return Tick.YES
    if text in NOT_SHOWN_MARKS:
        return Tick.NOT_SHOWN
    if text == "{spss_missing}":
        return Tick.BLANK
    return Tick.NO if text in _UNTICKED else Tick.TEXT
