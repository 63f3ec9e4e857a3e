"""Ten thousand random spectra: nothing raises, nothing lies, few wrong optima.

    python tests/acceptance/fit_robustness.py [SPECTRA] [--seed N]

prints the table that is committed as `fit_robustness.md`.  SNR 2 to 200, widths 2 to 25
Hz, any phase, shifts within 0.12 ppm; one spectrum in five each without one of the main
metabolites, with lipid, with residual water, with half of its points zero.  A wrong
optimum is a cost more than one chi-square above that of the same fit started at the
truth.

    python tests/acceptance/fit_robustness.py beliefs [PAIRS [SEED [BASIS [NAMES...]]]]

prints the other: sessions in which one belief that simulator and fit share does not
hold (`belief_sessions`, `broken_beliefs`), levels and changes.  PAIRS: 12; SEED: 100;
BASIS: `known` (macromolecules) or `prior`; NAMES: all.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import belief_sessions
import fit_sets
import numpy as np

from monitor.analysis.fit.first_fit import cold_fit
from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.freedom import Freedom, active_parameters
from monitor.analysis.fit.lineshape import decay, gauss_rate
from monitor.analysis.fit.minimise import minimise
from monitor.analysis.fit.model import GAUSS, LORENTZ, PHASE, RELAXATION, SHIFT, Model
from monitor.analysis.fit.model_choice import traits_of
from monitor.analysis.fit.problem import Problem

SET = "press_3t_te30"
MAIN = ("NAA", "Cr", "PCr", "GPC", "Glu", "mI")
FREEDOM = Freedom()


@dataclass(frozen=True)
class Outcome:
    """What became of one spectrum."""

    snr: float
    raised: bool
    lied: bool
    converged: bool
    wrong: bool
    seconds: float
    kind: str


def spectrum(
    model: Model, rng: np.random.Generator
) -> tuple[np.ndarray, float, np.ndarray, str, float]:
    """FID, noise SD of its spectrum, true parameters, what was done to it, SNR."""
    c = np.array([*fit_sets.drawn(rng).values(), *fit_sets.MM.values()])
    width = float(np.exp(rng.uniform(np.log(2), np.log(25))))
    lorentz, gauss = 0.4 * width, gauss_rate(0.75 * width)
    shift = float(rng.uniform(-0.12, 0.12)) * model.frequency_mhz
    phase = float(rng.uniform(-np.pi, np.pi))
    t, n = model.t, model.points
    naa = model.fids[model.names.index("NAA")] * 10.0 * decay(t, 0, lorentz, gauss)
    height = float(np.fft.ifft(naa).real.max()) * n
    kinds = [k for k in ("missing", "lipid", "water", "half") if rng.random() < 0.2]
    if "missing" in kinds:
        c[model.names.index(str(rng.choice(MAIN)))] = 0.0
    fid = (c @ model.fids) * decay(t, shift, lorentz, gauss)
    if "lipid" in kinds:
        fid += (
            height * rng.uniform(0.2, 2.0) * _line(model, 1.3, rng.uniform(15, 40), rng)
        )
    if "water" in kinds:
        fid += (
            height
            * rng.uniform(0.5, 10.0)
            * _line(model, 4.65, rng.uniform(4, 15), rng)
        )
    fid = fid * np.exp(1j * phase)
    snr = float(np.exp(rng.uniform(np.log(2), np.log(200))))
    sd = height / snr / np.sqrt(n)
    noise = rng.normal(size=(2, n)) * sd
    fid = fid + noise[0] + 1j * noise[1]
    scale = 1.0
    if "half" in kinds:
        fid[n // 2 :], scale = 0.0, np.sqrt(0.5)
    theta = model.layout.zeros()
    theta[[PHASE, SHIFT, LORENTZ, GAUSS]] = phase, shift, lorentz, gauss
    return fid, sd * np.sqrt(n) * scale, theta, "+".join(kinds) or "plain", snr


def _line(
    model: Model, ppm: float, fwhm: float, rng: np.random.Generator
) -> np.ndarray:
    """A Lorentzian of height one and any phase."""
    nu = (ppm - 4.65) * model.frequency_mhz
    shape = np.exp((-2j * np.pi * nu - np.pi * fwhm) * model.t)
    return shape / np.abs(shape).sum() * np.exp(1j * rng.uniform(-np.pi, np.pi))


def is_wrong(problem: Problem, fit: Fit, truth: np.ndarray) -> bool:
    """Whether a start at the truth ends more than one chi-square lower."""
    traits = traits_of(fit.theta, problem.model.layout)
    start = truth.copy()
    start[RELAXATION] = fit.theta[RELAXATION]
    active = active_parameters(problem.model, FREEDOM, traits)
    if fit.theta[RELAXATION]:
        active = np.append(active, RELAXATION)
    best = minimise(problem, start, active)
    return bool(fit.cost > best.cost + 1.0)


def one(model: Model, seed: int) -> Outcome:
    """Fit one random spectrum."""
    rng = np.random.default_rng([seed, 77])
    fid, sd, truth, kind, snr = spectrum(model, rng)
    begun = time.process_time()
    try:
        fit, problem = cold_fit(model, model.in_band(fid), sd, FREEDOM)
    except Exception:
        return Outcome(snr, True, False, False, True, 0.0, kind)
    seconds = time.process_time() - begun
    numbers = (fit.amplitudes, fit.covariance, fit.theta, [fit.misfit, fit.cost])
    finite = all(np.isfinite(n).all() for n in numbers)
    wrong = is_wrong(problem, fit, truth)
    lied = fit.converged and not finite
    return Outcome(snr, False, lied, fit.converged, wrong, seconds, kind)


def run(count: int, seed: int = 1) -> list[Outcome]:
    """Fit so many."""
    model = fit_sets.model(SET)
    return [one(model, 100_000 * seed + i) for i in range(count)]


def table(found: list[Outcome]) -> str:
    """By SNR, and by what was done to the spectrum."""
    rows = [
        "| spectra | n | exceptions | not finite yet converged | not converged % | "
        "wrong optimum % | longest s |\n|---|---|---|---|---|---|---|"
    ]
    parts = [(f"SNR {a}-{b}", [o for o in found if a <= o.snr < b])
             for a, b in ((2, 4), (4, 8), (8, 20), (20, 60), (60, 201))]  # fmt: skip
    parts.append(("SNR >= 8", [o for o in found if o.snr >= 8]))
    parts += [
        (f"SNR >= 8, {k}", [o for o in found if o.snr >= 8 and k in o.kind])
        for k in ("plain", "missing", "lipid", "water", "half")
    ]
    for name, part in parts:
        if part:
            rows.append(
                f"| {name} | {len(part)} | {sum(o.raised for o in part)} | "
                f"{sum(o.lied for o in part)} | "
                f"{100 * np.mean([not o.converged for o in part]):.2f} | "
                f"{100 * np.mean([o.wrong for o in part]):.2f} | "
                f"{max(o.seconds for o in part):.2f} |"
            )
    return "\n".join(rows)


def beliefs(pairs: str = "12", seed: str = "100", basis: str = "known", *names: str):
    """Print the table of broken beliefs."""
    for line in belief_sessions.run(int(pairs), int(seed), basis, names):
        print(line, flush=True)


if __name__ == "__main__" and sys.argv[1:2] == ["beliefs"]:
    beliefs(*sys.argv[2:])
elif __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:] if a.isdigit()]
    sys.stdout.write(table(run(given[0] if given else 500, *given[1:2])) + "\n")
