"""What the virtual scanner is asked to acquire: header, series, planned events."""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.errors import InputError
from streams.messages.transient import Event


def require(fine: bool, sentence: str) -> None:
    """Refuse a value of a scenario with one sentence."""
    if not fine:
        raise InputError(f"Scenario: {sentence}.")


def above_zero(table: str, **values: float) -> None:
    """Refuse the first of these fields of a table that is not above 0."""
    for name, value in values.items():
        require(value > 0, f"{table}.{name} must be above 0")


@dataclass(frozen=True, slots=True)
class AcquisitionPlan:
    """How the virtual scanner acquires.

    Attributes
    ----------
    spectrometer_frequency_mhz, echo_time_s, repetition_time_s, dwell_time_s, points :
        as in `streams.messages.transient.Acquisition`
    sequence : a sequence that the spin simulation knows, e.g. "PRESS"
    coils : receive channels, 1 to 64
    snr : height of the NAA singlet over the SD of the noise, both in the real spectrum
        of one transient after optimal coil combination, no apodisation
    mixing_time_s : TM of STEAM; None elsewhere
    first_echo_time_s : TE1 of PRESS; None: half of TE
    voxel_mm : edge lengths, written into the header only
    """

    spectrometer_frequency_mhz: float
    sequence: str
    echo_time_s: float
    repetition_time_s: float
    dwell_time_s: float
    points: int
    coils: int
    snr: float
    mixing_time_s: float | None = None
    first_echo_time_s: float | None = None
    voxel_mm: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        above_zero(
            "acquisition",
            spectrometer_frequency_mhz=self.spectrometer_frequency_mhz,
            echo_time_s=self.echo_time_s,
            repetition_time_s=self.repetition_time_s,
            dwell_time_s=self.dwell_time_s,
            snr=self.snr,
        )
        require(self.points >= 64, "acquisition.points must be at least 64")
        require(1 <= self.coils <= 64, "acquisition.coils must be from 1 to 64")


@dataclass(frozen=True, slots=True)
class MovedVoxel:
    """The voxel lies elsewhere than in the first series.

    Attributes
    ----------
    levels : by metabolite (or "MM"), factor on its concentration: another tissue
    coil_spread : each coil's sensitivity is multiplied by exp(z), z complex normal of
        this SD in each part
    """

    levels: dict[str, float] = field(default_factory=dict)
    coil_spread: float = 0.0

    def __post_init__(self) -> None:
        for name, level in self.levels.items():
            require(level > 0, f"series.moved.levels.{name} must be above 0")
        require(self.coil_spread >= 0, "series.moved.coil_spread must not be negative")


@dataclass(frozen=True, slots=True)
class PlannedSeries:
    """One series: pause, noise frames, water reference frames, metabolite transients.

    Attributes
    ----------
    begins : "start" (a new series, with a header of its own), "re-shim" or "re-centre"
        (an event in the series that runs)
    pause_s : nothing is excited for so long before it
    noise_frames, water_frames, transients : how many of each, in this order
    fwhm_hz : full width at half maximum of the NAA singlet, all causes but
        `Narrowing` and motion
    shift_hz : where the lines sit at its beginning; None: the field has drifted on
    gain : of the receiver, relative to the first series
    asymmetry : of its shim; None: that of `ResidualField`
    moved : where the voxel lies, None: where it lay in the first series
    inversion_time_s : from an inversion to the excitation, which nulls metabolites and
        leaves macromolecules; None: no inversion
    """

    begins: str
    pause_s: float
    noise_frames: int
    water_frames: int
    transients: int
    fwhm_hz: float
    shift_hz: float | None = None
    gain: float = 1.0
    asymmetry: float | None = None
    moved: MovedVoxel | None = None
    inversion_time_s: float | None = None

    def __post_init__(self) -> None:
        require(
            self.begins in ("start", "re-shim", "re-centre"),
            'series.begins must be "start", "re-shim" or "re-centre"',
        )
        require(self.pause_s >= 0, "series.pause_s must not be negative")
        frames = (self.noise_frames, self.water_frames, self.transients)
        require(min(frames) >= 0, "series: counts of frames must not be negative")
        require(sum(frames) > 0, "series: a series needs at least one frame")
        above_zero("series", fwhm_hz=self.fwhm_hz, gain=self.gain)
        if self.inversion_time_s is not None:
            above_zero("series", inversion_time_s=self.inversion_time_s)


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """An event and when it happens; `infusion_start` and `infusion_stop` among them.

    Attributes
    ----------
    given_s : when it comes into the stream: later than it says for a mark that is given
        late or mended; None: when it happens
    replaces : see `streams.messages.transient.Event`
    """

    time_s: float
    kind: str
    text: str = ""
    author: str = "simulator"
    given_s: float | None = None
    replaces: bool = False

    @property
    def came_s(self) -> float:
        """Scanner time at which it comes into the stream, s."""
        return self.time_s if self.given_s is None else self.given_s

    @property
    def event(self) -> Event:
        """As it is sent."""
        return Event(self.time_s, self.kind, self.text, self.author, self.replaces)
