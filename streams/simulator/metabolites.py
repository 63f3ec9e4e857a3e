"""FIDs of the metabolites of a scenario, from their spin systems."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.simulator.plan import AcquisitionPlan
from streams.simulator.scenario import Scenario
from streams.spins.sequences import KINDS, Sequence
from streams.spins.simulation import simulate

Complex = NDArray[np.complex128]


def metabolite_fids(scenario: Scenario) -> dict[str, Complex]:
    """Undamped FID of each metabolite of a scenario, (points,), by density matrix.

    Raises
    ------
    InputError : a sequence or a metabolite that the simulation does not know
    """
    plan = scenario.acquisition
    return simulate(
        tuple(scenario.concentrations_mm),
        sequence_of(plan),
        plan.spectrometer_frequency_mhz,
        plan.dwell_time_s,
        plan.points,
    )


def sequence_of(plan: AcquisitionPlan) -> Sequence:
    """The pulse sequence that a scenario names."""
    kind = plan.sequence.lower().replace("-", "")
    if kind not in KINDS:
        raise InputError(
            f"Scenario: acquisition.sequence {plan.sequence!r} is not simulated: use "
            f"one of {', '.join(KINDS)}."
        )
    return Sequence(
        kind,
        plan.echo_time_s,
        first_echo_time_s=plan.first_echo_time_s,
        mixing_time_s=plan.mixing_time_s,
    )
