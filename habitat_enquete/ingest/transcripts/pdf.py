"""Text of PDF files: lines put back into paragraphs, words cut at a line's end joined again, running heads set apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pypdfium2

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.guards import GuardedFile
from habitat_enquete.ingest.transcripts.passages import Mark, Passage, Transcript, plain_lines
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind

_CUT = "\ufffe"  # pdfium writes this for a hyphen at the end of a line
_DIGITS = re.compile(r"\d+")
_ENDS = re.compile(r"[.!?…:»\"”)\]]\s*$")
_STARTS = re.compile(r"\s*(?:[\[<({#]|[-–—•]\s|[A-ZÀ-Ý0-9][\w.’' -]{0,40}\s?[::]\s|[A-Z]{1,3}\d?\s?[.–-]\s)")
_PAGES = 5000
_WRONG_PASSWORD = 4


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    page: int


def read(file: GuardedFile) -> Transcript:
    """The passages of a PDF, each with its page.

    Raises: EnqueteError: FILE_PASSWORD, FILE_DAMAGED, TRANSCRIPT_SCANNED when pages hold images and no text.
    """
    pages = _pages(file)
    if not any(line.strip() for page in pages for line in page):
        raise EnqueteError(Code.TRANSCRIPT_SCANNED, file=file.name, pages=len(pages))
    furniture = _furniture(pages)
    found: list[_Line] = []
    heads: list[str] = []
    for number, page in enumerate(pages, start=1):
        for rank, line in enumerate(page):
            if _key(line, rank, len(page)) in furniture:
                heads.append(line)
            else:
                found.append(_Line(line, number))
    passages = [
        passage for line in _paragraphs(found) for passage in plain_lines(line.text, f"p. {line.page}")
    ]
    return Transcript(tuple(_with_heads(passages, heads)))


def _pages(file: GuardedFile) -> list[list[str]]:
    """The lines of each page. Raises: FILE_PASSWORD, FILE_DAMAGED."""
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


def _lines_of(pdf: pypdfium2.PdfDocument, number: int, file: str) -> list[str]:
    try:
        page = pdf[number]
    except pypdfium2.PdfiumError as error:
        raise EnqueteError(Code.FILE_DAMAGED, file=file, why=f"page {number + 1} illisible") from error
    words = page.get_textpage()
    text: str = words.get_text_bounded() if words.count_chars() else ""
    words.close()
    page.close()
    return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]


def _key(line: str, rank: int, count: int) -> tuple[str, str] | None:
    """What is the same from page to page in a running head: its place and its words, page numbers set to #."""
    if rank < 2:
        return "top", _DIGITS.sub("#", line.strip())
    if rank >= count - 2:
        return "bottom", _DIGITS.sub("#", line.strip())
    return None


def _furniture(pages: Sequence[Sequence[str]]) -> set[tuple[str, str]]:
    """The heads and feet found at the same place on at least three pages and half of them."""
    seen: Counter[tuple[str, str]] = Counter()
    for page in pages:
        seen.update(
            {key for rank, line in enumerate(page) if (key := _key(line, rank, len(page))) is not None}
        )
    return {
        key for key, count in seen.items() if count >= 3 and count >= len(pages) / 2 and len(key[1]) < 120
    }


def _paragraphs(found: Iterable[_Line]) -> list[_Line]:
    """Lines joined while a sentence goes on: a line much shorter than the others, or a speaker's header, breaks it."""
    lines = list(found)
    seen = Counter(line.text.strip() for line in lines if len(line.text.strip()) <= 40)
    full = 0.75 * max((len(line.text) for line in lines), default=0)
    joined: list[_Line] = []
    previous = ""
    for line in lines:
        again = seen[line.text.strip()] > 1  # a speaker's name alone on its line comes back
        goes_on = (
            previous and not again and not _STARTS.match(line.text) and _continues(previous, line.text, full)
        )
        if goes_on:
            joined[-1] = replace(joined[-1], text=_tied(joined[-1].text, line.text))
        else:
            joined.append(line)
        previous = line.text
    return [replace(line, text=line.text.replace(_CUT, "-")) for line in joined]


def _continues(previous: str, line: str, full: float) -> bool:
    if previous.rstrip().endswith(_CUT):
        return True
    return len(previous) >= full and not (_ENDS.search(previous) and len(previous) < full * 1.15)


def _tied(text: str, line: str) -> str:
    text = text.rstrip()
    if text.endswith(_CUT):
        return text[:-1] + line.lstrip()
    return f"{text} {line.lstrip()}"


def _with_heads(passages: list[Passage], heads: list[str]) -> list[Passage]:
    """Running heads, out of the words but not lost: annotations at the very start."""
    if not passages or not heads:
        return passages
    marks = tuple(Mark(AnnotationKind.HEADER, Span(0, 0), " ".join(head.split())) for head in heads)
    return [replace(passages[0], marks=marks + passages[0].marks), *passages[1:]]
