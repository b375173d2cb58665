"""Checking a codebook against the study, and its rules against its own examples: reads the store, writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from habitat_enquete.coding.codebook_check import (
    CodebookRemark,
    ExampleResult,
    Usage,
    lost_codes,
    remarks,
    try_examples,
)
from habitat_enquete.coding.rules import Match
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.text import Document, DocumentKind, Source
from habitat_enquete.nlp.annotate import annotate, annotate_text
from habitat_enquete.nlp.match import CodebookMatcher
from habitat_enquete.nlp.pipeline import SHIPPED, load
from habitat_enquete.project import Project
from habitat_enquete.store import codings as stored
from habitat_enquete.store import texts
from habitat_enquete.store.connection import Store

Progress = Callable[[int, int], None]


def check(
    project: Project, codebook: Codebook, *, pipeline: str = SHIPPED, progress: Progress | None = None
) -> tuple[list[CodebookRemark], int]:
    """What can be said against the codebook, given what its terms find in the study; and the number of documents read."""
    usage = Usage()
    lost: list[CodebookRemark] = []
    if project.database.exists():
        loaded = load(pipeline)
        matcher = CodebookMatcher(codebook, loaded)
        with Store(project.database) as store:
            lost = lost_codes(codebook, stored.human_counts(store))
            total = len(texts.document_ids(store))
            reading, reading_again = texts.documents(store), texts.documents(store)
            for document, columns in zip(
                reading, annotate(reading_again, loaded, project.cache), strict=True
            ):
                usage.add(matcher.matches(columns, document), document)
                if progress:
                    progress(usage.documents, total)
    return [*remarks(codebook, usage), *lost], usage.documents


def try_out(codebook: Codebook, *, pipeline: str = SHIPPED) -> list[ExampleResult]:
    """Each example and counter-example of the codebook put to its rules."""
    loaded = load(pipeline)
    matcher = CodebookMatcher(codebook, loaded)

    def find(text: str) -> Sequence[Match]:
        document = Document("", DocumentKind.ANSWER, text, (), (), Source("codebook.yaml", ""))
        return matcher.matches(annotate_text(text, loaded), document)

    return try_examples(codebook, find)
