"""Levels over macromolecules that nobody measured: bias, RMSE, stated SD and coverage.

    MRS_MONITOR_DATA=FOLDER python tests/acceptance/mm_accuracy.py [SPECTRA] [SEED]

prints the table that is committed as `mm_accuracy.md`: the families of `mm_sets`, four
sequences at 3 and 7 T, 64 averages; beside the fit with the prior the one that was
before it (five lines, `cold.STAND_IN`) on the same spectra.  Without the data folder
the family "human" is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import fit_sets
import mm_sets
import numpy as np

from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit.freedom import FREE, STAND_IN
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.unmeasured_mm import MeanFit, fit_mean
from monitor.analysis.signal.spectrum import Complex

OUTCOMES = ("Glu/tCr", "Glx/tCr", "Glx/tNAA", "tNAA/tCr")
AVERAGES = 64
Fitter = Callable[[str, Model, Complex, float], MeanFit]


@dataclass(frozen=True)
class Found:
    """Fits of one set, relative to the truth, (spectra, outcomes).

    `share` is the part of the variance that comes from macromolecules.
    """

    error: np.ndarray
    stated: np.ndarray
    share: np.ndarray
    misfit: np.ndarray
    converged: np.ndarray

    @property
    def coverage(self) -> np.ndarray:
        """Percent of 95 % intervals that hold the truth, (outcomes,)."""
        return 100 * np.mean(np.abs(self.error) < 1.96 * self.stated, axis=0)


def by_prior(name: str, model: Model, spectrum: Complex, noise_sd: float) -> MeanFit:
    """The fit as it is."""
    return fit_mean(model, spectrum, noise_sd, FREE)


def by_lines(name: str, model: Model, spectrum: Complex, noise_sd: float) -> MeanFit:
    """The fit with five lines as they stand."""
    return fit_mean(fit_sets.model(name, "foreign"), spectrum, noise_sd, STAND_IN)


def run(
    name: str, family: str, count: int, seed: int = 1, fitter: Fitter = by_prior
) -> Found:
    """Fit `count` spectra of a set."""
    rows = []
    for i in range(count):
        case, model = mm_sets.case(name, family, AVERAGES, 1000 * seed + i)
        found = fitter(name, model, model.in_band(case.fid), case.noise_sd)
        rows.append(_row(found, case.concentrations))
    return Found(*(np.array(column) for column in zip(*rows, strict=True)))


def _row(found: MeanFit, concentrations: np.ndarray):
    """Error, stated SD, share, misfit and whether it converged."""
    fit, doubt = found.fit, found.doubt
    o = outcomes_of(fit.names).subset(OUTCOMES)
    c = np.zeros(len(fit.names))
    c[: concentrations.size] = concentrations
    truth, scale = o.values(c), max(fit.misfit, 1.0)
    sd = o.sds(fit.amplitudes, scale * fit.covariance + found.left_over)
    share = (o.sds(fit.amplitudes, scale * doubt) / sd) ** 2
    error = o.values(fit.amplitudes) / truth - 1
    return error, sd / truth, share, fit.misfit, fit.converged


def line(name: str, family: str, found: Found, before: Found) -> str:
    """Row of the table: four outcomes in each column."""
    rms = lambda x: np.sqrt(np.mean(x**2, axis=0))  # noqa: E731
    bias, sd = found.error.mean(axis=0), rms(found.stated)
    cells = (
        _percent(bias, "+.1f"), _row_of(np.abs(bias) / sd, ".1f"),
        _percent(rms(found.error), ".1f"), _percent(sd, ".1f"),
        _row_of(found.coverage, ".0f"), f"{found.coverage.mean():.0f}",
        _percent(found.share.mean(axis=0), ".0f"), f"{np.median(found.misfit):.2f}",
        _percent(rms(before.error), ".1f"), f"{before.coverage.mean():.0f}",
    )  # fmt: skip
    return f"| {name} | {family} | " + " | ".join(cells) + " |"


def _percent(values: np.ndarray, form: str) -> str:
    return _row_of(100 * values, form)


def _row_of(values: np.ndarray, form: str) -> str:
    return " ".join(format(v, form) for v in values)


HEADER = (
    "| set | family | bias % | bias/SD | RMSE % | SD % | coverage % | mean | from MM % "
    "| misfit | RMSE % before | coverage before |\n" + 12 * "|---" + "|"
)


def main(count: int, seed: int) -> None:
    """Print the table."""
    print(f"Four outcomes in each cell: {', '.join(OUTCOMES)}.\n\n{HEADER}")
    for family in mm_sets.FAMILIES:
        if family == "human" and mm_sets.folder() is None:
            continue
        for name in mm_sets.SETS:
            found = run(name, family, count, seed)
            before = run(name, family, count, seed, by_lines)
            print(line(name, family, found, before), flush=True)


if __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:]]
    main(given[0] if given else 24, given[1] if len(given) > 1 else 1)
