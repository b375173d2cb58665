"""Comparing the coders of a study: reads the store, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from habitat_enquete.coding.agreement import Agreement, Unit, compare
from habitat_enquete.coding.decisions import of_coder
from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.project import Project
from habitat_enquete.store import codings as stored
from habitat_enquete.store import journal, texts
from habitat_enquete.store.connection import Store


def run(
    project: Project,
    codebook: Codebook,
    *,
    coders: Sequence[str] = (),
    unit: Unit = Unit.CHARACTER,
    all_documents: bool = False,
    draws: int = 500,
) -> Agreement:
    """How far `coders` (everybody who decided, by default) agree on the documents they all worked on.

    `all_documents`: also those that some of them never touched, as if they had found nothing there.
    Raises: EnqueteError when fewer than two people coded, or no document is common.
    """
    with Store(project.database) as store:
        known = journal.coders(store)
        names = tuple(coders) or tuple(known)
        for name in names:
            if name not in known:
                raise EnqueteError(
                    Code.AGREEMENT_UNKNOWN_CODER, name=name, known=", ".join(known) or "personne"
                )
        if len(names) < 2:
            raise EnqueteError(Code.AGREEMENT_ONE_CODER, count=len(names))
        codings = stored.codings(store)
        verdicts = journal.verdicts(store)
        worked = {
            name: {each.document for each in codings if name in verdicts.get(each.id or 0, {})}
            for name in names
        }
        common = set(texts.document_ids(store)) if all_documents else set.intersection(*worked.values())
        if not common:
            raise EnqueteError(Code.AGREEMENT_NOTHING_COMMON, coders=", ".join(names))
        documents = list(texts.documents(store, ids=common))
    held = {name: of_coder(codings, verdicts, name) for name in names}
    return compare(documents, held, codebook, unit=unit, draws=draws)
