"""The appendices that let anybody recount: every counted mention, every anonymous participant."""

from __future__ import annotations

from collections import Counter, defaultdict

from habitat_enquete.model.coding import Coding
from habitat_enquete.model.synthesis import Mention, Person
from habitat_enquete.synthesis.material import Material, people_of


def mentions(material: Material) -> tuple[Mention, ...]:
    """All the mentions that the findings count, by code, then person, then place in the text."""
    return tuple(
        _mention(material, coding, person)
        for code in material.codebook
        for person, said in material.voices.codings.get(code.id, {}).items()
        for coding in said
    )


def _mention(material: Material, coding: Coding, person: str) -> Mention:
    document = material.documents[coding.document]
    return Mention(
        coding=coding.id or 0,
        code=coding.code,
        respondent=person,
        document=coding.document,
        start=coding.span.start,
        end=coding.span.end,
        quote=coding.span.quote(document.text) if material.is_quotable(person) else "",
        source_file=document.source.file,
        source_position=document.place_of(document.turn_at(coding.span.start)),
        coder=coding.coder.name,
        coder_kind=coding.coder.kind.value,
        validated=coding.id in material.validated,
    )


def people(material: Material) -> tuple[Person, ...]:
    """The people whose words are analysed, with what may be said of them (`Material.shown_attributes`)."""
    documents: dict[str, list[str]] = defaultdict(list)
    for document in material.documents.values():
        for person in people_of(document):
            documents[person].append(document.id)
    counts = Counter(
        person
        for said in material.voices.codings.values()
        for person, codings in said.items()
        for _ in codings
    )
    return tuple(
        Person(
            person,
            dict(material.shown_attributes.get(person, {})),
            tuple(documents[person]),
            counts[person],
            material.is_quotable(person),
            person in material.voices.interviewed,
        )
        for person in material.voices.people
    )
