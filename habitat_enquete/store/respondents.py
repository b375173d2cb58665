"""The people of the study, by pseudonymous id, and what is known of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from habitat_enquete.store.connection import Store


def save_respondent(
    store: Store, respondent: str, attributes: Mapping[str, str], *, source: str = ""
) -> None:
    """Add a respondent or complete what is known of them; `source` is the file that says so.

    A later statement replaces an earlier one, attribute by attribute; empty values say nothing.
    """
    store.execute("INSERT INTO respondent (id) VALUES (?) ON CONFLICT DO NOTHING", (respondent,))
    store.execute_many(
        "INSERT INTO respondent_attribute (respondent, name, value, source) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (respondent, name) DO UPDATE SET value = excluded.value, source = excluded.source"
        " WHERE value <> excluded.value",
        ((respondent, name, value, source) for name, value in sorted(attributes.items()) if value),
    )


def respondents(store: Store, only: Collection[str] | None = None) -> dict[str, dict[str, str]]:
    """Every respondent (or `only` some) and their attributes, in order of id."""
    wanted = None if only is None else json.dumps(sorted(only))
    chosen = "WHERE ?1 IS NULL OR {} IN (SELECT value FROM json_each(?1))"
    people: dict[str, dict[str, str]] = {
        row["id"]: {}
        for row in store.rows(f"SELECT id FROM respondent {chosen.format('id')} ORDER BY id", (wanted,))
    }
    for row in store.rows(
        f"SELECT respondent, name, value FROM respondent_attribute {chosen.format('respondent')}"
        " ORDER BY respondent, name",
        (wanted,),
    ):
        people[row["respondent"]][row["name"]] = row["value"]
    return people
