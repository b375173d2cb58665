"""Small invented paths, and the studies that hold them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.pathway import RepeatedAnswer
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType, Repeat
from habitat_enquete.pathways.sequences.states import Sequences, from_labels

_MVAD = ("employment", "FE", "HE", "joblessness", "school", "training")


@pytest.fixture
def paths() -> Callable[..., Sequences]:
    """Sequences from words: `paths("AAB", "A*B")`; `*` is a gap, shorter words end earlier."""

    def build(*words: str, alphabet: str = "ABCD", weights: Sequence[float] = ()) -> Sequences:
        rows = [[None if letter == "*" else letter for letter in word] for word in words]
        return from_labels(rows, list(alphabet), weights=weights)

    return build


@pytest.fixture(scope="session")
def reference(real_data: Path) -> Path:
    """The folder of figures computed with R."""
    folder = real_data / "sequences_reference"
    if not folder.is_dir():
        pytest.skip("sequences_reference is absent")
    return folder


@pytest.fixture(scope="session")
def mvad(reference: Path) -> Sequences:
    """The school-to-work paths of 712 young people (McVicar & Anyadike-Danes 2002), 70 months."""
    with (reference / "data" / "mvad.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return from_labels([row[16:86] for row in rows], _MVAD)


@pytest.fixture
def codebook() -> Codebook:
    """A codebook without codes: the default alphabet of tenures."""
    return Codebook((), ())


@pytest.fixture
def questionnaire() -> Questionnaire:
    """A questionnaire with a repeated block that declares `parcours:`."""
    questions = (
        Question("debut", QuestionType.DATE, "Entrée", repeat="episode", precision="mois"),
        Question("fin", QuestionType.DATE, "Sortie", repeat="episode", precision="mois"),
        Question("ou", QuestionType.TEXT, "Commune", repeat="episode"),
        Question("occupation", QuestionType.SELECT_ONE, "Statut", repeat="episode"),
        Question("pourquoi", QuestionType.SELECT_MULTIPLE, "Pourquoi en êtes-vous parti ?", repeat="episode"),
    )
    mapping = {"debut": "debut", "fin": "fin", "lieu": "ou", "statut": "occupation", "motif": "pourquoi"}
    return Questionnaire(
        "habitants", "Habitants", "1", questions, repeats=(Repeat("episode", "Parcours", mapping),)
    )


@pytest.fixture
def answer() -> Callable[..., RepeatedAnswer]:
    """One stored answer: `answer("H1", "debut", 1, "2015-03-01", "A2")`."""

    def build(
        person: str, question: str, repeat: int, value: str, cell: str = "A2", label: str = ""
    ) -> RepeatedAnswer:
        return RepeatedAnswer(
            person, "habitants", question, repeat, value, label, "answered", "responses.xlsx", "episode", cell
        )

    return build
