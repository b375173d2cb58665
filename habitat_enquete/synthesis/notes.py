"""The author's own texts (`synthesis/*.md`), which every report keeps at their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.synthesis import Note
from habitat_enquete.yamlsource import hint, read_text

# File name → where its text goes.
PLACES: Final[Mapping[str, str]] = {
    "chapeau": "en tête de la synthèse d'une page",
    "methode": "à la suite du corpus et de la méthode",
    "freins": "en tête des freins",
    "opportunites": "en tête des opportunités",
    "profils": "en tête des profils de parcours",
    "croisements": "en tête de « qui rencontre quoi »",
    "installations": "en tête des installations réussies et échouées",
    "nouveaux_arrivants": "en tête de la comparaison entre nouveaux arrivants et habitants",
    "territoires": "en tête des territoires",
    "aspirations": "en tête des aspirations",
    "recommandations": "en tête des leviers et de la feuille de route",
    "limites": "en tête des limites et des points ouverts",
    "interpretation": "à la suite de la synthèse d'une page",
}
# Prefix → texts about one object: `constat-loyer_eleve.md`, `theme-offre_locative.md`, `profil-2.md`.
TARGETED: Final = ("constat", "theme", "profil")


def read_notes(folder: Path) -> tuple[Note, ...]:
    """The notes in `folder`, in order of file name; none when there is no such folder.

    Raises: EnqueteError when a note is not UTF-8.
    """
    files = sorted(folder.glob("*.md")) if folder.is_dir() else []
    return tuple(_note(file.name, read_text(file)) for file in files)


def _note(name: str, text: str) -> Note:
    stem = name.removesuffix(".md")
    prefix, _, target = stem.partition("-")
    if prefix in TARGETED and target:
        return Note(prefix, target, text.strip(), name)
    return Note(stem, "", text.strip(), name)


def misplaced(notes: Iterable[Note], codebook: Codebook) -> list[Problem]:
    """A warning for each note that has no place in the report: it is printed at the end, never lost."""
    codes = {code.id for code in codebook}
    themes = {theme.id for theme in codebook.themes}
    problems = []
    for note in notes:
        known: Iterable[str] = PLACES
        if note.place in ("constat", "theme"):
            known = codes if note.place == "constat" else themes
        if note.place != "profil" and (note.target or note.place) not in known:
            problems.append(
                problem(
                    Code.NOTE_MISPLACED,
                    severity=Severity.WARNING,
                    file=f"synthesis/{note.file}",
                    hint=hint(note.target or note.place, known),
                )
            )
    return problems
