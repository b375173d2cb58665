"""What the page does with the learned model: suggestions, what to look at next, how much was missed, applying the rules again.

The learner is imported by the gestures that need it: it takes a second that the page's start does not.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from habitat_enquete.model.coding import Suggestion
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Segment
from habitat_enquete.project import Project
from habitat_enquete.review import views
from habitat_enquete.review.grid import Grid
from habitat_enquete.store import journal, texts
from habitat_enquete.store.connection import Store

if TYPE_CHECKING:
    from habitat_enquete.coding.suggestions import Learned


@dataclass(slots=True)
class Learning:
    """The model of one session. `only`: the coder whose decisions alone it may know (blind mode)."""

    project: Project
    grid: Grid
    coder: str
    only: str | None = None
    _learned: Learned | None = field(default=None, repr=False)
    _last: int = field(default=-1, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def forget(self) -> None:
        """The texts or the codebook changed: what was learned is of no use any more."""
        self._learned = None

    def suggested(self, texts_shown: Mapping[str, str]) -> list[Suggestion]:
        """The model's suggestions in some documents (id → hash of the text shown), when `learn` has been called; none before.

        None either in a document whose text changed since.
        """
        learned = self._learned
        if learned is None:
            return []
        known = learned.suggester.documents
        same = [
            name for name, sha256 in texts_shown.items() if name in known and known[name].sha256 == sha256
        ]
        return [each for document in same for each in learned.suggestions(document)]

    def learn(self) -> dict[str, Any]:
        """Learn from the decisions taken so far; says from how many passages, and how many suggestions wait."""
        learned = self._learn()
        return {
            "state": learned.state,
            "decided": learned.decided,
            "suggestions": len(learned.suggestions()),
        }

    def _learn(self) -> Learned:
        """What is known now: nothing is computed again when nobody decided anything and nothing else changed."""
        from habitat_enquete.coding import run_suggestions

        with self._lock:
            codebook, before = self.grid.codebook(), self._learned
            with Store(self.project.database) as store:
                last, now = journal.last_decision(store), texts.hashes(store)
            is_good = before is not None and (
                before.suggester.codebook.sha256 == codebook.sha256
                and {name: each.sha256 for name, each in before.suggester.documents.items()} == now
            )
            if before is not None and is_good and self._last == last:
                return before
            suggester = (
                before.suggester if before and is_good else run_suggestions.prepare(self.project, codebook)
            )
            self._learned = run_suggestions.learn(self.project, suggester, coder=self.only)
            self._last = last
            return self._learned

    def queue(self, size: int = 20) -> dict[str, Any]:
        """What to look at next: suggestions that would teach most, and passages drawn at random, to be read whole.

        Also what the random ones say of what was missed so far (`recall`), and the terms that decisions suggest (`terms`).
        """
        from habitat_enquete.coding import run_suggestions

        learned = self._learn()
        items = [
            views.QueueView(
                views.text_of(item.passage.document),
                item.passage.document,
                item.passage.span.start,
                item.passage.span.end,
                item.passage.span.quote(learned.suggester.documents[item.passage.document].text),
                item.passage.turn,
                views.suggestion_view(item.suggestion) if item.suggestion else None,
            )
            for item in learned.queue(size, audited=run_suggestions.audited(self.project))
        ]
        found = run_suggestions.estimate_recall(self.project, learned)
        return {
            "items": items,
            "recall": asdict(found) if found else None,
            "terms": run_suggestions.proposals(self.project, self.grid.codebook()),
        }

    def audit(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Note that a passage drawn at random was read whole: `missed` codings were made there that nobody had proposed."""
        from habitat_enquete.coding import run_suggestions

        span = Span(int(asked["start"]), int(asked["end"]))
        passage = Segment(str(asked["document"]), int(asked["turn"]), span)
        run_suggestions.record_audit(self.project, passage, coder=self.coder, missed=int(asked["missed"]))
        found = run_suggestions.estimate_recall(self.project, self._learned) if self._learned else None
        return {"recall": asdict(found) if found else None}

    def apply_rules(self) -> dict[str, Any]:
        """Read the texts again with the codebook as it is now, as `enquete code` does: what people decided stays."""
        from habitat_enquete.coding.run import run

        with self._lock:
            result = run(self.project, self.grid.codebook(), coder=self.coder)
            self.forget()
        return {"coded": result.coded, "added": result.added, "removed": result.removed}
