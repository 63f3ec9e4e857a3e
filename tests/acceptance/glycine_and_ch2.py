"""What two further columns cost and save: glycine, and what creatine's CH2 lacks.

    python tests/acceptance/glycine_and_ch2.py [SPECTRA] [SEED]

Families of `fit_sets` at 64 averages, each spectrum fitted without and with `Gly` and
`-CrCH2`; brains have neither ("none"), or glycine 0.10 of tCr and a CH2 that lacks
0.07 of it ("both"), as real ones have (decision 0048).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import fit_sets
import numpy as np

from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit.freedom import usual
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.unmeasured_mm import fit_mean
from streams.spins import simulate

OUTCOMES = ("Glu/tCr", "Glx/tCr", "Glx/tNAA", "tNAA/tCr", "mI/tCr")
FURTHER = {"Gly": 0.85, "-CrCH2": 0.6}
FAMILIES = ("own", "skewed", "scanner")
AVERAGES = 64


@contextmanager
def brains(further: dict[str, float]) -> Iterator[None]:
    """Simulated brains that have these as well."""
    fit_sets.USUAL.update(further)
    caches = fit_sets.basis, fit_sets.model
    for cached in caches:
        cached.cache_clear()
    yield
    for name in further:
        del fit_sets.USUAL[name]
    for cached in caches:
        cached.cache_clear()


def models(name: str, family: str) -> tuple[Model, Model]:
    """Models of a set without and with the two columns."""
    whole, s = fit_sets.model(name, family), fit_sets.SETS[name]
    kept = [k for k, n in enumerate(whole.names) if n not in FURTHER]
    bare = replace(
        whole,
        names=tuple(whole.names[k] for k in kept),
        fids=whole.fids[kept],
        macromolecule=whole.macromolecule[kept],
    )
    grid = s.frequency_mhz, s.dwell_time_s, s.points
    more = np.stack(list(simulate(tuple(FURTHER), s.sequence, *grid).values()))
    n = np.count_nonzero(~bare.macromolecule)
    both = replace(
        bare,
        names=(*bare.names[:n], *FURTHER, *bare.names[n:]),
        fids=np.concatenate([bare.fids[:n], more, bare.fids[n:]]),
        macromolecule=np.insert(bare.macromolecule, [n] * len(FURTHER), False),
    )
    return bare, both


def errors(name: str, family: str, count: int, seed: int) -> np.ndarray:
    """Relative errors and SDs (spectra, without or with, 2, outcomes)."""
    found, echo_s = [], fit_sets.SETS[name].sequence.echo_time_s
    both = models(name, family)
    for i in range(count):
        case = fit_sets.case(name, family, AVERAGES, 1000 * seed + i)
        true = dict(zip(fit_sets.USUAL, case.concentrations, strict=True))
        row = []
        for model in both:
            y = model.in_band(case.fid)
            made = fit_mean(model, y, case.noise_sd, usual(model, echo_s))
            o, fit = outcomes_of(model.names).subset(OUTCOMES), made.fit
            truth = o.values(np.array([true.get(n, 0.0) for n in model.names]))
            known = fit.covariance * max(fit.misfit, 1.0) + made.left_over
            sd = o.sds(fit.amplitudes, known)
            row.append([o.values(fit.amplitudes) / truth - 1, sd / truth])
        found.append(row)
    return np.array(found)


def main(count: int, seed: int) -> None:
    """Print the table."""
    print("| brains have | family | fitted | bias % | RMSE % | SD % | coverage % |")
    print("|---|---|---|---|---|---|---|")
    for has, further in (("none", {}), ("both", FURTHER)):
        for family in FAMILIES:
            with brains(further):
                made = [errors(name, family, count, seed) for name in fit_sets.SETS]
            for k, fitted in enumerate(("without", "with")):
                error, sd = np.concatenate(made)[:, k].swapaxes(0, 1)
                held = np.mean(np.abs(error) < 1.96 * sd, axis=0)
                rms = (np.sqrt(np.mean(x**2, axis=0)) for x in (error, sd))
                cells = [" ".join(f"{100 * b:+.1f}" for b in error.mean(axis=0))]
                cells += [" ".join(f"{100 * v:.1f}" for v in row) for row in rms]
                cells += [" ".join(f"{100 * h:.0f}" for h in held)]
                print(f"| {has} | {family} | {fitted} | {' | '.join(cells)} |")


if __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:]]
    main(given[0] if given else 24, given[1] if len(given) > 1 else 1)
