"""One person's dwellings in order of time: what is kept, what is doubtful, and in which month each begins."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from typing import Any, Final

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.model.pathway import Episode, EpisodeState, Moment, Pathway, Precision
from habitat_enquete.pathways.episodes.dates import (
    last_day,
    middle,
    month_of,
    parse_moment,
    spoken,
    year_moment,
)
from habitat_enquete.pathways.episodes.drafts import Draft, Told, told

Pick = Callable[[Moment], int]
Drafts = Mapping[Told, Draft]

# When a person's episodes come from several sources, the one somebody wrote down most carefully is kept.
_BY_HAND: Final = "!table"
_ONE_MONTH: Final = 1
_EXAMPLES: Final = 5
_YEAR: Final = re.compile(r"\b(?:1[89]|20)\d{2}\b")


@dataclass(frozen=True, slots=True)
class Stay:
    """Months `[begin, end)` spent in one dwelling; `episode` is its place in the pathway."""

    begin: int
    end: int
    episode: int


def birth(attributes: Mapping[str, str]) -> Moment | None:
    """When a person was born: from their year (or day) of birth, else from their age at the interview."""
    if year := _YEAR.search(attributes.get("annee_naissance", "")):
        return year_moment(int(year[0]))
    age, interview = attributes.get("age", "").split(".")[0], interview_date(attributes)
    if not age.isdigit() or interview is None:
        return None
    month = month_of(interview) - 12 * int(age)
    return Moment(last_day(month - 12), last_day(month), Precision.APPROXIMATE)


def interview_date(attributes: Mapping[str, str]) -> str | None:
    """The ISO day of the interview: nothing is known after it."""
    for name in ("date_entretien", "date", "date_enquete"):
        if attributes.get(name) and (moment := parse_moment(attributes[name])) is not None:
            return moment.latest
    return None


def pathways(
    episodes: Iterable[Episode],
    people: Mapping[str, Mapping[str, str]],
    *,
    wishes: Mapping[str, str] | None = None,
    with_proposed: bool = False,
) -> dict[str, Pathway]:
    """The pathway of each person who has one, from their confirmed episodes (and proposed ones with `with_proposed`).

    With several sources for one person, the one with a table written by hand wins, then the one with most episodes.
    """
    by_person: dict[str, dict[str, list[Episode]]] = defaultdict(lambda: defaultdict(list))
    for episode in episodes:
        kept = episode.state is EpisodeState.CONFIRMED or (
            with_proposed and episode.state is EpisodeState.PROPOSED
        )
        if kept:
            by_person[episode.respondent][episode.source.split("!")[0] + _hand(episode.source)].append(
                episode
            )
    found = {}
    for person, sources in sorted(by_person.items()):
        best = max(sources, key=lambda source: (source.endswith(_BY_HAND), len(sources[source]), source))
        found[person] = _pathway(
            person, sources[best], people.get(person, {}), (wishes or {}).get(person, "")
        )
    return found


def _hand(source: str) -> str:
    return _BY_HAND if source.endswith(_BY_HAND) else ""


def _pathway(person: str, episodes: list[Episode], attributes: Mapping[str, str], wished: str) -> Pathway:
    wish = next((e.attributes["wished"] for e in episodes if e.attributes.get("wished")), wished)
    # Undated episodes keep their rank among the dated ones.
    ranked = sorted(episodes, key=lambda e: e.rank)
    last = 0
    keys = {}
    for episode in ranked:
        last = middle(episode.start) if episode.start is not None else last
        keys[id(episode)] = (last, episode.rank)
    ordered = sorted(ranked, key=lambda e: keys[id(e)])
    numbered = tuple(replace(episode, rank=rank) for rank, episode in enumerate(ordered, start=1))
    return Pathway(person, numbered, interview_date(attributes), wish, dict(attributes))


def check(pathway: Pathway, drafts: Drafts) -> list[Problem]:
    """What is impossible or doubtful in the dates of one pathway, each at the row it comes from."""
    found: list[Problem] = []
    born = birth(pathway.attributes)
    for episode in pathway.episodes:
        found += _check_dates(episode, pathway, born, drafts, last=episode is pathway.episodes[-1])
    dated = [e for e in pathway.episodes if e.main and e.start is not None and not _is_impossible(e)]
    for before, after in pairwise(dated):
        found += _check_pair(before, after, drafts)
    return found


def without_interview(pathways: Iterable[Pathway]) -> list[Problem]:
    """One problem for all the people whose day of interview is unknown."""
    people = [pathway.respondent for pathway in pathways if pathway.observed_until is None]
    if not people:
        return []
    if len(people) == 1:
        return [problem(Code.PATHWAY_NO_INTERVIEW_DATE, severity=Severity.WARNING, respondent=people[0])]
    examples = ", ".join(people[:_EXAMPLES]) + (", …" if len(people) > _EXAMPLES else "")
    return [
        problem(
            Code.PATHWAY_NO_INTERVIEW_DATES,
            severity=Severity.WARNING,
            count=len(people),
            examples=examples,
        )
    ]


def _locate(
    episode: Episode, drafts: Drafts, code: Code, name: str, severity: Severity, **where: object
) -> Problem:
    draft = drafts.get(told(episode))
    if draft is None:
        return problem(
            code, severity=severity, file=episode.source, row=episode.rank, **dict[str, Any](where)
        )
    return draft.problem(code, name, severity=severity, **where)


def _is_impossible(episode: Episode) -> bool:
    return (
        episode.start is not None and episode.end is not None and episode.end.latest < episode.start.earliest
    )


def _check_dates(
    episode: Episode, pathway: Pathway, born: Moment | None, drafts: Drafts, *, last: bool
) -> list[Problem]:
    found = []
    start, end, until = episode.start, episode.end, pathway.observed_until
    if start is None:
        found.append(_locate(episode, drafts, Code.PATHWAY_NO_START, "start", Severity.WARNING))
    elif end is not None and _is_impossible(episode):
        where = {"start": spoken(start), "end": spoken(end)}
        found.append(_locate(episode, drafts, Code.PATHWAY_END_BEFORE_START, "end", Severity.ERROR, **where))
    elif end is not None and month_of(end.latest) - month_of(start.earliest) <= _ONE_MONTH and not last:
        found.append(_locate(episode, drafts, Code.PATHWAY_ONE_MONTH, "start", Severity.WARNING))
    for name, moment in (("start", start), ("end", end)):
        if moment is not None and until is not None and moment.earliest > until:
            where = {"date": spoken(moment), "interview": until}
            found.append(
                _locate(episode, drafts, Code.PATHWAY_AFTER_INTERVIEW, name, Severity.ERROR, **where)
            )
        if moment is not None and born is not None and moment.latest < born.earliest:
            where = {"date": spoken(moment), "birth": spoken(born)}
            found.append(_locate(episode, drafts, Code.PATHWAY_BEFORE_BIRTH, name, Severity.ERROR, **where))
    return found


def _check_pair(before: Episode, after: Episode, drafts: Drafts) -> list[Problem]:
    assert after.start is not None
    other = spoken(before.start) or f"épisode {before.rank}"
    if before.end is None:
        where: dict[str, object] = {"next": spoken(after.start)}
        return [_locate(before, drafts, Code.PATHWAY_NO_END, "end", Severity.WARNING, **where)]
    overlap = month_of(before.end.earliest) - month_of(after.start.latest)
    if overlap > 0:
        where = {"months": overlap, "other": other}
        return [_locate(after, drafts, Code.PATHWAY_OVERLAP, "start", Severity.WARNING, **where)]
    gap = month_of(after.start.earliest) - month_of(before.end.latest) - 1
    if gap > 0:
        where = {"months": gap, "other": other}
        return [_locate(after, drafts, Code.PATHWAY_GAP, "start", Severity.WARNING, **where)]
    return []


def stays(pathway: Pathway, pick: Pick = middle) -> list[Stay]:
    """The months of each main, dated episode, up to the interview; `pick` chooses a month in an imprecise date.

    A departure and the arrival that follows are one date when they may be. A later episode takes over an earlier one that
    overlaps it. A stay within one month keeps that month.
    """
    kept = [
        (rank, episode)
        for rank, episode in enumerate(pathway.episodes)
        if episode.main and episode.start is not None and not _is_impossible(episode)
    ]
    limit = month_of(pathway.observed_until) + 1 if pathway.observed_until else _last_known(pathway)
    found: list[Stay] = []
    arrival: int | None = None
    for position, (rank, episode) in enumerate(kept):
        following = kept[position + 1][1] if position + 1 < len(kept) else None
        begin = arrival if arrival is not None else pick(_start(episode))
        end, arrival = _departure(episode, following, pick)
        if found and found[-1].end > begin and found[-1].end - found[-1].begin == 1:
            begin = found[-1].end
        end = max(limit if end is None else min(end, limit), begin + 1)
        if begin < limit:
            found.append(Stay(begin, min(end, limit), rank))
    return [
        Stay(stay.begin, min(stay.end, after.begin), stay.episode) if after is not None else stay
        for stay, after in zip_longest(found, found[1:])
        if after is None or after.begin > stay.begin
    ]


def _start(episode: Episode) -> Moment:
    assert episode.start is not None
    return episode.start


def _departure(episode: Episode, following: Episode | None, pick: Pick) -> tuple[int | None, int | None]:
    """The month of departure (None: still there), and that of the next arrival when it is the same event."""
    if following is None or following.start is None:
        return (None if episode.end is None else max(pick(episode.end), pick(_start(episode)))), None
    if episode.end is None:
        arrival = pick(following.start)
        return arrival, arrival
    first = max(episode.end.earliest, following.start.earliest)
    last = min(episode.end.latest, following.start.latest)
    if first <= last:
        arrival = pick(Moment(first, last, following.start.precision))
        return arrival, arrival
    return pick(episode.end), None


def _last_known(pathway: Pathway) -> int:
    """Without an interview date: the month after the last date cited."""
    moments = [m for e in pathway.episodes for m in (e.start, e.end) if m is not None]
    return max((month_of(moment.latest) for moment in moments), default=0) + 1
