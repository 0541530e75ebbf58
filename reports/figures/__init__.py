"""The study's figures with our results: charts (as plain data), sweeps (from saved runs), drawing (as SVG and PNG)."""
