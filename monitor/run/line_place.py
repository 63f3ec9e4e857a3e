"""Where the lines of a session lie, and whether its FIDs begin at the echo's top.

Points before the top turn each line by 2 pi nu k dwell (k points, nu from the carrier):
a phase of first order, which the fit does not free.  How much of the spectrum the few
lines that every brain shows explain is asked for each k; the peak nearest to k = 0 is
told where it explains clearly more than none.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.first_guess import starting_points
from monitor.analysis.preparation.line_offset import temperature_c
from monitor.run.result import Result

TOLD_FROM_PPM = 0.08
LOOKED_FOR_PPM = 0.55
TRIED = range(-6, 25)
LEAST_GAIN, GAIN_PER_TURN = 0.01, 0.12
"""What k points more must explain: least, and by the turn of 1 ppm squared (rad)."""
ROOM_C = (5.0, 33.0)


def line_offset(result: Result) -> str:
    """How far from their place the lines lie, in a sentence; empty if not far."""
    session = _session(result)
    if session is None:
        return ""
    offset_ppm = session.lines_offset_ppm
    offset_hz = offset_ppm * session.problem.model.frequency_mhz
    if abs(offset_ppm) <= TOLD_FROM_PPM:
        return ""
    if not abs(offset_ppm) <= LOOKED_FOR_PPM:
        return (
            "No lines of NAA, creatine and choline are found within 0.5 ppm of their "
            "places: what was measured is no brain, and no phantom that is made like "
            "one."
        )
    side = "low" if offset_ppm < 0 else "high"
    sample_c = temperature_c(offset_ppm)
    cool = ROOM_C[0] <= sample_c <= ROOM_C[1]
    phantom = f" A phantom at {sample_c:.0f} C looks so." if cool else ""
    return (
        f"The lines lie {abs(offset_ppm):.2f} ppm ({abs(offset_hz):.0f} Hz) too {side} "
        f"beside the scanner's frequency; they were measured there.{phantom}"
    )


def points_before_top(result: Result) -> str:
    """A phase of first order that a fit would need, in a sentence; empty if none."""
    session = _session(result)
    hidden = result.hidden
    if session is None or hidden or not np.isfinite(session.naa_fwhm_hz):
        return ""
    points = _points(session)
    if points == 0:
        return ""
    plural = "" if abs(points) == 1 else "s"
    where = "before the top of the echo" if points > 0 else "missing after it"
    remedy = (
        "give skip_points in [files] (or [mrd]) of the protocol"
        if points > 0
        else "see whether too many are cut off"
    )
    return (
        f"The lines are turned against each other as by some {abs(points)} "
        f"point{plural} {where} (a phase of first order), which the fit does not free: "
        f"{remedy}."
    )


def _session(result: Result) -> SessionModel | None:
    models = result.epoch_models
    return models[min(models)] if models else None


def _points(session: SessionModel) -> int:
    """Points before the top by the peak of the explained energy nearest to none."""
    problem = session.problem
    model = problem.model
    slope = 2 * np.pi * model.frequency_mhz * model.dwell_time_s
    energy = np.array(
        [
            starting_points(
                model,
                problem.stiffness,
                problem.spectrum * np.exp(-1j * k * slope * model.x),
                1,
            )[0].energy
            for k in TRIED
        ]
    )
    none = TRIED.index(0)
    inner = (
        np.flatnonzero((energy[1:-1] >= energy[:-2]) & (energy[1:-1] >= energy[2:])) + 1
    )
    if not inner.size:
        return 0
    nearest = min(inner, key=lambda i: (abs(int(i) - none), -energy[i]))
    points = TRIED[int(nearest)]
    gain = max(LEAST_GAIN, GAIN_PER_TURN * (points * slope) ** 2)
    clear = energy[nearest] > (1 + gain) * energy[none]
    return points if clear else 0
