"""What the exploration suggests for the codebook, as lines of `codebook.yaml` to copy: a person decides, nothing is written there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from habitat_enquete.report import wording
from habitat_enquete.textometry.exploration import ClassReading, Exploration

_HEADER: Final = """\
# Propositions de l'exploration du vocabulaire, pour « {title} ».
# Rien n'a été changé dans codebook.yaml. Relisez les segments typiques dans explorateur.html, puis recopiez ce qui vous paraît juste :
# un code entier sous le thème qui convient, ou des termes à la suite de ceux d'un code. Ce fichier est refait à chaque exploration.
"""


def proposals_yaml(exploration: Exploration, codes: Mapping[str, str], title: str) -> str:
    """The codes and terms to consider, in the form the codebook wants them."""
    by_number = {reading.number: reading for reading in exploration.classes}
    parts = [_HEADER.format(title=" ".join(title.split()))]
    new = [p for p in exploration.proposals if p.kind == "code"]
    known = [p for p in exploration.proposals if p.kind != "code"]
    if new:
        parts.append("\n# Codes à créer : classes qu'aucun code ne couvre.\ncodes:")
    for proposal in new:
        parts.append(_code(by_number[proposal.number], exploration, proposal.terms))
    if known:
        parts.append("\n# Termes à considérer pour des codes qui existent.\ntermes:")
    for proposal in known:
        label = codes.get(proposal.code or "", proposal.code or "")
        parts.append(f"  # {label} (classe {proposal.number})")
        parts.append(f"  {proposal.code}: [{', '.join(_quoted(term) for term in proposal.terms)}]")
    if not exploration.proposals:
        parts.append("\n# Aucune proposition : la grille connaît déjà le vocabulaire des classes.")
    return "\n".join(parts) + "\n"


def _code(reading: ClassReading, exploration: Exploration, terms: tuple[str, ...]) -> str:
    share = (
        f"{wording.percent(reading.share)} des segments classés, {wording.count(reading.people, 'personne')}"
    )
    fragile = " ; classe fragile" if exploration.fragile else ""
    return "\n".join(
        [
            f"  # classe {reading.number} : {share}{fragile}",
            f"  - id: {_identifier(reading.name)}",
            f"    label: {_quoted(reading.name[:1].upper() + reading.name[1:])}",
            "    polarity: neutral        # barrier (frein) | opportunity (opportunité) | neutral",
            '    definition: "À écrire : ce que disent les segments typiques de la classe."',
            f"    terms: [{', '.join(_quoted(term) for term in terms)}]",
        ]
    )


def _identifier(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.replace("œ", "oe"))
    return (
        re.sub(r"[^a-z0-9]+", "_", plain.lower().encode("ascii", "ignore").decode()).strip("_") or "a_nommer"
    )


def _quoted(text: str) -> str:
    """A YAML string that no word of the corpus can break."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
