"""The study's networks as framework-free records, and the catalogue of its points."""
