"""Barriers, opportunities and neutral subjects, ranked by the number of people who speak of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from itertools import chain

from habitat_enquete.model.codebook import Code, Polarity
from habitat_enquete.model.coding import Coding
from habitat_enquete.model.finding import Cooccurrence, Finding, Grade, SurveyShare, Verdict
from habitat_enquete.model.text import DocumentKind
from habitat_enquete.stats.intervals import Interval, bootstrap, wilson
from habitat_enquete.synthesis import contrary, survey
from habitat_enquete.synthesis.evidence import choose
from habitat_enquete.synthesis.grade import grade
from habitat_enquete.synthesis.material import Material

_COOCCURRING = 4
_BOOTSTRAP_DRAWS = 400


def rank(material: Material) -> tuple[Finding, ...]:
    """One finding per code somebody spoke of, ranked within each polarity.

    Order: people, then documents, then mentions, then the codebook's own order. Findings with as many people share a rank, as in a race.
    """
    opposed = contrary.by_code(material)
    grouping = (code for code, _ in material.groups.values())
    spoken = [code for code in chain(grouping, material.codebook) if material.said(code.id)]
    drafts = [_finding(material, code, opposed) for code in spoken]
    ranked: list[Finding] = []
    for polarity in Polarity:
        ranked += _ranked([draft for draft in drafts if draft.polarity is polarity])
    return tuple(ranked)


def _ranked(findings: list[Finding]) -> list[Finding]:
    ordered = sorted(findings, key=lambda f: (-f.people, -f.documents, -f.mentions))
    ranks: dict[int, int] = {}
    for position, finding in enumerate(ordered, start=1):
        ranks.setdefault(finding.people, position)
    return [replace(finding, rank=ranks[finding.people]) for finding in ordered]


def _finding(material: Material, code: Code, opposed: Mapping[str, tuple[str, ...]]) -> Finding:
    voices = material.voices
    said = material.said(code.id)
    members = material.members(code.id)
    against = dict.fromkeys(other for member in members for other in opposed.get(member, ()))
    codings = [coding for of_person in said.values() for coding in of_person]
    base = len(voices.people)
    interval = wilson(len(said), base)
    mentions = _mentions_interval(codings, material)
    shares = survey.compare(material, code, (len(said), base))
    interviews = (len(said.keys() & voices.interviewed), len(voices.interviewed))
    answers = (len(said.keys() & voices.answering), len(voices.answering))
    validated = sum(coding.id in material.validated for coding in codings)
    return Finding(
        id=code.id,
        code=code.id,
        label=code.label,
        theme=code.theme,
        polarity=code.polarity,
        rank=0,
        people=len(said),
        base=base,
        documents=len({coding.document for coding in codings}),
        mentions=len(codings),
        evidence=choose(material, codings, number=material.settings.quotes_per_finding),
        counter=contrary.qualifying(material, said, [c for c in against if c not in members]),
        members=_members(material, code, members),
        by=_by(material, said),
        levers=code.levers,
        definition=code.definition,
        low=interval.low,
        high=interval.high,
        weighted=survey.weighted(material, {person: person in said for person in voices.people}),
        mentions_low=mentions.low,
        mentions_high=mentions.high,
        interviews=interviews,
        answers=answers,
        respondents=tuple(said),
        validated=validated,
        agreement=material.agreement_on(code.id),
        grade=_grade(material, code, said, interviews, answers, validated / len(codings), shares),
        cooccurring=_cooccurring(material, code),
        survey=shares,
        stages=code.stages,
    )


def _members(material: Material, code: Code, members: tuple[str, ...]) -> tuple[tuple[str, str, int], ...]:
    """The codes that a group counts together, those with most people first; none for a code alone."""
    if members == (code.id,):
        return ()
    labels = {each.id: each.label for each in material.codebook}
    listed = [(each, labels[each], len(material.voices.who(each))) for each in members]
    return tuple(sorted(listed, key=lambda each: (-each[2], each[0])))


def _mentions_interval(codings: list[Coding], material: Material) -> Interval:
    """The interval of mentions per interview, interviews redrawn whole: (0, 0) when there is none."""
    interviews = [d.id for d in material.heard.values() if d.kind is not DocumentKind.ANSWER]
    if not interviews:
        return Interval(0.0, 0.0)
    counts = Counter(coding.document for coding in codings)
    values = [float(counts[document]) for document in interviews]
    low, high = material.memory.recall(
        "bootstrap", values, lambda: astuple(bootstrap(values, _mean, draws=_BOOTSTRAP_DRAWS))
    )
    return Interval(low, high)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _grade(
    material: Material,
    code: Code,
    said: Mapping[str, tuple[Coding, ...]],
    interviews: tuple[int, int],
    answers: tuple[int, int],
    validated: float,
    shares: tuple[SurveyShare, ...],
) -> Grade:
    audit = material.reliability.audit
    return grade(
        people=len(said),
        publics=len({public for person in said for public in material.values(person, "public")}),
        sources=(interviews[0] > 0) + (answers[0] > 0),
        validated=validated,
        survey_agrees=any(share.verdict is Verdict.AGREES for share in shares),
        agreement=material.agreement_on(code.id),
        found=audit.found if audit else None,
        weak=material.settings.weak_finding,
    )


def _by(material: Material, said: Mapping[str, tuple[Coding, ...]]) -> dict[str, dict[str, tuple[int, int]]]:
    crossed = {}
    for attribute in material.crossed_attributes:
        bases = material.bases(attribute)
        if bases:
            counts = Counter(value for person in said for value in material.values(person, attribute))
            crossed[attribute] = {value: (counts[value], base) for value, base in bases.items()}
    return crossed


def _cooccurring(material: Material, code: Code) -> tuple[Cooccurrence, ...]:
    """The codes most often spoken of by the same people (at least two of them), by Jaccard's index."""
    mine, members = frozenset(material.said(code.id)), material.members(code.id)
    pairs = [
        Cooccurrence(other.id, other.label, both, both / len(mine | theirs))
        for other in material.codebook
        if other.id not in members
        and (theirs := material.voices.who(other.id))
        and (both := len(mine & theirs)) >= 2
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.jaccard, -pair.people, pair.code))[:_COOCCURRING])
