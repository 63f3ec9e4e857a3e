"""Sessions of the virtual scanner for issue 5, through the whole chain.

One coil, 1024 points, NAA SNR 10, TR 2 s, 500 transients, with everything that the
scenario of that name has (motion, lipid, water, breathing, drift, humps).
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from monitor.analysis.course.outcomes import CHANGING
from monitor.analysis.fit.fitted_windows import fit_averages
from monitor.analysis.fit.window import Average, Window
from monitor.analysis.pipeline import Pipeline
from monitor.basis.files import load_basis
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import number
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario
from streams.simulator.signal_artefacts import PhaseCycle
from streams.simulator.truth import truth_rows

TRANSIENTS, SEED = 500, 5_000_000
CYCLE = PhaseCycle(4, 0.5, 0.09, 0.02, 3.6, 90.0)


def scenario_of(name: str, seed: int, **changes: object) -> Scenario:
    """A bundled scenario, shortened, of one coil, with another seed."""
    base = read_scenario(name)
    series = replace(
        base.series[0], transients=TRANSIENTS, water_frames=0, noise_frames=0
    )
    plan = replace(base.acquisition, coils=1)
    events = tuple(
        replace(e, time_s=600.0 if e.kind == "infusion_start" else 2 * TRANSIENTS + 9.0)
        for e in base.events
        if e.kind.startswith("infusion")
    )
    changed = replace(
        base, seed=SEED + seed, series=(series,), events=events, acquisition=plan,
        coils=None, coil_failure=None, transport=None, saturation=None,
    )  # fmt: skip
    return replace(changed, **changes)


@lru_cache(maxsize=2)
def _fids(name: str):
    return metabolite_fids(scenario_of(name, 0))


@dataclass(frozen=True)
class Run:
    """A session after its end message, and its truth by column."""

    pipeline: Pipeline
    truth: dict[str, np.ndarray]
    course: tuple

    @property
    def weights(self) -> np.ndarray:
        return np.array([q.weight for q in self.pipeline.course.qualities])

    @property
    def errors(self) -> np.ndarray:
        """Errors (transients, 2) of shift, Hz, and phase, rad, about their medians."""
        q = self.pipeline.course.qualities
        off = np.array([x.shift_hz for x in q]) - self.truth["shift_hz"]
        turn = np.array([x.phase_rad for x in q]) - np.radians(self.truth["phase_deg"])
        turn = np.angle(np.exp(1j * (turn - turn[40])))
        both = np.column_stack([off, turn])
        return both - np.median(both, axis=0)


def run(name: str, scenario: Scenario, step: int = 32) -> Run:
    """A session through the pipeline."""
    settings = replace(read_protocol("press_3t_te30"), window=32, step=step)
    pipeline = Pipeline(settings, load_basis(settings.basis))
    pipeline.live = False
    session = prepare(scenario, _fids(name))
    course = ()
    for message in number(scan_session(session)):
        update = pipeline.push(message)
        course = update.course if update.course is not None else course
    rows = [row for row in truth_rows(session) if row["kind"] == "metabolite"]
    truth = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    return Run(pipeline, truth, course)


def moved_by(run: Run) -> np.ndarray:
    """How far each corrupted transient moves an estimate, in SDs of the estimate.

    The window of 32 around it is fitted (warm, as in the session) with it at full
    weight and without it, other corrupted ones left out.  The largest move of all
    outcomes whose change is reported counts.
    """
    course = run.pipeline.course
    bad = np.flatnonzero(run.truth["corrupted"])
    clean = run.truth["corrupted"] < 1
    session = course.sessions[0]
    averages = []
    for i in bad:
        first = int(np.clip(i - 16, 0, len(clean) - 32))
        use = clean[first : first + 32].astype(float)
        for weight in (1.0, 0.0):
            use[i - first] = weight
            noise = np.sqrt(np.sum(use**2)) / use.sum()
            averages.append(
                Average(Window(first, first + 32), use / use.sum(), noise, noise**-2)
            )
    fits = fit_averages(session, course.fids, averages)
    c = np.stack([f.amplitudes for f in fits])
    own = np.stack([f.covariance for f in fits])
    outcomes = course.outcomes.subset(CHANGING)
    values, sds = outcomes.values(c), outcomes.sds(c, own)
    return np.max(np.abs(values[::2] - values[1::2]) / sds[1::2], axis=1)
