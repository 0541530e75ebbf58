"""Figures of our results: charts (as plain data), sweeps (the study's), own_sweeps (of networks of a user's own),
shares (of the machine), keras_costs (Keras over the bare frameworks) and drawing (as SVG and PNG).
"""
