"""From the words of a row (a table, a repeated block, a grid) to an episode, with a located problem for all that is doubtful."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.model.pathway import Episode, EpisodeState, Moment
from habitat_enquete.pathways.alphabet import Alphabet
from habitat_enquete.pathways.episodes.communes import Gazetteer, Place
from habitat_enquete.pathways.episodes.dates import parse_range, plain

# The fields of an episode, and the headers or keys that name them (plain form).
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": (
        *(
            "id",
            "identifiant",
            "repondant",
            "respondent",
            "enquete",
            "personne",
            "code",
            "pseudonyme",
            "pseudo",
        ),
        *(
            "id enquete",
            "id personne",
            "id repondant",
            "code enquete",
            "code personne",
            "n enquete",
            "numero enquete",
        ),
        *("identifiant enquete", "identifiant personne", "n personne", "code repondant", "participant"),
    ),
    "rank": (
        *(
            "rang",
            "rank",
            "numero",
            "n",
            "ordre",
            "etape",
            "n etape",
            "numero etape",
            "n logement",
            "numero logement",
        ),
        *("rang logement", "n episode", "episode", "sequence"),
    ),
    "start": (
        *(
            "debut",
            "start",
            "entree",
            "emmenagement",
            "date debut",
            "date d'entree",
            "annee debut",
            "annee entree",
        ),
        *(
            "mois debut",
            "entree dans logement",
            "date emmenagement",
            "annee emmenagement",
            "debut occupation",
        ),
        *("debut episode", "debut sejour", "start date", "begin", "from", "depuis"),
    ),
    "end": (
        *(
            "fin",
            "end",
            "sortie",
            "depart",
            "date fin",
            "date de sortie",
            "annee fin",
            "annee sortie",
            "annee depart",
        ),
        *(
            "mois fin",
            "sortie du logement",
            "date depart",
            "fin occupation",
            "fin episode",
            "fin sejour",
            "end date",
        ),
        *("to", "until", "jusqu'a", "jusqu'en"),
    ),
    "start_min": ("debut min", "debut_min", "start_earliest", "debut au plus tot"),
    "start_max": ("debut max", "debut_max", "start_latest", "debut au plus tard"),
    "end_min": ("fin min", "fin_min", "end_earliest", "fin au plus tot"),
    "end_max": ("fin max", "fin_max", "end_latest", "fin au plus tard"),
    "precision": ("precision", "precision date", "precision dates"),
    "commune": (
        *("commune insee", "commune_insee", "code insee", "insee", "code commune", "code insee commune"),
        *("codgeo", "depcom", "codcom", "code geo"),
    ),
    "place": (
        *(
            "commune",
            "lieu",
            "place",
            "libelle",
            "ville",
            "localite",
            "localisation",
            "nom commune",
            "libelle commune",
        ),
        *(
            "commune residence",
            "lieu residence",
            "commune logement",
            "lieu logement",
            "ville residence",
            "city",
            "town",
        ),
    ),
    "country": ("pays", "country"),
    "tenure": (
        *("statut", "tenure", "statut d'occupation", "statut occupation", "occupation", "mode occupation"),
        *("type occupation", "statut residentiel", "statut logement", "statut occupation logement"),
        "situation residentielle",
    ),
    "dwelling": (
        *(
            "logement",
            "type logement",
            "type_logement",
            "dwelling",
            "type de logement",
            "habitat",
            "type habitat",
        ),
        *("nature logement", "typologie logement", "type bien", "typologie"),
    ),
    "household": (
        *(
            "menage",
            "household",
            "foyer",
            "composition menage",
            "composition familiale",
            "situation familiale",
        ),
        *("type menage", "avec qui", "composition foyer"),
    ),
    "motives": (
        *(
            "motif",
            "motifs",
            "motives",
            "motif entree",
            "motif_entree",
            "raison",
            "raisons",
            "motif emmenagement",
        ),
        *(
            "motif arrivee",
            "motif installation",
            "raison emmenagement",
            "pourquoi",
            "motif choix",
            "motif demenagement",
        ),
    ),
    "leaving": (
        *(
            "motif depart",
            "motifs depart",
            "motif sortie",
            "motif de depart",
            "pourquoi parti",
            "raison depart",
        ),
        *("raison sortie", "motif fin"),
    ),
    "satisfaction": ("satisfaction", "satisfaction logement", "note satisfaction", "niveau satisfaction"),
    "main": ("principal", "main", "logement principal", "residence principale"),
    "quote": ("citation", "verbatim", "quote", "extrait"),
    "state": ("decision", "etat", "state", "validation"),
    "source": ("source", "origine"),
    "wished": ("souhait", "souhaite", "wished", "logement souhaite", "prochain logement souhaite"),
    "blocked": ("blocage", "ce qui bloque", "blocked", "frein au souhait"),
}
# Words that change nothing in a header: « Date de début (mois/année) » is « debut ».
_EMPTY_WORDS: Final = frozenset(
    ["de", "du", "des", "d", "l", "le", "la", "les", "en", "un", "une", "dans", "au", "aux", "votre", "vos"]
)
_EXTRA_NAMES: Final = (
    "surface pieces loyer charges loyer_charges dispositif refus duree_recherche_mois aide freins leviers"
)
_EXTRAS: Final = frozenset(_EXTRA_NAMES.split())
_UNKNOWN: Final = frozenset({"?", "??", "nsp", "ne sait pas", "ne sait plus", "inconnu", "inconnue"})
# What people write for the end of a stay that goes on.
_STILL_THERE: Final = frozenset(
    {
        *(
            "actuel",
            "actuelle",
            "actuellement",
            "aujourd'hui",
            "en cours",
            "a ce jour",
            "present",
            "maintenant",
        ),
        *(
            "toujours",
            "toujours la",
            "encore la",
            "?",
            "??",
            "-",
            "na",
            "n/a",
            "nsp",
            "ne sait pas",
            "ne sait plus",
        ),
        *("inconnu", "inconnue", "nr"),
    }
)
_YES: Final = frozenset({"oui", "o", "yes", "1", "vrai", "true", "x"})
_NO: Final = frozenset({"non", "n", "no", "0", "faux", "false"})
_STATES: Final = {
    "propose": EpisodeState.PROPOSED,
    "proposed": EpisodeState.PROPOSED,
    "a confirmer": EpisodeState.PROPOSED,
    "confirme": EpisodeState.CONFIRMED,
    "confirmed": EpisodeState.CONFIRMED,
    "oui": EpisodeState.CONFIRMED,
    "rejete": EpisodeState.REJECTED,
    "rejected": EpisodeState.REJECTED,
    "non": EpisodeState.REJECTED,
}


def field_of(header: str) -> str | None:
    """The field that a header names, or None. Extra columns of the field (surface, loyer, refus…) keep their name.

    >>> field_of("Statut d'occupation"), field_of("Date de début (mois/année)"), field_of("N° d'étape")
    ('tenure', 'start', 'rank')
    """
    name = plain(header)
    if name in FIELDS:
        return name
    bare = bare_header(header)
    if bare in _by_header():
        return _by_header()[bare]
    dated = " ".join(word for word in bare.split() if word not in ("date", "dates"))
    if _by_header().get(dated) in ("start", "end"):
        return _by_header()[dated]
    underscored = "_".join(re.sub(r"\(.*?\)", " ", name).split())
    return next(
        (f"extra:{extra}" for extra in (underscored, bare.replace(" ", "_")) if extra in _EXTRAS), None
    )


def bare_header(header: str) -> str:
    """The words of a header that tell it from others: no brackets, unit, article or number sign."""
    words = re.sub(r"\(.*?\)|\[.*?\]", " ", plain(header).replace("n°", "n ").replace("nº", "n "))
    kept = [word for word in re.findall(r"[a-z0-9]+", words) if word not in _EMPTY_WORDS]
    return " ".join(kept)


def precedence(header: str) -> int:
    """How plainly a header names its field, 0 the plainest: of two columns for one field, the plainer is read."""
    known = field_of(header)
    names = [bare_header(each) for each in FIELDS.get(known or "", ())]
    bare = bare_header(header)
    return names.index(bare) if bare in names else len(names)


@cache
def _by_header() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for known, headers in FIELDS.items():
        for header in headers:
            found.setdefault(bare_header(header), known)
    return found


def letters(position: int) -> str:
    """The letters of a column, from 0.

    >>> letters(27)
    'AB'
    """
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value was read: sheet, row and column letters."""

    sheet: str = ""
    row: int | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The words of one episode, field by field, and where each was read. `file` and `source` lead back to it."""

    respondent: str
    rank: int
    source: str
    fields: Mapping[str, str]
    file: str = ""
    cells: Mapping[str, Cell] = field(default_factory=dict)

    def problem(
        self, code: Code, name: str, *, severity: Severity = Severity.ERROR, **where: object
    ) -> Problem:
        """A problem at the cell of a field (or at the row, when the field has none)."""
        cell = self.cells.get(name) or next(iter(self.cells.values()), Cell())
        # `value` is offered to the sentence through the problem's own place.
        return problem(
            code,
            severity=severity,
            file=self.file,
            sheet=cell.sheet,
            row=cell.row,
            column=cell.column,
            value=str(where.pop("value", self.fields.get(name, ""))),
            **where,
        )


Told = tuple[object, ...]


def told(episode: Episode) -> Told:
    """What an episode says, whatever its rank: ordered by date, it still leads back to its row."""
    return (
        *(episode.respondent, episode.source, episode.start, episode.end, episode.tenure, episode.commune),
        *(episode.place, episode.dwelling, episode.household, episode.motives, episode.quote),
    )


@dataclass(slots=True)
class Reading:
    """Episodes read so far, and what was wrong on the way."""

    episodes: list[Episode] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    drafts: dict[Told, Draft] = field(default_factory=dict)


def read_drafts(drafts: list[Draft], alphabet: Alphabet, gazetteer: Gazetteer) -> Reading:
    """The episodes of some drafts. A row that says nothing gives none; every doubt is a located problem."""
    reading = Reading()
    places: dict[str, Place] = {}
    for draft in drafts:
        if not any(
            value for name, value in draft.fields.items() if name not in ("id", "rank", "source", "state")
        ):
            continue
        if not draft.respondent:
            reading.problems.append(draft.problem(Code.PATHWAY_NO_ID, "id"))
            continue
        reader = _Reader(draft, alphabet, gazetteer, places)
        episode = reader.episode()
        reading.episodes.append(episode)
        reading.problems += reader.problems
        reading.drafts[told(episode)] = draft
    return reading


@dataclass(slots=True)
class _Reader:
    draft: Draft
    alphabet: Alphabet
    gazetteer: Gazetteer
    places: dict[str, Place]
    problems: list[Problem] = field(default_factory=list)

    def episode(self) -> Episode:
        draft, text = self.draft, self.draft.fields.get
        commune, place = self._commune()
        extras = {
            name.removeprefix("extra:"): value
            for name, value in draft.fields.items()
            if name.startswith("extra:")
        }
        extras |= {name: value for name in ("wished", "blocked", "leaving") if (value := text(name, ""))}
        return Episode(
            respondent=draft.respondent,
            rank=draft.rank,
            start=self._moment("start"),
            end=self._moment("end"),
            tenure=self._tenure(),
            dwelling=text("dwelling") or None,
            commune=commune,
            place=place,
            household=text("household") or None,
            motives=tuple(part for part in re.split(r"\s*[;|]\s*", text("motives", "")) if part),
            satisfaction=self._satisfaction(),
            main=self._main(),
            state=self._state(),
            source=draft.source,
            quote=text("quote", ""),
            attributes=extras,
        )

    def _moment(self, name: str) -> Moment | None:
        first, last = self.draft.fields.get(f"{name}_min", ""), self.draft.fields.get(f"{name}_max", "")
        value = f"{first or last} à {last or first}" if first or last else self.draft.fields.get(name, "")
        if plain(value) in _UNKNOWN:
            doubt = self.draft.problem(
                Code.PATHWAY_DATE_UNKNOWN, name, severity=Severity.WARNING, value=value
            )
            self.problems.append(doubt)
            return None
        if not value or plain(value).rstrip(" .!") in _STILL_THERE:
            return None
        moment = parse_range(value, self.draft.fields.get("precision") or None)
        if moment is None:
            self.problems.append(self.draft.problem(Code.PATHWAY_DATE, name, value=value))
        return moment

    def _tenure(self) -> str | None:
        value = self.draft.fields.get("tenure", "")
        if not value:
            self.problems.append(
                self.draft.problem(Code.PATHWAY_NO_TENURE, "tenure", severity=Severity.WARNING)
            )
            return None
        found = self.alphabet.find(value)
        if found is None:
            hint = _close(value, self.alphabet)
            self.problems.append(self.draft.problem(Code.PATHWAY_TENURE, "tenure", hint=hint))
        return found

    def _commune(self) -> tuple[str | None, str]:
        """The INSEE code when it is certain, and the place as the person named it."""
        code, place = self.draft.fields.get("commune", ""), self.draft.fields.get("place", "")
        country = self.draft.fields.get("country", "")
        named = code or place
        if country and plain(country) not in ("france", "fr"):
            return None, f"{place} ({country})" if place else country
        if not named:
            return None, ""
        if named not in self.places:
            self.places[named] = self.gazetteer.find(named)
        found = self.places[named]
        self._report_place(found, named, "commune" if code else "place")
        if found.commune is None:
            return None, place or named
        return found.commune.code, place or found.commune.name

    def _report_place(self, found: Place, named: str, name: str) -> None:
        draft, warning = self.draft, Severity.WARNING
        if found.merged and found.commune is not None:
            commune = found.commune
            code = Code.PATHWAY_COMMUNE_MERGED
            if plain(commune.name) != plain(named):
                self.problems.append(
                    draft.problem(code, name, severity=warning, commune=commune.name, insee=commune.code)
                )
        elif found.candidates:
            shown = ", ".join(f"{c.name} ({c.department})" for c in found.candidates[:4])
            more = ", …" if len(found.candidates) > 4 else ""
            example = f"{found.candidates[0].name} ({found.candidates[0].department})"
            self.problems.append(
                draft.problem(
                    Code.PATHWAY_COMMUNE_HOMONYM,
                    name,
                    severity=warning,
                    count=len(found.candidates),
                    candidates=shown + more,
                    example=example,
                )
            )
        elif found.area:
            self.problems.append(draft.problem(Code.PATHWAY_PLACE_AREA, name, severity=warning))
        elif found.commune is not None and name == "place" and named.isdigit():
            told = draft.problem(
                Code.PATHWAY_COMMUNE_NUMBER, name, severity=warning, commune=found.commune.name
            )
            self.problems.append(told)
        elif found.commune is None and not found.abroad:
            hint = f" Vouliez-vous dire « {found.close} » ?" if found.close else ""
            self.problems.append(
                draft.problem(Code.PATHWAY_COMMUNE_UNKNOWN, name, severity=warning, hint=hint)
            )

    def _satisfaction(self) -> int | None:
        value = re.sub(r"\s*/\s*5$", "", self.draft.fields.get("satisfaction", "")).removesuffix(".0")
        if not value:
            return None
        if value in ("1", "2", "3", "4", "5"):
            return int(value)
        self.problems.append(
            self.draft.problem(Code.PATHWAY_SATISFACTION, "satisfaction", severity=Severity.WARNING)
        )
        return None

    def _main(self) -> bool:
        value = plain(self.draft.fields.get("main", ""))
        if value and value not in _YES | _NO:
            self.problems.append(self.draft.problem(Code.PATHWAY_YES_NO, "main", severity=Severity.WARNING))
        return value not in _NO

    def _state(self) -> EpisodeState:
        value = plain(self.draft.fields.get("state", ""))
        if value and value not in _STATES:
            self.problems.append(self.draft.problem(Code.PATHWAY_STATE, "state", severity=Severity.WARNING))
            return EpisodeState.PROPOSED
        return _STATES.get(value, EpisodeState.CONFIRMED)


def _close(value: str, alphabet: Alphabet) -> str:
    from difflib import get_close_matches

    close = get_close_matches(plain(value), list(alphabet.aliases), n=1, cutoff=0.7)
    return f" Vouliez-vous dire « {alphabet.label(alphabet.aliases[close[0]])} » ?" if close else ""
