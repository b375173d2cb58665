"""The sheet « enquete » of an XLSForm: what the YAML face says and XLSForm has no column for.

Four columns: objet, nom, cle, valeur. Collection tools ignore the sheet. Written by `exchange/xlsform.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from habitat_enquete.ingest.definitions.xlsform_columns import SURVEY, column_of
from habitat_enquete.model.questionnaire import Choice, Question, Questionnaire, QuestionType, Quota, Repeat

HEADER: Final = ("objet", "nom", "cle", "valeur")
Row = tuple[str, str, str, str]
_OWN: Final = "questionnaire"
SPELLED_OTHER: Final = "autre"  # attribute of a question whose `or_other` is spelled out: the list it had


def with_extras(questionnaire: Questionnaire, sheet: list[list[str]]) -> Questionnaire:
    """`questionnaire` completed by the rows of its sheet « enquete »; unknown rows are left aside."""
    entries = _entries(sheet)
    if not entries:
        return questionnaire
    own = entries.get((_OWN, ""), {})
    questions = [
        _question(each, entries.get(("question", each.name), {})) for each in questionnaire.questions
    ]
    spelled = {each.choices for each in questions if SPELLED_OTHER in each.attributes}
    return replace(
        questionnaire,
        questions=tuple(_with_other(each) for each in questions),
        choice_lists={
            name: tuple(
                _choice(each, entries.get(("modalite", f"{name}/{each.name}"), {})) for each in choices
            )
            for name, choices in questionnaire.choice_lists.items()
            if name not in spelled
        },
        repeats=tuple(
            _repeat(each, entries.get(("boucle", each.name), {})) for each in questionnaire.repeats
        ),
        respondent_key=tuple(own.get("cle", ())),
        respondent_id=_one(own, "identifiant"),
        consent=_consent(own),
        public=_one(own, "public") or None,
        quotas=tuple(_quotas(entries)),
        nonresponse=tuple(_nonresponse(entries)),
        titles=_prefixed(own, "titre."),
        attributes=_prefixed(own, "attribut."),
    )


Entries = Mapping[tuple[str, str], Mapping[str, list[str]]]


def _entries(sheet: list[list[str]]) -> Entries:
    entries: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in sheet[1:]:
        what, name, key, value = (*row, "", "", "", "")[:4]
        if what and key:
            entries.setdefault((what, name), {}).setdefault(key, []).append(value)
    return entries


def _one(entry: Mapping[str, list[str]], key: str) -> str:
    return entry.get(key, [""])[0]


def _prefixed(entry: Mapping[str, list[str]], prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): values[0] for key, values in entry.items() if key.startswith(prefix)}


def _consent(own: Mapping[str, list[str]]) -> tuple[str, str] | None:
    question = _one(own, "consentement")
    return (question, _one(own, "consentement.valeur")) if question else None


def _quotas(entries: Entries) -> Iterator[Quota]:
    for (what, name), entry in entries.items():
        if what == "quota":
            targets = {
                key.removeprefix("cible."): int(values[0] or 0)
                for key, values in entry.items()
                if key.startswith("cible.")
            }
            yield Quota(name, tuple(entry.get("question", ())), targets)


def _nonresponse(entries: Entries) -> Iterator[Choice]:
    for (what, kind), entry in entries.items():
        if what == "non_reponse":
            yield Choice(
                _one(entry, "name"),
                _one(entry, "label"),
                _prefixed(entry, "label."),
                tuple(entry.get("alias", ())),
                kind,
            )


def _question(question: Question, entry: Mapping[str, list[str]]) -> Question:
    unit = _one(entry, "unite")
    guidances = _prefixed(entry, "aide.")
    return replace(
        question,
        guidance=_one(entry, "aide") or question.guidance,
        translations={**question.translations, "guidance": guidances} if guidances else question.translations,
        unit=unit,
        label="" if _one(entry, "sans_libelle") else _without_unit(question.label, unit),
        labels={language: _without_unit(text, unit) for language, text in question.labels.items()},
        code=bool(_one(entry, "coder")),
        attribute=_one(entry, "attribut") or None,
        aliases=tuple(entry.get("alias", ())),
        constraint_warns=_one(entry, "niveau") == "informatif",
        precision=_one(entry, "precision") or question.precision,
        attributes={**question.attributes, **_prefixed(entry, "attribut.")},
        rows=tuple(replace(row, aliases=tuple(entry.get(f"alias.{row.name}", ()))) for row in question.rows),
    )


def _with_other(question: Question) -> Question:
    """The question with its `or_other`, when the writer spelled it out."""
    if SPELLED_OTHER not in question.attributes:
        return question
    attributes = {key: value for key, value in question.attributes.items() if key != SPELLED_OTHER}
    return replace(question, choices=question.attributes[SPELLED_OTHER], or_other=True, attributes=attributes)


_UNSEEN: Final = (QuestionType.METADATA, QuestionType.CALCULATE, QuestionType.HIDDEN)


def is_silent(question: Question) -> bool:
    """Whether a question has nothing to show: collection tools want a label, its name is written."""
    seen = question.label or question.labels or question.hint or question.guidance or question.media
    return not seen and question.type not in _UNSEEN


def _without_unit(label: str, unit: str) -> str:
    return label.removesuffix(f" ({unit})") if unit else label


def _choice(choice: Choice, entry: Mapping[str, list[str]]) -> Choice:
    return replace(
        choice,
        missing=_one(entry, "manquant") or None,
        exclusive=choice.exclusive or bool(_one(entry, "exclusif")),
        specify=choice.specify or bool(_one(entry, "preciser")),
        aliases=tuple(entry.get("alias", ())),
    )


def _repeat(repeat: Repeat, entry: Mapping[str, list[str]]) -> Repeat:
    return replace(repeat, pathway=_prefixed(entry, "parcours."))


def extra_rows(questionnaire: Questionnaire) -> Iterator[Row]:
    """The rows of the sheet « enquete » for a questionnaire; the contrary of `with_extras`."""
    yield from _own_rows(questionnaire)
    for question in questionnaire.questions:
        yield from _rows("question", question.name, _question_entries(question))
    for name, choices in questionnaire.choice_lists.items():
        for choice in choices:
            yield from _rows("modalite", f"{name}/{choice.name}", _choice_entries(choice))
    for repeat in questionnaire.repeats:
        yield from _rows(
            "boucle", repeat.name, ((f"parcours.{key}", value) for key, value in repeat.pathway.items())
        )
    for quota in questionnaire.quotas:
        yield from _rows("quota", quota.name, (("question", each) for each in quota.questions))
        yield from _rows(
            "quota", quota.name, ((f"cible.{key}", str(count)) for key, count in quota.targets.items())
        )
    for choice in questionnaire.nonresponse:
        entries = [
            ("name", choice.name),
            ("label", choice.label),
            *((f"label.{code}", text) for code, text in choice.labels.items()),
            *(("alias", each) for each in choice.aliases),
        ]
        yield from _rows("non_reponse", choice.missing or choice.name, entries)


def is_column(question: Question, attribute: str) -> bool:
    """Whether an attribute has a column of its own in the survey: not when XLSForm gives its name another meaning."""
    known = attribute == SPELLED_OTHER or column_of(attribute.casefold(), SURVEY) is not None
    return question.type is not QuestionType.MATRIX and not known


def _rows(what: str, name: str, entries: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Iterator[Row]:
    return ((what, name, key, value) for key, value in entries)


def _own_rows(questionnaire: Questionnaire) -> Iterator[Row]:
    entries = [("identifiant", questionnaire.respondent_id), ("public", questionnaire.public or "")]
    entries += [("cle", each) for each in questionnaire.respondent_key]
    if questionnaire.consent:
        entries += zip(("consentement", "consentement.valeur"), questionnaire.consent, strict=True)
    entries += [(f"titre.{language}", text) for language, text in questionnaire.titles.items()]
    entries += [(f"attribut.{key}", str(value)) for key, value in questionnaire.attributes.items()]
    return _rows(_OWN, "", [entry for entry in entries if entry[1]])


def _question_entries(question: Question) -> Iterator[tuple[str, str]]:
    marks = {
        "unite": question.unit,
        "coder": "oui" if question.code else "",
        "attribut": question.attribute or "",
        "niveau": "informatif" if question.constraint_warns else "",
        "precision": question.precision or "",
        "sans_libelle": "oui" if is_silent(question) else "",
    }
    yield from ((key, value) for key, value in marks.items() if value)
    yield from (("alias", alias) for alias in question.aliases)
    for key, value in question.attributes.items():
        if not is_column(question, key):
            yield f"attribut.{key}", value
    if question.type is QuestionType.MATRIX and question.guidance:
        yield "aide", question.guidance
        yield from (
            (f"aide.{code}", text) for code, text in question.translations.get("guidance", {}).items()
        )
    for row in question.rows:
        yield from ((f"alias.{row.name}", alias) for alias in row.aliases)


def _choice_entries(choice: Choice) -> Iterator[tuple[str, str]]:
    marks = {
        "manquant": choice.missing or "",
        "exclusif": "oui" if choice.exclusive else "",
        "preciser": "oui" if choice.specify else "",
    }
    yield from ((key, value) for key, value in marks.items() if value)
    yield from (("alias", alias) for alias in choice.aliases)
