"""Residential paths under the page: the episodes read in interviews, beside their quotes, to be confirmed or corrected.

What a person decides is journaled and undone like any gesture, and kept when `enquete pathways --propose` runs again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

from habitat_enquete.errors import Code, EnqueteError, Severity
from habitat_enquete.model.pathway import Episode, EpisodeState, Moment, Pathway, Precision
from habitat_enquete.model.text import Document, DocumentKind
from habitat_enquete.pathways.alphabet import Alphabet, alphabet
from habitat_enquete.pathways.episodes.communes import Gazetteer
from habitat_enquete.pathways.episodes.dates import month_of, plain, spoken
from habitat_enquete.pathways.episodes.drafts import Draft, read_drafts
from habitat_enquete.pathways.episodes.timeline import birth, check, interview_date, pathways
from habitat_enquete.project import Project
from habitat_enquete.review.grid import Grid
from habitat_enquete.review.views import after, before
from habitat_enquete.store import journal, texts
from habitat_enquete.store import pathways as stored
from habitat_enquete.store.connection import Store, stamp
from habitat_enquete.store.respondents import respondents

_AROUND: Final = 240
_OFFERED: Final = 20  # communes
_ADDED: Final = "ajout"  # attribute of an episode that a person added by hand: who
_PRECISIONS: Final = {
    Precision.DAY: "au jour près",
    Precision.MONTH: "au mois près",
    Precision.SEASON: "à quelques mois près",
    Precision.YEAR: "à l'année près",
    Precision.APPROXIMATE: "approximatif",
}
_MONTHS: Final = [
    "janv.",
    "févr.",
    "mars",
    "avril",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
]
_STATES: Final = {
    "accept": EpisodeState.CONFIRMED,
    "reject": EpisodeState.REJECTED,
    "reopen": EpisodeState.PROPOSED,
}
# What the form asks, and the field of a row of episodes that it fills.
_FORM: Final = (
    "start",
    "end",
    "precision",
    "place",
    "tenure",
    "dwelling",
    "household",
    "motives",
    "leaving",
    "satisfaction",
)


@dataclass(frozen=True, slots=True)
class MomentView:
    """An imprecise date: as it is written in a table and as it is read, how finely it is known, and its first and last month
    (12 × year + month − 1)."""

    written: str
    shown: str
    precision: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class EpisodeView:
    """An episode as the page shows it. `token` names what it holds: a decision on something else is refused.

    `text`, `document`, `at` and `until` lead to its quote, between `before` and `after`; all are empty when it comes from no interview.
    """

    source: str
    rank: int
    token: str
    state: str
    origin: str
    text: str
    document: str
    at: int
    until: int
    before: str
    quote: str
    after: str
    start: MomentView | None
    end: MomentView | None
    place: str
    commune: str
    tenure: str
    dwelling: str
    household: str
    motives: tuple[str, ...]
    leaving: str
    satisfaction: str
    main: bool
    added: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person in the list of paths: how many episodes wait, are kept, were put aside; how many come from elsewhere."""

    id: str
    documents: tuple[str, ...]
    proposed: int
    confirmed: int
    rejected: int
    elsewhere: int


@dataclass(slots=True)
class PathwayDesk:
    """The paths of the study, as one coder works on them."""

    project: Project
    grid: Grid
    coder: str
    _places: Gazetteer | None = field(default=None, repr=False)

    @property
    def places(self) -> Gazetteer:
        """Every commune, read the first time."""
        # Inside: the whole stage, with its compiled distances, takes half a second that the page's start does not need.
        from habitat_enquete.pathways.run import study_gazetteer

        if self._places is None:
            self._places = study_gazetteer(self.project)
        return self._places

    @property
    def letters(self) -> Alphabet:
        """The tenures that the codebook declares."""
        return alphabet(self.grid.codebook())

    # ── reading ────────────────────────────────────────────────────────────────────────────────────────────────

    def people(self) -> dict[str, Any]:
        """Everybody who is interviewed or has a path, and the words that the form offers."""
        codebook, letters = self.grid.codebook(), self.letters
        with Store(self.project.database) as store:
            interviews = _interviews(store)
            episodes = stored.episodes(store)
        counts: dict[str, Counter[str]] = {person: Counter() for person in interviews}
        for each in episodes:
            own = _document_of(each) in interviews.get(each.respondent, ())
            counts.setdefault(each.respondent, Counter())[each.state.value if own else "elsewhere"] += 1
        return {
            "people": [
                PersonView(
                    person,
                    interviews.get(person, ()),
                    found["proposed"],
                    found["confirmed"],
                    found["rejected"],
                    found["elsewhere"],
                )
                for person, found in sorted(counts.items())
            ],
            "tenures": letters.tenures,
            "motives": [code.label for code in codebook],
            "dwellings": _used(each.dwelling for each in episodes),
            "households": _used(each.household for each in episodes),
        }

    def path(self, person: str) -> dict[str, Any]:
        """A person's episodes in the order of their life, and what is doubtful in the dates of those kept."""
        with Store(self.project.database) as store:
            known = respondents(store)
            if person not in known:
                raise EnqueteError(Code.EPISODE_NO_PERSON, respondent=person)
            interviews = _interviews(store).get(person, ())
            own = [each for each in stored.episodes(store) if each.respondent == person]
            documents = {each.id: each for each in texts.documents(store, ids=interviews)}
        attributes = known[person]
        kept = pathways(own, known, with_proposed=True).get(person)
        born = birth(attributes)
        return {
            "person": person,
            "documents": interviews,
            "born": _moment(born),
            "interview": interview_date(attributes) or "",
            "until": month_of(day) if (day := interview_date(attributes)) else None,
            "episodes": [self._view(each, documents) for each in _in_order(own)],
            "doubts": _doubts(kept) if kept else [],
        }

    def _view(self, episode: Episode, documents: Mapping[str, Document]) -> EpisodeView:
        name, at, until = _span_of(episode)
        document = documents.get(name)
        text = document.text if document else ""
        if document and text[at:until] != episode.quote:
            # The transcript was corrected since: the quote is where it is now, or nowhere.
            at = text.find(episode.quote) if episode.quote else -1
            until = at + len(episode.quote)
        found = document is not None and at >= 0 and until > at
        commune = self.places.communes.get(episode.commune or "")
        return EpisodeView(
            source=episode.source,
            rank=episode.rank,
            token=_token(episode),
            state=episode.state.value,
            origin=_origin(episode, name if document else ""),
            text=name if found else "",
            document=name if document else "",
            at=at if found else 0,
            until=until if found else 0,
            before=before(text, at, _AROUND) if found else "",
            quote=episode.quote,
            after=after(text, until, _AROUND) if found else "",
            start=_moment(episode.start),
            end=_moment(episode.end),
            place=episode.place,
            commune=f"{commune.name} ({commune.code})" if commune else episode.commune or "",
            tenure=episode.tenure or "",
            dwelling=episode.dwelling or "",
            household=episode.household or "",
            motives=episode.motives,
            leaving=episode.attributes.get("leaving", ""),
            satisfaction=str(episode.satisfaction or ""),
            main=episode.main,
            added=episode.attributes.get(_ADDED, ""),
        )

    def communes(self, words: str) -> list[str]:
        """The communes that a name, or its beginning, may stand for, as the form writes them: « Saint-Julien (48) »."""
        found = self.places.find(words)
        communes = [found.commune] if found.commune else list(found.candidates)
        if not communes:
            begun = plain(words).replace("-", " ")
            named = (
                codes for name, codes in self.places.names.items() if name.replace("-", " ").startswith(begun)
            )
            codes = islice((code for each in named for code in each), _OFFERED)
            communes = [self.places.communes[code] for code in codes if code in self.places.communes]
        offered = [f"{each.name} ({each.department})" for each in communes[:_OFFERED]]
        return offered or ([found.close] if found.close else [])

    # ── deciding ───────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Accept, reject, reopen, correct, add or take away episodes, as one gesture; gives the person's path as it is now.

        `episodes` names them as the page saw them. Raises: EnqueteError when one changed meanwhile, or a field cannot be read.
        """
        action, person = str(asked.get("action", "")), str(asked["respondent"])
        warnings: list[str] = []
        with Store(self.project.database) as store, store.transaction():
            own = [each for each in stored.episodes(store) if each.respondent == person]
            named = [_found(own, each, person) for each in asked.get("episodes", ())]
            decided: list[tuple[Episode | None, Episode | None]] = []
            if action in _STATES:
                decided = [(each, replace(each, state=_STATES[action])) for each in named]
            elif action == "correct" and len(named) == 1:
                after, warnings = self._written(named[0], asked)
                decided = [(named[0], after)]
            elif action == "add":
                after, warnings = self._written(_blank(store, own, asked, self.coder), asked)
                decided = [(None, after)]
            elif action == "delete" and all(each.attributes.get(_ADDED) for each in named):
                decided = [(each, None) for each in named]
            else:
                raise EnqueteError(Code.REVIEW_NO_ACTION, action=action)
            decided = [(before, after) for before, after in decided if before != after]
            if decided:
                journal.decide_episodes(store, self.coder, decided)
            can_undo, can_redo = journal.can_undo(store, self.coder)
            last = journal.last_decision(store)
        known = {"warnings": warnings, "can_undo": can_undo, "can_redo": can_redo, "last": last}
        return self.path(person) | known | {"stamp": stamp(self.project.database)}

    def _written(self, before: Episode, asked: Mapping[str, Any]) -> tuple[Episode, list[str]]:
        """`before` with what the form says, confirmed; and what is doubtful in it. Raises: EnqueteError on what cannot be read."""
        given = {name: str(value).strip() for name, value in dict(asked["fields"]).items()}
        fields = {name: given[name] for name in _FORM if given.get(name)}
        fields["main"] = "oui" if given.get("main", "oui") in ("oui", "true") else "non"
        draft = Draft(before.respondent, before.rank, before.source, fields)
        reading = read_drafts([draft], self.letters, self.places)
        wrong = [each for each in reading.problems if each.severity is Severity.ERROR]
        if wrong:
            raise EnqueteError(Code.EPISODE_UNREADABLE, what=" ".join(each.message for each in wrong))
        (read,) = reading.episodes or (before,)
        start, end = (
            _kept(before.start, read.start, given, "start"),
            _kept(before.end, read.end, given, "end"),
        )
        if start and end and end.latest < start.earliest:
            raise EnqueteError(Code.PATHWAY_END_BEFORE_START, start=spoken(start), end=spoken(end))
        attributes = {k: v for k, v in before.attributes.items() if k != "leaving"} | dict(read.attributes)
        after = replace(
            read,
            start=start,
            end=end,
            state=EpisodeState.CONFIRMED,
            quote=before.quote,
            attributes=attributes,
        )
        return after, [each.message for each in reading.problems]

    def propose(self) -> dict[str, Any]:
        """Read the interviews again, as `enquete pathways --propose` does; what people decided stays."""
        from habitat_enquete.pathways.run import propose_all

        propose_all(self.project, self.grid.codebook())
        return self.people() | {"stamp": stamp(self.project.database)}


def _doubts(path: Pathway) -> list[str]:
    """What is doubtful in the dates of a path, each after the date of the episode it is about."""
    found = []
    for each in check(path, {}):
        episode = path.episodes[each.row - 1] if each.row and each.row <= len(path.episodes) else None
        place = _read(episode.start) if episode and episode.start else ""
        found.append(f"{place} : {each.message}" if place else each.message)
    return list(dict.fromkeys(found))


def _interviews(store: Store) -> dict[str, tuple[str, ...]]:
    """The interviews of each person who took part in one."""
    found: dict[str, tuple[str, ...]] = {}
    for heading in texts.headings(store):
        if heading.kind is not DocumentKind.ANSWER:
            for person in heading.respondents:
                found[person] = (*found.get(person, ()), heading.id)
    return found


def _in_order(episodes: Sequence[Episode]) -> list[Episode]:
    """In the order of life; an episode without a date comes where it was told."""
    ranked = sorted(episodes, key=lambda each: (each.source.split("!")[0], each.rank, each.source))
    keys: dict[int, tuple[str, str]] = {}
    last = ""
    for each in ranked:
        last = each.start.earliest if each.start else last
        keys[id(each)] = (last, each.end.latest if each.end else "9999")
    return sorted(ranked, key=lambda each: keys[id(each)])


def _span_of(episode: Episode) -> tuple[str, int, int]:
    """The document and place that a source such as `E03!120:180` names; zeros when it names no place."""
    name, _, place = episode.source.rpartition("!")
    start, _, end = place.partition(":")
    if not (start.isdigit() and end.isdigit()):
        return name or episode.source, 0, 0
    return name, int(start), int(end)


def _document_of(episode: Episode) -> str:
    return _span_of(episode)[0]


def _origin(episode: Episode, document: str) -> str:
    if episode.attributes.get(_ADDED):
        return f"ajouté par {episode.attributes[_ADDED]}"
    if document:
        return f"entretien {document}"
    return f"déclaré dans {episode.source.split('!')[0]}"


def _found(own: Sequence[Episode], asked: Mapping[str, Any], person: str) -> Episode:
    """The episode that is asked for, as the page saw it."""
    place = str(asked["source"]), int(asked["rank"])
    for each in own:
        if (each.source, each.rank) == place and _token(each) == asked["token"]:
            return each
    raise EnqueteError(Code.EPISODE_CHANGED_ELSEWHERE, respondent=person)


def _blank(store: Store, own: Sequence[Episode], asked: Mapping[str, Any], coder: str) -> Episode:
    """A new episode of an interview: on the words selected in it, or on none.

    Its source is a place of the interview that no other episode has, so that a workbook of episodes leads back to it.
    """
    person, name = str(asked["respondent"]), str(asked["document"])
    document = texts.document(store, name)
    if document is None:
        raise EnqueteError(Code.REVIEW_NO_TEXT, name=name)
    start, end = int(asked.get("start", 0)), int(asked.get("end", 0))
    quote = document.text[start:end].strip()
    taken = {each.source for each in own}
    while f"{name}!{start}:{end}" in taken:
        start, end = (start, end - 1) if end - start > 1 else (start + 1, start + 1)
    rank = 1 + max((each.rank for each in own if _document_of(each) == name), default=0)
    return Episode(
        person,
        rank,
        None,
        None,
        source=f"{name}!{start}:{end}",
        quote=quote,
        attributes={_ADDED: coder},
    )


def _kept(before: Moment | None, read: Moment | None, given: Mapping[str, str], name: str) -> Moment | None:
    """The moment as it was when the form still says it the same way: a season or « vers » is not lost by looking at it."""
    same = given.get(name, "") == spoken(before) and not given.get("precision")
    return before if same else read


def _token(episode: Episode) -> str:
    return hashlib.sha256(repr(episode).encode()).hexdigest()[:16]


def _moment(moment: Moment | None) -> MomentView | None:
    if moment is None:
        return None
    first, last = month_of(moment.earliest), month_of(moment.latest)
    return MomentView(spoken(moment), _read(moment), _PRECISIONS[moment.precision], first, last)


def _read(moment: Moment) -> str:
    """A moment as a reader reads it.

    >>> _read(Moment("2015-03-01", "2016-11-30", Precision.APPROXIMATE))
    'mars 2015 – nov. 2016'
    """
    first, last = month_of(moment.earliest), month_of(moment.latest)
    if moment.earliest == moment.latest:
        day = moment.earliest.split("-")
        return f"{int(day[2])} {_month(first)}"
    if first == last:
        return _month(first)
    if first % 12 == 0 and last % 12 == 11:
        return str(first // 12) if last == first + 11 else f"{first // 12} – {last // 12}"
    return f"{_month(first)} – {_month(last)}"


def _month(month: int) -> str:
    return f"{_MONTHS[month % 12]} {month // 12}"


def _used(values: Any) -> list[str]:
    return sorted({each for each in values if each})
