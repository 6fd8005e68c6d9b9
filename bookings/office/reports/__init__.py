"""Reports, for the owner."""
