"""Where a study stands: what is read, what is coded, what is out of date, and the next command to type.

Nothing heavy is loaded: hashes kept by each stage are compared with the files as they are now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from habitat_enquete.coding.rules import document_hash, rules_hash
from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.ingest.definitions.questionnaires import read_definitions
from habitat_enquete.ingest.interviews.folder import survey
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import State
from habitat_enquete.model.questionnaire import Guide, Questionnaire
from habitat_enquete.model.text import DocumentKind
from habitat_enquete.project import Project
from habitat_enquete.store import codings as stored_codings
from habitat_enquete.store import runs, texts
from habitat_enquete.store.connection import Store
from habitat_enquete.store.pathways import count_proposed
from habitat_enquete.store.respondents import respondents
from habitat_enquete.store.responses import file_hash
from habitat_enquete.typography import as_typed, count


class Freshness(StrEnum):
    """Whether a step is to be done, out of date, done, or has nothing to work on in this study."""

    MISSING = "missing"
    STALE = "stale"
    DONE = "done"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the study: how it stands, a sentence that says it, and the command that would bring it up to date ("": none)."""

    name: str
    freshness: Freshness
    sentence: str
    command: str


@dataclass(frozen=True, slots=True)
class Status:
    """The steps in order, the counts of the study, and the next command to type (None: everything is up to date).

    `waiting` counts suggested codings, and `proposed` episodes read in interviews, that a person has yet to decide of.
    """

    steps: tuple[Step, ...]
    people: int
    interviews: int
    answers: int
    accepted: int
    waiting: int
    proposed: int = 0

    @property
    def next_command(self) -> str | None:
        """The first command that would bring the study forward."""
        return next((step.command for step in self.steps if step.command), None)


def status(project: Project) -> Status:
    """Where the study stands. Reads files and hashes, changes nothing.

    Raises: EnqueteError when the codebook or a questionnaire cannot be read.
    """
    codebook = read_codebook(project.codebook_file)
    questionnaires, guides = read_definitions(project.questionnaires)
    with Store(project.database) as store:
        kinds = _kinds(store)
        counts = stored_codings.code_counts(store)
        steps = [
            _responses(project, store, questionnaires),
            _interviews(project, store, guides),
            _coding(store, codebook),
        ]
        people = len(respondents(store))
        proposed = count_proposed(store)
    is_coded = steps[-1].freshness is Freshness.DONE
    steps.append(_report(project, codebook, questionnaires, is_coded=is_coded))
    return Status(
        tuple(steps),
        people=people,
        interviews=kinds.get(DocumentKind.INTERVIEW, 0) + kinds.get(DocumentKind.GROUP, 0),
        answers=kinds.get(DocumentKind.ANSWER, 0),
        accepted=sum(by_state.get(State.ACCEPTED, 0) for by_state in counts.values()),
        waiting=sum(by_state.get(State.SUGGESTED, 0) for by_state in counts.values()),
        proposed=proposed,
    )


def _kinds(store: Store) -> dict[DocumentKind, int]:
    return {kind: len(texts.sources(store, kinds=(kind,))) for kind in DocumentKind}


def _responses(project: Project, store: Store, questionnaires: Sequence[Questionnaire]) -> Step:
    done = runs.runs(store, runs.IMPORT)
    if not done and not questionnaires:
        return Step("import", Freshness.NOTHING, "Pas de questionnaire dans cette étude.", "")
    if not done:
        found = sorted(project.root.glob("*.xlsx")) + sorted(project.root.glob("*.csv"))
        name = found[0].name if found else "responses.xlsx"
        return Step(
            "import", Freshness.MISSING, "Aucune réponse importée.", f"enquete import {as_typed(name)}"
        )
    changed = [file for file in _files(done) if _has_changed(project, store, file)]
    if changed:
        sentence = f"« {changed[0]} » a changé depuis son import."
        return Step("import", Freshness.STALE, sentence, f"enquete import {as_typed(changed[0])}")
    names = ", ".join(f"« {file} »" for file in _files(done))
    return Step("import", Freshness.DONE, f"Réponses importées de {names}.", "")


def _files(done: dict[str, runs.Run]) -> list[str]:
    return sorted({str(run.summary.get("file") or key) for key, run in done.items()})


def _has_changed(project: Project, store: Store, file: str) -> bool:
    """Whether the file is another than the one imported; a file that has gone has not changed."""
    path = project.root / file
    known = file_hash(store, file)
    return path.is_file() and known is not None and hashlib.sha256(path.read_bytes()).hexdigest() != known


def _interviews(project: Project, store: Store, guides: Sequence[Guide]) -> Step:
    command = f"enquete code {as_typed(project.interviews.name)}/"
    read = runs.runs(store, runs.INTERVIEWS)
    try:
        found = survey(project.interviews).interviews
    except EnqueteError as error:
        if read:
            return Step(
                "interviews", Freshness.DONE, f"{count(len(read), 'entretien lu', 'entretiens lus')}.", ""
            )
        return Step("interviews", Freshness.NOTHING, f"Pas d'entretien à lire. {error}", "")
    guide_hash = _guides_hash(guides)
    waiting = [i.id for i in found if not _is_read(read, i.id, f"{i.input_hash()}:{guide_hash}")]
    if not waiting:
        return Step(
            "interviews", Freshness.DONE, f"{count(len(found), 'entretien lu', 'entretiens lus')}.", ""
        )
    if len(waiting) == len(found):
        return Step("interviews", Freshness.MISSING, f"{count(len(found), 'entretien')} à lire.", command)
    sentence = f"{count(len(waiting), 'entretien')} à lire ou à relire : {_listed(waiting)}."
    return Step("interviews", Freshness.STALE, sentence, command)


def _is_read(read: dict[str, runs.Run], name: str, inputs: str) -> bool:
    return name in read and read[name].input_hash == inputs


def _guides_hash(guides: Sequence[Guide]) -> str:
    return hashlib.sha256("|".join(guide.sha256 for guide in guides).encode()).hexdigest()


def _coding(store: Store, codebook: Codebook) -> Step:
    setting = runs.runs(store, runs.CODING_SETTING).get("")
    done = runs.runs(store, runs.CODE)
    documents = [(document.id, document_hash(document)) for document in texts.documents(store)]
    if not documents:
        return Step("code", Freshness.MISSING, "Rien à coder encore.", "enquete code interviews/")
    if setting is None:
        return Step("code", Freshness.MISSING, f"{count(len(documents), 'texte')} à coder.", "enquete code")
    if setting.summary["rules"] != rules_hash(codebook):
        return Step("code", Freshness.STALE, "La grille a changé depuis le dernier codage.", "enquete code")
    waiting = [
        name for name, digest in documents if name not in done or done[name].summary.get("document") != digest
    ]
    if waiting:
        return Step(
            "code", Freshness.STALE, f"{count(len(waiting), 'texte')} à coder ou à recoder.", "enquete code"
        )
    said = f"{count(len(documents), 'texte codé', 'textes codés')}."
    known = {code.id for code in codebook}
    lost = [code for code in stored_codings.human_counts(store) if code not in known]
    if lost:
        said += f" Codes décidés mais absents de la grille : {', '.join(lost)} (enquete codebook check)."
    return Step("code", Freshness.DONE, said, "")


def _report(
    project: Project, codebook: Codebook, questionnaires: Sequence[Questionnaire], *, is_coded: bool
) -> Step:
    command = "enquete synthesis"
    outputs = project.outputs.name
    if not (project.outputs / "freins_opportunites.html").is_file():
        return Step("synthesis", Freshness.MISSING, "Rapport à écrire.", command)
    # The report's writers are heavy: a study without a report does without them.
    from habitat_enquete.report.run import current

    if not is_coded or current(project, codebook, questionnaires) is None:
        return Step("synthesis", Freshness.STALE, "Le rapport ne correspond plus à l'étude.", command)
    return Step("synthesis", Freshness.DONE, f"Rapport à jour : {outputs}/freins_opportunites.html.", "")


def _listed(names: Sequence[str], at_most: int = 4) -> str:
    shown = ", ".join(names[:at_most])
    return f"{shown} et {count(len(names) - at_most, 'autre')}" if len(names) > at_most else shown
