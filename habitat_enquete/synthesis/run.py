"""`enquete synthesis`, first half: from the store to all that a report may say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from habitat_enquete import __version__
from habitat_enquete.errors import Problem
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import CoderKind, Coding, State
from habitat_enquete.model.pathway import Episode, EpisodeState, Pathway
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.model.reliability import Audit, Reliability
from habitat_enquete.model.synthesis import Movement, Stamp, Synthesis
from habitat_enquete.project import Project
from habitat_enquete.store import codings as stored_codings
from habitat_enquete.store import findings as stored
from habitat_enquete.store import journal, runs, texts
from habitat_enquete.store import pathways as stored_pathways
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents
from habitat_enquete.synthesis import actions, compose, groups, movements, notes
from habitat_enquete.synthesis.material import Material, PathwayType
from habitat_enquete.synthesis.memory import Memory
from habitat_enquete.synthesis.settings import read

STAGE = "synthesis"
MEMORY = "synthesis-memory"
# Where the review notes its last estimate of what was missed (`coding/run_suggestions.py`).
AUDIT = "recall"


@dataclass(frozen=True, slots=True)
class SynthesisResult:
    """What the synthesis found, and what the author should look at (notes and actions that name unknown things).

    `found` and `computed` count the results taken from the last synthesis, and those made now.
    """

    synthesis: Synthesis
    problems: tuple[Problem, ...]
    found: int = 0
    computed: int = 0


def stamp(project: Project, codebook: Codebook, questionnaires: Sequence[Questionnaire] = ()) -> Stamp:
    """The stamp of a report made now: equal stamps, equal reports. Reads the store and the author's files, computes nothing."""
    with Store(project.database) as store:
        digest = hashlib.sha256(stored.state_hash(store).encode())
        digest.update(repr(_audit(store)).encode())
    for definition in (codebook.sha256, *(each.sha256 for each in questionnaires), __version__):
        digest.update(f"{definition}\n".encode())
    for file in _author_files(project):
        digest.update(f"{file.name}\n".encode() + file.read_bytes())
    return Stamp(digest.hexdigest(), codebook.sha256, __version__, codebook.version)


def _author_files(project: Project) -> list[Path]:
    settings = read(project.settings)
    known = (project.settings_file, project.root / "actions.yaml", project.root / (settings.map_file or "-"))
    notes_folder = sorted(project.notes.glob("*.md")) if project.notes.is_dir() else []
    return [file for file in chain(known, notes_folder) if file.is_file()]


def run(
    project: Project,
    codebook: Codebook,
    questionnaires: Sequence[Questionnaire] = (),
    *,
    agreement: Reliability | None = None,
    moved: frozenset[int] = frozenset(),
) -> SynthesisResult:
    """Compute the synthesis of the study, and remember its findings in the store.

    `agreement`: what the coding stage measured between coders, None when nothing could be compared; `moved`: the codings told of
    a move, as the pathways stage attached them.

    Raises: EnqueteError when a setting, a weight or an action cannot be read.
    """
    made_from = stamp(project, codebook, questionnaires)
    author_notes = notes.read_notes(project.notes)
    asked = read(project.settings).groups
    roadmap, problems = actions.read_actions(
        project.root / "actions.yaml", codebook, groups.as_codes(codebook, asked)
    )
    with Store(project.database) as store:
        material = _material(project, store, codebook, questionnaires, agreement or Reliability(), moved)
        synthesis = compose.synthesis(material, stamp=made_from, notes=author_notes, actions=roadmap)
        news = _remember(store, synthesis)
        with store.transaction():
            runs.record(store, MEMORY, "", made_from.state, material.memory.kept)
    synthesis = compose.with_movements(synthesis, news)
    return SynthesisResult(
        synthesis,
        (*groups.check(codebook, asked), *problems, *notes.misplaced(author_notes, codebook)),
        found=material.memory.found,
        computed=material.memory.computed,
    )


def _material(
    project: Project,
    store: Store,
    codebook: Codebook,
    questionnaires: Sequence[Questionnaire],
    agreement: Reliability,
    moved: frozenset[int],
) -> Material:
    codings = stored_codings.codings(store, states=(State.ACCEPTED,))
    people = respondents(store)
    return Material(
        codebook=codebook,
        settings=read(project.settings),
        respondents=people,
        documents={document.id: document for document in texts.documents(store)},
        codings=tuple(codings),
        suggested=stored.waiting(store),
        validated=_validated(store, codings),
        answers=stored.answers(store, {question for code in codebook for question in code.closed}),
        questions={
            (questionnaire.id, question.name): question.label
            for questionnaire in questionnaires
            for question in questionnaire
        },
        choices={
            (question.name, choice.name): choice.label
            for questionnaire in questionnaires
            for question in questionnaire
            if question.choices
            for choice in questionnaire.choice_lists.get(question.choices, ())
        },
        pathways=_pathways(store, people),
        types={person: PathwayType(*known) for person, known in stored_pathways.types(store).items()},
        moved=moved,
        reliability=replace(agreement, audit=_audit(store)),
        memory=_memory(store),
    )


def _memory(store: Store) -> Memory:
    """What the last synthesis computed, nothing at first."""
    last = runs.runs(store, MEMORY).get("")
    return Memory(last.summary if last is not None else None)


def _audit(store: Store) -> Audit | None:
    """The last estimate of what was missed, None before any audit."""
    last = runs.runs(store, AUDIT).get("")
    if last is None:
        return None
    estimate = last.summary
    return Audit(estimate["estimate"], estimate["low"], estimate["high"], estimate["audited"])


def _pathways(store: Store, people: Mapping[str, Mapping[str, str]]) -> dict[str, Pathway]:
    """The path of each person who has one, its confirmed episodes in order of time."""
    found: dict[str, list[Episode]] = {}
    for episode in stored_pathways.episodes(store):
        if episode.state is EpisodeState.CONFIRMED:
            found.setdefault(episode.respondent, []).append(episode)
    return {
        person: Pathway(
            person,
            tuple(sorted(episodes, key=lambda e: (e.start.earliest if e.start else "", e.rank))),
            people.get(person, {}).get("date_entretien"),
        )
        for person, episodes in found.items()
    }


def _validated(store: Store, codings: Sequence[Coding]) -> frozenset[int]:
    """The codings that a person made or accepted."""
    accepted = {coding for coding, said in journal.verdicts(store).items() if State.ACCEPTED in said.values()}
    by_hand = {c.id for c in codings if c.coder.kind is CoderKind.PERSON and c.id is not None}
    return frozenset(by_hand | (accepted & {coding.id for coding in codings if coding.id is not None}))


def _remember(store: Store, synthesis: Synthesis) -> tuple[Movement, ...] | None:
    """Keep the findings and their standings; tells what moved since the last report whose standings were different."""
    after = movements.standings(synthesis.findings)
    last = runs.runs(store, STAGE).get("")
    before = None
    if last is not None:
        before = last.summary["standings"]
        if before == after:
            before = last.summary["previous"]
    with store.transaction():
        stored.save(store, synthesis.findings)
        runs.record(store, STAGE, "", synthesis.stamp.state, {"standings": after, "previous": before})
    # Everything is new after a report without any finding: that is no news.
    return movements.moved(before, after) if before else None
