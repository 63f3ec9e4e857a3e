"""The frozen types that everyone speaks: acquisition, transient, event, message.

Sign convention (stated here for the wire, the recording and the analysis alike): FIDs
are kept as NIfTI-MRS stores them, so a line at chemical shift delta rotates as

    s(t) = exp(-2 pi i nu t),    nu = (delta - 4.65 ppm) * spectrometer frequency,

with nu in Hz positive towards higher ppm; the 4.65 ppm are `REFERENCE_PPM`.
`monitor.analysis.signal.spectrum` turns this into a spectrum whose axis rises with ppm.

A *source* yields bodies (`Start`, `Transient`, `Event`, `End`); the relay, or `number`
for a program without a relay, wraps each in a `Message` with session, sequence number
and epoch.  Sequence numbers count every recorded message of a session from 0 without a
gap, so that a missing event is noticed just as a missing transient is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from streams.messages.ranges import RANGES, check_range

if TYPE_CHECKING:  # who sends an event needs no numpy, a third of its time
    import numpy as np
    from numpy.typing import NDArray

    from streams.voxel.overlap import Box
    from streams.voxel.place import VoxelPlace

ComplexFID: TypeAlias = "NDArray[np.complex64]"

REFERENCE_PPM = 4.65
"""Chemical shift of water at body temperature, where the carrier is taken to be."""


class Kind(StrEnum):
    """What a transient was acquired for."""

    METABOLITE = "metabolite"
    WATER = "water"  # unsuppressed water reference
    NOISE = "noise"
    MACROMOLECULE = "macromolecule"  # metabolites nulled by an inversion


MM_BEGIN, MM_END = "mm_begin", "mm_end"
"""Kinds of event between which the metabolites of all transients are nulled."""
EVENT_KINDS = (
    "infusion_start", "infusion_stop", "undo", "re-shim", "re-centre", "reference",
    "note", "settings", MM_BEGIN, MM_END,
)  # fmt: skip
"""Kinds that a monitor knows; any other is a remark."""
CONJUGATION_CONTRADICTED = "conjugation_contradicted"
"""Kind of the event by which a source says that the spectra are mirrored."""
EPOCH_EVENTS = frozenset({"re-shim", "re-centre"})
"""Kinds of event after which a new epoch begins: nothing averages across."""


@dataclass(frozen=True, slots=True)
class Acquisition:
    """How the transients were acquired; no physical quantity has a silent default.

    Attributes
    ----------
    spectrometer_frequency_mhz : transmitter frequency, MHz
    nucleus : resonant nucleus, e.g. "1H"
    dwell_time_s : time between stored points, s
    points : points of one FID
    coils : receive channels of one transient (1 after coil combination)
    echo_time_s : TE, s
    repetition_time_s : TR, s; None where the source does not say
    mixing_time_s : TM of STEAM, s; None elsewhere
    sequence : e.g. "PRESS"; empty where the source does not say
    voxel_mm : edge lengths, mm; None where the source does not say
    voxel_place : where it lies, its edges in the order of `voxel_mm`; None: not said
    inversion_time_s : TI, s, from an inversion to the excitation; None without one
    vendor, model : manufacturer and its name of the scanner
    phase_cycle_steps : transients in one full phase cycle
    """

    spectrometer_frequency_mhz: float
    nucleus: str
    dwell_time_s: float
    points: int
    coils: int
    echo_time_s: float
    repetition_time_s: float | None = None
    mixing_time_s: float | None = None
    sequence: str = ""
    voxel_mm: tuple[float, float, float] | None = None
    vendor: str = ""
    model: str = ""
    phase_cycle_steps: int = 1
    voxel_place: VoxelPlace | None = None
    inversion_time_s: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be measured, whatever the source (`ranges`)."""
        for name in RANGES:
            value = getattr(self, name)
            for part in value if isinstance(value, tuple) else (value,):
                if part is not None:
                    check_range(name, part)

    def as_dict(self) -> dict[str, Any]:
        """All fields; TI only where there is an inversion."""
        table = asdict(self)
        if self.inversion_time_s is None:
            del table["inversion_time_s"]
        return table

    @property
    def voxel(self) -> Box | None:
        """Place and size of the voxel; None where either is not said."""
        if self.voxel_place is None or self.voxel_mm is None:
            return None
        from streams.voxel.overlap import Box

        return Box(self.voxel_place, self.voxel_mm)


@dataclass(frozen=True, slots=True)
class Start:
    """The beginning of a session or of a further series in it.

    `source` says in words where the transients come from; `protocol` names the preset
    they were made for (empty if unknown).  No personal data.
    """

    acquisition: Acquisition
    source: str
    protocol: str = ""
    software: str = ""


@dataclass(frozen=True, slots=True)
class Transient:
    """One excitation.

    Attributes
    ----------
    count : the scanner's own counter, from 0; gaps in it are transients never received
    time_s : scanner time of the excitation, s from the first transient of the session
    kind : what it was acquired for
    fid : (coils, points) complex64, read-only, sign convention of this module
    """

    count: int
    time_s: float
    kind: Kind
    fid: ComplexFID

    def __post_init__(self) -> None:
        self.fid.setflags(write=False)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, stamped in scanner time.

    `kind` is one of infusion_start, infusion_stop, undo (text: the kind that it takes
    back), re-shim, re-centre, reference (text "START:END" in s), note, settings, ... ;
    a correction is a further event.  `author` is a role ("operator", "pump",
    "simulator"), never a person's name.  `replaces`: it goes before a mark of the
    scanner or the pump (`streams.messages.marks`).
    """

    time_s: float
    kind: str
    text: str = ""
    author: str = ""
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Sign of life of a relay, once a second; never recorded, has no own number.

    Attributes
    ----------
    last_seq : number of the last recorded message, -1 before the first
    recorded_bytes : length of the recording, bytes
    disk_free_bytes : space left where it is written, bytes
    dropped : foreign or malformed messages dropped so far
    dropped_reason : why the latest message of the source was, its field named
    recording : whether messages are being recorded
    clock_offset_s : how far the relay's clock has got ahead of the scanner's since the
        first transient, s; None before it
    clock_drift_ppm : how much faster it runs; None as long as that cannot be told
    deaf : whom the relay does not hear any more, and what helps; empty: nobody.  A
        source may say so of itself, too
    disk : the disk that the recording is written to: "/data", "D:"
    """

    last_seq: int
    recorded_bytes: int
    disk_free_bytes: int
    dropped: int = 0
    recording: bool = True
    clock_offset_s: float | None = None
    clock_drift_ppm: float | None = None
    dropped_reason: str = ""
    deaf: str = ""
    disk: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """The end of a session: `transients` sent in all, `reason` in one word or two."""

    transients: int
    reason: str


Body = Start | Transient | Event | Heartbeat | End


@dataclass(frozen=True, slots=True)
class Message:
    """A body with its place in the session.

    `seq` numbers the recorded messages from 0 without a gap (a heartbeat repeats the
    last one); `epoch` counts series, re-shims and re-centrings from 0.
    """

    session: str
    seq: int
    epoch: int
    body: Body


@dataclass(slots=True)
class Numberer:
    """Gives bodies their session, sequence number and epoch.

    A `Start` after the first, and an event of `EPOCH_EVENTS`, begin a new epoch.
    """

    session: str = field(default_factory=lambda: uuid.uuid4().hex)
    next_seq: int = 0
    epoch: int = 0
    started: bool = False

    def message(self, body: Body) -> Message:
        """Wrap a body; a heartbeat takes no number of its own."""
        if isinstance(body, Heartbeat):
            return Message(self.session, self.next_seq - 1, self.epoch, body)
        if self._begins_epoch(body):
            self.epoch += 1
        self.started = self.started or isinstance(body, Start)
        self.next_seq += 1
        return Message(self.session, self.next_seq - 1, self.epoch, body)

    def _begins_epoch(self, body: Body) -> bool:
        if isinstance(body, Start):
            return self.started
        return isinstance(body, Event) and body.kind in EPOCH_EVENTS


def number(bodies: Iterable[Body], session: str | None = None) -> Iterator[Message]:
    """Number the bodies of a source in a program that has no relay."""
    numberer = Numberer() if session is None else Numberer(session)
    for body in bodies:
        yield numberer.message(body)
