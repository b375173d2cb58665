"""Text of PDF files: lines put back into paragraphs by where they end, bold kept, running heads set apart.

A PDF holds no paragraphs, only lines at places. A line goes on with the next one when the first word of that next line would not
have fitted at its end; a wider blank between lines, or a change from bold to roman, parts them.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.files.guards import GuardedFile
from habitat_enquete.ingest.transcripts.passages import Mark, Passage, Piece, Transcript, lines
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind

_CUT = "\x02\ufffe"  # what pdfium gives for a hyphen at the end of a line
_BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_AFTER = """
    ci là même mêmes je tu il elle on nous vous ils elles ce t moi toi le la les lui leur y en être vingt deux trois quatre cinq
    six sept huit neuf dix onze douze treize quatorze quinze seize
"""
_BEFORE = "peut au demi grand grande mi non sous vice après avant rez porte quatre vingt trente quarante cinquante soixante dix saint"
_AFTER_HYPHEN, _BEFORE_HYPHEN = frozenset(_AFTER.split()), frozenset(_BEFORE.split())
_FOLIO = re.compile(r"\W*(?:p(?:age|\.)?\s*)?\d{1,4}(?:\s*(?:/|sur|de)\s*\d{1,4})?\W*", re.IGNORECASE)
_ENDS = re.compile(r"[.!?…:»\"”)\]]\s*$")
_STARTS = re.compile(r"\s*(?:[\[<({#]|[-–—•]\s|[A-ZÀ-Ý0-9][\w.’' -]{0,40}\s?[::]\s|[A-Z]{1,3}\d?\s?[.–-]\s)")
_PAGES = 5000
_WRONG_PASSWORD = 4
_WIDE_GAP = 1.3  # times the usual distance between two lines


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page: where it begins and ends (points from the left), its baseline, whether it is bold."""

    text: str
    page: int
    left: float
    right: float
    baseline: float
    bold: bool


def read(file: GuardedFile) -> Transcript:
    """The passages of a PDF, each with its page.

    Raises: EnqueteError: FILE_PASSWORD, FILE_DAMAGED, TRANSCRIPT_TOO_LONG, TRANSCRIPT_SCANNED when no page holds text.
    """
    pages = _pages(file)
    if not any(pages):
        raise EnqueteError(Code.TRANSCRIPT_SCANNED, file=file.name, pages=len(pages))
    furniture = _furniture(pages)
    found: list[_Line] = []
    heads: list[str] = []
    for page in pages:
        for rank, line in enumerate(page):
            if _key(line, rank, len(page)) in furniture:
                heads.append(line.text)
            else:
                found.append(line)
    return Transcript(tuple(_with_heads(list(_passages(found)), heads)))


def _pages(file: GuardedFile) -> list[list[_Line]]:
    """The lines of each page. Raises: FILE_PASSWORD, FILE_DAMAGED, TRANSCRIPT_TOO_LONG."""
    try:
        pdf = pypdfium2.PdfDocument(file.path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _WRONG_PASSWORD or "password" in str(error).lower():
            raise EnqueteError(Code.FILE_PASSWORD, file=file.name) from error
        raise EnqueteError(Code.FILE_DAMAGED, file=file.name, why="PDF illisible") from error
    try:
        if len(pdf) > _PAGES:
            raise EnqueteError(Code.TRANSCRIPT_TOO_LONG, file=file.name, limit=f"{_PAGES} pages")
        return [_lines_of(pdf, number, file.name) for number in range(len(pdf))]
    finally:
        pdf.close()


def _lines_of(pdf: pypdfium2.PdfDocument, number: int, file: str) -> list[_Line]:
    try:
        page = pdf[number]
    except pypdfium2.PdfiumError as error:
        raise EnqueteError(Code.FILE_DAMAGED, file=file, why=f"page {number + 1} illisible") from error
    words = page.get_textpage()
    try:
        return list(_lines(words, number + 1))
    finally:
        words.close()
        page.close()


def _lines(words: pypdfium2.PdfTextPage, page: int) -> Iterator[_Line]:
    letters = [_letter(words, rank) for rank in range(words.count_chars())]
    start = 0
    for rank, letter in enumerate([*letters, "\n"]):
        if letter == "\n" or letter in tuple(
            _CUT
        ):  # a cut word goes on in the next line without any line end
            inside = [place for place in range(start, rank) if letters[place].strip()]
            if inside:
                yield _line(words, "".join(letters[start : rank + 1]), inside, page)
            start = rank + 1


def _line(words: pypdfium2.PdfTextPage, text: str, inside: Sequence[int], page: int) -> _Line:
    left, _ = _edges(words, inside[0])
    _, right = _edges(words, inside[-1])
    sample = [inside[0], inside[len(inside) // 2], inside[-1]]
    bold = sum(_is_bold(words, place) for place in sample) == len(sample)
    # Half code points of signs beyond the first plane come one by one.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _Line(whole.strip(), page, left, right, _baseline(words, inside[0]), bold)


def _letter(words: pypdfium2.PdfTextPage, rank: int) -> str:
    code = int(pdfium.FPDFText_GetUnicode(words.raw, rank))
    return chr(code) if 0 < code <= 0x10FFFF and code != 0xD else ""


def _edges(words: pypdfium2.PdfTextPage, rank: int) -> tuple[float, float]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(words.raw, rank, left, right, bottom, top)
    return left.value, right.value


def _baseline(words: pypdfium2.PdfTextPage, rank: int) -> float:
    across, up = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(words.raw, rank, across, up)
    return up.value


def _is_bold(words: pypdfium2.PdfTextPage, rank: int) -> bool:
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(words.raw, rank, name, 128, flags)
    return _BOLD.search(name.value) is not None or int(pdfium.FPDFText_GetFontWeight(words.raw, rank)) >= 600


def _key(line: _Line, rank: int, count: int) -> tuple[str, str] | None:
    """What is the same from page to page in a running head: its place and its words, the page's number set to #."""
    if 2 <= rank < count - 2:
        return None
    return "top" if rank < 2 else "bottom", _unnumbered(line)


def _unnumbered(line: _Line) -> str:
    if _FOLIO.fullmatch(line.text):
        return "#"
    return re.sub(rf"(?<!\d){line.page}(?!\d)", "#", line.text)


def _furniture(pages: Sequence[Sequence[_Line]]) -> set[tuple[str, str]]:
    """The heads and feet found at the same place on at least three pages and half of them, and nowhere within a page.

    A speaker's label may well stand twice at the top of a page; it stands in the middle of others too.
    """
    seen: Counter[tuple[str, str]] = Counter()
    within: set[str] = set()
    for page in pages:
        keys = [_key(line, rank, len(page)) for rank, line in enumerate(page)]
        seen.update({key for key in keys if key is not None})
        within |= {_unnumbered(line) for line, key in zip(page, keys, strict=True) if key is None}
    return {
        key
        for key, count in seen.items()
        if count >= 3 and count >= len(pages) / 2 and len(key[1]) < 120 and key[1] not in within
    }


def _passages(found: Sequence[_Line]) -> Iterator[Passage]:
    spelling = _Spelling(found)
    for paragraph in _paragraphs(found):
        pieces = [Piece(text, line.bold) for text, line in _joined(paragraph, spelling)]
        yield from lines(pieces, f"p. {paragraph[0].page}")


def _paragraphs(found: Sequence[_Line]) -> Iterator[list[_Line]]:
    """The lines of each paragraph."""
    right = max((line.right for line in found), default=0.0)
    leading = _leading(found)
    paragraph: list[_Line] = []
    for line in found:
        if paragraph and not _goes_on(paragraph[-1], line, right, leading):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _leading(found: Sequence[_Line]) -> float:
    """The usual distance between two lines."""
    steps = [before.baseline - line.baseline for before, line in pairwise(found) if before.page == line.page]
    down = [step for step in steps if step > 0]
    return median(down) if down else 0.0


def _goes_on(before: _Line, line: _Line, right: float, leading: float) -> bool:
    """Whether `line` is the rest of the paragraph of `before`."""
    if before.text.endswith(tuple(_CUT)):
        return True
    if before.bold != line.bold and (_ENDS.search(before.text) or before.bold):
        return False
    step = before.baseline - line.baseline
    if before.page == line.page and leading and not 0 < step <= _WIDE_GAP * leading:
        return False
    first_word = line.text.split()[0]
    width = (line.right - line.left) * (len(first_word) + 1) / max(len(line.text), 1)
    if before.right + 0.9 * width < right:
        return False
    return not (_ENDS.search(before.text) and _STARTS.match(line.text))


def _joined(paragraph: Sequence[_Line], spelling: _Spelling) -> Iterator[tuple[str, _Line]]:
    """The text each line brings to its paragraph: a blank after it, unless its last word was cut."""
    for line, following in zip(paragraph, [*paragraph[1:], None], strict=True):
        if not line.text.endswith(tuple(_CUT)):
            yield line.text + (" " if following else ""), line
        else:
            begun = line.text.rstrip(_CUT)
            hyphen = following is None or spelling.keeps_hyphen(begun.split()[-1:], following.text.split()[0])
            yield begun + ("-" if hyphen else ""), line


class _Spelling:
    """Whether a hyphen at the end of a line belongs to the word (celui-ci) or was only put there to cut it (loge-ment)."""

    def __init__(self, found: Sequence[_Line]) -> None:
        self._words = {_bare(word) for line in found for word in line.text.split()}
        cut = sum(line.text.endswith(tuple(_CUT)) for line in found)
        self._cuts_words = cut >= 0.05 * len(found)

    def keeps_hyphen(self, begun: Sequence[str], rest: str) -> bool:
        """Told by the same word elsewhere in the text, else by the second half, else by how often the text cuts words."""
        first, second = _bare(begun[0]) if begun else "", _bare(rest)
        if f"{first}-{second}" in self._words:
            return True
        if first + second in self._words:
            return False
        after = second.partition("-")[0].partition("'")[0]
        return after in _AFTER_HYPHEN or first in _BEFORE_HYPHEN or rest[:1].isupper() or not self._cuts_words


def _bare(word: str) -> str:
    return word.strip('.,;:!?…«»"()[]').casefold().replace("’", "'")


def _with_heads(passages: list[Passage], heads: list[str]) -> list[Passage]:
    """Running heads, out of the words but not lost: annotations at the very start."""
    if not passages or not heads:
        return passages
    marks = tuple(Mark(AnnotationKind.HEADER, Span(0, 0), " ".join(head.split())) for head in heads)
    return [replace(passages[0], marks=marks + passages[0].marks), *passages[1:]]
