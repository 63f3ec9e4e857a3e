"""Packages that only some files need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from streams.errors import InputError


def needed(module: str, what: str) -> Any:
    """Import a package of the extra `vendor`, or say how to install it.

    Raises
    ------
    InputError : it is not installed; `what` names the files that need it
    """
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise InputError(
            f'{what} need the package {package}: pip install "mrs-monitor[vendor]".'
        ) from None
