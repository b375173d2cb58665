"""Who speaks when: the passages of a transcript gathered into utterances, each with its speaker's label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from habitat_enquete.ingest.interviews.label_names import key, speaks_as
from habitat_enquete.ingest.interviews.labels import Header, accepted, labels_inside, role_words_inside
from habitat_enquete.ingest.transcripts.passages import Mark, Passage
from habitat_enquete.ingest.transcripts.times import timed
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind

ASKED = "Question (en gras)"
QUESTIONED = "Question"
ANSWERED = "Réponse"
VOICES = ("Voix 1", "Voix 2")
UNKNOWN = "Locuteur non identifié"
_DASH = re.compile(r"\s*(?:[-–—−•]\s*|>>\s*)(?=\S)")
_CHANGE = re.compile(r"\s*>>\s*")
_NAMED_CHANGE = re.compile(r"\s*>>\s*(?=[^\s:：][^:：]{0,40}[:：])")
_QUESTION_NUMBER = re.compile(r"\s*(?:Q\s?)?\d{1,2}(?:\.\d{1,2}|\s?(?:bis|ter))?\s*[-–.):/]")
_NUMBERED_TURN = re.compile(r"^(Q|R|Question|Réponse)\s?(?:n°\s?)?\d+$", re.IGNORECASE)
_NO_SPEAKER_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """One speaker's passages without interruption, under the header that announced them (empty when none did)."""

    speaker: str
    passages: tuple[Passage, ...]
    header: str = ""
    position: str = ""
    start_time: float | None = None
    end_time: float | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The utterances of a transcript, what came before the first, and how the speakers were told apart.

    `how`: `labels`, `format` (the file says it), `bold`, `dashes`, `changes` (`>>`), `questions` (paragraphs that ask) or `none`.
    """

    utterances: tuple[Utterance, ...]
    preamble: tuple[Passage, ...]
    how: str


def conversation(passages: Sequence[Passage], *, declared: Iterable[str] = ()) -> Conversation:
    """Who says what, from the labels, else from the bold, else from the dashes; nothing is ever left out.

    Args: `declared`: labels that somebody wrote down, accepted wherever they open a line.
    """
    passages = [timed(passage) for passage in _without_change_signs(passages)]
    headers = accepted(passages, declared)
    if headers or any(passage.speaker is not None for passage in passages):
        return _labelled(passages, headers)
    if _questions_in_bold(passages):
        return _by_bold(passages)
    if (sign := _alternation(passages)) is not None:
        return _by_signs(passages, sign)
    if _questions_between(passages):
        return _by_questions(passages)
    return Conversation(tuple(_unknown(passages)), (), "none")


def _labelled(passages: Sequence[Passage], headers: dict[int, Header]) -> Conversation:
    spelling = _spellings(passages, headers)
    aside_bold = _bold_is_asking(passages, headers)
    gathering = _Gathering()
    for rank, passage in enumerate(passages):
        header = headers.get(rank)
        if header is not None:
            _open(gathering, passage, header, spelling)
        elif passage.speaker is not None:
            gathering.speak(spelling[key(passage.speaker)], passage)
        elif gathering.begun and _is_title(passage, gathering.preamble):
            gathering.aside(passage)
        elif gathering.asked and not passage.bold:
            gathering.speak(ANSWERED, passage)
        elif aside_bold and passage.bold and (gathering.answering or aside_bold == ASKED):
            gathering.open(aside_bold, passage, "", passage.start_time, passage.end_time)
        else:
            gathering.go_on(passage)
    spelling |= {key(label): label for label in role_words_inside(passages) if key(label) not in spelling}
    utterances = _split_inside(_with_answers(gathering.utterances), spelling)
    how = "format" if not headers else "labels"
    return Conversation(tuple(utterances), tuple(gathering.preamble), how)


class _Gathering:
    """Utterances being gathered, one passage after the other."""

    def __init__(self) -> None:
        self.preamble: list[Passage] = []
        self.utterances: list[Utterance] = []

    @property
    def begun(self) -> bool:
        return bool(self.utterances)

    @property
    def answering(self) -> bool:
        """Whether the last to speak is not known to ask."""
        return bool(self.utterances) and speaks_as(self.utterances[-1].speaker) != "asks"

    @property
    def asked(self) -> bool:
        """Whether the last words are a question in bold: what follows in roman is the answer."""
        return bool(self.utterances) and self.utterances[-1].speaker == ASKED

    def open(
        self, speaker: str, passage: Passage, header: str, start: float | None, end: float | None
    ) -> None:
        words = (passage,) if passage.text or passage.marks else ()
        self.utterances.append(Utterance(speaker, words, header, passage.position, start, end))

    def is_speaking(self, speaker: str) -> bool:
        """Whether the last words are this speaker's."""
        return bool(self.utterances) and self.utterances[-1].speaker == speaker

    def speak(self, speaker: str, passage: Passage) -> None:
        """A passage whose voice is known: it goes on with the last utterance when the voice is the same."""
        if self.is_speaking(speaker):
            self._extend(passage)
        else:
            self.open(speaker, passage, "", passage.start_time, passage.end_time)

    def go_on(self, passage: Passage) -> None:
        if self.utterances and not self.utterances[-1].speaker:
            self.open(self._speaking(), passage, "", passage.start_time, passage.end_time)
        elif self.utterances:
            self._extend(passage)
        else:
            self.preamble.append(passage)

    def aside(self, passage: Passage) -> None:
        """A title in the middle: an utterance of nobody, after which the same speaker goes on."""
        self.open("", passage, "", None, None)

    def _speaking(self) -> str:
        return next(utterance.speaker for utterance in reversed(self.utterances) if utterance.speaker)

    def _extend(self, passage: Passage) -> None:
        last = self.utterances[-1]
        end = passage.end_time if passage.end_time is not None else last.end_time
        start = last.start_time if last.start_time is not None else passage.start_time
        self.utterances[-1] = replace(
            last, passages=(*last.passages, passage), start_time=start, end_time=end
        )


def _open(gathering: _Gathering, passage: Passage, header: Header, spelling: dict[str, str]) -> None:
    written = passage.text[: header.rest].strip()
    rest = timed(passage.after(header.rest))
    start = header.start_time if header.start_time is not None else rest.start_time
    end = header.end_time if header.end_time is not None else rest.end_time
    if passage.joint == " " and gathering.is_speaking(
        spelling[header.key]
    ):  # a cue that names its voice again
        again = Mark(AnnotationKind.HEADER, Span(0, 0), written)
        gathering.speak(spelling[header.key], replace(rest, marks=(again, *rest.marks)))
    else:
        gathering.open(spelling[header.key], rest, written, start, end)


def _spellings(passages: Sequence[Passage], headers: dict[int, Header]) -> dict[str, str]:
    """The spelling to show of each label: the most frequent of those that differ by capitals, accents or dots only."""
    written: dict[str, Counter[str]] = {}
    for header in headers.values():
        written.setdefault(header.key, Counter())[_NUMBERED_TURN.sub(r"\1", header.label)] += 1
    for passage in passages:
        if passage.speaker is not None:
            written.setdefault(key(passage.speaker), Counter())[passage.speaker] += 1
    return {name: counts.most_common(1)[0][0] for name, counts in written.items()}


def _bold_is_asking(passages: Sequence[Passage], headers: dict[int, Header]) -> str | None:
    """The interviewer's label when bold marks their questions: a bold line under another speaker lost its header."""
    bold: Counter[str] = Counter()
    speaker = None
    for rank, passage in enumerate(passages):
        if rank in headers:
            speaker = headers[rank].label
        if (
            speaker is not None
            and passage.bold
            and (rank not in headers or headers[rank].rest < len(passage.text))
        ):
            bold[speaker] += 1
    asking = Counter({label: count for label, count in bold.items() if speaks_as(label) == "asks"})
    if not asking:
        return ASKED if _unsaid_questions(passages, headers) else None
    label, count = asking.most_common(1)[0]
    return label if count >= 3 and count >= 0.6 * sum(bold.values()) else None


def _unsaid_questions(passages: Sequence[Passage], headers: dict[int, Header]) -> bool:
    """Whether only those who answer have a label: no label asks, and at least three bold lines without one are questions."""
    labels = {header.key for header in headers.values()}
    if len(labels) != 1 or any(speaks_as(header.label) == "asks" for header in headers.values()):
        return False
    bold = [passage.text for rank, passage in enumerate(passages) if passage.bold and rank not in headers]
    asking = sum("?" in text for text in bold)
    return asking >= 3 and asking >= 0.5 * len(bold)


def _is_title(passage: Passage, preamble: Sequence[Passage]) -> bool:
    """Whether a line is a title in the middle (of a theme, of the second part of an interview), not a question."""
    if "?" in passage.text or len(passage.text) > 100 or _QUESTION_NUMBER.match(passage.text):
        return False
    if passage.heading:
        return True
    if not passage.bold or not preamble:
        return False
    return SequenceMatcher(None, passage.text, preamble[0].text, autojunk=False).ratio() >= 0.85


def _split_inside(utterances: Iterable[Utterance], spelling: dict[str, str]) -> list[Utterance]:
    """Paragraphs in which another speaker's header stands after a full stop, cut there."""
    labels = [label for label in spelling.values() if len(label) <= 12]
    found: list[Utterance] = []
    for utterance in utterances:
        found.append(replace(utterance, passages=()))
        for passage in utterance.passages:
            start = since = 0
            for opening, words, label in labels_inside(passage.text, labels):
                _append(found, passage.sliced(start, opening))
                found.append(
                    Utterance(spelling[key(label)], (), passage.text[opening:words].strip(), passage.position)
                )
                start, since = words, opening
            _append(found, passage.after(start, since=since + 1) if start else passage)
    return found


def _with_answers(utterances: list[Utterance]) -> list[Utterance]:
    """The unlabelled paragraphs under each question given to who answers, when only questions have a label (« Q : »)."""
    labels = {utterance.speaker for utterance in utterances if utterance.speaker}
    several = [utterance for utterance in utterances if len(utterance.passages) > 1]
    if len(labels) != 1 or len(several) < 2 or len(several) < 0.7 * len(utterances):
        return utterances
    (label,) = labels
    asking = sum("?" in utterance.passages[0].text for utterance in several)
    if speaks_as(label) != "asks" and asking < 0.6 * len(several):
        return utterances
    found: list[Utterance] = []
    for utterance in utterances:
        first, *rest = utterance.passages or (None,)
        found.append(replace(utterance, passages=(first,) if first else ()))
        if rest:
            found.append(Utterance(ANSWERED, tuple(rest), "", rest[0].position))
    return found


def _append(found: list[Utterance], passage: Passage) -> None:
    if passage.text or passage.marks:
        found[-1] = replace(found[-1], passages=(*found[-1].passages, passage))


def _questions_in_bold(passages: Sequence[Passage]) -> bool:
    """Whether bold lines are questions and roman ones answers: several of each, and most bold ones ask."""
    written = [passage for passage in passages if passage.text]
    bold = [passage for passage in written if passage.bold]
    if len(bold) < 2 or not 0.05 * len(written) <= len(bold) <= 0.7 * len(written):
        return False
    asking = sum(
        passage.text.rstrip().endswith("?") or bool(_QUESTION_NUMBER.match(passage.text)) for passage in bold
    )
    return asking >= 0.5 * len(bold)


def _by_bold(passages: Sequence[Passage]) -> Conversation:
    gathering = _Gathering()
    for passage in passages:
        title = not gathering.begun and "?" not in passage.text and not _QUESTION_NUMBER.match(passage.text)
        if title:
            gathering.preamble.append(passage)
        else:
            gathering.speak(ASKED if passage.bold else ANSWERED, passage)
    return Conversation(tuple(gathering.utterances), tuple(gathering.preamble), "bold")


def _is_question(passage: Passage) -> bool:
    return passage.text.rstrip(' »"').endswith("?") and len(passage.text.split()) <= 60


def _questions_between(passages: Sequence[Passage]) -> bool:
    """Whether paragraphs that ask regularly part the others: at least three, never far from one another."""
    written = [passage for passage in passages if passage.text]
    if any(passage.joint != "\n" for passage in written):
        return False
    asking = [rank for rank, passage in enumerate(written) if _is_question(passage)]
    if len(asking) < 3 or not 0.2 * len(written) <= len(asking) <= 0.6 * len(written):
        return False
    following = [after - before for before, after in pairwise([*asking, len(written)])]
    return sum(distance >= 2 for distance in following) >= 0.8 * len(following)


def _by_questions(passages: Sequence[Passage]) -> Conversation:
    gathering = _Gathering()
    for passage in passages:
        if _is_question(passage):
            gathering.speak(QUESTIONED, passage)
        elif gathering.begun:
            gathering.speak(ANSWERED, passage)
        else:
            gathering.preamble.append(passage)
    return Conversation(tuple(gathering.utterances), tuple(gathering.preamble), "questions")


def _alternation(passages: Sequence[Passage]) -> re.Pattern[str] | None:
    """The sign that opens most lines, when two voices answer each other by dashes or `>>`."""
    written = [passage for passage in passages if passage.text]
    for sign in (_CHANGE, _DASH):
        opened = sum(bool(sign.match(passage.text)) or passage.bullet for passage in written)
        if opened >= 2 and opened >= 0.4 * len(written):
            return sign
    return None


def _by_signs(passages: Sequence[Passage], sign: re.Pattern[str]) -> Conversation:
    gathering = _Gathering()
    turns = 0
    for passage in passages:
        match = sign.match(passage.text)
        if match is None and not passage.bullet:
            gathering.go_on(passage)
            continue
        written = match[0].strip() if match else "•"
        rest = passage.after(match.end()) if match else passage
        gathering.open(VOICES[turns % 2], rest, written, rest.start_time, rest.end_time)
        turns += 1
    how = "changes" if sign is _CHANGE else "dashes"
    return Conversation(tuple(gathering.utterances), tuple(gathering.preamble), how)


def _without_change_signs(passages: Sequence[Passage]) -> list[Passage]:
    """`>> MARIE :` is a label like another: the sign before it says nothing more."""
    found = []
    for passage in passages:
        sign = _NAMED_CHANGE.match(passage.text) if passage.speaker is None else None
        found.append(passage.after(sign.end()) if sign else passage)
    return found


def _unknown(passages: Sequence[Passage]) -> list[Utterance]:
    """Utterances of nobody in particular: a paragraph each, or the cues up to a silence of two seconds."""
    found: list[Utterance] = []
    for passage in passages:
        last = found[-1] if found else None
        if last is not None and _flows(last, passage):
            found[-1] = replace(last, passages=(*last.passages, passage), end_time=passage.end_time)
        else:
            found.append(
                Utterance(UNKNOWN, (passage,), "", passage.position, passage.start_time, passage.end_time)
            )
    return found


def _flows(last: Utterance, passage: Passage) -> bool:
    """Whether a passage goes on with the one before: tied to it by a blank, and no silence between."""
    if passage.joint == "\n":
        return False
    if last.end_time is None or passage.start_time is None:
        return True
    return passage.start_time - last.end_time < _NO_SPEAKER_GAP
