"""Physiology and hardware: the state of the world in each excitation.

One row an excitation, all drawn before the first one: a few numbers each, whatever the
length of the session.  Every vector has random numbers of its own (`chance`).

A 1/f wander is a sum of Ornstein-Uhlenbeck processes of equal variance whose time
constants rise by a factor of three.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.simulator.chance import Purpose, generator
from streams.simulator.contamination import contaminated
from streams.simulator.courses import fraction
from streams.simulator.field_artefacts import Drift, Rhythm
from streams.simulator.motion import Movement, movement
from streams.simulator.scenario import Scenario
from streams.simulator.schedule import Schedule

Real = NDArray[np.float64]

WANDER_S = (20.0, 60.0, 180.0, 540.0, 1620.0)
"""Time constants of the processes that make a 1/f wander."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The truth of each excitation; arrays are (n,), indexed by the scanner's counter.

    Attributes
    ----------
    shift_hz : of all lines, positive towards higher ppm
    phase_deg : zero-order, on all of the FID
    width_hz : Lorentzian, added to every line; negative where they narrow
    amplitude : factor on all that is in the voxel
    water : residual water, height over NAA
    water_phase_deg : its phase against that of the transient
    lipid : height over NAA
    baseline : factor on the humps
    step : height over NAA of the hump that contamination brings
    corrupted : moved during the transient
    contaminated : lies in a stretch that is unlike the rest
    """

    shift_hz: Real
    phase_deg: Real
    width_hz: Real
    amplitude: Real
    water: Real
    water_phase_deg: Real
    lipid: Real
    baseline: Real
    step: Real
    corrupted: NDArray[np.bool_]
    contaminated: NDArray[np.bool_]


def conditions_of(scenario: Scenario, schedule: Schedule) -> Conditions:
    """Draw the conditions of every excitation of a session."""
    moved = movement(scenario, schedule)
    unlike = contaminated(scenario, schedule)
    rhythms = _rhythms(scenario, schedule.time_s)
    return Conditions(
        shift_hz=_shift_hz(scenario, schedule, rhythms, moved),
        phase_deg=_phase_deg(scenario, schedule.time_s, rhythms, moved),
        width_hz=moved.width_hz
        - _narrowing_hz(scenario, schedule.time_s)
        + unlike.width_hz,
        amplitude=_amplitude(scenario, schedule.time_s)
        * (1 - moved.loss)
        * unlike.kept,
        water=_water(scenario, schedule, rhythms) * unlike.water,
        water_phase_deg=_water_phase_deg(scenario, schedule),
        lipid=_lipid(scenario, schedule.time_s) + moved.lipid + unlike.lipid,
        baseline=_baseline(scenario, schedule.time_s),
        step=unlike.hump,
        corrupted=moved.corrupted,
        contaminated=unlike.inside,
    )


def wander(time_s: Real, random: np.random.Generator) -> Real:
    """A 1/f process of unit variance at rising times, (n,)."""
    deviates = random.standard_normal((len(time_s), len(WANDER_S)))
    constants = np.array(WANDER_S)
    gaps_s = np.diff(time_s, prepend=-np.inf)
    decay = np.exp(-gaps_s[:, None] / constants)
    fresh = np.sqrt(1 - decay**2) * deviates
    state = np.zeros(len(WANDER_S))
    course = np.empty(len(time_s))
    for i in range(len(time_s)):
        state = decay[i] * state + fresh[i]
        course[i] = state.sum()
    return np.asarray(course / np.sqrt(len(WANDER_S)))


def _drift_hz(drift: Drift, time_s: Real) -> Real:
    """Drift without its jitter."""
    shift = drift.linear_hz_per_min * time_s / 60.0
    shift = shift - drift.exponential_hz * np.expm1(
        -time_s / drift.exponential_time_constant_s
    )
    for jump in drift.jumps:
        shift = shift + np.where(time_s >= jump.time_s, jump.shift_hz, 0.0)
    return np.asarray(shift, float)


def _shift_hz(
    scenario: Scenario,
    schedule: Schedule,
    rhythms: list[tuple[Rhythm, Real]],
    moved: Movement,
) -> Real:
    """Shift of each excitation; a series begins where it says, if it does."""
    centred = _centre(scenario)[schedule.series]
    start = np.array([series.shift_hz or 0.0 for series in scenario.series])
    shift = start[centred] + moved.shift_hz
    if scenario.drift is not None:
        random = generator(scenario.seed, Purpose.SHIFT)
        begun = schedule.series_starts_s()[centred]
        shift = shift + _drift_hz(scenario.drift, schedule.time_s)
        shift = shift - _drift_hz(scenario.drift, begun)
        jitter = random.standard_normal(len(shift))
        shift = shift + scenario.drift.jitter_hz * jitter
    for rhythm, wave in rhythms:
        shift = shift + rhythm.shift_hz * wave
    return shift


def _centre(scenario: Scenario) -> NDArray[np.int64]:
    """The series, by series, since whose beginning the field has only drifted."""
    said = [s.shift_hz is not None for s in scenario.series]
    return np.maximum.accumulate(np.where(said, np.arange(len(said)), 0))


def _phase_deg(
    scenario: Scenario,
    time_s: Real,
    rhythms: list[tuple[Rhythm, Real]],
    moved: Movement,
) -> Real:
    phase = moved.phase_deg.copy()
    if scenario.phase is not None:
        jitter = generator(scenario.seed, Purpose.PHASE)
        slow = generator(scenario.seed, Purpose.PHASE_WANDER)
        phase += scenario.phase.start_deg
        phase += scenario.phase.jitter_deg * jitter.standard_normal(len(time_s))
        phase += scenario.phase.wander_deg * wander(time_s, slow)
    for rhythm, wave in rhythms:
        phase += rhythm.phase_deg * wave
    return phase


def _rhythms(scenario: Scenario, time_s: Real) -> list[tuple[Rhythm, Real]]:
    """Breathing and heart with their waves, where they are on."""
    both = (
        (scenario.breathing, Purpose.BREATHING),
        (scenario.heart, Purpose.HEART),
    )
    return [
        (rhythm, _wave(rhythm, time_s, generator(scenario.seed, purpose)))
        for rhythm, purpose in both
        if rhythm is not None
    ]


def _wave(rhythm: Rhythm, time_s: Real, random: np.random.Generator) -> Real:
    """A sine whose phase walks at random."""
    cycles = time_s / rhythm.period_s
    steps = np.sqrt(np.diff(cycles, prepend=0.0)) * random.standard_normal(len(cycles))
    walked = cycles + random.random() + rhythm.irregularity * np.cumsum(steps)
    return np.sin(2 * np.pi * walked)


def _narrowing_hz(scenario: Scenario, time_s: Real) -> Real:
    if scenario.narrowing is None or scenario.infusion_s is None:
        return np.zeros_like(time_s)
    course = scenario.narrowing.course()
    followed = fraction(course, time_s, scenario.infusion_s)
    return scenario.narrowing.narrowing_hz * followed


def _amplitude(scenario: Scenario, time_s: Real) -> Real:
    if scenario.wander is None:
        return np.ones_like(time_s)
    random = generator(scenario.seed, Purpose.AMPLITUDE)
    percent = scenario.wander.amplitude_percent * wander(time_s, random)
    return 1.0 + percent / 100.0


def _water(
    scenario: Scenario, schedule: Schedule, rhythms: list[tuple[Rhythm, Real]]
) -> Real:
    """Height of the residual water over NAA."""
    n = len(schedule.time_s)
    if scenario.residual_water is None:
        return np.zeros(n)
    random = generator(scenario.seed, Purpose.WATER)
    percent = scenario.residual_water.fluctuation_percent * random.standard_normal(n)
    for rhythm, wave in rhythms:
        percent = percent + rhythm.water_percent * wave
    height = scenario.residual_water.height_over_naa * (1 + percent / 100.0)
    if scenario.steady_state is not None:
        steady = scenario.steady_state
        early = np.exp(-schedule.place / steady.water_transients)
        height = height * (1 + (steady.water_excess - 1) * early)
    return height


def _water_phase_deg(scenario: Scenario, schedule: Schedule) -> Real:
    """Phase of the residual water against the transient's: jitter and phase cycle."""
    n = len(schedule.time_s)
    phase = np.zeros(n)
    if scenario.residual_water is not None:
        random = generator(scenario.seed, Purpose.WATER, 1)
        phase += scenario.residual_water.phase_jitter_deg * random.standard_normal(n)
    if scenario.phase_cycle is not None:
        step = schedule.place % scenario.phase_cycle.steps
        phase += scenario.phase_cycle.water_phase_deg * step
    return phase


def _lipid(scenario: Scenario, time_s: Real) -> Real:
    if scenario.lipids is None:
        return np.zeros_like(time_s)
    random = generator(scenario.seed, Purpose.LIPIDS)
    percent = scenario.lipids.fluctuation_percent * random.standard_normal(len(time_s))
    return np.maximum(scenario.lipids.height_over_naa * (1 + percent / 100.0), 0.0)


def _baseline(scenario: Scenario, time_s: Real) -> Real:
    if scenario.baseline is None:
        return np.zeros_like(time_s)
    random = generator(scenario.seed, Purpose.BASELINE)
    percent = scenario.baseline.wander_percent * wander(time_s, random)
    return 1.0 + percent / 100.0
