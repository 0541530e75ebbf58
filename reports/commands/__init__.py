"""The commands of `python -m reports`, one module each, which only reports/__main__.py imports.

common: what they share.
"""
