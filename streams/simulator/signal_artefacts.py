"""What else the virtual scanner's voxel gives, and what varies of it; a table each.

Units: see `scenario`.
"""

from __future__ import annotations

from dataclasses import dataclass

from streams.simulator.plan import above_zero, require


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
class MobileProtein:
    """Mobile protein, as a soup of random-coil residues (`background`).

    `height_over_naa` is that of its tallest peak, the methyl groups near 0.92 ppm.
    """

    height_over_naa: float


@dataclass(frozen=True, slots=True)
class Hump:
    """A broad line that no fit has a component for: a Gaussian in frequency."""

    ppm: float
    fwhm_ppm: float
    height_over_naa: float
    phase_deg: float

    def __post_init__(self) -> None:
        above_zero("baseline.humps", fwhm_ppm=self.fwhm_ppm)


@dataclass(frozen=True, slots=True)
class WanderingBaseline:
    """Unmodelled broad humps; all wander together in 1/f fashion by so many percent."""

    humps: tuple[Hump, ...]
    wander_percent: float


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
        above_zero("phase_cycle", echo_width_s=self.echo_width_s)


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

    def __post_init__(self) -> None:
        above_zero("steady_state", water_transients=self.water_transients)


@dataclass(frozen=True, slots=True)
class Wander:
    """Slow 1/f wander of all amplitudes, SD in percent."""

    amplitude_percent: float
