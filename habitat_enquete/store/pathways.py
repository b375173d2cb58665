"""Residential episodes and the types of path people were given."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.pathway import (
    Episode,
    EpisodeState,
    Moment,
    PlacedCoding,
    Precision,
    RepeatedAnswer,
)
from habitat_enquete.store.connection import Row, Store


def answers_to(store: Store, questions: Collection[str]) -> list[RepeatedAnswer]:
    """The current answers to some questions, in the order of the files they came from."""
    wanted = sorted(questions)
    rows = store.iterate(
        "SELECT r.respondent, r.questionnaire, a.question, a.repeat, a.value, a.label, a.state, r.source_file,"
        " a.sheet, a.cell FROM answer a JOIN response r ON r.id = a.response"
        f" WHERE r.current AND a.question IN ({', '.join('?' * len(wanted))})"
        " ORDER BY r.questionnaire, r.respondent, a.repeat, a.rowid",
        wanted,
    )
    return [RepeatedAnswer(*row) for row in rows]


def replace_episodes(store: Store, origin: str, episodes: Iterable[Episode]) -> int:
    """Replace all episodes whose source begins with `origin` (a file, a questionnaire, a document); gives how many are kept.

    A respondent who is not known yet becomes known. What a person confirmed or rejected among them is replaced too: callers
    merge decisions first.
    """
    with store.transaction():
        store.execute(
            "DELETE FROM episode WHERE source = ? OR source LIKE ? ESCAPE '\\'", (origin, _prefix(origin))
        )
        rows = [_row(episode) for episode in episodes]
        store.execute_many(
            "INSERT INTO respondent (id) VALUES (?) ON CONFLICT DO NOTHING", {(row[0],) for row in rows}
        )
        store.execute_many(f"INSERT INTO episode VALUES ({', '.join('?' * 20)})", rows)
    return len(rows)


def _prefix(origin: str) -> str:
    escaped = origin.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}!%"


def _row(episode: Episode) -> tuple[object, ...]:
    start, end = _moment(episode.start), _moment(episode.end)
    return (
        episode.respondent,
        episode.rank,
        episode.source,
        *start,
        *end,
        episode.tenure,
        episode.dwelling,
        episode.commune,
        episode.place,
        episode.household,
        json.dumps(list(episode.motives), ensure_ascii=False),
        episode.satisfaction,
        int(episode.main),
        episode.state.value,
        episode.quote,
        json.dumps(dict(episode.attributes), ensure_ascii=False, sort_keys=True),
    )


def _moment(moment: Moment | None) -> tuple[str | None, str | None, str | None]:
    return (None, None, None) if moment is None else (moment.earliest, moment.latest, moment.precision.value)


def episodes(store: Store) -> list[Episode]:
    """All episodes, of every source and state, in order of respondent, source and rank."""
    return [_episode(row) for row in store.rows("SELECT * FROM episode ORDER BY respondent, source, rank")]


def count_proposed(store: Store) -> int:
    """How many episodes wait for a person to confirm or reject them."""
    return int(store.value("SELECT count(*) FROM episode WHERE state = ?", (EpisodeState.PROPOSED.value,)))


def _episode(row: Row) -> Episode:
    return Episode(
        respondent=row["respondent"],
        rank=row["rank"],
        start=_read(row, "start"),
        end=_read(row, "end"),
        tenure=row["tenure"],
        dwelling=row["dwelling"],
        commune=row["commune"],
        place=row["place"],
        household=row["household"],
        motives=tuple(json.loads(row["motives"])),
        satisfaction=row["satisfaction"],
        main=bool(row["main"]),
        state=EpisodeState(row["state"]),
        source=row["source"],
        quote=row["quote"],
        attributes=json.loads(row["attributes"]),
    )


def _read(row: Row, name: str) -> Moment | None:
    if row[f"{name}_earliest"] is None:
        return None
    return Moment(
        row[f"{name}_earliest"],
        row[f"{name}_latest"],
        Precision(row[f"{name}_precision"] or Precision.APPROXIMATE.value),
    )


def put_episode(store: Store, before: Episode | None, after: Episode | None) -> None:
    """Write `after` in place of `before`: None where there was or shall be nothing. Other episodes stay as they are.

    Raises: EnqueteError when what is stored is not `before` any more, or another episode has the place of `after`.
    """
    with store.transaction():
        for each in filter(None, (before, after)):
            held = _held(store, each)
            if held != (before if before is not None and episode_key(each) == episode_key(before) else None):
                raise EnqueteError(Code.EPISODE_CHANGED_ELSEWHERE, respondent=each.respondent)
        if before is not None:
            store.execute(
                "DELETE FROM episode WHERE respondent = ? AND source = ? AND rank = ?", episode_key(before)
            )
        if after is not None:
            store.execute(f"INSERT INTO episode VALUES ({', '.join('?' * 20)})", _row(after))


def _held(store: Store, episode: Episode) -> Episode | None:
    row = store.row(
        "SELECT * FROM episode WHERE respondent = ? AND source = ? AND rank = ?", episode_key(episode)
    )
    return None if row is None else _episode(row)


def episode_key(episode: Episode) -> tuple[str, str, int]:
    """What names an episode: whose it is, where it was read or written, and its rank there."""
    return episode.respondent, episode.source, episode.rank


def save_types(store: Store, types: Mapping[str, tuple[str, str, bool, float | None]]) -> None:
    """Replace the types given to people: respondent → (type, label, is its medoid, stability in [0, 1])."""
    with store.transaction():
        store.execute("DELETE FROM pathway_type")
        store.execute_many(
            "INSERT INTO pathway_type (respondent, type, label, medoid, stability) VALUES (?, ?, ?, ?, ?)",
            (
                (person, type_, label, int(medoid), stability)
                for person, (type_, label, medoid, stability) in sorted(types.items())
            ),
        )


def types(store: Store) -> dict[str, tuple[str, str, bool, float | None]]:
    """The type of each person: (type, label, is its medoid, stability)."""
    return {
        row["respondent"]: (row["type"], row["label"], bool(row["medoid"]), row["stability"])
        for row in store.rows("SELECT * FROM pathway_type ORDER BY respondent")
    }


def placed_codings(store: Store) -> dict[str, list[PlacedCoding]]:
    """Accepted codings, by respondent, in the order of the text; a coding without a speaker is its document's only person's."""
    found: dict[str, list[PlacedCoding]] = defaultdict(list)
    rows: Sequence[Row] = store.rows(
        "SELECT c.id, coalesce(c.respondent, (SELECT max(respondent) FROM document_respondent r"
        "   WHERE r.document = c.document GROUP BY r.document HAVING count(*) = 1)) AS person,"
        " c.document, d.kind, c.start, c.end, c.code, c.turn, substr(d.text, c.start + 1, c.end - c.start)"
        " FROM coding c JOIN document d ON d.id = c.document WHERE c.state = 'accepted'"
        " AND c.reported = 0 ORDER BY c.document, c.start, c.id"
    )
    for row in rows:
        if row["person"] is not None:
            found[row["person"]].append(PlacedCoding(*row))
    return found
