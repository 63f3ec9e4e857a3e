"""The results of an analysis as files: the tables of the contract and session.json."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from monitor.analysis.course.level_doubt import doubt_shares, left_over_shares
from monitor.analysis.course.outcomes import RATIOS
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.model import RELAXATION
from monitor.analysis.fit.model_choice import traits_of
from monitor.analysis.fit.relaxation import POOLS
from monitor.analysis.tracking.comparison import plasma_curves
from monitor.protocol.settings import Settings
from monitor.report.folder import make_folder, remove_stale
from monitor.report.joint_tables import write_joint, write_joint_course, write_plasma
from monitor.report.tables import (
    TrackerRow,
    write_estimates,
    write_session,
    write_tracker,
    write_transients,
    write_water,
)
from monitor.run.result import Result, medians
from streams.export.shared_fields import event_to_leave
from streams.messages.marks import GIVEN
from streams.messages.transient import Event
from streams.messages.version import PROGRAM, program_version

FURTHER = (
    *("joint.csv", "joint_course.csv", "plasma.csv", "water.csv"),
    *("comparison.csv", "comparison.png"),
)
"""What only some runs write, or `compare` of an earlier one.

Spectra are not among them: one may be what is analysed.
"""


def write_tables(
    result: Result,
    out: Path,
    source: str,
    spectra: bool = False,
    about: Mapping[str, Any] | None = None,
) -> None:
    """Write the tables of the contract into a folder, which is made if need be.

    `source` says in words what was analysed, `about` by its content
    (`monitor.run.analyse.about`).
    Tables that an earlier run wrote there and this one does not are taken away.

    Raises
    ------
    InputError : the folder cannot be written to
    """
    make_folder(out)
    hidden, names = result.hidden, result.course.names
    write_estimates(out / "estimates.csv", result.estimates, names, hidden)
    waters = result.water_course
    interleaved = waters if any(point.interleaved for point in waters) else ()
    write_transients(out / "transients.csv", result.qualities, interleaved)
    write_tracker(out / "tracker.csv", tracker_rows(result), hidden)
    remove_stale(out, *FURTHER)
    if interleaved:
        write_water(out / "water.csv", waters)
    _write_responses(result, out)
    if spectra and not hidden:
        from monitor.report.spectra import write_spectra  # what exports, seldom wanted

        write_spectra(result, out)
    write_session(out / "session.json", session_summary(result, source, about), hidden)


def _write_responses(result: Result, out: Path) -> None:
    """Write the joint fits and the plasma curve, where there is an infusion."""
    infusion_s = result.infusion_s
    if infusion_s is None:
        return
    times_s = np.array([quality.time_s for quality in result.qualities])
    dose = result.settings.dose_mg_per_kg
    write_plasma(out / "plasma.csv", times_s, plasma_curves(times_s, infusion_s, dose))
    comparison = None if result.hidden else result.response_models
    if comparison is not None:
        write_joint(out / "joint.csv", comparison)
        write_joint_course(out / "joint_course.csv", comparison)


def tracker_rows(result: Result) -> list[TrackerRow]:
    """A row per transient: what was shown, and what the whole session says."""
    filtered = {point.index: point for point in result.tracks}
    smoothed = {point.index: point for point in result.smoothed}
    rows = []
    for quality in result.qualities:
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


def session_summary(
    result: Result, source: str, about: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Everything that makes the numbers reproducible."""
    return {
        "source": source,
        "subject": result.identity.subject or None,
        "visit": result.identity.visit or None,
        **(about or {}),
        "program": {PROGRAM: program_version()},
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "settings": result.settings.as_dict(),
        "acquisition": result.acquisition.as_dict() if result.acquisition else None,
        "basis": {
            "source": result.basis_source,
            "sha256": result.basis_sha256,
            "names": list(result.course.names),
        },
        **_measured_mm(result),
        "reference_s": result.reference_s,
        "infusion_s": [mark.time_s for mark in result.marks.events],
        "marks": [_mark_entry(mark) for mark in result.marks.events],
        "dose_mg": dose_mg(result.settings),
        "counts": asdict(result.counts),
        "quality": medians(result.qualities),
        "session_models": [
            {
                "epoch": epoch,
                **_fit_summary(model),
                **_doubts(model, result),
            }
            for epoch, model in result.epoch_models.items()
        ],
        "timing_ms": {
            stage: {
                "count": len(times),
                "median": float(np.median(times)),
                "p99": float(np.percentile(times, 99)),
            }
            for stage, times in result.durations_ms.items()
        },
        "notes": [note.text for note in result.notes],
    }


def _measured_mm(result: Result) -> dict[str, object]:
    """Macromolecules that the session measured, where it did."""
    if result.measured_mm is None:
        return {}
    in_use = result.measured_mm_used
    return {"macromolecules": {"in_use": in_use, **asdict(result.measured_mm)}}


def _mark_entry(mark: Event) -> dict[str, object]:
    """A mark that holds, and who gave it, as a role."""
    leaves = event_to_leave(mark)
    by = GIVEN if mark.author == GIVEN else leaves.author
    return {"kind": mark.kind, "time_s": mark.time_s, "by": by}


def _fit_summary(epoch_model: SessionModel) -> dict[str, object]:
    """The model chosen on the mean of a reference period, and its parameters."""
    fit, model = epoch_model.fit, epoch_model.problem.model
    traits = traits_of(fit.theta, model.layout)
    return {
        "baseline_dimension": fit.baseline_dimension,
        "baseline_stiffness": epoch_model.problem.stiffness,
        "macromolecules_stand_in": model.stand_in,
        "line_kernel": traits.kernel,
        "small_shifts": traits.fine,
        "t2_part": float(fit.theta[RELAXATION]),
        "t2_part_sd": float(fit.theta_sd[RELAXATION]),
        "t2_rates": _rates(fit, model.layout.rates),
        "misfit": fit.misfit,
        "broadening_hz": fit.broadening_hz,
        "shift_hz": fit.shift_hz,
        "naa_fwhm_hz": epoch_model.naa_fwhm_hz,
        "converged": fit.converged,
    }


def _rates(fit: Fit, rates: slice) -> dict[str, dict[str, float]]:
    """By what part the rate 1 / T2 of each pool is another than the table's."""
    found = zip(POOLS, fit.theta[rates], fit.theta_sd[rates], strict=True)
    return {pool: {"part": float(r), "sd": float(sd)} for pool, r, sd in found if sd}


def _doubts(made: SessionModel, result: Result) -> dict[str, object]:
    """What each level's variance comes from, and which prior of macromolecules."""
    outcomes = result.course.outcomes
    if outcomes is None:
        return {}
    told = outcomes.subset(RATIOS)
    left_over: dict[str, object] = {
        "variance_from_left_over": left_over_shares(made, told)
    }
    if not made.doubt.any():
        return left_over
    return left_over | {
        "macromolecules_prior": result.mm_source,
        "variance_from_macromolecules": doubt_shares(made, told),
    }


def dose_mg(settings: Settings) -> float | None:
    """Dose of the infusion, where the protocol or the operator gives both parts."""
    per_kg, weight_kg = settings.dose_mg_per_kg, settings.weight_kg
    return None if per_kg is None or weight_kg is None else per_kg * weight_kg
