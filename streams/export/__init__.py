"""Recordings written in the formats that other programs read."""
