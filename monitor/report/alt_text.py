"""What a figure of a session's report shows, in words: for those who cannot see it."""

from __future__ import annotations

import numpy as np

from monitor.analysis.fit.curves import Curves
from monitor.analysis.preparation.quality import COUNTING_WEIGHT
from monitor.judge.figure_data import Drawn, Line
from monitor.report.digits import percent, plain, with_sign
from monitor.report.opinion_figure import opinion_in_words

ABOUT = {"shift_hz": "shift", "phase_deg": "phase", "fwhm_hz": "FWHM", "snr": "SNR"}
UNITS = {"shift_hz": " Hz", "phase_deg": " degrees", "fwhm_hz": " Hz", "snr": ""}


def alternative(name: str, drawn: Drawn) -> str:
    """Text for a figure of `figures.SHAPES`."""
    match name:
        case "trend":
            return _trend(drawn)
        case "models":
            return _models(drawn)
        case "spectra":
            return _spectra(drawn)
        case "opinion":
            return opinion_in_words(drawn)
        case "waterfalls":
            return _waterfalls(drawn)
        case _:
            return _traces(drawn)


def _trend(drawn: Drawn) -> str:
    course = drawn.course
    if course is None:
        return "No course."
    own = course.change[course.independent > 0]
    if not own.size:
        return "A course without independent windows."
    return (
        f"Change of {drawn.settings.outcome} against time: {own.size} independent "
        f"windows from {with_sign(own.min())} to {with_sign(own.max())} %, "
        f"the first at {with_sign(own[0])}, the last at {with_sign(own[-1])} %. "
        "Mean, peak and plateau stand in the table that follows."
    )


def _models(drawn: Drawn) -> str:
    listed = ", ".join(f"{m.fit.model} {percent(m.weight)}" for m in drawn.models)
    return f"Curves of response models over the windows; their probabilities: {listed}."


def _spectra(drawn: Drawn) -> str:
    shown = (("before", drawn.before), ("during", drawn.during))
    parts = [f"{word}: {_misfit(curves)}" for word, curves in shown if curves]
    return f"Mean spectra with fit, baseline and residual. {'; '.join(parts)}."


def _misfit(curves: Curves) -> str:
    if not curves.tallest_line:
        return "no line stands out"
    keep = np.isfinite(curves.residual) & (curves.ppm > 0.5) & (curves.ppm < 4.2)
    worst = float(np.max(np.abs(curves.residual[keep]), initial=0.0))
    share = plain(100 * worst / curves.tallest_line, 2)
    return f"the residual is at most {share} % of the tallest line"


def _waterfalls(drawn: Drawn) -> str:
    at = drawn.times.minutes(drawn.columns["time_s"])
    return (
        f"Spectra of {at.size} transients from {with_sign(at[0])} to "
        f"{with_sign(at[-1])} min as grey lines, as they came and aligned. "
        "How far they moved stands with the figure that follows."
    )


def _traces(drawn: Drawn) -> str:
    c = drawn.columns
    low = c["weight"] < COUNTING_WEIGHT
    parts = [
        _spread(word, c[name][~low & np.isfinite(c[name])], UNITS[name])
        for name, word in ABOUT.items()
    ]
    return (
        f"Each transient against time. {'; '.join(parts)}. {int(low.sum())} of "
        f"{low.size} have a weight under {COUNTING_WEIGHT:g} and are left "
        "out of these ranges."
    )


def _spread(word: str, y: Line, unit: str) -> str:
    if not y.size:
        return f"{word} not measured"
    low, high, middle = (plain(v) for v in (y.min(), y.max(), np.median(y)))
    return f"{word} {low} to {high}{unit}, median {middle}"
