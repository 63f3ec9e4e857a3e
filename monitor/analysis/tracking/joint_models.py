"""Response models of the joint fit: how a course may follow the infusion.

With u the time since the infusion began, T its length, each is a curve g(t) of shape
parameters, 0 before the infusion; its size is fitted.

    none                no change
    step                1 while the infusion runs
    saturating          1 - exp(-u / tau) to its end, then back with the same tau: what
                        a first-order system does when its input is on and off
    surge and return    (u / p  exp(1 - u / p))^k, its peak at p
    trapezoid           straight up within `rise`, level to the end of the infusion,
                        straight down within `fall`
    Kamp, Domino,       plasma level over that at the infusion's end, `lag` late
    Clements            (`plasma`)

Shape parameters are tried on the grids below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.plasma import PLASMA, relative_plasma

Curve = Callable[[Real, tuple[float, float], Mapping[str, float]], Real]

MINUTES = 60.0
TAUS_S = tuple(np.geomspace(30.0, 3600.0, 16).tolist())
PEAKS_S = tuple((MINUTES * np.array([3, 5, 7, 10, 13, 17, 21, 26, 32, 40])).tolist())
RISES_S = tuple((MINUTES * np.array([1, 3, 6, 10, 15, 20, 30])).tolist())
FALLS_S = tuple((MINUTES * np.array([2, 8, 20, 60])).tolist())
LAGS_S = tuple((MINUTES * np.array([0, 1, 2, 3, 4, 6, 8, 10])).tolist())


@dataclass(frozen=True)
class ResponseModel:
    """One model: its name, its curve and the grids of its shape parameters."""

    name: str
    curve: Curve | None
    grids: Mapping[str, tuple[float, ...]]

    def trials(self) -> list[dict[str, float]]:
        """All combinations of shape parameters; one empty one where there are none."""
        values = product(*self.grids.values())
        return [dict(zip(self.grids, one, strict=True)) for one in values]

    @property
    def parameters(self) -> int:
        """Fitted numbers: shape, and sizes for Glu and for Gln."""
        return 0 if self.curve is None else 2 + len(self.grids)


def _since(t: Real, infusion_s: tuple[float, float]) -> Real:
    since: Real = np.maximum(t - infusion_s[0], 0.0)
    return since


def _step(t: Real, infusion_s: tuple[float, float], _: Mapping[str, float]) -> Real:
    return np.asarray((t >= infusion_s[0]) & (t <= infusion_s[1]), float)


def _saturating(
    t: Real, infusion_s: tuple[float, float], shape: Mapping[str, float]
) -> Real:
    start_s, stop_s = infusion_s
    up = np.minimum(_since(t, infusion_s), stop_s - start_s) / shape["tau_s"]
    back = np.maximum(t - stop_s, 0.0) / shape["tau_s"]
    curve: Real = -np.expm1(-up) * np.exp(-back)
    return curve


def _surge(
    t: Real, infusion_s: tuple[float, float], shape: Mapping[str, float]
) -> Real:
    x = _since(t, infusion_s) / shape["peak_s"]
    curve: Real = (x * np.exp(1.0 - x)) ** shape["sharpness"]
    return curve


def _trapezoid(
    t: Real, infusion_s: tuple[float, float], shape: Mapping[str, float]
) -> Real:
    up = _since(t, infusion_s) / shape["rise_s"]
    down = 1.0 - np.maximum(t - infusion_s[1], 0.0) / shape["fall_s"]
    curve: Real = np.clip(np.minimum(up, down), 0.0, 1.0)
    return curve


def _plasma(name: str) -> Curve:
    def curve(
        t: Real, infusion_s: tuple[float, float], shape: Mapping[str, float]
    ) -> Real:
        return relative_plasma(name, t, infusion_s, shape["lag_s"])

    return curve


MODELS = (
    ResponseModel("none", None, {}),
    ResponseModel("step", _step, {}),
    ResponseModel("saturating", _saturating, {"tau_s": TAUS_S}),
    ResponseModel(
        "surge and return", _surge, {"peak_s": PEAKS_S, "sharpness": (1.0, 2.0, 4.0)}
    ),
    ResponseModel("trapezoid", _trapezoid, {"rise_s": RISES_S, "fall_s": FALLS_S}),
    *(ResponseModel(name, _plasma(name), {"lag_s": LAGS_S}) for name in PLASMA),
)
