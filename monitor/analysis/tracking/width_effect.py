"""How outcomes would seem to change with the line width, were it held."""

from __future__ import annotations

import numpy as np

from monitor.analysis.fit.fitted import sizes
from monitor.analysis.tracking.dynamics import Dynamics
from monitor.analysis.tracking.measurement import Measurement
from monitor.analysis.tracking.tracker import tracked_changes


def width_effects(dynamics: Dynamics, measurement: Measurement) -> list[float]:
    """Percent by which the tracked outcomes would seem to change per Hz of width.

    What amplitudes would take up if the width were held: L_cc^-1 L_cw.
    """
    M = len(dynamics.names)
    L = measurement.information
    loose = np.diag(1 / (100 * sizes(dynamics.c0)) ** 2)
    moved = np.linalg.solve(L[:M, :M] + loose, L[:M, M])
    sums = dynamics.rows[:-1, :M]
    before = sums @ dynamics.c0
    after = sums @ (dynamics.c0 + 0.1 * moved)
    joint = np.concatenate([after, [0.0], before, [0.0]])
    effects, _ = tracked_changes(joint, np.zeros((joint.size, joint.size)))
    return [10 * float(effect) for effect in effects]
