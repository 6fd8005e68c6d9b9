"""Races of the list as the desk sees them: their news, those typed freely, and the board."""
