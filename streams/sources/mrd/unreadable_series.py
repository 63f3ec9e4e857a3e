"""Series that could not be understood, kept as the MRD streams that they are.

Beside the recording, as `NAME.refused-1.mrd` and so on: a header without its subject,
acquisitions and waveforms bit by bit as they came, from the first on that could not be
understood, and CLOSE.  Once the protocol is corrected, such a file is sent to a relay
again as it is; it is the stream of a scanner.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from streams.sources.mrd.header import Header
from streams.sources.mrd.parser import CLOSE_BYTES, NAME_BYTES, Id


class KeptSeries:
    """Writes refused series beside a recording.

    Attributes
    ----------
    problem : why one could not be kept, in one sentence; empty if nothing is wrong
    """

    def __init__(self, recording: Path) -> None:
        self.problem = ""
        self._recording = recording
        self._file: BinaryIO | None = None

    def begin(self, header: Header) -> str:
        """Begin a file for a series; its name, empty if that cannot be."""
        self.end()
        try:
            self._file, name = self._open()
        except OSError as error:
            self._fail(error)
            return ""
        self._write(struct.pack(f"<H{NAME_BYTES}s", Id.CONFIG_FILE, b"refused"))
        xml = header.xml + b"\0"
        self._write(struct.pack("<HI", Id.HEADER, len(xml)) + xml)
        return name

    def add(self, kind: Id, content: bytes) -> None:
        """Keep a message of the series."""
        self._write(struct.pack("<H", kind) + content)

    def end(self) -> None:
        """The series ended."""
        if self._file is not None:
            self._write(CLOSE_BYTES)
        if self._file is not None:
            self._file.close()
        self._file = None

    def _open(self) -> tuple[BinaryIO, str]:
        number = 1
        while True:
            ending = f".refused-{number}.mrd"
            path = self._recording.with_name(self._recording.stem + ending)
            try:
                return path.open("xb"), f"*{ending}"  # no name of a file is recorded
            except FileExistsError:
                number += 1

    def _write(self, content: bytes) -> None:
        if self._file is None:
            return
        try:
            self._file.write(content)
            self._file.flush()
        except OSError as error:
            self._file.close()
            self._file = None
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.problem = f"A refused series is NOT KEPT ({error.strerror or error})."
