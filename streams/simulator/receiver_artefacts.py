"""What coils, receiver and network of the virtual scanner do; a table each.

Units: see `scenario`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from streams.simulator.plan import above_zero, require


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
        lowest = min(self.missing_counts, default=0)
        require(lowest >= 0, "transport.missing_counts must not be negative")


@dataclass(frozen=True, slots=True)
class Saturation:
    """From start to stop the receiver clips.

    Real and imaginary part are cut at `level` times the largest magnitude of the
    undisturbed transient over all coils.
    """

    start_s: float
    stop_s: float
    level: float

    def __post_init__(self) -> None:
        above_zero("saturation", level=self.level)


@dataclass(frozen=True, slots=True)
class GainStep:
    """From a time on all that comes is so many times larger than it would be.

    `signal_alone`: the noise stays as it was, as where the transmitter is calibrated
    anew; else it is the receiver's gain.
    """

    time_s: float
    gain: float
    signal_alone: bool = False

    def __post_init__(self) -> None:
        above_zero("gain_steps.steps", gain=self.gain)


@dataclass(frozen=True, slots=True)
class GainSteps:
    """Steps of gain within a session; each adds to those before it."""

    steps: tuple[GainStep, ...]

    def at(self, time_s: float, signal_alone: bool) -> float:
        """Factor of one kind at a time."""
        own = (s for s in self.steps if s.signal_alone == signal_alone)
        return math.prod(s.gain for s in own if s.time_s <= time_s)


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
