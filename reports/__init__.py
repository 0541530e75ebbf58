"""How results are reported: commands/ (`python -m reports ...`), tables/, figures/, html/;

baselines (whom ratios refer to), files (what is written), styles (how a backend looks)."""
