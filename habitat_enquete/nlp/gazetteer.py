"""The names of French communes: what tells a town from a person when the model hesitates."""

from __future__ import annotations

import gzip
from functools import cache
from importlib import resources
from typing import Final

FILE: Final = "communes.csv.gz"


@cache
def communes() -> frozenset[str]:
    """The names of every commune of the Code officiel géographique, as written there; read once per process.

    >>> "Ambérieu-en-Bugey" in communes(), "Marvalette" in communes()
    (True, False)
    """
    packed = resources.files("habitat_enquete.lang").joinpath(FILE).read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    return frozenset(line.split(";", 2)[1] for line in lines)
