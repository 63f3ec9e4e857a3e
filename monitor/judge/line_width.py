"""What a change of line width alone would look like as a change of the outcome.

Blood oxygenation and shim change the line width during an infusion; a fit that books
part of it to amplitude shows a response where there is none (about 1 % at 3 T: Wilson,
Finney & Clarke 2026).  Here the mean of the reference period is narrowed or broadened
by the width change that was measured, dw,

    s(t) -> s(t) exp(-pi dw t),

and fitted as a window is.  Its amplitudes did not change: what the fit says of the
outcome is the bias, in percent.  An infusion in another epoch than the reference period
is fitted with a line of its own, so that nothing of the kind can be said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.fit.fitted_windows import FittedWindow, fit_averages, mean_fid
from monitor.analysis.fit.window import Average, Window, average_of
from monitor.analysis.signal.spectrum import time_axis_s

LEAST_HZ = 0.05
"""The check is made with at least this width, so that it says something."""


@dataclass(frozen=True, slots=True)
class LineWidthBias:
    """Line widths before and during the infusion, and what their difference fakes.

    `tested_hz` is the change that was put on the reference period's mean.
    """

    before_hz: float
    during_hz: float
    tested_hz: float
    bias_percent: float


def line_width_bias(
    course: Course, outcome: str, during: FittedWindow | None
) -> LineWidthBias | None:
    """Bias of one outcome; None unless reference period and infusion share an epoch."""
    reference, outcomes = course.reference, course.outcomes
    row = outcomes.row(outcome) if outcomes else None
    if reference is None or outcomes is None or row is None or during is None:
        return None
    home = course.qualities[reference.first].epoch
    if course.epoch_of(during) != home:
        return None
    session = course.sessions[home]
    change = session.wider_hz(during.width_hz, during.gauss_hz)
    tested = math.copysign(max(abs(change), LEAST_HZ), change)
    window = Window(reference.first, reference.stop)
    average = average_of(window, course.weights)
    mean = mean_fid(course.fids, average)
    model = session.problem.model
    decay = np.exp(-np.pi * tested * time_axis_s(len(mean), model.dwell_time_s))
    alone = Average(Window(0, 1), np.ones(1), average.noise, average.n_effective)
    pair = [np.asarray(mean, np.complex64), np.asarray(mean * decay, np.complex64)]
    plain, changed = (fit_averages(session, [fid], [alone])[0] for fid in pair)
    values = outcomes.values(np.stack([plain.amplitudes, changed.amplitudes]))[:, row]
    width = session.naa_fwhm_hz
    bias = 100 * (values[1] / values[0] - 1)
    return LineWidthBias(width, width + change, tested, float(bias))
