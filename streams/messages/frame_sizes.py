"""How long the frames of a message and of a request may be."""

MAX_HEADER_BYTES = 64 * 1024
"""A JSON object."""
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024
"""The FID beside it."""
