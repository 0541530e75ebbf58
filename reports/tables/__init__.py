"""Tables: of a session (summary), of ratios as text and Markdown (ratios, all_pairs) and as CSV and JSON (exports), of
the study's claims (claims); predictions: what tables of forward passes have besides and lack; writing: how any table is
written.
"""
