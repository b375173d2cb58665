"""`enquete explore`: lexical tables, Reinert classes, specificities, co-occurrence, concordance."""
