"""`acteurs`: the register of actors met, who said what at code level, the results of themed workshops."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from habitat_enquete.report import tidy_workbook, wording
from habitat_enquete.report.deliverables.delivery import Delivery, missing
from habitat_enquete.report.tidy_workbook import Table, Value
from habitat_enquete.report.word import Word

_MOST: Final = 15


def build(delivery: Delivery) -> dict[str, bytes]:
    """The register from `acteurs.yaml` and from the people met under the public « acteur »."""
    word = delivery.word(
        "Acteurs rencontrés", "Qui a été rencontré, ce qu'ils disent, ce à quoi ils s'engagent"
    )
    actors = delivery.register("actors")
    word.heading("Registre")
    if actors:
        rows = [
            (
                *(
                    a.text("name"),
                    a.text("kind"),
                    a.text("territory"),
                    a.text("role"),
                    wording.french_date(a.text("met")),
                ),
                " ; ".join(a.items("commitments")),
            )
            for a in actors
        ]
        heads = ("Acteur", "Nature", "Territoire", "Rôle", "Rencontre", "Engagements")
        word.table(heads, rows, "Acteurs rencontrés", widths=(3.2, 2.4, 2.6, 2.8, 2.2, 3.2))
    else:
        missing(word, "acteurs.yaml", "une entrée par acteur : nature, territoire, rôle, engagements")
    said = _said(delivery)
    word.heading("Qui a dit quoi")
    names = {actor.text("respondent"): actor.text("name") for actor in actors if actor.text("respondent")}
    labels = {code.id: code.label for code in delivery.synthesis.codebook}
    spoken = [
        (names.get(person, person), ", ".join(f"{labels.get(code, code)} ({n})" for code, n in codes))
        for person, codes in sorted(said.items())
    ]
    if spoken:
        word.table(
            ("Acteur", "Codes dont il parle (mentions)"), spoken, "Paroles d'acteurs", widths=(4, 12.2)
        )
    else:
        word.text("Aucun entretien d'acteur n'est encore codé.")
    _by_kind(delivery, word, said)
    word.heading("Ateliers thématiques")
    workshops = delivery.register("workshops")
    for workshop in workshops:
        word.heading(workshop.text("theme"), 2)
        word.text(f"{wording.french_date(workshop.text('date'))} — {workshop.text('people')}")
        for result in workshop.items("results"):
            word.bullet(result)
        if workshop.items("findings"):
            word.text(f"Constats discutés : {delivery.cited(workshop.items('findings'))}.", muted=True)
    if not workshops:
        word.text("Aucun atelier n'est décrit sous « ateliers: » dans acteurs.yaml.", muted=True)
    return {"acteurs.docx": word.save(), "acteurs.xlsx": _workbook(delivery, said)}


def _by_kind(delivery: Delivery, word: Word, said: dict[str, list[tuple[str, int]]]) -> None:
    """How many actors of each kind speak of each subject, when the register tells who is of which kind."""
    kinds = {
        a.text("respondent"): a.text("kind")
        for a in delivery.register("actors")
        if a.text("kind") and a.text("respondent") in said
    }
    if not kinds:
        return
    people: dict[str, Counter[str]] = defaultdict(Counter)
    for person, kind in kinds.items():
        for code, _ in said[person]:
            people[code][kind] += 1
    named = Counter(kinds.values())
    labels = {code.id: code.label for code in delivery.synthesis.codebook}
    ordered = sorted(people, key=lambda code: (-people[code].total(), labels.get(code, code)))
    rows = [
        (labels.get(code, code), *(wording.number(people[code][kind]) for kind in named))
        for code in ordered[:_MOST]
    ]
    heads = ("Sujet", *(f"{kind} ({n})" for kind, n in named.items()))
    word.table(heads, rows, "Nombre d'acteurs de chaque nature qui parlent de chaque sujet")


def _said(delivery: Delivery) -> dict[str, list[tuple[str, int]]]:
    """The codes that each actor speaks of, most mentioned first."""
    actors = {p for p, attributes in delivery.respondents.items() if attributes.get("public") == "acteur"}
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for mention in delivery.synthesis.mentions:
        if mention.respondent in actors:
            counts[mention.respondent][mention.code] += 1
    return {
        person: sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))
        for person, codes in counts.items()
    }


def _workbook(delivery: Delivery, said: dict[str, list[tuple[str, int]]]) -> bytes:
    register: list[tuple[Value, ...]] = [
        (
            *(
                a.text("name"),
                a.text("kind"),
                a.text("territory"),
                a.text("role"),
                a.text("respondent"),
                a.text("met"),
            ),
            "; ".join(a.items("commitments")),
        )
        for a in delivery.register("actors")
    ]
    spoken: list[tuple[Value, ...]] = [
        (person, code, n) for person, codes in sorted(said.items()) for code, n in codes
    ]
    columns = ("acteur", "nature", "territoire", "rôle", "personne", "rencontre", "engagements")
    return tidy_workbook.build(
        [Table("Acteurs", columns, register), Table("Paroles", ("personne", "code", "mentions"), spoken)],
        introduction=(
            "Acteurs rencontrés",
            "Le registre (acteurs.yaml), et les codes dont parle chaque acteur.",
        ),
        title="Acteurs rencontrés",
    )
