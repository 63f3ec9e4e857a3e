"""The lock of a recording: one writer at a time, `visit.mcap.lock` beside it.

It belongs to the operating system, so it is gone as soon as its holder is, however that
ended.
"""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

from streams.errors import InputError
from streams.recording.files import cannot_write, is_unfinished

if TYPE_CHECKING:
    from filelock import FileLock


def is_running(path: Path) -> bool:
    """Whether a program is writing this recording now."""
    final = path.with_suffix("") if is_unfinished(path) else path
    lock_path = final.with_name(final.name + ".lock")
    if not os.path.exists(lock_path):
        return False
    from filelock import FileLock, Timeout  # who finds no lock needs none

    lock = FileLock(lock_path)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False


def lock_recording(final: Path) -> FileLock:
    """The lock of a recording, taken; its folder is made where it is missing."""
    from filelock import FileLock, Timeout

    lock = FileLock(final.with_name(final.name + ".lock"), thread_local=False)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        if not os.path.exists(lock.lock_file):  # it could not even be made
            raise cannot_write(final, _write_error(final.parent)) from None
        raise InputError(
            f"{final} is being written by another program: stop that one first."
        ) from None
    except OSError as error:
        raise cannot_write(final, error) from None
    return lock


def _write_error(folder: Path) -> OSError:
    """What the system says to a new file in a folder."""
    if not os.access(folder, os.W_OK):
        return PermissionError(errno.EACCES, "Permission denied")
    return OSError(errno.EROFS, f"{folder} takes no files")


def unlock(lock: FileLock) -> None:
    """Let go of a lock, and remove its file."""
    with contextlib.suppress(OSError):  # Windows keeps open files; no harm
        if lock.is_locked:  # so nobody can have taken it in between
            os.unlink(lock.lock_file)
    lock.release()
