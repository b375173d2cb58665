"""From a folder of transcripts to documents: who speaks, in which role, and what was not said but written."""
