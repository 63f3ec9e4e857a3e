"""A scenario: everything that the virtual scanner is given before it begins.

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

from streams.simulator.courses import Course
from streams.simulator.field_artefacts import (
    Drift,
    EddyCurrents,
    Narrowing,
    Phase,
    ResidualField,
    Rhythm,
)
from streams.simulator.passing_artefacts import Contamination, Motion
from streams.simulator.plan import AcquisitionPlan, PlannedEvent, PlannedSeries, require
from streams.simulator.receiver_artefacts import (
    CoilArray,
    CoilFailure,
    GainSteps,
    Saturation,
    Transport,
)
from streams.simulator.signal_artefacts import (
    Lipids,
    MobileProtein,
    PhaseCycle,
    ResidualWater,
    SteadyState,
    Wander,
    WanderingBaseline,
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One session of the virtual scanner; see the classes of the parts.

    Attributes
    ----------
    relaxation : whether metabolites have their T1 and T2 (weighting and line width)
    concentrations_mm : by metabolite, mmol/l; the FID's amplitude is concentration
        times number of protons, times relaxation
    infused_s : true start and stop of the infusion, s, where events mark it late, twice
        or wrong; empty: as the first events of either kind say
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
    series: tuple[PlannedSeries, ...]
    line: ResidualField
    concentrations_mm: dict[str, float]
    protocol: str = ""
    events: tuple[PlannedEvent, ...] = ()
    infused_s: tuple[float, ...] = ()
    courses: dict[str, Course] = field(default_factory=dict)
    drift: Drift | None = None
    phase: Phase | None = None
    breathing: Rhythm | None = None
    heart: Rhythm | None = None
    eddy_currents: EddyCurrents | None = None
    residual_water: ResidualWater | None = None
    lipids: Lipids | None = None
    macromolecules: MobileProtein | None = None
    baseline: WanderingBaseline | None = None
    motion: Motion | None = None
    narrowing: Narrowing | None = None
    transport: Transport | None = None
    saturation: Saturation | None = None
    coil_failure: CoilFailure | None = None
    gain_steps: GainSteps | None = None
    coils: CoilArray | None = None
    phase_cycle: PhaseCycle | None = None
    steady_state: SteadyState | None = None
    wander: Wander | None = None
    contamination: Contamination | None = None

    def __post_init__(self) -> None:
        require(len(self.series) > 0, "it needs at least one series")
        require(self.series[0].begins == "start", 'the first series begins = "start"')
        require(self.seed >= 0, "seed must not be negative")
        require(
            self.concentrations_mm.get("NAA", 0) > 0,
            "concentrations_mm needs NAA, whose height scales noise and background",
        )
        coil = 0 if self.coil_failure is None else self.coil_failure.coil
        fine = 0 <= coil < self.acquisition.coils
        require(fine, "coil_failure.coil must be one of the coils, from 0")
        first = self.series[0]
        require(first.shift_hz is not None, "the first series needs its shift_hz")
        require(
            self.macromolecules is not None
            or all(one.inversion_time_s is None for one in self.series),
            "an inversion leaves macromolecules: give a table of them",
        )
        require(first.moved is None, "the voxel of the first series has not moved")
        self._check_courses()

    def _check_courses(self) -> None:
        moved = {name for s in self.series if s.moved for name in s.moved.levels}
        for what, names in (("courses", set(self.courses)), ("moved levels", moved)):
            strangers = sorted(names - set(self.concentrations_mm) - {"MM"})
            require(
                not strangers,
                f"{what} of {', '.join(strangers)} need concentrations of the same "
                "names",
            )
        require(len(self.infused_s) in (0, 2), "infused_s is [start, stop] in s")
        follows = bool(self.courses) or self.narrowing is not None
        require(
            not follows or self.infusion_s is not None,
            "courses and narrowing follow the infusion: give events infusion_start "
            "and infusion_stop",
        )
        start_s, stop_s = self.infusion_s or (0.0, 1.0)
        require(start_s < stop_s, "infusion_start must come before infusion_stop")

    @property
    def infusion_s(self) -> tuple[float, float] | None:
        """True start and stop of the (first) infusion, s; None without one."""
        if self.infused_s:
            return self.infused_s[0], self.infused_s[1]
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
