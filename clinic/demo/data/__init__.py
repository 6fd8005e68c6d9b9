"""A clinic that is plainly a demo: the same every time, relative to today."""
