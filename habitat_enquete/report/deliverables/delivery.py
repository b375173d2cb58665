"""What every deliverable is made from, and what they share when they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from habitat_enquete.errors import Problem
from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Evidence, Finding
from habitat_enquete.model.questionnaire import Guide, Questionnaire, Quota
from habitat_enquete.model.synthesis import Movement, Synthesis
from habitat_enquete.report import wording
from habitat_enquete.report.panel import Rating
from habitat_enquete.report.word import Word
from habitat_enquete.synthesis.registers import Entry
from habitat_enquete.yamlsource import Section


@dataclass(frozen=True, slots=True)
class Delivery:
    """The evidence (`synthesis`), the study's definitions, and the author's registers by file key.

    `moved` tells what changed since this deliverable was last made (None the first time), `gathered` the people, interviews
    and answers that came since; `interviewed_on` gives the dates of
    interviews and answers by person; `ratings` what the mirror group answered.
    """

    synthesis: Synthesis
    settings: Section
    questionnaires: Sequence[Questionnaire] = ()
    guides: Sequence[Guide] = ()
    registers: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    respondents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    moved: tuple[Movement, ...] | None = None
    gathered: str = ""
    ratings: tuple[Rating, ...] = ()
    template: Path | None = None
    problems: tuple[Problem, ...] = ()

    def word(self, title: str, subtitle: str = "") -> Word:
        """A Word document begun: cover, footer, the study's name and state."""
        synthesis = self.synthesis
        word = Word(title=title, author=synthesis.author, template=self.template)
        word.cover(title, subtitle or synthesis.title, (synthesis.sponsor, synthesis.author))
        word.footer(f"{title} — {synthesis.title} — état {synthesis.stamp.state[:12]}")
        return word

    def register(self, key: str) -> tuple[Entry, ...]:
        """The entries of a register, none when the study keeps none."""
        return self.registers.get(key, ())

    def findings(self, codes: Iterable[str]) -> list[Finding]:
        """The findings of these codes that somebody speaks of."""
        return [finding for code in codes if (finding := self.synthesis.finding(code)) is not None]

    def findings_of(self, polarity: Polarity) -> tuple[Finding, ...]:
        """The findings of one polarity, by rank."""
        return self.synthesis.of(polarity)

    def cited(self, codes: Iterable[str]) -> str:
        """Findings as they are cited: « Loyer trop élevé » (12 personnes)."""
        labels = {code.id: code.label for code in self.synthesis.codebook}
        labels |= {finding.code: finding.label for finding in self.synthesis.findings}
        said = {finding.code: finding.people for finding in self.synthesis.findings}
        return " ; ".join(
            f"{labels[code]} ({wording.count(said.get(code, 0), 'personne')})"
            for code in codes
            if code in labels
        )


def target_label(questionnaire: Questionnaire, quota: Quota, target: str) -> str:
    """The group that a quota aims at, in the words of the questionnaire's choices."""
    parts = []
    for name, value in zip(quota.questions, target.split("|"), strict=False):
        asked = next((question for question in questionnaire if question.name == name), None)
        choices = questionnaire.choice_lists.get(asked.choices or "", ()) if asked is not None else ()
        value = value.strip()
        parts.append(next((choice.label for choice in choices if choice.name == value), value))
    return ", ".join(parts)


def missing(word: Word, file: str, what: str) -> None:
    """Say that the author has not written a register yet, and how to."""
    word.text(
        f"Le fichier « {file} » n'existe pas encore dans l'étude : {what}. Un modèle à compléter est écrit à côté de ce document, "
        f"« modele-{file} » : copiez-le à la racine de l'étude sous le nom « {file} ».",
        muted=True,
    )


def show_quotes(word: Word, finding: Finding, most: int = 2) -> None:
    """The first quotes of a finding, with their sources."""
    quotes(word, finding.evidence[:most])


def quotes(word: Word, pieces: Iterable[Evidence]) -> None:
    """What people said, each with who and where."""
    for evidence in pieces:
        cut = " […]" if evidence.is_cut else ""
        word.quote(f"{evidence.quote}{cut}", f"{wording.attribution(evidence)} — {wording.place(evidence)}")
