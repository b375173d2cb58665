"""The word cloud: words sized by the number of people who use them, as SVG for the page and PNG for Word."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from habitat_enquete.model.synthesis import WordCount
from habitat_enquete.report.palette import INK, NEUTRAL, OPPORTUNITY

WIDTH: Final = 880
HEIGHT: Final = 360
_SEED: Final = 7
_SHADES: Final = (INK, OPPORTUNITY, NEUTRAL)
_WORDS: Final = 60


def svg(words: Sequence[WordCount]) -> str:
    """The cloud as an accessible SVG; each word's width is fixed, so that no font can make words overlap."""
    if not words:
        return ""
    texts = [_text(placed) for placed in _layout(words).layout_]
    return (
        f'<svg class="cloud" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="cloud-title">'
        f'<title id="cloud-title">{escape(description(words))}</title>{"".join(texts)}</svg>'
    )


def png(words: Sequence[WordCount]) -> bytes:
    """The cloud as a picture for Word."""
    buffer = io.BytesIO()
    _layout(words, scale=2).to_image().save(buffer, format="PNG")
    return buffer.getvalue()


def description(words: Sequence[WordCount]) -> str:
    """What the cloud shows, for those who do not see it."""
    first = ", ".join(f"{word.word} ({word.people})" for word in words[:12])
    return f"Nuage des mots employés par le plus de personnes. Les premiers : {first}."


def _layout(words: Sequence[WordCount], *, scale: int = 1) -> Any:
    from wordcloud import WordCloud

    shades = {word.word: _SHADES[min(rank // 8, len(_SHADES) - 1)] for rank, word in enumerate(words)}
    cloud = WordCloud(
        width=WIDTH,
        height=HEIGHT,
        scale=scale,
        font_path=font(),
        background_color="white",
        prefer_horizontal=1.0,
        max_words=_WORDS,
        min_font_size=13,
        relative_scaling=0.6,
        random_state=_SEED,
        margin=6,
        color_func=lambda word, **_: shades[word],
    )
    return cloud.generate_from_frequencies({word.word: word.people for word in words})


@cache
def font() -> str:
    """A font that comes with matplotlib: the same everywhere, accents included."""
    import matplotlib

    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")


def _text(placed: Any) -> str:
    from PIL import ImageFont

    (word, _), size, (top, left), _, colour = placed
    face = ImageFont.truetype(font(), size)
    x0, _, x1, _ = face.getbbox(word)
    ascent, _ = face.getmetrics()
    baseline = top + ascent - face.getbbox(word)[1]
    return (
        f'<text x="{left}" y="{baseline}" font-size="{size}" fill="{colour}" textLength="{x1 - x0}"'
        f' lengthAdjust="spacingAndGlyphs">{escape(word)}</text>'
    )
