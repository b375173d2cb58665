"""What the study rests on: how many people, words, interviews and answers, who they are, what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from habitat_enquete.model.synthesis import Corpus, Value
from habitat_enquete.model.text import Document, DocumentKind
from habitat_enquete.synthesis.material import Material


def describe(material: Material) -> Corpus:
    """The corpus in figures; words and turns are those of informants only."""
    voices = material.voices
    interviews = [d for d in material.heard.values() if d.kind is not DocumentKind.ANSWER]
    words = {document.id: _words(material, document) for document in material.heard.values()}
    dates = sorted(filter(None, (a.get("date_entretien", "") for a in material.respondents.values())))
    unquotable = [person for person in voices.people if not material.is_quotable(person)]
    unknown = [p for p in voices.people if material.is_quotable(p) and not material.has_agreed(p)]
    return Corpus(
        people=len(voices.people),
        interviews=len(interviews),
        interviewed=len(voices.interviewed),
        answers=len(material.heard) - len(interviews),
        answering=len(voices.answering),
        words=sum(words.values()),
        interview_words=sum(words[document.id] for document in interviews),
        respondents=len(material.respondents.keys() - material.withdrawn),
        turns=sum(1 for document in interviews for _ in material.turns(document)),
        codings=sum(len(said) for people in voices.codings.values() for said in people.values()),
        validated=len(material.validated),
        suggested=sum(material.suggested.values()),
        withdrawn=len(material.withdrawn),
        unquotable=len(unquotable),
        unknown_consent=len(unknown),
        first_date=dates[0] if dates else "",
        last_date=dates[-1] if dates else "",
        files=tuple(sorted({document.source.file for document in material.heard.values()})),
        composition={
            name: values
            for name in ("public", "publics_pd2h", *material.settings.scales, "installation")
            if name != "commune"
            and (values := groups(material, name))
            and (len(values) > 1 or name == "public")
        },
    )


def _words(material: Material, document: Document) -> int:
    return sum(len(turn.span.quote(document.text).split()) for turn in material.turns(document))


def groups(material: Material, attribute: str, people: Iterable[str] | None = None) -> tuple[Value, ...]:
    """The values that an attribute takes among people, declared ones first in the study's order, then by number of people."""
    counts = Counter(
        value
        for person in (material.voices.people if people is None else people)
        for value in material.values(person, attribute)
    )
    declared = list(material.settings.labels.get(attribute, {}))
    order = {value: position for position, value in enumerate(declared)}
    ranked = sorted(counts, key=lambda value: (order.get(value, len(order)), -counts[value], value))
    return tuple(Value(value, material.label(attribute, value), counts[value]) for value in ranked)
