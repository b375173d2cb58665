"""From what people say or write of their dwellings to dated episodes, with a located problem for all that is doubtful."""
