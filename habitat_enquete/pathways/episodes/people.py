"""What a table says of people themselves: public, year of birth, day of the interview, weight, and any other attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.pathways.episodes.dates import parse_moment, plain
from habitat_enquete.pathways.episodes.drafts import bare_header, letters

# The attributes that the stage itself reads, and the headers that name them (bare form, see `drafts.bare_header`).
_ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "public": ("public", "type public", "categorie", "categorie public"),
    "publics_pd2h": ("publics", "publics pd2h", "public pd2h"),
    "annee_naissance": (
        *(
            "annee naissance",
            "naissance",
            "date naissance",
            "ne",
            "nee",
            "ne e",
            "annee nais",
            "birth year",
            "year birth",
        ),
        "birth",
    ),
    "age": ("age", "age entretien", "age enquete"),
    "date_entretien": (
        *(
            "date entretien",
            "entretien",
            "date enquete",
            "date passation",
            "jour entretien",
            "date interview",
            "interview",
        ),
        *("date", "date collecte"),
    ),
    "poids": (
        "poids",
        "weight",
        "ponderation",
        "coef",
        "coefficient",
        "coefficient ponderation",
        "poids redresse",
    ),
    "date_arrivee": (
        *("date arrivee", "annee arrivee", "arrivee", "arrivee departement", "date arrivee departement"),
        *("date arrivee territoire", "arrivee territoire"),
    ),
    "consentement": ("consentement", "consent", "accord"),
    "epci": ("epci", "intercommunalite", "communaute communes"),
}
_BY_HEADER: Final = {header: name for name, headers in _ATTRIBUTES.items() for header in headers}
# An « arrivée » that holds words (« nouvel arrivant ») is no date of arrival.
_DATED: Final = "date_arrivee"
_UNDATED: Final = "arrivee"
_MOST_VALUES: Final = 30

Line = tuple[int, Sequence[str]]


def attribute_of(header: str) -> str | None:
    """The attribute of people that a header names, when the stage knows it.

    >>> attribute_of("Année de naissance"), attribute_of("Pondération"), attribute_of("Loyer")
    ('annee_naissance', 'poids', None)
    """
    return _BY_HEADER.get(bare_header(header))


def named(header: str) -> str:
    """The attribute that a column of a sheet of people becomes: one the stage knows, else its own name."""
    return attribute_of(header) or plain(header).strip(" ?:").replace(" ", "_")


def of_sheet(header: Sequence[str], rows: Sequence[Sequence[str]], key: int) -> dict[str, dict[str, str]]:
    """What a sheet of people says of each; `key` is the place of the identifier."""
    names = _renamed(header, rows)
    return {
        row[key]: {
            name: value
            for position, (name, value) in enumerate(zip(names, row, strict=False))
            if value and position != key and name
        }
        for row in rows
        if key < len(row) and row[key]
    }


def _renamed(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The attribute of each column, from its title and what it holds."""
    names = [named(title) for title in header]
    for position, name in enumerate(names):
        values = [row[position] for row in rows if position < len(row) and row[position]]
        if name == _DATED and any(parse_moment(value) is None for value in values):
            names[position] = _UNDATED
    return names


def of_episodes(
    header: Sequence[str], lines: Sequence[Line], key: int, taken: Sequence[int], *, file: str, sheet: str
) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """What a table of episodes says of people beside their dwellings: attributes known, and columns that never change for anybody.

    Args:
        lines: number and cells of each row.
        key: the place of the identifier; `taken` the places of columns that tell an episode.
    Returns: attributes of each person, and a problem for every person whom two rows describe otherwise.
    """
    names = _renamed(header, [row for _, row in lines])
    found: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for position, name in enumerate(names):
        if position == key or position in taken or not name:
            continue
        values = list(_values(lines, key, position))
        known = attribute_of(header[position]) is not None
        if not known and not _is_constant(values):
            continue
        for number, person, value in values:
            before = found.setdefault(person, {}).setdefault(name, value)
            if before != value:
                problems.append(_differs(file, sheet, number, letters(position), value, before, person))
    return found, problems


def _differs(file: str, sheet: str, row: int, column: str, value: str, before: str, person: str) -> Problem:
    return problem(
        Code.PATHWAY_PERSON_DIFFERS,
        severity=Severity.WARNING,
        file=file,
        sheet=sheet,
        row=row,
        column=column,
        value=value,
        other=before,
        respondent=person,
    )


def _values(lines: Sequence[Line], key: int, position: int) -> Iterator[tuple[int, str, str]]:
    for number, row in lines:
        if max(key, position) < len(row) and row[key] and row[position]:
            yield number, row[key], row[position]


def _is_constant(values: Sequence[tuple[int, str, str]]) -> bool:
    """Whether a column says one thing of each person, the same thing of several rows: it then describes people, not dwellings."""
    by_person: dict[str, set[str]] = {}
    for _, person, value in values:
        by_person.setdefault(person, set()).add(value)
    distinct = {value for own in by_person.values() for value in own}
    repeated = len(values) > len(by_person)
    return repeated and len(distinct) <= _MOST_VALUES and all(len(own) == 1 for own in by_person.values())
