"""Where the lines of a session lie, and whether its FIDs begin at the echo's top.

What is said of points before the top is measured by `first_order`; where there are
some, the lines lie where they do without them.
"""

from __future__ import annotations

from monitor.analysis.basis import names as naming
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.preparation.line_offset import temperature_c
from monitor.run.result import Result

TOLD_FROM_PPM = 0.08
LOOKED_FOR_PPM = 0.55
ROOM_C = (5.0, 33.0)


def line_offset(result: Result) -> str:
    """How far from their place the lines lie, in a sentence; empty if not far."""
    session = _session(result)
    if session is None or naming.absent(("tNAA", "tCr"), session.problem.model.names):
        return ""  # where the lines lie is not known without both
    offset_ppm, found = session.lines_offset_ppm, result.first_order
    if found is not None:
        offset_hz = session.offset_hz + found.shift_hz
        offset_ppm = offset_hz / session.problem.model.frequency_mhz
    offset_hz = offset_ppm * session.problem.model.frequency_mhz
    if abs(offset_ppm) <= TOLD_FROM_PPM:
        return ""
    if not abs(offset_ppm) <= LOOKED_FOR_PPM:
        return (
            "No lines of NAA, creatine and choline are found within 0.5 ppm of their "
            "places: what was measured is no brain, and no phantom that is made like "
            "one. Much water, or points before the top of the echo, may hide them."
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
    found = result.first_order
    if found is None or result.hidden:
        return ""
    points = found.points
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
