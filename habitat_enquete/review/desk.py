"""What the page can do with the study: open a text, decide, undo, write memos. One method per gesture.

Every gesture opens the store for itself, in one transaction; nothing is kept in memory that a decision depends on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Final

from habitat_enquete.coding import decisions
from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import (
    Change,
    CodebookText,
    CoderKind,
    Coding,
    Decision,
    Memo,
    MemoTarget,
    State,
    Suggestion,
)
from habitat_enquete.model.pathway import Episode
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind
from habitat_enquete.project import Project
from habitat_enquete.review import views
from habitat_enquete.review.attributes import Attributes, read_attributes, value_names
from habitat_enquete.review.grid import Grid
from habitat_enquete.review.learning import Learning
from habitat_enquete.review.pathways import PathwayDesk
from habitat_enquete.review.views import text_of
from habitat_enquete.store import codings as stored
from habitat_enquete.store import journal, texts
from habitat_enquete.store.connection import Store, stamp
from habitat_enquete.store.respondents import respondents

_SHOWN: Final = frozenset({State.SUGGESTED, State.ACCEPTED, State.REJECTED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gesture changed: codings as they are now, ids that are gone, what can be undone, the journal's last row.

    `paths`: people whose residential path changed; `grid`: whether the codebook did; `stamp`: see `Desk.stamp`.
    """

    changed: tuple[views.CodingView, ...]
    removed: tuple[str, ...]
    can_undo: bool
    can_redo: bool
    last: int
    said: str = ""
    paths: tuple[str, ...] = ()
    grid: bool = False
    stamp: str = ""


class Desk:
    """The study as one coder works on it. `blind`: what other people decided is hidden."""

    def __init__(self, project: Project, coder: str, blind: bool = False) -> None:
        self.project = project
        self.coder = coder
        self.blind = blind
        self._attributes: Attributes | None = None
        self._value_names = value_names(project)
        self.grid = Grid(project, coder)
        self.learning = Learning(project, self.grid, coder, coder if blind else None)
        self.pathways = PathwayDesk(project, self.grid, coder)

    def codebook(self) -> Codebook:
        """The codebook as it is in the file now, or the last one that could be read."""
        return self.grid.codebook()

    def stamp(self) -> str:
        """Changes whenever anything is written in the store, by this page, another window or a command."""
        return stamp(self.project.database)

    def attributes(self, store: Store) -> Attributes:
        """The attributes to filter people by, as the page was last told of them."""
        if self._attributes is None:
            self._attributes = read_attributes(respondents(store), self._value_names)
        return self._attributes

    # ── reading ────────────────────────────────────────────────────────────────────────────────────────────────

    def study(self) -> dict[str, Any]:
        """Everything the page needs to start: texts, codebook, who codes, what can be undone."""
        codebook = self.codebook()
        with Store(self.project.database) as store:
            people = respondents(store)
            attributes = self._attributes = read_attributes(people, self._value_names)
            entries = self._entries(store, people, attributes)
            can_undo, can_redo = journal.can_undo(store, self.coder)
            last, coders = journal.last_decision(store), journal.coders(store)
            memos = journal.memos(store, coder=self.coder if self.blind else None)
            tree = views.codebook_view(codebook, _accepted(store))
        return {
            "title": codebook.title or self.project.root.name,
            "coder": self.coder,
            "coders": sorted({*coders, self.coder}) if not self.blind else [self.coder],
            "blind": self.blind,
            "texts": entries,
            "attributes": attributes.labels,
            "codebook": tree,
            "problem": self.grid.problem,
            "can_undo": can_undo,
            "can_redo": can_redo,
            "last": last,
            "stamp": self.stamp(),
            "memos": memos,
        }

    def _entries(
        self, store: Store, people: Mapping[str, Mapping[str, str]], attributes: Attributes
    ) -> list[views.TextEntry]:
        counts: dict[str, dict[State, int]] = defaultdict(lambda: defaultdict(int))
        for name, by_state in self._counts(store).items():
            for state, count in by_state.items():
                counts[text_of(name)][state] += count
        decided: dict[str, int] = defaultdict(int)
        for name, count in journal.judged_counts(store, self.coder).items():
            decided[text_of(name)] += count
        read = {m.target for m in journal.memos(store, target_kind=MemoTarget.READING, coder=self.coder)}
        grouped: dict[str, list[texts.Heading]] = defaultdict(list)
        for heading in texts.headings(store):
            grouped[text_of(heading.id)].append(heading)
        return [
            views.TextEntry(
                name,
                _title(name, headings[0]),
                "answers" if headings[0].kind is DocumentKind.ANSWER else "interview",
                len({person for heading in headings for person in heading.respondents}),
                attributes.of(people.get(p, {}) for heading in headings for p in heading.respondents),
                counts[name][State.SUGGESTED],
                counts[name][State.ACCEPTED],
                decided[name],
                name in read,
            )
            for name, headings in sorted(grouped.items(), key=lambda pair: (pair[0].count("/"), pair[0]))
        ]

    def _counts(self, store: Store) -> dict[str, dict[State, int]]:
        """Codings by document and state, as this coder sees them."""
        if not self.blind:
            return stored.document_counts(store)
        counts: dict[str, dict[State, int]] = defaultdict(lambda: defaultdict(int))
        for coding in self._seen(store, stored.codings(store), journal.verdicts(store)):
            counts[coding.document][coding.state] += 1
        return counts

    def text(self, name: str) -> views.TextView:
        """An interview, or all the answers to one question, with codings and suggestions.

        Raises: EnqueteError when the study has no such text.
        """
        with Store(self.project.database) as store:
            # Only the answers to a question are several documents under one name.
            ids = (
                [each for each in texts.document_ids(store) if text_of(each) == name]
                if "/" in name
                else [name]
            )
            documents = {each.id: each for each in texts.documents(store, ids=ids)}
            if not documents:
                raise EnqueteError(Code.REVIEW_NO_TEXT, name=name)
            people = respondents(store, {p for each in documents.values() for p in each.respondents})
            attributes = self.attributes(store)
            codings = stored.codings(store, documents=ids)
            said = journal.verdicts(store, only={each.id or 0 for each in codings})
            seen = self._seen(store, codings, said)
            hashes = {each.id: each.sha256 for each in documents.values()}
            placed = [each for each in seen if each.text_sha256 == hashes[each.document]]
            lost = [
                each
                for each in seen
                if each.state is State.ORPHAN
                or (each.state in _SHOWN and each.text_sha256 != hashes[each.document])
            ]
            gone = tuple(self._lost(store, lost, said))
        shown = [self._view(each, said) for each in placed if each.state in _SHOWN]
        shown += [views.suggestion_view(each) for each in self.learning.suggested(hashes)]
        parts = tuple(
            views.part_view(each, attributes.one(people.get(p, {}) for p in each.respondents))
            for each in documents.values()
        )
        first = documents[min(documents)]
        heading = texts.Heading(
            first.id, first.kind, first.title, first.attributes.get("question_label", ""), ()
        )
        kind = "answers" if first.kind is DocumentKind.ANSWER else "interview"
        return views.TextView(name, _title(name, heading), kind, parts, tuple(shown), gone)

    def _lost(
        self, store: Store, codings: Sequence[Coding], said: Mapping[int, Mapping[str, State]]
    ) -> Iterable[views.LostView]:
        """Codings whose passage is not in the text any more, with the words of the text they were placed in."""
        for each in codings:
            former = texts.former_texts(store, each.document).get(each.text_sha256, "")
            yield views.LostView(self._view(each, said), each.span.quote(former))

    def _seen(
        self, store: Store, codings: Sequence[Coding], said: Mapping[int, Mapping[str, State]]
    ) -> list[Coding]:
        proposed = journal.first_states(store) if self.blind else {}
        return decisions.seen_by(codings, said, self.coder, blind=self.blind, proposed=proposed)

    def _view(self, coding: Coding, said: Mapping[int, Mapping[str, State]]) -> views.CodingView:
        known = said.get(coding.id or 0, {})
        if self.blind:
            known = {name: state for name, state in known.items() if name == self.coder}
        return views.coding_view(coding, known)

    def quotes(self, code_id: str) -> list[views.Quote]:
        """Every passage of a code, in context, in the order of the texts."""
        with Store(self.project.database) as store:
            codings = stored.codings(store, codes=[code_id])
            said = journal.verdicts(store, only={each.id or 0 for each in codings})
            seen = [each for each in self._seen(store, codings, said) if each.state in _SHOWN]
            documents = {d.id: d for d in texts.documents(store, ids={each.document for each in seen})}
            people = respondents(store, {p for each in documents.values() for p in each.respondents})
            attributes = self.attributes(store)
        known = {
            name: (document.sha256, attributes.one(people.get(p, {}) for p in document.respondents))
            for name, document in documents.items()
        }
        return [
            views.quote(self._view(each, said), documents[each.document], known[each.document][1])
            for each in seen
            if each.text_sha256 == known[each.document][0]
        ]

    def since(self, last: int) -> dict[str, Any]:
        """What was decided after row `last` of the journal, by anybody: for the other windows open on the study.

        Also the `sha256` of the codebook as it is now, and the `problem` of its file.
        """
        before = self.stamp()
        codebook = self.codebook()
        with Store(self.project.database) as store:
            outcome = self._outcome(store, list(journal.decisions(store, after=last)))
        known = {"sha256": codebook.sha256, "problem": self.grid.problem}
        return views.plain(replace(outcome, stamp=before)) | known

    # ── deciding ───────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, asked: Mapping[str, Any]) -> Outcome:
        """Do one gesture. `asked` holds its `action` and what it bears on, as the page saw it (ids, versions, texts).

        Raises: EnqueteError when a coding or a text changed meanwhile, or the gesture makes no sense; nothing is written then.
        """
        with Store(self.project.database) as store, store.transaction():
            self._same_texts(store, asked.get("texts") or {})
            last = journal.last_decision(store)
            changes = self._changes(store, asked)
            if changes:
                journal.apply(store, self.coder, changes)
            outcome = self._outcome(store, list(journal.decisions(store, after=last)))
        return replace(outcome, stamp=self.stamp())

    def _same_texts(self, store: Store, seen: Mapping[str, Any]) -> None:
        for name, sha256 in texts.hashes(store, seen).items():
            if sha256 != seen[name]:
                raise EnqueteError(Code.REVIEW_TEXT_CHANGED, document=name)

    def _changes(self, store: Store, asked: Mapping[str, Any]) -> Sequence[Change]:
        action, me = str(asked.get("action", "")), decisions.person(self.coder)
        codings = self._asked_codings(store, asked)
        suggestions = [_suggestion(each) for each in asked.get("suggestions", ())]
        documents: dict[str, Document] = {}

        def document(name: str) -> Document:
            if name not in documents:
                documents[name] = _document(store, name)
            return documents[name]

        if action == "accept":
            taken = [c for each in suggestions for c in decisions.take(document(each.document), [each], me)]
            return [*decisions.accept(*codings), *taken]
        if action == "reject":
            refused = [
                c for each in suggestions for c in decisions.refuse(document(each.document), [each], me)
            ]
            return [*decisions.reject(*codings), *refused]
        if action == "move":
            code = self.grid.code(str(asked["code"]))
            made = [c for each in codings for c in decisions.move(each, code, me)]
            for each in suggestions:
                made += decisions.refuse(document(each.document), [each], me)
                made += decisions.code(document(each.document), each.span, code, me)
            return made
        if action == "resize":
            span = Span(int(asked["start"]), int(asked["end"]))
            made = [c for each in codings for c in decisions.resize(each, span, document(each.document))]
            for each in suggestions:
                made += decisions.code(document(each.document), span, each.code, me)
            return made
        if action == "code":
            code = self.grid.code(str(asked["code"]))
            return [
                c
                for each in asked.get("spans") or [asked]
                for c in decisions.code(
                    document(str(each["document"])), Span(int(each["start"]), int(each["end"])), code, me
                )
            ]
        if action == "delete":
            return [c for each in codings for c in _taken_away(each, me.name)]
        raise EnqueteError(Code.REVIEW_NO_ACTION, action=action)

    def _asked_codings(self, store: Store, asked: Mapping[str, Any]) -> list[Coding]:
        """The codings as the page saw them: a version that is no longer the store's makes `apply` refuse."""
        wanted = {int(each["id"]): int(each["version"]) for each in asked.get("codings", ())}
        found = stored.codings_by_id(store, wanted)
        missing = wanted.keys() - found.keys()
        if missing:
            raise EnqueteError(Code.CODING_ABSENT, id=min(missing))
        return [replace(found[number], version=version) for number, version in wanted.items()]

    def undo(self) -> Outcome:
        """Reverse this coder's last gesture. Raises: EnqueteError when there is none, or others changed its codings since."""
        return self._replayed(undo=True)

    def redo(self) -> Outcome:
        """Do again what this coder undid last. Raises: as `undo`."""
        return self._replayed(undo=False)

    def _replayed(self, *, undo: bool) -> Outcome:
        with Store(self.project.database) as store, store.transaction():
            rows = (journal.undo if undo else journal.redo)(store, self.coder)
            outcome = self._outcome(store, rows, said="Annulé." if undo else "Rétabli.")
            self.grid.replay(rows, undo=undo)
        return replace(outcome, stamp=self.stamp())

    def memo(self, kind: str, target: str, text: str) -> dict[str, Any]:
        """Write this coder's memo on a coding, a code or a text; an empty one removes it."""
        with Store(self.project.database) as store:
            written = journal.set_memo(store, Memo(MemoTarget(kind), target, self.coder, text.strip()))
            can_undo, can_redo = journal.can_undo(store, self.coder)
            last = journal.last_decision(store)
        return {
            "memo": written,
            "can_undo": can_undo,
            "can_redo": can_redo,
            "last": last,
            "stamp": self.stamp(),
        }

    def _outcome(self, store: Store, rows: Sequence[Decision], *, said: str = "") -> Outcome:
        wanted: AbstractSet[int] = {row.coding for row in rows if row.coding is not None}
        verdicts = journal.verdicts(store, only=wanted)
        now = self._seen(store, list(stored.codings_by_id(store, wanted).values()), verdicts)
        shown = [each for each in now if each.state in _SHOWN]
        gone = wanted - {each.id for each in shown}
        can_undo, can_redo = journal.can_undo(store, self.coder)
        snapshots = [each for row in rows for each in (row.before, row.after)]
        return Outcome(
            tuple(self._view(each, verdicts) for each in shown),
            tuple(str(number) for number in sorted(gone)),
            can_undo,
            can_redo,
            journal.last_decision(store),
            said,
            tuple(sorted({each.respondent for each in snapshots if isinstance(each, Episode)})),
            any(isinstance(each, CodebookText) for each in snapshots),
        )

    # ── the codebook ───────────────────────────────────────────────────────────────────────────────────────────

    def tree(self) -> dict[str, Any]:
        """The codebook as the page shows it, and why its file cannot be read when it cannot."""
        codebook = self.codebook()
        with Store(self.project.database) as store:
            return views.codebook_view(codebook, _accepted(store)) | {"problem": self.grid.problem}

    def edit_codebook(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Change `codebook.yaml`, its comments kept; codings follow a merge or a split. Gives the new tree.

        Raises: EnqueteError when the file changed meanwhile (`sha256` is what the page saw), or the edit cannot be read.
        """
        made = self.grid.edit(asked, lambda store: self._asked_codings(store, asked))
        with Store(self.project.database) as store:
            can_undo, can_redo = journal.can_undo(store, self.coder)
            last = journal.last_decision(store)
        known = {"made": made, "can_undo": can_undo, "can_redo": can_redo, "last": last}
        return self.tree() | known | {"stamp": self.stamp()}

    def adopt(self, asked: Mapping[str, Any]) -> Outcome:
        """Put everything that people coded under a code absent from the codebook under another: `code` → `value`."""
        renamed = {str(asked["code"]): self.grid.code(str(asked["value"]))}
        with Store(self.project.database) as store, store.transaction():
            last = journal.last_decision(store)
            journal.carry_over(store, self.coder, renamed)
            outcome = self._outcome(store, list(journal.decisions(store, after=last)))
        return replace(outcome, stamp=self.stamp())


def _accepted(store: Store) -> dict[str, int]:
    counts = stored.code_counts(store)
    return {code: by_state.get(State.ACCEPTED, 0) for code, by_state in counts.items()}


def _taken_away(coding: Coding, me: str) -> tuple[Change, ...]:
    """One's own coding is deleted; a proposal is rejected, or it would come back."""
    mine = coding.coder.kind is CoderKind.PERSON and coding.coder.name == me
    return decisions.delete(coding, decisions.person(me)) if mine else decisions.reject(coding)


def _suggestion(asked: Mapping[str, Any]) -> Suggestion:
    return Suggestion(
        str(asked["document"]),
        Span(int(asked["start"]), int(asked["end"])),
        str(asked["code"]),
        float(asked["score"]),
        str(asked.get("why", "")),
    )


def _document(store: Store, name: str) -> Document:
    found = texts.document(store, name)
    if found is None:
        raise EnqueteError(Code.REVIEW_NO_TEXT, name=name)
    return found


def _title(name: str, heading: texts.Heading) -> str:
    if heading.kind is DocumentKind.ANSWER:
        return heading.title or heading.question or name
    if not heading.title or heading.title in heading.id:
        return heading.id
    return heading.title if heading.id in heading.title else f"{heading.id} · {heading.title}"
