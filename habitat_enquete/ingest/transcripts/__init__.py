"""Reading transcripts of every kind: one small file per family of formats, all giving the same `Transcript`."""
