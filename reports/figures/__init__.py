"""The study's figures: charts (as plain data), sweeps (made from saved runs), drawing (as SVG and PNG)."""
