"""Faulty forms: what pyxform and ODK Validate say of each (tried with pyxform 4.5.0), and what we say.

`pyxform` is « accepte » or « refuse » without Java, `validate` with it; every fault must be located by us.
"""

from __future__ import annotations

import pytest

from habitat_enquete.ingest.definitions.check import check
from habitat_enquete.ingest.definitions.xlsform import parse_sheets
from habitat_enquete.ingest.definitions.xlsform_sheets import markdown_sheets

HEADER = "| survey |\n| | type | name | label | relevant | constraint | calculation | choice_filter | default | repeat_count |\n"
CHOICES = """
| choices |
| | list_name | name | label | zone |
| | l | oui | Oui | 1 |
| | l | non | Non | 2 |
"""
AGE, ONE, SEVERAL = "integer | age | Âge", "select_one l | a | A", "select_multiple l | m | M"

# fault: rows, pyxform, +Validate, our code, our cell
FAULTS = {
    "unknown function": ([AGE, "text | b | B | foo(${age})"], "accepte", "refuse", "CHECK_EXPRESSION", "D3"),
    "mistyped function": ([SEVERAL, "text | b | B | selcted(${m}, 'oui')"], "accepte", "refuse", "CHECK_EXPRESSION", "D3"),
    "circle of filters": (["text | a | A | ${b}='x'", "text | b | B | ${a}='x'"], "accepte", "refuse", "CHECK_CYCLE", "D2"),
    "circle of calculations": (["calculate | a | | | | ${b}+1", "calculate | b | | | | ${a}+1"], "accepte", "refuse", "CHECK_CYCLE", "F2"),
    "filter on itself": (["text | a | A | ${a}='x'"], "accepte", "refuse", "CHECK_CYCLE", "D2"),
    "curly quotes": ([ONE, "text | b | B | ${a} = ’oui’"], "accepte", "accepte", "CHECK_CURLY_QUOTES", "D3"),
    "french quotes": ([ONE, "text | b | B | ${a} = «oui»"], "accepte", "refuse", "CHECK_FRENCH_QUOTES", "D3"),
    "missing question": ([ONE, "text | b | B | ${aa}='x'"], "refuse", "refuse", "CHECK_REFERENCE_MISSING", "D3"),
    "missing question in a label": ([ONE, "note | b | Bonjour ${nom}"], "refuse", "refuse", "CHECK_TEXT_REFERENCE", "C3"),
    "missing question in a default": ([ONE, "text | b | B | | | | | ${nom}"], "refuse", "refuse", "CHECK_TEXT_REFERENCE", "H3"),
    "missing choice": ([ONE, "text | b | B | ${a}='ouii'"], "accepte", "accepte", "CHECK_CHOICE_MISSING", "D3"),
    "missing choice in selected": ([SEVERAL, "text | b | B | selected(${m},'peut')"], "accepte", "accepte", "CHECK_CHOICE_MISSING", "D3"),
    "choice written otherwise": ([ONE, "text | b | B | ${a}='Oui'"], "accepte", "accepte", "CHECK_CHOICE_MISSING", "D3"),
    "missing choice in an exclusive constraint": (["select_multiple l | m | M | | not(selected(., 'nsp') and count-selected(.) > 1)"], "accepte", "accepte", "CHECK_CHOICE_MISSING", "E2"),
    "missing column of a choice filter": ([ONE, "select_one l | b | B | | | | region=${a}"], "accepte", "accepte", "CHECK_COLUMN_MISSING", "G3"),
    "word without quotes": ([ONE, "text | b | B | ${a} = oui"], "accepte", "accepte", "CHECK_BARE_WORD", "D3"),
    "word without quotes in selected": ([ONE, "text | b | B | selected(${a}, oui)"], "accepte", "accepte", "CHECK_BARE_WORD", "D3"),
    "unreachable question": ([AGE, "text | b | B | ${age}>20 and ${age}<10"], "accepte", "accepte", "CHECK_UNREACHABLE", "D3"),
    "unreachable because of a block": ([ONE, "begin_group | g | G | ${a}='oui'", "text | b | B | ${a}='non'", "end_group | |"], "accepte", "accepte", "CHECK_UNREACHABLE", "D4"),
    "unreachable because of a constraint": (["integer | age | Âge | | . < 18", "text | b | B | ${age} > 20"], "accepte", "accepte", "CHECK_UNREACHABLE", "D3"),
    "number compared to a word": ([AGE, "text | b | B | ${age}='dix'"], "accepte", "accepte", "CHECK_UNREACHABLE", "D3"),
    "no answer satisfies the constraint": (["integer | a | A | | . > 10 and . < 5"], "accepte", "accepte", "CHECK_CONSTRAINT_IMPOSSIBLE", "E2"),
    "date compared to a text": (["date | d | D | | . >= '2024-01-01'"], "accepte", "accepte", "CHECK_DATE_TEXT", "E2"),
    "question asked further": (["text | a | A | ${b}='x'", "text | b | B"], "accepte", "accepte", "CHECK_FORWARD", "D2"),
    "default that is no choice": (["select_one l | a | A | | | | | peut_etre"], "accepte", "accepte", "CHECK_DEFAULT", "H2"),
    "faulty pattern": (["text | a | A | | regex(., '[0-9')"], "accepte", "accepte", "CHECK_EXPRESSION", "E2"),
    "accent in a name": (["text | âge | A"], "accepte", "accepte", "CHECK_NAME_ACCENTS", "B2"),
    "names that differ by case": (["text | age | A", "text | Age | B"], "accepte", "accepte", "CHECK_NAME_CASE", "B3"),
    "function that Collect lacks": ([AGE, "calculate | b | | | | floor(${age})"], "accepte", "refuse", "CHECK_NOT_IN_COLLECT", "F3"),
    "coalesce of three": ([AGE, "calculate | b | | | | coalesce(${age}, ${age}, 0)"], "accepte", "refuse", "CHECK_NOT_IN_COLLECT", "F3"),
    "wrong number of arguments": ([AGE, "calculate | b | | | | if(${age}>3, 1)"], "accepte", "refuse", "CHECK_EXPRESSION", "F3"),
    "repeat read from outside": (["begin_repeat | r | R", "integer | x | X", "end_repeat | |", "text | b | B | ${x} > 3"], "accepte", "refuse", "CHECK_REPEAT_READ", "D5"),
    "indexed-repeat without a repeat": ([AGE, "calculate | b | | | | indexed-repeat(${age}, ${age}, 1)"], "accepte", "refuse", "CHECK_NOT_A_REPEAT", "F3"),
    "current answer in a filter": ([AGE, "text | b | B | . > 3"], "accepte", "refuse", "CHECK_UNREACHABLE", "D3"),
    "unclosed parenthesis": ([AGE, "text | b | B | not(${age} > 3"], "accepte", "refuse", "CHECK_EXPRESSION", "D3"),
    "extra parenthesis": ([AGE, "text | b | B | ${age} > 3)"], "accepte", "refuse", "CHECK_EXPRESSION", "D3"),
    "missing operator": ([AGE, "text | b | B | ${age} 3"], "accepte", "refuse", "CHECK_EXPRESSION", "D3"),
    "hanging operator": (["integer | age | Âge | | . >"], "accepte", "refuse", "CHECK_EXPRESSION", "E2"),
    "== for =": ([AGE, "text | b | B | ${age} == 3"], "accepte", "refuse", "CHECK_EXPRESSION", "D3"),
    "&& for and": ([AGE, "text | b | B | ${age} > 3 && ${age} < 5"], "accepte", "refuse", "CHECK_EXPRESSION", "D3"),
    "ET for and": ([AGE, "text | b | B | ${age} > 3 ET ${age} < 5"], "accepte", "refuse", "CHECK_EXPRESSION", "D3"),
    "forgotten braces": ([AGE, "text | b | B | $age > 3"], "accepte", "refuse", "CHECK_EXPRESSION", "D3"),
    "unclosed brace": ([AGE, "text | b | B | ${age > 3"], "refuse", "refuse", "CHECK_EXPRESSION", "D3"),
    "missing list": (["select_one ouinon | a | A"], "refuse", "refuse", "CHECK_LIST_MISSING", "A2"),
    "no list": (["select_one | a | A"], "refuse", "refuse", "CHECK_LIST_NONE", "A2"),
    "unknown type": (["txet | a | A"], "refuse", "refuse", "QUESTION_TYPE_UNKNOWN", "A2"),
    "block never closed": (["begin_group | g | G", "text | a | A"], "refuse", "refuse", "BLOCK_NEVER_CLOSED", "A2"),
    "block never opened": (["text | a | A", "end_group | |"], "refuse", "refuse", "BLOCK_NEVER_OPENED", "A3"),
    "block closed by the other end": (["begin_repeat | g | G", "text | a | A", "end_group | |"], "refuse", "refuse", "BLOCK_MISMATCH", "A4"),
    "same name side by side": (["text | a | A", "text | a | B"], "refuse", "refuse", "QUESTION_DUPLICATE", "B3"),
    "same block side by side": (["begin_group | g | G", "text | a | A", "end_group | |", "begin_group | g | H", "text | b | B", "end_group | |"], "refuse", "refuse", "CHECK_BLOCK_TWICE", "B5"),
    "space in a name": (["text | mon age | A"], "refuse", "refuse", "CHECK_NAME_INVALID", "B2"),
    "digit first in a name": (["text | 1age | A"], "refuse", "refuse", "CHECK_NAME_INVALID", "B2"),
    "no name": (["text | | A"], "refuse", "refuse", "DEFINITION_NAME_MISSING", "B2"),
    "no label": (["text | a | "], "refuse", "refuse", "CHECK_LABEL_MISSING", "C2"),
    "calculation without a formula": (["calculate | a | ", "text | b | B"], "refuse", "refuse", "CHECK_CALCULATION_MISSING", "F2"),
    "missing question in a count": ([AGE, "begin_repeat | r | R | | | | | | ${nn}", "integer | x | X", "end_repeat | |"], "refuse", "refuse", "CHECK_REFERENCE_MISSING", "I3"),
}  # fmt: skip


def form(rows: list[str], choices: str = CHOICES) -> str:
    """A form written as a Markdown table."""
    cells = [[cell.strip() for cell in row.split(" | ")] for row in rows]
    return HEADER + "\n".join("| | " + " | ".join((row + [""] * 9)[:9]) + " |" for row in cells) + choices


def told(markdown: str) -> set[tuple[str, str]]:
    """The faults told, with their cell."""
    questionnaire, problems = parse_sheets(markdown_sheets(markdown), file="f.xlsx")
    return {(each.code, f"{each.column}{each.row}") for each in (*problems, *check(questionnaire))}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_told_with_its_cell(fault):
    rows, _, _, code, cell = FAULTS[fault]
    assert (code, cell) in told(form(rows))


def test_nothing_is_told_of_the_same_questions_without_a_fault():
    rows = [
        AGE, ONE, SEVERAL,
        "text | b | B | ${age} > 3 and ${a} = 'oui' and selected(${m}, 'non')",
        "select_one l | c | C | | | | zone=${age} and name != ${a}",
        "begin_repeat | r | R | | | | | | ${age}", "integer | x | X | | . > 0 and . < 5 or . = 99", "text | y | Y ${x} | ${x} > 3", "end_repeat | |",
        "calculate | t | | | | sum(${x}) + indexed-repeat(${x}, ${r}, 1) + count(${r})",
        "date | d | D | | . >= date('2024-01-01')",
        "select_one ${y} | qui | Qui ? | | | | ${y} != ''",
    ]  # fmt: skip
    assert {code for code, _ in told(form(rows))} <= {"CHECK_MESSAGE_MISSING"}


def test_how_many_faults_the_usual_tools_let_through():
    accepted = [fault for fault, (_, pyxform, _, _, _) in FAULTS.items() if pyxform == "accepte"]
    with_java = [fault for fault, (_, _, validate, _, _) in FAULTS.items() if validate == "accepte"]
    assert (len(FAULTS), len(accepted), len(with_java)) == (57, 39, 19)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_pyxform_says(fault):
    convert = pytest.importorskip("pyxform.xls2xform").convert
    errors = pytest.importorskip("pyxform.errors")
    rows, pyxform, _, _, _ = FAULTS[fault]
    try:
        convert(form(rows), file_type=".md", validate=False)
        found = "accepte"
    except errors.PyXFormError:
        found = "refuse"
    assert found == pyxform
