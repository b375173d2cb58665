"""Who asks and who answers: what somebody declared, else what the label says, else who asks the questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.interviews.label_names import close, key, speaks_as
from habitat_enquete.ingest.interviews.speakers import (
    ANSWERED,
    ASKED,
    QUESTIONED,
    UNKNOWN,
    Conversation,
    Utterance,
)
from habitat_enquete.model.text import Role, Speaker

_ROLES = {"asks": Role.INTERVIEWER, "answers": Role.INFORMANT, "other": Role.OTHER}
_ROLE_WORDS = (
    "Chercheur", "Chercheuse", "Enquêteur", "Enquêtrice", "Intervieweur", "Intervieweuse", "Interviewer", "Animateur",
    "Animatrice", "Modérateur", "Modératrice", "Enquêté", "Enquêtée", "Interviewé", "Interviewée", "Répondant", "Répondante",
    "Locuteur", "Locutrice", "Participant", "Participante", "Habitant", "Habitante",
)  # fmt: skip
_ASKING = re.compile(
    r"(?:et |mais |alors |donc |du coup |ok |d'accord |euh )*(?:est-ce |qu'est-ce |comment |pourquoi |combien |quels? |quelles? |où |"
    r"quand |qui |de quelle |à quel |(?:pouvez|pourriez|peux|pourrais|avez|aviez|êtes|étiez)-(?:vous|tu) )",
    re.IGNORECASE,
)
_SIGNS = {"dashes": "des tirets", "changes": "« >> »", "questions": "les seuls points d'interrogation"}
_SHORT = 40  # words: a longer turn that holds a question tells a story
DECLARED, BY_LABEL, BY_LIKENESS, BY_QUESTIONS, BY_FORMAT, BY_LAYOUT, BY_DEFAULT = (
    "déclaré dans entretiens.csv",
    "d'après son nom dans la transcription",
    "ressemble à un autre locuteur",
    "d'après la part de ses questions",
    "d'après le format du fichier",
    "d'après la mise en page",
    "par défaut",
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What somebody wrote of the speakers of an interview: roles, respondents and misspellings, by key of label."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    respondents: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    interviewers: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it names, which open a turn wherever they stand."""
        return (*self.roles, *self.respondents, *self.spellings)


@dataclass(frozen=True, slots=True)
class _Share:
    """How much a speaker talks and asks."""

    label: str
    turns: int
    words: int
    questions: float


def speakers(
    talk: Conversation,
    *,
    file: str,
    declared: Declaration | None = None,
    hints: Mapping[str, Role] | None = None,
) -> tuple[tuple[Speaker, ...], tuple[Problem, ...]]:
    """The speakers in order of appearance, each with a role and how it was found; and what a person should check.

    Args: `hints`: the roles the file format states.
    """
    declared = declared or Declaration()
    shares = _shares(talk.utterances)
    roles = _stated(shares, declared, hints or {})
    problems: list[Problem] = []
    likenesses = _likenesses(shares, roles)
    _by_questions([share for share in shares if share.label not in likenesses], roles)
    for label, model in likenesses.items():
        role = roles[model][0] if model in roles else _ROLES[speaks_as(model) or "answers"]
        roles[label] = (role, f"{BY_LIKENESS} (« {model} »)")
        count = next(share.turns for share in shares if share.label == label)
        problems.append(
            problem(
                Code.SPEAKER_MISSPELT,
                severity=Severity.WARNING,
                file=file,
                label=label,
                close=model,
                count=count,
            )
        )
    problems += _no_interviewer(shares, roles, talk, file)
    found = (
        Speaker(
            share.label,
            roles[share.label][0],
            declared.respondents.get(key(share.label)),
            roles[share.label][1] == DECLARED,
            roles[share.label][1],
        )
        for share in shares
    )
    return tuple(found), tuple(problems)


def _shares(utterances: Sequence[Utterance]) -> list[_Share]:
    turns: dict[str, list[str]] = {}
    for utterance in utterances:
        if utterance.speaker:
            text = " ".join(passage.text for passage in utterance.passages)
            turns.setdefault(utterance.speaker, []).append(text)
    return [
        _Share(
            label,
            len(texts),
            sum(len(text.split()) for text in texts),
            sum(map(_asks, texts)) / len(texts),
        )
        for label, texts in turns.items()
    ]


def _asks(text: str) -> float:
    """How much a turn asks: 1 when it ends with a question or opens as one, half when it holds one amid other words."""
    text = text.rstrip(" .…")
    if text.endswith("?"):
        return 1.0
    if len(text.split()) > _SHORT:
        return 0.0
    opens = _ASKING.match(text.replace("’", "'") + " ") is not None and "." not in text
    return 1.0 if opens else 0.5 * ("?" in text)


def _stated(
    shares: Sequence[_Share], declared: Declaration, hints: Mapping[str, Role]
) -> dict[str, tuple[Role, str]]:
    """The roles that a person, the format or the label itself states."""
    roles: dict[str, tuple[Role, str]] = {}
    for share in shares:
        label, name = share.label, key(share.label)
        word = speaks_as(label)
        if name in declared.roles:
            roles[label] = (declared.roles[name], DECLARED)
        elif name in declared.respondents:
            roles[label] = (Role.INFORMANT, DECLARED)
        elif any(_names(label, person) for person in declared.interviewers):
            roles[label] = (Role.INTERVIEWER, DECLARED)
        elif hints.get(label) is Role.INTERVIEWER:
            roles[label] = (Role.INTERVIEWER, BY_FORMAT)
        elif label in {ASKED, QUESTIONED, ANSWERED}:
            roles[label] = (Role.INFORMANT if label == ANSWERED else Role.INTERVIEWER, BY_LAYOUT)
        elif label == UNKNOWN:
            roles[label] = (Role.INFORMANT, BY_DEFAULT)
        elif word is not None:
            roles[label] = (_ROLES[word], BY_LABEL)
    return roles


def _names(label: str, person: str) -> bool:
    """Whether a label is how a transcript writes this person: full name, first name, surname or initials."""
    name, words = key(label), key(person).split()
    if not words or not name:
        return False
    initials = "".join(word[0] for word in words)
    return name == " ".join(words) or name in words or name.replace(" ", "") in {initials, initials[::-1]}


def _likenesses(shares: Sequence[_Share], roles: Mapping[str, tuple[Role, str]]) -> dict[str, str]:
    """The labels that misspell a more frequent one of the transcript, or a word for a role."""
    found: dict[str, str] = {}
    for share in shares:
        if share.label in roles:
            continue
        others = [other.label for other in shares if other.turns > 2 * share.turns]
        model = close(share.label, others) or close(share.label, _ROLE_WORDS)
        if model is not None:
            found[share.label] = model
    return found


def _by_questions(shares: Sequence[_Share], roles: dict[str, tuple[Role, str]]) -> None:
    """Give a role to those who have none: whoever asks far more than the others, and talks less, asks."""
    unknown = [share for share in shares if share.label not in roles]
    asks = any(role is Role.INTERVIEWER for role, _ in roles.values())
    answers = any(role is Role.INFORMANT for role, _ in roles.values())
    words = sum(share.words for share in shares) or 1
    best = max((share.questions for share in unknown), default=0.0)
    for share in unknown:
        if asks:
            chosen = share.questions >= 0.6 and share.turns >= 5 and share.words < 0.25 * words
        else:
            rest = [other.questions for other in unknown if other.questions < best / 1.8]
            alone = bool(rest) or (answers and len(unknown) == 1)
            alone = alone and (share.turns >= 2 or len(shares) == 2)
            floor = 0.2 if answers else 0.3
            chosen = (
                alone
                and share.questions >= floor
                and share.questions >= best / 1.8
                and share.words < 0.75 * words
            )
        if chosen:
            roles[share.label] = (Role.INTERVIEWER, BY_QUESTIONS)
        else:
            roles[share.label] = (Role.INFORMANT, BY_QUESTIONS if not asks and best >= 0.3 else BY_DEFAULT)


def _no_interviewer(
    shares: Sequence[_Share], roles: Mapping[str, tuple[Role, str]], talk: Conversation, file: str
) -> list[Problem]:
    """What to tell when nobody could be named, or nobody asks."""
    if talk.how == "none":
        return [problem(Code.TRANSCRIPT_NO_SPEAKER, severity=Severity.WARNING, file=file)]
    found = []
    if talk.how in _SIGNS:
        how = _SIGNS[talk.how]
        found.append(problem(Code.TRANSCRIPT_GUESSED_TURNS, severity=Severity.WARNING, file=file, how=how))
    if len(shares) > 1 and not any(role is Role.INTERVIEWER for role, _ in roles.values()):
        labels = ", ".join(f"« {share.label} »" for share in shares[:8])
        found.append(
            problem(Code.TRANSCRIPT_NO_INTERVIEWER, severity=Severity.WARNING, file=file, labels=labels)
        )
    return found
