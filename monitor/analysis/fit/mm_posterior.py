"""Macromolecules that were measured, and what they may be all the same.

A nulled scan of three minutes leaves noise in what it says, and its inversion a
weighting that is known as well as the T1 of the groups are.  So the measurement takes
the place of the prior (`mm_prior`) in its own form: a mean with a free level, and
directions of one SD each,

* the covariance of the entry as it was found (`mm_measured`): the prior's where the
  scan says nothing,
* the T1 weighting of each group (T1_PART of its T1; nothing known of TI: WEIGHT_PART),
* phase, place and width of all together.  The line of the session is in the scan
  already and is fitted once more: so much narrower is the mean.

How good the scan was then needs no limit: a poor one leaves the prior.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.mm_relaxation import T1_PPM, gain_change
from monitor.analysis.fit.mm_measured import MeasuredMM
from monitor.analysis.fit.mm_prior import Gain, principal
from monitor.analysis.signal.spectrum import Real, ppm_axis, time_axis_s
from streams.messages.transient import Acquisition

T1_PART, WEIGHT_PART = 0.2, 0.1
PLACE_PPM = 0.005
PHASE_RAD = 0.06
"""Of the scan: what the prior leaves open where its noise is a tenth."""
T2_LINE_HZ = 2.0
"""Part of the session's line that is the metabolites' own T2."""
WIDTH_PART = 0.3
BAND_PPM = (0.2, 4.2)
NAME = "MM"


def measured_shapes(
    found: MeasuredMM,
    acquisition: Acquisition,
    gain: Gain,
    usual_tr_s: float | None,
    line_hz: float,
) -> BasisSet:
    """Mean and directions as entries on the scan's grid, in protons.

    Parameters
    ----------
    gain : what takes the inversion's weighting off
    usual_tr_s : TR of the session's metabolites
    line_hz : full width of the session's lines
    """
    a = acquisition
    grid = (a.spectrometer_frequency_mhz, a.dwell_time_s, a.points)
    t, shim_hz = time_axis_s(a.points, a.dwell_time_s), max(line_hz - T2_LINE_HZ, 0.0)
    narrower = np.exp(np.pi * shim_hz * t)
    whole = found.as_found(*grid, gain)
    unit = found.fid(*grid, gain)[0].real / whole[0].real
    mean = unit * narrower * whole
    turn = -2j * np.pi * PLACE_PPM * a.spectrometer_frequency_mhz * t
    rows = [
        *(unit * narrower * found.doubt),
        *(
            unit * narrower * found.as_found(*grid, one)
            for one in _weightings(acquisition, gain, usual_tr_s)
        ),
        turn * mean,
        1j * PHASE_RAD * mean,
        np.pi * WIDTH_PART * shim_hz * t * mean,
    ]
    axis = ppm_axis(a.points, a.dwell_time_s, a.spectrometer_frequency_mhz)
    inside = (axis >= BAND_PPM[0]) & (axis <= BAND_PPM[1])
    directions = principal(np.array(rows, complex), mean, inside)
    return BasisSet(
        (NAME, *(f"direction {i}" for i in range(len(directions)))),
        np.concatenate([mean[None], directions]),
        a.dwell_time_s,
        a.spectrometer_frequency_mhz,
        a.nucleus,
        source="measured macromolecules",
    )


def _weightings(
    acquisition: Acquisition, gain: Gain, usual_tr_s: float | None
) -> Iterator[Gain]:
    """Change of the gain by one SD of the T1 of each group."""
    ti_s, tr_s = acquisition.inversion_time_s, acquisition.repetition_time_s
    for group in np.eye(len(T1_PPM)):
        change = WEIGHT_PART
        if ti_s is not None and tr_s is not None:
            where = np.array([float(group @ T1_PPM)])
            change = gain_change(where, T1_PART, ti_s, tr_s, usual_tr_s or tr_s)
        yield partial(_near, gain=gain, heights=change * group)


def _near(ppm: Real, gain: Gain, heights: Real) -> Real:
    """A gain times what is felt of a change near one group."""
    return np.asarray(np.interp(ppm, T1_PPM, heights) * gain(ppm), float)
