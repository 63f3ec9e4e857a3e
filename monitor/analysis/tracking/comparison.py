"""Which response model: what the joint fits say of each other, in one table.

The weight of a model is its evidence times its prior over the sum of all (`joint`): how
probable it is among these.  With D = 2 ln(weight of the best / weight), models with D
below UNDECIDED cannot be told from the best by this session (Kass & Raftery 1995 call
more than 6 strong); a saturating rise and a plasma curve of the same time course are
such a pair.  Nothing is chosen: the table has them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.joint import ResponseFit, log_weight
from monitor.analysis.tracking.plasma import PLASMA, plasma_level, relative_plasma

UNDECIDED = 6.0


@dataclass(frozen=True, slots=True)
class Compared:
    """One response model among the others.

    Attributes
    ----------
    fit : the model's fit
    behind : D of the module docstring
    weight : its probability among all, 0 ... 1
    end_percent, end_sd_percent : change when the infusion ends (or now), by outcome
    largest_percent, largest_sd_percent : change that is furthest from none; nan where
        a part of the course has none, its gain not being known
    """

    fit: ResponseFit
    behind: float
    weight: float
    end_percent: dict[str, float]
    end_sd_percent: dict[str, float]
    largest_percent: dict[str, float]
    largest_sd_percent: dict[str, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All response models, the likeliest first.

    Attributes
    ----------
    models : of each, how it does
    end_s : when the infusion ended, or the last time that was seen
    """

    models: tuple[Compared, ...]
    end_s: float

    @property
    def undecided(self) -> tuple[str, ...]:
        """Models that this session cannot tell from the best, the best first."""
        return tuple(m.fit.model for m in self.models if m.behind < UNDECIDED)

    @property
    def sentence(self) -> str:
        """What the criterion says, in one sentence."""
        first, *others = self.undecided
        if not others:
            return f"Of the response models {first} is the likeliest, by far."
        return (
            f"Of the response models {first} is the likeliest, but this session does "
            f"not tell it from {', '.join(others)}."
        )


def compared(
    fits: Sequence[ResponseFit], stop_s: float | None = None
) -> Comparison | None:
    """Compare joint fits, the likeliest first; None without any.

    `stop_s` is when the infusion stopped, None while it runs.
    """
    if not fits:
        return None
    logs = np.array([log_weight(fit) for fit in fits])
    shares, behind = np.exp(logs - logs[0]), 2 * (logs[0] - logs)
    times_s = fits[0].time_s
    end_s = float(times_s[-1]) if stop_s is None else min(stop_s, float(times_s[-1]))
    models = tuple(
        _one(fit, float(d), float(share), end_s)
        for fit, d, share in zip(fits, behind, shares / shares.sum(), strict=True)
    )
    return Comparison(models, end_s)


def _one(fit: ResponseFit, behind: float, weight: float, end_s: float) -> Compared:
    """One model's place and its changes."""
    last = int(np.searchsorted(fit.time_s, end_s, side="right")) - 1
    far = {name: int(np.argmax(np.abs(c))) for name, c in fit.changes.items()}
    return Compared(
        fit,
        behind,
        weight,
        {name: float(c[last]) for name, c in fit.changes.items()},
        {name: float(sd[last]) for name, sd in fit.sds.items()},
        {name: float(c[far[name]]) for name, c in fit.changes.items()},
        {name: float(sd[far[name]]) for name, sd in fit.sds.items()},
    )


@dataclass(frozen=True, slots=True)
class PlasmaCurve:
    """Plasma level of ketamine after one of the published models.

    Attributes
    ----------
    model : its name
    relative : (n,) over the level at the infusion's end
    level_ng_per_ml : (n,) for the protocol's dose; None without one
    """

    model: str
    relative: Real
    level_ng_per_ml: Real | None


def plasma_curves(
    time_s: Real, infusion_s: tuple[float, float], dose_mg_per_kg: float | None
) -> tuple[PlasmaCurve, ...]:
    """Plasma curves at scanner times (n,) of an infusion and its dose.

    Every model's volumes and clearances go with body weight, so that the dose per kg
    says all: weight turns it into mg and nothing else.
    """
    start_s, stop_s = infusion_s
    since_s, length_s = time_s - start_s, stop_s - start_s
    return tuple(
        PlasmaCurve(
            name,
            relative_plasma(name, time_s, infusion_s),
            None
            if dose_mg_per_kg is None
            else plasma_level(name, since_s, length_s, dose_mg_per_kg),
        )
        for name in PLASMA
    )
