"""`note-de-cadrage`: objectives, publics, sample, protocol, calendar, personal data."""

from __future__ import annotations

from typing import Final

from habitat_enquete.model.questionnaire import QuestionType
from habitat_enquete.report import wording
from habitat_enquete.report.deliverables.delivery import Delivery, target_label
from habitat_enquete.report.word import Word

_NOT_ASKED = (QuestionType.NOTE, QuestionType.METADATA, QuestionType.CALCULATE, QuestionType.HIDDEN)

# What may be said of the communes of the study: key, heading, relative width.
_COLUMNS: Final = (
    ("name", "Commune", 3.6),
    ("code", "Code INSEE", 2.3),
    ("epci", "Intercommunalité", 4.6),
    ("territoire", "Territoire", 3.0),
    ("bassin_de_vie", "Bassin de vie", 3.0),
    ("population", "Habitants", 2.3),
)


def build(delivery: Delivery) -> dict[str, bytes]:
    """The note, from `enquete.yaml`, the questionnaires and the interview guides."""
    settings, word = delivery.settings, delivery.word("Note de cadrage")
    word.heading("Objectifs")
    for objective in settings.texts("objectives"):
        word.bullet(objective)
    if not settings.texts("objectives"):
        area = delivery.synthesis.area or "le territoire"
        word.text(
            f"Dire ce qui retient et ce qui aide les personnes à se loger dans {area}, pour qui, où, et sur quelles preuves ; "
            "en tirer des leviers d'action discutés avec les partenaires."
        )
    word.heading("Publics")
    for public in settings.sections("publics"):
        word.bullet(public.text("label") or public.text("id"))
    specific = [each.text("label") for each in settings.sections("publics_pd2h")]
    if specific:
        word.text("Publics suivis en particulier : " + ", ".join(label.lower() for label in specific) + ".")
    if years := settings.text("newcomer_years"):
        word.text(f"On est « nouvel arrivant » jusqu'à {years} ans après l'arrivée.")
    _territory(delivery, word)
    _sample(delivery, word)
    _protocol(delivery, word)
    _calendar(delivery, word)
    _personal_data(delivery, word)
    return {"note-de-cadrage.docx": word.save()}


def _territory(delivery: Delivery, word: Word) -> None:
    communes = delivery.settings.sections("communes")
    if not communes:
        return
    word.heading("Territoire")
    named = {
        each.text("id"): each.text("label")
        for key in ("epci", "territoires", "bassins_de_vie", "bassin_de_vies")
        for each in delivery.settings.sections(key)
    }
    kept = [
        column
        for column in _COLUMNS
        if column[0] in ("name", "code") or any(c.text(column[0]) for c in communes)
    ]
    rows = [
        tuple(_told(named.get(each.text(key), each.text(key)), key) for key, _, _ in kept)
        for each in communes
    ]
    room = 16.2 / sum(width for _, _, width in kept)
    word.table(
        tuple(head for _, head, _ in kept),
        rows,
        f"Communes de l'étude ({len(communes)})",
        widths=tuple(width * room for _, _, width in kept),
    )


def _told(value: str, key: str) -> str:
    return wording.number(int(value)) if key == "population" and value.isdigit() else value


def _sample(delivery: Delivery, word: Word) -> None:
    word.heading("Échantillon visé")
    rows = [
        (questionnaire.title, quota.name, target_label(questionnaire, quota, target), wording.number(count))
        for questionnaire in delivery.questionnaires
        for quota in questionnaire.quotas
        for target, count in quota.targets.items()
    ]
    if rows:
        word.table(
            ("Questionnaire", "Quota", "Groupe", "Visé"), rows, "Quotas déclarés dans les questionnaires"
        )
    else:
        word.text("Aucun quota n'est déclaré : l'échantillon est raisonné, par publics et par territoires.")
    interviews = delivery.settings.text("interviews_target")
    if interviews:
        word.text(f"Entretiens visés : {interviews}.")


def _protocol(delivery: Delivery, word: Word) -> None:
    word.heading("Protocole")
    for questionnaire in delivery.questionnaires:
        asked = [question for question in questionnaire if question.type not in _NOT_ASKED]
        free = sum(question.code for question in asked)
        word.bullet(
            f"**{questionnaire.title}** : {wording.count(len(asked), 'question')}, dont "
            f"{wording.count(free, 'question ouverte analysée', 'questions ouvertes analysées')} ; version {questionnaire.version}."
        )
    for guide in delivery.guides:
        length = f", {guide.minutes} minutes environ" if guide.minutes else ""
        word.bullet(f"**{guide.title}** : {wording.count(len(guide.themes), 'thème')}{length}.")
        word.text("Thèmes : " + ", ".join(theme.label.lower() for theme in guide.themes) + ".")
    codebook = delivery.synthesis.codebook
    word.text(
        f"Les paroles sont rattachées à une grille de {wording.count(len(codebook.codes), 'code')} en "
        f"{wording.count(len(codebook.themes), 'thème')}, lisible et discutée ; les constats sont classés par nombre de personnes."
    )


def _calendar(delivery: Delivery, word: Word) -> None:
    word.heading("Calendrier")
    fieldwork = delivery.settings.section("fieldwork")
    if fieldwork is not None:
        start, end = fieldwork.text("start"), fieldwork.text("end")
        word.text(f"Terrain : du {wording.french_date(start)} au {wording.french_date(end)}.")
    steps = delivery.settings.sections("calendar")
    rows = [(wording.french_date(step.text("date")), step.text("label"), step.text("who")) for step in steps]
    if rows:
        word.table(("Date", "Étape", "Avec qui"), rows, "Étapes et instances", widths=(3.5, 8, 4.5))
    else:
        word.text(
            "Les étapes (comités, ateliers, rendus) se déclarent sous « calendar: » dans enquete.yaml.",
            muted=True,
        )


def _personal_data(delivery: Delivery, word: Word) -> None:
    word.heading("Données personnelles (RGPD)")
    privacy = delivery.settings.section("privacy")
    told = {
        key: privacy.text(key) if privacy is not None else ""
        for key in ("controller", "basis", "retention", "contact")
    }
    rows = [
        ("Responsable de traitement", told["controller"] or delivery.synthesis.sponsor or "à préciser"),
        ("Base légale", told["basis"] or "à préciser (mission d'intérêt public, consentement)"),
        ("Finalité", "étude de l'habitat et des parcours résidentiels ; aucune décision individuelle"),
        (
            "Données",
            "paroles, réponses, parcours de logement ; âge, commune, public. Ni nom ni adresse dans la base d'analyse",
        ),
        (
            "Sécurité",
            "pseudonymes ; clé conservée à part ; traitement sur poste local, sans envoi à l'extérieur",
        ),
        ("Durée de conservation", told["retention"] or "à préciser"),
        (
            "Droits",
            told["contact"]
            or "accès, rectification, effacement, retrait du consentement : contact à préciser",
        ),
        (
            "Diffusion",
            f"aucun croisement de moins de {delivery.synthesis.minimum_cell} personnes ; citations avec accord seulement",
        ),
    ]
    word.table(("Point", "Ce qui est prévu"), rows, "Protection des données", widths=(4.5, 11.5))
