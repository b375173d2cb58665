"""The names that transcripts write before a turn: which forms they take, which of them are really speakers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from habitat_enquete.ingest.interviews.label_names import (
    NOBODY,
    NUMBERED,
    PHRASES,
    SMALL,
    SOMEBODY,
    TABLE_HEADS,
    TITLE,
    close,
    has_capitals,
    is_sentence,
    is_small,
    key,
    speaks_as,
)
from habitat_enquete.ingest.transcripts.passages import Passage
from habitat_enquete.ingest.transcripts.times import SPOKEN, TIME, seconds


class Form(StrEnum):
    """How a header is written."""

    BRACKET = "bracket"  # [Marie] (0:01 - 0:11)
    COLON = "colon"  # Marie : …   M. X (maire) : …
    TAB = "tab"  # ENQ⇥…
    DASH = "dash"  # E1 - …
    DOT = "dot"  # Q. …
    LINE = "line"  # Marie, alone on its line
    CODE = "code"  # L1 alors vous êtes arrivés…
    SIGN = "sign"  # (Marie) …   Marie/ …   Marie > …


@dataclass(frozen=True, slots=True)
class Header:
    """A header read at the start of a passage: its label, its times, where the words begin."""

    label: str
    form: Form
    rest: int
    start_time: float | None = None
    end_time: float | None = None

    @property
    def key(self) -> str:
        """What two spellings of the same label share."""
        return key(self.label)


_RANGE = (
    rf"[\[(<{{#]*\s*(?P<from>{TIME})\s*#?(?:\s*(?:-{{1,2}}>?|–|—|→|à|/)\s*#?\s*(?P<to>{TIME}))?\s*[\])>}}#]*"
)
_TIME_FIRST = re.compile(rf"\s*(?:\d{{1,4}}\t)?{_RANGE}(?=[\s\t:–-]|$)\s*[-–:]?\s*")
_WIDE_GAP = re.compile(r"\s{12}")  # no header goes on after such a blank
_BULLET_FIRST = re.compile(r"\s*[-–—•*·▪‣]\s+")
_NUMBER_FIRST = re.compile(r"\s*\d{1,4}\t")
_NAME = r"[^\W_][^\n\t:：\[\]<>{}|!?…;\"«»=*]{0,58}?"
_PAREN = rf"(?:\s*\((?!\s*#?{TIME}[^()]*\))[^()\n]{{1,60}}\))?"
# After a label, « 10 h 30 » in the open may be what is said; « 0:34 », or a time in brackets, is when it is said.
_SAID_TIME = rf"(?!\s*{SPOKEN}\s*[^\s:：\])>}}])"
_AFTER = rf"(?:{_SAID_TIME}\s*{_RANGE})?"
_BRACKET = re.compile(
    rf"\s*[\[<{{](?P<label>{_NAME}{_PAREN})[\]>}}]\s*[:：]?{_AFTER}\s*[:：]?\s*(?:[-–—]\s)?"
)
_STARS = r"(?:\*{1,2}|_{1,2})?"  # « **Marie** : » in a plain text
_COLON = re.compile(
    rf"\s*{_STARS}(?P<label>{_NAME}{_PAREN}){_STARS}{_AFTER}\s*[:：]+(?!\d\d){_STARS}(?:\s*(?:[-–—]\s)?|$)"
)
_TABBED = re.compile(rf"\s*(?P<label>{_NAME}{_PAREN}){_AFTER}(?:\s*\t\s*|\s{{3,}})")
_DASHED = re.compile(
    rf"\s*(?P<label>[^\W_](?:[\w.’'À-ÿ ]|(?<=\w)-(?=\w)){{0,30}}?{_PAREN}){_AFTER}\s*(?:\s[-–—]+\s|[-–—]\s|\s[-–—](?=\S))\s*"
)
_DOTTED = re.compile(rf"\s*(?P<label>[^\W\d_]{{1,4}}\d{{0,2}})\.\s*[-–—]?\s+(?:{_RANGE}\s*$)?")
_SIGNED = re.compile(
    r"\s*(?:\((?P<label>[^\W_][^\n()]{0,40})\)|(?P<other>[^\W_][\w.’' -]{0,30}?)\s?(?:/|>{1,2}|=|\|))\s+(?=\S)"
)
_ALONE = re.compile(rf"\s*{_STARS}(?P<label>{_NAME}{_PAREN}){_STARS}(?:\s*[-–,]?\s*{_RANGE})?\s*$")
_CODED = re.compile(r"\s*(?P<label>[A-ZÀ-Ý]{1,5}\d{1,2}|[A-ZÀ-Ý]{2,5})\s+(?=\S)")
_WEAK = frozenset(
    {Form.DASH, Form.DOT, Form.LINE, Form.CODE, Form.SIGN}
)  # forms that ordinary lines also take
_FORMS = (
    (Form.BRACKET, _BRACKET),
    (Form.TAB, _TABBED),
    (Form.COLON, _COLON),
    (Form.DASH, _DASHED),
    (Form.DOT, _DOTTED),
    (Form.LINE, _ALONE),
    (Form.CODE, _CODED),
    (Form.SIGN, _SIGNED),
)
_AFTER_BULLET = frozenset({Form.BRACKET, Form.COLON, Form.TAB})
_DASH = re.compile(r"\s[–—-]\s|/\s")


def readings(passage: Passage) -> list[Header]:
    """Every way the start of a passage can be read as a header; most are not one."""
    text = passage.text
    first = _TIME_FIRST.match(text)
    gap = _WIDE_GAP.search(text, 0, 200)
    end = gap.start() + 3 if gap else 200
    bullet = _BULLET_FIRST.match(text)
    found: list[Header] = []
    for offset, times in _starts(text, first, bullet):
        for form, pattern in _FORMS:
            if form is Form.LINE and len(text) > 100:
                continue
            if bullet is not None and offset == bullet.end() and form not in _AFTER_BULLET:
                continue
            match = pattern.match(text, offset, end)
            if match is not None and (header := _header(form, match, times)) is not None:
                found.append(header)
    return found


def _starts(
    text: str, time: re.Match[str] | None, bullet: re.Match[str] | None
) -> list[tuple[int, tuple[float | None, float | None]]]:
    """Where a label may begin: after a time written first, after a row number or a bullet, at once."""
    starts: list[tuple[int, tuple[float | None, float | None]]] = []
    if time is not None:
        starts.append((time.end(), (seconds(time["from"]), _seconds(time["to"]))))
    number = _NUMBER_FIRST.match(text)
    if number is not None:
        starts.append((number.end(), (None, None)))
    if bullet is not None:
        starts.append((bullet.end(), (None, None)))
    starts.append((0, (None, None)))
    return starts


def _header(form: Form, match: re.Match[str], times: tuple[float | None, float | None]) -> Header | None:
    label = " ".join((match["label"] or match["other"]).split()).strip(" -–,")
    if not _name_like(label, form) or re.fullmatch(TIME, label):
        return None
    groups = match.groupdict()
    start = _seconds(groups.get("from"))
    own = (start, _seconds(groups.get("to"))) if start is not None else times
    return Header(label, form, match.end(), *own)


def _seconds(written: str | None) -> float | None:
    return None if written is None else seconds(written)


def _name_like(label: str, form: Form) -> bool:
    """Whether a label could be one: few words, no sentence in it, nobody's word."""
    bare = re.sub(r"\([^()]*\)", "", label).strip()
    words = bare.replace("’", "'").split()
    flat = " ".join(words).casefold()
    titled = TITLE.match(bare) is not None and form in {Form.COLON, Form.BRACKET}
    if (
        not 1 <= len(words) <= (10 if titled else 7)
        or len(bare) > (60 if titled else 45)
        or flat in PHRASES
        or not any(map(str.isalpha, bare))
    ):
        return False
    if speaks_as(label) is not None:
        return True
    if words[0].casefold().strip(".'") in NOBODY:
        return False
    if len(words) > 1 and not titled and is_sentence(bare):
        return False
    if re.search(r"\.\s+\w", re.sub(r"\b\w{1,4}\.", "", bare)):
        return False
    if form in {Form.LINE, Form.DASH} and is_small(bare):
        return len(bare) > 1  # « marie », if it comes back as often as « enq » (`_sure`)
    if form in {Form.DASH, Form.DOT, Form.LINE, Form.SIGN} and not has_capitals(words):
        return False
    return form is Form.BRACKET or bare[0].isupper() or bare[0].isdigit() or len(words) == 1


@dataclass(frozen=True, slots=True)
class _Survey:
    """All possible headers of a transcript: by rank of passage, with their counts and one example of each."""

    found: dict[int, list[Header]]
    counts: Counter[tuple[Form, str]]
    examples: dict[tuple[Form, str], Header]
    declared: frozenset[str]
    passages: Sequence[Passage]
    common: frozenset[str]  # the words written at least once without a capital
    roles: Counter[Form]  # how many different words for a role each form has
    uses: Counter[Form]  # how many passages each form could open
    codes: tuple[int, ...]  # the uses of each code in capitals met twice
    followed: Counter[str]  # how many times each label alone on its line is followed by something


def accepted(passages: Sequence[Passage], declared: Iterable[str] = ()) -> dict[int, Header]:
    """The headers that really open a turn, by rank of passage.

    A label counts when somebody declared it, when it names a role, when it comes back, or when nearly every line has one;
    a label seen once also counts beside others of the same form when it looks like a name or misspells one of them.
    """
    survey = _survey(passages, declared)
    sure = _reliable({pair for pair in survey.counts if _sure(pair, survey)}, survey.counts, survey.declared)
    sure = sure or _everywhere(survey)
    labels = {survey.examples[pair].label for pair in sure}
    usual = _usual(sure, survey)
    chosen = {}
    for rank, headers in survey.found.items():
        header = _chosen(headers, sure, labels, survey.common, usual)
        if header is not None:
            chosen[rank] = header
    return _without_sheet(chosen, survey)


def _survey(passages: Sequence[Passage], declared: Iterable[str]) -> _Survey:
    read = {rank: readings(passage) for rank, passage in enumerate(passages) if passage.speaker is None}
    found = _without_speech(read)
    counts: Counter[tuple[Form, str]] = Counter()
    examples: dict[tuple[Form, str], Header] = {}
    for headers in found.values():
        distinct = {(header.form, header.key): header for header in headers}
        counts.update(list(distinct))
        for pair, header in distinct.items():
            examples.setdefault(pair, header)
    roles = Counter(form for (form, _), header in examples.items() if _names_role(header.label))
    uses: Counter[Form] = Counter()
    for (form, _), count in counts.items():
        uses[form] += count
    followed = Counter(
        header.key
        for rank, headers in found.items()
        for header in headers
        if header.form is Form.LINE and rank + 1 < len(passages)
    )
    return _Survey(
        found,
        counts,
        examples,
        frozenset(key(label) for label in declared),
        passages,
        _lower_words(passages),
        roles,
        uses,
        tuple(count for (form, _), count in counts.items() if form is Form.CODE and count >= 2),
        followed,
    )


def _without_speech(found: dict[int, list[Header]]) -> dict[int, list[Header]]:
    """Without the labels that swallow words after a dash: « LOC - Il y a deux choses : » amid many « LOC - »."""
    parting = {Form.DASH, Form.SIGN}
    dashed = Counter(h.key for headers in found.values() for h in headers if h.form in parting)
    whole = Counter(h.label for headers in found.values() for h in headers if h.form not in parting)

    def is_speech(header: Header) -> bool:
        head = _DASH.split(header.label, maxsplit=1)
        return header.form not in parting and len(head) > 1 and dashed[key(head[0])] > whole[header.label]

    return {rank: [h for h in headers if not is_speech(h)] for rank, headers in found.items()}


def _sure(pair: tuple[Form, str], survey: _Survey) -> bool:
    """Whether a label, in this form, opens turns by itself."""
    form, name = pair
    header, count = survey.examples[pair], survey.counts[pair]
    if name in survey.declared:
        return True
    role = _names_role(header.label)
    if form in {Form.LINE, Form.DASH} and is_small(header.label) and not role:
        return _answers_a_role(form, count, survey)
    if form is Form.LINE:
        known = role or (count >= 2 and has_capitals(header.label.split()))
        return (
            known and (count >= 2 or header.start_time is not None) and survey.followed[name] >= 0.8 * count
        )
    if form is Form.BRACKET:
        often = survey.uses[Form.BRACKET] >= len(survey.passages) / 5
        return role or header.start_time is not None or (count >= 2 and often)
    if form in {Form.COLON, Form.TAB}:
        return (
            (role and (count >= 2 or survey.roles[form] >= 2))
            or count >= 3
            or (count >= 2 and _unmistakable(header, survey.common))
        )
    if form is Form.CODE:
        return count >= 2 and _everyone_coded(survey)
    if form is Form.SIGN and survey.uses[Form.SIGN] < len(survey.passages) / 3:
        return False
    return count >= (2 if role else 3)


def _answers_a_role(form: Form, count: int, survey: _Survey) -> bool:
    """Whether a word in small letters opens lines about as often as the word for a role that others have."""
    asked = [
        times
        for pair, times in survey.counts.items()
        if pair[0] is form and _names_role(survey.examples[pair].label)
    ]
    return count >= 3 and any(abs(count - times) <= max(1, times // 5) for times in asked)


def _everyone_coded(survey: _Survey) -> bool:
    """Whether most lines open with one of a few codes in capitals, at least two of them: what no text does by chance."""
    return 2 <= len(survey.codes) <= 12 and sum(survey.codes) >= 0.7 * len(survey.passages)


def _names_role(label: str) -> bool:
    """Whether a label by itself tells a speaker: a word for who asks or answers, « Locuteur 2 », but no common word."""
    if NUMBERED.fullmatch(label):
        return True
    return speaks_as(label) in {"asks", "answers"} and key(label) != "moi"


def _without_sheet(chosen: dict[int, Header], survey: _Survey) -> dict[int, Header]:
    """Without the fields of the sheet above an interview (« Enquêteur : Julie »), which look like turns."""
    uses = Counter(header.key for header in chosen.values())
    first = min((rank for rank, header in chosen.items() if uses[header.key] >= 2), default=0)
    return {
        rank: header
        for rank, header in chosen.items()
        if rank >= first
        or uses[header.key] > 1
        or not _field(survey.passages[rank].text[header.rest :], header)
    }


def _field(words: str, header: Header) -> bool:
    """Whether what follows a label is a name or a value rather than speech."""
    if key(words) in TABLE_HEADS:
        return True
    short = len(words.split()) <= 6 and not words.rstrip().endswith((".", "?", "!", "…"))
    return header.form in {Form.COLON, Form.TAB, Form.DASH} and short


def _reliable(
    sure: set[tuple[Form, str]], counts: Counter[tuple[Form, str]], known: frozenset[str]
) -> set[tuple[Form, str]]:
    """Without forms that only one label takes while another form has several: « Note - » amid « Marie : »."""
    voices = Counter(form for form, _ in sure)
    uses = Counter({form: sum(counts[pair] for pair in sure if pair[0] is form) for form in voices})
    if not uses:
        return sure
    best = max(uses, key=lambda form: (voices[form] >= 2, uses[form]))
    if best in _WEAK and voices[best] < 2:
        return {pair for pair in sure if pair[0] not in _WEAK or pair[1] in known}
    return {
        pair
        for pair in sure
        if pair[0] is best or pair[0] not in _WEAK or pair[1] in known or _elsewhere(pair, sure)
    }


def _elsewhere(pair: tuple[Form, str], sure: set[tuple[Form, str]]) -> bool:
    """Whether the same label is also met in another form."""
    return any(name == pair[1] and form is not pair[0] for form, name in sure)


def _everywhere(survey: _Survey) -> set[tuple[Form, str]]:
    """The labels of a short text where at least four lines in five open with a colon, a tab or a bracket."""
    strong = {Form.COLON, Form.TAB, Form.BRACKET}
    opening = [
        headers for headers in survey.found.values() if any(header.form in strong for header in headers)
    ]
    if len(opening) < 2 or len(opening) < 0.8 * len(survey.passages):
        return set()
    pairs = {(header.form, header.key) for headers in opening for header in headers if header.form in strong}
    return pairs if len(pairs) <= max(6, len(survey.passages) // 4) else set()


def _usual(sure: set[tuple[Form, str]], survey: _Survey) -> frozenset[Form]:
    """The weak forms that sure labels take on most lines: there, somebody who speaks once is somebody too."""
    uses = Counter(dict.fromkeys(_WEAK, 0))
    for pair in sure:
        uses[pair[0]] += survey.counts[pair]
    lines = max(1, len(survey.passages))
    return frozenset(f for f in _WEAK if uses[f] >= (0.3 if f is Form.LINE else 0.6) * lines)


def _chosen(
    headers: Sequence[Header],
    sure: set[tuple[Form, str]],
    labels: set[str],
    common: frozenset[str],
    usual: frozenset[Form],
) -> Header | None:
    """The header of a passage: a sure one first, else one that looks like those."""
    forms = {form for form, _ in sure}
    names = {name for _, name in sure}
    for header in headers:
        if (header.form, header.key) in sure:
            return header
    for header in headers:
        if header.key in names and header.form not in _WEAK | forms:
            return header
        said = header.form not in _WEAK and speaks_as(header.label) is not None
        likely = said or close(header.label, labels) is not None or _unmistakable(header, common)
        if header.form in forms and likely:
            return header
        if header.form in usual and _speaks_once(header, common):
            return header
    return None


def _speaks_once(header: Header, common: frozenset[str]) -> bool:
    """Whether a label of a weak form, seen too rarely to be sure, is a person's: a role, a title, else (not alone) a name."""
    if _names_role(header.label) or TITLE.match(header.label):
        return True
    return header.form is not Form.LINE and _is_name(header.label, common)


def _unmistakable(header: Header, common: frozenset[str]) -> bool:
    """Whether a label seen once is a person's: a title, capitals, or a name that is never a common word here."""
    if header.form in _WEAK:
        return False
    if TITLE.match(header.label) or SOMEBODY.fullmatch(header.label):
        return True
    return _is_name(header.label, common)


def _is_name(label: str, common: frozenset[str]) -> bool:
    words = re.findall(r"[^\W\d_]+", re.sub(r"\([^()]*\)", "", label))
    if not words or len(words) > 4 or not has_capitals(words):
        return False
    return all(word.casefold() not in common for word in words if word.casefold() not in SMALL)


def _lower_words(passages: Sequence[Passage]) -> frozenset[str]:
    words = (word for passage in passages for word in re.findall(r"[^\W\d_]+", passage.text))
    return frozenset(word for word in words if word.islower())


def labels_inside(text: str, known: Iterable[str]) -> list[tuple[int, int, str]]:
    """Where a known label opens another turn inside a paragraph: after a full stop, `Q : oui ? R : non`.

    Returns: (start of the header, start of the words, label).
    """
    names = sorted(set(known), key=len, reverse=True)
    if not names:
        return []
    pattern = re.compile(rf"(?<=[.?!…»)]) +({'|'.join(map(re.escape, names))})\s?: ")
    return [(match.start(1), match.end(), match[1]) for match in pattern.finditer(text)]


def role_words_inside(passages: Iterable[Passage]) -> list[str]:
    """The words for a role that open turns inside paragraphs at least twice: the `R :` of `Q : oui ? R : non`."""
    inside = re.compile(r"(?<=[.?!…»)]) +([A-ZÀ-Ý][\w.]{0,11})\s?: ")
    counts = Counter(match[1] for passage in passages for match in inside.finditer(passage.text))
    return [label for label, count in counts.items() if count >= 2 and speaks_as(label) is not None]
