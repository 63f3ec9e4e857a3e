"""Sessions in which one belief that simulator and fit share does not hold.

`fit_robustness.py beliefs` prints the table of `fit_robustness.md`.

A session of the virtual scanner (PRESS TE 30, 3 T) has 128 transients before the
infusion and 128 in it, SNR 14 each: levels are known as in ten minutes at 10.  Of each
pair one has Glu +10 % within a minute and one no change.  BASIS: `known` has the
macromolecules, `prior` has none.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import change_sessions
import numpy as np
from broken_beliefs import BELIEFS, Broken

from monitor.analysis.course.outcomes import outcomes_of
from monitor.basis.files import write_basis
from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all
from monitor.run.remarks import remarks
from monitor.run.session_run import SessionRun
from streams.messages.transient import Body, Kind, Transient, number
from streams.simulator.courses import Saturating
from streams.simulator.scanner import metabolite_fid, metabolite_fids, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.session import session_of
from streams.spins import Sequence, simulate

EACH, FRAMES, SNR, TR_S = 128, 6, 14.0, 2.0
START_S = (FRAMES + EACH) * TR_S
LEVELS = ("Glx/tNAA", "Glu/tCr", "tNAA/tCr", "mI/tCr")
CHANGES = ("Glx/tNAA", "Glu/tCr")
SAID = ("level", "components", "signal", "agreement", "series", "change")
"""Kinds of notes that say that something is not as believed."""


@dataclass(frozen=True)
class Found:
    """One session.

    Attributes
    ----------
    level : errors and SDs, percent, (2, levels); nan where there is no fit
    change : errors and SDs of the tracked change at the end, (2, changes); nan where
        none is told
    misfit : of the mean of the reference period
    told : kinds of what is said of it
    """

    level: np.ndarray
    change: np.ndarray
    misfit: float
    told: frozenset[str]


def scenario_of(seed: int, change: bool) -> Scenario:
    """A session of its own concentrations, line, drift and background."""
    base = change_sessions.scenario_of("plateau", 9000 + seed)
    courses = {"Glu": Saturating(10.0, 30.0)} if change else {}
    events = tuple(
        replace(e, time_s=START_S - 1 if e.kind == "infusion_start" else 4 * START_S)
        for e in base.events
    )
    series = (replace(base.series[0], transients=2 * EACH),)
    plan = replace(base.acquisition, snr=SNR)
    return replace(
        base, series=series, courses=courses, acquisition=plan, events=events
    )


@lru_cache(maxsize=1)
def _fids() -> dict[str, np.ndarray]:
    return metabolite_fids(scenario_of(0, False))


def simulated_ch2() -> dict[str, np.ndarray]:
    """What is missing of creatine's CH2, as a bundled basis set has it."""
    plan = scenario_of(0, False).acquisition
    sequence = Sequence(plan.sequence.lower(), plan.echo_time_s)
    grid = plan.spectrometer_frequency_mhz, plan.dwell_time_s, plan.points
    return simulate(("-CrCH2",), sequence, *grid)


@lru_cache(maxsize=2)
def basis_of(which: str) -> str:
    """Path of the site's basis set, with measured macromolecules or without."""
    whole = change_sessions.basis_of("plateau")
    others = _fids() | simulated_ch2()
    names = ("Gly", "-CrCH2", *whole.names)
    fids = np.concatenate([[others["Gly"], others["-CrCH2"]], whole.fids])
    if which == "prior":
        names, fids = names[:-1], fids[:-1]
    path = Path(tempfile.mkdtemp()) / "site.npz"
    write_basis(replace(whole, names=names, fids=fids), path)
    return str(path)


def bodies(broken: Broken, seed: int) -> Iterator[Body]:
    """What comes of a session."""
    session = broken.session
    for body in scan_session(session):
        if not (isinstance(body, Transient) and body.kind == Kind.METABOLITE):
            yield body
            continue
        own = np.random.default_rng([seed, body.count, 5])
        noise = own.normal(size=(2, session.time_s.size)) * session.sigma
        fid = broken.signal(metabolite_fid(session, body.count), own)
        fid = fid + broken.noise(noise[0] + 1j * noise[1], own)
        yield Transient(
            body.count, body.time_s, body.kind, fid.astype(np.complex64)[None]
        )


def one(belief: str, seed: int, change: bool, which: str) -> Found:
    """A session with a belief broken, through the whole chain."""
    scenario = scenario_of(seed, change)
    rng = np.random.default_rng([seed, change, 31])
    broken = BELIEFS[belief](session_of(scenario, _fids()), rng)
    wishes = Wishes(basis=basis_of(which), changes={"window": 32, "step": 32})
    run = SessionRun(wishes, live=False)
    push_all(run, number(bodies(broken, 2 * seed + change)))
    _, result = run.finish()
    model = result.course.sessions[0]
    o = outcomes_of(model.fit.names).subset(LEVELS)
    c = dict(zip(broken.session.names, broken.session.amplitude, strict=True))
    true = o.values(np.array([c.get(n, 0.0) for n in model.fit.names]))
    sds = o.sds(model.fit.amplitudes, model.level_covariance)
    level = np.stack([o.values(model.fit.amplitudes) / true - 1, sds / true])
    if not model.found:
        level = np.full_like(level, np.nan)
    moved = np.full((2, len(CHANGES)), np.nan)
    if result.tracks:
        last = result.tracks[-1]
        end = change_sessions.truth_of(scenario, np.array([last.time_s]))[0]
        rise = dict(zip(change_sessions.OUTCOMES, end, strict=True))
        for k, name in enumerate(CHANGES):
            if name in last.filtered:
                moved[:, k] = last.filtered[name] - rise[name], last.filtered_sd[name]
    told = {str(n.kind) for n in (*result.notes, *remarks(result))}
    return Found(100 * level, moved, model.fit.misfit, frozenset(told & set(SAID)))


def row(name: str, found: list[Found]) -> str:
    """A line of the table: of pairs, without a change and with one in turn."""
    levels = np.array([f.level for f in found])
    levels = levels[np.isfinite(levels).all(axis=(1, 2))]
    error, sd = levels[:, 0], levels[:, 1]
    stated = np.sqrt(np.mean(sd**2, axis=0))
    held = 100 * np.mean(np.abs(error) < 1.96 * sd, axis=0)
    bias = error.mean(axis=0)
    cells = [
        f"{b:+.1f} ({b / s:+.1f}) {h:.0f}"
        for b, s, h in zip(bias, stated, held, strict=True)
    ]
    for part in (found[::2], found[1::2]):
        changes = np.array([f.change for f in part])
        off, own = changes[:, 0], changes[:, 1]
        cells.append("; ".join(map(_change, off.T, own.T)))
    told = 100 * np.mean([bool(f.told) for f in found])
    misfit = np.median([f.misfit for f in found])
    lost = len(found) - len(levels)
    name += f" ({lost} without a fit)" if lost else ""
    return f"| {name} | {' | '.join(cells)} | {misfit:.1f} | {told:.0f} |"


def _change(error: np.ndarray, sd: np.ndarray) -> str:
    """Mean error, stated SD and percent held, of the sessions that tell a change."""
    told = np.isfinite(sd)
    error, sd = error[told], sd[told]
    held = 100 * np.mean(np.abs(error) < 1.96 * sd)
    of = "" if told.all() else f" ({told.sum()} of {told.size})"
    return f"{error.mean():+.1f} ± {np.sqrt(np.mean(sd**2)):.1f} {held:.0f}{of}"


HEADER = (
    "| belief broken | Glx/tNAA | Glu/tCr | tNAA/tCr | mI/tCr | no change | Glu +10 % "
    "| misfit | told % |\n" + 9 * "|---" + "|"
)


def run(pairs: int, seed: int, which: str, names: tuple[str, ...]) -> Iterator[str]:
    """The table, line by line."""
    yield HEADER
    for name in names or tuple(BELIEFS):
        seeds = range(seed, seed + pairs)
        yield row(name, [one(name, s, c, which) for s in seeds for c in (False, True)])
