"""`python -m reports html`: saved runs as one file that needs nothing else, for a browser or a printer."""
