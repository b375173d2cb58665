"""`enquete fieldwork`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from habitat_enquete.cli.show import count, pass_project, say, say_json, table

if TYPE_CHECKING:
    from habitat_enquete.ingest.fieldwork import Contacts, Fieldwork
    from habitat_enquete.ingest.run_fieldwork import FieldworkResult
    from habitat_enquete.stats.weighting import Calibration

_SHOWN_DAYS: Final = 30


@click.command("fieldwork")
@click.option(
    "--contacts",
    metavar="FICHIER",
    type=click.Path(path_type=Path),
    help="Fichier de contacts, avec une colonne « statut ».",
)
@click.option(
    "--margins",
    metavar="FICHIER",
    type=click.Path(path_type=Path),
    help="Fichier des marges (YAML) : calcule les poids de redressement.",
)
@click.option("--json", "as_json", is_flag=True, help="Écrit le bilan en JSON.")
@pass_project
def command(project: Any, contacts: Path | None, margins: Path | None, as_json: bool) -> None:
    """Suit le terrain : quotas, réponses par jour, contacts, entretiens, poids.

    Le fichier de contacts n'est que compté : aucun nom n'est gardé. Le redressement corrige la composition de l'échantillon ;
    il ne rend pas représentatives des personnes qui se sont proposées d'elles-mêmes.

    \b
    Exemples :
        enquete fieldwork
        enquete fieldwork --contacts contacts.xlsx
        enquete fieldwork --margins marges.yaml
    """
    from habitat_enquete.ingest.run_fieldwork import fieldwork

    result = fieldwork(project, contacts=contacts, margins=margins)
    if as_json:
        say_json(_summary(result))
        return
    _tell(result.fieldwork)
    if result.calibration is not None and result.weights is not None:
        _tell_weights(result.calibration, result.questionnaire, project.relative(result.weights))


def _summary(result: FieldworkResult) -> dict[str, Any]:
    found = result.fieldwork
    contacts = found.contacts
    summary: dict[str, Any] = {
        "responses": dict(found.responses),
        "quotas": [
            {"quota": q.quota, "category": q.category, "target": q.target, "done": q.done, "left": q.left}
            for q in found.quotas
        ],
        "days": [{"date": day.date, "count": day.count, "total": day.total} for day in found.days],
        "contacts": contacts
        and {
            "outcomes": {outcome.value: number for outcome, number in contacts.outcomes.items()},
            "response_rate": round(contacts.response_rate, 4),
        },
        "interviews": [
            {"id": i.id, "done": i.done, "transcribed": i.transcribed, "pseudonymised": i.pseudonymised, "coded": i.coded}
            for i in found.interviews
        ],
    }  # fmt: skip
    if result.calibration is not None:
        calibration = result.calibration
        summary["weights"] = {
            "questionnaire": result.questionnaire,
            "method": calibration.method.value,
            "respondents": len(calibration.weights),
            "deff": round(calibration.deff, 4),
            "effective": round(calibration.effective, 1),
            "ratios": [round(float(calibration.ratios.min()), 4), round(float(calibration.ratios.max()), 4)],
        }
    return summary


def _tell(found: Fieldwork) -> None:
    if not found.responses:
        say("Aucune réponse importée.")
    for name, number in found.responses.items():
        say(f"{count(number, 'réponse')} à « {name} ».")
    if found.quotas:
        rows = [(q.quota, q.category, q.target, q.done, q.left) for q in found.quotas]
        _section("Quotas", ("Quota", "Modalité", "Cible", "Réalisé", "Reste"), rows)
    if found.days:
        busy = [
            (day.date, f"{day.count:>4}", f"{day.total:>5}", "▇" * min(day.count, 60))
            for day in found.days
            if day.count
        ]
        _section(
            f"Par jour ({_SHOWN_DAYS} derniers)" if len(busy) > _SHOWN_DAYS else "Par jour",
            ("Jour", "Reçues", "Cumul", ""),
            busy[-_SHOWN_DAYS:],
        )
    if found.contacts is not None:
        _tell_contacts(found.contacts)
    if found.interviews:
        rows_ = [
            (i.id, i.date, _mark(i.done), _mark(i.transcribed), _mark(i.pseudonymised), _mark(i.coded))
            for i in found.interviews
        ]
        _section("Entretiens", ("Entretien", "Date", "Fait", "Transcrit", "Pseudonymisé", "Codé"), rows_)


def _mark(done: bool) -> str:
    return "oui" if done else "—"


def _section(title: str, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    say(f"\n{title}")
    say(table(header, rows))


def _tell_contacts(contacts: Contacts) -> None:
    rows = [
        (outcome.value, number)
        for outcome, number in sorted(contacts.outcomes.items(), key=lambda each: -each[1])
    ]
    _section(f"Contacts ({contacts.file})", ("Issue", "Nombre"), rows)
    say(
        f"Taux de réponse : {contacts.response_rate * 100:.1f} % des contacts dans le champ.".replace(
            ".", ",", 1
        )
    )
    if contacts.unread:
        say(f"Statuts non reconnus : {', '.join(f'« {text} »' for text in contacts.unread[:8])}.")


def _tell_weights(calibration: Calibration, questionnaire: str, path: str) -> None:
    rows = [
        (line.margin, line.category, line.respondents, *(f"{number:.1f}".replace(".", ",") for number in (line.before, line.target, line.after)))
        for line in calibration.lines
    ]  # fmt: skip
    _section(
        f"Redressement de « {questionnaire} »",
        ("Marge", "Modalité", "Répondants", "Avant", "Cible", "Après"),
        rows,
    )
    ratios = calibration.ratios
    say(
        f"{count(len(calibration.weights), 'répondant')} ; effet de plan (Kish) {calibration.deff:.2f}, taille effective "
        f"{calibration.effective:.0f} ; rapports de poids de {ratios.min():.2f} à {ratios.max():.2f}.".replace(
            ".", ",", 3
        )
    )
    small = [line for line in calibration.lines if 0 < line.respondents < 30 and line.category]
    if small:
        say(
            f"Moins de 30 répondants dans {count(len(small), 'modalité')} : regroupez, ou présentez ces résultats avec prudence."
        )
    say(f"Poids écrits dans {path} et dans l'attribut « poids » des répondants.")
