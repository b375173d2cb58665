"""RTF documents: their words, bold and notes. (striprtf loses the bold that marks questions, and footnotes.)

Source: Rich Text Format Specification 1.9.1 (Microsoft, 2008).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity, problem
from habitat_enquete.ingest.transcripts.passages import Passage, Piece, Transcript, lines
from habitat_enquete.model.text import AnnotationKind

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr footerf listtable "
    b"listoverridetable revtbl rsidtbl generator fldinst themedata colorschememapping datastore latentstyles xmlnstbl "
    b"filetbl pntext bkmkstart bkmkend atnid atnauthor atndate atnref atrfstart atrfend nonshppict mmathPr wgrffmtfilter".split()
)
_NOTES = frozenset({b"footnote", b"annotation"})
_SIGNS = {
    b"line": "\n", b"tab": "\t", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ", b"qmspace": " ",
}  # fmt: skip
_ESCAPES = {
    b"~": "\u00a0",
    b"_": "\u2011",
    b"-": "",
    b"{": "{",
    b"}": "}",
    b"\\": "\\",
    b"\n": "\n",
    b"\r": "\n",
}
_PAGES = {b"mac": "mac_roman", b"pc": "cp437", b"pca": "cp850"}
_DEPTH = 500


@dataclass(frozen=True, slots=True)
class _Look:
    bold: bool = False
    unseen: bool = False  # deleted or hidden
    skipped: bool = False
    note: bool = False
    fallback: int = 1  # how many characters stand in for a \u


@dataclass(slots=True)
class _Reading:
    encoding: str = "cp1252"
    looks: list[_Look] = field(default_factory=lambda: [_Look()])
    pieces: list[Piece] = field(default_factory=list)
    notes: list[tuple[int, AnnotationKind, str]] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    pending: bytes = b""
    to_skip: int = 0
    high: int = 0
    paragraph: int = 1
    unseen: int = 0
    opened: bool = False
    bullet: bool = False


def read(data: bytes, *, file: str) -> Transcript:
    """The passages of an RTF document. Deleted and hidden text is left aside and counted.

    Raises: EnqueteError: FILE_DAMAGED when its groups nest beyond reason.
    """
    reading = _Reading()
    for match in _TOKEN.finditer(data):
        word, number, code, escape, brace, run = match.groups()
        if code is None and run is None:
            _flush(reading)
        if word is not None:
            _word(reading, word.decode(), None if number is None else int(number))
        elif code is not None:
            _byte(reading, bytes([int(code, 16)]))
        elif escape is not None:
            _escape(reading, escape)
        elif brace is not None:
            _group(reading, brace, file)
        elif run is not None:
            reading.opened = False
            _byte(reading, run)
    _flush(reading)
    _paragraph(reading)
    problems: tuple[Problem, ...] = ()
    if reading.unseen:
        problems = (
            problem(Code.TRANSCRIPT_DELETED_TEXT, severity=Severity.WARNING, file=file, count=reading.unseen),
        )
    return Transcript(tuple(reading.passages), problems)


def _group(reading: _Reading, brace: bytes, file: str) -> None:
    if brace == b"{":
        if len(reading.looks) > _DEPTH:
            raise EnqueteError(Code.FILE_DAMAGED, file=file, why="groupes RTF emboîtés sans fin")
        reading.looks.append(reading.looks[-1])
        reading.opened = True
        return
    closed = reading.looks.pop() if len(reading.looks) > 1 else reading.looks[0]
    reading.opened = False
    if closed.note and not reading.looks[-1].note:
        reading.notes.append((len(reading.pieces), AnnotationKind.NOTE, "".join(reading.note).strip()))
        reading.note.clear()


def _word(reading: _Reading, name: str, number: int | None) -> None:
    word, look = name.encode(), reading.looks[-1]
    opened, reading.opened = reading.opened, False
    if opened and word in _SKIPPED:
        _set(reading, replace(look, skipped=True))
    elif opened and word in _NOTES:
        _set(reading, replace(look, note=True, skipped=False))
    elif word == b"u" and number is not None:
        _unicode(reading, number)
    elif word == b"par" or word in {b"row", b"sect", b"page"}:
        _end_of_paragraph(reading)
    elif word == b"cell":
        _add(reading, "\t")
    elif word in _SIGNS:
        _add(reading, _SIGNS[word])
    else:
        _set(reading, _changed(reading, look, word, number))


def _changed(reading: _Reading, look: _Look, word: bytes, number: int | None) -> _Look:
    """The look after a word that changes it, or what it says of the document."""
    on = number != 0
    if word == b"b":
        return replace(look, bold=on)
    if word in {b"deleted", b"v"}:
        reading.unseen += on and not look.unseen
        return replace(look, unseen=on)
    if word == b"plain":
        return replace(look, bold=False, unseen=False)
    if word == b"uc":
        return replace(look, fallback=max(0, min(number or 0, 9)))
    if word in _PAGES:
        reading.encoding = _PAGES[word]
    elif word == b"ansicpg" and number:
        reading.encoding = _page(number)
    elif word in {b"pnlvlblt", b"pnlvlbody"}:
        reading.bullet = word == b"pnlvlblt"
    return look


def _page(number: int) -> str:
    name = {10000: "mac_roman", 65001: "utf-8"}.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"  # a code page nobody knows: Windows writes its own as 1252
    return name


def _escape(reading: _Reading, escape: bytes) -> None:
    if escape == b"*":
        _set(reading, replace(reading.looks[-1], skipped=True))
        return
    if escape in b"\r\n":
        _end_of_paragraph(reading)
    elif escape in _ESCAPES:
        _add(reading, _ESCAPES[escape])


def _unicode(reading: _Reading, number: int) -> None:
    """A code point, or half of one: RTF writes UTF-16 units, negative from 32768 on."""
    unit = number & 0xFFFF
    if 0xD800 <= unit < 0xDC00:
        reading.high = unit
    elif 0xDC00 <= unit < 0xE000 and reading.high:
        _add(reading, chr(0x10000 + ((reading.high - 0xD800) << 10) + (unit - 0xDC00)))
        reading.high = 0
    else:
        _add(reading, chr(unit))
    reading.to_skip = reading.looks[-1].fallback


def _byte(reading: _Reading, data: bytes) -> None:
    skipped = min(reading.to_skip, len(data))
    reading.to_skip -= skipped
    reading.pending += data[skipped:]


def _flush(reading: _Reading) -> None:
    if reading.pending:
        pending, reading.pending = reading.pending, b""
        _add(reading, pending.decode(reading.encoding, errors="replace"))


def _add(reading: _Reading, text: str) -> None:
    look = reading.looks[-1]
    if look.skipped or look.unseen:
        return
    if look.note:
        reading.note.append(text)
    else:
        reading.pieces.append(Piece(text, look.bold))


def _set(reading: _Reading, look: _Look) -> None:
    reading.looks[-1] = look


def _end_of_paragraph(reading: _Reading) -> None:
    look = reading.looks[-1]
    if look.note:
        reading.note.append(" ")
    elif not look.skipped:
        _paragraph(reading)
        reading.paragraph += 1


def _paragraph(reading: _Reading) -> None:
    reading.passages += lines(
        reading.pieces, f"§ {reading.paragraph}", notes=reading.notes, bullet=reading.bullet
    )
    reading.pieces, reading.notes, reading.bullet = [], [], False
