"""Writes a questionnaire as a LimeSurvey structure (tab-separated values), ready for « Créer › Importer ».

LimeSurvey wants question codes of letters and digits (20 at most), answer codes of 5 characters at most, and has no
repeats: names are shortened, repeats are asked several times in a row, and `names` says how to read the export back.
Source: LimeSurvey manual, « Tab Separated Value survey structure ».
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity
from habitat_enquete.exchange.limesurvey_expressions import Target, Untranslatable, translate
from habitat_enquete.exchange.limesurvey_names import (
    ANSWER_LENGTH,
    QUESTION_LENGTH,
    specify,
    unique,
    unrolled,
)
from habitat_enquete.ingest.definitions.places import Places
from habitat_enquete.model.questionnaire import Choice, Question, Questionnaire, QuestionType, Repeat

COLUMNS: Final = (
    "class",
    "type/scale",
    "name",
    "relevance",
    "text",
    "help",
    "language",
    "validation",
    "mandatory",
    "other",
    "default",
    "same_default",
    "em_validation_q",
    "em_validation_q_tip",
    "max_answers",
    "exclude_all_others",
    "num_value_int_only",
    "suffix",
    "hidden",
    "other_replace_text",
    "date_format",
)
REPETITIONS: Final = 5
_OTHER: Final = "-oth-"
_DATES: Final = {"mois": "mm/yyyy", "annee": "yyyy"}
_TYPES: Final[Mapping[QuestionType, str]] = {
    QuestionType.TEXT: "S",
    QuestionType.INTEGER: "N",
    QuestionType.DECIMAL: "N",
    QuestionType.RANGE: "N",
    QuestionType.DATE: "D",
    QuestionType.DATETIME: "D",
    QuestionType.TIME: "S",
    QuestionType.SELECT_ONE: "L",
    QuestionType.SELECT_MULTIPLE: "M",
    QuestionType.RANK: "R",
    QuestionType.MATRIX: "F",
    QuestionType.NOTE: "X",
    QuestionType.ACKNOWLEDGE: "Y",
    QuestionType.CALCULATE: "*",
    QuestionType.HIDDEN: "*",
    QuestionType.GEOPOINT: "S",
    QuestionType.FILE: "|",
}
_LANGUAGES: Final = {"zh": "zh-Hans"}
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Name:
    """How something of the questionnaire is called in LimeSurvey. `choice` is empty for a question, `rank` 0 out of repeats."""

    limesurvey: str
    question: str
    choice: str = ""
    rank: int = 0


@dataclass(slots=True)
class LimeSurveyStructure:
    """The text of a structure, how its names answer to those of the questionnaire, what could not be said."""

    text: str
    names: tuple[Name, ...]
    problems: tuple[Problem, ...]


def limesurvey_structure(
    questionnaire: Questionnaire, *, repetitions: int = REPETITIONS
) -> LimeSurveyStructure:
    """The LimeSurvey structure of a questionnaire; repeats without a fixed count are asked `repetitions` times."""
    writer = _Writer(questionnaire, repetitions)
    rows = list(writer.rows())
    lines = ["\t".join(COLUMNS), *("\t".join(_cell(row.get(name, "")) for name in COLUMNS) for row in rows)]
    return LimeSurveyStructure("\n".join(lines) + "\n", tuple(writer.names), tuple(writer.problems))


def write_limesurvey(questionnaire: Questionnaire, path: Path) -> LimeSurveyStructure:
    """Writes the structure to `path` (UTF-8 with its mark, as LimeSurvey wants)."""
    structure = limesurvey_structure(questionnaire)
    path.write_text("\ufeff" + structure.text, encoding="utf-8")
    return structure


def _cell(text: str) -> str:
    """A cell on one line, quoted when it holds quotes."""
    flat = re.sub(r"[\t\r\n]+", " ", text)
    return '"' + flat.replace('"', '""') + '"' if '"' in flat else flat


@dataclass(slots=True)
class _Writer:
    form: Questionnaire
    repetitions: int
    names: list[Name] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    targets: dict[tuple[str, int], Target] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def rows(self) -> Iterator[Row]:
        asked = list(unrolled(self.form, self.repetitions))
        for question, rank in asked:
            self._name(question, rank)
            if rank < 2:
                self._tell_unsaid(question)
        languages = [_LANGUAGES.get(code, code) for code in self.form.languages]
        yield {"class": "S", "name": "language", "text": languages[0]}
        if languages[1:]:
            yield {"class": "S", "name": "additional_languages", "text": " ".join(languages[1:])}
        yield from (
            _setting(name, text) for name, text in (("format", "G"), ("anonymized", "N"), ("datestamp", "Y"))
        )
        for code in self.form.languages:
            title = self.form.titles.get(code, self.form.title)
            yield {
                "class": "SL",
                "name": "surveyls_title",
                "text": title,
                "language": _LANGUAGES.get(code, code),
            }
        for code in self.form.languages:
            yield from self._groups(asked, code)

    def _groups(self, asked: list[tuple[Question, int]], code: str) -> Iterator[Row]:
        before: tuple[tuple[str, ...], int] | None = None
        number = 0
        for question, rank in asked:
            here = (question.group[:1], rank)
            if here != before:
                number, before = number + 1, here
                yield self._group(question, rank, number, code)
            yield from self._question(question, rank, code)

    def _group(self, question: Question, rank: int, number: int, code: str) -> Row:
        blocks = self.form.around(question)
        repeats = [each for each in blocks if isinstance(each, Repeat)] if rank else []
        block = next(iter([*repeats, *blocks]), None)
        label = block.labels.get(code, block.label or block.name) if block else self.form.title
        return {
            "class": "G",
            "type/scale": f"G{number}",
            "name": f"{label} ({rank})" if rank else label,
            "relevance": "1",
            "text": _html(block.hints.get(code, block.hint)) if block else "",
            "language": _LANGUAGES.get(code, code),
        }

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────────────

    def _question(self, question: Question, rank: int, code: str) -> Iterator[Row]:
        target = self.targets[question.name, rank]
        kind = "T" if question.multiline else _TYPES[question.type]
        other = specify(self.form, question)
        row = {
            "class": "Q",
            "type/scale": kind,
            "name": target.name,
            "relevance": self._relevance(question, rank),
            "text": self._text(question, rank, code),
            "help": self._shown(question.translations.get("hint", {}).get(code, question.hint), rank),
            "language": _LANGUAGES.get(code, code),
            "mandatory": "Y" if question.required else "N",
            "other": "Y" if other else "N",
            "default": self._default(question, target),
            "same_default": "0",
            "suffix": question.unit,
            "max_answers": str(question.maximum_choices or ""),
            "num_value_int_only": "1" if question.type is QuestionType.INTEGER else "",
            "hidden": "1" if kind == "*" else "",
            "other_replace_text": other.labels.get(code, other.label) if other else "",
            "date_format": _date_format(question),
        }
        yield row | self._constraint(question, rank, code)
        language = _LANGUAGES.get(code, code)
        for line, line_code in zip(question.rows, self._row_codes(question), strict=True):
            text = self._shown(line.labels.get(code, line.label), rank)
            yield {"class": "SQ", "type/scale": "0", "name": line_code, "relevance": "1"} | {
                "text": text,
                "language": language,
            }
        for choice in self.form.choices_of(question):
            if choice is not other and choice.name in target.choices:
                yield self._choice(question, choice, target, code, rank)

    def _choice(self, question: Question, choice: Choice, target: Target, code: str, rank: int) -> Row:
        multiple = question.type is QuestionType.SELECT_MULTIPLE
        row = {"class": "SQ" if multiple else "A", "type/scale": "0", "name": target.choices[choice.name]}
        row |= {"text": self._shown(choice.labels.get(code, choice.label), rank)}
        ticked = multiple and choice.name in question.default.split()
        row |= {"language": _LANGUAGES.get(code, code), "default": "Y" if ticked else ""}
        return row | ({"relevance": "1"} if multiple else {})

    def _default(self, question: Question, target: Target) -> str:
        """The default answer: the code of a choice; those of a multiple choice are on its subquestions."""
        if question.type in (QuestionType.SELECT_MULTIPLE, QuestionType.CALCULATE, QuestionType.HIDDEN):
            return ""
        return target.choices.get(question.default, question.default)

    def _row_codes(self, matrix: Question) -> list[str]:
        taken: set[str] = set()
        return [unique(line.name, QUESTION_LENGTH, taken, "r") for line in matrix.rows]

    def _text(self, question: Question, rank: int, code: str) -> str:
        if question.type is QuestionType.CALCULATE:
            return "{" + (self._translated(question, "calculation", question.calculation, rank) or '""') + "}"
        if question.type is QuestionType.HIDDEN:
            return question.default
        return self._shown(question.labels.get(code, question.label), rank)

    def _shown(self, text: str, rank: int) -> str:
        """A text as LimeSurvey shows it: HTML, its `${question}` replaced by answers."""
        return re.sub(r"\$\{\s*([^{}]+?)\s*\}", lambda found: self._piped(found.group(1), rank), _html(text))

    def _piped(self, name: str, rank: int) -> str:
        target = self.targets.get((name, rank)) or self.targets.get((name, 0))
        return "{" + target.name + ".shown}" if target else name

    def _relevance(self, question: Question, rank: int) -> str:
        parts = [block.relevant for block in self.form.around(question)] + [question.relevant]
        found = [self._translated(question, "relevant", part, rank) for part in parts if part]
        if rank > 1:
            found.append(self._repeated(question, rank))
        kept = [f"({part})" if len(found) > 1 else part for part in found if part]
        return " and ".join(kept) or "1"

    def _repeated(self, question: Question, rank: int) -> str:
        """A further repetition is asked when the one before was answered."""
        first = next(each for each in self.form.questions if each.repeat == question.repeat)
        target = self.targets.get((first.name, rank - 1))
        return f"!is_empty({target.name}.NAOK)" if target else ""

    def _constraint(self, question: Question, rank: int, code: str) -> Row:
        row: Row = {}
        target = self.targets[question.name, rank]
        alone = [target.choices[each.name] for each in self.form.choices_of(question) if each.exclusive]
        if question.type is QuestionType.SELECT_MULTIPLE and alone:
            row["exclude_all_others"] = ";".join(alone)
        if question.constraint:
            text = self._translated(question, "constraint", question.constraint, rank)
            if text:
                multiple = question.type is QuestionType.SELECT_MULTIPLE
                empty = (
                    f"count(that.{target.name}.NAOK) == 0" if multiple else f"is_empty({target.name}.NAOK)"
                )
                row["em_validation_q"] = f"{empty} or ({text})"
                messages = question.translations.get("constraint_message", {})
                row["em_validation_q_tip"] = messages.get(code, question.constraint_message)
        return row

    def _translated(self, question: Question, field_name: str, text: str, rank: int) -> str:
        """An expression in LimeSurvey's language; empty, and told once, when it has no equivalent."""
        try:
            return translate(text, self._find(rank), question.name, self._repeated_targets(), rank)
        except (Untranslatable, EnqueteError) as error:
            problem = Places(self.form).warning(
                Code.LIMESURVEY_EXPRESSION,
                question,
                field_name,
                name=question.name,
                text=text,
                why=str(error),
            )
            if problem not in self.problems:
                self.problems.append(replace(problem, severity=Severity.WARNING))
            return ""

    def _find(self, rank: int) -> Mapping[str, Target]:
        found = {name: target for (name, at), target in self.targets.items() if at == 0}
        return found | {name: target for (name, at), target in self.targets.items() if at == rank and rank}

    def _repeated_targets(self) -> Mapping[str, tuple[Target, ...]]:
        """The questions of repeats, by rank."""
        found: dict[str, list[Target]] = {}
        for (name, rank), target in sorted(self.targets.items(), key=lambda each: each[0][1]):
            if rank:
                found.setdefault(name, []).append(target)
        return {name: tuple(targets) for name, targets in found.items()}

    def _tell_unsaid(self, question: Question) -> None:
        """What a question asks of the collection tool that LimeSurvey has no column for."""
        unsaid = {
            "choice_filter": (question.choice_filter, "le filtre des modalités"),
            "required_if": (question.required_if, "l'obligation sous condition"),
            "default": (
                question.default if "${" in question.default else "",
                "une valeur par défaut calculée",
            ),
        }
        for field_name, (text, why) in unsaid.items():
            if text:
                where = {"name": question.name, "text": text, "why": why}
                self.problems.append(
                    Places(self.form).warning(Code.LIMESURVEY_EXPRESSION, question, field_name, **where)
                )

    # ── names ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _name(self, question: Question, rank: int) -> None:
        wished = f"{question.repeat or ''}{rank}{question.name}" if rank else question.name
        name = unique(wished, QUESTION_LENGTH, self.used, "q")
        self.names.append(Name(name, question.name, rank=rank))
        codes: dict[str, str] = {}
        taken: set[str] = set()
        other = specify(self.form, question)
        multiple = question.type is QuestionType.SELECT_MULTIPLE  # whose choices are subquestions there
        length = QUESTION_LENGTH if multiple else ANSWER_LENGTH
        for choice in self.form.choices_of(question):
            code = _OTHER if choice is other else unique(choice.name, length, taken, "a")
            codes[choice.name] = code
            self.names.append(Name(code, question.name, choice.name, rank))
        self.targets[question.name, rank] = Target(name, question.type, codes)
        for line, line_code in zip(question.rows, self._row_codes(question), strict=True):
            row_name = f"{question.name}_{line.name}"
            self.names.append(Name(f"{name}[{line_code}]", row_name, rank=rank))
            self.targets[row_name, rank] = Target(f"{name}_{line_code}", QuestionType.SELECT_ONE, codes)


def _setting(name: str, text: str) -> Row:
    return {"class": "S", "name": name, "text": text}


def _html(text: str) -> str:
    """A text safe in LimeSurvey, where texts are HTML and braces open an expression."""
    escaped = re.sub(r"&(?!\w+;|#\d+;)", "&amp;", re.sub(r"<(?![A-Za-z/])", "&lt;", text))
    return re.sub(r"(?<!\$)\{(?=\S)", "{ ", escaped).replace("\n", "<br />")


def _date_format(question: Question) -> str:
    if question.type is QuestionType.DATETIME:
        return "dd/mm/yyyy HH:MM"
    if question.type is QuestionType.DATE:
        return _DATES.get(question.precision or "", "dd/mm/yyyy")
    return ""
