"""Writes a questionnaire as YAML, in the French dialect; rewriting a file keeps its comments, its order and its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from habitat_enquete.ingest.definitions import vocabulary as words
from habitat_enquete.model.questionnaire import (
    Choice,
    Group,
    Question,
    Questionnaire,
    QuestionType,
    Repeat,
)
from habitat_enquete.yamlsource import dump, load_for_rewriting, quoted

Content = dict[str, Any]


def questionnaire_yaml(questionnaire: Questionnaire) -> str:
    """The YAML text of a questionnaire."""
    return dump(_new_lines(content_of(questionnaire)))


def _new_lines(content: Content) -> CommentedMap:
    """A whole new file: one question, one choice a line."""
    written = CommentedMap((key, _new(value)) for key, value in content.items())
    for key in ("listes", "questions", "quotas", "non_reponse"):
        if key in written:
            written.yaml_set_comment_before_after_key(key, before="\n")
    return written


def rewritten_yaml(questionnaire: Questionnaire, text: str, *, file: str) -> str:
    """`text`, the YAML of an earlier state of the questionnaire, brought up to date: comments and spellings stay.

    Raises: EnqueteError when `text` is not readable.
    """
    before = load_for_rewriting(text, file=file)
    _merge(before, _with_inline_lists(content_of(questionnaire), before), words.TOP_ALIASES)
    return dump(before)


def _with_inline_lists(content: Content, before: CommentedMap) -> Content:
    """The content with the lists that the file writes inside their question put back there."""
    inside = set(_inline_lists(before))
    lists = content.get("listes", {})
    uses = Counter(question.get("liste") for question in _each_question(content))
    inside = {name for name in inside if name in lists and uses[name] == 1}
    for question in _each_question(content):
        if question.get("liste") in inside and question["liste"] == question["name"]:
            question["modalites"] = lists.pop(question.pop("liste"))
    return _filled(content) | {"questions": content["questions"]}


def _inline_lists(holder: Mapping[str, Any]) -> Iterator[str]:
    """The questions whose choices are written in them."""
    spelled = {words.QUESTION_ALIASES.get(key, key): key for key in holder}
    if isinstance(holder.get(spelled.get("choices", "")), CommentedMap | CommentedSeq) and "name" in spelled:
        yield str(holder[spelled["name"]])
    questions = holder.get("questions")
    for each in questions if isinstance(questions, CommentedSeq) else ():
        if isinstance(each, CommentedMap):
            yield from _inline_lists(each)


def _each_question(content: Mapping[str, Any]) -> Iterator[Content]:
    for each in content.get("questions", ()):
        if "questions" in each:
            yield from _each_question(each)
        else:
            yield each


# ── content ────────────────────────────────────────────────────────────────────────────────────────────────────────


def content_of(questionnaire: Questionnaire) -> Content:
    """The mapping to write: only what says something."""
    form = questionnaire
    own = {key: value for key, value in form.attributes.items() if key != "pseudonym"}
    content: Content = {
        "kind": "questionnaire",
        "id": form.id,
        "titre": _text(form, form.title, form.titles),
        "version": form.version,
        "langue": form.language,
        "langues": list(form.languages) if len(form.languages) > 1 else [],
        "public": form.public or "",
        "repondant": _filled(
            {
                "id": form.respondent_id,
                "cle": list(form.respondent_key),
                "pseudonyme": str(form.attributes.get("pseudonym", "")),
            }
        ),
        "consentement": dict(zip(("question", "valeur"), form.consent, strict=True)) if form.consent else {},
        "non_reponse": {
            choice.missing or choice.name: _nonresponse(form, choice) for choice in form.nonresponse
        },
        "parametres": dict(form.settings),
        "attributs": own,
        "feuilles": {name: [list(row) for row in rows] for name, rows in form.sheets.items()},
        "listes": {
            name: [_choice(form, choice) for choice in choices] for name, choices in form.choice_lists.items()
        },
    }
    return _filled(content) | {
        "questions": _questions(form),
        **_filled({"quotas": [_quota(quota.name, quota.questions, quota.targets) for quota in form.quotas]}),
    }


def _filled(content: Content) -> Content:
    return {key: value for key, value in content.items() if value not in ("", [], {}, None, False)}


def _text(form: Questionnaire, text: str, labels: Mapping[str, str]) -> str | dict[str, str]:
    """A text, or its translations when there are any."""
    return {form.language: text, **labels} if labels else text


def _nonresponse(form: Questionnaire, choice: Choice) -> Content:
    label = _text(form, choice.label, choice.labels)
    return _filled({"code": choice.name, "label": label, "alias": list(choice.aliases)})


def _choice(form: Questionnaire, choice: Choice) -> Content:
    marks = _filled(
        {
            "alias": list(choice.aliases),
            "preciser": choice.specify,
            "manquant": choice.missing,
            "exclusif": choice.exclusive,
        }
    )
    return {
        "name": choice.name,
        "label": _text(form, choice.label, choice.labels),
        **marks,
        **choice.attributes,
    }


def _quota(name: str, questions: Sequence[str], targets: Mapping[str, int]) -> Content:
    counts = {key: str(count) for key, count in targets.items()}
    return {
        "nom": name,
        "question": questions[0] if len(questions) == 1 else list(questions),
        "cibles": counts,
    }


def _questions(form: Questionnaire) -> list[Content]:
    """The tree of questions: blocks hold theirs."""
    top: list[Content] = []
    stack: list[tuple[tuple[str, ...], list[Content]]] = [((), top)]
    for question in form.questions:
        while stack[-1][0] != question.group[: len(stack[-1][0])]:
            stack.pop()
        blocks = {block.path: block for block in form.around(question)}
        for length in range(len(stack[-1][0]) + 1, len(question.group) + 1):
            path = question.group[:length]
            inside: list[Content] = []
            stack[-1][1].append({**_block(form, path, blocks.get(path)), "questions": inside})
            stack.append((path, inside))
        stack[-1][1].append(_question(form, question))
    return top


def _block(form: Questionnaire, path: tuple[str, ...], block: Group | Repeat | None) -> Content:
    if block is None:
        return {"group": path[-1]}
    content = _filled(
        {
            "label": _text(form, block.label, block.labels),
            "consigne": _text(form, block.hint, block.hints),
            "filtre": block.relevant,
            "apparence": block.appearance,
            "attributes": dict(block.attributes),
        }
    )
    if isinstance(block, Group):
        return {"group": path[-1], **content}
    return {
        "repeat": path[-1],
        **content,
        **_filled({"nombre": block.count, "parcours": dict(block.pathway)}),
    }


def _question(form: Questionnaire, question: Question) -> Content:
    translations = question.translations
    texts = {
        "consigne": _text(form, question.hint, translations.get("hint", {})),
        "aide": _text(form, question.guidance, translations.get("guidance", {})),
    }
    content = {
        "type": question.kind or question.type.value,
        "liste": question.choices,
        "name": question.name,
        "label": _text(form, question.label, question.labels),
        **texts,
        "unite": question.unit,
        "obligatoire": question.required,
        "obligatoire_si": question.required_if,
        "message_obligatoire": _text(
            form, question.required_message, translations.get("required_message", {})
        ),
        "filtre": question.relevant,
        "contrainte": question.constraint,
        "message": _text(form, question.constraint_message, translations.get("constraint_message", {})),
        "niveau": "informatif" if question.constraint_warns else "",
        "max": str(question.maximum_choices) if question.maximum_choices is not None else "",
        "calcul": question.calculation,
        "defaut": question.default,
        "precision": question.precision,
        "apparence": question.appearance,
        "filtre_modalites": question.choice_filter,
        "fichier": question.choices_file,
        "autre": question.or_other,
        "multiligne": question.multiline,
        "lecture_seule": question.read_only,
        "declencheur": question.trigger,
        "parametres": question.parameters,
        "medias": dict(question.media),
        "attribut": question.attribute,
        "alias": list(question.aliases),
        "attributes": dict(question.attributes),
        "coder": question.code,
    }
    rows = [_choice(form, row) for row in question.rows] if question.type is QuestionType.MATRIX else []
    return _filled({**content, "lignes": rows})


# What a file that says nothing means.
_DEFAULTS = (("kind", "questionnaire"), ("language", "fr"), ("type", "text"))


# ── rewriting ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _merge(
    before: CommentedMap,
    after: Mapping[str, Any],
    aliases: Mapping[str, str],
    inside: Mapping[str, str] | None = None,
) -> None:
    """Brings a mapping up to date in place, under the spellings it already uses; `inside`: those of what it holds."""
    spelled = {aliases.get(key, key): key for key in before}
    wanted = {aliases.get(key, key) for key in after}
    for key in [key for key in before if aliases.get(key, key) not in wanted]:
        if not _says_nothing(before[key]):
            del before[key]
    for key, value in after.items():
        name = spelled.get(aliases.get(key, key))
        if name is None:
            if (aliases.get(key, key), value) not in _DEFAULTS:
                before[quoted(key)] = _new(value)
        else:
            known = aliases.get(key, key)
            _update(before, name, value, _aliases_of(known) if inside is None else inside, known)


def _says_nothing(value: object) -> bool:
    """A key whose value changes nothing (`required: false`, an empty text) is the author's business."""
    return value in ("", "non", "no", "false") or value == [] or value == {}


def _aliases_of(key: str) -> Mapping[str, str]:
    if key == "questions":
        return words.QUESTION_ALIASES
    if key in {"choices", "rows"}:
        return words.CHOICE_ALIASES
    if key == "nonresponse":
        return words.NONRESPONSE_ALIASES
    return {
        "respondent": words.RESPONDENT_ALIASES,
        "consent": words.CONSENT_ALIASES,
        "quotas": words.QUOTA_ALIASES,
    }.get(key, {})


def _update(
    holder: CommentedMap | CommentedSeq, key: Any, value: Any, aliases: Mapping[str, str], known: str = ""
) -> None:
    before = holder[key]
    if isinstance(value, list) and value and _is_same_choices(before, value):
        return
    if isinstance(before, CommentedMap) and isinstance(value, Mapping):
        own = words.BLOCK_ALIASES if _is_block(before) else aliases
        if _is_same_text(before, value):
            return
        if known == "choices" and _is_top(holder):
            _merge(before, value, {}, aliases)
        elif known == "nonresponse":
            _merge(before, value, own, words.CHOICE_ALIASES)
        else:
            _merge(before, value, own)
    elif isinstance(before, CommentedMap) and isinstance(value, str):
        _update_text(before, value)
    elif isinstance(before, CommentedSeq) and isinstance(value, list):
        _merge_list(before, value, aliases)
    elif not _is_same(before, value) and not (known == "type" and _is_same_type(before, value)):
        holder[key] = _new(value)


def _is_same_choices(before: object, value: list[Any]) -> bool:
    """The same choices, written shortly: `[Oui, Non]` or `{oui: Oui, non: Non}`."""
    if isinstance(before, CommentedMap):
        pairs = [(str(name), label) for name, label in before.items()]
    elif isinstance(before, CommentedSeq) and all(isinstance(item, str) for item in before):
        pairs = [(str(item), item) for item in before]
    else:
        return False
    return value == [{"name": name, "label": label} for name, label in pairs]


def _is_top(holder: CommentedMap | CommentedSeq) -> bool:
    """Whether it is the file itself, where `listes` holds one list of choices a key."""
    return isinstance(holder, CommentedMap) and "questions" in holder


def _is_block(content: Mapping[str, Any]) -> bool:
    return any(words.BLOCK_ALIASES.get(key, key) in {"group", "repeat"} for key in content)


def _is_same(before: object, value: object) -> bool:
    if isinstance(value, bool):
        return isinstance(before, str) and before.casefold() in {"oui", "yes", "true", "vrai", "1", "on"}
    return before == value or (isinstance(before, str) and value == [before])


def _is_same_type(before: object, value: object) -> bool:
    """`entier` and `integer` are the same type."""
    return words.question_type(str(before)) == words.question_type(str(value))


def _is_same_text(before: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    """The same texts, but for a translation that repeats the default language."""
    texts = [*before.values(), *value.values()]
    if not all(isinstance(text, str) for text in texts):
        return False
    return all(before.get(code) == text for code, text in value.items()) and set(texts) == set(value.values())


def _update_text(before: CommentedMap, text: str) -> None:
    """A text written by language, of which only one language is left to say: other translations go."""
    if set(before.values()) == {text} or not len(before):
        return
    first = next(iter(before))
    before[first] = quoted(text)
    for code in [code for code in before if code != first and before[code] != text]:
        del before[code]


def _merge_list(before: CommentedSeq, after: list[Any], aliases: Mapping[str, str]) -> None:
    """Brings a list up to date: items keep their comments as long as their identity keeps its rank."""
    if not all(isinstance(item, Mapping) for item in (*before, *after)):
        if list(before) != list(after):
            del before[:]
            before.extend(_new(item) for item in after)
        return
    old = [_identity(item) for item in before]
    new = [_identity(item) for item in after]
    for rank in range(len(old) - 1, -1, -1):
        if old[rank] not in new:
            del before[rank]
    for rank, item in enumerate(after):
        at = next((place for place in range(len(before)) if _identity(before[place]) == new[rank]), None)
        if at is None:
            before.insert(rank, _new(item))
        else:
            if at != rank:
                before.insert(rank, before.pop(at))
            _update(before, rank, item, aliases)


def _identity(item: Mapping[str, Any]) -> tuple[str, str]:
    for key, value in item.items():
        for aliases in (words.BLOCK_ALIASES, words.QUESTION_ALIASES, words.CHOICE_ALIASES):
            name = aliases.get(key, key)
            if name in {"group", "repeat", "name"} and isinstance(value, str):
                return ("block" if name != "name" else "name", str(value))
    return ("", "")


def _new(value: Any) -> Any:
    """A new value, ready to be written: short mappings on one line, ambiguous texts between quotes."""
    if isinstance(value, Mapping):
        content = CommentedMap((quoted(str(key)), _new(item)) for key, item in value.items())
        if all(not isinstance(item, CommentedMap | CommentedSeq) for item in content.values()):
            content.fa.set_flow_style()
        return content
    if isinstance(value, list):
        return CommentedSeq(_new(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(str(value))
