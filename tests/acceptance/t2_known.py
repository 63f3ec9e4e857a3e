"""Levels over known macromolecules in brains whose T2 are not those of the table.

    python tests/acceptance/t2_known.py [COUNT [SEED [AVERAGES [SETS]]]]

prints a table of `fit_accuracy.md`: spectra of the family "scanner" (`fit_sets`), whose
metabolites have the T2 that simulator and fit share, or T2 that scatter by 10 or 20 %
about it, independently of each other.  Six outcomes in each cell.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import fit_sets
import numpy as np
from t2_prior import scattered

from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit.first_fit import cold_fit
from monitor.analysis.fit.freedom import usual
from monitor.analysis.fit.unexplained_residual import left_over

OUTCOMES = ("Glu/tCr", "Glx/tCr", "Glx/tNAA", "tNAA/tCr", "tCho/tCr", "mI/tCr")
SCATTERS = (0.0, 0.1, 0.2)
SETS = ("press_3t_te30", "slaser_7t_te34")


@dataclass(frozen=True)
class Found:
    """Relative errors and stated SDs, (spectra, outcomes)."""

    error: np.ndarray
    stated: np.ndarray

    @property
    def coverage(self) -> np.ndarray:
        """Percent of 95 % intervals that hold the truth, (outcomes,)."""
        return 100 * np.mean(np.abs(self.error) < 1.96 * self.stated, axis=0)

    @property
    def rmse(self) -> np.ndarray:
        """Percent, (outcomes,)."""
        return 100 * np.sqrt(np.mean(self.error**2, axis=0))


def run(
    name: str, averages: int, count: int, seed: int, scatter: float,
    family: str = "scanner",
) -> Found:  # fmt: skip
    """Fit `count` spectra of a set."""
    model = fit_sets.model(name, family)
    freedom = usual(model, fit_sets.SETS[name].sequence.echo_time_s)
    o, errors, stated = outcomes_of(model.names).subset(OUTCOMES), [], []
    for i in range(count):
        with scattered(scatter, np.random.default_rng([seed, i, 99])):
            case = fit_sets.case(name, family, averages, 1000 * seed + i)
        fit, problem = cold_fit(model, model.in_band(case.fid), case.noise_sd, freedom)
        c = np.zeros(len(model.names))
        c[: case.concentrations.size] = case.concentrations
        truth = o.values(c)
        whole = fit.covariance * max(fit.misfit, 1.0) + left_over(fit, problem)
        errors.append(o.values(fit.amplitudes) / truth - 1)
        stated.append(o.sds(fit.amplitudes, whole) / truth)
    return Found(np.array(errors), np.array(stated))


def row(name: str, averages: int, scatter: float, found: Found) -> str:
    """One line of the table."""
    sd = 100 * np.sqrt(np.mean(found.stated**2, axis=0))
    figures = (100 * found.error.mean(axis=0), "+.1f"), (found.rmse, ".1f"), (sd, ".1f")
    cells = [" ".join(format(v, form) for v in values) for values, form in figures]
    covered = " ".join(f"{v:.0f}" for v in found.coverage)
    told = " | ".join((*cells, covered))
    return f"| {name} | {averages} | {100 * scatter:.0f} % | {told} |"


def main(count: int, seed: int, averages: int, sets: str) -> None:
    """Print the table."""
    print("| set | averages | T2 scatter by | bias % | RMSE % | SD % | coverage % |")
    print(7 * "|---" + "|")
    for name in sets.split(","):
        for scatter in SCATTERS:
            found = run(name, averages, count, seed, scatter)
            print(row(name, averages, scatter, found), flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    numbers = [int(text) for text in given[:3]]
    count, seed, averages = (*numbers, *(24, 411, 1024)[len(numbers) :])
    main(count, seed, averages, ",".join(given[3:] or SETS))
