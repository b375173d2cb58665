"""How French is set: no-break spaces, numbers, nouns agreed with their number. Shared by the command line and the reports."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

NO_BREAK: Final = "\u00a0"
THIN: Final = "\u202f"
_CUT_BY_SHELLS: Final = re.compile(r"[^\w./\\:-]")
_BEFORE: Final = re.compile(r" (?=[:;?!»€]|%(?!\}))")
_AFTER: Final = re.compile(r"(?<=«) ")
_OPTIONAL_PLURALS: Final = re.compile(r"\{(\w+)\}((?: \w+\(s\))+)")


def typographic(text: str) -> str:
    """`text` with the no-break spaces that French typography asks for; never applied to what people said.

    >>> typographic("« été » : oui")
    '«\\xa0été\\xa0»\\xa0: oui'
    """
    return _AFTER.sub(NO_BREAK, _BEFORE.sub(NO_BREAK, text))


def number(value: float, decimals: int = 0) -> str:
    """A number with a decimal comma and thin spaces between thousands.

    >>> number(12345), number(0.347, 2)
    ('12\\u202f345', '0,35')
    """
    return f"{value:,.{decimals}f}".replace(",", THIN).replace(".", ",")


def count(value: int, singular: str, plural: str = "") -> str:
    """A number and its noun, agreed: in French the plural starts at two.

    >>> count(1, "personne"), count(1200, "entretien"), count(0, "avis", "avis")
    ('1\\xa0personne', '1\\u202f200\\xa0entretiens', '0\\xa0avis')
    """
    return f"{number(value)}{NO_BREAK}{singular if value < 2 else plural or singular + 's'}"


def as_typed(path: PurePath | str) -> str:
    """A file or folder as it is typed after a command: between quotes when a shell would cut it (sh, PowerShell, cmd).

    >>> as_typed("responses.xlsx"), as_typed("Étude Mayenne")
    ('responses.xlsx', '"Étude Mayenne"')
    """
    return f'"{path}"' if _CUT_BY_SHELLS.search(str(path)) else str(path)


def agreed(sentence: str, /, **fields: object) -> str:
    """`sentence` with the « (s) » that follow a field agreed with that field's number.

    >>> agreed("{count} passage(s) masqué(s) dans {file}", count=1, file="a.docx")
    '{count} passage masqué dans {file}'
    >>> agreed("{count} passage(s) masqué(s)", count=3)
    '{count} passages masqués'
    """

    def plural(match: re.Match[str]) -> str:
        value = fields.get(match[1])
        if not isinstance(value, int):
            return match[0]
        return f"{{{match[1]}}}{match[2].replace('(s)', '' if value < 2 else 's')}"

    return _OPTIONAL_PLURALS.sub(plural, sentence)
