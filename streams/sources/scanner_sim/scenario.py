"""A scenario: everything that the virtual scanner is told before it begins.

A scenario is one TOML file (`scenarios/*.toml`, or a site's own; read by
`scenario_file.read_scenario`).  Every artefact is a table of its own: a table that is
absent is an artefact that is off, and `Scenario.without("drift", "motion")` takes one
out.  Fields of a table that is present have no defaults where they are physical.

Heights "over NAA" are relative to the height of the NAA singlet at 2.01 ppm in the real
spectrum of one noise-free transient.  Times are scanner times, s from the first
excitation of the session.  `shift_hz` is positive towards higher ppm; a positive phase
multiplies the stored FID by exp(+i phase).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from streams.errors import InputError
from streams.sources.scanner_sim.courses import Course, Saturating


def require(fine: bool, sentence: str) -> None:
    """Refuse a value of a scenario with one sentence."""
    if not fine:
        raise InputError(f"Scenario: {sentence}.")


@dataclass(frozen=True, slots=True)
class AcquisitionPlan:
    """How the virtual scanner acquires.

    Attributes
    ----------
    spectrometer_frequency_mhz, echo_time_s, repetition_time_s, dwell_time_s, points :
        as in `streams.transient.Acquisition`
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
        for name in (
            "spectrometer_frequency_mhz",
            "echo_time_s",
            "repetition_time_s",
            "dwell_time_s",
            "snr",
        ):
            require(getattr(self, name) > 0, f"acquisition.{name} must be above 0")
        require(self.points >= 64, "acquisition.points must be at least 64")
        require(1 <= self.coils <= 64, "acquisition.coils must be from 1 to 64")


@dataclass(frozen=True, slots=True)
class Series:
    """One series: pause, noise frames, water reference frames, metabolite transients.

    Attributes
    ----------
    begins : "start" (a new series, with a header of its own), "re-shim" or "re-centre"
        (an event in the series that runs)
    pause_s : nothing is excited for so long before it
    noise_frames, water_frames, transients : how many of each, in this order
    fwhm_hz : full width at half maximum of the NAA singlet, all causes but
        `Narrowing` and motion
    shift_hz : where the lines sit at its beginning
    gain : of the receiver, relative to the first series
    """

    begins: str
    pause_s: float
    noise_frames: int
    water_frames: int
    transients: int
    fwhm_hz: float
    shift_hz: float
    gain: float = 1.0

    def __post_init__(self) -> None:
        require(
            self.begins in ("start", "re-shim", "re-centre"),
            'series.begins must be "start", "re-shim" or "re-centre"',
        )
        require(self.pause_s >= 0, "series.pause_s must not be negative")
        frames = (self.noise_frames, self.water_frames, self.transients)
        require(min(frames) >= 0, "series: counts of frames must not be negative")
        require(sum(frames) > 0, "series: a series needs at least one frame")
        require(self.fwhm_hz > 0, "series.fwhm_hz must be above 0")
        require(self.gain > 0, "series.gain must be above 0")


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """An event and when it happens; `infusion_start` and `infusion_stop` among them."""

    time_s: float
    kind: str
    text: str = ""
    author: str = "simulator"


@dataclass(frozen=True, slots=True)
class Line:
    """The residual field in the voxel, whose distribution is the line shape.

    `asymmetry` is the weight of its quadratic terms against the linear ones: 0 gives a
    symmetric line with a flat top, 1 one with a tail towards higher ppm.
    """

    asymmetry: float


@dataclass(frozen=True, slots=True)
class Jump:
    """The field jumps by `shift_hz` at `time_s`."""

    time_s: float
    shift_hz: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Field drift: linear, exponential (after gradient heating), jumps, jitter.

    shift(t) = linear t + exponential (1 - exp(-t / time constant)) + jumps up to t,
    and independently in each transient a normal deviate of SD `jitter_hz`.
    """

    linear_hz_per_min: float = 0.0
    exponential_hz: float = 0.0
    exponential_time_constant_s: float = 600.0
    jitter_hz: float = 0.0
    jumps: tuple[Jump, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """Zero-order phase: start, independent jitter (SD), and a slow 1/f wander (SD)."""

    start_deg: float = 0.0
    jitter_deg: float = 0.0
    wander_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Breathing or heart beat: sine modulation of shift, phase and residual water.

    The period wanders: after one period its phase is off by `irregularity` of a cycle
    (SD).  `water_percent` modulates the amplitude of the residual water.
    """

    period_s: float
    shift_hz: float
    phase_deg: float
    water_percent: float
    irregularity: float

    def __post_init__(self) -> None:
        require(self.period_s > 0, "the period_s of a rhythm must be above 0")


@dataclass(frozen=True, slots=True)
class EddyCurrents:
    """Phase of eddy currents: sum of phase_rad exp(-t / time constant) over the FID."""

    phase_rad: tuple[float, ...]
    time_constant_s: tuple[float, ...]

    def __post_init__(self) -> None:
        same = len(self.phase_rad) == len(self.time_constant_s)
        require(same, "eddy_currents needs as many phases as time constants")


@dataclass(frozen=True, slots=True)
class ResidualWater:
    """What water suppression leaves: a few lines near 4.65 ppm.

    `fluctuation_percent` and `phase_jitter_deg` are SDs from transient to transient.
    """

    height_over_naa: float
    fluctuation_percent: float
    phase_jitter_deg: float


@dataclass(frozen=True, slots=True)
class Lipids:
    """Lipid from outside the voxel: it has its own phase and a fluctuating height."""

    height_over_naa: float
    fluctuation_percent: float
    phase_deg: float
    offset_hz: float


@dataclass(frozen=True, slots=True)
class Macromolecules:
    """Mobile protein, as a soup of random-coil residues (`background`)."""

    height_over_naa: float


@dataclass(frozen=True, slots=True)
class Hump:
    """A broad line that no fit has a component for: a Gaussian in frequency."""

    ppm: float
    fwhm_ppm: float
    height_over_naa: float
    phase_deg: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """Unmodelled broad humps; all wander together in 1/f fashion by so many percent."""

    humps: tuple[Hump, ...]
    wander_percent: float


@dataclass(frozen=True, slots=True)
class Burst:
    """Between start and stop each transient is corrupted with this probability."""

    start_s: float
    stop_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Motion:
    """Swallowing and movement: rare random events, and bursts at stated times.

    Each corrupted transient draws uniformly: a phase within +-`phase_deg`, a loss of
    amplitude within `loss`, a broadening within `broadening_hz`, a shift within
    +-`shift_hz`, lipid up to `lipid_over_naa`.  After an event the head lies
    elsewhere: phase and shift keep a step, normal of SD `lasting_*`.
    """

    events_per_hour: float
    transients_per_event: float
    phase_deg: float
    loss: tuple[float, float]
    broadening_hz: tuple[float, float]
    shift_hz: float
    lipid_over_naa: float
    lasting_shift_hz: float
    lasting_phase_deg: float
    bursts: tuple[Burst, ...] = ()

    def __post_init__(self) -> None:
        require(0 <= self.loss[0] <= self.loss[1] <= 1, "motion.loss lies in 0 to 1")
        require(self.events_per_hour >= 0, "motion.events_per_hour must be >= 0")
        require(self.transients_per_event >= 1, "motion.transients_per_event is >= 1")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """BOLD-like: R2* falls, every line narrows by up to `narrowing_hz` (Lorentzian).

    Follows the infusion as a saturating course with this time constant.
    """

    narrowing_hz: float
    time_constant_s: float

    def course(self) -> Course:
        """The course that the narrowing follows, 1 at the end of the infusion."""
        return Saturating(change_percent=100.0, time_constant_s=self.time_constant_s)


@dataclass(frozen=True, slots=True)
class Transport:
    """What the scanner's network does: fractions of the metabolite transients.

    A missing one leaves a gap in the count, a duplicated one comes twice with the same
    bytes, an out-of-order one comes after its successor.
    """

    missing_fraction: float = 0.0
    duplicated_fraction: float = 0.0
    out_of_order_fraction: float = 0.0
    missing_counts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for item in fields(self)[:3]:
            fine = 0 <= getattr(self, item.name) < 1
            require(fine, f"transport.{item.name} must be from 0 to below 1")


@dataclass(frozen=True, slots=True)
class Saturation:
    """From start to stop the receiver clips.

    Real and imaginary part are cut at `level` times the largest magnitude of the
    undisturbed transient over all coils.
    """

    start_s: float
    stop_s: float
    level: float


@dataclass(frozen=True, slots=True)
class CoilFailure:
    """One coil gives zeros from a time on."""

    coil: int
    from_s: float


@dataclass(frozen=True, slots=True)
class CoilArray:
    """Spread of sensitivities, unequal and correlated noise of the coils.

    `noise_correlation` is that of neighbours, falling off geometrically;
    the spreads are SDs of natural logarithms.
    """

    sensitivity_spread: float
    noise_spread: float
    noise_correlation: float

    def __post_init__(self) -> None:
        fine = 0 <= self.noise_correlation < 1
        require(fine, "coils.noise_correlation must be from 0 to below 1")


@dataclass(frozen=True, slots=True)
class PhaseCycle:
    """A cycle of transmit phases with residuals that only a whole cycle cancels.

    In step j an unwanted echo of `echo_over_naa` (peak over the first point of NAA's
    FID), centred at `echo_s` in the FID and at `echo_ppm`, is turned by
    360 j / steps degrees; the residual water likewise by `water_phase_deg` j.
    """

    steps: int
    echo_over_naa: float
    echo_s: float
    echo_width_s: float
    echo_ppm: float
    water_phase_deg: float

    def __post_init__(self) -> None:
        require(self.steps >= 2, "phase_cycle.steps must be at least 2")


@dataclass(frozen=True, slots=True)
class SteadyState:
    """The first transients of a series are not yet in the steady state.

    Longitudinal magnetisation after each excitation of `flip_angle_deg` follows T1;
    residual water is `water_excess` times larger in the first, dying out over
    `water_transients`.
    """

    flip_angle_deg: float
    water_excess: float
    water_transients: float


@dataclass(frozen=True, slots=True)
class Wander:
    """Slow 1/f wander of all amplitudes, SD in percent."""

    amplitude_percent: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """One session of the virtual scanner; see the classes of the parts.

    Attributes
    ----------
    relaxation : whether metabolites have their T1 and T2 (weighting and line width)
    concentrations_mm : by metabolite, mmol/l; the FID's amplitude is concentration
        times number of protons, times relaxation
    protocol : preset of the monitor that the session is meant for; empty: none
    water_reference_mm : concentration of the water that the reference frames see
    courses : by metabolite (or "MM"), how it follows the infusion; none: constant
    """

    name: str
    title: str
    seed: int
    relaxation: bool
    water_reference_mm: float
    acquisition: AcquisitionPlan
    series: tuple[Series, ...]
    line: Line
    concentrations_mm: dict[str, float]
    protocol: str = ""
    events: tuple[PlannedEvent, ...] = ()
    courses: dict[str, Course] = field(default_factory=dict)
    drift: Drift | None = None
    phase: Phase | None = None
    breathing: Rhythm | None = None
    heart: Rhythm | None = None
    eddy_currents: EddyCurrents | None = None
    residual_water: ResidualWater | None = None
    lipids: Lipids | None = None
    macromolecules: Macromolecules | None = None
    baseline: Baseline | None = None
    motion: Motion | None = None
    narrowing: Narrowing | None = None
    transport: Transport | None = None
    saturation: Saturation | None = None
    coil_failure: CoilFailure | None = None
    coils: CoilArray | None = None
    phase_cycle: PhaseCycle | None = None
    steady_state: SteadyState | None = None
    wander: Wander | None = None

    def __post_init__(self) -> None:
        require(len(self.series) > 0, "it needs at least one series")
        require(self.series[0].begins == "start", 'the first series begins = "start"')
        require(self.seed >= 0, "seed must not be negative")
        require(
            self.concentrations_mm.get("NAA", 0) > 0,
            "concentrations_mm needs NAA, whose height scales noise and background",
        )
        self._check_courses()

    def _check_courses(self) -> None:
        strangers = sorted(set(self.courses) - set(self.concentrations_mm) - {"MM"})
        require(
            not strangers,
            f"courses of {', '.join(strangers)} need concentrations of the same names",
        )
        follows = bool(self.courses) or self.narrowing is not None
        require(
            not follows or self.infusion_s is not None,
            "courses and narrowing follow the infusion: give events infusion_start "
            "and infusion_stop",
        )

    @property
    def infusion_s(self) -> tuple[float, float] | None:
        """Start and stop of the (first) infusion, s; None without one."""
        times = {event.kind: event.time_s for event in reversed(self.events)}
        if "infusion_start" not in times or "infusion_stop" not in times:
            return None
        return times["infusion_start"], times["infusion_stop"]

    def without(self, *artefacts: str) -> Scenario:
        """The scenario with some artefacts switched off."""
        for name in artefacts:
            require(name in ARTEFACTS, f"no artefact {name}: {', '.join(ARTEFACTS)}")
        off: dict[str, Any] = dict.fromkeys(artefacts)
        return replace(self, **off)


ARTEFACTS = tuple(
    item.name for item in fields(Scenario) if str(item.type).endswith("| None")
)
"""Names of the tables that may be absent: artefacts that can be switched off."""
