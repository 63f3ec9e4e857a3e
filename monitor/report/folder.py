"""The folder that results go into."""

from __future__ import annotations

import os
from pathlib import Path

from streams.errors import InputError


def made_folder(out: Path) -> None:
    """Make the folder for the results, before a long run that would be in vain.

    Raises
    ------
    InputError : it cannot be made or takes no files
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder {out} cannot be made ({error.strerror}): choose another --out."
        ) from None
    if not os.access(out, os.W_OK):
        raise InputError(f"No permission to write into {out}: choose another --out.")
