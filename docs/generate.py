"""Write the generated reference pages: `python docs/generate.py`."""

from __future__ import annotations

from pathlib import Path

from habitat_enquete.cli.reference import command_pages

if __name__ == "__main__":
    (Path(__file__).parent / "commandes.md").write_text(command_pages(), encoding="utf-8")
