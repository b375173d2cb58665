"""`enquete review`: the local page where people decide."""
