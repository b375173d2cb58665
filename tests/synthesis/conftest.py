"""Studies built by hand: who is asked, what they say, and which words are coded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from habitat_enquete.model.codebook import Code, Codebook, Lever, Polarity, Theme
from habitat_enquete.model.coding import Coder, CoderKind, Coding, State
from habitat_enquete.model.response import Answer, AnswerState
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn
from habitat_enquete.synthesis.material import Material
from habitat_enquete.synthesis.settings import Settings

CODEBOOK = Codebook(
    title="Grille d'essai",
    themes=(Theme("prix", "Prix"), Theme("accueil", "Accueil"), Theme("envies", "Envies")),
    codes=(
        Code(
            "loyer_eleve",
            "Loyer trop élevé",
            "prix",
            Polarity.BARRIER,
            levers=("aide",),
            closed={"freins": ("loyer",)},
        ),
        Code("credit", "Crédit refusé", "prix", Polarity.BARRIER, levers=("aide",)),
        Code("loyer_doux", "Loyer abordable", "prix", Polarity.OPPORTUNITY),
        Code("voisins", "Voisins accueillants", "accueil", Polarity.OPPORTUNITY, levers=("referent",)),
        Code("mefiance", "Méfiance", "accueil", Polarity.BARRIER, negated_code="voisins"),
        Code("jardin", "Envie de jardin", "envies", Polarity.NEUTRAL),
    ),
    levers=(Lever("aide", "Aide au loyer", "Département"), Lever("referent", "Référent accueil", "Communes")),
)


@dataclass
class Study:
    """What a test says of its invented study; `said` is (person, code, words) in order, one turn each."""

    said: Sequence[tuple[str, str, str]] = ()
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    written: Sequence[tuple[str, str, str]] = ()
    states: Mapping[int, State] = field(default_factory=dict)
    by_hand: Sequence[int] = ()
    ticked: Mapping[str, Sequence[str]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    codebook: Codebook = CODEBOOK

    def material(self) -> Material:
        """The material of the study: an interview per person of `said`, an open answer per line of `written`."""
        documents: dict[str, Document] = {}
        codings: list[Coding] = []
        for person in dict.fromkeys(person for person, _, _ in self.said):
            lines = [(code, words) for who, code, words in self.said if who == person]
            documents[f"{person}.docx"], coded = _interview(person, lines, len(codings))
            codings += coded
        for number, (person, code, words) in enumerate(self.written):
            document = _answer(f"{person}.q{number}", person, words)
            documents[document.id] = document
            if code:
                codings.append(_coding(len(codings) + 1, document.id, Span(0, len(words)), code, person))
        kept = [_in_state(coding, self.states.get(coding.id or 0, State.ACCEPTED)) for coding in codings]
        everybody = {person for document in documents.values() for person in document.respondents}
        return Material(
            codebook=self.codebook,
            settings=self.settings,
            respondents={p: self.people.get(p, {}) for p in sorted(everybody | set(self.people))},
            documents=documents,
            codings=tuple(c for c in kept if c.state is State.ACCEPTED),
            suggested=_waiting(kept),
            validated=frozenset(self.by_hand),
            answers={"freins": {p: _ticks(choices) for p, choices in self.ticked.items()}}
            if self.ticked
            else {},
            questions={("habitants", "freins"): "Qu'est-ce qui vous freine ?"},
        )


def _interview(person: str, lines: Sequence[tuple[str, str]], first: int) -> tuple[Document, list[Coding]]:
    text, turns, codings = "", [], []
    for code, words in lines:
        for label, said in (("Enquêtrice", "Et le logement ?"), (person, words)):
            turns.append(
                Turn(
                    len(turns), label, Span(len(text), len(text) + len(said)), position=f"§ {len(turns) + 1}"
                )
            )
            if label == person and code:
                span = Span(len(text), len(text) + len(said))
                codings.append(_coding(first + len(codings) + 1, f"{person}.docx", span, code, person))
            text += f"{said}\n"
    speakers = (Speaker("Enquêtrice", Role.INTERVIEWER), Speaker(person, Role.INFORMANT, person))
    source = Source(f"{person}.docx", "0" * 64)
    kind = DocumentKind.INTERVIEW
    return Document(
        f"{person}.docx", kind, text, tuple(turns), speakers, source, respondents=(person,)
    ), codings


def _answer(id_: str, person: str, words: str) -> Document:
    return Document(
        id_,
        DocumentKind.ANSWER,
        words,
        (Turn(0, person, Span(0, len(words))),),
        (Speaker(person, Role.INFORMANT, person),),
        Source("responses.xlsx", "1" * 64, "Réponses", "D4"),
        respondents=(person,),
        attributes={"questionnaire": "habitants", "question": "freins"},
    )


def _coding(id_: int, document: str, span: Span, code: str, person: str) -> Coding:
    return Coding(
        document, span, code, Coder("rules", CoderKind.RULE), State.ACCEPTED, respondent=person, id=id_
    )


def _in_state(coding: Coding, state: State) -> Coding:
    from dataclasses import replace

    return replace(coding, state=state)


def _waiting(codings: Sequence[Coding]) -> dict[str, int]:
    from collections import Counter

    return dict(Counter(coding.code for coding in codings if coding.state is State.SUGGESTED))


def _ticks(choices: Sequence[str]) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            question="freins", value=choice, state=AnswerState.ANSWERED, label=choice.capitalize(), item=item
        )
        for item, choice in enumerate(choices)
    )


@pytest.fixture
def study() -> type[Study]:
    """The class by which a test describes its study."""
    return Study


@pytest.fixture
def material() -> Callable[..., Material]:
    """The material of a study: `material(said=[("E01", "loyer_eleve", "C'est cher.")])`."""
    return lambda **described: Study(**described).material()
