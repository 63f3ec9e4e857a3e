"""The virtual scanner: a scenario in, the bodies that a scanner yields out.

A pure generator: nothing is kept but one transient, no clock is read.  The same
scenario gives the same bytes each time, on one machine with one version of numpy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from streams.messages.transient import (
    Acquisition,
    Body,
    End,
    Event,
    Kind,
    Start,
    Transient,
)
from streams.simulator.chance import Purpose, generator
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.receiver import clip, receive
from streams.simulator.receiver_artefacts import GainSteps
from streams.simulator.scenario import Scenario
from streams.simulator.schedule import KINDS, delivery
from streams.simulator.session import SimulatedSession, amplitudes_at, session_of

Complex = NDArray[np.complex128]


def scan(
    scenario: Scenario, fids: Mapping[str, Complex] | None = None
) -> Iterator[Body]:
    """Run a scenario.

    Parameters
    ----------
    scenario : what to simulate
    fids : undamped FID of each metabolite, (points,), amplitude the number of protons,
        line at nu Hz above the carrier exp(-2 pi i nu t); None: simulated from the
        spin systems for the scenario's sequence

    Yields
    ------
    Start, transients and events in the order in which they arrive, End

    Raises
    ------
    InputError : the scenario cannot be simulated
    """
    yield from scan_session(prepare(scenario, fids))


def prepare(
    scenario: Scenario, fids: Mapping[str, Complex] | None = None
) -> SimulatedSession:
    """A session made ready, with the spins simulated where no FIDs are given."""
    return session_of(scenario, metabolite_fids(scenario) if fids is None else fids)


def scan_session(session: SimulatedSession) -> Iterator[Body]:
    """Run a session that was made ready; see `scan`."""
    scenario = session.scenario
    waiting = sorted(scenario.events, key=lambda event: event.came_s)
    sent, series = 0, -1
    for count in delivery(scenario, session.schedule):
        time_s = float(session.schedule.time_s[count])
        while waiting and waiting[0].came_s <= time_s:
            yield waiting.pop(0).event
        if session.schedule.series[count] != series:
            series = int(session.schedule.series[count])
            yield _beginning(scenario, series, time_s)
        yield transient(session, int(count))
        sent += 1
    yield from (planned.event for planned in waiting)
    yield End(sent, "complete")


def _beginning(scenario: Scenario, series: int, time_s: float) -> Start | Event:
    """What announces a series."""
    begins = scenario.series[series].begins
    if begins == "start":
        source = f"virtual scanner, {scenario.name}"
        ti_s = scenario.series[series].inversion_time_s
        acquisition = replace(acquisition_of(scenario), inversion_time_s=ti_s)
        return Start(acquisition, source, scenario.protocol)
    return Event(time_s, begins, "", "simulator")


def acquisition_of(scenario: Scenario) -> Acquisition:
    """The header that the virtual scanner sends."""
    plan, cycle = scenario.acquisition, scenario.phase_cycle
    return Acquisition(
        spectrometer_frequency_mhz=plan.spectrometer_frequency_mhz,
        nucleus="1H",
        dwell_time_s=plan.dwell_time_s,
        points=plan.points,
        coils=plan.coils,
        echo_time_s=plan.echo_time_s,
        repetition_time_s=plan.repetition_time_s,
        mixing_time_s=plan.mixing_time_s,
        sequence=plan.sequence,
        voxel_mm=plan.voxel_mm,
        vendor="virtual",
        model="scanner_sim",
        phase_cycle_steps=1 if cycle is None else cycle.steps,
    )


def transient(session: SimulatedSession, count: int) -> Transient:
    """Any one transient of a session, whichever was made before."""
    kind = int(session.schedule.kind[count])
    fid = _EXCITE[KINDS[kind]](session, count)
    scenario = session.scenario
    random = generator(scenario.seed, Purpose.RECEIVER_NOISE, count)
    series = int(session.schedule.series[count])
    receiver = session.receivers[series]
    time_s = float(session.schedule.time_s[count])
    steps = scenario.gain_steps or GainSteps(())
    fid = fid * steps.at(time_s, signal_alone=True)
    coil_fids = receive(receiver, fid, random)
    saturation, failure = scenario.saturation, scenario.coil_failure
    if saturation and saturation.start_s <= time_s < saturation.stop_s:
        coil_fids = clip(coil_fids, fid, receiver, saturation)
    if failure and time_s >= failure.from_s:
        coil_fids[failure.coil] = 0
    gain = scenario.series[series].gain * steps.at(time_s, signal_alone=False)
    if gain != 1.0:
        coil_fids *= np.float32(gain)
    return Transient(count, time_s, KINDS[kind], coil_fids)


def _noise(session: SimulatedSession, count: int) -> Complex:
    """Nothing but noise."""
    return np.zeros(len(session.time_s), complex)


def _water(session: SimulatedSession, count: int) -> Complex:
    """An unsuppressed water reference frame."""
    series = session.schedule.series[count]
    amplitude = session.conditions.amplitude[count]
    reference = amplitude * session.water_reference[series]
    return np.asarray(reference * _turn(session, count))


def metabolite_fid(session: SimulatedSession, count: int) -> Complex:
    """Noise-free FID of one metabolite transient before the coils, (points,)."""
    conditions, schedule = session.conditions, session.schedule
    factors = amplitudes_at(session, count)
    series = schedule.series[count]
    inversion = session.inversions[series]
    if inversion is None:
        fid = factors[:-1] @ session.metabolite_fids
        fid += factors[-1] * session.macromolecules
        water = broad = 1.0
    else:
        fid = (factors[:-1] * inversion.metabolites) @ session.metabolite_fids
        fid += factors[-1] * inversion.macromolecules + inversion.creatine
        water, broad = inversion.water, inversion.broad
    fid *= conditions.amplitude[count] * session.lines[series]
    if conditions.width_hz[count] != 0:
        fid *= np.exp(-np.pi * conditions.width_hz[count] * session.time_s)
    fid += broad * conditions.lipid[count] * session.lipid
    fid += broad * conditions.baseline[count] * session.humps
    fid += conditions.step[count] * session.step
    water_phase_rad = np.radians(conditions.water_phase_deg[count])
    residual = water * conditions.water[count]
    fid += residual * np.exp(1j * water_phase_rad) * session.water
    if session.scenario.phase_cycle is not None:
        steps = session.scenario.phase_cycle.steps
        step = schedule.place[count] % steps
        fid += np.exp(2j * np.pi * step / steps) * session.echo
    turned: Complex = fid * _turn(session, count)
    return turned


def _turn(session: SimulatedSession, count: int) -> Complex:
    """Phase, eddy currents and shift of the moment."""
    conditions = session.conditions
    phase_rad = np.radians(conditions.phase_deg[count]) + session.eddy_rad
    shift = 2 * np.pi * conditions.shift_hz[count] * session.time_s
    turn: Complex = np.exp(1j * (phase_rad - shift))
    return turn


_EXCITE = {Kind.NOISE: _noise, Kind.WATER: _water, Kind.METABOLITE: metabolite_fid}
