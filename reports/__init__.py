"""Ratios and tables from saved runs. Runs nothing, and imports neither pytest nor a framework."""
