"""The study's memory, in SQLite: the only package that contains SQL."""
