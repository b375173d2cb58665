"""Stage 3, `enquete synthesis`: findings and the evidence they rest on."""
