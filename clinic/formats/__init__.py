"""How dates and times are written and read, language by language."""
