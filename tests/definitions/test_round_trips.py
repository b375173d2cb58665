"""Any questionnaire is the same after a trip through YAML, through XLSForm, and on an older file being rewritten."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from habitat_enquete.exchange.questionnaire_yaml import questionnaire_yaml, rewritten_yaml
from habitat_enquete.exchange.xlsform import write_xlsform
from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_yaml
from habitat_enquete.ingest.definitions.xlsform import read_leniently
from habitat_enquete.model.questionnaire import Choice, Group, Question, Questionnaire, QuestionType, Repeat

_NASTY = "aé=:#-'\"{}[]&*!|>%@`,?$()<\\/0 1\n«»…😀"
texts = st.text(_NASTY, min_size=1, max_size=25).map(lambda text: " ".join(text.split("  ")).strip() or "x")
codes = st.sampled_from(["01004", "no", "oui", "1", "a_b", "nsp", "null", "1e3", "y"])


@st.composite
def _rich_questions(draw) -> list[Question]:
    """Questions that use what each face says in its own way: matrices, translations, media, columns of others."""
    blank = st.just("")
    found = []
    for rank in range(draw(st.integers(0, 3))):
        name = f"p{rank}"
        words = {
            "label": draw(texts),
            "labels": draw(st.sampled_from([{}, {"en": "Label, in English"}])),
            "hint": draw(blank | texts),
            "guidance": draw(blank | texts),
            "required": draw(st.booleans()),
            "required_message": draw(blank | texts),
            "aliases": tuple(draw(st.lists(texts, max_size=2))),
            "attributes": draw(st.sampled_from([{}, {"save_to": "x", "bind::odk:length": "40"}])),
        }
        translated = [
            key for key in ("hint", "guidance", "required_message") if words[key] and draw(st.booleans())
        ]
        words["translations"] = {key: {"en": "In English"} for key in translated}
        if draw(st.booleans()):
            rows = tuple(
                Choice(code, draw(texts))
                for code in draw(st.lists(codes, min_size=1, max_size=3, unique=True))
            )
            words["label"] = words["label"] if words["label"] != name else "x"
            found.append(
                Question(
                    name,
                    QuestionType.MATRIX,
                    choices="liste",
                    rows=rows,
                    relevant=draw(st.sampled_from(["", "1 = 1"])),
                    **words,
                )
            )
            continue
        kind = draw(st.sampled_from(["text", "select_one", "decimal", "image", "calculate", "range"]))
        found.append(
            Question(
                name,
                QuestionType.FILE if kind == "image" else QuestionType(kind),
                kind="image" if kind == "image" else "",
                choices="liste" if kind == "select_one" else None,
                or_other=kind == "select_one" and draw(st.booleans()),
                unit=draw(st.sampled_from(["", "m²"])),
                appearance=draw(st.sampled_from(["", "minimal", "w4 autocomplete"])),
                parameters=draw(st.sampled_from(["", "start=0 end=10 step=1"])),
                read_only=draw(st.booleans()),
                trigger=draw(st.sampled_from(["", "${q0}"])),
                media=draw(
                    st.sampled_from([{}, {"image": "a.png"}, {"image::fr": "a.png", "image::en": "b.png"}])
                ),
                choice_filter=draw(st.sampled_from(["", "zone = ${q0}"])) if kind == "select_one" else "",
                constraint_warns=draw(st.booleans()),
                multiline=kind == "text" and draw(st.booleans()),
                required_if="",
                calculation="1 + 1" if kind == "calculate" else "",
                **words,
            )
        )
    return found


rich_questions = _rich_questions()


@st.composite
def questionnaires(draw) -> Questionnaire:
    """A questionnaire with a list, a group, a repeat, and questions of several types."""
    names = draw(st.lists(codes, min_size=1, max_size=4, unique=True))
    choices = tuple(
        Choice(
            name,
            draw(texts),
            aliases=tuple(draw(st.lists(texts, max_size=2))),
            missing=draw(st.sampled_from([None, "nsp", "nr"])),
            attributes=draw(st.sampled_from([{}, {"zone": "01"}])),
        )
        for name in names
    )
    questions = []
    for rank in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["text", "integer", "date", "select_one", "select_multiple", "note"]))
        group = draw(st.sampled_from([(), ("g",), ("r",)]))
        questions.append(
            Question(
                f"q{rank}",
                QuestionType(kind),
                draw(texts),
                choices="liste" if kind.startswith("select") else None,
                hint=draw(st.sampled_from(["", "Une consigne : oui"])),
                required=draw(st.booleans()),
                relevant=draw(st.sampled_from(["", "${q0} != ''"])),
                constraint=draw(st.sampled_from(["", "string-length(.) > 1 or . = '01'"])),
                default=draw(st.sampled_from(["", "01004"])),
                code=draw(st.booleans()),
                attribute=draw(st.sampled_from([None, "age"])),
                maximum_choices=draw(st.sampled_from([None, 2])) if kind == "select_multiple" else None,
                group=group,
                repeat="r" if group == ("r",) else None,
            )
        )
    questions += draw(rich_questions)
    questions.sort(key=lambda question: question.group)
    used = {question.group for question in questions}
    return Questionnaire(
        id="f",
        languages=("fr", "en")
        if any(each.labels or each.translations or "image::en" in each.media for each in questions)
        else ("fr",),
        sheets=draw(st.sampled_from([{}, {"entities": (("dataset", "label"), ("gens", "${q0}"))}])),
        title=draw(texts),
        version="01",
        questions=tuple(questions),
        choice_lists={"liste": choices},
        groups=(
            Group(
                ("g",),
                draw(texts),
                hint="h",
                relevant="${q0} != ''",
                attributes=draw(st.sampled_from([{}, {"kobo--x": "1"}])),
            ),
        )
        if ("g",) in used
        else (),
        repeats=(Repeat("r", draw(texts), {"debut": "q0"}, path=("r",)),) if ("r",) in used else (),
        respondent_key=("_id", "KEY"),
        consent=("q0", "no"),
    )


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questionnaires())
def test_through_yaml(without_places, questionnaire):
    again = parse_yaml(questionnaire_yaml(questionnaire), file="f.yaml")
    assert without_places(again) == without_places(questionnaire)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questionnaires())
def test_through_xlsform(without_places, questionnaire):
    with TemporaryDirectory() as folder:
        write_xlsform(questionnaire, Path(folder) / "f.xlsx")
        again, problems = read_leniently(Path(folder) / "f.xlsx")
    assert problems == []
    assert without_places(again) == without_places(questionnaire)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questionnaires(), questionnaires())
def test_onto_another_file(without_places, old, new):
    text = rewritten_yaml(new, questionnaire_yaml(old), file="f.yaml")
    assert without_places(parse_yaml(text, file="f.yaml")) == without_places(new)
