"""`enquete pathways`: from answers and interviews to episodes, sequences, types and profiles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity, problem
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.pathway import Episode, EpisodeState, Move, Pathway, PlacedCoding, RepeatedAnswer
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.model.text import DocumentKind
from habitat_enquete.pathways.alphabet import Alphabet, alphabet
from habitat_enquete.pathways.contrasts import (
    INSTALLATION,
    Contrast,
    Difference,
    Installation,
    contrasts,
    differences,
    installations,
)
from habitat_enquete.pathways.episodes.answers import drafts, mappings, wishes
from habitat_enquete.pathways.episodes.areas import department
from habitat_enquete.pathways.episodes.communes import Gazetteer, gazetteer
from habitat_enquete.pathways.episodes.drafts import Reading, read_drafts
from habitat_enquete.pathways.episodes.proposals import merged_with
from habitat_enquete.pathways.episodes.proposals import propose as propose_episodes
from habitat_enquete.pathways.episodes.table import EpisodeTable
from habitat_enquete.pathways.episodes.timeline import check, pathways, without_interview
from habitat_enquete.pathways.kept import STAGE, compared, known_types
from habitat_enquete.pathways.moves import moves
from habitat_enquete.pathways.profiles import EVERYBODY, Ground, Profile, of_attribute, of_types, profile
from habitat_enquete.pathways.sequences.channels import ChannelTypes, study_channels
from habitat_enquete.pathways.settings import Settings, settings
from habitat_enquete.pathways.study import Typology, study
from habitat_enquete.project import Project
from habitat_enquete.store import pathways as stored
from habitat_enquete.store import runs
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents, save_respondent
from habitat_enquete.store.texts import documents

_WEIGHT: Final = "poids"


@dataclass(frozen=True, slots=True, eq=False)
class PathwaysResult:
    """Everything the stage found: paths, types, and what the data need. `proposed` counts episodes that wait for a decision."""

    pathways: Mapping[str, Pathway]
    episodes: tuple[Episode, ...]
    alphabet: Alphabet
    gazetteer: Gazetteer
    moves: Mapping[str, Sequence[Move]]
    typology: Typology
    settings: Settings
    ground: Ground
    profiles: tuple[Profile, ...]
    problems: tuple[Problem, ...]
    proposed: int
    contrasts: tuple[Contrast, ...] = ()
    differences: tuple[Difference, ...] = ()
    installations: tuple[Installation, ...] = ()
    crossed: ChannelTypes | None = None

    @property
    def types(self) -> dict[str, tuple[str, str, bool, float | None]]:
        """Each person's type, when the typology is solid: (type, label, is its medoid, stability)."""
        return _types(self.typology)

    def code_label(self, code: str) -> str:
        """How a reader reads a code."""
        return next((each.label for each in self.ground.codebook if each.id == code), code)

    def summary(self) -> dict[str, Any]:
        """The result in plain values, for `--json` and the journal of runs."""
        return {
            "people": len(self.pathways),
            "episodes": sum(len(pathway.episodes) for pathway in self.pathways.values()),
            "proposed": self.proposed,
            "moves": sum(map(len, self.moves.values())),
            "verdict": self.typology.verdict,
            "is_solid": self.typology.is_solid,
            "candidates": [
                {"k": each.k, "stability": each.stability, **asdict(each.quality)}
                for each in self.typology.candidates
            ],
            "types": {person: known[0] for person, known in self.types.items()},
            "profiles": [asdict(profile) for profile in self.profiles],
            "comparisons": [asdict(each) | {"verdict": each.verdict} for each in self.differences],
            "barriers": [
                asdict(each) | {"verdict": each.verdict, "code_label": self.code_label(each.code)}
                for each in self.contrasts
            ],
            "installations": [asdict(each) for each in self.installations],
            "channels": asdict(self.crossed) if self.crossed else None,
            "problems": [asdict(each) for each in self.problems],
        }


def run(
    project: Project,
    codebook: Codebook,
    questionnaires: Sequence[Questionnaire] = (),
    *,
    table: EpisodeTable | None = None,
    propose: bool = False,
    compare: bool = True,
    **chosen: Any,
) -> PathwaysResult:
    """Build the paths of the study, keep episodes and types in the store.

    Args:
        table: episodes written by hand (a table or Ageven grids), which replace those of the same file.
        propose: whether to read episodes in the interviews; what a person decided of them before is kept.
        compare: whether publics are compared with one another; types and moves need none of it, and it takes time on thousands of paths.
        chosen: settings that the command gives instead of those of the codebook (see `settings.Settings`).

    Raises: EnqueteError when there is no episode at all, or a setting is wrong.
    """
    ready = gathered(project, codebook, questionnaires, table, propose=propose, **chosen)
    return studied(project, codebook, ready, compare=compare)


def studied(project: Project, codebook: Codebook, ready: Gathered, *, compare: bool = True) -> PathwaysResult:
    """Compare the paths, and keep their types in the store."""
    found, choices, letters, places = ready.found, ready.choices, ready.letters, ready.places
    weights, codings, everything, blocked = ready.weights, ready.codings, ready.everything, ready.blocked
    typology = study(found, letters, choices, weights)
    made = _moves(ready, codebook)
    ground = Ground(found, made, weights, letters, places, codebook, codings, blocked)
    profiles = tuple(_profiles(ground, typology, choices, _labels(project)))
    result = PathwaysResult(
        found,
        tuple(everything),
        letters,
        places,
        made,
        typology,
        choices,
        ground,
        profiles,
        ready.problems,
        sum(episode.state is EpisodeState.PROPOSED for episode in everything),
        tuple(contrasts(ground, tuple(dict.fromkeys((*choices.by, INSTALLATION))), profiles))
        if compare
        else (),
        tuple(_differences(ground, typology, choices, profiles)) if compare else (),
        tuple(installations(profiles)),
        study_channels(found, choices.channels, places, choices, weights) if choices.channels else None,
    )
    _remember(project, result, ready)
    return result


def refresh(
    project: Project, codebook: Codebook, questionnaires: Sequence[Questionnaire] = ()
) -> frozenset[int]:
    """What the synthesis needs of paths: episodes and types up to date in the store; gives the codings told of a move.

    Types are searched for again only when a path, a weight or a setting changed since they were found.

    Raises: EnqueteError when there is no episode at all, or a setting is wrong.
    """
    ready = gathered(project, codebook, questionnaires, None, propose=False)
    is_known = known_types(project) == compared(ready)
    made = _moves(ready, codebook) if is_known else studied(project, codebook, ready, compare=False).moves
    told = (move for of_person in made.values() for move in of_person)
    return frozenset(coding for move in told for coding in (*move.barriers, *move.opportunities))


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """All that is read before paths are compared."""

    choices: Settings
    letters: Alphabet
    places: Gazetteer
    found: Mapping[str, Pathway]
    everything: Sequence[Episode]
    codings: Mapping[str, Sequence[PlacedCoding]]
    weights: Mapping[str, float]
    blocked: Mapping[str, str]
    problems: tuple[Problem, ...]


def gathered(
    project: Project,
    codebook: Codebook,
    questionnaires: Sequence[Questionnaire],
    table: EpisodeTable | None,
    *,
    propose: bool,
    **chosen: Any,
) -> Gathered:
    """Read the episodes of every source, keep them in the store, and order them into paths (see `run`).

    Raises: EnqueteError when there is no episode at all, or a setting is wrong.
    """
    choices = settings(codebook.pathways, **chosen)
    letters, places = alphabet(codebook), study_gazetteer(project)
    mapped, problems = mappings(questionnaires)
    with Store(project.database) as store:
        with store.transaction():
            for person, known in (table.people if table else {}).items():
                save_respondent(store, person, known, source=table.origin if table else "")
        people = respondents(store)
        asked = {each.question for each in mapped} | set(choices.wished) | set(choices.blocked)
        answers = stored.answers_to(store, asked) if asked else []
        reading = read_drafts(drafts(answers, mapped), letters, places)
        by_hand = read_drafts(list(table.drafts) if table else [], letters, places)
        decided = read_drafts(list(table.decided) if table else [], letters, places)
        _keep(store, reading, questionnaires, by_hand, decided, table.origin if table else "")
        everything = stored.episodes(store)
        codings = stored.placed_codings(store)
        if propose:
            _propose(store, people, letters, places, codings, codebook)
            everything = stored.episodes(store)
    if not everything:
        raise EnqueteError(Code.PATHWAY_NONE)
    wished = wishes(answers, mapped) | _answered(answers, choices.wished)
    found = pathways(everything, people, wishes=wished)
    _check_attributes(found, chosen.get("by") or ())
    weights, doubtful = _weights(found)
    read = {**reading.drafts, **by_hand.drafts, **decided.drafts}
    problems += [*(table.problems if table else ()), *reading.problems, *by_hand.problems, *decided.problems]
    problems += doubtful
    for pathway in found.values():
        problems += check(pathway, read)
    problems += without_interview(found.values())
    blocked = _answered(answers, choices.blocked) | _blocked(found)
    return Gathered(choices, letters, places, found, everything, codings, weights, blocked, tuple(problems))


def _moves(ready: Gathered, codebook: Codebook) -> dict[str, list[Move]]:
    return {
        person: moves(each, ready.places, ready.codings.get(person, ()), codebook)
        for person, each in ready.found.items()
    }


def _blocked(found: Mapping[str, Pathway]) -> dict[str, str]:
    """What blocks the wished dwelling, as written beside an episode."""
    return {
        person: episode.attributes["blocked"]
        for person, pathway in found.items()
        for episode in pathway.episodes
        if episode.attributes.get("blocked")
    }


def _profiles(
    ground: Ground, typology: Typology, choices: Settings, labels: Mapping[str, Mapping[str, str]]
) -> Iterable[Profile]:
    if not ground.pathways:
        return
    found = of_types(ground, _types(typology))
    for attribute in choices.by:
        found += of_attribute(ground, attribute, labels.get(attribute))
    # Without types nor publics, everybody is one group: where they moved, why, and what they wish.
    yield from found or [
        profile(ground, EVERYBODY, EVERYBODY, "Ensemble des personnes", list(ground.pathways))
    ]


def _differences(
    ground: Ground, typology: Typology, choices: Settings, profiles: Sequence[Profile]
) -> list[Difference]:
    """How the paths of publics differ, from the distances of the typology."""
    source = typology.sequences
    if len(source) < 2 or not typology.distances.size:
        return []
    square = typology.distances.square().astype(float)
    return differences(ground, source.ids, square, source.weights, choices.by, profiles)


def _labels(project: Project) -> dict[str, dict[str, str]]:
    """The names that `enquete.yaml` gives to the values of attributes (`publics`, `publics_pd2h`, `epci`…)."""
    names = {"publics": "public"}
    found = {
        names.get(key, key): {str(each["id"]): str(each.get("label", each["id"])) for each in listed}
        for key, listed in project.settings.items()
        if isinstance(listed, list)
        and listed
        and all(isinstance(each, Mapping) and "id" in each for each in listed)
    }
    # A table may write any of the study's publics in its column « public ».
    every = {**found.get("publics_pd2h", {}), **found.get("public", {})}
    return {**found, **{name: every for name in ("public", "publics_pd2h") if every}}


def study_gazetteer(project: Project) -> Gazetteer:
    """Every commune, those of the study and of its departments preferred among homonyms."""
    return gazetteer(_communes(project), _departments(project))


def _communes(project: Project) -> list[Mapping[str, str]]:
    """The study's own communes, as `enquete.yaml` lists them."""
    declared = project.settings.get("communes", ())
    listed = declared if isinstance(declared, list) else []
    names = _labels(project).get("epci", {})
    return [
        {
            str(key): names.get(str(value), str(value)) if key == "epci" else str(value)
            for key, value in each.items()
        }
        for each in listed
        if isinstance(each, Mapping) and each.get("code")
    ]


def _departments(project: Project) -> list[str]:
    """The departments of the study: those listed (`departements: ["53"]`), else the one that its area names (« la Mayenne »)."""
    declared = project.settings.get("departements", project.settings.get("departments", ()))
    listed = declared if isinstance(declared, list) else [declared or project.settings.get("area", "")]
    return [number for each in listed if (number := department(str(each)))]


def _keep(
    store: Store,
    reading: Reading,
    questionnaires: Sequence[Questionnaire],
    by_hand: Reading,
    decided: Reading,
    origin: str,
) -> None:
    """Replace the episodes of each questionnaire and of the table given, and correct those read in interviews, at once."""
    with store.transaction():
        for questionnaire in questionnaires:
            own = [e for e in reading.episodes if e.source.split("!")[0] == questionnaire.id]
            stored.replace_episodes(store, questionnaire.id, own)
        if origin:
            stored.replace_episodes(store, origin, by_hand.episodes)
        for source in dict.fromkeys(each.source for each in decided.episodes):
            stored.replace_episodes(store, source, [e for e in decided.episodes if e.source == source])


def propose_all(project: Project, codebook: Codebook) -> None:
    """Read episodes in every interview of the study, beside what was decided of those read before."""
    letters, places = alphabet(codebook), study_gazetteer(project)
    with Store(project.database) as store:
        _propose(store, respondents(store), letters, places, stored.placed_codings(store), codebook)


def _propose(
    store: Store,
    people: Mapping[str, Mapping[str, str]],
    letters: Alphabet,
    places: Gazetteer,
    codings: Mapping[str, Sequence[PlacedCoding]],
    codebook: Codebook,
) -> None:
    """Read episodes in every interview, beside what was decided of those read before."""
    labels = {code.id: code.label for code in codebook}
    coded: dict[str, list[tuple[int, int, str]]] = {}
    for coding in (each for own in codings.values() for each in own):
        if coding.code in labels:
            coded.setdefault(coding.document, []).append((coding.start, coding.end, labels[coding.code]))
    known = stored.episodes(store)
    with store.transaction():
        for document in documents(store, kinds=(DocumentKind.INTERVIEW, DocumentKind.GROUP)):
            proposed = propose_episodes(document, people, letters, places, coded.get(document.id, ()))
            before = [episode for episode in known if episode.source.startswith(f"{document.id}!")]
            stored.replace_episodes(store, document.id, merged_with(proposed, before))


def _answered(answers: Iterable[RepeatedAnswer], questions: Sequence[str]) -> dict[str, str]:
    """What each person answered to some questions, joined."""
    found: dict[str, list[str]] = {}
    for answer in answers:
        if answer.question in questions and answer.state == "answered" and answer.value:
            found.setdefault(answer.respondent, []).append(answer.label or answer.value)
    return {person: " ; ".join(words) for person, words in found.items()}


def _weights(found: Mapping[str, Pathway]) -> tuple[dict[str, float], list[Problem]]:
    """The weight of each person, and a problem for each weight that is no positive number; 1 where none is given."""
    weights, problems = {}, []
    for person, pathway in found.items():
        text = pathway.attributes.get(_WEIGHT, "")
        try:
            weight = float(text.replace(",", ".") or 1)
        except ValueError:
            weight = 0.0
        if not (0 < weight < float("inf")):
            weight = 1.0
            problems.append(
                problem(Code.PATHWAY_WEIGHT, severity=Severity.WARNING, value=text, respondent=person)
            )
        weights[person] = weight
    return weights, problems


def _check_attributes(found: Mapping[str, Pathway], asked: Sequence[str]) -> None:
    """Raise when an attribute asked for is one that nobody has."""
    known = sorted(
        {name for pathway in found.values() for name, value in pathway.attributes.items() if value}
    )
    for name in asked:
        if name not in known:
            expected = f"un attribut des personnes ({', '.join(known) or 'aucune n’en a'})"
            raise EnqueteError(Code.PATHWAY_OPTION, option="by", value=name, expected=expected)


def _types(typology: Typology) -> dict[str, tuple[str, str, bool, float | None]]:
    partition, stability = typology.partition, typology.stability
    if partition is None or stability is None or not typology.is_solid:
        return {}
    medoids = {typology.sequences.ids[row] for row in partition.medoids.tolist()}
    known = dict(zip(typology.sequences.ids, stability.people.tolist(), strict=True))
    return {
        person: (f"type_{group + 1}", typology.labels[group], person in medoids, known.get(person))
        for person, group in zip(typology.everyone.ids, typology.groups.tolist(), strict=True)
    }


def _remember(project: Project, result: PathwaysResult, ready: Gathered) -> None:
    digest = hashlib.sha256(repr(ready.everything).encode()).hexdigest()
    summary = {
        "people": len(result.pathways),
        "episodes": len(ready.everything),
        "proposed": result.proposed,
        "types": len(result.typology.labels) if result.typology.is_solid else 0,
        "verdict": result.typology.verdict,
        "typology": compared(ready),
    }
    with Store(project.database) as store, store.transaction():
        stored.save_types(store, result.types)
        runs.record(store, STAGE, "", digest, summary)
