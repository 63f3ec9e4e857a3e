"""Which program this is."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def program_version() -> str:
    """Version of the installed program."""
    try:
        return version("mrs-monitor")
    except PackageNotFoundError:
        return "?"
