"""The clinic's list of races, as its owner keeps it."""
