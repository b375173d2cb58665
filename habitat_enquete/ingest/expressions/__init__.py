"""The conditions, constraints and calculations of questionnaires: parsed, checked, evaluated, put into words."""
