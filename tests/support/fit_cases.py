"""A small basis set with everything that a fit has to know, and spectra of it."""

import numpy as np

from monitor.analysis.basis.macromolecules import components
from monitor.analysis.fit.model import Model
from streams.spins import Sequence, simulate

NAMES = ("Cr", "PCr", "Gln", "Glu", "GPC", "mI", "NAA", "NAAG")
CONCENTRATIONS = np.array(
    [4.5, 4.0, 2.6, 9.5, 1.6, 5.8, 10.0, 1.6, 2.6, 1.6, 3.0, 1.8, 4.0]
)
MHZ, DWELL_S, POINTS = 123.25, 5e-4, 1024


def make_model(low: float = 0.2, high: float = 4.2) -> Model:
    fids = simulate(NAMES, Sequence("press", 0.030), MHZ, DWELL_S, POINTS)
    mm, extra = components("five", MHZ, DWELL_S, POINTS)
    both = np.concatenate([np.stack([fids[n] for n in NAMES]), extra])
    flags = np.arange(len(both)) >= len(NAMES)
    return Model((*NAMES, *mm), both, flags, DWELL_S, MHZ, low, high)


def line(model: Model, phase=0.4, shift=1.5, lorentz=3.0, gauss=40.0) -> np.ndarray:
    t = model.t
    rate = 2j * np.pi * shift + np.pi * lorentz
    return np.exp(1j * phase - (rate + gauss * t) * t)


def clean_fid(model: Model, **shape: float) -> np.ndarray:
    return (CONCENTRATIONS @ model.fids) * line(model, **shape)


def noisy_fid(model: Model, seed: int, sd: float, **shape: float) -> np.ndarray:
    """`sd` is of one real component of a point."""
    noise = np.random.default_rng(seed).normal(size=(2, model.points)) * sd
    return clean_fid(model, **shape) + noise[0] + 1j * noise[1]
