"""Write `habitat_enquete/lang/MODEL_CARD.md`: the scores are measured, never typed."""

from __future__ import annotations

from pathlib import Path
from string import Template

from assemble import SOURCES
from score_names import invented, lowered, score_names, spoken_test

from habitat_enquete.nlp.describe import describe
from habitat_enquete.nlp.evaluate import LABELS, Scores, evaluate
from habitat_enquete.nlp.pipeline import BLANK, NEEDS, SHIPPED, load

HERE = Path(__file__).resolve().parent
CARD = HERE.parent / "habitat_enquete" / "lang" / "MODEL_CARD.md"
TESTS = {
    "fr_parisstories-ud-test": "ParisStories (parlé)",
    "fr_sequoia-ud-test": "Sequoia (écrit)",
    "fr_gsd-ud-test": "GSD (web)",
}


def write_card(data: Path) -> None:
    """Measure the installed pipeline on every test text and write the card."""
    pipeline = load(SHIPPED, needs=NEEDS)
    described = describe(SHIPPED)
    treebanks = data / "ud_french"
    scores = {title: evaluate(treebanks / f"{name}.conllu", pipeline) for name, title in TESTS.items()}
    speech = treebanks / "fr_parisstories-ud-test.conllu"
    scores["ParisStories, sans ponctuation ni capitales"] = evaluate(speech, pipeline, bare=True)
    scores["ParisStories, « blank »"] = evaluate(speech, load(BLANK))
    test, held = spoken_test(treebanks), invented(held=True)
    texts = {
        "ParisStories (test)": test,
        "Entretiens inventés, moitié gardée à part": held,
        "Entretiens inventés, moitié qui a servi à régler": invented(held=False),
        "ParisStories (test), en minuscules": lowered(test),
        "Inventés, moitié gardée à part, en minuscules": lowered(held),
    }
    card = Template((HERE / "model_card.template.md").read_text("utf-8")).substitute(
        size=f"{described.megabytes:.1f}".replace(".", ","),
        forms=f"{described.lexicon_forms:,}".replace(",", "\u202f"),
        scores=_table(scores),
        names=_names({title: score_names(each, pipeline) for title, each in texts.items()}),
        sources="\n".join(f"- [{s['name']}]({s['url']}) : {s['license']}" for s in SOURCES),
    )
    CARD.write_text(card, "utf-8")


def _table(scores: dict[str, Scores]) -> str:
    measures = {field: label for field, label in LABELS.items() if field != "words_per_second"}
    lines = [f"| Mesure | {' | '.join(scores)} |", "|---" * (len(scores) + 1) + "|"]
    for field, label in measures.items():
        lines.append(f"| {label} | {' | '.join(_figure(getattr(each, field)) for each in scores.values())} |")
    return "\n".join(lines)


def _names(scores: dict[str, dict[str, dict[str, float]]]) -> str:
    titles = {"PER": "personnes", "LOC": "lieux", "ORG": "organismes"}
    lines = [
        "| Noms | nombre | précision | rappel | F | signalés, quel que soit le type |",
        "|---|---|---|---|---|---|",
    ]
    for text, each in scores.items():
        for label, title in titles.items():
            figures = each[label]
            shares = " | ".join(_figure(figures[name]) for name in ("precision", "recall", "f", "covered"))
            lines.append(f"| {text} : {title} | {figures['count']:.0f} | {shares} |")
    return "\n".join(lines)


def _figure(value: float | int | None) -> str:
    if value is None:
        return "—"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f")
    return f"{value * 100:.1f}".replace(".", ",")
