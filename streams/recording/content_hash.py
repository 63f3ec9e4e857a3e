"""Files identified by their content, not by their names."""

from __future__ import annotations

import hashlib
from pathlib import Path

from streams.errors import InputError

CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    """Hash of a file's content, or of all files of a folder in order of their names.

    Raises
    ------
    InputError : it cannot be read
    """
    digest = hashlib.sha256()
    try:
        for part in sorted(path.iterdir()) if path.is_dir() else [path]:
            with part.open("rb") as file:
                while block := file.read(CHUNK):
                    digest.update(block)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path} cannot be read: {reason}.") from None
    return digest.hexdigest()
