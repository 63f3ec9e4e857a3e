"""What is drawn of a course: spectra of windows, their fits, strips of transients."""

from __future__ import annotations

import cmath
import math

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.fit.curves import Curve, Curves
from monitor.analysis.fit.fit import curves
from monitor.analysis.fit.fitted_windows import (
    FittedWindow,
    as_fit,
    mean_fid,
    window_problem,
)
from monitor.analysis.fit.model import Model
from monitor.analysis.preparation.preparation import Preparation
from monitor.analysis.signal.spectrum import Complex


def strip_of(spectrum: Complex, model: Model, preparation: Preparation) -> Curve:
    """Phased real part of a spectrum for the waterfall, the template's NAA being 1."""
    height = preparation.line.height
    scale = 1 / height if math.isfinite(height) and height > 0 else 1.0
    turn = cmath.rect(scale, -preparation.absolute.phase_rad)
    return (spectrum[model.band] * turn).real.astype(np.float32)


def average_spectrum(course: Course, fitted: FittedWindow) -> Complex:
    """Whole spectrum (points,) of a window as it was fitted, without the water."""
    session = course.session_of(fitted)
    fid = mean_fid(course.fids, fitted.average)
    spectrum = session.problem.model.full_spectra(session.placed(fid))
    if session.water is not None:
        spectrum = spectrum - session.water.whole_leak(spectrum)
    return spectrum


def window_curves(course: Course, fitted: FittedWindow) -> Curves:
    """Spectra of a window and its fit, the session's baseline in the baseline."""
    window = fitted.average.window
    session = course.sessions[course.qualities[window.first].epoch]
    mean = mean_fid(course.fids, fitted.average)
    problem = window_problem(session, mean, fitted.average.noise)
    fit = as_fit(session, fitted)
    data, baseline, parts = curves(problem, fit)
    back = np.conj(problem.model.turn(fit.theta))
    data = data + session.offset * back
    baseline = baseline + session.baseline * back
    return _curves_of(problem.model, data, baseline, parts)


def last_curves(course: Course) -> Curves | None:
    """Curves of the newest window, if there is one."""
    last = course.last_fitted
    return None if last is None else window_curves(course, last)


def reference_curves(course: Course) -> Curves | None:
    """Curves of the mean of the reference period's epoch, if there is one."""
    reference = course.reference
    if reference is None:
        return None
    epoch = course.qualities[reference.first].epoch
    session = course.sessions[epoch]
    return _curves_of(session.problem.model, *curves(session.problem, session.fit))


def _curves_of(
    model: Model, data: Complex, baseline: Complex, parts: Complex
) -> Curves:
    """Real parts for drawing."""
    total = baseline + parts.sum(axis=1)
    return Curves(
        model.ppm.astype(np.float32),
        data.real.astype(np.float32),
        total.real.astype(np.float32),
        baseline.real.astype(np.float32),
        (data - total).real.astype(np.float32),
        {
            name: parts[:, m].real.astype(np.float32)
            for m, name in enumerate(model.names)
        },
    )
