"""`benchmark`: initiatives elsewhere, matched to the barriers they answer."""

from __future__ import annotations

from habitat_enquete.report import tidy_workbook, wording
from habitat_enquete.report.deliverables.delivery import Delivery, missing, show_quotes
from habitat_enquete.report.tidy_workbook import Table, Value

_FACTS = (
    ("Lieu", "place"),
    ("Forme d'habitat", "form"),
    ("Conditions", "conditions"),
    ("Coûts", "cost"),
    ("Résultats", "results"),
    ("Source", "source"),
)


def build(delivery: Delivery) -> dict[str, bytes]:
    """The sheets of `benchmark.yaml`, then the barriers with what answers them elsewhere, and those that nothing answers."""
    word = delivery.word("Benchmark", "Ce qui se fait ailleurs, et à quels freins cela répond")
    initiatives = delivery.register("initiatives")
    if not initiatives:
        missing(
            word,
            "benchmark.yaml",
            "une fiche par initiative : lieu, forme, conditions, coûts, résultats, constats",
        )
    word.heading("Les freins et ce qui leur répond ailleurs")
    rows = [
        (finding.label, wording.number(finding.people), ", ".join(answers) or "rien de relevé encore")
        for finding in delivery.synthesis.findings
        if finding.polarity.value == "barrier"
        and (answers := [i.text("name") for i in initiatives if finding.code in i.items("findings")] or [""])
    ]
    word.table(("Frein", "Personnes", "Initiatives"), rows, "Freins et initiatives", widths=(6.5, 2.2, 7.5))
    for initiative in initiatives:
        word.heading(initiative.text("name"), 2)
        for head, key in _FACTS:
            if initiative.text(key):
                word.text(f"**{head}** : {initiative.text(key)}")
        word.text(f"**Répond à** : {delivery.cited(initiative.items('findings')) or 'aucun constat cité'}")
        for finding in delivery.findings(initiative.items("findings")[:1]):
            show_quotes(word, finding, 1)
    return {"benchmark.docx": word.save(), "benchmark.xlsx": _workbook(delivery)}


def _workbook(delivery: Delivery) -> bytes:
    rows: list[tuple[Value, ...]] = [
        (i.text("name"), *(i.text(key) for _, key in _FACTS), "; ".join(i.items("findings")))
        for i in delivery.register("initiatives")
    ]
    columns = ("initiative", *(head.lower() for head, _ in _FACTS), "constats")
    return tidy_workbook.build(
        [Table("Initiatives", columns, rows)],
        introduction=("Benchmark", "Une ligne par initiative ; benchmark.yaml fait foi."),
        title="Benchmark",
    )
