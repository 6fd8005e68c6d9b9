"""Gunicorn's defaults; without a file it would read Taper's, from the folder it starts in."""
