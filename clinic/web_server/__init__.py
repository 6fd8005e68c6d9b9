"""The web server: a worker of gunicorn's, and whose turn it is."""
