"""Which program this is."""

from __future__ import annotations

from functools import cache

PROGRAM = "mrs-monitor"


@cache
def version_of(package: str) -> str:
    """Version of an installed package, "not installed" where it is none."""
    from importlib.metadata import PackageNotFoundError, version  # a fifth of a start

    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def program_version() -> str:
    """Version of this program."""
    return version_of(PROGRAM)
