"""Levels of a session that measures its macromolecules for three minutes.

    python tests/acceptance/mm_block.py [--n SESSIONS] [--seed SEED] [--first FIRST]
                                        [--keep FILE]

prints a table, of the sessions that the file holds too (`kept`).  Each session of the
virtual scanner (`infusion`, its artefacts, another seed) nulls its metabolites for 90
transients (TI 0.67 s, TR 2 s, the T1 of its own macromolecules) and then measures
metabolites.  It is analysed by the metabolites of the virtual site's basis set (a) with
the true macromolecules in it, (b) with what the block gives, (c) with neither.  What is
compared is the error of every independent window's levels.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from kept import kept
from threadpoolctl import threadpool_limits

from monitor.basis.files import load_basis, write_basis
from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.messages.transient import number
from streams.simulator.background import macromolecules
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario
from streams.simulator.truth import truth_summary

OUTCOMES = ("Glu/tCr", "Glx/tCr", "Glx/tNAA", "tNAA/tCr")
NULLED, TI_S = 90, 0.67
WAYS = ("true", "block", "prior")
WITHIN = 1.5
"""Times the RMSE with the true macromolecules that a block's may be."""


def scenario_of(seed: int, transients: int, block: bool) -> Scenario:
    """A session without an infusion, its macromolecules measured first or not."""
    base = read_scenario("infusion").without("narrowing")
    usual = replace(base.series[0], transients=transients)
    nulled = replace(usual, noise_frames=0, transients=NULLED, inversion_time_s=TI_S)
    series = (nulled, replace(usual, shift_hz=None)) if block else (usual,)
    motion = replace(base.motion, bursts=())
    return replace(
        base, seed=base.seed + 7919 * seed, series=series, events=(), courses={},
        motion=motion,
    )  # fmt: skip


@cache
def fids():
    return metabolite_fids(read_scenario("infusion"))


def write_basis_sets(folder: Path) -> dict[str, Path]:
    """Metabolites alone, and with the macromolecules that are simulated."""
    own = load_basis("virtual_press_3t_te30")
    bare, t = own.without(["MM"]), np.arange(own.points) * own.dwell_time_s
    fid = macromolecules(t, own.spectrometer_frequency_mhz, 0.03)
    true = bare.extended(("MM",), (fid / abs(fid[0]))[None])
    paths = {"true": folder / "true.npz", "bare": folder / "bare.npz"}
    write_basis(true, paths["true"])
    write_basis(bare, paths["bare"])
    return paths


def analysed(scenario: Scenario, basis: Path) -> Result:
    wishes = Wishes("virtual_press_3t_te30", str(basis))
    run = SessionRun(wishes, live=False)
    push_all(run, number(scan_session(prepare(scenario, fids()))))
    return run.finish()[1]


@dataclass(frozen=True)
class Errors:
    """Relative errors of windows and the SDs that they state, (windows, outcomes)."""

    error: np.ndarray
    stated: np.ndarray

    @property
    def rmse(self) -> np.ndarray:
        """Percent, (outcomes,)."""
        return 100 * np.sqrt(np.mean(self.error**2, axis=0))

    @property
    def coverage(self) -> np.ndarray:
        """Percent of 95 % intervals that hold the truth, (outcomes,)."""
        return 100 * np.mean(np.abs(self.error) < 1.96 * self.stated, axis=0)


def errors_of(result: Result, truth: dict[str, float]) -> Errors:
    """Of every independent window."""
    windows = [e for e in result.estimates if e.independent]
    want = np.array([truth[name] for name in OUTCOMES])
    values = np.array([[e.values[name] for name in OUTCOMES] for e in windows])
    sds = np.array([[e.sds[name] for name in OUTCOMES] for e in windows])
    return Errors(values / want - 1, sds / want)


def session(way: str, seed: int, transients: int, paths: dict[str, Path]) -> Errors:
    """Errors of one session, analysed in one of the WAYS."""
    scenario = scenario_of(seed, transients, way == "block")
    truth = truth_summary(prepare(scenario, fids()))["ratios"]
    result = analysed(scenario, paths["true" if way == "true" else "bare"])
    if way == "block" and not result.measured_mm_used:
        print(f"seed {seed}: the block was not used", result.measured_mm)
    return errors_of(result, truth)


def sessions(
    n: int,
    seed: int,
    transients: int = 160,
    first: int = 0,
    file: Path | None = None,
) -> dict[str, Errors]:
    """Errors of all sessions by the way that they were analysed."""
    seeds = range(1000 * seed + first, 1000 * seed + first + n)
    with TemporaryDirectory() as folder, threadpool_limits(1):
        paths = write_basis_sets(Path(folder))
        return {
            way: _together(
                kept(
                    file, way, seeds, Errors,
                    lambda s, way=way: session(way, s, transients, paths),
                )
            )
            for way in WAYS
        }  # fmt: skip


def _together(errors: list[Errors]) -> Errors:
    return Errors(
        np.concatenate([one.error for one in errors]),
        np.concatenate([one.stated for one in errors]),
    )


def table(found: dict[str, Errors]) -> str:
    """Rows of the table, in Markdown; four outcomes in each cell."""
    rows = [
        "| macromolecules | bias % | RMSE % | over the true ones' | coverage % |",
        "|---|---|---|---|---|",
    ]
    for way, errors in found.items():
        over = errors.rmse / found["true"].rmse
        cells = (
            (100 * errors.error.mean(axis=0), "+.1f"), (errors.rmse, ".1f"),
            (over, ".2f"), (errors.coverage, ".0f"),
        )  # fmt: skip
        said = [" ".join(format(v, form) for v in values) for values, form in cells]
        rows.append(f"| {way} | " + " | ".join(said) + " |")
    return "\n".join(rows)


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--n", type=int, default=8)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--keep", type=Path, default=None)
    given = asked.parse_args()
    found = sessions(given.n, given.seed, first=given.first, file=given.keep)
    print(f"Four outcomes in each cell: {', '.join(OUTCOMES)}.\n\n{table(found)}")
