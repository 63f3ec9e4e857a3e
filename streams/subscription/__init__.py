"""A subscription without gaps, and how the stream fares."""
