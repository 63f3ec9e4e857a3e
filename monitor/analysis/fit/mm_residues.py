"""What nulling leaves of metabolites, before a spectrum has said how much.

An inversion leaves a small part of each metabolite, of either sign.  Most of it is
common to all: the angle of the inversion, and a TI that is too long or too short for
them.  The rest is the T1 of each, which are some 10 % apart:

    x_m = n_m (g + h_m),    g ~ N(0, COMMON^2),    h_m ~ N(0, OWN^2),

n_m what a brain has of it, over its creatine.  So the singlets, which stand out of any
noise, say what is left of glutamate, which noise and macromolecules look like: a
glutamate that is free by itself takes macromolecules at 2.3 ppm along, and their noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.spectrum import Complex, Real
from streams.messages.transient import REFERENCE_PPM

SINGLETS = {
    "NAA": (2.008, 4.0),
    "Cr CH3": (3.028, 3.0),
    "Cho": (3.21, 1.8),
    "Cr CH2": (3.922, 2.0),
}
"""Place in ppm, and protons over the amount of creatine."""
OTHERS = {"mI": 0.75, "Tau": 0.2, "Glu": 1.2}
"""Metabolites that the basis set gives, over the amount of creatine."""
COMMON, OWN = 0.1, 0.04
"""SD of the part that is left: of all, and of one beside that.  T1 of 1.2 to 1.5 s and
inversions of 90 to 100 % leave -0.03 to 0.1 at the TI that nulls 1.35 s."""
OWN_OF = {"Cr CH2": 0.2}
"""Its T1 is 0.95 s."""
CREATINE = 0.5
"""Amount of creatine over the level of macromolecules (the group at 0.92 ppm has one
proton): a brain of which both were measured has 0.3."""
SEEN = 3.0
"""SDs from which a residue is one."""


@dataclass(frozen=True, slots=True)
class Residue:
    """What was left of a metabolite.

    `percent` is its height over that of the highest macromolecule, with its SD.
    """

    name: str
    percent: float
    sd: float

    @property
    def seen(self) -> bool:
        """Whether it is more than noise."""
        return abs(self.percent) > SEEN * self.sd


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """Metabolites that may be left.

    Attributes
    ----------
    names : (m,) of them
    fids : (m + 1, points) of each and, last, of all as a brain has them
    amounts : (m,) of each in the last
    sds : (m + 1,) of their amplitudes, over the level of macromolecules
    """

    names: tuple[str, ...]
    fids: Complex
    amounts: Real
    sds: Real

    def amplitudes(self, x: Real) -> Real:
        """Of each metabolite, (m,), from amplitudes (m + 1,) of `fids`."""
        return np.asarray(x[:-1] + self.amounts * x[-1], float)

    def amplitude_sds(self, covariance: Real) -> Real:
        """SDs (m,) of `amplitudes`."""
        both = np.column_stack([np.eye(self.amounts.size), self.amounts])
        return np.asarray(np.sqrt(np.diag(both @ covariance @ both.T)), float)


def left_of(mhz: float, t: Real, others: Mapping[str, Complex]) -> Left:
    """What may be left of metabolites.

    Parameters
    ----------
    mhz : spectrometer frequency
    t : (points,) s
    others : undamped FIDs (points,) of OTHERS, as far as there are any, in protons
    """
    ppm = np.array([place for place, _ in SINGLETS.values()])
    turned = np.exp(-2j * np.pi * (ppm[:, None] - REFERENCE_PPM) * mhz * t)
    fids = np.stack([*turned, *others.values()])
    names = (*SINGLETS, *others)
    protons = [protons for _, protons in SINGLETS.values()]
    amounts = np.array([*protons, *(OTHERS[name] for name in others)])
    own = np.array([OWN_OF.get(name, OWN) for name in names])
    sds = CREATINE * np.append(own * amounts, COMMON)
    return Left(names, np.concatenate([fids, amounts @ fids[None]]), amounts, sds)
