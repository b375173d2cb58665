"""The explorer of the vocabulary: one offline page, its figures, its tables and its proposals."""
