"""How results are reported: commands/ (`python -m reports ...`), tables/, figures/, html/, and styles."""
