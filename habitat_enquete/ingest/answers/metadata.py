"""The columns that collection tools add: keys, moments, states of completion, links between sheets, personal data."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from habitat_enquete.ingest.answers.choices import bare


class Meta(StrEnum):
    """What an exporter's own column says."""

    ROOT_UUID = "rootUuid"
    KOBO_ID = "_id"
    KEY = "KEY"
    UUID = "_uuid"
    ID = "id"
    USER_KEY = "cle"
    INDEX = "index"
    PARENT_INDEX = "parent_index"
    PARENT_TABLE = "parent_table"
    PARENT_ID = "parent_id"
    PARENT_KEY = "parent_key"
    VALIDATION = "validation"
    REVIEW = "review"
    SUBMITTED = "submitted"
    COMPLETED = "completed"
    DRAFT = "draft"
    LAST_PAGE = "last_page"
    START = "start"
    END = "end"
    TIMESTAMP = "timestamp"
    VERSION = "version"
    ENUMERATOR = "enumerator"
    PERSONAL = "personal"
    OTHER = "other"


KEYS: Final = (Meta.ROOT_UUID, Meta.KOBO_ID, Meta.KEY, Meta.UUID, Meta.ID, Meta.USER_KEY)
# Roles that only a tool's own export has: a few of them tell where a file comes from.
_NAMES: Final[dict[Meta, str]] = {
    Meta.ROOT_UUID: "meta/rootuuid | rootuuid | meta-rootuuid",
    Meta.KOBO_ID: "_id",
    Meta.KEY: "key | meta-instanceid | meta/instanceid | instanceid | __id",
    Meta.UUID: "_uuid | uuid",
    Meta.ID: "id | sid | serial | identifiant | id de la réponse | response id | numéro de série | numéro | id répondant"
    " | cle | clé | n° | n° de réponse | num | id_repondant | respondent_id | identifiant du répondant | code répondant"
    " | n° observation | numéro d'observation | serial number | no",
    Meta.INDEX: "_index",
    Meta.PARENT_INDEX: "_parent_index",
    Meta.PARENT_TABLE: "_parent_table_name",
    Meta.PARENT_ID: "_submission__id",
    Meta.PARENT_KEY: "parent_key | __submissions-id",
    Meta.VALIDATION: "_validation_status",
    Meta.REVIEW: "reviewstate",
    Meta.SUBMITTED: "submitdate | date de soumission | date submitted",
    Meta.COMPLETED: "completed time | date d'achèvement | terminé le | heure de fin de saisie",
    Meta.DRAFT: "draft | brouillon | est un brouillon",
    Meta.LAST_PAGE: "lastpage | dernière page | last page",
    Meta.START: "start | startdate | date de lancement | date started | heure de début | start time | date de début",
    Meta.END: "end | datestamp | date de la dernière action | date last action | heure de fin | completion time | date de fin",
    Meta.TIMESTAMP: "_submission_time | submissiondate | horodateur | timestamp | submitted time | modified time | date_saisie"
    " | date de saisie | soumis le | envoyé le | date de la réponse | modifié le | date/heure | heure de soumission | modifiée le | modifiée à",
    Meta.VERSION: "__version__ | _version_ | formversion | _version",
    Meta.ENUMERATOR: "_submitted_by | submittername | username | enquêteur | enqueteur | nom d'utilisateur",
    Meta.PERSONAL: "ip address | adresse ip | ipaddr | uid | email | e-mail | mail | courriel | adresse e-mail"
    " | adresse de messagerie | nom d'utilisateur (e-mail) | nom | prénom | nom2 | name | téléphone | telephone"
    " | tel | nom et prénom | firstname | lastname | token | code d'accès | phonenumber",
    Meta.OTHER: "today | deviceid | _notes | _status | _submitted_by | _tags | _geolocation | startlanguage | seed"
    " | langue de départ | langue de base | start language | tête de série | refurl | submitterid"
    " | attachmentspresent | attachmentsexpected | status | edits | device id | formulaire | origine_saisie | lang_saisie"
    " | appareil_saisie | progression | temps_saisie | audit | simserial | subscriberid | heure de la dernière modification"
    " | dernière modification | langue | points | total des points | commentaires du quiz | simid | duration | complété à | complétée le | terminé à",
}
ROLES: Final = {
    bare(name): role for role, names in _NAMES.items() for name in names.split(" | ") if bare(name)
}
_PREFIXED: Final = re.compile(
    r"^(?:_submission_|_+(?=id$|uuid$|index$)|meta[/-]|groupe? ?temps|grouptime|interviewtime)"
)
_LIMESURVEY: Final = frozenset({"submitdate", "lastpage", "startlanguage", "seed"})
_LIMESURVEY_LABELS: Final = frozenset(
    {"date de soumission", "dernière page", "langue de départ", "tête de série"}
)


def role_of(header: str) -> Meta | None:
    """The role of an exporter's column, by its name in the languages it is written; None when it is no such column."""
    text = bare(header)
    if (role := ROLES.get(text)) is not None:
        return role
    # « id. ID de la réponse », « startdate._.Date started » (LimeSurvey, codes and labels)
    for mark in (". ", "._."):
        code, found, rest = text.partition(mark)
        if found and ROLES.get(code) and ROLES.get(code) == ROLES.get(rest):
            return ROLES[code]
    return Meta.OTHER if _PREFIXED.match(text) else None


def is_limesurvey(headers: list[str]) -> bool:
    """Whether the columns are those of a LimeSurvey export."""
    names = {part for header in headers for part in (bare(header), bare(header).partition(". ")[0])}
    return len(names & _LIMESURVEY) >= 2 or len(names & _LIMESURVEY_LABELS) >= 2
