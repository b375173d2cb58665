"""Stage 2, `enquete code`: rules, suggestions, decisions, agreement."""
