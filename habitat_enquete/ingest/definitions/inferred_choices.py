"""Answers that come back: the choices they were taken from, one or several in a cell, in the order of their scale."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from habitat_enquete.ingest.answers.choices import bare, missing_state
from habitat_enquete.model.questionnaire import Choice, QuestionType
from habitat_enquete.model.response import AnswerState

_MOST_CHOICES: Final = 25
_MOST_GRADES: Final = 15
_LONGEST_CHOICE: Final = 90
_MOST_COMBINED: Final = 300
_MOST_PIECES: Final = 60
_OTHER: Final = re.compile(r"^(autre|other|autres)\b", re.IGNORECASE)
_MISSING: Final = {
    AnswerState.DONT_KNOW: "nsp",
    AnswerState.REFUSED: "refus",
    AnswerState.NO_ANSWER: "nr",
    AnswerState.NOT_ASKED: "so",
}
_SEPARATORS: Final = (
    (";", r"\s*;\s*"),
    ("|", r"\s*\|\s*"),
    (",", r",\s+"),
    ("retour à la ligne", r"\s*\n\s*"),
)
# Words of usual scales, from the least to the most; the first that a label begins with, or holds, gives its rank.
_SCALES: Final = (
    ("pas du tout", "plutôt pas", "peu", "ni ", "moyennement", "assez", "plutôt", "tout à fait", "très"),
    ("très insatisf", "insatisf", "plutôt insatisf", "neutre", "plutôt satisf", "satisf", "très satisf"),
    ("très insatisf", "insatisf", "plutôt insatisf", "ni ", "plutôt satisf", "satisf", "très satisf"),
    ("très mauvais", "mauvais", "plutôt mauvais", "moyen", "plutôt bon", "bon", "très bon"),
    ("jamais", "rarement", "parfois", "de temps en temps", "souvent", "très souvent", "toujours"),
    ("strongly disagree", "disagree", "neither", "agree", "strongly agree"),
    ("never", "rarely", "sometimes", "often", "always"),
)
_LESS: Final = re.compile(r"^(moins|jusqu|less|under|avant)\b", re.IGNORECASE)
_MORE: Final = re.compile(r"^(plus|more|over|après)\b|et plus$|ou plus$", re.IGNORECASE)
_GRADE: Final = re.compile(r"(-?\d{1,2})\s*(?:[-–:=.(]\s*)?(\D.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices found in the answers, how many were given at a time, and why it is thought so."""

    kind: QuestionType
    labels: tuple[str, ...]
    why: str


def chosen(texts: Sequence[str]) -> Chosen | None:
    """The choices that answers were taken from; None when they seem free."""
    whole = Counter(texts)
    for mark, pattern in _SEPARATORS:
        pieces = _joined_again(
            [[piece for piece in re.split(pattern, text) if piece] for text in texts], mark
        )
        if found := _several(
            pieces, whole, f"séparées par « {mark} »" if len(mark) == 1 else "sur plusieurs lignes"
        ):
            return found
    if found := _spaced_codes(texts, whole) or _run_together(whole):
        return found
    if _come_back(whole, 2.5):
        several = "s" if len(whole) > 1 else ""
        why = f"{len(whole)} réponse{several} différente{several} sur {len(texts)}"
        return Chosen(QuestionType.SELECT_ONE, tuple(in_order(whole)), why)
    return None


def grades(texts: Sequence[str]) -> Chosen | None:
    """A scale whose ends are told: « 0 (jamais) », 1, 2… « 10 (tout le temps) »; None when it is not one."""
    whole = Counter(text.strip() for text in texts)
    read = {text: _GRADE.fullmatch(text) for text in whole}
    told = [found for found in read.values() if found is not None and found[2]]
    if len(whole) > _MOST_GRADES or not told or any(found is None for found in read.values()):
        return None
    ranks = [int(found[1]) for found in read.values() if found is not None]
    if len(set(ranks)) < len(ranks) or len({found[2] for found in told}) < len(told):
        return None  # the same words after every number: a unit
    why = f"échelle de {min(ranks)} à {max(ranks)}, aux extrémités nommées"
    ordered = sorted((int(found[1]), text) for text, found in read.items() if found is not None)
    return Chosen(QuestionType.SELECT_ONE, tuple(text for _, text in ordered), why)


def _several(pieces: list[list[str]], whole: Counter[str], how: str) -> Chosen | None:
    several = sum(len(set(cell)) > 1 for cell in pieces)
    counted = Counter(piece for cell in pieces for piece in cell)
    enough = several >= max(2, 0.05 * len(pieces)) and len(counted) < len(whole)
    if not enough or not _come_back(counted, 3.0):
        return None
    return Chosen(QuestionType.SELECT_MULTIPLE, tuple(in_order(counted)), f"{len(counted)} réponses {how}")


def _spaced_codes(texts: Sequence[str], whole: Counter[str]) -> Chosen | None:
    """`emploi famille prix`: codes as ODK writes them."""
    pieces = [text.split() for text in texts]
    coded = all(re.fullmatch(r"[a-z0-9_-]+", piece) for cell in pieces for piece in cell)
    return _several(pieces, whole, "séparées par une espace") if coded else None


def _joined_again(pieces: list[list[str]], mark: str) -> list[list[str]]:
    """Choices that hold the separator themselves: two pieces that are never seen apart make one."""
    while True:
        counted = Counter(piece for cell in pieces for piece in cell)
        pairs = Counter((one, two) for cell in pieces for one, two in itertools.pairwise(cell))
        together = next(
            (
                pair
                for pair, times in pairs.items()
                if times > 1 and counted[pair[0]] == times == counted[pair[1]]
            ),
            None,
        )
        if together is None or not 2 < len(counted) <= _MOST_PIECES:
            return pieces
        pieces = [_with_pair(cell, together, mark) for cell in pieces]


def _with_pair(cell: list[str], pair: tuple[str, str], mark: str) -> list[str]:
    joined: list[str] = []
    for piece in cell:
        if joined and (joined[-1], piece) == pair:
            joined[-1] = f"{pair[0]}{mark} {piece}" if mark == "," else f"{pair[0]} {mark} {piece}"
        else:
            joined.append(piece)
    return joined


def _run_together(whole: Counter[str]) -> Chosen | None:
    """Labels put one after the other with a space (Kobo): « Un emploi Le cadre de vie »."""
    if len(whole) > _MOST_COMBINED:
        return None  # free answers: no list of choices gives so many
    atoms: list[str] = []
    for text in sorted(whole, key=len):
        if not atoms or not _made_of(text, atoms):
            atoms.append(text)
    atoms = _reduced(atoms)
    composed = sum(times for text, times in whole.items() if _made_of(text, atoms))
    sure = composed >= max(3, 0.1 * whole.total()) and len(atoms) <= 0.5 * len(whole)
    if not sure or len(atoms) > _MOST_CHOICES or not all(" " in atom or whole[atom] > 1 for atom in atoms):
        return None
    counted = Counter({atom: sum(times for text, times in whole.items() if atom in text) for atom in atoms})
    why = f"{len(atoms)} réponses mises bout à bout"
    return Chosen(QuestionType.SELECT_MULTIPLE, tuple(in_order(counted)), why)


def _reduced(atoms: list[str]) -> list[str]:
    """Labels never given alone, told from those they were given with."""
    while True:
        cut = next(
            (
                (text, rest)
                for text in atoms
                for known in atoms
                for rest in _rests(text, known)
                if sum(rest in other for other in atoms) > 1 or rest in atoms
            ),
            None,
        )
        if cut is None:
            return atoms
        text, rest = cut
        atoms = [each for each in atoms if each != text]
        atoms += [] if rest in atoms or _made_of(rest, atoms) else [rest]
        atoms.sort(key=len)
        atoms = [each for rank, each in enumerate(atoms) if not _made_of(each, atoms[:rank])]


def _rests(text: str, known: str) -> Iterator[str]:
    """What remains of a text once the label it begins or ends with is taken out."""
    if known != text and text.startswith(f"{known} "):
        yield text[len(known) + 1 :]
    if known != text and text.endswith(f" {known}"):
        yield text[: -len(known) - 1]


def _made_of(text: str, atoms: Sequence[str]) -> bool:
    """Whether a text is at least two of `atoms`, each once, put one after the other."""
    waiting: list[tuple[str, frozenset[str]]] = [(text, frozenset())]
    while waiting:
        rest, used = waiting.pop()
        for atom in atoms:
            if atom in used:
                continue
            if rest == atom and used:
                return True
            if rest.startswith(f"{atom} "):
                waiting.append((rest[len(atom) + 1 :], used | {atom}))
    return False


def _come_back(counted: Counter[str], times: float) -> bool:
    """Whether few different answers are given many times."""
    if not counted or len(counted) > _MOST_CHOICES or max(map(len, counted)) > _LONGEST_CHOICE:
        return False
    return counted.total() >= times * len(counted) and counted.total() >= 4


# ── order ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def in_order(counted: Counter[str]) -> list[str]:
    """Numbers and scales in their order, « autre » and « ne sait pas » last, other words from the most given."""
    labels = [text for text, _ in counted.most_common()]
    last = [label for label in labels if _is_last(label)]
    rest = [label for label in labels if label not in last]
    for key in (_number_of, _duration_of, *map(_scale_rank, _SCALES)):
        ranks = [key(label) for label in rest]
        if len(rest) > 1 and all(rank is not None for rank in ranks) and len(set(ranks)) == len(ranks):
            rest = [
                label for _, label in sorted(zip(ranks, rest, strict=True), key=lambda pair: pair[0] or 0)
            ]
            break
    return [*rest, *sorted(last, key=lambda label: missing_state(Choice("x", label)) is not None)]


def _is_last(label: str) -> bool:
    return (
        bool(_OTHER.match(label))
        or missing_state(Choice("x", label)) is not None
        or bare(label) == "sans opinion"
    )


def _number_of(label: str) -> float | None:
    return float(label) if re.fullmatch(r"-?\d+", label) else None


def _duration_of(label: str) -> float | None:
    """« Moins d'un an », « 1 à 3 ans », « Plus de 5 ans »: by their first number."""
    found = re.search(r"\d+(?:[ \u202f\u00a0]\d{3})*", label)
    number = float(re.sub(r"\D", "", found[0])) if found else 1.0 if re.search(r"\bune?\b", label) else None
    if number is None:
        return None
    months = number / 12 if re.search(r"\bmois\b", label) else number
    return months - 0.5 if _LESS.search(label) else months + 0.5 if _MORE.search(label) else months


def _scale_rank(scale: Sequence[str]) -> Callable[[str], float | None]:
    def rank(label: str) -> float | None:
        text = label.casefold()
        found = [(len(word), place) for place, word in enumerate(scale) if text.startswith(word)]
        return float(max(found)[1]) if found else None

    return rank


# ── names ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def slug(text: str) -> str:
    """A name of plain letters, digits and `_`, short, for a header.

    >>> slug("Quel âge avez-vous ?")
    'quel_age_avez_vous'
    """
    decomposed = unicodedata.normalize("NFD", text.replace("œ", "oe"))
    words = re.findall(r"[a-z0-9]+", decomposed.encode("ascii", "ignore").decode().lower())
    short = ""
    for word in words:
        if len(short) + len(word) > 30 and short:
            break
        short = f"{short}_{word}" if short else word[:30]
    return short if short[:1].isalpha() else f"q_{short}".rstrip("_")


def choices_of(labels: Iterable[str]) -> Iterator[Choice]:
    """The choices of these labels: a grade keeps its number as its name, what means « ne sait pas » is marked."""
    names: set[str] = set()
    for label in labels:
        grade = re.match(r"(-?\d{1,2})\b\s*[-–:=(.]", label)
        base = label if re.fullmatch(r"[A-Za-z0-9_-]+", label) else grade[1] if grade else slug(label)
        name, rank = base, 1
        while name in names:
            rank += 1
            name = f"{base}_{rank}"
        names.add(name)
        choice = Choice(name, label)
        state = missing_state(choice)
        yield replace(choice, missing=_MISSING.get(state) if state else None)
