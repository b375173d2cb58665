"""The answers that the offline form saves as JSON, as a table."""

from __future__ import annotations

import json

from habitat_enquete.errors import Code, EnqueteError

FORMAT = "enquete-reponses"


def form_rows(text: str, *, file: str) -> list[list[str]]:
    """The header and the rows of a JSON file saved by the offline form. Raises: EnqueteError for any other JSON."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EnqueteError(Code.FORM_JSON_UNKNOWN, file=file) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise EnqueteError(Code.FORM_JSON_UNKNOWN, file=file)
    table = [content.get("columns"), *_listed(content.get("rows"))]
    if not all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in table):
        raise EnqueteError(Code.FORM_JSON_UNKNOWN, file=file)
    return [list(row) for row in table if isinstance(row, list)]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [None]
