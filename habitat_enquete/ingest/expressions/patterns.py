"""The patterns of `regex()`, written for Java, turned into those of Python and of a browser.

ODK Collect and KoboCollect run them on Android, where `\\w`, `\\d` and the case follow Unicode; so do they here.
Source: java.util.regex.Pattern (Android), tried against JavaRosa.
"""

from __future__ import annotations

import re
import sys
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Final

# The property of Java → categories of Unicode; `+` adds the characters that follow.
_PROPERTIES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("L", "Alpha", "IsAlphabetic", "IsL", "IsLetter", "javaLetter"), ("L",)),
    **dict.fromkeys(("Lu", "Upper", "IsUppercase", "IsLu", "javaUpperCase"), ("Lu",)),
    **dict.fromkeys(("Ll", "Lower", "IsLowercase", "IsLl", "javaLowerCase"), ("Ll",)),
    **dict.fromkeys(("Nd", "Digit", "IsDigit", "IsNd"), ("Nd",)),
    **dict.fromkeys(("N", "IsN"), ("N",)),
    **dict.fromkeys(("Alnum",), ("L", "Nd")),
    **dict.fromkeys(("Punct",), ("P", "S")),
    **dict.fromkeys(("P", "IsP", "IsPunctuation"), ("P",)),
    **dict.fromkeys(("M", "IsM"), ("M",)),
    **dict.fromkeys(("S", "IsS"), ("S",)),
    **dict.fromkeys(("Z", "IsZ"), ("Z",)),
    **dict.fromkeys(("Space", "IsWhite_Space", "Blank"), ("Zs", "Cc")),
    **dict.fromkeys(("IsLatin", "InLatin"), ("Latin",)),
}
_TOKEN: Final = re.compile(
    r"\\[pP](?:\{\^?(?P<property>[A-Za-z_]+(?:=[A-Za-z_]+)?)\}|(?P<letter>[A-Z]))"
    r"|\\Q(?P<quoted>.*?)(?:\\E|$)"
    r"|\[:(?P<posix>\w+):\]"
    r"|\(\?<(?P<group>[A-Za-z]\w*)>"
    r"|\\k<(?P<back>\w+)>"
    r"|\\(?P<escape>[A-Za-z])"
    r"|\\."
    r"|[\[\]]"
    r"|&&"
    r"|.",
    re.DOTALL,
)
_INSIDE: Final = {"h": " \t\u00a0\u2000-\u200a\u202f", "z": None, "Z": None, "R": None, "e": None, "G": None}
_OUTSIDE: Final = {
    "h": "[ \t\u00a0\u2000-\u200a\u202f]",
    "R": r"(?:\r\n|[\n\r])",
    "e": None,
    "G": None,
    "X": None,
}


class _Unsupported(Exception):
    """A part of a pattern that has no equivalent."""


@lru_cache(maxsize=512)
def compiled_pattern(pattern: str) -> re.Pattern[str] | None:
    """The pattern ready for use, to be matched whole; None when it is faulty or has no equivalent."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            return re.compile("".join(_translated(pattern, _PYTHON)))
    except (re.error, OverflowError, RecursionError, _Unsupported):
        return None


def has_no_equivalent(pattern: str) -> bool:
    """Whether a pattern uses what Java alone knows: it may be right, but cannot be tried here."""
    try:
        "".join(_translated(pattern, _PYTHON))
    except _Unsupported:
        return True
    return False


def browser_pattern(pattern: str) -> str:
    """The pattern for a browser (flag `u`); as it is when it has no equivalent."""
    try:
        return "".join(_translated(pattern, _BROWSER))
    except _Unsupported:
        return pattern


_Dialect = tuple[Callable[[tuple[str, ...]], str], Mapping[str, str | None], str, str]


def _translated(pattern: str, dialect: _Dialect) -> Iterator[str]:
    members, escapes, group, back = dialect
    depth = 0  # inside how many brackets
    for found in _TOKEN.finditer(pattern):
        text = found.group()
        name = found.group("property") or found.group("letter") or found.group("posix")
        if name:
            property_name = name.title() if found.group("posix") else name.partition("=")[2] or name
            if property_name not in _PROPERTIES or (text.startswith("[:") and not depth):
                raise _Unsupported(text)
            inside = members(_PROPERTIES[property_name])
            negated = text.startswith("\\P") or "{^" in text
            if negated and depth:
                raise _Unsupported(text)
            yield inside if depth else f"[{'^' if negated else ''}{inside}]"
        elif found.group("quoted") is not None:
            yield re.escape(found.group("quoted"))
        elif found.group("group"):
            yield group % found.group("group")
        elif found.group("back"):
            yield back % found.group("back")
        elif letter := found.group("escape"):
            special = (_INSIDE if depth else _OUTSIDE).get(letter, "")
            if special is None:
                raise _Unsupported(text)
            yield special or (escapes.get(letter) or text if depth else _bracketed(letter, escapes) or text)
        elif text == "&&" and depth:
            raise _Unsupported(text)
        else:
            depth += (text == "[") - (text == "]" and depth > 0)
            if depth > 1:
                raise _Unsupported(text)
            yield text


def _bracketed(letter: str, escapes: Mapping[str, str | None]) -> str:
    inside = escapes.get(letter) or escapes.get(letter.lower())
    if not inside or letter not in "wWdD":
        return ""
    return f"[^{inside}]" if letter.isupper() else f"[{inside}]"


def _browser_members(categories: tuple[str, ...]) -> str:
    return "".join(r"\p{Script=Latin}" if each == "Latin" else rf"\p{{{each}}}" for each in categories)


@cache
def _ranges(categories: tuple[str, ...]) -> str:
    """The characters of some categories as ranges to be put between brackets."""
    ranges: list[tuple[int, int]] = []
    for code in range(min(0x10000, sys.maxunicode)):
        if not _belongs(chr(code), categories):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return "".join(f"\\u{low:04x}-\\u{high:04x}" for low, high in ranges)


def _belongs(character: str, categories: tuple[str, ...]) -> bool:
    if categories == ("Latin",):
        return unicodedata.name(character, "").startswith("LATIN ")
    return any(unicodedata.category(character).startswith(each) for each in categories)


_PYTHON: Final[_Dialect] = (_ranges, {}, "(?P<%s>", "(?P=%s)")
_BROWSER: Final[_Dialect] = (
    _browser_members,
    {"w": r"\p{L}\p{M}\p{Nd}_", "d": r"\p{Nd}"},
    "(?<%s>",
    "\\k<%s>",
)
