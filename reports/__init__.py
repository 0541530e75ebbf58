"""How results are reported: commands/ (`python -m reports ...`), tables/, figures/, html/.

arms: the order and the look of backends in every report, and the baseline by default.
"""
