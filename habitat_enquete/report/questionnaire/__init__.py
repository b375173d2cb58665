"""Questionnaires and guides on paper, in Word, and as an offline form."""
