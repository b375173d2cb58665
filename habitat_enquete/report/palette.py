"""The colours of every output: one warm hue for barriers, one cold for opportunities, greys for the rest.

All texts reach a contrast of 4.5:1 on the page (tested).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.pathway import Tenure

INK: Final = "#1f2933"
MUTED: Final = "#55606b"
PAPER: Final = "#ffffff"
TINT: Final = "#f4f2ed"
LINE: Final = "#d9d5cb"
BARRIER: Final = "#a4432b"
OPPORTUNITY: Final = "#1c6a66"
NEUTRAL: Final = "#566879"

POLARITY: Final = {
    Polarity.BARRIER: BARRIER,
    Polarity.OPPORTUNITY: OPPORTUNITY,
    Polarity.NEUTRAL: NEUTRAL,
}
# From the parents' home to ownership: greys, warm tints for what is precarious, cold ones for renting, the deepest for owning.
_TENURES: Final = (
    *("#cfcabd", "#a9a293", "#ddb7a6", "#c07a61", "#a4432b", "#a8bdc4", "#6c909c", "#1c6a66", "#123f3d"),
)


def tenure_colours(tenures: Sequence[Tenure]) -> dict[str, str]:
    """The colour of each tenure: the codebook's, else ours in the codebook's order."""
    return {
        tenure.id: tenure.colour or _TENURES[position % len(_TENURES)]
        for position, tenure in enumerate(tenures)
    }


def tint(colour: str, strength: float) -> str:
    """`colour` mixed with white: 0 gives white, 1 the colour itself.

    >>> tint("#000000", 0.5)
    '#808080'
    """
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - channel) * strength):02x}" for channel in channels)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours (WCAG 2.1), from 1 to 21.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    lights = sorted((_luminance(first), _luminance(second)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
