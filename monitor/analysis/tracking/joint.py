"""The joint fit: one response model for the whole course, spectra and time together.

Spectral-temporal fitting (Clarke 2024, FSL-MRS "dynamic fitting"; Wilson 2024): Glu and
Gln follow g(t) of a response model, c(t) = c_r + theta g(t), theta in percent of their
size and N(0, RESPONSE_PERCENT^2): a change of Gln that no brain shows need not be paid
for by Glu.  So may tNAA and tCr, N(0, DENOMINATOR_PERCENT^2): a ratio changes with its
denominator too.  Everything else follows the tracker's dynamics (tied
amplitudes, gain and width walk; no slope).  The model is linear in theta, so that one
run of the filter serves all models: with F the filter's whitening, the blocks' spectra
o and the columns h g(t) that a unit theta would add to them are whitened alike,

    v_o = F o,    v_g = F (h g),

and with P the prior's precision, A = v_g' v_g and b = v_g' v_o,

    theta = (A + P)^-1 b,    cov(theta) = (A + P)^-1,
    e = b' theta / 2 + (log det P - log det(A + P)) / 2,

e the log likelihood against no change, theta summed out.  Within a model the shape
parameters' grid is summed over with exp(e) as weights, so that the curve's SD holds
their uncertainty; the likeliest grid point is stated.

Models are compared by their evidence, exp(e) averaged over the grid, times a prior of
one half for no change, the responses sharing the rest.  BIC = p ln(n) - 2 l and AICc
are given beside it, n transients and p fitted numbers, l like e but with Glu and Gln
free (P = 0) and only tNAA and tCr summed out: BIC all but never finds a surge, whose
two shape parameters it charges in full (`tests/acceptance/change.md`).  All models are
given, the likeliest first, and none is chosen silently.  The reference amplitudes are
taken as they are (their own scatter is in the filter's first state), changes are
relative to the amplitudes' common gain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.course.response import Changes, without_gain
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.blocks import Block
from monitor.analysis.tracking.dynamics import Dynamics, sums_of
from monitor.analysis.tracking.joint_models import MODELS, ResponseModel
from monitor.analysis.tracking.tracker import PARTS, TRACKED
from monitor.analysis.tracking.whitened import Whitened, directions, responding, whiten

DENOMINATOR_PERCENT = 1.0
RESPONSE_PERCENT = 10.0


@dataclass(frozen=True, slots=True)
class ResponseFit:
    """One response model fitted to a whole course.

    Attributes
    ----------
    model : its name
    shape : the likeliest shape parameters (those that end in _s are times)
    parameters : fitted numbers p
    log_likelihood : at them, against that of no change
    evidence : log of the mean of exp(e) over the grid
    bic, aicc : smaller is better; differences of more than 6 are strong
    time_s : (K,) scanner times
    changes, sds : by outcome, percent, (K,); nan for amplitudes in another epoch than
        the reference period's, where the gain is not known
    """

    model: str
    shape: dict[str, float]
    parameters: int
    log_likelihood: float
    evidence: float
    bic: float
    aicc: float
    time_s: Real
    changes: dict[str, Real]
    sds: dict[str, Real]


def joint_fits(
    blocks: Sequence[Block],
    time_s: Real,
    rows: Mapping[int, Real],
    dynamics: Dynamics,
    infusion_s: tuple[float, float] | None,
    models: Sequence[ResponseModel] = MODELS,
) -> tuple[ResponseFit, ...]:
    """Fit response models to a course, the likeliest first.

    Parameters
    ----------
    blocks, time_s : the course so far and the scanner time (K,) of each block
    rows : how each epoch's transients measure the state
    dynamics : of the tracker, with no noise of the slopes
    infusion_s : start and stop; None: only the model without a change
    """
    used = [m for m in models if m.curve is None or infusion_s is not None]
    trials = [(m, shape) for m in used for shape in m.trials()]
    curves = np.column_stack([_curve(m, s, time_s, infusion_s) for m, s in trials])
    whitened = whiten(blocks, curves, rows, dynamics)
    n = max(round(sum(block.weight for block in blocks)), 2)
    fits = [
        _fit(
            model,
            [k for k, (m, _) in enumerate(trials) if m is model],
            [s for _, s in trials],
            curves,
            whitened,
            dynamics,
            time_s,
            n,
        )
        for model in used
    ]
    elsewhere = np.array([block.foreign or block.rescaled for block in blocks])
    known = [_without_gain(fit, elsewhere) for fit in fits]
    return tuple(sorted(known, key=lambda fit: -log_weight(fit)))


def _without_gain(fit: ResponseFit, elsewhere: NDArray[np.bool_]) -> ResponseFit:
    """A fit without changes of amplitudes at times (K,) that have another gain."""
    names = tuple(fit.changes)
    if not (names and elsewhere.any()):
        return fit
    both = (np.column_stack([by[n] for n in names]) for by in (fit.changes, fit.sds))
    known = without_gain(Changes(names, *both), elsewhere)
    changes = dict(zip(names, known.percents.T, strict=True))
    return replace(fit, changes=changes, sds=dict(zip(names, known.sds.T, strict=True)))


def log_weight(fit: ResponseFit) -> float:
    """Log of evidence times prior: half for no change, the rest shared."""
    responses = sum(model.curve is not None for model in MODELS)
    share = 1.0 if fit.parameters == 0 else 1.0 / responses
    return fit.evidence + math.log(0.5 * share)


def _curve(
    model: ResponseModel,
    shape: Mapping[str, float],
    time_s: Real,
    infusion_s: tuple[float, float] | None,
) -> Real:
    if model.curve is None or infusion_s is None:
        return np.zeros(len(time_s))
    return model.curve(time_s, infusion_s, shape)


def _fit(
    model: ResponseModel,
    own: Sequence[int],
    shapes: Sequence[Mapping[str, float]],
    curves: Real,
    whitened: Whitened,
    dynamics: Dynamics,
    time_s: Real,
    n: int,
) -> ResponseFit:
    """One model: its grid summed over, its best point stated."""
    if model.curve is None:
        zeros = {name: np.zeros(len(time_s)) for name in TRACKED}
        return ResponseFit(model.name, {}, 0, 0.0, 0.0, 0.0, 0.0, time_s, zeros, zeros)
    expected = np.full(whitened.b.shape[1], DENOMINATOR_PERCENT)
    expected[: len(responding(dynamics.names))] = RESPONSE_PERCENT
    found = [solved(whitened.A[k], whitened.b[k], expected) for k in own]
    likelihoods = np.array([one.likelihood for one in found])
    evidence = np.array([one.evidence for one in found])
    weights = np.exp(evidence - evidence.max())
    changes, sds = _changes(
        weights / weights.sum(),
        np.stack([one.theta for one in found]),
        np.stack([one.covariance for one in found]),
        curves[:, list(own)],
        dynamics,
    )
    best = int(np.argmax(likelihoods))
    p, gain = model.parameters, float(likelihoods[best])
    bic = p * math.log(n) - 2 * gain
    aicc = 2 * p - 2 * gain + 2 * p * (p + 1) / max(n - p - 1, 1)
    summed = float(evidence.max() + np.log(weights.mean()))
    shape = dict(shapes[own[best]])
    return ResponseFit(
        model.name, shape, p, gain, summed, bic, aicc, time_s, changes, sds
    )


@dataclass(frozen=True, slots=True)
class Solved:
    """One curve: theta, its covariance, l, and e of the module docstring."""

    theta: Real
    covariance: Real
    likelihood: float
    evidence: float


def solved(A: Real, b: Real, expected: Real) -> Solved:
    """Solve A theta = b, (thetas, thetas) and (thetas,), with prior SDs (thetas,)."""
    A = A + 1e-9 * np.eye(len(A))
    precision = expected**-2.0
    theta, covariance, evidence = _sum_up(A, b, precision)
    free = np.where(expected < RESPONSE_PERCENT, precision, 0.0)
    _, _, likelihood = _sum_up(A, b, free)
    return Solved(theta, covariance, likelihood, evidence)


def _sum_up(A: Real, b: Real, precision: Real) -> tuple[Real, Real, float]:
    """Theta, covariance and log likelihood; what has a precision is summed out."""
    covariance = np.asarray(np.linalg.inv(A + np.diag(precision)), float)
    theta, tied = covariance @ b, precision > 0
    # log det(S + P_d) is -log det of the part of the covariance that is summed out.
    spread = np.linalg.slogdet(covariance[np.ix_(tied, tied)])[1]
    shrunk = 0.5 * float(np.log(precision[tied]).sum() + spread)
    return theta, covariance, 0.5 * float(b @ theta) + shrunk


def _changes(
    weights: Real, thetas: Real, covariances: Real, curves: Real, dynamics: Dynamics
) -> tuple[dict[str, Real], dict[str, Real]]:
    """Percent changes (K,) and SDs by outcome, summed over the grid."""
    sums = sums_of(dynamics.names)
    before, moved = sums @ dynamics.c0, sums @ directions(dynamics).T
    changes, sds = {}, {}
    for name, (top, *bottom) in zip(TRACKED, PARTS, strict=True):
        if before[[top, *bottom]].min() <= 0:
            continue
        row = 100 * moved[top] / before[top]
        change = curves * (thetas @ row)
        for part in bottom:
            below = 100 * moved[part] / before[part]
            change = 100 * ((100 + change) / (100 + curves * (thetas @ below)) - 1)
            row = row - below
        within = curves**2 * np.einsum("i,kij,j->k", row, covariances, row)
        mean = change @ weights
        variance = (within + (change - mean[:, None]) ** 2) @ weights
        changes[name], sds[name] = mean, np.sqrt(variance)
    return changes, sds
