"""Suggestions over a study: learning from its store, keeping what was learned, and estimating what was missed.

suggester = prepare(project, codebook)        # once per session: texts are read and compared
learned = learn(project, suggester)           # after each batch of decisions
record_audit(project, passage, coder="anne", missed=0)
estimate = estimate_recall(project, learned)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from habitat_enquete.coding import learner
from habitat_enquete.coding.proposals import TermProposal, propose_terms
from habitat_enquete.coding.recall import Recall, recall
from habitat_enquete.coding.suggestions import Learned, Place, Suggester
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import State
from habitat_enquete.model.text import Segment
from habitat_enquete.project import Project
from habitat_enquete.store import codings as stored
from habitat_enquete.store import journal, runs, texts
from habitat_enquete.store.connection import Store

LEARNED: Final = "suggest"  # runs: state of the model → what it was learned from, and its mixing weights
AUDITED: Final = "audit"  # runs: passage and coder → how many codings had been missed there
_AUDITED_KEY: Final = re.compile(r"(.*):(\d+)-(\d+):")
RECALL: Final = "recall"  # runs: '' → the last estimate, for the report


def prepare(project: Project, codebook: Codebook) -> Suggester:
    """The texts of the study, ready for suggestions. Takes seconds: keep it as long as texts and codebook are the same."""
    with Store(project.database) as store:
        return Suggester(texts.documents(store), codebook)


def learn(project: Project, suggester: Suggester, *, coder: str | None = None) -> Learned:
    """What the decisions in the store teach (those of `coder` only in blind mode); its state is noted in the store."""
    with Store(project.database) as store:
        learned = suggester.learn(stored.codings(store), journal.verdicts(store), coder=coder)
        if not runs.is_done(store, LEARNED, learned.state, learned.state):
            with store.transaction():
                runs.record(
                    store,
                    LEARNED,
                    learned.state,
                    learned.state,
                    {
                        "decided": learned.decided,
                        "journal": journal.last_decision(store),
                        "codebook": suggester.codebook.sha256,
                        "weights": {
                            name: round(weight, 6)
                            for name, weight in learner.weights_by_name(learned.mixer).items()
                        },
                    },
                )
    return learned


def record_audit(project: Project, passage: Segment, *, coder: str, missed: int) -> None:
    """Note that `coder` read a passage of the audit whole, and coded `missed` things there that nobody had proposed."""
    # Read back by `_places`.
    key = f"{passage.document}:{passage.span.start}-{passage.span.end}:{coder}"
    with Store(project.database) as store, store.transaction():
        runs.record(store, AUDITED, key, str(missed), {"missed": missed})


def audited(project: Project) -> frozenset[Place]:
    """Where the passages are that somebody read whole for the audit: none is drawn twice."""
    with Store(project.database) as store:
        return _places(runs.runs(store, AUDITED))


def _places(keys: Iterable[str]) -> frozenset[Place]:
    found = [match for key in keys if (match := _AUDITED_KEY.match(key))]
    return frozenset((match[1], int(match[2]), int(match[3])) for match in found)


def estimate_recall(project: Project, learned: Learned) -> Recall | None:
    """The share of what there was to code that was found, from the audited passages; noted in the store for the report."""
    with Store(project.database) as store:
        noted = runs.runs(store, AUDITED)
        audits = noted.values()
        found = len(stored.codings(store, states=[State.ACCEPTED]))
        estimate = recall(
            found=found,
            audited=len(audits),
            missed=sum(1 for each in audits if each.summary["missed"]),
            codings=sum(int(each.summary["missed"]) for each in audits),
            pool=learned.unproposed(_places(noted)),
        )
        if estimate is not None:
            summary = {
                "estimate": estimate.estimate,
                "low": estimate.low,
                "high": estimate.high,
                "audited": estimate.audited,
                "missed": estimate.missed,
                "pool": estimate.pool,
            }
            with store.transaction():
                runs.record(store, RECALL, "", learned.state, summary)
    return estimate


def proposals(project: Project, codebook: Codebook) -> list[TermProposal]:
    """Terms and excluded contexts that the decisions in the store suggest to add to the codebook."""
    with Store(project.database) as store:
        verdicts = journal.verdicts(store)
        decided = [each for each in stored.codings(store) if each.id in verdicts]
        wanted = {each.document for each in decided}
        words = {each.id: each.text for each in texts.documents(store, ids=wanted)} if wanted else {}
    return propose_terms(codebook, decided, verdicts, words)
