"""The results of an analysis as files: the tables of the contract and session.json."""

from __future__ import annotations

import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from monitor.analysis.choice import traits_of
from monitor.analysis.comparison import Comparison, compared, plasma_curves
from monitor.analysis.course import Course
from monitor.analysis.mm_prior import NAME as MM_PRIOR
from monitor.analysis.model import RELAXATION
from monitor.analysis.outcomes import RATIOS
from monitor.analysis.session_model import SessionModel, doubt_shares
from monitor.outcome import Outcome, counts, medians
from monitor.report.folder import made_folder, take_away
from monitor.report.joint_tables import write_joint, write_joint_course, write_plasma
from monitor.report.spectra import write_spectra
from monitor.report.tables import (
    TrackerRow,
    write_estimates,
    write_session,
    write_tracker,
    write_transients,
)
from monitor.settings import Settings

FURTHER = ("joint.csv", "joint_course.csv", "plasma.csv")
"""Tables that only some runs write.  Of spectra one may be what is analysed."""


def write(outcome: Outcome, out: Path, source: str, spectra: bool = False) -> None:
    """Write the tables of the contract into a folder, which is made if need be.

    Tables that an earlier run wrote there and this one does not are taken away.

    Raises
    ------
    InputError : the folder cannot be written to
    """
    made_folder(out)
    pipeline = outcome.pipeline
    hidden = pipeline.settings.outcome_hidden
    names = pipeline.course.names
    write_estimates(out / "estimates.csv", outcome.course, names, hidden)
    write_transients(out / "transients.csv", outcome.qualities)
    write_tracker(out / "tracker.csv", tracker_rows(outcome), hidden)
    take_away(out, *FURTHER)
    _write_responses(outcome, out, hidden)
    if spectra and not hidden:
        write_spectra(pipeline, out)
    write_session(out / "session.json", session_of(outcome, source), hidden)


def _write_responses(outcome: Outcome, out: Path, hidden: bool) -> None:
    """Write the joint fits and the plasma curve, where there is an infusion."""
    infusion_s = outcome.infusion_s
    if infusion_s is None:
        return
    times_s = np.array([quality.time_s for quality in outcome.qualities])
    dose = outcome.pipeline.settings.dose_mg_per_kg
    write_plasma(out / "plasma.csv", times_s, plasma_curves(times_s, infusion_s, dose))
    comparison = None if hidden else responses(outcome)
    if comparison is not None:
        write_joint(out / "joint.csv", comparison)
        write_joint_course(out / "joint_course.csv", comparison)


def responses(outcome: Outcome) -> Comparison | None:
    """Response models fitted to the whole course; None where nothing is tracked."""
    infusion_s = outcome.infusion_s
    stop_s = None if infusion_s is None else infusion_s[1]
    return compared(outcome.pipeline.tracking.joint_fits(stop_s), stop_s)


def tracker_rows(outcome: Outcome) -> list[TrackerRow]:
    """A row per transient: what was shown, and what the whole session says."""
    filtered = {point.index: point for point in outcome.tracks}
    smoothed = {point.index: point for point in outcome.pipeline.smoothed()}
    rows = []
    for quality in outcome.qualities:
        shown, later = filtered.get(quality.index), smoothed.get(quality.index)
        rows.append(
            TrackerRow(
                quality.index,
                quality.time_s,
                shown.filtered if shown else {},
                shown.filtered_sd if shown else {},
                later.filtered if later else {},
                later.filtered_sd if later else {},
            )
        )
    return rows


def session_of(outcome: Outcome, source: str) -> dict[str, Any]:
    """Everything that makes the numbers reproducible."""
    pipeline = outcome.pipeline
    course = pipeline.course
    return {
        "source": source,
        "program": {"mrs-monitor": version("mrs-monitor")},
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "settings": pipeline.settings.as_dict(),
        "acquisition": asdict(pipeline.acquisition) if pipeline.acquisition else None,
        "basis": {
            "source": pipeline.basis.source,
            "sha256": pipeline.basis.sha256,
            "names": list(course.names),
        },
        "reference_s": pipeline.reference_s,
        "infusion_s": list(pipeline.infusion_s),
        "dose_mg": dose_mg(pipeline.settings),
        "counts": counts(outcome),
        "quality": medians(outcome.qualities),
        "session_models": [
            {"epoch": epoch, **_fitted(model), **_macromolecules(model, course)}
            for epoch, model in course.sessions.items()
        ],
        "timing_ms": {
            stage: {
                "count": len(times),
                "median": float(np.median(times)),
                "p99": float(np.percentile(times, 99)),
            }
            for stage, times in outcome.durations_ms.items()
        },
        "notes": list(outcome.notes),
    }


def _fitted(made: SessionModel) -> dict[str, object]:
    """What was chosen and found on the mean of a reference period."""
    fit, model = made.fit, made.problem.model
    traits = traits_of(fit.theta, model.layout)
    return {
        "baseline_dimension": fit.baseline_dimension,
        "baseline_stiffness": made.problem.stiffness,
        "macromolecules_stand_in": model.stand_in,
        "line_kernel": traits.kernel,
        "small_shifts": traits.fine,
        "t2_part": float(fit.theta[RELAXATION]),
        "t2_part_sd": float(fit.theta_sd[RELAXATION]),
        "misfit": fit.misfit,
        "broadening_hz": fit.broadening_hz,
        "shift_hz": fit.shift_hz,
        "naa_fwhm_hz": made.naa_fwhm_hz,
        "converged": fit.converged,
    }


def _macromolecules(made: SessionModel, course: Course) -> dict[str, object]:
    """Which prior stands in for them, and what of each level's variance is its."""
    if not made.doubt.any() or course.outcomes is None:
        return {}
    told = course.outcomes.subset(RATIOS)
    return {
        "macromolecules_prior": MM_PRIOR,
        "variance_from_macromolecules": doubt_shares(made, told),
    }


def dose_mg(settings: Settings) -> float | None:
    """Dose of the infusion, where the protocol or the operator gives both parts."""
    per_kg, weight_kg = settings.dose_mg_per_kg, settings.weight_kg
    return None if per_kg is None or weight_kg is None else per_kg * weight_kg
