"""FIDs that are kept for a late mark, in files that nobody else sees.

Of a transient the aligned FID is worked with; as it came it is only wanted where a mark
of the infusion is given late, moved or taken back.  So these are written to nameless
files of the system's folder for such files, gone with the program, and mapped: memory
is taken when one is read.  Bit for bit they stay what they were.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from monitor.run.filtered_message import Taken
from streams.messages.transient import ComplexFID, Message, Transient


def out_of_memory(several: Sequence[Taken]) -> list[Taken]:
    """The same messages with their FIDs on disk; as they are if it takes none."""
    messages = [one for taken in several for one in taken.passed]
    bodies = [one.body for one in messages]
    fids = [body.fid for body in bodies if isinstance(body, Transient)]
    try:
        mapped = iter(_map_fids(fids))
    except OSError:
        return list(several)
    return [
        replace(taken, passed=tuple(_with_next(one, mapped) for one in taken.passed))
        for taken in several
    ]


def _map_fids(fids: Sequence[ComplexFID]) -> list[ComplexFID]:
    """The FIDs, read from a file of theirs when they are used."""
    content = b"".join(np.ascontiguousarray(fid).tobytes() for fid in fids)
    if not content:
        return list(fids)
    with tempfile.TemporaryFile(prefix="mrs-monitor-") as file:
        file.write(content)
        file.flush()
        block = mmap.mmap(file.fileno(), len(content), access=mmap.ACCESS_READ)
    ends = np.cumsum([fid.nbytes for fid in fids])
    return [
        np.frombuffer(block, fid.dtype, fid.size, end - fid.nbytes).reshape(fid.shape)
        for fid, end in zip(fids, ends.tolist(), strict=True)
    ]


def _with_next(one: Message, mapped: Iterator[ComplexFID]) -> Message:
    """A message with the next FID, if it is a transient."""
    if not isinstance(one.body, Transient):
        return one
    return replace(one, body=replace(one.body, fid=next(mapped)))
