"""Basis sets as files of any kind, bundled or simulated."""
