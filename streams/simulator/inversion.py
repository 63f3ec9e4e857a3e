"""What an inversion leaves: macromolecules, some metabolite, little water.

Each part of a transient is multiplied by what its T1 leaves of it
(`relaxation.after_inversion`); the CH2 of creatine, whose T1 is shorter than that of
the spins that it is simulated with, gets a line of its own for the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from streams.simulator import background
from streams.simulator.relaxation import (
    CREATINE_CH2_PPM,
    CREATINE_CH2_T1_S,
    LIPID_T1_S,
    WATER_S,
    after_inversion,
    times_s,
)
from streams.simulator.scenario import Scenario

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

CREATINES, CH2_PROTONS = ("Cr", "PCr"), 2


@dataclass(frozen=True, slots=True)
class Inversion:
    """What is left of each part of a transient.

    Attributes
    ----------
    metabolites : (metabolites,) factor on each
    macromolecules : FID (points,) in the place of the one without inversion
    creatine : FID (points,) of the CH2 of creatine, what its own T1 adds
    water, broad : factors on residual water, and on lipids and humps
    """

    metabolites: Real
    macromolecules: Complex
    creatine: Complex
    water: float
    broad: float


def inversion_of(
    scenario: Scenario,
    ti_s: float,
    time_s: Real,
    macromolecules: Complex,
    amplitudes: Mapping[str, float],
) -> Inversion:
    """What an inversion leaves in one series.

    Parameters
    ----------
    ti_s : inversion time, s
    macromolecules : FID (points,) without inversion
    amplitudes : of each metabolite without inversion
    """
    plan = scenario.acquisition
    left = partial(after_inversion, ti_s=ti_s, tr_s=plan.repetition_time_s)
    factors = {name: left(times_s(name)[0]) for name in amplitudes}
    whole, kept = (
        background.macromolecules(
            time_s, plan.spectrometer_frequency_mhz, plan.echo_time_s, part
        )
        for part in (lambda _: 1.0, left)
    )
    scale = macromolecules[0] / whole[0]
    return Inversion(
        np.array(list(factors.values())),
        np.asarray(scale * kept, complex),
        _creatine(time_s, plan.spectrometer_frequency_mhz, amplitudes, factors, left),
        left(WATER_S[0]),
        left(LIPID_T1_S),
    )


def _creatine(
    time_s: Real,
    frequency_mhz: float,
    amplitudes: Mapping[str, float],
    factors: Mapping[str, float],
    left: partial[float],
) -> Complex:
    """What the own T1 of creatine's CH2 adds to the CH2 of the whole."""
    more = sum(
        CH2_PROTONS * amplitudes[name] * (left(CREATINE_CH2_T1_S) - factors[name])
        for name in CREATINES
        if name in amplitudes
    )
    turn = background.rotation(
        background.offset_hz(CREATINE_CH2_PPM, frequency_mhz), time_s
    )
    return np.asarray(more * turn * np.exp(-time_s / times_s("Cr")[1]), complex)
