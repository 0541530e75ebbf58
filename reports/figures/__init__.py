"""Figures of our results: charts (as plain data), sweeps (the study's), own_sweeps (of networks of a user's own),
keras_costs (Keras over the bare frameworks) and drawing (as SVG and PNG).
"""
