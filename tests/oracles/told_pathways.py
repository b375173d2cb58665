"""Reads the invented interviews and their pathways, and matches proposed episodes with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.pathway import Episode, Moment
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn
from habitat_enquete.pathways.alphabet import alphabet
from habitat_enquete.pathways.episodes.areas import is_area
from habitat_enquete.pathways.episodes.communes import gazetteer
from habitat_enquete.pathways.episodes.dates import plain
from habitat_enquete.pathways.episodes.proposals import propose

HERE = Path(__file__).parents[1] / "pathways" / "told"
_OWNERS = {"accedant": "proprietaire"}


@dataclass(frozen=True, slots=True)
class Lived:
    """An episode as a reader finds it; years are intervals, None when they are not told or it still lasts."""

    since: tuple[int, int] | None
    until: tuple[int, int] | None
    tenure: str
    place: str


@dataclass(frozen=True, slots=True)
class Told:
    """One interview: the person, what is said, what a reader finds."""

    document: Document
    person: dict[str, str]
    episodes: tuple[Lived, ...]


def interviews(name: str) -> Iterator[Told]:
    """The interviews of a file of tests/pathways/told."""
    blocks = (HERE / f"{name}.txt").read_text(encoding="utf-8").split("\n== ")[1:]
    for block in blocks:
        head, *lines = block.splitlines()
        id, birth, day, public = (part.split()[-1] for part in head.split(" | "))
        yield Told(
            _document(id, [line for line in lines if line[:2] in ("Q:", "R:")]),
            {"annee_naissance": birth, "date_entretien": day, "public": public},
            tuple(_episode(line[2:]) for line in lines if line.startswith("> ")),
        )


def _document(id: str, lines: Sequence[str]) -> Document:
    text, turns = "", []
    for index, line in enumerate(lines):
        said = line[3:]
        turns.append(Turn(index, line[0], Span(len(text), len(text) + len(said))))
        text += said + "\n"
    speakers = (Speaker("Q", Role.INTERVIEWER), Speaker("R", Role.INFORMANT, id))
    return Document(id, DocumentKind.INTERVIEW, text, tuple(turns), speakers, Source(f"{id}.docx", "0"))


def _episode(line: str) -> Lived:
    since, until, tenure, place = (part.strip() for part in line.split("|"))
    return Lived(_years(since), _years(until), tenure, "" if place == "?" else place)


def _years(words: str) -> tuple[int, int] | None:
    if words in ("-", "?"):
        return None
    first, _, last = words.partition("-")
    return int(first), int(last or first)


def proposed(told: Told) -> list[Episode]:
    """What the stage proposes for an interview."""
    letters, places = alphabet(Codebook((), ())), gazetteer(departments=["53", "48"])
    return propose(told.document, {told.document.id: told.person}, letters, places)


def is_found(episode: Episode, true: Lived) -> bool:
    """The same tenure, a beginning that may be the same (none: not told), and no other place."""
    tenure = _OWNERS.get(episode.tenure or "", episode.tenure)
    place, wanted = plain(episode.place), plain(true.place)
    same_place = not place or not wanted or place in wanted or wanted in place or is_area(episode.place)
    return true.tenure in ("?", tenure) and same_place and meets(episode.start, true.since)


def meets(moment: Moment | None, years: tuple[int, int] | None) -> bool:
    if moment is None or years is None:
        return True
    return int(moment.earliest[:4]) <= years[1] and years[0] <= int(moment.latest[:4])


@dataclass(slots=True)
class Score:
    """How many episodes were proposed, how many a reader finds, how many match; of these, how many beginnings and places are given,
    and how many ends are right."""

    proposed: int = 0
    wanted: int = 0
    right: int = 0
    dated: int = 0
    placed: int = 0
    ends: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 0.0


def score(name: str) -> Score:
    """The score of all interviews of a file."""
    total = Score()
    for told in interviews(name):
        wanted, found = list(told.episodes), proposed(told)
        total.proposed += len(found)
        total.wanted += len(wanted)
        for episode in found:
            match = next((true for true in wanted if is_found(episode, true)), None)
            if match:
                wanted.remove(match)
                total.right += 1
                total.dated += episode.start is not None
                total.placed += bool(episode.place)
                total.ends += (episode.end is None and match.until is None) or (
                    episode.end is not None and match.until is not None and meets(episode.end, match.until)
                )
    return total
