"""Who meets which barrier: findings by public, territory, profile of path, and two groups compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from habitat_enquete.model.finding import Finding
from habitat_enquete.model.synthesis import Cell, Comparison, Contrast, Crossing, CrossingRow
from habitat_enquete.stats.association import association
from habitat_enquete.stats.intervals import difference
from habitat_enquete.stats.multiplicity import benjamini_hochberg
from habitat_enquete.synthesis.corpus import groups
from habitat_enquete.synthesis.disclosure import mask
from habitat_enquete.synthesis.material import MULTIPLE, PROFILE, Material

LABELS: Final = {
    "public": "Public",
    "publics_pd2h": "Public du PD2H",
    "commune": "Commune",
    "epci": "Intercommunalité",
    "territoire": "Territoire",
    "departement": "Département",
    PROFILE: "Profil de parcours",
    "installation": "Issue de l'installation",
}


def cross(material: Material, findings: Sequence[Finding]) -> tuple[Crossing, ...]:
    """One crossing per attribute that the study knows of at least two groups of people."""
    crossings = (_crossing(material, findings, name) for name in material.crossed_attributes)
    return tuple(crossing for crossing in crossings if len(crossing.values) > 1)


def _crossing(material: Material, findings: Sequence[Finding], attribute: str) -> Crossing:
    values = groups(material, attribute)
    tables = [
        [finding.by.get(attribute, {}).get(value.id, (0, 0)) for value in values] for finding in findings
    ]
    # A person may belong to several of these publics: the groups are not independent, no test applies.
    tests = [association([] if attribute in MULTIPLE else table) for table in tables]
    corrected = iter(benjamini_hochberg([t.p_value for t in tests if t.p_value is not None]))
    rows = tuple(
        CrossingRow(
            finding.code,
            finding.label,
            finding.polarity,
            mask([Cell(*pair) for pair in table], minimum=material.settings.minimum_cell),
            None if test.p_value is None else next(corrected),
            test.cramers_v,
        )
        for finding, table, test in zip(findings, tables, tests, strict=True)
    )
    label = LABELS.get(attribute, attribute.capitalize())
    if attribute == PROFILE and not material.types:
        label = "Statut d'occupation actuel"
    return Crossing(attribute, label, values, rows)


def compare(
    material: Material, findings: Sequence[Finding], attribute: str, first: str, second: str
) -> Comparison | None:
    """Two groups compared on every finding, the widest differences first; None when one of them has nobody.

    What the crossing by this attribute hides is hidden here too.
    """
    crossing = _crossing(material, findings, attribute)
    places = {value.id: position for position, value in enumerate(crossing.values)}
    if first not in places or second not in places:
        return None
    pairs = [(row.cells[places[first]], row.cells[places[second]]) for row in crossing.rows]
    tests = [association([(cell.people, cell.base) for cell in pair]) for pair in pairs]
    corrected = iter(benjamini_hochberg([t.p_value for t in tests if t.p_value is not None]))
    contrasts = [
        _contrast(row, pair, None if test.p_value is None else next(corrected))
        for row, pair, test in zip(crossing.rows, pairs, tests, strict=True)
        if pair[0].people or pair[1].people
    ]
    ordered = sorted(contrasts, key=lambda c: (-abs(c.difference), c.code))
    return Comparison(
        attribute, crossing.values[places[first]], crossing.values[places[second]], tuple(ordered)
    )


def _contrast(row: CrossingRow, pair: tuple[Cell, Cell], p_value: float | None) -> Contrast:
    first, second = pair
    interval = difference((first.people, first.base), (second.people, second.base))
    return Contrast(
        row.code,
        row.label,
        row.polarity,
        first,
        second,
        first.share - second.share,
        interval.low,
        interval.high,
        p_value,
    )
