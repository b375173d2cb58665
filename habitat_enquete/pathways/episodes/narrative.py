"""From clauses told one after another to dwellings in the order of a life.

A story goes forward from the dwelling told last, unless « avant » turns it back; a date said without a dwelling waits for the next one;
« on y est restés quatre ans », « c'était en 2012 » or « jusqu'à la séparation » speak of the last one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from habitat_enquete.model.pathway import Moment, Precision
from habitat_enquete.pathways.episodes.dates import month_of, months_moment
from habitat_enquete.pathways.episodes.dwelling_words import Tenure
from habitat_enquete.pathways.episodes.places_told import PlaceTold
from habitat_enquete.pathways.episodes.times import Role, TimeExpression, after

_PARENTS: Final = "parents"
# How many clauses a date may wait for its dwelling.
_PATIENCE: Final = 3
# « C'était en 73 », « j'y suis depuis avril », « ça fait quatre ans »: of the dwelling told last.
_OF_LAST: Final = re.compile(
    r"\b(?:j'y|on y|nous y|c'etait|ca c'|ca devait|ca (?:va faire|fait|fera)|cela fait|depuis|emmenag\w+|ma cle|les cles|on est entres)\b"
)
# A date of a life, not of a dwelling: it waits for the move that follows.
_EVENT: Final = re.compile(
    r"\b(?:nee?s?|mari\w+|deced\w+|mort\w?|bac|diplom\w+|rencontr\w+|divorc\w+|separ\w+|retraite|permis)\b"
)
_ANOTHER: Final = re.compile(r"\b(?:plus (?:grande?|petite?) ?|un autre |une autre |demenag\w+|chang\w+ d)")
_OVER: Final = re.compile(r"\b(?:c'etait|c'est) fini\b")
_THEIRS: Final = re.compile(r"\bchez (?:eux|elle|lui)\b")
_MOVED_IN: Final = re.compile(r"\b(?:emmenag\w+|eu les cles|install\w+)\b")
_SHORT: Final = 45
# How many clauses after a dwelling was told its tenure or its dates may still come.
_NEAR: Final = 3
_LAST: Final = 10**9


@dataclass(frozen=True, slots=True)
class Telling:
    """What one clause tells. `is_then` opens a next step (« ensuite »), `is_before` an earlier one; `is_back` returns somewhere."""

    start: int
    end: int
    quote: str
    plain: str
    tenure: Tenure | None = None
    place: PlaceTold | None = None
    times: tuple[TimeExpression, ...] = ()
    is_move: bool = False
    is_leaving: bool = False
    is_then: bool = False
    is_before: bool = False
    is_back: bool = False
    is_lived: bool = False
    is_now: bool = False
    is_intended: bool = False
    cue: int | None = None  # where the tenure or the move is said
    kind: str = ""  # of dwelling: maison, studio…

    def moment(self, role: Role) -> Moment | None:
        """The moment of a role that is said nearest to the dwelling."""
        own = [each for each in self.times if each.role is role and each.moment is not None]
        return min(own, key=self._distance).moment if own else None

    def _distance(self, time: TimeExpression) -> int:
        """A time said before the dwelling may date something else: it counts as twice as far."""
        return 0 if self.cue is None else max(2 * (self.cue - time.end), time.start - self.cue)

    @property
    def months(self) -> tuple[int, int] | None:
        """How long it lasted, when that is said."""
        return next((each.months for each in self.times if each.role is Role.DURATION and each.months), None)

    def is_convincing(self, *, is_near: bool, is_dated: bool) -> bool:
        """Whether a clause tells a dwelling of one's own rather than an opinion: a tenure and a place, or either of them with a time,
        a next step or the present.

        Args:
            is_near: whether a dwelling was told just before: next steps follow.
            is_dated: whether a date said just before waits for its dwelling.
        """
        tenure = self.tenure is not None and not self.tenure.probable
        firm = self.place is not None and not (self.place.is_area or self.place.is_weak)
        lived = self.is_move and self.is_lived
        dated = any(each.moment is not None or each.months is not None for each in self.times)
        steps = (self.is_then and (is_near or dated)) or self.is_back or self.is_before
        if self.tenure is not None and firm:
            return True
        if self.tenure is not None:
            return (
                dated
                or (is_dated and (lived or tenure))
                or (tenure and steps)
                or (lived and tenure and is_near)
            )
        return firm and ((lived and (dated or is_dated or steps)) or self.is_now)

    @property
    def has_dwelling(self) -> bool:
        """Whether the clause names a dwelling: a tenure, or a place where one moves or stays."""
        if self.is_intended:
            return False
        return self.tenure is not None or (self.place is not None and self.is_move and not self.place.is_area)


@dataclass(frozen=True, slots=True)
class Dwelling:
    """A dwelling put together from what was told of it."""

    start: int
    end: int
    quote: str
    tenure: str | None = None
    is_probable: bool = False
    place: PlaceTold | None = None
    since: Moment | None = None
    until: Moment | None = None
    months: tuple[int, int] | None = None
    when: str = ""
    is_tentative: bool = False
    is_back: bool = False
    is_now: bool = False
    is_guessed: bool = False  # its beginning is a date said just before it
    kind: str = ""
    is_open: bool = False  # ended at a moment of life not yet dated

    @property
    def named(self) -> str:
        """Its place, when it is more precise than a region."""
        return "" if self.place is None or self.place.is_area else self.place.name


@dataclass(slots=True)
class Story:
    """The dwellings told so far, in the order of life, and the one told last."""

    birth: Moment | None = None
    interview: str | None = None
    dwellings: list[Dwelling] = field(default_factory=list)
    last: int = -1
    waiting: Moment | None = None
    waited: int = 0
    silence: int = 0  # clauses since the last dwelling was spoken of
    hint: Tenure | None = None  # a tenure said alone just before (« c'est notre premier achat »)
    spoken: Moment | None = None  # the last moment said, for « deux ans après »

    @property
    def current(self) -> Dwelling | None:
        return self.dwellings[self.last] if 0 <= self.last < len(self.dwellings) else None

    def hear(self, telling: Telling) -> None:
        """Take one more clause into the story."""
        telling = self._possible(telling)
        hint, self.hint = self.hint, None
        self.silence += 1
        self.waited += 1
        if self.waited > _PATIENCE:
            self.waiting = None
        over = telling.is_leaving and _OVER.search(telling.plain) is not None
        if over or (telling.is_leaving and telling.tenure is None and not self._goes_elsewhere(telling)):
            self._leave(telling)
        elif telling.has_dwelling:
            self._dwell(telling, hint)
        else:
            self._date(telling)
        said = [
            moment for each in telling.times for moment in (each.moment, each.until) if moment is not None
        ]
        self.spoken = said[-1] if said else self.spoken

    def _possible(self, telling: Telling) -> Telling:
        """A clause without what it would date before the birth or after the interview."""
        times = [each for each in telling.times if self._may_be(each.moment) and self._may_be(each.until)]
        return replace(telling, times=tuple(times))

    def _may_be(self, moment: Moment | None) -> bool:
        if moment is None:
            return True
        born = self.birth is None or moment.latest >= self.birth.earliest
        return born and (self.interview is None or moment.earliest <= self.interview)

    def _goes_elsewhere(self, telling: Telling) -> bool:
        return (
            telling.place is not None
            and telling.is_move
            and not (telling.place.is_weak or telling.place.is_area)
            and telling.place.name not in {each.named for each in self.dwellings}
        )

    def _leave(self, telling: Telling) -> None:
        until = telling.moment(Role.START) or telling.moment(Role.END)
        if not self.dwellings:
            if "parents" in telling.plain or until is not None:
                self._add(replace(_from(telling), tenure=_PARENTS, place=None, since=self.birth, until=until))
            return
        named = telling.place.name if telling.place else ""
        matching = [at for at, each in enumerate(self.dwellings) if named and each.named == named]
        at = matching[-1] if matching else self.last
        left = self.dwellings[at]
        months = telling.months if left.months is None else left.months
        self.dwellings[at] = replace(left, until=left.until or until, months=months, is_tentative=False)

    def _dwell(self, telling: Telling, hint: Tenure | None) -> None:
        if telling.place is not None and telling.place.is_birth and telling.tenure is None:
            if not self.dwellings:
                born = replace(_from(telling), tenure=_PARENTS, is_probable=True, is_tentative=True)
                self._add(replace(born, since=self.birth))
            return
        at = self._same(telling)
        if at is not None:
            self.dwellings[at], self.last, self.silence = self._merged(self.dwellings[at], telling), at, 0
            return
        is_dated = self.waiting is not None
        if not telling.is_convincing(is_near=self.silence <= _NEAR, is_dated=is_dated):
            self._date(telling)
            self.hint = telling.tenure
            return
        if telling.tenure is None and hint is not None:
            telling = replace(telling, tenure=replace(hint, probable=True))
        new = self._dated(self._from_parents(_from(telling), telling), telling)
        if self._is_childhood(new):
            new = replace(new, since=new.since or self.birth)
        if new.since is None and self.waiting is not None and not telling.is_before:
            new, self.waiting = replace(new, since=self.waiting, is_guessed=True), None
        self._add(new, before=telling.is_before)

    def _from_parents(self, new: Dwelling, telling: Telling) -> Dwelling:
        """« Je suis retournée vivre chez eux », when one's parents were spoken of, is with one's parents."""
        theirs = telling.is_back and _THEIRS.search(telling.plain) is not None
        if theirs and any(each.tenure == _PARENTS for each in self.dwellings):
            return replace(new, tenure=_PARENTS)
        return new

    def _is_childhood(self, new: Dwelling) -> bool:
        """Whether this is where one grew up: with one's parents, for the first time."""
        return (
            new.tenure == _PARENTS and not new.is_back and all(e.tenure != _PARENTS for e in self.dwellings)
        )

    def _add(self, new: Dwelling, *, before: bool = False) -> None:
        at = max(self.last, 0) if before else self.last + 1
        self.dwellings.insert(at, new)
        self.last, self.silence = at, 0

    def _same(self, telling: Telling) -> int | None:
        """Which dwelling told before a clause goes on about: the last one, or an earlier one that it names fully."""
        if self.current is not None and _continues(self.current, telling, near=self.silence <= _NEAR):
            return self.last
        if (
            telling.is_back
            or (telling.is_then and telling.tenure is not None)
            or _ANOTHER.search(telling.plain)
        ):
            return None
        since = telling.moment(Role.START) or telling.moment(Role.RANGE)
        for at in range(len(self.dwellings) - 1, -1, -1):
            other = self.dwellings[at]
            other_tenure = telling.tenure is not None and other.tenure != telling.tenure.id
            if other_tenure or not _may_meet(since, other.since):
                continue
            if telling.place is None and since is not None and other.since is not None:
                return at
            if telling.place is not None and telling.place.name == other.named:
                return at
        return None

    def _merged(self, one: Dwelling, telling: Telling) -> Dwelling:
        tenure, probable = one.tenure, one.is_probable
        better = (
            telling.tenure is not None and probable and not telling.tenure.probable and not one.is_tentative
        )
        if telling.tenure is not None and (tenure is None or better):
            tenure, probable = telling.tenure.id, telling.tenure.probable
        place = one.place
        better = place is None or place.is_area or place.is_birth or (place.is_weak and place.commune is None)
        if telling.place is not None and better:
            place = telling.place
        kind = one.kind or telling.kind
        merged = replace(one, tenure=tenure, is_probable=probable, place=place, kind=kind, is_tentative=False)
        return self._dated(merged, telling)

    def _dated(self, dwelling: Dwelling, telling: Telling) -> Dwelling:
        """A dwelling with the times of a clause about it."""
        since, until = telling.moment(Role.START), telling.moment(Role.END)
        months = dwelling.months
        for each in telling.times:
            if each.role is Role.RANGE:
                since, until = since or each.moment, until or each.until
            elif each.role is Role.DURATION and months is None:
                months = each.months
        if since and until and until.latest < since.earliest:
            until = None
        first = next((each for each in telling.times if each.moment is not None), None)
        when = (
            telling.quote[first.start : first.end].strip(" ,")
            if first and not dwelling.when
            else dwelling.when
        )
        is_open = dwelling.is_open or any(each.role is Role.OPEN_END for each in telling.times)
        return replace(
            dwelling,
            since=_narrowed(dwelling.since, since),
            until=dwelling.until or until,
            months=months,
            when=when,
            is_open=is_open,
        )

    def _date(self, telling: Telling) -> None:
        """A clause without a dwelling: its times are those of the last one, or wait for the next."""
        current, start = self.current, telling.moment(Role.START)
        between = next((each for each in telling.times if each.role is Role.RANGE), None)
        of_last = _OF_LAST.search(telling.plain) is not None or len(telling.plain) < _SHORT
        of_last = of_last and self.silence <= _NEAR and not _EVENT.search(telling.plain)
        if telling.is_before:
            return
        if current is not None:
            end, area = telling.moment(Role.END) if self.silence <= _NEAR else None, telling.place
            is_open = current.is_open or any(each.role is Role.OPEN_END for each in telling.times)
            current = replace(current, until=current.until or end, is_open=is_open)
            if between is not None and current.since is None and of_last:
                current = replace(current, since=between.moment, until=current.until or between.until)
                between = None
            if telling.months is not None and current.months is None and of_last:
                current = replace(current, months=telling.months)
            if current.is_tentative and re.search(r"\b(?:j'y|on y)\b", telling.plain):
                current = replace(current, is_tentative=False)
            if start is not None and current.is_open and current.until is None and not telling.is_move:
                current, self.waiting, self.waited = replace(current, until=start), start, 0
                start = None
            elif start is not None and of_last and self._may_date(current, telling):
                current, start = replace(current, since=start, is_guessed=False), None
            elif start is not None and of_last and _MOVED_IN.search(telling.plain) and current.until is None:
                current, start = replace(current, since=start), None
            elif start is not None and of_last and telling.is_move and not telling.is_then:
                current, start = replace(current, since=_narrowed(current.since, start)), None
            short = len(telling.plain) < _SHORT and self.silence <= _NEAR
            if (
                area is not None
                and current.place is None
                and (telling.is_move or short)
                and not telling.is_then
            ):
                current = replace(current, place=area)
            self.dwellings[self.last] = current
        if start is None and between is not None:
            start = between.moment
        if start is not None:
            self.waiting, self.waited = start, 0

    def _may_date(self, current: Dwelling, telling: Telling) -> bool:
        """Whether a date said alone is when the last dwelling began."""
        said_of_it = _OF_LAST.search(telling.plain) is not None
        return (current.since is None and not telling.is_then) or (current.is_guessed and said_of_it)

    def told(self) -> list[Dwelling]:
        """The dwellings in the order of life, each with the dates that its neighbours give it."""
        kept = [
            each
            for each in self.dwellings
            if not each.is_tentative and (each.tenure or (each.named and (each.since or each.until)))
        ]
        if kept and kept[0].tenure == _PARENTS and kept[0].since is None and not kept[0].is_back:
            kept[0] = replace(kept[0], since=self.birth)
        kept = _in_order(kept)
        return [_possible(each, self.interview) for each in _chained(_chained(kept))]


def _from(telling: Telling) -> Dwelling:
    tenure = telling.tenure
    return Dwelling(
        telling.start,
        telling.end,
        telling.quote,
        tenure.id if tenure else None,
        tenure.probable if tenure else False,
        telling.place,
        is_back=telling.is_back,
        is_now=telling.is_now,
        kind=telling.kind,
    )


def _continues(current: Dwelling, telling: Telling, *, near: bool) -> bool:
    """Whether a clause speaks of the dwelling told last; `near` when that one was spoken of just before."""
    tenure, place = telling.tenure, telling.place
    if not near and tenure is not None and tenure.id != current.tenure:
        return False
    firm = place is not None and not (place.is_area or place.is_weak)
    if telling.is_before or telling.is_back:
        return False
    if _ANOTHER.search(telling.plain) and telling.is_lived and (tenure is not None or firm):
        return False
    if firm and current.named and place is not None and not _same_name(place.name, current.named):
        is_within = (
            current.tenure is None and place.commune is None and not telling.is_then
        )  # a district, a lieu-dit
        grown = (
            current.place is not None
            and current.place.is_birth
            and tenure is not None
            and tenure.id == _PARENTS
        )
        if not (grown or is_within):
            return False
    if tenure is not None and current.tenure not in (None, tenure.id) and not tenure.probable:
        moves = telling.is_move and telling.is_lived and not firm and not current.is_tentative
        if not current.is_probable or telling.is_then or moves:
            return False
        if current.is_tentative and tenure.id != _PARENTS and (place is not None or telling.times):
            return False
    if tenure is not None and tenure.probable and current.tenure not in (None, tenure.id) and telling.is_move:
        return False
    since = telling.moment(Role.START)
    if since is not None and (telling.is_move or tenure is not None) and not _may_meet(since, current.since):
        return False
    if telling.is_then and telling.is_move and (tenure is not None or firm) and current.tenure is not None:
        return tenure is None and firm and place is not None and place.name == current.named
    return True


def _same_name(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")


def _in_order(dwellings: Sequence[Dwelling]) -> list[Dwelling]:
    """In the order of dates; one without a date follows the one told before it."""
    keys, last = [], 0
    for position, each in enumerate(dwellings):
        if each.since is not None:
            last = month_of(each.since.earliest) + month_of(each.since.latest)
        keys.append((_LAST if each.is_now and each.since is None else last, position))
    return [dwellings[at] for at in sorted(range(len(dwellings)), key=keys.__getitem__)]


def _chained(dwellings: Sequence[Dwelling]) -> list[Dwelling]:
    """A stay begins when the one before ended, and ends when the next begins, where nothing else was said."""
    found: list[Dwelling] = []
    for each in dwellings:
        before = found[-1] if found else None
        if each.since is None and before is not None:
            left = before.until or (
                after(before.since, before.months) if before.since and before.months else None
            )
            if left is not None and not (each.until and each.until.latest < left.earliest):
                each = replace(each, since=left)
        if each.since is None and each.until is not None and each.months is not None:
            each = replace(each, since=after(each.until, (-each.months[1], -each.months[0])))
        found.append(each)
    return [_ended(each, found[at + 1] if at + 1 < len(found) else None) for at, each in enumerate(found)]


def _ended(each: Dwelling, following: Dwelling | None) -> Dwelling:
    if each.until is not None:
        return each
    lasted = after(each.since, each.months) if each.since and each.months else None
    begins = following.since if following else None
    if lasted is None or begins is None:
        return replace(each, until=lasted or (begins if each.since else None))
    return replace(each, until=_narrowed(begins, lasted) if _may_meet(lasted, begins) else lasted)


def _possible(each: Dwelling, interview: str | None) -> Dwelling:
    """Without a beginning or an end that would come after the interview, nor an end before the beginning."""
    if each.since and interview and each.since.earliest > interview:
        each = replace(each, since=None)
    if each.until and interview and each.until.earliest > interview:
        each = replace(each, until=None)
    if each.since and each.until and each.until.latest < each.since.earliest:
        return replace(each, until=None)
    return each


def _may_meet(one: Moment | None, other: Moment | None) -> bool:
    return one is None or other is None or (one.earliest <= other.latest and other.earliest <= one.latest)


def _narrowed(one: Moment | None, other: Moment | None) -> Moment | None:
    """Both at once when they may be, else the first."""
    if one is None or other is None:
        return one or other
    first, last = max(one.earliest, other.earliest), min(one.latest, other.latest)
    if first > last or (first, last) == (one.earliest, one.latest):
        return one
    if (first, last) == (other.earliest, other.latest):
        return other
    return months_moment(month_of(first), month_of(last), Precision.APPROXIMATE)
