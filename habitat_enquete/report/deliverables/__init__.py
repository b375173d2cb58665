"""`enquete deliver`: the documents that the four studies owe, each made from the same evidence as the report."""
