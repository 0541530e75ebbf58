"""Tables: of a session (summary), of ratios, all_pairs as text and Markdown (ratios) and as CSV and JSON (exports), of the study's
claims (claims); writing: how any table is written.
"""
