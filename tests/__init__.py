"""The tests; folders mirror those of the code."""

from pathlib import Path

ROOT = Path(__file__).parents[1]  # of the checkout
