"""Stage 1, `enquete import`: questionnaires, responses, transcripts and codebooks become model objects."""
