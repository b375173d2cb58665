"""The French language pipeline: the only package that imports spaCy and textacy."""
