"""Types of respondents where closed questions carry the profile."""
