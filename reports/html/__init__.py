"""Saved runs as one HTML file that needs nothing else, for a browser or a printer.

page joins the parts: answer and sentence (the top), study_tables, origin (provenance, flags, how to do it again), raw
(every result, for the script).
"""
