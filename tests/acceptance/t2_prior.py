"""Levels over unmeasured macromolecules where nobody's T2 are those of the table.

    MRS_MONITOR_DATA=FOLDER python tests/acceptance/t2_prior.py [COUNT] [SEED] [SCATTER]

prints a table of `mm_accuracy.md`: the family "human" at 3 T (PRESS, sLASER), whose
metabolites get T2 that scatter by SCATTER (0.1: as published means of one metabolite
do; independently of each other) about those that simulator and fit share, fitted with
the prior of T2's part as it is, and with the one that in-vivo T2 alone would ask for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import mm_accuracy
import mm_sets
import numpy as np

from monitor.analysis.fit import unmeasured_mm
from monitor.analysis.fit.freedom import FREE
from monitor.analysis.fit.model import RELAXATION
from monitor.analysis.fit.unmeasured_mm import fit_mean
from streams.simulator.relaxation import T1_T2_S

SETS = ("press_3t_te30", "slaser_3t_te30")
OF_BRAINS = (1.0, 0.3)


@contextmanager
def scattered(scatter: float, rng: np.random.Generator) -> Iterator[None]:
    """Let T2 of the simulator be others; Cr and PCr share theirs."""
    held = dict(T1_T2_S)
    for name, (t1_s, t2_s) in held.items():
        T1_T2_S[name] = t1_s, t2_s * float(np.exp(scatter * rng.normal()))
    T1_T2_S["PCr"] = T1_T2_S["Cr"]
    try:
        yield
    finally:
        T1_T2_S.update(held)


@contextmanager
def prior(mean: float, sd: float) -> Iterator[None]:
    """Let T2's part have another prior."""
    held = unmeasured_mm.RELAXATION_MEAN, unmeasured_mm.RELAXATION_SD
    unmeasured_mm.RELAXATION_MEAN, unmeasured_mm.RELAXATION_SD = mean, sd
    try:
        yield
    finally:
        unmeasured_mm.RELAXATION_MEAN, unmeasured_mm.RELAXATION_SD = held


def row(name: str, count: int, seed: int, scatter: float, of_a: tuple[float, float]):
    """One set with one prior, as a row of the table."""
    rows, parts = [], []
    for i in range(count):
        with scattered(scatter, np.random.default_rng([seed, i, 99])):
            case, model = mm_sets.case(
                name, "human", mm_accuracy.AVERAGES, 1000 * seed + i
            )
        with prior(*of_a):
            found = fit_mean(model, model.in_band(case.fid), case.noise_sd, FREE)
        rows.append(mm_accuracy._row(found, case.concentrations))
        parts.append((found.fit.theta[RELAXATION], found.fit.theta_sd[RELAXATION]))
    found = mm_accuracy.Found(*(np.array(c) for c in zip(*rows, strict=True)))
    rms = lambda x: np.sqrt(np.mean(x**2, axis=0))  # noqa: E731
    figures = found.error.mean(axis=0), rms(found.error), rms(found.stated)
    cells = [" ".join(f"{v:.1f}" for v in 100 * each) for each in figures]
    covered = " ".join(f"{v:.0f}" for v in found.coverage)
    a, sd = np.mean(parts, axis=0)
    return (
        f"| {name} | {of_a[0]:g} ± {of_a[1]:g} | {' | '.join(cells)} | {covered} "
        f"| {a:.2f} ± {sd:.2f} |"
    )


def main(count: int, seed: int, scatter: float) -> None:
    """Print the table."""
    print("| set | prior of a | bias % | RMSE % | SD % | coverage % | a |")
    print(7 * "|---" + "|")
    as_it_is = unmeasured_mm.RELAXATION_MEAN, unmeasured_mm.RELAXATION_SD
    for name in SETS:
        for of_a in (as_it_is, OF_BRAINS):
            print(row(name, count, seed, scatter, of_a), flush=True)


if __name__ == "__main__":
    given = [float(a) for a in sys.argv[1:]]
    count, seed, scatter = (*given, *(16, 312, 0.1)[len(given) :])
    main(int(count), int(seed), scatter)
