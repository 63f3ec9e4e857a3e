"""A plausible session without scanner or fit: 10 min before, 40 min of infusion.

`messages()` are what a relay would send, `FakePipeline` turns them into updates whose
outcome rises by 8 % with a time constant of 8 min; the field drifts, a few transients
are spoilt by motion.  Everything follows from the message number alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.curves import Curves
from monitor.analysis.note import Note, NoteKind
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.update import Update
from monitor.protocol.settings import Settings
from monitor.run.stream_state import Playback, Stream
from streams.messages.requests import EventRequest
from streams.messages.transient import (
    Acquisition,
    End,
    Event,
    Kind,
    Message,
    Start,
    Transient,
    number,
)

TR_S = 2.0
RISE_PERCENT = 8.0
BEFORE_S = 600.0
ACQUISITION = Acquisition(
    spectrometer_frequency_mhz=123.25,
    nucleus="1H",
    dwell_time_s=1 / 2000,
    points=64,
    coils=1,
    echo_time_s=0.030,
    repetition_time_s=TR_S,
    sequence="PRESS",
    voxel_mm=(20.0, 20.0, 20.0),
    vendor="simulated",
    model="fake",
)
SETTINGS = Settings(name="fake", basis="none", window=32, step=4, outcome="Glx/tNAA")
PPM = np.linspace(0.2, 4.2, 500, dtype=np.float32)
LINES = {
    "Glu": ((2.35, 0.30), (2.10, 0.16), (2.04, 0.12), (3.75, 0.24)),
    "Gln": ((2.45, 0.10), (2.13, 0.08), (3.76, 0.08)),
    "NAA": ((2.01, 0.90), (2.60, 0.14), (2.50, 0.09)),
    "NAAG": ((2.04, 0.10),),
    "Cr": ((3.03, 0.35), (3.91, 0.24)),
    "PCr": ((3.03, 0.30), (3.93, 0.22)),
    "GPC": ((3.22, 0.30),),
    "PCh": ((3.21, 0.20),),
    "Ins": ((3.56, 0.30), (3.61, 0.20), (4.06, 0.10)),
    "MM09": ((0.91, 0.35),),
    "MM12": ((1.21, 0.22), (1.39, 0.20)),
}


def messages(
    minutes: float = 50.0, stop_s: float | None = 2700.0, end: bool = True
) -> Iterator[Message]:
    """Messages of the session in order."""
    return number(_bodies(minutes, stop_s, end), "fake")


def _bodies(minutes: float, stop_s: float | None, end: bool) -> Iterator:
    yield Start(ACQUISITION, "simulated infusion", "fake", "fake 1")
    fid = np.zeros((1, 4), np.complex64)
    events = {
        int(BEFORE_S / TR_S): Event(BEFORE_S, "infusion_start", "", "operator"),
        int(1500 / TR_S): Event(1500.0, "note", "subject coughed", "operator"),
    }
    if stop_s is not None:
        events[int(stop_s / TR_S)] = Event(stop_s, "infusion_stop", "", "operator")
    count = int(minutes * 60 / TR_S)
    for i in range(count):
        if i in events:
            yield events[i]
        yield Transient(i, i * TR_S, Kind.METABOLITE, fid.copy())
    if end:
        yield End(count, "finished")


def true_change(time_s: float) -> float:
    """Change at a time, percent."""
    after = max(0.0, time_s - BEFORE_S)
    return RISE_PERCENT * (1 - np.exp(-after / 480))


def component(name: str, scale: float, width_ppm: float = 0.035) -> np.ndarray:
    """Lorentzian lines of one metabolite on `PPM`."""
    wide = width_ppm * (4 if name.startswith("MM") else 1)
    total = np.zeros_like(PPM)
    for centre, height in LINES[name]:
        total += height / (1 + ((PPM - centre) / (wide / 2)) ** 2)
    return (scale * total).astype(np.float32)


def curves(change: float, noise: float, rng: np.random.Generator) -> Curves:
    """Spectra of one window."""
    parts = {
        name: component(name, 1 + change / 100 if name in ("Glu", "Gln") else 1.0)
        for name in LINES
    }
    baseline = (0.10 + 0.05 * np.sin(PPM)).astype(np.float32)
    model = baseline + np.sum(list(parts.values()), axis=0)
    residual = (noise * rng.standard_normal(len(PPM))).astype(np.float32)
    return Curves(PPM, model + residual, model, baseline, residual, parts)


@dataclass
class FakePipeline:
    """`push(message) -> Update` as the real one, from invented numbers."""

    settings: Settings = SETTINGS
    outliers: frozenset[int] = frozenset(range(640, 648))
    reference_s: tuple[float, float] | None = None
    qualities: list[Quality] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)

    def copies(self) -> None:
        """Nothing is put into copies of invented numbers."""

    def push(self, message: Message) -> Update:
        """Update of one message."""
        blank = Update(message.seq, message.epoch)
        body = message.body
        if isinstance(body, Start):
            return replace(blank, acquisition=body.acquisition, source=body.source)
        if isinstance(body, End):
            return replace(blank, ended=body.reason)
        if isinstance(body, Event):
            return self._event(blank, body)
        if isinstance(body, Transient):
            return self._transient(blank, body)
        return blank

    def _event(self, blank: Update, event: Event) -> Update:
        if event.kind == "settings":
            return self._changed_settings(blank, event)
        if event.kind == "reference":
            start, end = (float(part) for part in event.text.split(":"))
            self.reference_s = (start, end)
            done = tuple(self.estimates)
            return replace(
                blank, event=event, course=done, reference_s=self.reference_s, tracks=()
            )
        if event.kind != "infusion_start":
            return replace(blank, event=event)
        self.reference_s = (0.0, event.time_s)
        self.estimates = [self._changed(e) for e in self.estimates]
        return replace(
            blank,
            event=event,
            course=tuple(self.estimates),
            reference_s=self.reference_s,
            reference_curves=curves(0.0, 0.004, np.random.default_rng(1)),
            tracks=(),
            notes=(
                Note(
                    NoteKind.COMPONENTS,
                    "Reference period 10 min: a change of 4 % would now be seen",
                ),
            ),
        )

    def _changed_settings(self, blank: Update, event: Event) -> Update:
        """All windows again with another length or step."""
        self.settings = self.settings.with_changes(**json.loads(event.text))
        seen, self.qualities, self.estimates = self.qualities, [], []
        window, step = self.settings.window, self.settings.step
        for quality in seen:
            self.qualities.append(quality)
            n = len(self.qualities)
            if n >= window and not (n - window) % step:
                self.estimates.append(self._estimate(np.random.default_rng(n)))
        done = tuple(self.estimates)
        return replace(
            blank, event=event, course=done, reference_s=self.reference_s, tracks=()
        )

    def curves_between(self, start_s: float, end_s: float) -> Curves:
        """Curves of a window."""
        change = true_change(0.5 * (start_s + end_s))
        return curves(change, 0.02, np.random.default_rng(round(start_s)))

    def _transient(self, blank: Update, body: Transient) -> Update:
        rng = np.random.default_rng(body.count)
        bad = body.count in self.outliers
        quality = Quality(
            index=len(self.qualities),
            seq=blank.seq,
            epoch=blank.epoch,
            time_s=body.time_s,
            shift_hz=0.0012 * body.time_s + 0.3 * rng.standard_normal() + 6 * bad,
            shift_sd_hz=0.2,
            phase_rad=0.1,
            phase_sd_rad=0.02,
            fwhm_hz=5.5 + 0.4 * rng.standard_normal() + 4 * bad,
            snr=9.0 + 0.7 * rng.standard_normal() - 5 * bad,
            water=1.0,
            lipid=0.1,
            amplitude=1.0,
            weight=0.02 if bad else min(1.0, 0.97 + 0.05 * rng.standard_normal()),
            flags=("motion",) if bad else (),
        )
        self.qualities.append(quality)
        change = true_change(body.time_s)
        one = curves(change, 0.12, rng)
        rolled = np.roll(one.data, round(quality.shift_hz / 1.0))
        update = replace(blank, quality=quality, strip=one.data, strip_raw=rolled)
        update = replace(update, tracker=self._tracked(quality, rng))
        n, window = len(self.qualities), self.settings.window
        if n < window or (n - window) % self.settings.step:
            return update
        estimate = self._estimate(rng)
        self.estimates.append(estimate)
        return replace(update, estimate=estimate, curves=curves(change, 0.02, rng))

    def _tracked(self, q: Quality, rng: np.random.Generator) -> TrackerPoint | None:
        if self.reference_s is None:
            return None
        value = true_change(q.time_s) + 0.6 * np.sin(q.time_s / 200)
        name = self.settings.outcome
        free, free_sd = {name: value + 4.0}, {name: 2.4}
        return TrackerPoint(
            q.index, q.time_s, {name: value}, {name: 1.6}, free, free_sd
        )

    def _estimate(self, rng: np.random.Generator) -> Estimate:
        window, step = self.settings.window, self.settings.step
        inside = self.qualities[-window:]
        change = true_change(inside[window // 2].time_s)
        wobble = 1.7 * np.sin(len(self.qualities) / 9.0) + 0.8 * rng.standard_normal()
        moved = 1 + (change + wobble) / 100
        values = {
            "Glu": 9.1 * moved,
            "Gln": 2.4 * moved,
            "Glx": 11.5 * moved,
            "tNAA": 12.3,
            "tCr": 8.1,
            "tCho": 1.62,
            "Ins": 5.4,
            "Glx/tNAA": 0.935 * moved,
        }
        share = {"Gln": 0.11, "Ins": 0.05, "tNAA": 0.012, "tCr": 0.013, "tCho": 0.02}
        estimate = Estimate(
            window=len(self.estimates),
            time_start_s=inside[0].time_s,
            time_end_s=inside[-1].time_s,
            n_transients=window,
            n_effective=window - 1.0,
            independent=len(self.estimates) % (window // step) == 0,
            epoch=inside[-1].epoch,
            values=values,
            sds={name: share.get(name, 0.025) * v for name, v in values.items()},
            fwhm_hz=5.6,
            snr=50.0,
        )
        return self._changed(estimate) if self.reference_s else estimate

    def _changed(self, estimate: Estimate) -> Estimate:
        before = {"Glu": 9.1, "Gln": 2.4, "Glx": 11.5, "Glx/tNAA": 0.935}
        before |= {"tNAA": 12.3, "tCr": 8.1}
        values = {k: 100 * (estimate.values[k] / v - 1) for k, v in before.items()}
        sds = {k: 11.0 if k == "Gln" else 2.65 for k in before}
        return replace(estimate, changes_percent=values, change_sds_percent=sds)


class FakeFeed:
    """A live stream: messages at so many times the pace of the scanner."""

    def __init__(self, speed: float = 20.0, minutes: float = 50.0, clock=None) -> None:
        import time

        self._clock = clock or time.monotonic
        self._messages = list(messages(minutes))
        self._next = 0
        self._extra: list[Event] = []
        self._position_s = 0.0
        self._read_s = self._clock()
        self.speed = speed
        self.sent: list[Event] = []
        self.recorder: FakeFeed | None = self
        self.replay: FakePlayer | None = None
        self.finished = False

    def stream(self, waiting: int) -> Stream:
        """State of the stream."""
        return self.health

    @property
    def health(self) -> Stream:
        """State of the stream."""
        return Stream(connected=True, recording=True, disk_free_bytes=10**11)

    def send_event(self, kind: str, text: str = "", author: str = "") -> Event:
        """Put an event into the stream."""
        event = Event(self._position_s, kind, text, author or "operator")
        self.sent.append(event)
        self._extra.append(event)
        return event

    def record_event(self, request: EventRequest, timeout_s: float) -> Event:
        """Put an event into the stream that was asked for."""
        if request.time_s is None:
            return self.send_event(request.kind, request.text)
        event = Event(
            request.time_s, request.kind, request.text, "operator", request.replaces
        )
        self.sent.append(event)
        self._extra.append(event)
        return event

    def _advance(self) -> None:
        now = self._clock()
        self._position_s += self.speed * (now - self._read_s)
        self._read_s = now

    def poll(self, timeout_s: float) -> list[Message]:
        """Messages that are due."""
        import time

        self._advance()
        due = self._due()
        if not due and timeout_s:
            time.sleep(min(timeout_s, 0.02))
            self._advance()
            due = self._due()
        return due

    def _due(self) -> list[Message]:
        due: list[Message] = []
        while self._extra:
            event = self._extra.pop(0)
            at = Message("fake", self._next, 0, event)
            shifted = [replace(m, seq=m.seq + 1) for m in self._messages[self._next :]]
            self._messages[self._next :] = [at, *shifted]
        while self._next < len(self._messages):
            body = self._messages[self._next].body
            time_s = getattr(body, "time_s", 0.0)
            if time_s > self._position_s:
                break
            due.append(self._messages[self._next])
            self._next += 1
        return due

    def close(self) -> None:
        """Nothing to close."""


class FakePlayer(FakeFeed):
    """A replay: can pause, change its speed and be sent elsewhere."""

    playing = True

    def __init__(self, speed: float = 20.0, minutes: float = 50.0, clock=None) -> None:
        super().__init__(speed, minutes, clock)
        self.replay = self

    @property
    def paused(self) -> bool:
        """Whether time stands still."""
        return not self.playing

    def stream(self, waiting: int) -> Stream:
        """State of the replay and of what waits."""
        return replace(self.health, lag=waiting)

    @property
    def health(self) -> Stream:
        """State of the replay."""
        length = self._messages[-2].body.time_s
        at = min(self._position_s, length)
        return Stream(
            connected=True, playback=Playback(self.playing, self.speed, at, length)
        )

    def _advance(self) -> None:
        if self.playing:
            super()._advance()
        else:
            self._read_s = self._clock()

    def pause(self) -> None:
        """Stand still."""
        self._advance()
        self.playing = False

    def resume(self) -> None:
        """Go on."""
        self._read_s = self._clock()
        self.playing = True

    def set_speed(self, speed: float) -> None:
        """Go at so many times the pace of the scanner."""
        self._advance()
        self.speed = speed

    def seek(self, time_s: float) -> None:
        """Go on from another time; earlier messages come again."""
        self._position_s = time_s
        self._next = (
            next(
                i
                for i, m in enumerate(self._messages)
                if getattr(m.body, "time_s", -1.0) >= time_s
                or i == len(self._messages) - 1
            )
            if time_s < self._shown_s()
            else self._next
        )

    def _shown_s(self) -> float:
        if self._next == 0:
            return 0.0
        return getattr(self._messages[self._next - 1].body, "time_s", 1e9)
