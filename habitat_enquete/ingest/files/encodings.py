"""The text of bytes written on anybody's computer: encoding recognised, damaged accents repaired, NFC and LF.

The rule is: byte order mark, then the place of zeros (UTF-16 and 32 without a mark), then strict UTF-8, then UTF-8 with a few
foreign bytes, then whichever of Windows-1252, Mac Roman and DOS 850 makes the most French letters.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.files.filetypes import wide
from habitat_enquete.model.text import normalised

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EIGHT_BIT = ("cp1252", "mac_roman", "cp850")
_FRENCH = frozenset("éèêëàâçùûîïôœæüöäÉÈÊÀÇÔÎŒ«»’‘“”…–—€°²³·\u00a0\u202f")
_PLAUSIBLE = _FRENCH | frozenset("ÂËÏÙÛÜÖÄÆŸÿñÑáíóúÁÍÓÚß§©®ºª¼½¾×÷µ±¹¡¿£•†‡‹›„‚‑−≥≤→\u2009\ufeff")
_CAPITAL_INSIDE = re.compile(r"(?<=[a-zé])[ÁÈËÌÍÎÏÔÓÚŽ](?=[a-zé\s'’.,;:!?)]|$)")
_SAMPLE = 1 << 20


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was read in, how many damaged accents were repaired, how many bytes were foreign to it."""

    text: str
    encoding: str
    repaired: int = 0
    foreign: int = 0


def decoded(data: bytes, *, file: str, encoding: str | None = None) -> Decoded:
    """The text of `data`, normalised (NFC, LF, no mark), with damaged accents repaired.

    Raises: EnqueteError: ENCODING_UNKNOWN, ENCODING_WRONG when `encoding` is forced and does not fit.
    """
    raw = _forced(data, encoding, file) if encoding else _recognised(data)
    text, repaired = mended(raw.text)
    return Decoded(normalised(text), raw.encoding, repaired, raw.foreign)


def mended(text: str) -> tuple[str, int]:
    """`text` with its mojibake repaired, and how many places were.

    Two accidents are known: UTF-8 read as Windows-1252 (« Ã© »), repaired sequence by sequence, and Windows-1252 read as
    Mac Roman (« È » inside a word for « é »), repaired for the whole text when it makes more French.

    >>> mended("Ã©tÃ© Ã\\xa0 l'ombre"), mended("nationalitÈ franÁaise")
    (("été à l'ombre", 3), ('nationalité française', 2))
    """
    count = 0

    def repair(match: re.Match[str]) -> str:
        nonlocal count
        fixed = _unmangled(match[0])
        count += fixed is not None
        return match[0] if fixed is None else fixed

    text = _MANGLED.sub(repair, text)
    if count:
        # « à » keeps a no-break space, which many programs make a plain one.
        return text.replace("Ã  ", "à ").replace("Ã ", "à "), count
    inside = len(_CAPITAL_INSIDE.findall(text))
    fixed = _as_mac(text) if inside else None
    if fixed is not None and french_score(fixed) > french_score(text):
        return fixed, inside
    return text, 0


def french_score(text: str) -> int:
    """How French the letters beyond ASCII look: one point each, two lost for any other or for a capital inside a word."""
    beyond = [letter for letter in text if ord(letter) > 127]
    good = sum(letter in _FRENCH for letter in beyond)
    return good - 2 * (len(beyond) - good) - 3 * len(_CAPITAL_INSIDE.findall(text))


def check_encoding(encoding: str) -> None:
    """Raises: ENCODING_UNKNOWN when no text encoding has this name."""
    try:
        "".encode(encoding)
    except (LookupError, ValueError) as error:
        raise EnqueteError(Code.ENCODING_UNKNOWN, encoding=encoding) from error


def _forced(data: bytes, encoding: str, file: str) -> Decoded:
    check_encoding(encoding)
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        raise EnqueteError(Code.ENCODING_WRONG, file=file, encoding=encoding, offset=error.start) from error


def _recognised(data: bytes) -> Decoded:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(data.decode(encoding, errors="replace"), encoding)
    unmarked = wide(data[: 64 * 1024])
    if unmarked is not None:
        return Decoded(data.decode(unmarked, errors="replace"), unmarked)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _mixed(data) or _eight_bit(data)


def _mixed(data: bytes) -> Decoded | None:
    """UTF-8 with a few bytes pasted from elsewhere: those alone are read as Windows-1252."""
    text = data.decode("utf-8", errors="surrogateescape")
    foreign = sum("\udc80" <= letter <= "\udcff" for letter in text)
    multibyte = sum(ord(letter) > 127 for letter in text) - foreign
    if multibyte <= 3 * foreign:
        return None
    return Decoded(
        _ESCAPED.sub(lambda byte: _sloppy(bytes([ord(byte[0]) - 0xDC00])), text), "utf-8", foreign=foreign
    )


def _eight_bit(data: bytes) -> Decoded:
    sample = data[:_SAMPLE]
    best = max(_EIGHT_BIT, key=lambda name: french_score(_eight(sample, name)))  # the first wins a tie
    return Decoded(_eight(data, best), best)


def _eight(data: bytes, name: str) -> str:
    return _sloppy(data) if name == "cp1252" else data.decode(name)


def _sloppy(data: bytes) -> str:
    """Windows-1252 where its five holes keep their number, as browsers do."""
    return data.decode("cp1252", errors="habitat_enquete.hole")


def _hole(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("habitat_enquete.hole", _hole)
_ESCAPED = re.compile("[\udc80-\udcff]")
_TRAILING = "".join(sorted({_sloppy(bytes([byte])) for byte in range(0x80, 0xC0)}))
_MANGLED = re.compile(f"[ÂÃÄÅËâ][{re.escape(_TRAILING)}]{{1,2}}")
_BYTE_OF = {_sloppy(bytes([byte])): byte for byte in range(256)}


def _unmangled(sequence: str) -> str | None:
    """The letter that UTF-8 bytes read as Windows-1252 stood for (then what followed it), None when it makes no French."""
    data = bytes(_BYTE_OF[letter] for letter in sequence)
    for length in (len(sequence), 2):
        try:
            letter = data[:length].decode("utf-8")
        except UnicodeDecodeError:
            continue
        if len(letter) == 1 and letter in _PLAUSIBLE:
            return letter + sequence[length:]
    return None


def _as_mac(text: str) -> str | None:
    try:
        return text.encode("mac_roman").decode("cp1252")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None
