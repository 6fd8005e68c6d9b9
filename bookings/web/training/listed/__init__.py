"""The clinic’s list of races where a runner types the name of theirs."""
