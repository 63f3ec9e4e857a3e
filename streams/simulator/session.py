"""A session made ready: all that stays the same from transient to transient.

The noise-free FID of one metabolite transient, with L the line shape of its series,

    s(t) = { a L(t) exp(-pi w t) [ sum_m c_m b_m(t) + c_MM MM(t) ] + lipid(t)
             + humps(t) + echo(t) + water(t) }
           exp(i (phase + eddy(t)) - 2 pi i shift t),

b_m the undamped FID of metabolite m under its own T2, c_m its concentration times
course, weight and approach to the steady state, and a, w, shift, phase the conditions
of the moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.simulator import background
from streams.simulator.conditions import Conditions, conditions_of
from streams.simulator.courses import multiplier
from streams.simulator.inversion import Inversion, inversion_of
from streams.simulator.line_shape import FieldDistribution, field_distribution
from streams.simulator.receiver import ReceiverArray, moved_coils, receiver_of
from streams.simulator.relaxation import WATER_S, approach, times_s, weight
from streams.simulator.scenario import Scenario
from streams.simulator.schedule import Schedule, schedule_of

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

NAA_SINGLET_PROTONS = 3  # CH3
WATER_PROTONS = 2


@dataclass(frozen=True, slots=True)
class SimulatedSession:
    """Everything that `scanner` needs to make any one transient.

    Attributes
    ----------
    receivers : the array by series
    time_s : (points,) time in the FID
    names : metabolites, in the order of the rows of `metabolite_fids`
    amplitude : (metabolites,) concentration times weight of relaxation
    metabolite_fids : (metabolites, points) with T2, without line shape
    lines : L by series, (series, points)
    macromolecules, lipid, humps, water, echo : FIDs of the background at full height
    step : FID of the hump that contamination brings, at the height of NAA
    eddy_rad : (points,) phase of eddy currents
    water_reference : (series, points) unsuppressed water
    inversions : what an inversion leaves, by series; None: there is none
    naa_height : height of the NAA singlet in the real spectrum, first series
    sigma : SD of real or imaginary part of the noise after optimal combination
    """

    scenario: Scenario
    schedule: Schedule
    conditions: Conditions
    receivers: tuple[ReceiverArray, ...]
    time_s: Real
    names: tuple[str, ...]
    amplitude: Real
    metabolite_fids: Complex
    lines: Complex
    macromolecules: Complex
    lipid: Complex
    humps: Complex
    water: Complex
    echo: Complex
    step: Complex
    eddy_rad: Real
    water_reference: Complex
    inversions: tuple[Inversion | None, ...]
    naa_height: float
    sigma: float


def session_of(scenario: Scenario, fids: Mapping[str, Complex]) -> SimulatedSession:
    """Make a session ready.

    Parameters
    ----------
    scenario : what to simulate
    fids : undamped FID of each metabolite of the scenario, (points,), amplitude the
        number of protons

    Raises
    ------
    InputError : a metabolite has no FID, or a line cannot be so narrow
    """
    plan = scenario.acquisition
    t = np.asarray(np.arange(plan.points) * plan.dwell_time_s, float)
    names = tuple(scenario.concentrations_mm)
    amplitude = np.array([amplitude_of(scenario, name) for name in names])
    naa_lorentz_hz = _lorentz_hz(scenario, "NAA")
    shims = [
        field_distribution(
            series.fwhm_hz,
            scenario.line.asymmetry if series.asymmetry is None else series.asymmetry,
            naa_lorentz_hz,
        )
        for series in scenario.series
    ]
    lines = np.array([shim.line(t) for shim in shims])
    naa_first_point = NAA_SINGLET_PROTONS * amplitude[names.index("NAA")]
    naa = naa_first_point * lines[0] * np.exp(-np.pi * naa_lorentz_hz * t)
    naa_height = background.real_height(naa)
    sigma = naa_height / plan.snr / np.sqrt(plan.points)
    schedule = schedule_of(scenario)
    macromolecules = _macromolecules(scenario, t, lines[0], naa_height)
    amplitudes = dict(zip(names, amplitude.tolist(), strict=True))
    return SimulatedSession(
        scenario=scenario,
        schedule=schedule,
        conditions=conditions_of(scenario, schedule),
        receivers=moved_coils(scenario, receiver_of(scenario, sigma)),
        time_s=t,
        names=names,
        amplitude=amplitude,
        metabolite_fids=_with_t2(scenario, names, fids, t),
        lines=lines,
        macromolecules=macromolecules,
        lipid=_lipid(scenario, t, naa_height),
        humps=_humps(scenario, t, naa_height),
        water=naa_height * background.residual_water(t),
        echo=_echo(scenario, t, naa_first_point),
        step=_step(scenario, t, naa_height),
        eddy_rad=_eddy_rad(scenario, t),
        water_reference=_water_reference(scenario, t, shims),
        inversions=tuple(
            None
            if (ti_s := series.inversion_time_s) is None
            else inversion_of(scenario, ti_s, t, macromolecules, amplitudes)
            for series in scenario.series
        ),
        naa_height=naa_height,
        sigma=sigma,
    )


def amplitudes_at(session: SimulatedSession, count: int) -> Real:
    """Amplitude of each metabolite in one excitation, then the factor on MM."""
    scenario, schedule = session.scenario, session.schedule
    time_s = schedule.time_s[count : count + 1]
    factor = np.ones(len(session.names) + 1)
    for i, name in enumerate((*session.names, "MM")):
        if name in scenario.courses:
            course = scenario.courses[name]
            factor[i] = multiplier(course, time_s, scenario.infusion_s)[0]
    factor *= levels_in(session, int(schedule.series[count]))
    factor[:-1] *= session.amplitude * _approach(session, int(schedule.place[count]))
    return factor


def levels_in(session: SimulatedSession, series: int) -> Real:
    """Factor on each metabolite, then on MM, of where a series' voxel lies."""
    moved = session.scenario.series[series].moved
    levels = {} if moved is None else moved.levels
    return np.array([levels.get(name, 1.0) for name in (*session.names, "MM")])


def _approach(session: SimulatedSession, place: int) -> Real:
    """Factor of the approach to the steady state, by metabolite."""
    steady = session.scenario.steady_state
    if steady is None:
        return np.ones(len(session.names))
    tr_s = session.scenario.acquisition.repetition_time_s
    return np.array(
        [
            approach(times_s(name)[0], tr_s, steady.flip_angle_deg, place)
            for name in session.names
        ]
    )


def amplitude_of(scenario: Scenario, name: str) -> float:
    """Concentration times steady-state weight."""
    plan = scenario.acquisition
    if not scenario.relaxation:
        return scenario.concentrations_mm[name]
    saturation = weight(times_s(name), plan.echo_time_s, plan.repetition_time_s)
    return scenario.concentrations_mm[name] * saturation


def _lorentz_hz(scenario: Scenario, name: str) -> float:
    """Line width of a metabolite from its T2."""
    return 1.0 / (np.pi * times_s(name)[1]) if scenario.relaxation else 0.0


def _with_t2(
    scenario: Scenario, names: tuple[str, ...], fids: Mapping[str, Complex], t: Real
) -> Complex:
    """FIDs of the metabolites under their T2, (metabolites, points)."""
    absent = [name for name in names if name not in fids]
    if absent:
        raise InputError(
            f"Scenario {scenario.name}: no spin system for {', '.join(absent)}; take "
            "it out of concentrations_mm."
        )
    return np.array(
        [
            fids[name] * np.exp(-np.pi * _lorentz_hz(scenario, name) * t)
            for name in names
        ]
    )


def _macromolecules(
    scenario: Scenario, t: Real, line: Complex, naa_height: float
) -> Complex:
    if scenario.macromolecules is None:
        return np.zeros(len(t), complex)
    plan = scenario.acquisition
    fid = background.macromolecules(
        t, plan.spectrometer_frequency_mhz, plan.echo_time_s
    )
    height = scenario.macromolecules.height_over_naa * naa_height
    return fid * height / background.real_height(fid * line)


def _lipid(scenario: Scenario, t: Real, naa_height: float) -> Complex:
    """Lipid at the height of NAA; motion brings some even where there is none."""
    lipids = scenario.lipids
    phase_deg, shift_hz = (lipids.phase_deg, lipids.offset_hz) if lipids else (0.0, 0.0)
    frequency_mhz = scenario.acquisition.spectrometer_frequency_mhz
    return naa_height * background.lipid(t, frequency_mhz, phase_deg, shift_hz)


def _humps(scenario: Scenario, t: Real, naa_height: float) -> Complex:
    fid = np.zeros(len(t), complex)
    if scenario.baseline is None:
        return fid
    for shape in scenario.baseline.humps:
        frequency_mhz = scenario.acquisition.spectrometer_frequency_mhz
        height = shape.height_over_naa * naa_height
        fid += height * background.hump(shape, t, frequency_mhz)
    return fid


def _step(scenario: Scenario, t: Real, naa_height: float) -> Complex:
    if scenario.contamination is None:
        return np.zeros(len(t), complex)
    shape = scenario.contamination.hump
    frequency_mhz = scenario.acquisition.spectrometer_frequency_mhz
    height = shape.height_over_naa * naa_height
    return np.asarray(height * background.hump(shape, t, frequency_mhz))


def _echo(scenario: Scenario, t: Real, naa_first_point: float) -> Complex:
    cycle = scenario.phase_cycle
    if cycle is None:
        return np.zeros(len(t), complex)
    frequency_mhz = scenario.acquisition.spectrometer_frequency_mhz
    peak = cycle.echo_over_naa * naa_first_point
    return peak * background.unwanted_echo(cycle, t, frequency_mhz)


def _eddy_rad(scenario: Scenario, t: Real) -> Real:
    eddy = scenario.eddy_currents
    if eddy is None:
        return np.zeros(len(t))
    decays = np.exp(-np.divide.outer(t, np.array(eddy.time_constant_s)))
    phase: Real = decays @ np.array(eddy.phase_rad)
    return phase


def _water_reference(
    scenario: Scenario, t: Real, shims: list[FieldDistribution]
) -> Complex:
    """Unsuppressed water by series: the same shim, a T2 of its own."""
    plan = scenario.acquisition
    seen, lorentz_hz = 1.0, 0.0
    if scenario.relaxation:
        seen = weight(WATER_S, plan.echo_time_s, plan.repetition_time_s)
        lorentz_hz = 1.0 / (np.pi * WATER_S[1])
    first_point = WATER_PROTONS * scenario.water_reference_mm * seen
    decay = first_point * np.exp(-np.pi * lorentz_hz * t)
    return np.array([shim.line(t) * decay for shim in shims])
