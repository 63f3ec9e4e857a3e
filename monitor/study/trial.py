"""A crossover trial: condition by time for one outcome, by a mixed model.

Each session gives changes y (K,) in K bins of its infusion with the known covariance V
(`measures`; the common reference is in it).  Over the sessions v of the subjects u,

    y_uv = X_uv b + 1 (s_u + t_uv) + e_uv,     e_uv ~ N(0, g V_uv),

with subject s_u and session t_uv random.  X holds the mean over bins (sum coded), the
condition (-1/2, +1/2), the condition by linear time (-1/2 ... +1/2: what the effect
grows by over the infusion) and the visit (-1/2, +1/2: the order of a crossover).
Multiplied from the left by the inverse of the Cholesky root of V, e is white, and
statsmodels' `MixedLM` (REML; Laird & Ware 1982, Lindstrom & Bates 1988) takes the rest;
g shows whether the windows scatter as their SDs say.

The form is that of the published analysis of ketamine with naltrexone (condition,
crossover, outcome Glx/tNAA).  Intervals are Student's, with the degrees of freedom that
sessions leave within subjects (sessions - subjects - 2), or subjects - 2 where the
condition differs between subjects only.  Nothing here is a verdict.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.signal.spectrum import Real
from monitor.study.participants import Visit
from streams.errors import InputError

BINS = 5
Row = Mapping[str, Any]
NEEDS_EXTRA = 'Mixed models need the extra "qc": pip install "mrs-monitor[qc]".'


@dataclass(frozen=True, slots=True)
class Binned:
    """Changes of one session in bins of the infusion: percent (K,), covariance (K, K).

    `place` (K,) is the middle of each bin, -1/2 ... +1/2 over the infusion.
    """

    visit: Visit
    place: Real
    percent: Real
    covariance: Real


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate with its SD, 95 % interval and degrees of freedom."""

    name: str
    value: float
    sd: float
    low: float
    high: float
    freedom: int
    unit: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted trial.

    Attributes
    ----------
    condition, condition_by_time : the two effects
    subjects, sessions : how many are in it
    scale : g, 1 where the windows scatter as their SDs say
    subject_sd, session_sd : of the random effects, percent
    converged : REML found its optimum
    """

    condition: Effect
    condition_by_time: Effect
    subjects: int
    sessions: int
    scale: float
    subject_sd: float
    session_sd: float
    converged: bool


def during(visit: Visit, windows: Sequence[Row]) -> list[Row]:
    """Windows whose middle lies in the infusion; rows of windows.csv."""
    end = math.inf if visit.infusion_min is None else visit.infusion_min
    return [w for w in windows if 0 <= 0.5 * (w["start_min"] + w["end_min"]) <= end]


def bin_session(
    visit: Visit, windows: Sequence[Row], bins: int = BINS
) -> Binned | None:
    """Bins of one session from its windows of one outcome; None without an infusion.

    Bins are means weighted by the windows' length; one that no window's middle lies in
    is left out.
    """
    rows = during(visit, windows)
    if not rows:
        return None
    last = visit.infusion_min or max(w["end_min"] for w in rows)
    y = np.array([w["change_percent"] for w in rows])
    sd = np.array([w["sd_percent"] for w in rows])
    q = 1 + y / 100
    common = np.array([w["reference_sd_percent"] for w in rows])
    V = np.outer(q * common, q * common)
    V[np.diag_indices(len(y))] = sd**2
    middle = np.array([0.5 * (w["start_min"] + w["end_min"]) for w in rows])
    number = np.minimum((middle / last * bins).astype(int), bins - 1)
    length = np.array([w["end_min"] - w["start_min"] for w in rows])
    used = np.unique(number)
    A = np.stack([(number == k) * length for k in used])
    A /= A.sum(axis=1, keepdims=True)
    place = (used + 0.5) / bins - 0.5
    return Binned(visit, place, A @ y, A @ V @ A.T)


def fit_trial(sessions: Sequence[Binned], active: str) -> Fitted:
    """Fit a trial; `active` names the condition whose effect is given.

    Raises
    ------
    InputError : one condition only, too few sessions, or the extra is not installed
    """
    from scipy import stats  # a second to import, wanted here only

    subjects = sorted({s.visit.subject for s in sessions})
    conditions = {s.visit.condition for s in sessions}
    if len(conditions) != 2 or active not in conditions:
        raise InputError(
            f"A trial has two conditions; the sessions have {_list_names(conditions)}."
        )
    freedom = _freedom(sessions, len(subjects))
    if freedom < 1:
        raise InputError(
            f"{len(sessions)} sessions of {len(subjects)} subjects are too few for a "
            "mixed model."
        )
    b, covariance, extra = _fit_mixed_model(sessions, subjects, active)
    t = float(stats.t.ppf(0.975, freedom))

    def effect(name: str, row: int) -> Effect:
        value, sd = float(b[row]), float(np.sqrt(covariance[row, row]))
        return Effect(name, value, sd, value - t * sd, value + t * sd, freedom, "%")

    scale, subject_sd, session_sd, converged = extra
    return Fitted(
        effect("condition", -3),
        effect("condition by time", -2),
        len(subjects),
        len(sessions),
        scale,
        subject_sd,
        session_sd,
        converged,
    )


def _list_names(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _freedom(sessions: Sequence[Binned], subjects: int) -> int:
    """Degrees of freedom of the condition."""
    by_subject: dict[str, set[str]] = {}
    for s in sessions:
        by_subject.setdefault(s.visit.subject, set()).add(s.visit.condition)
    crossed = any(len(c) > 1 for c in by_subject.values())
    return len(sessions) - subjects - 2 if crossed else subjects - 2


def _design(session: Binned, active: str, later: str, places: Real) -> Real:
    """X (K, p): sum-coded bins, condition, condition by time, visit."""
    number = np.searchsorted(places, session.place)
    sums = np.eye(len(places))[:, :-1]
    sums[-1] = -1
    sign = 0.5 if session.visit.condition == active else -0.5
    second = 0.5 if session.visit.visit == later else -0.5
    ones = np.ones((len(number), 1))
    return np.hstack(
        [ones, sums[number], sign * ones, sign * session.place[:, None], second * ones]
    )


def _fit_mixed_model(
    sessions: Sequence[Binned], subjects: Sequence[str], active: str
) -> tuple[Real, Real, tuple[float, float, float, bool]]:
    """Fixed effects with their covariance, and scale, SDs and convergence."""
    try:
        from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec
    except ImportError:
        raise InputError(NEEDS_EXTRA) from None
    later = max({s.visit.visit for s in sessions})
    places = np.unique(np.concatenate([s.place for s in sessions]))
    whole = np.vstack([_design(s, active, later, places) for s in sessions])
    if np.linalg.matrix_rank(whole) < whole.shape[1]:
        raise InputError(
            "condition and visit (or time) always go together in these sessions: "
            "their effects cannot be told apart."
        )
    y, X, groups, ones, columns = _whiten(sessions, subjects, active, later, places)
    names = [[f"visit {i}" for i in range(c.shape[1])] for c in columns]
    components = VCSpec(["session"], [names], [columns])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on the edge of the parameters it warns much
        model = MixedLM(y, X, groups, exog_re=ones[:, None], exog_vc=components)
        model.group_labels = list(subjects)
        fit = model.fit(reml=True, method=["lbfgs", "powell"])
    p = X.shape[1]
    covariance = np.asarray(fit.cov_params(), float)[:p, :p]
    subject_sd = math.sqrt(max(float(np.asarray(fit.cov_re).ravel()[0]), 0.0))
    session_sd = math.sqrt(max(float(np.asarray(fit.vcomp).ravel()[0]), 0.0))
    fixed = np.asarray(fit.fe_params, float)
    return (
        fixed,
        covariance,
        (
            float(fit.scale),
            subject_sd,
            session_sd,
            bool(fit.converged),
        ),
    )


def _whiten(
    sessions: Sequence[Binned],
    subjects: Sequence[str],
    active: str,
    later: str,
    places: Real,
) -> tuple[Real, Real, NDArray[np.str_], Real, list[Real]]:
    """Whitened bins of all sessions: y, X, subjects, ones, ones by visit."""
    y, X, groups, ones, columns = [], [], [], [], []
    for subject in subjects:
        own = [s for s in sessions if s.visit.subject == subject]
        rows = []
        for i, s in enumerate(own):
            white = np.linalg.inv(np.linalg.cholesky(s.covariance))
            y.append(white @ s.percent)
            X.append(white @ _design(s, active, later, places))
            one = white.sum(axis=1)
            ones.append(one)
            groups += [subject] * len(one)
            block = np.zeros((len(one), len(own)))
            block[:, i] = one
            rows.append(block)
        columns.append(np.vstack(rows))
    whole = np.concatenate(y), np.vstack(X)
    return *whole, np.array(groups), np.concatenate(ones), columns
