"""Questionnaires and interview guides, in YAML or as XLSForms: read, checked, inferred from an export."""
