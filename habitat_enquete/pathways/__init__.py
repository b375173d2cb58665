"""`enquete pathways`: episodes, sequences, typology, profiles."""
