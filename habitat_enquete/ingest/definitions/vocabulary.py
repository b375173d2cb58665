"""The words of a questionnaire file: French keys and types beside those of XLSForm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from habitat_enquete.model.questionnaire import QuestionType

TOP_ALIASES: Final[Mapping[str, str]] = {
    "nature": "kind",
    "titre": "title",
    "langue": "language",
    "langues": "languages",
    "repondant": "respondent",
    "répondant": "respondent",
    "non_reponse": "nonresponse",
    "non_réponse": "nonresponse",
    "consentement": "consent",
    "listes": "choices",
    "modalites": "choices",
    "modalités": "choices",
    "parametres": "settings",
    "paramètres": "settings",
    "attributs": "attributes",
    "feuilles": "sheets",
    "identifiant": "id",
    "duree_min": "minutes",
    "durée_min": "minutes",
    "duree": "minutes",
    "durée": "minutes",
    "consigne_depart": "opening",
    "consigne_départ": "opening",
    "talon": "closing",
    "thèmes": "themes",
}
TOP_KEYS: Final = (
    "kind",
    "id",
    "title",
    "version",
    "language",
    "languages",
    "respondent",
    "nonresponse",
    "consent",
    "choices",
    "questions",
    "quotas",
    "public",
    "settings",
    "attributes",
    "sheets",
)
RESPONDENT_ALIASES: Final[Mapping[str, str]] = {"cle": "key", "clé": "key", "pseudonyme": "pseudonym"}
NONRESPONSE_ALIASES: Final[Mapping[str, str]] = {"sans_objet": "so", "refuse": "refus"}
CONSENT_ALIASES: Final[Mapping[str, str]] = {"valeur": "value"}
QUOTA_ALIASES: Final[Mapping[str, str]] = {"nom": "name", "cibles": "targets", "questions": "question"}

BLOCK_ALIASES: Final[Mapping[str, str]] = {
    "groupe": "group",
    "sequence": "group",
    "séquence": "group",
    "section": "group",
    "boucle": "repeat",
    "libelle": "label",
    "libellé": "label",
    "titre": "label",
    "consigne": "hint",
    "filtre": "relevant",
    "parcours": "pathway",
    "nombre": "count",
    "repeat_count": "count",
    "apparence": "appearance",
}
BLOCK_KEYS: Final = ("label", "hint", "relevant", "appearance", "questions", "attributes")

QUESTION_ALIASES: Final[Mapping[str, str]] = {
    "nom": "name",
    "libelle": "label",
    "libellé": "label",
    "intitule": "label",
    "intitulé": "label",
    "question": "label",
    "liste": "list",
    "modalite": "choices",
    "modalité": "choices",
    "modalites": "choices",
    "modalités": "choices",
    "consigne": "hint",
    "aide": "guidance",
    "guidance_hint": "guidance",
    "obligatoire": "required",
    "message_obligatoire": "required_message",
    "obligatoire_si": "required_if",
    "filtre": "relevant",
    "controle": "constraint",
    "contrôle": "constraint",
    "contrainte": "constraint",
    "message": "constraint_message",
    "message_controle": "constraint_message",
    "message_contrôle": "constraint_message",
    "niveau": "level",
    "calcul": "calculation",
    "calculate": "calculation",
    "defaut": "default",
    "défaut": "default",
    "valeur_par_defaut": "default",
    "unite": "unit",
    "unité": "unit",
    "lignes": "rows",
    "apparence": "appearance",
    "filtre_modalites": "choice_filter",
    "filtre_modalités": "choice_filter",
    "multiligne": "multiline",
    "coder": "coded",
    "attribut": "attribute",
    "lecture_seule": "read_only",
    "declencheur": "trigger",
    "déclencheur": "trigger",
    "parametres": "parameters",
    "paramètres": "parameters",
    "fichier": "choices_file",
    "alias": "aliases",
    "précision": "precision",
    "medias": "media",
    "médias": "media",
    "autre": "or_other",
}
QUESTION_KEYS: Final = (
    "type",
    "name",
    "label",
    "list",
    "choices",
    "rows",
    "hint",
    "guidance",
    "required",
    "required_if",
    "required_message",
    "relevant",
    "constraint",
    "constraint_message",
    "level",
    "calculation",
    "default",
    "unit",
    "max",
    "precision",
    "appearance",
    "choice_filter",
    "choices_file",
    "or_other",
    "multiline",
    "coded",
    "attribute",
    "read_only",
    "trigger",
    "parameters",
    "aliases",
    "attributes",
    "media",
)
CHOICE_ALIASES: Final[Mapping[str, str]] = {
    "nom": "name",
    "code": "name",
    "valeur": "name",
    "value": "name",
    "libelle": "label",
    "libellé": "label",
    "preciser": "specify",
    "préciser": "specify",
    "manquant": "missing",
    "exclusif": "exclusive",
    "alias": "aliases",
}
CHOICE_KEYS: Final = ("name", "label", "specify", "missing", "exclusive", "aliases")
MISSING_KINDS: Final = ("nsp", "nr", "refus", "so")
PRECISIONS: Final = ("jour", "mois", "annee")

THEME_ALIASES: Final[Mapping[str, str]] = {"libelle": "label", "libellé": "label", "consigne": "hint"}
PROMPT_ALIASES: Final[Mapping[str, str]] = {
    "libelle": "label",
    "libellé": "label",
    "relances": "prompts",
    "relance": "prompts",
}

METADATA_TYPES: Final = (
    "start",
    "end",
    "today",
    "deviceid",
    "username",
    "email",
    "phonenumber",
    "simserial",
    "subscriberid",
    "audit",
    "background-audio",
    "start-geopoint",
    "xml-external",
    "csv-external",
)
FILE_TYPES: Final = ("image", "audio", "video", "file")

# The word of a file → (the type, its exact XLSForm name when finer).
TYPE_WORDS: Final[Mapping[str, tuple[QuestionType, str]]] = {
    **{
        kind.value: (kind, "")
        for kind in QuestionType
        if kind not in (QuestionType.METADATA, QuestionType.FILE)
    },
    **dict.fromkeys(("texte", "string", "question ouverte", "ouverte"), (QuestionType.TEXT, "")),
    **dict.fromkeys(("int", "entier", "nombre entier"), (QuestionType.INTEGER, "")),
    **dict.fromkeys(("décimal", "nombre", "number", "float"), (QuestionType.DECIMAL, "")),
    **dict.fromkeys(("curseur", "intervalle"), (QuestionType.RANGE, "")),
    **dict.fromkeys(("heure",), (QuestionType.TIME, "")),
    **dict.fromkeys(("datetime", "date_heure", "date et heure"), (QuestionType.DATETIME, "")),
    **dict.fromkeys(
        ("select1", "select one", "select_one", "choix_unique", "choix unique", "select one from"),
        (QuestionType.SELECT_ONE, ""),
    ),
    "select_one_external": (QuestionType.SELECT_ONE, "select_one_external"),
    **dict.fromkeys(
        ("select", "select multiple", "choix_multiple", "choix multiple", "select all that apply from"),
        (QuestionType.SELECT_MULTIPLE, ""),
    ),
    **dict.fromkeys(("classement", "odk:rank"), (QuestionType.RANK, "")),
    **dict.fromkeys(("tableau", "matrice", "grille"), (QuestionType.MATRIX, "")),
    **dict.fromkeys(("consigne", "texte_affiché", "add note prompt"), (QuestionType.NOTE, "")),
    **dict.fromkeys(("trigger", "accord"), (QuestionType.ACKNOWLEDGE, "")),
    **dict.fromkeys(("calcul", "calculation", "calculé"), (QuestionType.CALCULATE, "")),
    **dict.fromkeys(("caché", "cachee", "cachée"), (QuestionType.HIDDEN, "")),
    **dict.fromkeys(("location", "gps", "position"), (QuestionType.GEOPOINT, "")),
    **{word: (QuestionType.GEOPOINT, word) for word in ("geotrace", "geoshape")},
    **{word: (QuestionType.TEXT, word) for word in ("barcode", "osm")},
    **{word: (QuestionType.FILE, word) for word in FILE_TYPES},
    **dict.fromkeys(("photo",), (QuestionType.FILE, "image")),
    **dict.fromkeys(("fichier",), (QuestionType.FILE, "file")),
    **{word: (QuestionType.METADATA, word) for word in METADATA_TYPES},
    **dict.fromkeys(("début", "debut_saisie"), (QuestionType.METADATA, "start")),
    **dict.fromkeys(("fin_saisie",), (QuestionType.METADATA, "end")),
    **dict.fromkeys(("device id", "deviceid"), (QuestionType.METADATA, "deviceid")),
    "phone number": (QuestionType.TEXT, "phone number"),  # asked; `phonenumber` is that of the device
}


def question_type(word: str) -> tuple[QuestionType, str] | None:
    """The type written as `word`, and its exact XLSForm name when finer; None when the word is unknown."""
    stripped = " ".join(word.split())
    return TYPE_WORDS.get(stripped) or TYPE_WORDS.get(stripped.lower()) or _finer(stripped.lower())


def _finer(word: str) -> tuple[QuestionType, str] | None:
    return (QuestionType.METADATA, word) if word.replace(" ", "_") in METADATA_TYPES else None
