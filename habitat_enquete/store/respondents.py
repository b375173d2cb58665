"""The people of the study, by pseudonymous id, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping

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


def respondents(store: Store) -> dict[str, dict[str, str]]:
    """Every respondent and their attributes, in order of id."""
    people: dict[str, dict[str, str]] = {
        row["id"]: {} for row in store.rows("SELECT id FROM respondent ORDER BY id")
    }
    for row in store.rows(
        "SELECT respondent, name, value FROM respondent_attribute ORDER BY respondent, name"
    ):
        people[row["respondent"]][row["name"]] = row["value"]
    return people
