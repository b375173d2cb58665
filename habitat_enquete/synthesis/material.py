"""What a synthesis is made from, as read from the store, and who said what in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from habitat_enquete.errors import Code as ErrorCode
from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.codebook import Code, Codebook
from habitat_enquete.model.coding import Coding
from habitat_enquete.model.pathway import EpisodeState, Pathway
from habitat_enquete.model.reliability import Reliability
from habitat_enquete.model.response import Answer
from habitat_enquete.model.text import Document, DocumentKind, Turn
from habitat_enquete.synthesis.groups import as_codes
from habitat_enquete.synthesis.memory import Memory
from habitat_enquete.synthesis.settings import Settings

MULTIPLE: Final = frozenset({"publics_pd2h"})
PROFILE: Final = "profil"
# The official code of a commune.
_INSEE: Final = re.compile(r"(\d{2}|2[AB])\d{3}")
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")
_REFUSALS: Final = frozenset({"non", "no", "false", "0", "refus", "refuse", "refusé"})
# What people tick when they belong to none of several publics.
_NONE: Final = frozenset({"aucun", "aucune", "none", "nsp", "nr"})
_AGREEMENTS: Final = frozenset({"oui", "yes", "true", "1", "accord"})


@dataclass(frozen=True, slots=True)
class PathwayType:
    """The type of residential path that the pathways stage gave to a person."""

    type: str
    label: str
    is_medoid: bool = False
    stability: float | None = None


def present_tenure(pathway: Pathway) -> str:
    """The tenure of the last confirmed main episode of a path, empty when it is not known."""
    kept = [e for e in pathway.episodes if e.state is EpisodeState.CONFIRMED and e.main]
    return (kept[-1].tenure or "") if kept else ""


def has_refused(attributes: Mapping[str, str]) -> bool:
    """Whether a person refused to take part or took their consent back."""
    return attributes.get("consentement", "").strip().lower() in _REFUSALS


@dataclass(frozen=True)
class Material:
    """Everything the synthesis reads. `codings` are accepted ones only; `suggested` counts, by code, those that wait for a person.

    `answers` is question → respondent → their answers; `questions` (questionnaire, question) → what was asked; `choices` (question, choice) → its label. `validated` holds the ids
    of codings that a person made or confirmed, `moved` those of codings that were told of a move; `memory` what earlier runs computed.
    """

    codebook: Codebook
    settings: Settings = field(default_factory=Settings)
    respondents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    codings: tuple[Coding, ...] = ()
    suggested: Mapping[str, int] = field(default_factory=dict)
    validated: frozenset[int] = frozenset()
    answers: Mapping[str, Mapping[str, tuple[Answer, ...]]] = field(default_factory=dict)
    questions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    choices: Mapping[tuple[str, str], str] = field(default_factory=dict)
    pathways: Mapping[str, Pathway] = field(default_factory=dict)
    types: Mapping[str, PathwayType] = field(default_factory=dict)
    moved: frozenset[int] = frozenset()
    reliability: Reliability = field(default_factory=Reliability)
    memory: Memory = field(default_factory=Memory)

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """People who refused to take part, or took their consent back: nothing of theirs is counted or shown."""
        return frozenset(person for person, attributes in self.respondents.items() if has_refused(attributes))

    @cached_property
    def attributes(self) -> Mapping[str, Mapping[str, str]]:
        """What is known of each person, completed by what the study knows of their commune and by their type of path."""
        return {
            person: self._completed(person, attributes) for person, attributes in self.respondents.items()
        }

    def _completed(self, person: str, attributes: Mapping[str, str]) -> dict[str, str]:
        completed = dict(attributes)
        code = self._commune_code(attributes.get("commune", ""))
        if code:
            completed["commune"] = code
            for scale in self.settings.scales:
                known = self.settings.communes[code].get(scale)
                if scale != "commune" and known:
                    completed.setdefault(scale, known)
        known = completed.get("commune", "")
        if _INSEE.fullmatch(known):
            completed.setdefault("departement", known[:3] if known.startswith(("97", "98")) else known[:2])
        profile = self._profile(person)
        if profile:
            completed[PROFILE] = profile
        return completed

    def _profile(self, person: str) -> str:
        """The type of a person's path; without a typology, their present tenure."""
        if self.types:
            return self.types[person].type if person in self.types else ""
        return present_tenure(self.pathways[person]) if person in self.pathways else ""

    def _commune_code(self, commune: str) -> str:
        if commune in self.settings.communes:
            return commune
        return self._commune_names.get(commune.strip().casefold(), "")

    @cached_property
    def _commune_names(self) -> Mapping[str, str]:
        return {commune.get("name", "").casefold(): code for code, commune in self.settings.communes.items()}

    @cached_property
    def voices(self) -> Voices:
        """Who said what."""
        return hear(self)

    @cached_property
    def groups(self) -> Mapping[str, tuple[Code, tuple[str, ...]]]:
        """The findings that group several codes: id → (as a code of its own, ids of its members)."""
        return as_codes(self.codebook, self.settings.groups)

    def members(self, code: str) -> tuple[str, ...]:
        """The codes that a finding counts: itself, or those it groups."""
        return self.groups[code][1] if code in self.groups else (code,)

    def said(self, code: str) -> Mapping[str, tuple[Coding, ...]]:
        """What each person said of a code, or of a group of codes: people once, passages in order."""
        return self._said[code] if code in self._said else self.voices.codings.get(code, {})

    @cached_property
    def _said(self) -> Mapping[str, Mapping[str, tuple[Coding, ...]]]:
        return {group: self._together(members) for group, (_, members) in self.groups.items()}

    def _together(self, members: Iterable[str]) -> dict[str, tuple[Coding, ...]]:
        gathered: dict[str, list[Coding]] = defaultdict(list)
        for code in members:
            for person, codings in self.voices.codings.get(code, {}).items():
                gathered[person] += codings
        return {person: tuple(sorted(said, key=_order)) for person, said in sorted(gathered.items())}

    def agreement_on(self, code: str) -> float | None:
        """The agreement of coders on a code; on a group, the lowest of its members."""
        known = [self.reliability.by_code[m] for m in self.members(code) if m in self.reliability.by_code]
        return min(known, default=None)

    @cached_property
    def crossed_attributes(self) -> tuple[str, ...]:
        """The attributes by which findings are crossed: publics, territories, profile of path, success of the installation."""
        scales = dict.fromkeys((*self.settings.scales, "departement"))
        return ("public", "publics_pd2h", *scales, PROFILE, "installation")

    def bases(self, attribute: str) -> Mapping[str, int]:
        """How many people have each value of a crossed attribute."""
        return self._bases[attribute]

    @cached_property
    def _bases(self) -> Mapping[str, Mapping[str, int]]:
        return {
            attribute: Counter(
                value for person in self.voices.people for value in self.values(person, attribute)
            )
            for attribute in self.crossed_attributes
        }

    def values(self, person: str, attribute: str) -> tuple[str, ...]:
        """The values of an attribute of a person: none, one, or several for attributes that accept several."""
        value = self.attributes.get(person, {}).get(attribute, "").strip()
        if attribute in MULTIPLE:
            parts = (part.strip() for part in value.split(";"))
            return tuple(part for part in parts if part and part.casefold() not in _NONE)
        return (value,) if value else ()

    def label(self, attribute: str, value: str) -> str:
        """How a value of an attribute is named in the report."""
        if attribute == PROFILE and not self.types:
            tenures = {tenure.id: tenure.label for tenure in self.codebook.tenures}
            return tenures.get(value) or value.replace("_", " ")
        if attribute == PROFILE:
            return next((t.label or t.type for t in self.types.values() if t.type == value), value)
        return self.settings.label(attribute, value)

    @cached_property
    def shown_attributes(self) -> Mapping[str, Mapping[str, str]]:
        """What may be printed of each person: their public, then their places, as long as enough people share all of it together.

        An attribute that everybody shares says nothing, and is left out.
        """
        scales = [scale for scale in (*self.settings.scales, "departement") if scale != "commune"]
        shown: dict[str, tuple[tuple[str, str], ...]] = dict.fromkeys(self.voices.people, ())
        for attribute in dict.fromkeys(("public", *scales, "publics_pd2h")):
            if len(self.bases(attribute)) > 1 or attribute == "public":
                shown = self._added(shown, attribute)
        return {person: dict(pairs) for person, pairs in shown.items()}

    def _added(
        self, shown: Mapping[str, tuple[tuple[str, str], ...]], attribute: str
    ) -> dict[str, tuple[tuple[str, str], ...]]:
        wider = {
            person: (*pairs, (attribute, ", ".join(self.label(attribute, value) for value in values)))
            for person, pairs in shown.items()
            if (values := self.values(person, attribute))
        }
        sharing = Counter(wider.values())
        minimum = self.settings.minimum_cell
        return {
            person: wider[person] if person in wider and sharing[wider[person]] >= minimum else pairs
            for person, pairs in shown.items()
        }

    @cached_property
    def heard(self) -> Mapping[str, Document]:
        """The documents that hold words of somebody who takes part: those of people who withdrew are left out."""
        return {
            id_: document
            for id_, document in self.documents.items()
            if not (people := people_of(document)) or not self.withdrawn.issuperset(people)
        }

    def text_hash(self, document: str) -> str:
        """The hash of the text of a document, computed once."""
        if document not in self._hashes:
            self._hashes[document] = self.documents[document].sha256
        return self._hashes[document]

    @cached_property
    def _hashes(self) -> dict[str, str]:
        return {}

    def turns(self, document: Document) -> Iterator[Turn]:
        """What is said in a document by people who take part."""
        for turn in document.informant_turns():
            if speaker_of(document, turn) not in self.withdrawn:
                yield turn

    def is_quotable(self, person: str) -> bool:
        """Whether a person's words may be printed: not when they said no."""
        return not self._says(person, _REFUSALS)

    def has_agreed(self, person: str) -> bool:
        """Whether a person said that their words may be printed."""
        return self._says(person, _AGREEMENTS)

    def _says(self, person: str, words: frozenset[str]) -> bool:
        return self.respondents.get(person, {}).get("consentement_citation", "").strip().lower() in words

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """The weights of the people who have one. Raises: EnqueteError when one is no positive number."""
        found = {person: self._weight(person) for person in self.respondents}
        return {person: weight for person, weight in found.items() if weight is not None}

    def _weight(self, person: str) -> float | None:
        text = self.respondents.get(person, {}).get("poids", "").strip().replace(",", ".")
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise EnqueteError(ErrorCode.WEIGHT_INVALID, respondent=person)
        return float(text)


@dataclass(frozen=True, slots=True)
class Voices:
    """Who said what. `people` have words that are analysed, in order of id; `codings` is code → person → their codings in order."""

    people: tuple[str, ...]
    interviewed: frozenset[str]
    answering: frozenset[str]
    codings: Mapping[str, Mapping[str, tuple[Coding, ...]]]

    def who(self, code: str) -> frozenset[str]:
        """The people who spoke of a code."""
        return frozenset(self.codings.get(code, {}))


def person_of(coding: Coding, document: Document) -> str:
    """Who speaks in a coding: the respondent, else the only one of the document, else its speaker, as a person of their own."""
    if coding.respondent:
        return coding.respondent
    turn = document.turn_at(coding.span.start)
    known = document.respondent_of(turn) if turn is not None else None
    if known:
        return known
    if len(document.respondents) == 1:
        return document.respondents[0]
    return _nameless(document, turn.speaker if turn is not None else "")


def _nameless(document: Document, speaker: str) -> str:
    return f"{document.id}/{speaker}" if speaker else document.id


def people_of(document: Document) -> tuple[str, ...]:
    """The people whose words a document holds, named or not, in order of appearance."""
    return tuple(dict.fromkeys(speaker_of(document, turn) for turn in document.informant_turns()))


def speaker_of(document: Document, turn: Turn) -> str:
    """Who speaks in a turn: the respondent, else the only one of the document, else its speaker, as a person of their own."""
    known = document.respondent_of(turn)
    if known is not None:
        return known
    alone = len(document.respondents) == 1
    return document.respondents[0] if alone else _nameless(document, turn.speaker)


def hear(material: Material) -> Voices:
    """Who said what, people who took their consent back left out."""
    interviewed: set[str] = set()
    answering: set[str] = set()
    for document in material.documents.values():
        group = answering if document.kind is DocumentKind.ANSWER else interviewed
        group.update(people_of(document))
    people = (interviewed | answering) - material.withdrawn
    return Voices(
        tuple(sorted(people)),
        frozenset(interviewed & people),
        frozenset(answering & people),
        _by_code_and_person(material, people),
    )


def _by_code_and_person(
    material: Material, people: Iterable[str]
) -> dict[str, dict[str, tuple[Coding, ...]]]:
    kept = frozenset(people)
    gathered: dict[str, dict[str, list[Coding]]] = defaultdict(lambda: defaultdict(list))
    for coding in material.codings:
        if coding.counts and coding.document in material.documents:
            person = person_of(coding, material.documents[coding.document])
            if person in kept:
                gathered[coding.code][person].append(coding)
    return {
        code: {person: tuple(sorted(said, key=_order)) for person, said in sorted(by_person.items())}
        for code, by_person in gathered.items()
    }


def _order(coding: Coding) -> tuple[str, int, int, int]:
    return coding.document, coding.span.start, coding.span.end, coding.id or 0
