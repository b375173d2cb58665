"""What the page can do with the study: open a text, decide, undo, edit the codebook. One method per gesture.

Every gesture opens the store for itself, in one transaction; nothing is kept in memory that a decision depends on.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from habitat_enquete.coding import decisions, run_suggestions
from habitat_enquete.coding.suggestions import Learned
from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest import codebook_edits
from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import Change, CoderKind, Coding, Memo, MemoTarget, State, Suggestion
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Segment
from habitat_enquete.project import Project
from habitat_enquete.review import views
from habitat_enquete.store import codings as stored
from habitat_enquete.store import journal, texts
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents

_ATTRIBUTES: Final = ("public", "publics_pd2h", "territoire", "epci", "installation")
_SHOWN: Final = frozenset({State.SUGGESTED, State.ACCEPTED, State.REJECTED})
_FOUND: Final = 200
_AROUND: Final = 80


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gesture changed: codings as they are now, ids that are gone, what can be undone, the journal's last row."""

    changed: tuple[views.CodingView, ...]
    removed: tuple[str, ...]
    can_undo: bool
    can_redo: bool
    last: int
    said: str = ""


@dataclass(slots=True)
class Desk:
    """The study as one coder works on it. `blind`: what other people decided is hidden."""

    project: Project
    coder: str
    blind: bool = False
    _learned: Learned | None = field(default=None, repr=False)
    _learning: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def codebook(self) -> Codebook:
        """The codebook as it is in the file now."""
        return read_codebook(self.project.codebook_file)

    # ── reading ────────────────────────────────────────────────────────────────────────────────────────────────

    def study(self) -> dict[str, Any]:
        """Everything the page needs to start: texts, codebook, who codes, what can be undone."""
        codebook = self.codebook()
        with Store(self.project.database) as store:
            entries = self._entries(store)
            accepted = {
                code: by_state.get(State.ACCEPTED, 0) for code, by_state in stored.code_counts(store).items()
            }
            can_undo, can_redo = journal.can_undo(store, self.coder)
            last, coders = journal.last_decision(store), journal.coders(store)
            memos = [asdict(memo) for memo in journal.memos(store, coder=self.coder if self.blind else None)]
        return {
            "title": codebook.title or self.project.root.name,
            "coder": self.coder,
            "coders": sorted({*coders, self.coder}) if not self.blind else [self.coder],
            "blind": self.blind,
            "texts": views.as_json(entries),
            "codebook": views.codebook_view(codebook, accepted),
            "can_undo": can_undo,
            "can_redo": can_redo,
            "last": last,
            "memos": memos,
        }

    def _entries(self, store: Store) -> list[views.TextEntry]:
        people = respondents(store)
        counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        decided: dict[str, int] = defaultdict(int)
        said = journal.verdicts(store)
        for coding in decisions.seen_by(stored.codings(store), said, self.coder, blind=self.blind):
            name = text_of(coding.document)
            counts[name][coding.state.value] += 1
            decided[name] += self.coder in said.get(coding.id or 0, {})
        grouped: dict[str, list[Document]] = defaultdict(list)
        for document in texts.documents(store):
            grouped[text_of(document.id)].append(document)
        return [
            views.TextEntry(
                name,
                _title(name, documents),
                "answers" if documents[0].kind is DocumentKind.ANSWER else "interview",
                len({person for document in documents for person in document.respondents}),
                views.values(
                    [people.get(p, {}) for document in documents for p in document.respondents], _ATTRIBUTES
                ),
                counts[name]["suggested"],
                counts[name]["accepted"],
                decided[name],
            )
            for name, documents in sorted(grouped.items(), key=lambda pair: (pair[0].count("/"), pair[0]))
        ]

    def text(self, name: str) -> views.TextView:
        """An interview, or all the answers to one question, with codings and suggestions.

        Raises: EnqueteError when the study has no such text.
        """
        with Store(self.project.database) as store:
            ids = [each for each in texts.document_ids(store) if text_of(each) == name]
            documents = list(texts.documents(store, ids=ids))
            if not documents:
                raise EnqueteError(Code.REVIEW_NO_TEXT, name=name)
            people = respondents(store)
            known = self._seen(store, stored.codings(store, documents=ids))
        shown = [views.coding_view(each) for each in known if each.state in _SHOWN]
        shown += [views.suggestion_view(each) for each in self._suggested(ids)]
        parts = tuple(views.part_view(document, _attributes(document, people)) for document in documents)
        return views.TextView(name, _title(name, documents), parts, tuple(shown))

    def _seen(self, store: Store, codings: Sequence[Coding]) -> list[Coding]:
        return decisions.seen_by(codings, journal.verdicts(store), self.coder, blind=self.blind)

    def _suggested(self, documents: Sequence[str]) -> list[Suggestion]:
        """The learned model's suggestions, when `learn` has been called; none before."""
        learned = self._learned
        if learned is None:
            return []
        return [each for document in documents for each in learned.suggestions(document)]

    def learn(self) -> dict[str, Any]:
        """Learn from the decisions taken so far; says from how many passages, and how many suggestions wait."""
        learned = self._learn()
        return {
            "state": learned.state,
            "decided": learned.decided,
            "suggestions": len(learned.suggestions()),
        }

    def _learn(self) -> Learned:
        with self._learning:
            before = self._learned
            suggester = before.suggester if before else run_suggestions.prepare(self.project, self.codebook())
            self._learned = run_suggestions.learn(
                self.project, suggester, coder=self.coder if self.blind else None
            )
            return self._learned

    def queue(self, size: int = 20) -> dict[str, Any]:
        """What to look at next: suggestions that would teach most, and passages drawn at random, to be read whole.

        Also what the random ones say of what was missed so far (`recall`), and the terms that decisions suggest (`terms`).
        """
        learned = self._learn()
        items = [
            views.QueueView(
                text_of(item.passage.document),
                item.passage.document,
                item.passage.span.start,
                item.passage.span.end,
                item.passage.span.quote(learned.suggester.documents[item.passage.document].text),
                item.passage.turn,
                views.suggestion_view(item.suggestion) if item.suggestion else None,
            )
            for item in learned.queue(size)
        ]
        found = run_suggestions.estimate_recall(self.project, learned)
        terms = run_suggestions.proposals(self.project, self.codebook())
        return {
            "items": views.as_json(items),
            "recall": asdict(found) if found else None,
            "terms": views.as_json(terms),
        }

    def audit(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Note that a passage drawn at random was read whole: `missed` codings were made there that nobody had proposed."""
        span = Span(int(asked["start"]), int(asked["end"]))
        passage = Segment(str(asked["document"]), int(asked["turn"]), span)
        run_suggestions.record_audit(self.project, passage, coder=self.coder, missed=int(asked["missed"]))
        found = run_suggestions.estimate_recall(self.project, self._learned) if self._learned else None
        return {"recall": asdict(found) if found else None}

    def quotes(self, code_id: str) -> list[views.Quote]:
        """Every passage of a code, in context, in the order of the texts."""
        with Store(self.project.database) as store:
            codings = [
                each
                for each in self._seen(store, stored.codings(store, codes=[code_id]))
                if each.state in _SHOWN
            ]
            documents = {d.id: d for d in texts.documents(store, ids={each.document for each in codings})}
        return [views.quote(each, documents[each.document], text_of(each.document)) for each in codings]

    def search(self, words: str) -> list[dict[str, Any]]:
        """The places where some words are said, whatever their capitals; at most two hundred."""
        wanted = words.strip().casefold()
        found: list[dict[str, Any]] = []
        if not wanted:
            return found
        with Store(self.project.database) as store:
            for document in texts.documents(store):
                text, folded = document.text, document.text.casefold()
                # Case folding may change lengths (ß): fall back to lower case, which keeps them for French.
                folded = folded if len(folded) == len(text) else text.lower()
                at = folded.find(wanted)
                while at >= 0 and len(found) < _FOUND:
                    end = at + len(wanted)
                    found.append(
                        {
                            "text": text_of(document.id),
                            "document": document.id,
                            "start": at,
                            "end": end,
                            "before": text[max(0, at - _AROUND) : at],
                            "match": text[at:end],
                            "after": text[end : end + _AROUND],
                        }
                    )
                    at = folded.find(wanted, end)
        return found

    def since(self, last: int) -> dict[str, Any]:
        """What was decided after row `last` of the journal, by anybody: for the other windows open on the study."""
        with Store(self.project.database) as store:
            ids = {row.coding for row in journal.decisions(store, after=last) if row.coding is not None}
            return asdict(self._outcome(store, ids))

    # ── deciding ───────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, asked: Mapping[str, Any]) -> Outcome:
        """Do one gesture. `asked` holds its `action` and what it bears on, as the page saw it (ids and versions).

        Raises: EnqueteError when a coding changed meanwhile, or the gesture makes no sense; nothing is written then.
        """
        with Store(self.project.database) as store, store.transaction():
            changes = self._changes(store, asked)
            before = {change.before.id for change in changes if change.before}
            after = journal.apply(store, self.coder, changes) if changes else []
            return self._outcome(store, {each.id for each in after} | before)

    def _changes(self, store: Store, asked: Mapping[str, Any]) -> Sequence[Change]:
        action, me = str(asked.get("action", "")), decisions.person(self.coder)
        codings = self._asked_codings(store, asked)
        suggestions = [_suggestion(each) for each in asked.get("suggestions", ())]
        made: list[Change] = []
        if action == "accept":
            made += decisions.accept(*codings)
            made += self._on_suggestions(store, suggestions, is_taken=True)
        elif action == "reject":
            made += decisions.reject(*codings)
            made += self._on_suggestions(store, suggestions, is_taken=False)
        elif action == "move":
            code = self.codebook().code(str(asked["code"])).id
            for each in codings:
                made += decisions.move(each, code, me)
            for suggestion in suggestions:
                document = _document(store, suggestion.document)
                made += decisions.refuse(document, [suggestion], me)
                made += decisions.code(document, suggestion.span, code, me)
        elif action == "resize":
            span = Span(int(asked["start"]), int(asked["end"]))
            made += [
                c for each in codings for c in decisions.resize(each, span, _document(store, each.document))
            ]
            made += [
                c
                for each in suggestions
                for c in decisions.code(_document(store, each.document), span, each.code, me)
            ]
        elif action == "code":
            document = _document(store, str(asked["document"]))
            span = Span(int(asked["start"]), int(asked["end"]))
            made += decisions.code(document, span, self.codebook().code(str(asked["code"])).id, me)
        elif action == "delete":
            made += [c for each in codings for c in _taken_away(each, me.name)]
        else:
            raise EnqueteError(Code.REVIEW_NO_ACTION, action=action)
        return made

    def _asked_codings(self, store: Store, asked: Mapping[str, Any]) -> list[Coding]:
        """The codings as the page saw them: a version that is no longer the store's makes `apply` refuse."""
        wanted = {int(each["id"]): int(each["version"]) for each in asked.get("codings", ())}
        found = stored.codings_by_id(store, wanted)
        missing = wanted.keys() - found.keys()
        if missing:
            raise EnqueteError(Code.CODING_ABSENT, id=min(missing))
        return [replace(found[number], version=version) for number, version in wanted.items()]

    def _on_suggestions(
        self, store: Store, suggestions: Sequence[Suggestion], *, is_taken: bool
    ) -> list[Change]:
        me = decisions.person(self.coder)
        act = decisions.take if is_taken else decisions.refuse
        return [c for each in suggestions for c in act(_document(store, each.document), [each], me)]

    def undo(self) -> Outcome:
        """Reverse this coder's last gesture. Raises: EnqueteError when there is none, or others changed its codings since."""
        with Store(self.project.database) as store, store.transaction():
            rows = journal.undo(store, self.coder)
            return self._outcome(store, {row.coding for row in rows}, said="Annulé.")

    def redo(self) -> Outcome:
        """Do again what this coder undid last. Raises: as `undo`."""
        with Store(self.project.database) as store, store.transaction():
            rows = journal.redo(store, self.coder)
            return self._outcome(store, {row.coding for row in rows}, said="Rétabli.")

    def memo(self, kind: str, target: str, text: str) -> dict[str, Any]:
        """Write this coder's memo on a coding, a code or a text; an empty one removes it."""
        with Store(self.project.database) as store:
            written = journal.set_memo(store, Memo(MemoTarget(kind), target, self.coder, text.strip()))
            can_undo, can_redo = journal.can_undo(store, self.coder)
        return {"memo": asdict(written), "can_undo": can_undo, "can_redo": can_redo}

    def _outcome(self, store: Store, ids: AbstractSet[int | None], *, said: str = "") -> Outcome:
        wanted = {number for number in ids if number is not None}
        now = self._seen(store, list(stored.codings_by_id(store, wanted).values()))
        shown = [each for each in now if each.state in _SHOWN]
        gone = wanted - {each.id for each in shown}
        can_undo, can_redo = journal.can_undo(store, self.coder)
        return Outcome(
            tuple(views.coding_view(each) for each in shown),
            tuple(str(number) for number in sorted(gone)),
            can_undo,
            can_redo,
            journal.last_decision(store),
            said,
        )

    # ── the codebook ───────────────────────────────────────────────────────────────────────────────────────────

    def edit_codebook(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Change `codebook.yaml`, its comments kept; codings follow a merge. Gives the new tree.

        Raises: EnqueteError when the file changed meanwhile (`sha256` is what the page saw), or the edit cannot be read.
        """
        path = self.project.codebook_file
        text = path.read_text(encoding="utf-8")
        new, renamed = _edited(text, asked)
        codebook_edits.save(path, new, expected_sha256=str(asked["sha256"]))
        with Store(self.project.database) as store:
            if renamed:
                journal.carry_over(store, self.coder, renamed)
            counts = stored.code_counts(store)
        self._learned = None
        accepted = {code: by_state.get(State.ACCEPTED, 0) for code, by_state in counts.items()}
        return views.codebook_view(self.codebook(), accepted)


def _edited(text: str, asked: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The codebook after an edit, and the codes whose codings must follow (old → new)."""
    edit = str(asked.get("edit", ""))
    code, theme, value = (str(asked.get(key, "")) for key in ("code", "theme", "value"))
    if edit == "add_code":
        return codebook_edits.add_code(text, theme, value)[0], {}
    if edit == "add_theme":
        return codebook_edits.add_theme(text, value)[0], {}
    if edit in ("label", "definition", "include", "exclude", "polarity", "colour"):
        return codebook_edits.set_value(text, code, edit, value), {}
    if edit in ("terms", "not_terms"):
        return codebook_edits.add_to(text, code, edit, value), {}
    if edit == "theme_label":
        return codebook_edits.set_theme_label(text, theme, value), {}
    if edit == "move":
        return codebook_edits.move_code(text, code, theme, before=str(asked.get("before") or "") or None), {}
    if edit == "merge":
        return codebook_edits.merge_codes(text, value, [code]), {code: value}
    raise EnqueteError(Code.REVIEW_NO_ACTION, action=edit)


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


def text_of(document: str) -> str:
    """The text on screen that a document belongs to: itself, or `questionnaire/question` for an open answer."""
    parts = document.split("/")
    return f"{parts[0]}/{'/'.join(parts[2:])}" if len(parts) >= 3 else document


def _title(name: str, documents: Sequence[Document]) -> str:
    first = documents[0]
    if first.kind is DocumentKind.ANSWER:
        return first.title or first.attributes.get("question_label", "") or name
    return f"{first.id} · {first.title}" if first.title and first.title != first.id else first.id


def _attributes(document: Document, people: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    known: dict[str, str] = {}
    for person in document.respondents:
        known.update({n: v for n, v in people.get(person, {}).items() if n in _ATTRIBUTES and v})
    return known
