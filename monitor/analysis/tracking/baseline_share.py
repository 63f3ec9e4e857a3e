"""Whether the baseline has followed a step of the signal that the noise has not.

A transmitter may scale all that comes from the head.  Where the voxel has lost signal
what comes from outside it is as it was, and once all is brought to one gain the
baseline is as much larger beside the lines as these have become smaller.

The last transients before a step and the first behind it are fitted as windows are,
the baseline as stiff as the reference period asks.  With b the reference period's
baseline and r what the fit leaves over, both after R (`fit.baseline`), and P the
projection onto what amplitudes, phase, shift and widths explain, there is 1 + k times
that baseline:

    k = b'(I - P) r / b'(I - P) b.

Behind a step by g, 1 + k is as before it where the baseline has followed, and 1 / g
times as large where it has stayed.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.course.gains import SignalStep
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.fitted_windows import MOVING, mean_fid, window_problem
from monitor.analysis.fit.minimise import minimise
from monitor.analysis.fit.normal import factored
from monitor.analysis.fit.problem import evaluate, slopes, target
from monitor.analysis.fit.window import Window

MOST = 256
"""Transients on either side: further off the baseline may have wandered by itself."""
FEWEST = 16
NEARER = 0.5
"""Of the way from having followed to having stayed."""
Share = tuple[float, float]
"""k and its SD."""


def has_followed(course: Course, step: SignalStep) -> bool:
    """Whether it is nearer to having followed than to having stayed, by an SD.

    So it is called, too, where most of either side is left out, as after motion: no
    baseline there is in any window.
    """
    own, session = course.transients_of(step.epoch), course.sessions.get(step.epoch)
    if session is None:
        return False
    start = max(own.start, step.start, step.first - MOST)
    stop = min(own.stop if step.stop is None else step.stop, step.first + MOST)
    sides = Window(start, step.first), Window(step.first, stop)
    if any(_is_left_out(course, side) for side in sides):
        return True
    before, behind = (_share(course, session, side) for side in sides)
    stayed = (1 / step.factor - 1) * (1 + before[0])
    sd = math.hypot(before[1], behind[1])
    # nan, where a side says nothing, is not below
    return (behind[0] - before[0]) / stayed + sd / abs(stayed) < NEARER


def _is_left_out(course: Course, side: Window) -> bool:
    return course.average(side).n_effective < 0.5 * side.length


def _share(course: Course, session: SessionModel, window: Window) -> Share:
    """How much more of the reference period's baseline a mean has; nan of too few."""
    average = course.average(window)
    if window.length < FEWEST or not average.n_effective >= FEWEST:
        return math.nan, math.nan
    fid = mean_fid(course.fids, average)
    problem = window_problem(session, fid, average.noise)
    problem = replace(problem, stiffness=session.stiffness)
    fit = minimise(problem, session.fit.theta, MOVING)
    if not fit.converged:
        return math.nan, math.nan
    at = evaluate(problem, target(problem), fit.theta)
    ways = np.concatenate([at.X, slopes(problem, at, MOVING)])
    b = problem.baseline.stacked_rows(session.baseline[None], problem.stiffness)[0]
    b /= problem.noise_sd
    own = b - factored(ways @ ways.T).solve(ways @ b) @ ways
    size = max(float(own @ own), 1e-300)
    mean = session.mean
    noise = 1.0 if mean is None else 1 + (mean.noise / average.noise) ** 2
    return float(own @ at.residual) / size, math.sqrt(noise / size)
