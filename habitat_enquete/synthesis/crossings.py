"""Who meets which barrier: findings by public, territory, profile of path, and two groups compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Final

from habitat_enquete.model.finding import Finding
from habitat_enquete.model.synthesis import Cell, Comparison, Contrast, Crossing, CrossingRow, Value
from habitat_enquete.stats.association import Association, Method, association
from habitat_enquete.stats.intervals import difference
from habitat_enquete.stats.multiplicity import benjamini_hochberg
from habitat_enquete.synthesis.corpus import groups
from habitat_enquete.synthesis.disclosure import Nest, mask, mask_all
from habitat_enquete.synthesis.material import MULTIPLE, PROFILE, Material
from habitat_enquete.synthesis.settings import SCALES

LABELS: Final = {
    "public": "Public",
    "publics_pd2h": "Public du PD2H",
    PROFILE: "Profil de parcours",
    "installation": "Issue de l'installation",
}


def cross(material: Material, findings: Sequence[Finding]) -> tuple[Crossing, ...]:
    """One crossing per attribute that the study knows of at least two groups of people, small cells hidden in all of them together."""
    names = [name for name in material.crossed_attributes if len(material.bases(name)) > 1]
    values = {name: groups(material, name) for name in names}
    nests = _nests(material, values)
    masked = [
        mask_all(_rows(finding, values), nests, minimum=material.settings.minimum_cell)
        for finding in findings
    ]
    return tuple(
        _crossing(material, findings, name, values[name], [row[name] for row in masked]) for name in names
    )


def _rows(finding: Finding, values: Mapping[str, Sequence[Value]]) -> dict[str, list[Cell]]:
    return {
        name: [Cell(*finding.by.get(name, {}).get(value.id, (0, 0))) for value in known]
        for name, known in values.items()
    }


def _nests(material: Material, values: Mapping[str, Sequence[Value]]) -> list[Nest]:
    """The attributes whose groups are parts of the groups of another: a commune and its intercommunality."""
    places = {name: {value.id: n for n, value in enumerate(known)} for name, known in values.items()}
    groups_of = {
        name: [
            places[name].get(next(iter(material.values(person, name)), ""))
            for person in material.voices.people
        ]
        for name in values
        if name not in MULTIPLE
    }
    found = (
        _nest(fine, coarse, groups_of, places) for fine in groups_of for coarse in groups_of if fine != coarse
    )
    return [nest for nest in found if nest is not None]


def _nest(
    fine: str,
    coarse: str,
    groups_of: Mapping[str, Sequence[int | None]],
    places: Mapping[str, Mapping[str, int]],
) -> Nest | None:
    pairs = set(zip(groups_of[fine], groups_of[coarse], strict=True))
    known = [pair for pair in pairs if pair[0] is not None]
    if len(known) != len({part for part, _ in known}) or any(whole is None for _, whole in known):
        return None
    parts = tuple(
        tuple(sorted(part for part, whole in known if whole == n and part is not None))
        for n in range(len(places[coarse]))
    )
    partly = {whole for part, whole in pairs if part is None}
    return Nest(fine, coarse, parts, frozenset(n for n, own in enumerate(parts) if own and n not in partly))


def _crossing(
    material: Material,
    findings: Sequence[Finding],
    attribute: str,
    values: tuple[Value, ...],
    masked: Sequence[tuple[Cell, ...]],
) -> Crossing:
    # A person may belong to several of these publics: the groups are not independent, no test applies.
    tests = [_tested(material, () if attribute in MULTIPLE else cells) for cells in masked]
    corrected = iter(benjamini_hochberg([t.p_value for t in tests if t.p_value is not None]))
    rows = tuple(
        CrossingRow(
            finding.code,
            finding.label,
            finding.polarity,
            cells,
            None if test.p_value is None else next(corrected),
            test.cramers_v,
        )
        for finding, cells, test in zip(findings, masked, tests, strict=True)
    )
    label = SCALES.get(attribute) or LABELS.get(attribute, attribute.replace("_", " ").capitalize())
    if attribute == PROFILE and not material.types:
        label = "Statut d'occupation actuel"
    return Crossing(attribute, label, values, rows)


def shown_cell(
    material: Material, finding: Finding, crossings: Sequence[Crossing], attribute: str, value: str
) -> Cell:
    """A group and a finding as the crossing shows or hides them; a study with one group only has no crossing: masked alone."""
    crossing = next((each for each in crossings if each.attribute == attribute), None)
    known = crossing.cell(value, finding.code) if crossing is not None else None
    if known is not None:
        return known
    counted = finding.by.get(attribute, {}).get(value, (0, 0))
    return mask([Cell(*counted)], minimum=material.settings.minimum_cell)[0]


def _tested(material: Material, cells: Sequence[Cell]) -> Association:
    """The test of a row of cells."""
    groups = [(cell.people, cell.base) for cell in cells]
    p_value, strength, method = material.memory.recall(
        "association", groups, lambda: astuple(association(groups))
    )
    return Association(p_value, strength, Method(method))


def compare(
    material: Material, crossings: Sequence[Crossing], attribute: str, first: str, second: str
) -> Comparison | None:
    """Two groups compared on every finding, the widest differences first; None when one of them has nobody.

    What the crossing by this attribute hides is hidden here too.
    """
    crossing = next((each for each in crossings if each.attribute == attribute), None)
    if crossing is None:
        return None
    places = {value.id: position for position, value in enumerate(crossing.values)}
    if first not in places or second not in places:
        return None
    pairs = [(row.cells[places[first]], row.cells[places[second]]) for row in crossing.rows]
    tests = [_tested(material, pair) for pair in pairs]
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
