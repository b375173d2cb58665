"""From episodes to state sequences: distances, indicators, types and how solid they are."""
