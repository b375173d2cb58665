"""Transcript readers, one small file per family of formats."""
