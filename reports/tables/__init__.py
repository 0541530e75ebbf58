"""Tables: of a session (summary), of ratios as text and Markdown (ratios), as CSV and JSON (exports)."""
