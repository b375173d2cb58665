"""Numbers with bounds, told in words: « entre 2 et 20 » where click writes « 2<=x<=20 ».

click has no public door for this text (8.5); tests read what help and errors show of it.
"""

from __future__ import annotations

import click


class Whole(click.IntRange):
    """A whole number, from `min` to `max` included."""

    def _describe_range(self) -> str:
        return _in_words(self.min, self.max)


class Decimal(click.FloatRange):
    """A number, from `min` to `max` included."""

    def _describe_range(self) -> str:
        return _in_words(self.min, self.max)


def _in_words(low: float | None, high: float | None) -> str:
    return f"au moins {_figure(low)}" if high is None else f"entre {_figure(low)} et {_figure(high)}"


def _figure(value: float | None) -> str:
    return f"{value or 0:g}".replace(".", ",")
