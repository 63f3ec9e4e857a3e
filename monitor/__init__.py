"""Turning transients into estimates of glutamate, and showing them."""

from streams.messages.version import program_version

__version__ = program_version()
