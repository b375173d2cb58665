"""The title of a report: the study's, else the codebook's, else one that says what it is."""

from __future__ import annotations

import pytest

from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.synthesis import Stamp
from habitat_enquete.synthesis import compose
from habitat_enquete.synthesis.material import Material
from habitat_enquete.synthesis.settings import Settings


@pytest.mark.parametrize(
    ("study", "codebook", "title"),
    [
        ("Habiter ici", "Grille", "Habiter ici"),
        ("", "Grille", "Grille"),
        ("", "", "Se loger ici : freins et opportunités"),
    ],
)
def test_the_title_of_a_report(study: str, codebook: str, title: str) -> None:
    material = Material(Codebook((), (), title=codebook), settings=Settings(title=study))
    assert compose.synthesis(material, stamp=Stamp("", "", "", "")).title == title
