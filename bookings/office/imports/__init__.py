"""Clients come out of another system: a file, its columns, a check, the import, and back."""
