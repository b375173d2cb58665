"""`enquete deliver`: one deliverable, made from the study's present evidence."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from habitat_enquete.errors import Code, EnqueteError, Problem
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.questionnaire import Guide, Questionnaire
from habitat_enquete.model.reliability import Reliability
from habitat_enquete.model.synthesis import Corpus, Synthesis
from habitat_enquete.project import Project
from habitat_enquete.report import files, panel
from habitat_enquete.report.deliverables import models
from habitat_enquete.report.deliverables.delivery import Delivery
from habitat_enquete.report.run import house_template
from habitat_enquete.report.wording import count, number
from habitat_enquete.store import runs
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents
from habitat_enquete.synthesis import run as synthesis_stage
from habitat_enquete.synthesis.material import has_refused
from habitat_enquete.synthesis.movements import moved, standings
from habitat_enquete.synthesis.registers import REGISTERS, Entry, read_register
from habitat_enquete.yamlsource import Section, Table, hint

STAGE: Final = "deliver"
FOLDER: Final = "livrables"
# Name → (module, what it is), in the order of the studies.
DELIVERABLES: Final[Mapping[str, tuple[str, str]]] = {
    "note-de-cadrage": ("scoping_note", "objectifs, publics, échantillon, protocole, calendrier, RGPD"),
    "carnet-de-suivi": ("fieldwork_log", "terrain, quotas, ce qui a changé, décisions prises"),
    "copil": ("committee", "diaporama et note d'une page pour le comité de pilotage"),
    "feuille-de-route": ("roadmap", "objectifs, actions, partenaires, financement, calendrier, indicateurs"),
    "livret-de-capitalisation": (
        "capitalisation",
        "installations réussies et échouées, facteurs, enseignements",
    ),
    "village-accueillant": ("village", "référentiel, état des communes, ce qu'en disent les gens"),
    "suivi-des-projets": ("projects", "porteurs de projet : étape, accompagnement, suite, issue"),
    "groupe-miroir": ("mirror_group", "grille et formulaire pour le panel, puis ses avis"),
    "atelier-parcours": ("path_workshop", "fiches de parcours à imprimer, et leur table de saisie"),
    "acteurs": ("actors", "registre des acteurs, qui a dit quoi, ateliers thématiques"),
    "benchmark": ("benchmark", "initiatives d'ailleurs, face aux freins auxquels elles répondent"),
}


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The files written, those set aside because a person had edited them, and what the author should look at."""

    files: tuple[Path, ...]
    kept: tuple[Path, ...]
    problems: tuple[Problem, ...]


def run(
    project: Project,
    name: str,
    codebook: Codebook,
    questionnaires: Sequence[Questionnaire] = (),
    guides: Sequence[Guide] = (),
    *,
    agreement: Reliability | None = None,
) -> DeliveryResult:
    """Write a deliverable in `outputs/livrables/`. A file that a person edited is set aside, never overwritten.

    Raises: EnqueteError when the name is unknown, or a register, a setting or a panel's grid cannot be read.
    """
    if name not in DELIVERABLES:
        names = ", ".join(DELIVERABLES)
        raise EnqueteError(Code.DELIVERABLE_UNKNOWN, name=name, hint=hint(name, DELIVERABLES), names=names)
    result = synthesis_stage.run(project, codebook, questionnaires, agreement=agreement)
    grouping = [finding.id for finding in result.synthesis.findings if finding.members]
    registers, problems = _registers(project, codebook, grouping)
    before = _before(project, name, result.synthesis)
    delivery = Delivery(
        synthesis=result.synthesis,
        settings=_settings(project),
        questionnaires=questionnaires,
        guides=guides,
        registers=registers,
        respondents=_people(project),
        moved=None if before is None else moved(before["standings"], standings(result.synthesis.findings)),
        gathered="" if before is None else _gathered(before.get("heard"), result.synthesis.corpus),
        ratings=panel.read(project),
        template=house_template(project),
    )
    kept_file = models.KEPT.get(name)
    is_written = kept_file is None or (project.root / kept_file).exists()
    made = _builder(name)(delivery) | models.lacking(delivery, name, is_written=is_written)
    kept = [_write(project, name, file, content, result.synthesis) for file, content in made.items()]
    folder = project.outputs / FOLDER
    return DeliveryResult(
        tuple(folder / file for file in made),
        tuple(path for path in kept if path is not None),
        (*result.problems, *problems),
    )


def _builder(name: str) -> Callable[[Delivery], dict[str, bytes]]:
    module = importlib.import_module(f"habitat_enquete.report.deliverables.{DELIVERABLES[name][0]}")
    build: Callable[[Delivery], dict[str, bytes]] = module.build
    return build


def _settings(project: Project) -> Section:
    settings = project.settings
    return Section(settings if isinstance(settings, Table) else Table(), project.settings_file.name)


def _registers(
    project: Project, codebook: Codebook, groups: Sequence[str]
) -> tuple[dict[str, tuple[Entry, ...]], list[Problem]]:
    registers: dict[str, tuple[Entry, ...]] = {}
    problems: list[Problem] = []
    for register in REGISTERS:
        registers[register.key], found = read_register(project.root, register, codebook, groups)
        problems += found
    return registers, problems


def _people(project: Project) -> dict[str, Mapping[str, str]]:
    """What is known of everybody but those who withdrew."""
    with Store(project.database) as store:
        known = respondents(store)
    return {person: attributes for person, attributes in known.items() if not has_refused(attributes)}


def _before(project: Project, name: str, synthesis: Synthesis) -> Mapping[str, Any] | None:
    """What this deliverable said when it was last made on another state; None the first time."""
    with Store(project.database) as store:
        last = runs.runs(store, STAGE).get(name)
    return None if last is None else _earlier(last.summary, _said(synthesis))


def _said(synthesis: Synthesis) -> dict[str, Any]:
    """What must be remembered of a deliverable to tell, next time, what is new."""
    corpus = synthesis.corpus
    return {
        "standings": standings(synthesis.findings),
        "heard": [corpus.people, corpus.interviews, corpus.answers],
    }


def _earlier(last: Mapping[str, Any], now: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What was said before the present state: by the last run or, made on this same state, by the one before it."""
    same = last["standings"] == now["standings"] and last.get("heard") in (None, now["heard"])
    if not same:
        return {"standings": last["standings"], "heard": last.get("heard")}
    if last["previous"] is None:
        return None
    return {"standings": last["previous"], "heard": last.get("previous_heard")}


def _gathered(before: Sequence[int] | None, corpus: Corpus) -> str:
    """The people, interviews and answers that came or went since, in a sentence; empty when the same, or not remembered."""
    now = (corpus.people, corpus.interviews, corpus.answers)
    kinds = (
        ("personne entendue", "personnes entendues"),
        ("entretien", "entretiens"),
        ("réponse ouverte", "réponses ouvertes"),
    )
    told = [
        f"{number(was)} → {count(held, *words)}"
        for was, held, words in zip(before or now, now, kinds, strict=True)
        if was != held
    ]
    return f"Matériau : {', '.join(told)}." if told else ""


def _write(project: Project, name: str, file: str, content: bytes, synthesis: Synthesis) -> Path | None:
    """Write one file and remember it; gives where an edited one was set aside."""
    path = project.outputs / FOLDER / file
    now = _said(synthesis)
    with Store(project.database) as store:
        done = runs.runs(store, STAGE)
        key = f"{name}/{file}"
        kept = None
        if key in done and path.exists() and path.read_bytes() != content:
            kept = files.keep_edited(path, str(done[key].summary["sha256"]))
        files.write(path, content)
        last = done.get(name)
        earlier = None if last is None else _earlier(last.summary, now)
        said = now | {
            "previous": None if earlier is None else earlier["standings"],
            "previous_heard": None if earlier is None else earlier["heard"],
        }
        with store.transaction():
            runs.record(store, STAGE, key, synthesis.stamp.state, {"sha256": files.sha256(content)})
            runs.record(store, STAGE, name, synthesis.stamp.state, said)
    return kept
