"""What disturbs the virtual scanner for a while and passes; a table each.

Units: see `scenario`.
"""

from __future__ import annotations

from dataclasses import dataclass

from streams.simulator.plan import require
from streams.simulator.signal_artefacts import Hump

OWN_HUMP = Hump(2.5, 1.0, 1.0, 30.0)


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
class Stretch:
    """From start to stop something is wrong, and then it is as before.

    Lipid and hump come at heights over NAA, the residual water is so many times larger,
    every line is broader by `broadening_hz` (Lorentzian), a share `loss` of what is in
    the voxel is lost.
    """

    start_s: float
    stop_s: float
    lipid_over_naa: float = 0.0
    water_times: float = 1.0
    broadening_hz: float = 0.0
    loss: float = 0.0
    hump_over_naa: float = 0.0

    def __post_init__(self) -> None:
        require(
            self.start_s < self.stop_s,
            "a stretch of contamination stops after it began",
        )
        require(0 <= self.loss < 1, "contamination.stretches.loss is below 1")


@dataclass(frozen=True, slots=True)
class Contamination:
    """Stretches in which transients are unlike the rest; `hump` steps in the baseline.

    The hump's own height is that of `hump_over_naa = 1`.
    """

    stretches: tuple[Stretch, ...]
    hump: Hump = OWN_HUMP
