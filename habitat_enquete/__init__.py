"""Surveys and interviews on housing: from collection to the synthesis of barriers and opportunities."""

__version__ = "0.1.0"
