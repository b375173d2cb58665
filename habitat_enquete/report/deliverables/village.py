"""`village-accueillant`: the reference grid of a welcoming village, each commune's state, what people say of it."""

from __future__ import annotations

from collections import Counter
from typing import Final

from habitat_enquete.model.finding import Finding
from habitat_enquete.report import tidy_workbook, wording
from habitat_enquete.report.deliverables.delivery import Delivery, missing, show_quotes
from habitat_enquete.report.tidy_workbook import Table, Value
from habitat_enquete.report.word import Word
from habitat_enquete.synthesis.registers import Entry

_STATES: Final = ("acquis", "en cours", "à faire")
_MOST: Final = 5
_HEARD: Final = ("nouvel_arrivant", "habitant", "candidat")


def build(delivery: Delivery) -> dict[str, bytes]:
    """The grid and its follow-up, from `village.yaml` and the findings that each criterion names."""
    word = delivery.word("Village accueillant", "Référentiel, état des communes, suivi")
    criteria, communes = delivery.register("criteria"), delivery.register("communes")
    word.heading("Le référentiel")
    if criteria:
        rows = [
            (c.text("axis"), c.text("label"), c.text("proof"), delivery.cited(c.items("findings")))
            for c in criteria
        ]
        word.table(
            ("Axe", "Critère", "Ce qui le prouve", "Ce qu'on en dit"),
            rows,
            "Critères",
            widths=(3, 5, 3.6, 4.6),
        )
    else:
        missing(word, "village.yaml", "il décrit les critères et l'état de chaque commune")
    if criteria and communes:
        word.heading("Où en sont les communes")
        heads = ("Critère", *(commune.text("name") for commune in _latest(communes)))
        states = [(c.text("label"), *(_state(commune, c) for commune in _latest(communes))) for c in criteria]
        word.table(heads, states, "État de chaque commune")
    for commune in _latest(communes):
        _commune(delivery, word, commune, communes)
    _voices(delivery, word, criteria)
    return {"village-accueillant.docx": word.save(), "village-accueillant.xlsx": _workbook(delivery)}


def _latest(communes: tuple[Entry, ...]) -> list[Entry]:
    """The last statement about each commune: the follow-up keeps the earlier ones."""
    last: dict[str, Entry] = {}
    for commune in sorted(communes, key=lambda entry: entry.text("date")):
        last[commune.text("name")] = commune
    return [last[name] for name in sorted(last)]


def _state(commune: Entry, criterion: Entry) -> str:
    if criterion.text("id") in commune.items("met"):
        return "acquis"
    return "en cours" if criterion.text("id") in commune.items("under_way") else "à faire"


def _commune(delivery: Delivery, word: Word, commune: Entry, communes: tuple[Entry, ...]) -> None:
    word.heading(commune.text("name"), 2)
    states = Counter(_state(commune, criterion) for criterion in delivery.register("criteria"))
    if states:
        date = f" ({wording.french_date(commune.text('date'))})" if commune.text("date") else ""
        told = ", ".join(f"{wording.number(states[state])} {state}" for state in _STATES)
        word.text(f"**Critères** : {told}{date}.")
    heard = _heard_in(delivery, commune.text("name"))
    if heard:
        word.text(f"**Ce qu'on y entend** : {heard}.")
    offers = ", ".join(commune.items("offers"))
    for name, value in (
        ("Offres", offers),
        ("Référent", commune.text("referent")),
        ("Suite", commune.text("next")),
    ):
        if value:
            word.text(f"**{name}** : {value}.")
    history = sorted(
        (c for c in communes if c.text("name") == commune.text("name")), key=lambda c: c.text("date")
    )
    if len(history) > 1:
        steps = (f"{wording.french_date(c.text('date'))} : {len(c.items('met'))} acquis" for c in history)
        word.text("Suivi : " + " ; ".join(steps) + ".")


def _heard_in(delivery: Delivery, name: str) -> str:
    """What the people of a commune speak of most, as the crossing by commune shows or hides it; empty when it hides everything."""
    crossing = delivery.synthesis.crossing("commune")
    place = (
        next((value for value in crossing.values if value.label.casefold() == name.casefold()), None)
        if crossing
        else None
    )
    if crossing is None or place is None:
        return ""
    cells = [
        (row.label, cell) for row in crossing.rows if (cell := crossing.cell(place.id, row.code)) is not None
    ]
    shown = sorted(
        ((label, cell) for label, cell in cells if cell.people and not cell.masked),
        key=lambda pair: -pair[1].people,
    )
    told = ", ".join(
        f"{label.lower()} ({wording.pair(cell.people, cell.base)})" for label, cell in shown[:_MOST]
    )
    return (
        told
        or f"{wording.group_size(place.people, delivery.synthesis.minimum_cell)} ; trop peu par sujet pour donner un nombre"
    )


def _voices(delivery: Delivery, word: Word, criteria: tuple[Entry, ...]) -> None:
    """What newcomers and inhabitants say of each criterion."""
    if criteria:
        word.heading("Ce qu'en disent les nouveaux arrivants et les habitants")
    quoted: set[str] = set()
    for criterion in criteria:
        findings = delivery.findings(criterion.items("findings"))
        if findings:
            word.heading(criterion.text("label"), 2)
        for finding in findings:
            again = " (citations plus haut)" if finding.code in quoted else ""
            word.text(f"**{finding.label}** : {_by_public(delivery, finding)}{again}.")
            if not again:
                show_quotes(word, finding)
            quoted.add(finding.code)


def _by_public(delivery: Delivery, finding: Finding) -> str:
    """How many newcomers, inhabitants and candidates speak of a finding, as the report shows or hides it."""
    synthesis = delivery.synthesis
    labels = {value.id: value.label for value in synthesis.corpus.composition.get("public", ())}
    cells = [(public, synthesis.cell("public", public, finding.code)) for public in _HEARD]
    told = [
        f"{labels.get(public, public).lower()} : {wording.group_share(cell, synthesis.minimum_cell)}"
        for public, cell in cells
        if cell is not None and cell.base
    ]
    return " ; ".join(told) or wording.pair(finding.people, finding.base)


def _workbook(delivery: Delivery) -> bytes:
    criteria = delivery.register("criteria")
    rows: list[tuple[Value, ...]] = [
        (
            *(commune.text("name"), commune.text("date"), criterion.text("axis"), criterion.text("label")),
            _state(commune, criterion),
        )
        for commune in delivery.register("communes")
        for criterion in criteria
    ]
    return tidy_workbook.build(
        [Table("Suivi", ("commune", "date", "axe", "critère", "état"), rows)],
        introduction=("Village accueillant", "Une ligne par commune, date et critère."),
        title="Village accueillant",
    )
