"""`enquete code`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from habitat_enquete.cli.show import (
    Progress,
    count,
    located,
    pass_project,
    report_problems,
    say,
    say_json,
    tell,
)

if TYPE_CHECKING:
    from habitat_enquete.coding.run import CodingResult
    from habitat_enquete.ingest.run_interviews import InterviewsResult
    from habitat_enquete.pipeline import CodeOutcome
    from habitat_enquete.project import Project

_SHOWN = 10


@click.command("code")
@click.argument("folder", metavar="[DOSSIER]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--pipeline",
    metavar="NOM",
    help="Modèle de langue : celui qui est fourni, un modèle spaCy installé, ou « blank » (sinon celui qui est fourni).",
)
@click.option(
    "--coder", metavar="PRÉNOM", help="Au nom de qui les codages sont reportés d'un code à l'autre."
)
@click.option(
    "--renamed",
    multiple=True,
    metavar="ANCIEN=NOUVEAU",
    help="Reporte les codages d'un code qui a changé d'identifiant dans la grille (répétable).",
)
@click.option("--json", "as_json", is_flag=True, help="Écrit le bilan en JSON.")
@pass_project
def command(
    project: Project,
    folder: Path | None,
    pipeline: str | None,
    coder: str | None,
    renamed: tuple[str, ...],
    as_json: bool,
) -> None:
    """Lit les entretiens et code ce que disent les personnes selon la grille.

    Lit les transcriptions du dossier (docx, odt, txt, srt, vtt…), repère qui parle, puis cherche les termes et les règles de
    codebook.yaml dans les paroles des enquêtés et dans les réponses ouvertes. Ne refait que ce qui a changé et garde toutes
    vos décisions. Sans dossier, code ce qui est déjà importé. Se termine par 1 quand quelque chose demande votre attention.

    \b
    Exemples :
        enquete code interviews/
        enquete code --renamed voisins=bon_voisinage --coder anne
    """
    from habitat_enquete.pipeline import code

    folder = located(project, folder) if folder else None
    with _LabelledProgress() as progress:
        outcome = code(
            project, folder, pipeline=pipeline, coder=coder, renamed=_pairs(renamed), progress=progress
        )
    problems = outcome.interviews.problems if outcome.interviews else ()
    report_problems(problems)
    if as_json:
        say_json(_summary(outcome))
    else:
        if folder is not None and outcome.interviews is None:
            tell(f"Aucune transcription dans « {folder.name} » : les réponses ouvertes sont codées seules.")
        _tell(project, outcome)
        if became := _asked(outcome.coding):
            outcome = code(project, None, pipeline=pipeline, coder=coder, renamed=became)
            _tell(project, outcome)
    attention = outcome.coding.needs_attention or bool(outcome.interviews and outcome.interviews.failed)
    click.get_current_context().exit(1 if attention else 0)


class _LabelledProgress:
    """One progress line, whose label changes from reading to coding."""

    def __init__(self) -> None:
        self._lines: dict[str, Progress] = {}

    def __enter__(self) -> _LabelledProgress:
        return self

    def __call__(self, label: str, done: int, total: int) -> None:
        self._lines.setdefault(label, Progress(label))(done, total)

    def __exit__(self, *_: object) -> None:
        for line in self._lines.values():
            line.__exit__()


def _asked(coding: CodingResult) -> dict[str, str]:
    """What somebody at a keyboard says that lost codes have become; nobody else is asked."""
    if not _at_a_keyboard():
        return {}
    return {
        gone.code: gone.candidates[0]
        for gone in coding.unknown
        if gone.human
        and gone.candidates
        and click.prompt(
            f"« {gone.code} » est-il devenu « {gone.candidates[0]} » ? Y reporter ses codages décidés ({gone.human})",
            type=click.Choice(["o", "n"]),
            default="n",
        )
        == "o"
    }


def _at_a_keyboard() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _pairs(renamed: tuple[str, ...]) -> dict[str, str]:
    pairs = [each.partition("=") for each in renamed]
    names = [old for old, _, _ in pairs]
    for old, equal, new in pairs:
        if not (old and equal and new):
            raise click.BadParameter("écrivez ANCIEN=NOUVEAU, par exemple voisins=bon_voisinage.")
        if names.count(old) > 1:
            raise click.BadParameter(
                f"« {old} » ne peut être reporté que vers un code. S'il est partagé en deux, reportez-le vers l'un puis déplacez"
                " dans « enquete review » (touche m) les passages de l'autre."
            )
    return {old: new for old, _, new in pairs}


def _summary(outcome: CodeOutcome) -> dict[str, Any]:
    coding = outcome.coding
    interviews = outcome.interviews
    return {
        "documents": coding.documents,
        "coded": coding.coded,
        "unchanged": coding.documents - coding.coded,
        "words": coding.words,
        "added": coding.added,
        "removed": coding.removed,
        "states": {state.value: number for state, number in sorted(coding.states.items())},
        "codes": dict(sorted(coding.mentions.items())),
        "reanchored": coding.reanchored,
        "orphans": [
            {"id": each.id, "document": each.document, "code": each.code, "coder": each.coder.name}
            for each in coding.orphans
        ],
        "unknown_codes": [
            {"code": each.code, "codings": each.codings, "human": each.human, "candidates": each.candidates}
            for each in coding.unknown
        ],
        "pipeline": coding.pipeline,
        "interviews": None
        if interviews is None
        else {
            "added": len(interviews.added),
            "changed": len(interviews.changed),
            "unchanged": len(interviews.unchanged),
            "failed": list(interviews.failed),
            "words": interviews.words,
            "problems": len(interviews.problems),
            "speakers": [
                {
                    "document": line.document,
                    "label": line.label,
                    "role": line.role.value,
                    "evidence": line.evidence,
                    "respondent": line.respondent,
                    "turns": line.turns,
                    "words": line.words,
                }
                for line in interviews.speakers
            ],
        },
    }


def _tell(project: Project, outcome: CodeOutcome) -> None:
    read, coding = outcome.interviews, outcome.coding
    if read is not None:
        say(
            f"{count(len(read.documents), 'entretien')} : {count(len(read.added), 'nouveau', 'nouveaux')},"
            f" {count(len(read.changed), 'modifié')}, {count(len(read.unchanged), 'inchangé')}."
        )
        _tell_guessed_roles(read)
    if not coding.documents:
        tell(
            "Rien à coder encore. Déposez des transcriptions puis tapez « enquete code interviews/ », ou importez des"
            " réponses : « enquete import responses.xlsx »."
        )
        return
    if not coding.coded:
        say(
            f"{count(coding.documents, 'document déjà codé', 'documents, tous déjà codés')} : rien à refaire."
        )
    else:
        say(
            f"{count(coding.coded, 'document codé', 'documents codés')} ({count(coding.words, 'mot')} d'enquêtés),"
            f" {count(coding.documents - coding.coded, 'inchangé')} :"
            f" {count(coding.added, 'codage ajouté', 'codages ajoutés')}, {count(coding.removed, 'retiré')}."
        )
    counted = {state.value: number for state, number in coding.states.items()}
    say(
        f"Codages de l'étude : {count(counted.get('accepted', 0), 'retenu')}, {counted.get('suggested', 0)} à décider,"
        f" {count(counted.get('rejected', 0), 'rejeté')}."
    )
    _tell_what_to_settle(coding)
    if counted.get("suggested"):
        tell("Pour décider : enquete review")


def _tell_guessed_roles(read: InterviewsResult) -> None:
    """Who was taken for whom, in the interviews just read, when neither the table nor the label said it."""
    fresh = {*read.added, *read.changed}
    roles = {"interviewer": "enquêteur", "informant": "enquêté", "other": "autre"}
    guessed = [
        f"{line.document} : {line.label} = {roles[line.role]} ({line.evidence}, {count(line.turns, 'tour')})"
        for line in read.speakers
        if line.document in fresh and line.guessed
    ]
    if guessed:
        tell(
            "Rôles supposés ; corrigez-les au besoin dans entretiens.csv, colonnes « enqueteur » et « locuteurs » :"
        )
    for each in guessed[:_SHOWN]:
        tell(f"  {each}")
    if len(guessed) > _SHOWN:
        tell(f"  … et {count(len(guessed) - _SHOWN, 'autre')} (enquete code --json les liste tous).")


def _what_else(code: str) -> str:
    return (
        f" Remettez-le dans codebook.yaml, ou reportez-les : enquete code --renamed {code}=AUTRE."
        f" Pour lire ceux qui sont retenus : enquete query {code}"
    )


def _tell_what_to_settle(coding: CodingResult) -> None:
    if coding.reanchored:
        say(f"{count(coding.reanchored, 'codage a suivi', 'codages ont suivi')} le texte corrigé.")
    for each in coding.orphans[:_SHOWN]:
        tell(
            f"À revoir : le codage n° {each.id} ({each.code}, {each.coder.name}) ne retrouve plus son passage dans {each.document}."
        )
    if len(coding.orphans) > _SHOWN:
        tell(
            f"… et {count(len(coding.orphans) - _SHOWN, 'autre passage introuvable', 'autres passages introuvables')}."
        )
    for gone in coding.unknown:
        hint = (
            f" A-t-il été renommé ? enquete code --renamed {gone.code}={gone.candidates[0]}"
            if gone.candidates
            else ""
        )
        tell(
            f"À décider : {count(gone.codings, 'codage porte', 'codages portent')} le code « {gone.code} », absent de la"
            f" grille ({gone.human} par décision d'une personne). Rien n'est perdu.{hint or _what_else(gone.code)}"
        )
