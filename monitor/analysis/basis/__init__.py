"""Basis sets as values: entries, names, macromolecules, resampling; no files."""
