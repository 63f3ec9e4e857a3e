"""Turning transients into estimates of glutamate, and showing them."""

from importlib.metadata import version

__version__ = version("mrs-monitor")
