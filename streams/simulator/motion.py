"""Swallowing and movement: which transients they corrupt, and how.

Random events come as a Poisson process and last a geometric number of transients;
bursts corrupt each transient of a period with a stated probability.  After a run of
corrupted transients the head lies elsewhere: shift and phase keep a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.simulator.chance import Purpose, generator
from streams.simulator.passing_artefacts import Motion
from streams.simulator.scenario import Scenario
from streams.simulator.schedule import Schedule

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Movement:
    """What motion adds to each excitation; arrays are (n,).

    `loss` is the share of the amplitude that is lost, `lipid` a height over NAA.
    """

    corrupted: NDArray[np.bool_]
    shift_hz: Real
    phase_deg: Real
    width_hz: Real
    loss: Real
    lipid: Real


def movement(scenario: Scenario, schedule: Schedule) -> Movement:
    """Draw the motion of a session; only metabolite transients are hit."""
    n = len(schedule.time_s)
    motion = scenario.motion
    if motion is None:
        zero = np.zeros(n)
        return Movement(np.zeros(n, bool), zero, zero, zero, zero, zero)
    hit = _hit(motion, schedule, scenario.seed)
    random = generator(scenario.seed, Purpose.MOTION)
    draw = random.uniform(size=(5, n)) * hit
    steps = _lasting(hit) * random.standard_normal((2, n))
    lasting_shift, lasting_phase = np.cumsum(steps, axis=1)
    both_ways = hit * (2 * draw[:2] - 1)
    loss_low, loss_high = motion.loss
    broad_low, broad_high = motion.broadening_hz
    return Movement(
        corrupted=hit,
        shift_hz=both_ways[0] * motion.shift_hz
        + lasting_shift * motion.lasting_shift_hz,
        phase_deg=both_ways[1] * motion.phase_deg
        + lasting_phase * motion.lasting_phase_deg,
        width_hz=hit * broad_low + draw[2] * (broad_high - broad_low),
        loss=hit * loss_low + draw[3] * (loss_high - loss_low),
        lipid=draw[4] * motion.lipid_over_naa,
    )


def _hit(motion: Motion, schedule: Schedule, seed: int) -> NDArray[np.bool_]:
    """Which transients are corrupted."""
    random = generator(seed, Purpose.MOTION_TIMES)
    time_s = schedule.time_s
    n = len(time_s)
    draws = random.random(n)
    gaps_s = np.diff(time_s, prepend=0.0)
    begins = random.random(n) < motion.events_per_hour * gaps_s / 3600.0
    lengths = random.geometric(1.0 / motion.transients_per_event, n)
    hit = np.zeros(n, bool)
    for first in np.flatnonzero(begins):
        hit[first : first + lengths[first]] = True
    for burst in motion.bursts:
        inside = (time_s >= burst.start_s) & (time_s < burst.stop_s)
        hit |= inside & (draws < burst.probability)
    return hit & schedule.metabolite


def _lasting(hit: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """First transient after each run of corrupted ones."""
    before = np.concatenate([[False], hit[:-1]])
    return before & ~hit
