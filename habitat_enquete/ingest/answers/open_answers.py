"""Open answers as documents: what a respondent wrote is coded like what another said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from habitat_enquete.ingest.answers.values import is_geographic
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType
from habitat_enquete.model.response import Answer, AnswerState, Response
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn, normalised


def coded_questions(questionnaire: Questionnaire) -> dict[str, Question]:
    """The open questions whose answers are coded, by name: those flagged `coder:`.

    A definition that flags none (an XLSForm as Kobo gives it) has its open questions coded all the same: the texts asked by a
    real question, or on several lines.
    """
    open_questions = [question for question in questionnaire.asked() if question.type is QuestionType.TEXT]
    flagged = [question for question in open_questions if question.code]
    return {question.name: question for question in flagged or filter(_looks_open, open_questions)}


def _looks_open(question: Question) -> bool:
    if question.specifies or question.attribute or question.constraint or is_geographic(question):
        return False
    return (
        question.multiline or "multiline" in question.appearance or question.label.rstrip(" *").endswith("?")
    )


def documents(response: Response, questions: dict[str, Question], *, sha256: str) -> Iterator[Document]:
    """One document per open answer of `response` to one of `questions`; `sha256` is the hash of its file."""
    for answer in response.answers if questions else ():
        question = questions.get(answer.question)
        if question is not None and answer.state is AnswerState.ANSWERED:
            yield document(response, answer, question, sha256=sha256)


def document_id(response: Response, answer: Answer) -> str:
    """`questionnaire/respondent/question`, with the rank of its repeat if any."""
    rank = f".{answer.repeat}" if answer.repeat else ""
    return f"{response.questionnaire}/{response.respondent}/{answer.question}{rank}"


def document(response: Response, answer: Answer, question: Question, *, sha256: str) -> Document:
    """The document of one open answer: one turn, whose speaker is the respondent."""
    text = normalised(answer.value)
    return Document(
        id=document_id(response, answer),
        kind=DocumentKind.ANSWER,
        text=text,
        turns=(Turn(0, response.respondent, Span(0, len(text)), position=answer.cell),) if text else (),
        speakers=(Speaker(response.respondent, Role.INFORMANT, response.respondent, declared=True),),
        source=Source(response.source_file, sha256, answer.sheet, answer.cell),
        title=question.label,
        respondents=(response.respondent,),
        attributes={"questionnaire": response.questionnaire, "question": answer.question},
    )


def attribute_questions(questionnaire: Questionnaire) -> dict[str, str]:
    """The attribute of the respondent that each question flagged `attribut:` gives, by question."""
    return {question.name: question.attribute for question in questionnaire.asked() if question.attribute}


def respondent_attributes(
    response: Response, questionnaire: Questionnaire, questions: Mapping[str, str]
) -> dict[str, str]:
    """What the answers to `questions` say of the respondent; several choices joined by « ; »."""
    found: dict[str, list[str]] = {}
    for answer in response.answers if questions else ():
        name = questions.get(answer.question)
        if name and answer.state is AnswerState.ANSWERED and not answer.repeat:
            found.setdefault(name, []).append(answer.value)
    attributes = {name: ";".join(values) for name, values in found.items()}
    if questionnaire.public:
        attributes.setdefault("public", questionnaire.public)
    day = response.attributes.get("date") or response.attributes.get("start", "")[:10]
    if day:
        attributes.setdefault("date_entretien", day)
    return attributes
