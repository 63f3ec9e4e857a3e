"""Small scenarios for the tests of the virtual scanner."""

from dataclasses import replace

import numpy as np

from streams.messages.transient import Transient
from streams.simulator.plan import PlannedSeries
from streams.simulator.scanner import metabolite_fid, prepare
from streams.simulator.scenario import ARTEFACTS, Scenario
from streams.simulator.scenario_file import read_scenario


def series(**changes):
    plain = PlannedSeries("start", 0.0, 1, 2, 20, 7.5, 0.0)
    return replace(plain, **changes)


def plain(**acquisition) -> Scenario:
    """The infusion scenario, one short series, without any artefact or course."""
    whole = read_scenario("infusion").without(*ARTEFACTS)
    plan = replace(whole.acquisition, **{"coils": 2, "points": 512, **acquisition})
    return replace(whole, acquisition=plan, series=(series(),), events=(), courses={})


def naa_singlet(scenario: Scenario) -> dict:
    """A stand-in for the spin systems: NAA is one singlet of 3 protons, all else 0."""
    plan = scenario.acquisition
    t = np.arange(plan.points) * plan.dwell_time_s
    nu_hz = (2.008 - 4.65) * plan.spectrometer_frequency_mhz
    fids = {name: np.zeros(plan.points, complex) for name in scenario.concentrations_mm}
    fids["NAA"] = 3 * np.exp(-2j * np.pi * nu_hz * t)
    return fids


def combined(session, transient: Transient) -> np.ndarray:
    """Optimal combination of the coils with the true sensitivities and covariance."""
    receiver = session.receivers[0]
    weights = np.linalg.solve(receiver.covariance, receiver.sensitivity)
    weights = weights / (receiver.sensitivity.conj() @ weights)
    return weights.conj() @ transient.fid


def spectrum(fid, fill=1):
    """Spectrum in ascending ppm, our sign, no normalisation."""
    n = fill * fid.shape[-1]
    return np.fft.fftshift(np.fft.ifft(fid, n, axis=-1), axes=-1) * n


def ppm(scenario: Scenario, fill=1):
    plan = scenario.acquisition
    n = fill * plan.points
    offset_hz = np.fft.fftshift(np.fft.fftfreq(n, plan.dwell_time_s))
    return 4.65 + offset_hz / plan.spectrometer_frequency_mhz


def fwhm_hz(scenario: Scenario, fid) -> float:
    """Width of the tallest line of the real spectrum, its foot at zero."""
    real = spectrum(fid, fill=16).real
    real = real - 0.5 * fid[0].real  # a first point at full weight lifts the spectrum
    hz = ppm(scenario, fill=16) * scenario.acquisition.spectrometer_frequency_mhz
    top = int(real.argmax())
    half = real[top] / 2
    left = top - int(np.argmax(real[top::-1] < half))
    right = top + int(np.argmax(real[top:] < half))
    rising = np.interp(half, real[[left, left + 1]], hz[[left, left + 1]])
    falling = np.interp(half, real[[right, right - 1]], hz[[right, right - 1]])
    return float(falling - rising)


def clean_fid(scenario: Scenario, count: int, fids=None):
    """Noise-free FID of one excitation."""
    return metabolite_fid(prepare(scenario, fids), count)


def transients(bodies) -> list[Transient]:
    return [body for body in bodies if isinstance(body, Transient)]
