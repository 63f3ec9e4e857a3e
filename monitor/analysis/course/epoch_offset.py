"""How far two epochs of one session may be apart without anything having changed.

Each epoch is fitted with a line and a baseline of its own, whose errors are common to
all its windows: they cancel in a change within an epoch, and do not across two.  With c
the amplitudes in the reference period's epoch, those of another epoch are

    g (c + b),    b ~ N(0, V),    V = D + C + C',

g an unknown gain, C and C' what the noise of the two means leaves open in what their
windows hold (`SessionModel.common`, without what is the brain's and the same error in
both: baseline, small shifts, T2, macromolecules that nobody measured), and D what
another shim does to a fit, PERCENT of each amplitude or sum.  Where the voxel lies
elsewhere, by its header or by what the coils see, D holds another tissue, too:
PLACE_PERCENT of each.

PERCENT was measured over simulated re-shims of 0.2 to 2 Hz: what the differences of two
means have room for beyond C, C' and their noise; 100 more show none of it, and a real
shim may do more (`tests/acceptance/pieces.md`).  PLACE_PERCENT
is what voxels of one region, a few mm apart, are taken to differ by; no real session
tells it here.

A further series that goes on with its epoch may have been shimmed without that its
transients tell: one in forty such shims is not seen, and moves Glx/tNAA by 2.2 % (RMS).
J is what such joins are apart by, JOIN_SHARE of the SDs of D: 0.5 % of Glx/tNAA, as if
two in three pauses held a shim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.fit.epoch_model import DEPARTURE_STIFFNESS, SessionModel
from monitor.analysis.fit.make_epoch_model import gain_over, shim_parameters
from monitor.analysis.fit.minimise import minimise
from monitor.analysis.signal.spectrum import Real

PERCENT = {"Glu": 1.0, "Gln": 3.0, "tNAA": 0.7, "tCr": 0.7, "tCho": 1.2, "mI": 1.0}
OTHERS_PERCENT = 3.0
PLACE_PERCENT = 3.0
JOIN_SHARE = 0.4


def offset_covariance(home: SessionModel, other: SessionModel, apart: bool) -> Real:
    """V (M, M), on the scale of the home epoch's amplitudes (M,).

    `apart`: the voxel of the other epoch lies elsewhere.
    """
    c = home.fit.amplitudes
    gain = gain_over(c, other.fit.amplitudes)
    noise = _own(home) + gain**2 * _own(other)
    places = _places(home.fit.names, c) if apart else 0.0
    return np.asarray(noise + _shims(home.fit.names, c) + places, float)


def offsets_in_common(home: SessionModel, apart: bool, together: bool) -> Real:
    """What the offsets b of two other epochs have in common: the home epoch's part.

    `apart`: both lie elsewhere than the home epoch; `together`: in one place.
    """
    names, c = home.fit.names, home.fit.amplitudes
    places = (1.0 if together else 0.5) * _places(names, c) if apart else 0.0
    return np.asarray(_own(home) + 0.5 * _shims(names, c) + places, float)


def join_covariance(names: tuple[str, ...], c: Real) -> Real:
    """J (M, M) on the scale of amplitudes c (M,)."""
    shim = _shims(names, c)
    return np.asarray(JOIN_SHARE**2 * shim, float)


def offset_directions(covariance: Real) -> Real:
    """U (M, M), symmetric, with U U' = V."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T)


def _own(model: SessionModel) -> Real:
    """C: what the epoch's own line and baseline leave open, the brain being known.

    Soft priors of amplitudes draw both epochs to the same place (`fitted.repeated`).
    """
    fit, problem, factor = model.fit, model.problem, max(model.fit.misfit, 1.0)
    moved = shim_parameters(fit, problem)
    about = replace(problem, stiffness=max(problem.stiffness, DEPARTURE_STIFFNESS))
    if about.stiffness != problem.stiffness:  # the reference period's own baseline
        about = replace(about, spectrum=problem.spectrum - model.baseline)
    cold = minimise(about, fit.theta, moved).covariance
    warm = fit.covariance - model.common / factor
    if not np.isfinite(cold).all():
        return model.common
    tie = problem.priors.rows.T @ problem.priors.rows
    own = cold - cold @ tie @ cold - warm + warm @ tie @ warm
    values, vectors = np.linalg.eigh(factor * 0.5 * (own + own.T))
    return np.asarray((vectors * np.clip(values, 0, None)) @ vectors.T, float)


def _shims(names: tuple[str, ...], c: Real) -> Real:
    """D (M, M) of another shim."""
    return _spread(names, c, PERCENT, OTHERS_PERCENT)


def _places(names: tuple[str, ...], c: Real) -> Real:
    """What D (M, M) has of another tissue besides."""
    percents = dict.fromkeys(PERCENT, PLACE_PERCENT)
    return _spread(names, c, percents, PLACE_PERCENT)


def _spread(
    names: tuple[str, ...], c: Real, percents: Mapping[str, float], others: float
) -> Real:
    """Covariance (M, M), SDs in percent of c (M,): members of a sum go together."""
    size, D, left = np.abs(c), np.zeros((len(names),) * 2), set(names)
    for total, percent in percents.items():
        members = naming.members(total, names)
        u = 0.01 * percent * np.where([n in members for n in names], size, 0.0)
        D += np.outer(u, u)
        left -= set(members)
    rest = np.array([n in left for n in names])
    return D + np.diag(np.where(rest, 0.01 * others * size, 0.0) ** 2)
