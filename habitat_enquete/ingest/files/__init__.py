"""Every file comes in here: what it really is, whether it is harmless, and its cells or its text."""
