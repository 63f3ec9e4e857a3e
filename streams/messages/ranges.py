"""What a physical quantity of an acquisition can be: one table for every source.

The ranges are wide: any nucleus from 0.5 to 30 T, research sequences, simulations.  A
value outside is a wrong unit (ms for s, Hz for MHz) or damage, never a measurement.
"""

from __future__ import annotations

from dataclasses import dataclass

from streams.errors import InputError


class OutOfRangeError(InputError):
    """A quantity that cannot be; whoever knows the file adds its name."""


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both possible, in `unit`."""

    low: float
    high: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.low:.7g} to {self.high:.7g} {self.unit}".rstrip()


RANGES = {
    "spectrometer_frequency_mhz": Range(0.5, 1300.0, "MHz"),
    "dwell_time_s": Range(1e-6, 0.02, "s"),  # spectral widths of 50 Hz to 1 MHz
    "points": Range(1, 2**20),
    "coils": Range(1, 1024),
    "echo_time_s": Range(0.0, 5.0, "s"),
    "repetition_time_s": Range(0.0, 300.0, "s"),
    "mixing_time_s": Range(0.0, 10.0, "s"),
    "inversion_time_s": Range(0.0, 20.0, "s"),
    "voxel_mm": Range(1e-3, 1e5, "mm"),  # without localisation some write 10 m
    "phase_cycle_steps": Range(1, 1024),
}


def check_range(name: str, value: float) -> None:
    """Refuse what the quantity of that name cannot be; NaN is nothing it can be.

    Raises
    ------
    OutOfRangeError : names the field, its value and what is possible
    """
    possible = RANGES[name]
    if not possible.low <= value <= possible.high:
        shown = f"{value:.7g} {possible.unit}".rstrip()
        raise OutOfRangeError(
            f"{name} is {shown}, outside the possible {possible}: check the unit and "
            "what wrote it."
        )
