"""Residential paths for people to read: figures, tables and workbook, in `outputs/parcours/`."""
