"""Formats of other software, in and out."""
