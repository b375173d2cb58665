"""The report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from importlib import resources
from itertools import groupby
from typing import Any, Final

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from markupsafe import Markup

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Evidence, Finding
from habitat_enquete.model.synthesis import (
    Cell,
    Comparison,
    Contrast,
    Crossing,
    CrossingRow,
    OpenPoint,
    Person,
    Saturation,
)
from habitat_enquete.report import figures, palette, wording
from habitat_enquete.report.contexts import ReportContext

MOST_PEOPLE: Final = 80
_ATTRIBUTES: Final = {
    "public": "Publics",
    "publics_pd2h": "Publics du PD2H",
    "epci": "Intercommunalités",
    "territoire": "Territoires",
    "commune": "Communes",
    "bassin_de_vie": "Bassins de vie",
    "canton": "Cantons",
    "arrondissement": "Arrondissements",
    "departement": "Départements",
    "installation": "Issue de l'installation",
}
_PARTS: Final = (
    ("synthese", "La synthèse en une page", None),
    ("methode", "Corpus et méthode", None),
    ("freins", "Les freins", None),
    ("opportunites", "Les opportunités", None),
    ("aspirations", "Aspirations et autres sujets", "subjects"),
    ("profils", "Profils de parcours", "profiles"),
    ("etapes", "À chaque étape du parcours", "stages"),
    ("croisements", "Qui rencontre quoi", "publics"),
    ("nouveaux-arrivants", "Nouveaux arrivants et habitants", "newcomers"),
    ("installations", "Installations", "installations"),
    ("territoires", "Territoires", "territories"),
    ("leviers", "Leviers et feuille de route", None),
    ("limites", "Points ouverts et limites", None),
    ("annexes", "Annexes", None),
)


class _Templates(BaseLoader):
    """Our templates, their French given its no-break spaces as they are read."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool]]:
        file = resources.files("habitat_enquete.report") / "templates" / template
        if not file.is_file():
            raise TemplateNotFound(template)
        return wording.typographic(file.read_text(encoding="utf-8")), None, lambda: True


def stylesheet() -> str:
    """The style sheet of the report."""
    return (resources.files("habitat_enquete.report") / "templates" / "report.css").read_text(
        encoding="utf-8"
    )


def render(context: ReportContext) -> str:
    """The page. Everything a person typed or said is escaped."""
    template = environment().get_template("report.html.j2")
    people = listed(context.synthesis.people)
    return template.render(
        r=context,
        parts=_parts(context),
        listed_people=people,
        listed_ids=frozenset(person.id for person in people),
    )


@cache
def environment() -> Environment:
    """The Jinja2 environment of every HTML output: autoescaping, French filters, charts."""
    environment = Environment(
        loader=_Templates(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= _FILTERS
    environment.globals |= {
        "bar": _safe(figures.bar),
        "strip": _safe(figures.strip),
        "saturation": _safe(figures.saturation),
        "difference": _safe(figures.difference),
        "barrier": palette.BARRIER,
        "opportunity": palette.OPPORTUNITY,
        "neutral": palette.NEUTRAL,
        "limits": wording.LIMITS,
    }
    return environment


def _safe(draw: Callable[..., str]) -> Callable[..., Markup]:
    return lambda *arguments, **options: Markup(draw(*arguments, **options))


def _parts(context: ReportContext) -> list[tuple[str, str]]:
    present = {
        "subjects": bool(context.subjects),
        "profiles": bool(context.synthesis.profiles),
        "stages": bool(context.synthesis.codebook.stages and context.synthesis.findings),
        "publics": bool(context.publics or context.synthesis.findings),
        "newcomers": context.newcomers is not None,
        "installations": bool(context.synthesis.situations),
        "territories": bool(context.territories or context.territory_map),
    }
    return [(id_, title) for id_, title, needs in _PARTS if needs is None or present[needs]]


def listed(people: Sequence[Person]) -> tuple[Person, ...]:
    """Those the page lists: people interviewed, then those who wrote most answers that count, up to `MOST_PEOPLE`."""
    ordered = sorted(people, key=lambda person: (not person.interviewed, -person.mentions, person.id))
    return tuple(sorted(ordered[:MOST_PEOPLE], key=lambda person: (not person.interviewed, person.id)))


def quoted(evidence: Evidence) -> Markup:
    """The quote between French quotation marks, the coded words marked, cuts shown."""
    start, end = evidence.span.start, evidence.span.start + len(evidence.quote)
    mark = evidence.mark
    left = right = end
    if mark is not None and start <= mark.start < mark.end <= end:
        left, right = mark.start, mark.end
    text, offset = evidence.quote, start
    marked = text[left - offset : right - offset]
    middle = f"<mark>{escape(marked)}</mark>" if marked and marked != text else escape(marked)
    words = f"{escape(text[: left - offset])}{middle}{escape(text[right - offset :])}"
    cut = " […]" if evidence.is_cut else ""
    return Markup(f"«{wording.NO_BREAK}{words}{cut}{wording.NO_BREAK}»")


def heat_style(cell: Cell, polarity: Polarity) -> str:
    """The background of a cell: the darker, the larger the share; the text stays readable."""
    return f"background:{palette.tint(palette.POLARITY[polarity], 0.05 + 0.55 * min(1.0, cell.share))}"


def crossed(rows: Sequence[CrossingRow], limit: int) -> list[CrossingRow]:
    """The rows that a page shows: barriers then opportunities, those with most people, something to see in each."""
    shown = []
    for polarity in (Polarity.BARRIER, Polarity.OPPORTUNITY, Polarity.NEUTRAL):
        share = limit if polarity is Polarity.BARRIER else limit // 2
        shown += [
            row for row in rows if row.polarity is polarity and not all(cell.masked for cell in row.cells)
        ][:share]
    return shown


def wide_enough(crossing: Crossing, minimum: int, most: int = 10) -> Crossing:
    """A crossing with the groups that a page can hold: those large enough to be shown, the largest when there are many."""
    large = [n for n, value in enumerate(crossing.values) if value.people >= minimum]
    kept = sorted(sorted(large, key=lambda n: (-crossing.values[n].people, n))[:most])
    return replace(
        crossing,
        values=tuple(crossing.values[n] for n in kept),
        rows=tuple(replace(row, cells=tuple(row.cells[n] for n in kept)) for row in crossing.rows),
    )


def comparable(comparison: Comparison, limit: int = 16) -> tuple[Contrast, ...]:
    """The contrasts that a page shows: those of which at least one side may be shown."""
    shown = [c for c in comparison.contrasts if not (c.first.masked and c.second.masked)]
    return tuple(sorted(shown, key=lambda c: c.first.masked or c.second.masked)[:limit])


def widest(comparison: Comparison) -> float:
    """The share at full width of the bars of a comparison."""
    return max(
        (
            max(abs(c.low), abs(c.high))
            for c in comparable(comparison)
            if not (c.first.masked or c.second.masked)
        ),
        default=1.0,
    )


def saturated(saturation: Saturation) -> str:
    """What saturation says, and what it lacks."""
    missing = saturation.expected - saturation.observed
    last = saturation.steps[-5:]
    recent = sum(step.new for step in last)
    verdict = (
        "la grille est proche de la saturation"
        if missing < 0.05 * saturation.expected
        else f"il reste sans doute au moins {wording.count(round(missing), 'code')} à entendre"
    )
    thin = [name for name, (interviews, new) in saturation.by_public.items() if new > 1 and interviews > 0]
    lacks = f" Publics où le dernier entretien apportait encore du neuf : {len(thin)}." if thin else ""
    return wording.typographic(
        f"{wording.count(saturation.observed, 'code')} entendus en {wording.count(len(saturation.steps), 'entretien')}, "
        f"dont {wording.number(saturation.once)} dans un seul. Les {wording.count(len(last), 'dernier entretien', 'derniers entretiens')} "
        f"{f'en ont apporté {wording.number(recent)}' if recent else 'n’en ont apporté aucun de nouveau'} : {verdict} (estimateur de Chao : {wording.number(saturation.expected, 1)}).{lacks}"
    )


def attribute(name: str) -> str:
    """The plural name of an attribute, as a title."""
    return _ATTRIBUTES.get(name, name.replace("_", " ").capitalize())


def strong(text: str) -> Markup:
    """`**bold**` as HTML, the rest escaped."""
    pieces = str(escape(text, quote=False)).split("**")
    return Markup("".join(f"<b>{piece}</b>" if n % 2 else piece for n, piece in enumerate(pieces)))


def by_kind(points: Sequence[OpenPoint]) -> list[tuple[str, list[OpenPoint]]]:
    """Open points under the title of their kind."""
    grouped = groupby(points, key=lambda point: point.kind)
    return [(wording.OPEN_POINT_TITLES[kind], list(group)) for kind, group in grouped]


def at_stage(findings: Sequence[Finding], stage: str) -> list[Finding]:
    """The findings that weigh at a stage of the residential path."""
    return [finding for finding in findings if stage in finding.stages]


def territory(person: Person) -> str:
    """The territories of a participant that may be printed."""
    return ", ".join(v for k, v in person.attributes.items() if k not in ("public", "publics_pd2h"))


_FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "number": wording.number,
    "percent": wording.percent,
    "points": wording.points,
    "count": wording.count,
    "date": wording.french_date,
    "cell": wording.cell,
    "p_value": wording.p_value,
    "attribution": wording.attribution,
    "place": wording.place,
    "survey": wording.survey_sentence,
    "group_share": wording.group_share,
    "group_size": wording.group_size,
    "nothing_found": wording.nothing_found,
    "hidden_crossing": wording.hidden_crossing,
    "hidden_comparison": wording.hidden_comparison,
    "in_brackets": wording.in_brackets,
    "wide_enough": wide_enough,
    "method": wording.method,
    "measure": wording.measure,
    "open_point": wording.open_point,
    "movement": wording.movement,
    "grade": lambda grade: wording.GRADES[grade],
    "polarity": lambda polarity: wording.POLARITIES[polarity],
    "attribute": attribute,
    "strong": strong,
    "quoted": quoted,
    "heat_style": heat_style,
    "crossed": crossed,
    "comparable": comparable,
    "widest": widest,
    "saturated": saturated,
    "by_kind": by_kind,
    "territory": territory,
    "at_stage": at_stage,
    "stage_share": wording.stage_share,
    "profile_ground": wording.profile_ground,
}
