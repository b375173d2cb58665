"""What transcribers write beside the words: pauses, laughs, doubts, time codes. Out of the text, never lost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from habitat_enquete.ingest.transcripts.passages import Mark, Passage
from habitat_enquete.ingest.transcripts.times import CLOCK, TIME
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind

_SMALL = r"(?:petits?|petites?|l[ée]gers?|gros|longs?|longues?|courte?s?|bref|br[èe]ve|fou|g[ée]n[ée]ral|nouveaux?|un|une|des|le|la|en|tout en)?\s*"
_PAUSES = r"pauses?|silences?|blancs?|temps(?= mort| d)|h[ée]sit\w*|r[ée]fl[ée]chi\w*|\.{1,}|…|\d+(?:[.,]\d+)?\s?(?:s|sec|secondes?)|\d+[.,]\d+"
_EVENTS = (
    r"rires?|rit|rient|riant|rigol\w*|ricane\w*|sour\w+|soupir\w*|souffl\w*|touss?\w*|toux|renifl\w*|pleur\w*|larmes|[ée]mue?|sanglot\w*|"
    r"applaud\w*|bruits?|t[ée]l[ée]phone|sonn\w+|porte|musique|brouhaha|klaxon|chuchot\w*|murmur\w*|cri\w*|siffl\w*|claqu\w*|"
    r"gestes?|acquiesc\w*|hoch\w*|montr\w*|d[ée]sign\w*|mim\w*|hausse|secoue|fait (?:signe|non|oui|la moue)|interruption|coupure|"
    r"(?:d[’']un |sur (?:un|le) |le )?ton (?:ironique|moqueur|[ée]nerv|agac|amus|las|triste|grave|haut|bas|de)\w*|ironique\w*|"
    r"interrompu\w*|laugh\w*|laughter|laughs|cough\w*|music|applause|ironi\w*|exclamation|raclement|b[âa]ill\w*|voix basse|tout bas|"
    r"(?:il|elle|ils|elles|on) (?:rit|rient|sourit|montre|d[ée]signe|r[ée]fl[ée]chit|h[ée]site|soupire|pleure|tousse|chuchote|acquiesce|se l[èe]ve|sort|revient|fait)"
)
_DOUBTS = r"inaud\w*|incompr\w*|incomp\.?|inintell\w*|indistinct\w*|mots? (?:inaud|incompr)\w*.*|\?+|x{2,}|X{2,}|passage inaud\w*|unclear|inaudible"
_NOTES = r"(?:ndlr|ndt|nde|n\.d\.[a-z]\.?|note|note de l\w+|transcr\w*)\s?[:：].*|sic|coup[ée]|sans transcription|hors enregistrement.*|fin de l[’']enreg\w*.*|d[ée]but de l[’']enreg\w*.*|reprise de l[’']enreg\w*.*"
_KINDS = (
    (AnnotationKind.TIME, re.compile(rf"\s*#?{TIME}#?(?:\s*(?:-{{1,2}}>?|[–—→])\s*#?{TIME}#?)?\s*")),
    (AnnotationKind.PAUSE, re.compile(rf"\s*{_SMALL}(?:{_PAUSES})(?:[\s,].{{0,40}})?", re.IGNORECASE)),
    (AnnotationKind.EVENT, re.compile(rf"\s*{_SMALL}(?:{_EVENTS})(?:[\s,'’].{{0,60}})?", re.IGNORECASE)),
    (
        AnnotationKind.DOUBT,
        re.compile(rf"\s*(?:{_DOUBTS})\s*(?:[,:–-]?\s*(?:à\s)?{TIME})?\s*", re.IGNORECASE),
    ),
    (AnnotationKind.NOTE, re.compile(rf"\s*(?:{_NOTES})\s*", re.IGNORECASE)),
)
_ENCLOSED = re.compile(
    r"\(\(([^()\n]{1,120})\)\)|\(([^()\n]{1,120})\)|\[([^\[\]\n]{1,120})\]|<([^<>\n]{1,60})>|\*([^*\n]{1,40})\*|\{([^{}\n]{1,60})\}"
)
_BACKCHANNEL = re.compile(r"\s*[^\W\d_]\w{0,11}\s?:\s.+")  # <E: d'accord>, said over the other's words
_HASHED = re.compile(rf"#{CLOCK}#|(?<![\w:])\d{{1,2}}:\d{{2}}:\d{{2}}(?:[.,-]\d{{1,3}})?(?![\w:])")
_UNHEARD = re.compile(r"(?<!\S)(?:\*{3}|x{2,}|X{3,})(?=[\s.,;:?!…]|$)")
_PLUS = re.compile(r"(?<!\S)(?:\+{1,3}|/{1,3})(?!\S)")
# Signs inside words: « (h)euh », « loyer:: » said long, « °doucement° » said low.
_SPELLED = re.compile(
    r"\(h\)(?=euh?\b)|(?<=[^\W\d_]):{2,}(?=[\s.,;?!…)\]]|$)|(?<!\S)°(?=[^\W\d_][^°\n]{0,60}°)|(?<=[^\W\d_.?!…])°(?=[\s.,;?!…]|$)"
)
_ALTERNATIVES = re.compile(r"(?<!\w)/([^/\n,]{1,40}(?:,[^/\n,]{1,40}){1,5})/(?!\w)")


@dataclass(frozen=True, slots=True)
class _Cut:
    """A stretch of the text that is not words: what replaces it in the text (the heard word of a doubt, else nothing)."""

    start: int
    end: int
    kind: AnnotationKind
    kept: str = ""


def plus_is_pause(passages: list[Passage]) -> bool:
    """Whether a lone `+` or `/` marks pauses here (as in the GARS convention) rather than an addition: often, among words."""
    words = sum(len(passage.text.split()) for passage in passages)
    signs = sum(len(_PLUS.findall(passage.text)) for passage in passages)
    return signs >= 3 and signs >= words / 200


def set_apart(passage: Passage, *, plus: bool = False) -> Passage:
    """`passage` with the transcriber's signs turned into marks; no word is lost between its text and its marks.

    Args: `plus`: whether a lone `+` is a pause.
    """
    kept: list[_Cut] = []
    for cut in sorted(_cuts(passage.text, plus), key=lambda cut: (cut.start, -cut.end)):
        if not kept or cut.start >= kept[-1].end:
            kept.append(cut)
    apart = _without(passage, kept) if kept else passage
    # An accent that combined with a sign would now combine with a letter: such a line is left as it is.
    return apart if unicodedata.is_normalized("NFC", apart.text) else passage


def _cuts(text: str, plus: bool) -> Iterator[_Cut]:
    for match in _ENCLOSED.finditer(text):
        kind = _kind(next(group for group in match.groups() if group is not None), match[0][0])
        if match[1] is not None:  # ((…)) is always a remark (ICOR, GAT)
            kind = kind or AnnotationKind.EVENT
        if kind is not None:
            yield _Cut(match.start(), match.end(), kind)
    for match in _UNHEARD.finditer(text):
        yield _Cut(match.start(), match.end(), AnnotationKind.DOUBT)
    for match in _SPELLED.finditer(text):
        yield _Cut(match.start(), match.end(), AnnotationKind.EVENT)
    for match in _HASHED.finditer(text):
        yield _Cut(match.start(), match.end(), AnnotationKind.TIME)
    for match in _ALTERNATIVES.finditer(text):
        yield _Cut(match.start(), match.end(), AnnotationKind.DOUBT, match[1].split(",")[0].strip())
    if plus:
        for match in _PLUS.finditer(text):
            yield _Cut(match.start(), match.end(), AnnotationKind.PAUSE)


def _kind(content: str, sign: str) -> AnnotationKind | None:
    """What a bracketed remark says beside the words; None when it is words (an aside, a replaced name)."""
    if any(map(str.isalpha, content)):
        content = content.removeprefix("/").rstrip(" .!")  # </rire>, (Rires.)
    for kind, pattern in _KINDS:
        if sign == "<" and _BACKCHANNEL.fullmatch(content):
            return AnnotationKind.NOTE
        if pattern.fullmatch(content) and not (sign == "*" and kind is AnnotationKind.TIME):
            return kind
    return None


def _without(passage: Passage, cuts: list[_Cut]) -> Passage:
    """The passage without `cuts`, a single blank where one stood between words, every mark at its new place."""
    text, last = "", 0
    moves: list[tuple[int, int]] = []  # (place in the old text, place in the new one)
    marks: list[Mark] = []
    for cut in cuts:
        following = passage.text[cut.end : cut.end + 1]
        before = passage.text[last : cut.start]
        text += before.rstrip(" ") if following in {".", ","} and not cut.kept else before
        skipped = 0
        if not cut.kept and (not text or text[-1].isspace()):
            rest = passage.text[cut.end :]
            skipped = len(rest) - len(rest.lstrip(" "))
        elif not cut.kept and following and not following.isspace() and following not in ".,;:!?…)»":
            text += " "
        start = len(text)
        moves.append((cut.start, start))
        text += cut.kept
        marks.append(Mark(cut.kind, Span(start, len(text)), passage.text[cut.start : cut.end]))
        last = cut.end + skipped
        moves.append((last, len(text)))
    text += passage.text[last:]
    older = [_moved(mark, moves) for mark in passage.marks]
    kept = [mark for mark in older if mark is not None]
    whole = replace(passage, text=text, marks=tuple(sorted([*kept, *marks], key=lambda mark: mark.at)))
    return _refreshed(whole.sliced(0))


def _moved(mark: Mark, moves: list[tuple[int, int]]) -> Mark | None:
    start, end = _place(mark.at.start, moves), _place(mark.at.end, moves)
    if mark.kind is AnnotationKind.EMPHASIS and end <= start:
        return None
    return Mark(mark.kind, Span(start, max(start, end)), mark.content)


def _place(old: int, moves: list[tuple[int, int]]) -> int:
    """Where a place of the old text lies in the new one; a place inside a cut goes to its end."""
    new = old
    for (first, _), (last, after) in zip(moves[::2], moves[1::2], strict=True):
        if old >= last:
            new = after + old - last
        elif old > first:
            return after
        elif old <= first:
            break
    return new


def _refreshed(passage: Passage) -> Passage:
    """Emphasis marks say the words they cover."""
    marks = tuple(
        Mark(mark.kind, mark.at, mark.at.quote(passage.text))
        if mark.kind is AnnotationKind.EMPHASIS
        else mark
        for mark in passage.marks
    )
    return replace(passage, marks=marks)
