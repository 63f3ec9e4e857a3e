"""Narrowing lines without any change of metabolites: what the course makes of them.

    python tests/acceptance/line_width.py FIELD MM HOW HZ FIRST STOP
    e.g. 3T unknown lorentz 0.2 0 20

The published design: each subject has five blocks of 320 s, rest and task in turn; at
3 T 640 transients (TR 2.5 s), at 7 T 320 (TR 5 s).  During the tasks, by the BOLD
response to a block, every line is narrower by HZ: in its Lorentzian part ("lorentz") or
in its Gaussian part ("gauss").  Nothing else changes.  Line (a distribution of fields
and T2 of each metabolite), baseline (humps, lipid, residual water), basis set (other
pulses) and macromolecules (random-coil protein) are not the fit's; with MM "known" it
has them as measured in a shim 4 Hz worse, with "unknown" the human brain's prior.

The first rest is the reference period, and the infusion is marked as beginning with the
first task.  What is printed is the mean of the task blocks minus that of the rest
blocks, percent, over subjects: that of the same subject and noise without narrowing
taken off, so that what is left is what the line does (its standard error behind it),
and what two windows of a block differ by through noise (SD).  A subject of whom a block
is left out, as unlike the rest, has no window there and is not counted in n.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.pipeline import Pipeline
from monitor.basis.files import load_basis
from monitor.basis.presets import with_measured_macromolecules
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import Body, End, Event, Start, number
from streams.simulator.field_artefacts import ResidualField
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.plan import AcquisitionPlan
from streams.simulator.scanner import acquisition_of, transient
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario
from streams.simulator.session import SimulatedSession, session_of
from streams.spins import Sequence, simulate

SEED = 21_000_000
BLOCK_S, BLOCKS = 320.0, 5
OUTCOMES = ("Glu", "Glx", "Glx/tNAA", "Glu/tCr")
KINDS = ("windows", "tracker", "smoother")
ZERO_FILL = 16


@dataclass(frozen=True)
class Field:
    """How one field is acquired.

    `fwhm_hz` bounds the shim's own line; `gauss_hz` of Gaussian width lie over it, from
    which "gauss" takes its narrowing.
    """

    protocol: str
    plan: AcquisitionPlan
    sequence: Sequence
    fwhm_hz: tuple[float, float]
    gauss_hz: float


FIELDS = {
    "3T": Field(
        "press_3t_te30",
        AcquisitionPlan(123.25, "PRESS", 0.030, 2.5, 4e-4, 1024, 1, 10.0),
        Sequence("press", 0.030),
        (5.0, 7.0), 5.0,
    ),
    "7T": Field(
        "slaser_7t_te34",
        AcquisitionPlan(297.2, "sLASER", 0.034, 5.0, 2.5e-4, 2048, 1, 10.0),
        Sequence("slaser", 0.034, pulses="shaped"),
        (9.0, 13.0), 8.0,
    ),
}  # fmt: skip
FIELDS["7T-broad"] = replace(FIELDS["7T"], fwhm_hz=(13.0, 17.0), gauss_hz=14.0)
"""A poor shim: lines of some 22 to 27 Hz.

The bundled PRESS set has shaped pulses, the bundled sLASER set ideal ones."""


def scenario_of(field: Field, seed: int) -> Scenario:
    """One subject: nothing moves but phase and frequency."""
    random = np.random.default_rng([SEED, seed])
    base = read_scenario("foreign-basis").without("motion", "steady_state", "narrowing")
    levels = {
        name: level * float(np.exp(0.1 * random.standard_normal()))
        for name, level in base.concentrations_mm.items()
    }
    blocks = round(BLOCKS * BLOCK_S / field.plan.repetition_time_s)
    series = replace(
        base.series[0], transients=blocks, water_frames=0, noise_frames=0,
        fwhm_hz=random.uniform(*field.fwhm_hz),
    )  # fmt: skip
    height = replace(base.macromolecules, height_over_naa=random.uniform(0.12, 0.20))
    return replace(
        base, seed=SEED + seed, acquisition=field.plan, series=(series,), events=(),
        courses={}, coils=None, concentrations_mm=levels, macromolecules=height,
        line=ResidualField(random.uniform(0.0, 0.6)),
    )  # fmt: skip


@lru_cache(maxsize=2)
def fids_of(name: str) -> dict[str, np.ndarray]:
    """FIDs of the metabolites by the scanner's own pulses."""
    field = FIELDS[name]
    plan, names = field.plan, tuple(read_scenario("foreign-basis").concentrations_mm)
    if field.sequence.pulses == "ideal":
        return metabolite_fids(scenario_of(field, 0))
    return simulate(
        names, field.sequence, plan.spectrometer_frequency_mhz, plan.dwell_time_s,
        plan.points,
    )  # fmt: skip


@lru_cache(maxsize=4)
def basis_of(name: str, known: bool) -> BasisSet:
    """The bundled set; with macromolecules as a site would measure them."""
    field = FIELDS[name]
    basis = load_basis(field.protocol)
    if not known:
        return basis
    return with_measured_macromolecules(basis, field.plan.echo_time_s)


def bold(times_s: np.ndarray) -> np.ndarray:
    """Response to the tasks, 0 to about 1: a block behind the usual double gamma."""
    t = np.arange(0.0, 32.0, 0.1)
    response = t**5 * np.exp(-t) / 120 - t**15 * np.exp(-t) / 6 / 1.307674368e12
    fine_s = np.arange(0.0, BLOCKS * BLOCK_S, 0.1)
    task = (fine_s // BLOCK_S % 2 == 1).astype(float)
    course = np.convolve(task, response / response.sum())[: fine_s.size]
    return np.interp(times_s, fine_s, course)


def gauss(t: np.ndarray, fwhm_hz: float) -> np.ndarray:
    """Gaussian decay of a width."""
    return np.exp(-((np.pi * fwhm_hz * t) ** 2) / (4 * np.log(2)))


def width_hz(fid: np.ndarray, dwell_s: float) -> float:
    """Full width at half height of the only line of a noise-free FID."""
    spectrum = np.fft.fftshift(np.fft.ifft(fid, ZERO_FILL * fid.size)).real
    top = int(spectrum.argmax())
    half = spectrum[top] / 2
    right = top + int(np.argmax(spectrum[top:] < half))
    left = top - int(np.argmax(spectrum[top::-1] < half))
    over = [(spectrum[i] - half) / (spectrum[i] - spectrum[j])
            for i, j in ((right - 1, right), (left + 1, left))]  # fmt: skip
    return float((right - left - 2 + sum(over)) / (spectrum.size * dwell_s))


def narrowest(session: SimulatedSession, field: Field, hz: float) -> float:
    """Gaussian width that makes the line narrower by `hz` than `field.gauss_hz`."""
    dwell_s, t = field.plan.dwell_time_s, session.time_s
    wide = width_hz(session.lines[0] * gauss(t, field.gauss_hz), dwell_s)
    low, high = 0.0, field.gauss_hz
    for _ in range(30):
        middle = (low + high) / 2
        now = width_hz(session.lines[0] * gauss(t, middle), dwell_s)
        low, high = (middle, high) if now < wide - hz else (low, middle)
    return low


def bodies(name: str, seed: int, how: str, hz: float) -> Iterator[Body]:
    """A subject's session."""
    field = FIELDS[name]
    scenario = scenario_of(field, seed)
    session = session_of(scenario, fids_of(name))
    times_s = session.schedule.time_s
    course = bold(times_s)
    lines = np.repeat(session.lines, len(times_s), axis=0)
    wider = session.conditions.width_hz
    square = field.gauss_hz**2
    change = square - narrowest(session, field, hz) ** 2 if how == "gauss" else 0.0
    left = np.sqrt(np.clip(square - change * course, 0.0, None))
    lines = lines * gauss(session.time_s, left[:, None])
    if how == "lorentz":
        wider = wider - hz * course
    narrow = replace(session, conditions=replace(session.conditions, width_hz=wider))
    yield Start(acquisition_of(scenario), "virtual scanner", field.protocol)
    for count, time_s in enumerate(times_s):
        if time_s - times_s[0] >= BLOCK_S > times_s[count - 1] - times_s[0]:
            yield Event(float(time_s) - 0.5, "infusion_start", "", "test")
        yield transient(replace(narrow, lines=lines[count : count + 1]), count)
    yield End(len(times_s), "complete")


def course_of(name: str, known: bool, seed: int, how: str, hz: float):
    """Changes by block, (kinds, blocks, outcomes), percent; nan without any."""
    field = FIELDS[name]
    length = round(BLOCK_S / field.plan.repetition_time_s)
    settings = replace(
        read_protocol(field.protocol), window=length, step=length,
        expect_repetition_time_s=field.plan.repetition_time_s,
    )  # fmt: skip
    pipeline = Pipeline(settings, basis_of(name, known))
    pipeline.live = False
    for message in number(bodies(name, seed, how, hz)):
        update = pipeline.push(message)
    weights = pipeline.course.weights.reshape(BLOCKS, length).mean(axis=1)
    if pipeline.course.reference is None or weights.min() < weights.max() / 2:
        return np.full((len(KINDS), BLOCKS, len(OUTCOMES)), np.nan)
    windows = [[e.changes_percent[o] for o in OUTCOMES] for e in update.course]
    found = [np.array(windows)]
    for points in (update.tracks, pipeline.ways.tracking.smoothed()):
        rows = np.array([[p.filtered.get(o, np.nan) for o in OUTCOMES] for p in points])
        found.append(rows.reshape(BLOCKS, length, -1).mean(axis=1))
    return np.stack(found)


def contrast(found: np.ndarray) -> np.ndarray:
    """Tasks minus rests, (kinds, outcomes)."""
    return found[:, 1::2].mean(axis=1) - found[:, ::2].mean(axis=1)


def biases(name: str, known: bool, how: str, hz: float, seeds: range):
    """What narrowing does, and what is there without it, (seeds, kinds, outcomes)."""
    quiet = [contrast(course_of(name, known, s, how, 0.0)) for s in seeds]
    narrow = [contrast(course_of(name, known, s, how, hz)) for s in seeds]
    bias, found = np.array(narrow) - np.array(quiet), np.array(quiet)
    counted = np.isfinite(bias).all(axis=(1, 2))
    return bias[counted], found[counted]


def table(name: str, known: bool, how: str, hz: float, seeds: range) -> str:
    """Rows of the table, in Markdown."""
    bias, quiet = biases(name, known, how, hz, seeds)
    n = len(bias)
    rows = []
    for k, kind in enumerate(KINDS):
        cells = [
            f"{bias[:, k, o].mean():+.2f} ({bias[:, k, o].std(ddof=1) / n**0.5:.2f}; "
            f"{quiet[:, k, o].std(ddof=1):.1f})"
            for o in range(len(OUTCOMES))
        ]
        told = "known" if known else "unknown"
        rows.append(f"| {name} | {told} | {how} {hz:g} | {n} | {kind} | "
                    + " | ".join(cells) + " |")  # fmt: skip
    return "\n".join(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("field", choices=FIELDS)
    parser.add_argument("mm", choices=("known", "unknown"))
    parser.add_argument("how", choices=("lorentz", "gauss"))
    parser.add_argument("hz", type=float)
    parser.add_argument("first", type=int)
    parser.add_argument("stop", type=int)
    asked = parser.parse_args()
    seeds = range(asked.first, asked.stop)
    print(table(asked.field, asked.mm == "known", asked.how, asked.hz, seeds))
