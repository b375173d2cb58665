"""What click says by itself, in French: one gettext catalogue, bound before any command is defined."""

from __future__ import annotations

import gettext
import os
from pathlib import Path
from typing import Final

_DOMAIN: Final = "enquete"


def bind() -> None:
    """Make click speak French, whatever the language of the system. Call before importing click."""
    os.environ["LANGUAGE"] = "fr"
    gettext.bindtextdomain(_DOMAIN, Path(__file__).parent / "locale")
    gettext.textdomain(_DOMAIN)
