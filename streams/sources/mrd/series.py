"""The series of one scanner as bodies of one lasting session; no socket, no clock.

A connection is a series and begins with a `Start`, and so an epoch; its CLOSE is an
event "series_end", since the session lasts until the relay is stopped.  What is no
transient is left out and counted, and what cannot be understood is said in an event;
nothing is silent.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.errors import InputError
from streams.messages.scanner_counter import AUTHOR, GAP
from streams.messages.transient import (
    CONJUGATION_CONTRADICTED,
    Body,
    Event,
    Kind,
    Start,
    Transient,
)
from streams.sources.checks.conjugation import ConjugationCheck
from streams.sources.mrd.clock import StampClock
from streams.sources.mrd.external import EXTERNAL, Edge, Edges
from streams.sources.mrd.fid import layout_of
from streams.sources.mrd.header import Header
from streams.sources.mrd.image import decays, readout_of_image
from streams.sources.mrd.messages import NOT_SIGNAL, Readout, Waveform
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.running_series import RunningSeries, steps_done, summary_of

NOISE = 19
LEFT_OUT = {
    **{flag: name for flag, name in NOT_SIGNAL.items() if flag != NOISE},
    29: "surface coil correction",
    30: "phase stabilisation",
    31: "phase stabilisation",
}
HELD_NOISE = 16
CHANGED = 3  # alike and in a row: acquisitions of another kind from now on
MOST_STARTS = 8  # in one series: acquisitions that keep changing are no series
SCANNER = "scanner"


class ScannerSession:
    """Turns headers, acquisitions and waveforms into bodies.

    Parameters
    ----------
    rules : how the stream is to be understood
    protocol : name of the protocol, for `Start`
    """

    def __init__(self, rules: MrdRules, protocol: str = "") -> None:
        self._rules, self._protocol = rules, protocol
        self._series: RunningSeries | None = None
        self._clock: StampClock | None = None
        self._edges = Edges(rules)
        self._unplaced: list[Edge] = []
        self._placed: list[Event] = []
        self._count, self._missing = 0, 0
        self._counter: int | None = None
        self._said: set[str] = set()  # about headers: not again for each series

    @property
    def now_s(self) -> float:
        """Scanner time of the last transient, s."""
        return 0.0 if self._clock is None else self._clock.time_s

    @property
    def refused(self) -> Header | None:
        """Header of the series that runs, if it cannot be understood."""
        series = self._series
        return series.header if series is not None and series.problem else None

    def begin(self, header: Header) -> None:
        """A series with this header begins."""
        self._series, self._counter, self._missing = RunningSeries(header), None, 0
        self._edges = Edges(self._rules)
        if self._clock is None:
            tick_s = self._rules.tick_of(header.vendor)
            self._clock = StampClock(tick_s, bool(self._rules.tick_s), [])
        self._clock.new_series()

    def note(self, kind: str, text: str) -> Event:
        """An event about the stream itself, now."""
        return Event(self.now_s, kind, text, AUTHOR)

    def readout(self, readout: Readout, arrived_s: float) -> Iterator[Body]:
        """Bodies that an acquisition stands for."""
        series = self._series
        if series is None:
            return
        series.acquisitions += 1
        yield from self._check_counter(readout)
        name = next((n for f, n in LEFT_OUT.items() if readout.flagged(f)), "")
        if not name and series.header.is_image(readout.encoding):
            name = "of an image's encoding"
        again = readout.points.shape != series.refused and series.starts < MOST_STARTS
        if name or (series.problem and not again):
            series.left_out[name or "not understood"] += 1
        elif readout.flagged(NOISE):
            yield from self._noise(series, readout)
        else:
            yield from self._signal(series, readout, arrived_s)

    def image(self, content: bytes, arrived_s: float) -> Iterator[Body]:
        """Bodies that an image with a spectrum stands for."""
        series = self._series
        if series is None:
            return
        if series.problem:
            series.left_out["image"] += 1
            return
        try:
            readout = readout_of_image(content, series.header)
        except InputError as error:
            series.left_out["image"] += 1
            if series.layout is None:
                series.problem = str(error)
                yield self.note("series_refused", str(error))
            return
        if series.acquisitions or not decays(readout):
            series.left_out["image"] += 1
            return
        yield from self._signal(series, readout, arrived_s)

    def waveform(self, waveform: Waveform) -> Iterator[Body]:
        """Bodies that a piece of a waveform stands for: edges of external inputs."""
        if self._series is None:
            return
        if waveform.waveform_id not in EXTERNAL:
            self._series.left_out["physiological waveform"] += 1
        self._unplaced += self._edges.take(waveform)
        yield from self._due(self.now_s + self._ahead_s())

    def end(self, reason: str) -> Iterator[Body]:
        """The series ends."""
        series, self._series = self._series, None
        if series is None:
            return
        yield from self._leave_odd_out(series)
        series.left_out["noise"] += len(series.noise)
        yield from self._due(float("inf"), ended=True)
        yield self.note("series_end", f"{reason}: {summary_of(series)}")

    def _check_counter(self, readout: Readout) -> Iterator[Event]:
        """Compare the scanner's counter with the one before."""
        before, self._counter = self._counter, readout.counter
        missing = 0 if before is None else readout.counter - before - 1
        if missing > 0:
            self._missing += missing
            text = f"{missing} acquisitions missing by the scanner's counter"
            yield self.note(GAP, text)

    def _noise(self, series: RunningSeries, readout: Readout) -> Iterator[Body]:
        """A noise transient, if it is like the others; held until these are known."""
        if series.layout is None and len(series.noise) < HELD_NOISE:
            series.noise.append(readout)
        elif (
            series.layout is None
            or self._clock is None
            or not series.layout.fits(readout)
        ):
            series.left_out["noise of another length"] += 1
        else:
            fid, time_s = (
                series.layout.fid_of(readout),
                self._clock.other(readout.stamp),
            )
            yield Transient(self._next_count(), time_s, Kind.NOISE, fid)

    def _signal(
        self, series: RunningSeries, readout: Readout, arrived_s: float
    ) -> Iterator[Body]:
        if series.layout is None:
            try:
                yield from self._start(series, readout)
            except InputError as error:
                yield from self._refuse(series, readout, str(error))
                return
        elif not series.layout.fits(readout):
            yield from self._odd(series, readout, arrived_s)
            return
        yield from self._leave_odd_out(series)
        yield from self._transient(series, readout, arrived_s)
        held, series.noise = series.noise, []
        for noise in held:
            yield from self._noise(series, noise)

    def _refuse(
        self, series: RunningSeries, readout: Readout, reason: str
    ) -> Iterator[Event]:
        """Nothing was understood so far: the series is refused, but for others."""
        series.problem, series.refused = reason, readout.points.shape
        series.starts += 1
        series.left_out["not understood"] += 1
        yield self.note("series_refused", reason)

    def _odd(
        self, series: RunningSeries, readout: Readout, arrived_s: float
    ) -> Iterator[Body]:
        """An acquisition unlike those before: a stray one, or a change of them all."""
        if series.odd and series.odd[0][0].points.shape != readout.points.shape:
            yield from self._leave_odd_out(series)
        series.odd.append((readout, arrived_s))
        if len(series.odd) < CHANGED:
            return
        held, series.odd = series.odd, []
        try:
            yield from self._start(series, readout)
        except InputError as error:
            series.odd = held
            yield from self._leave_odd_out(series, str(error))
            return
        for one, at_s in held:
            yield from self._transient(series, one, at_s)

    def _leave_odd_out(self, series: RunningSeries, why: str = "") -> Iterator[Event]:
        """What did not fit and did not go on is left out; the series goes on."""
        held, series.odd = series.odd, []
        layout = series.layout
        if not held or layout is None:
            return
        coils, points = held[0][0].points.shape
        what = f"of another length ({points} points, {coils} coils)"
        if not series.left_out[what]:
            text = (
                f"Acquisitions of {points} points and {coils} coils are left out, the "
                f"series has {layout.received} and {layout.coils}"
            )
            yield self.note("note", f"{text}: {why}" if why else f"{text}.")
        series.left_out[what] += len(held)

    def _start(self, series: RunningSeries, readout: Readout) -> Iterator[Body]:
        """Announce how the transients are acquired."""
        if series.starts >= MOST_STARTS:
            raise InputError(
                f"{series.header.name} changes the length of its acquisitions again "
                "and again; the rest of this series is left out."
            )
        series.layout = layout = layout_of(series.header, readout, self._rules)
        series.problem, series.refused = "", ()
        series.check = ConjugationCheck(layout.acquisition)
        series.starts += 1
        yield Start(layout.acquisition, series.header.name, self._protocol)
        for text in (*series.header.notes, steps_done(layout, readout, self._rules)):
            if text not in self._said:
                self._said.add(text)
                yield self.note("note", text)

    def _transient(
        self, series: RunningSeries, readout: Readout, arrived_s: float
    ) -> Iterator[Body]:
        layout, clock = series.layout, self._clock
        if layout is None or clock is None:
            return
        fid, kind = layout.fid_of(readout), series.kind_of_next(readout, self._rules)
        repetition_time_s = layout.acquisition.repetition_time_s
        time_s = clock.transient(readout.stamp, arrived_s, repetition_time_s)
        yield from self._due(time_s)
        yield Transient(self._next_count(), time_s, kind, fid)
        for text in clock.notes:
            yield self.note("note", text)
        clock.notes.clear()
        if kind is Kind.METABOLITE and series.check is not None:
            said = series.check.push(fid)
            if said:
                wrong = series.check.contradicted
                yield self.note(CONJUGATION_CONTRADICTED if wrong else "note", said)
        yield from self._due(time_s + self._ahead_s())

    def _next_count(self) -> int:
        """Number of the next transient, behind what the scanner's counter misses."""
        count = self._count + self._missing
        self._count, self._missing = count + 1, 0
        return count

    def _ahead_s(self) -> float:
        """How far ahead of the last transient an event may be and is yet of now."""
        layout = None if self._series is None else self._series.layout
        return (layout and layout.acquisition.repetition_time_s) or 0.0

    def _due(self, until_s: float, ended: bool = False) -> Iterator[Event]:
        """External events whose time has come, in the order of their times."""
        clock = self._clock
        if clock is None or not (clock.started and (clock.settled or ended)):
            return
        for edge in self._unplaced:
            time_s = clock.other(edge.stamp) + edge.after_s
            self._placed.append(Event(time_s, edge.kind, edge.text, SCANNER))
        self._unplaced.clear()
        self._placed.sort(key=lambda event: event.time_s)
        while self._placed and self._placed[0].time_s <= until_s:
            yield self._placed.pop(0)
