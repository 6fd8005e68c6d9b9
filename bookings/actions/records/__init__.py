"""Lists of clients from other systems: read, checked, taken in, undone."""
