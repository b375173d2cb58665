"""From the cells of an export to checked answers: columns matched, choices recognised, identities, states of missingness."""
