"""Recordings: written so that a crash loses nothing, read, checked, mended."""
