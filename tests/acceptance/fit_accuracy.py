"""Bias, RMSE, stated SD and coverage of the cold fit against the Cramer-Rao bound.

    python tests/acceptance/fit_accuracy.py [SPECTRA] [--seed N]

prints the table that is committed as `fit_accuracy.md`.  The bound is that of an
unbiased estimate that knows the true shape of every line: amplitudes of all metabolites
and macromolecules, phase, shift, Lorentzian and Gaussian width, and a complex baseline
of third order, 0.2-4.2 ppm.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise

import fit_sets
import numpy as np
from t2_prior import scattered

from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit.first_fit import cold_fit
from monitor.analysis.fit.freedom import Freedom, usual
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.slopes_of_fit import slopes_of
from monitor.analysis.fit.t2_doubt import with_t2_doubt
from monitor.analysis.fit.unexplained_residual import left_over

OUTCOMES = ("Glu/tCr", "Glx/tCr", "Glx/tNAA", "tNAA/tCr")


@dataclass(frozen=True)
class Found:
    """Fits of one set: relative to the truth, (spectra, outcomes).

    `ratio` is the true Glu/tCr of each spectrum.
    """

    error: np.ndarray
    stated: np.ndarray
    bound: np.ndarray
    ratio: np.ndarray
    misfit: np.ndarray
    stiffness: np.ndarray
    converged: np.ndarray

    @property
    def coverage(self) -> np.ndarray:
        """Percent of 95 % intervals that hold the truth, (outcomes,)."""
        return 100 * np.mean(np.abs(self.error) < 1.96 * self.stated, axis=0)

    @property
    def rmse(self) -> np.ndarray:
        """Percent, (outcomes,)."""
        return 100 * np.sqrt(np.mean(self.error**2, axis=0))


def bound(
    model: Model, case: fit_sets.Case, outcomes: tuple[str, ...] = OUTCOMES
) -> np.ndarray:
    """Cramer-Rao bound of each outcome, (outcomes,)."""
    others = len(case.columns) - len(fit_sets.USUAL)
    names = (*fit_sets.USUAL, *(f"MM{i}" for i in range(others)))
    t, total = model.t, case.amplitudes @ case.columns
    moving = np.stack(
        [1j * total, -2j * np.pi * t * total, -np.pi * t * total, -(t**2) * total]
    )
    rows = model.in_band(np.concatenate([case.columns, moving]))
    x = model.x / 2.0
    polynomial = np.stack([x**0, x, x**2, x**3]).astype(complex)
    polynomial *= np.abs(rows).max()
    rows = np.concatenate([rows, polynomial, 1j * polynomial])
    G = np.concatenate([rows.real, rows.imag], axis=1) / case.noise_sd
    scale = np.linalg.norm(G, axis=1)
    G /= scale[:, None]
    covariance = np.linalg.pinv(G @ G.T, rcond=1e-13) / np.outer(scale, scale)
    M = len(case.columns)
    o = outcomes_of(names).subset(outcomes)
    return o.sds(case.amplitudes, covariance[:M, :M]) / o.values(case.amplitudes)


def run(name: str, family: str, averages: int, count: int, seed: int = 1,
        freedom: Freedom | None = None, scatter: float = 0.0,
        outcomes: tuple[str, ...] = OUTCOMES) -> Found:  # fmt: skip
    """Fit `count` spectra of a set, of brains whose T2 scatter by as much."""
    model = fit_sets.model(name, family)
    freedom = freedom or usual(model, fit_sets.SETS[name].sequence.echo_time_s)
    o = outcomes_of(model.names).subset(outcomes)
    rows = []
    for i in range(count):
        with scattered(scatter, np.random.default_rng([seed, i, 99])):
            case = fit_sets.case(name, family, averages, 1000 * seed + i)
        fit, problem = cold_fit(model, model.in_band(case.fid), case.noise_sd, freedom)
        c = np.zeros(len(model.names))
        c[: case.concentrations.size] = case.concentrations
        truth = o.values(c)
        slopes = slopes_of(fit, problem)
        told = with_t2_doubt(fit, problem, slopes).covariance * max(fit.misfit, 1.0)
        whole = told + left_over(fit, problem, slopes)
        sd = o.sds(fit.amplitudes, whole)
        error = o.values(fit.amplitudes) / truth - 1
        rows.append(
            (error, sd / truth, bound(model, case, outcomes), truth[0], fit.misfit,
             problem.stiffness, fit.converged)
        )  # fmt: skip
    return Found(*(np.array(column) for column in zip(*rows, strict=True)))


def lines(name: str, family: str, averages: int, found: Found) -> list[str]:
    """Rows of the table."""
    made = []
    for k, outcome in enumerate(OUTCOMES):
        e = found.error[:, k]
        rmse = np.sqrt(np.mean(e**2))
        b = np.sqrt(np.mean(found.bound[:, k] ** 2))
        stated = np.sqrt(np.mean(found.stated[:, k] ** 2))
        made.append(
            f"| {name} | {family} | {averages} | {outcome} | {100 * e.mean():+.2f} | "
            f"{100 * e.std():.2f} | {100 * rmse:.2f} | {100 * b:.2f} | "
            f"{rmse / b:.2f} | {100 * stated:.2f} | {found.coverage[k]:.0f} |"
        )
    return made


HEADER = (
    "| set | family | av. | outcome | bias % | SD % | RMSE % | bound % | RMSE/bound | "
    "stated % | coverage % |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def against_prior(found: Found) -> str:
    """Bias of Glu/tCr against its true value."""
    edges = np.linspace(0.7, 1.6, 4)
    parts = []
    for low, high in pairwise(edges):
        part = (found.ratio >= low) & (found.ratio < high)
        if part.any():
            parts.append(
                f"{low:.1f}-{high:.1f}: {100 * found.error[part, 0].mean():+.2f}"
            )
    return "; ".join(parts)


def main(
    count: int,
    seed: int,
    freedom: Freedom | None = None,
    averages: tuple[int, ...] = (64, 32),
    families: tuple[str, ...] = ("own", "skewed", "scanner", "foreign"),
    names: tuple[str, ...] = tuple(fit_sets.SETS),
) -> None:
    """Print the table."""
    print(HEADER)
    notes = []
    for family in families:
        for name in names:
            for n in averages:
                found = run(name, family, n, count, seed, freedom)
                print("\n".join(lines(name, family, n, found)), flush=True)
                notes.append(
                    f"* {name}, {family}, {n}: bias of Glu/tCr (%) by its true value "
                    f"{against_prior(found)}; misfit {np.median(found.misfit):.2f}, "
                    f"stiffness {np.median(found.stiffness):.3g}, "
                    f"converged {100 * found.converged.mean():.1f} %"
                )
    print("\n" + "\n".join(notes))


if __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:] if a.isdigit()]
    main(given[0] if given else 50, given[1] if len(given) > 1 else 1)
