"""A line that the fit leaves over, since nothing in the basis set has it there.

Lipid, ketones after fasting, what was given to the patient: what no entry has is taken
for others, and the interval of a level does not know of it.  In the mean of the
reference period what is left over is compared with an upright line as wide as the
fitted ones, wherever it may lie.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.fit import curves
from monitor.analysis.signal.spectrum import Real
from monitor.run.levels import epoch_of_level
from monitor.run.result import Result

LEAST_SDS = 6.5
LEAST_HEIGHT = 0.025
"""Over tNAA.  Five real spectra and simulated ones that fit leave less, but at the top
of their own lines."""
LEAST_PART = 0.12
"""Of what is fitted there: less is a line of another shape than the fit's."""
NARROWEST_HZ = 4.0
MAY_BE = (
    (0.8, 1.0, "lipid"),
    (1.1, 1.45, "lipid, lactate, ketones, ethanol or propylene glycol"),
    (2.17, 2.3, "acetone, as after fasting"),
    (3.6, 3.9, "mannitol or glucose"),
)
"""Where lines lie that brains have at times, ppm."""


def unexplained_line(result: Result) -> str:
    """The largest such line in a sentence; empty where there is none."""
    course = result.course
    if not course.fitted:
        return ""
    found = largest_left_over(course.sessions[epoch_of_level(course)])
    if found is None:
        return ""
    ppm, height = found
    known = next((f" ({name}?)" for a, b, name in MAY_BE if a <= ppm <= b), "")
    return (
        f"The fit leaves over a line at {ppm:.2f} ppm, {100 * height:.0f} % as high as "
        f"that of NAA, which the basis set does not have{known}: levels may be further "
        "off than their intervals say."
    )


def largest_left_over(session: SessionModel) -> tuple[float, float] | None:
    """Place in ppm and height over tNAA's of the largest line that is left over."""
    fit, problem = session.fit, session.problem
    if not fit.converged or not session.naa_height > 0:
        return None
    phased, baseline, parts = curves(problem, fit)
    fitted = parts.sum(axis=1)
    left = np.asarray((phased - baseline - fitted).real, float)
    shape = _line(session, max(fit.broadening_hz, NARROWEST_HZ))
    energy = float(np.sum(shape**2))
    height = np.convolve(left, shape, "same") / energy
    sds = height * np.sqrt(energy) / problem.noise_sd
    part = height / np.maximum(np.abs(fitted), 1e-9 * session.naa_height)
    told = (
        (sds > LEAST_SDS)
        & (height > LEAST_HEIGHT * session.naa_height)
        & (part > LEAST_PART)
    )
    if not told.any():
        return None
    top = int(np.argmax(np.where(told, height, 0.0)))
    return float(problem.model.ppm[top]), float(height[top] / session.naa_height)


def _line(session: SessionModel, fwhm_hz: float) -> Real:
    """An upright line of height one (2 n + 1,), about its middle."""
    model = session.problem.model
    point_hz = 1.0 / (model.points * model.dwell_time_s)
    n = int(np.ceil(1.5 * fwhm_hz / point_hz))
    x = np.arange(-n, n + 1) * point_hz / fwhm_hz
    return np.asarray(np.exp(-4 * np.log(2) * x**2), float)
