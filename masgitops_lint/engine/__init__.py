"""Find rules, run them, silence what was silenced on purpose, and sort."""
