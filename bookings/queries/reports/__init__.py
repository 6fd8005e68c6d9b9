"""Reports: sums and counts of rows, each of which can be listed."""
