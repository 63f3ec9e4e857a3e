"""A scanner's MRD (ISMRMRD v1) stream as a source: Siemens FIRE, OpenRecon, Gadgetron.

The scanner is the TCP client.  Its connection is drained by a thread of its own
(`server`), so that it never waits; this generator turns what was queued into bodies
(`series`) as fast as they are taken.  The session lasts until `stop` is set: each
connection is a series and begins with a `Start`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from streams.messages.scanner_counter import AUTHOR, DROPPED
from streams.messages.transient import Body, Event, Heartbeat
from streams.sources.mrd.address import Listening
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import MrdError, readout_of, waveform_of
from streams.sources.mrd.parser import Id
from streams.sources.mrd.queue_entry import Entry, What
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.series import ScannerSession
from streams.sources.mrd.server import Receiver
from streams.sources.mrd.spill import MEMORY_BYTES, SpillQueue
from streams.sources.mrd.unreadable_series import KeptSeries

TURN_S = 0.1
LAG_S = 5.0  # what waited longer than this is worth a note


class MrdSource:
    """An MRD server; listens when this returns.

    Parameters
    ----------
    listening : where, and who may connect
    rules : how the stream is to be understood
    protocol : name of the protocol, for `Start`
    on_note : called with each sentence about the stream itself
    memory_bytes : what may wait in memory; more waits in a temporary file
    recording : where it is recorded; refused series are kept beside it

    Raises
    ------
    InputError : the port is in use, or it is no address of this machine
    """

    def __init__(
        self,
        listening: Listening,
        rules: MrdRules | None = None,
        *,
        protocol: str = "",
        on_note: Callable[[str], None] | None = None,
        memory_bytes: int = MEMORY_BYTES,
        recording: Path | None = None,
    ) -> None:
        rules = rules or MrdRules()
        self._queue: SpillQueue[Entry] = SpillQueue(memory_bytes)
        self._receiver = Receiver(listening, rules, self._queue)
        self._session = ScannerSession(rules, protocol)
        self._on_note = on_note
        self._said = ""
        self._late = False
        self._kept = KeptSeries(recording) if recording else None
        self._keeping: Header | None = None

    @property
    def port(self) -> int:
        """Port that is listened on."""
        return self._receiver.port

    def close(self) -> None:
        """Close all connections."""
        self._receiver.stop()
        self._queue.close()

    def bodies(self, stop: threading.Event) -> Iterator[Body]:
        """Bodies of all series, until `stop` is set; closes everything then."""
        self._receiver.start()
        try:
            while not stop.is_set():
                taken = self._queue.get(TURN_S)
                if taken is not None:
                    yield from self._tell(self._bodies(*taken))
                yield from self._tell(self._lag(taken))
            yield from self._rest()
            yield from self._tell(self._session.end("the relay was stopped"))
            self._keep_no_more()
        finally:
            self.close()

    def _rest(self) -> Iterator[Body]:
        """What the scanner had sent when the relay was stopped."""
        self._receiver.stop()
        while (taken := self._queue.get(0.0)) is not None:
            yield from self._tell(self._bodies(*taken))

    def _bodies(self, entry: Entry, payload: bytes) -> Iterator[Body]:
        session = self._session
        match entry.what:
            case What.BEGIN if entry.header is not None:
                self._keep_no_more()
                session.begin(entry.header)
            case What.FRAME:
                yield from self._frame(entry, payload)
                yield from self._keep(entry, payload)
            case What.END:
                yield from session.end(entry.text)
                self._keep_no_more()
            case What.NOTE:
                yield session.note(entry.kind, entry.text)

    def _frame(self, entry: Entry, payload: bytes) -> Iterator[Body]:
        try:
            if entry.id is Id.WAVEFORM:
                yield from self._session.waveform(waveform_of(payload))
            elif entry.id is Id.IMAGE:
                yield from self._session.image(payload, entry.arrived_s)
            else:
                readout = readout_of(payload)
                yield from self._session.readout(readout, entry.arrived_s)
        except MrdError as error:
            yield self._session.note(DROPPED, str(error))

    def _keep(self, entry: Entry, payload: bytes) -> Iterator[Event]:
        """Keep what belongs to a refused series, and say where."""
        header = self._session.refused
        if self._kept is None or header is None or entry.id is None:
            return
        if header is not self._keeping:
            self._keeping = header
            name = self._kept.begin(header)
            text = (
                f"The refused series is kept beside the recording as {name}; send it "
                "again when it can be."
            )
            yield self._session.note("note", text if name else self._kept.problem)
        before = self._kept.problem
        self._kept.add(entry.id, payload)
        if self._kept.problem != before:
            yield self._session.note("note", self._kept.problem)

    def _keep_no_more(self) -> None:
        if self._kept is not None:
            self._kept.end()
        self._keeping = None

    def _lag(self, taken: tuple[Entry, bytes] | None) -> Iterator[Body]:
        """Say that what arrives waits to be recorded, and that it does no longer."""
        problem = self._receiver.problem or self._queue.problem
        if problem != self._said:
            self._said = problem
            yield self._session.note("note", self._said)
            yield Heartbeat(-1, 0, 0, deaf=self._receiver.problem)
        waited_s = 0.0 if taken is None else time.monotonic() - taken[0].arrived_s
        if waited_s > LAG_S and not self._late:
            self._late = True
            text = (
                f"Recording lags {waited_s:.0f} s behind the scanner; nothing is lost."
            )
            yield self._session.note("note", text)
        elif waited_s < 0.1 * LAG_S and self._late:
            self._late = False
            yield self._session.note(
                "note", "Recording has caught up with the scanner."
            )

    def _tell(self, bodies: Iterator[Body]) -> Iterator[Body]:
        """The same bodies; notes are passed on as they go by."""
        for body in bodies:
            if self._on_note and isinstance(body, Event) and body.author == AUTHOR:
                self._on_note(f"{body.kind}: {body.text}")
            yield body


def bodies(
    listen: str, allow: str, stop: threading.Event, rules: MrdRules | None = None
) -> Iterator[Body]:
    """Bodies from a scanner; listens when this returns, see `MrdSource`."""
    return MrdSource(Listening.parse(listen, allow), rules).bodies(stop)
