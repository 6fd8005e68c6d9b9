"""How the machine and its mail fare, for the owner."""
