"""What stretches of contamination add to each excitation; only metabolites see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.simulator.scenario import Scenario
from streams.simulator.schedule import Schedule

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contaminated:
    """What is added in each excitation; arrays are (n,).

    `lipid` and `hump` are heights over NAA, `water` a factor on the residual water,
    `kept` the share of the amplitude that is left; `inside` says where a stretch is.
    """

    inside: NDArray[np.bool_]
    lipid: Real
    water: Real
    width_hz: Real
    kept: Real
    hump: Real


def contaminated(scenario: Scenario, schedule: Schedule) -> Contaminated:
    """What the stretches of a scenario do; stretches may overlap."""
    n, time_s = len(schedule.time_s), schedule.time_s
    found = Contaminated(
        np.zeros(n, bool), np.zeros(n), np.ones(n), np.zeros(n), np.ones(n), np.zeros(n)
    )
    plan = scenario.contamination
    for one in () if plan is None else plan.stretches:
        on = (time_s >= one.start_s) & (time_s < one.stop_s) & schedule.metabolite
        found.inside[on] = True
        found.lipid[on] += one.lipid_over_naa
        found.water[on] *= one.water_times
        found.width_hz[on] += one.broadening_hz
        found.kept[on] *= 1 - one.loss
        found.hump[on] += one.hump_over_naa
    return found
