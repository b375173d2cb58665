"""`enquete pseudonymise` and `forget`: names stay apart, small cells are masked."""
