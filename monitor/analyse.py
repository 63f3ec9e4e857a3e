"""A recording or file through the pipeline into tables, without a window."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.analysis.choice import traits_of
from monitor.analysis.comparison import Comparison, compared, plasma_curves
from monitor.analysis.model import RELAXATION
from monitor.analysis.pipeline import Pipeline
from monitor.analysis.quality import Quality
from monitor.analysis.response import Estimate
from monitor.analysis.session_model import SessionModel
from monitor.analysis.update import TrackerPoint, Update
from monitor.choose import Analysis, Wishes
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
from streams.errors import InputError
from streams.sources.open_file import open_source
from streams.transient import Body, End, Kind, Message, Transient, number

Progress = Callable[[int], None]


@dataclass(slots=True)
class Outcome:
    """What an analysis gave, collected from its updates.

    Attributes
    ----------
    course : the whole course, as it stood at the end
    tracks : the tracker's points, as they were shown
    notes : everything that was noticed, once each
    durations_ms : time that each transient took, by whether the course was done again
    """

    analysis: Analysis
    course: tuple[Estimate, ...] = ()
    tracks: list[TrackerPoint] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    durations_ms: dict[str, list[float]] = field(default_factory=dict)
    ended: bool = False

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline, once a start message has come."""
        if self.analysis.pipeline is None:
            raise InputError("There is no start message: nothing can be analysed.")
        return self.analysis.pipeline

    @property
    def infusion_s(self) -> tuple[float, float] | None:
        """Start and stop of the infusion; as planned, or now, where it still runs."""
        times_s = self.pipeline.infusion_s
        if not times_s:
            return None
        start_s, *stop = times_s
        length_s = self.pipeline.settings.infusion_length_s
        now_s = self.qualities[-1].time_s if self.qualities else start_s
        stop_s = stop[0] if stop else start_s + length_s if length_s else now_s
        return (start_s, stop_s) if stop_s > start_s else None

    @property
    def qualities(self) -> list[Quality]:
        """Of every metabolite transient."""
        return self.pipeline.course.qualities

    def push(self, message: Message) -> Update:
        """Work through one message and keep what it gave."""
        began = time.perf_counter()
        update = self.analysis.push(message)
        self.notes |= dict.fromkeys(update.notes)
        stage = "event"
        if isinstance(message.body, Transient):
            stage = "course" if update.course is not None else "transient"
        took = 1e3 * (time.perf_counter() - began)
        self.durations_ms.setdefault(stage, []).append(took)
        if update.course is not None:
            self.course = update.course
        if update.tracks is not None and not self.tracks:
            self.tracks = list(update.tracks)
        if update.tracker is not None:
            self.tracks.append(update.tracker)
        self.ended = self.ended or update.ended is not None
        return update


def analyse(
    path: Path,
    wishes: Wishes,
    water: Path | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Run a file through the pipeline.

    Raises
    ------
    InputError : see `open_source`, `settings_for` and `Pipeline`
    """
    source = open_source(path, water, wishes.choose)
    outcome = run(number(source.bodies), wishes, progress)
    outcome.notes = dict.fromkeys((*source.notes, *outcome.notes))
    if not outcome.qualities:
        raise InputError(f"{path} holds no metabolite transient: nothing to analyse.")
    return outcome


def run(
    messages: Iterable[Message], wishes: Wishes, progress: Progress | None = None
) -> Outcome:
    """Run messages through the pipeline; an end is added where there is none."""
    outcome = Outcome(Analysis(wishes))
    last: Message | None = None
    done = 0
    with threadpool_limits(1):
        for last in messages:
            outcome.push(last)
            if _is_metabolite(last.body):
                done += 1
                if progress is not None:
                    progress(done)
        if last is not None and not outcome.ended:
            end = End(done, "no end message")
            outcome.push(Message(last.session, last.seq + 1, last.epoch, end))
    if note := _without_change(outcome):
        outcome.notes[note] = None
    return outcome


def _without_change(outcome: Outcome) -> str:
    """Why no change could be given, in one sentence; empty where one is."""
    if len(outcome.course) < 2 or any(e.changes_percent for e in outcome.course):
        return ""
    pipeline = outcome.pipeline
    reference_s = pipeline.reference_s or pipeline.settings.reference_s
    if reference_s is None:
        return (
            "No change is given, since there is no reference period: "
            "give --reference START:END or --infusion START:END."
        )
    return (
        f"No change is given, since the reference period {reference_s[0]:g} to "
        f"{reference_s[1]:g} s holds no window: the transients are from "
        f"{outcome.qualities[0].time_s:g} to {outcome.qualities[-1].time_s:g} s."
    )


def _is_metabolite(body: Body) -> bool:
    return isinstance(body, Transient) and body.kind == Kind.METABOLITE


def make_folder(out: Path) -> None:
    """Make the folder for the results, before a long run that would be in vain.

    Raises
    ------
    InputError : it cannot be made or takes no files
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder {out} cannot be made ({error.strerror}): choose another --out."
        ) from None
    if not os.access(out, os.W_OK):
        raise InputError(f"No permission to write into {out}: choose another --out.")


def write(outcome: Outcome, out: Path, source: str, spectra: bool = False) -> None:
    """Write the tables of the contract into a folder, which is made if need be.

    Raises
    ------
    InputError : the folder cannot be written to
    """
    make_folder(out)
    pipeline = outcome.pipeline
    hidden = pipeline.settings.outcome_hidden
    names = pipeline.course.names
    write_estimates(out / "estimates.csv", outcome.course, names, hidden)
    write_transients(out / "transients.csv", outcome.qualities)
    write_tracker(out / "tracker.csv", tracker_rows(outcome), hidden)
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
        "counts": _counts(outcome),
        "quality": _quality(outcome.qualities),
        "session_models": [
            {"epoch": epoch, **_fitted(model)}
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


def dose_mg(settings: Settings) -> float | None:
    """Dose of the infusion, where the protocol or the operator gives both parts."""
    per_kg, weight_kg = settings.dose_mg_per_kg, settings.weight_kg
    return None if per_kg is None or weight_kg is None else per_kg * weight_kg


def _counts(outcome: Outcome) -> dict[str, int]:
    course = outcome.course
    return {
        "transients": len(outcome.qualities),
        "flagged": sum(bool(q.flags) for q in outcome.qualities),
        "weight_below_half": sum(q.weight < 0.5 for q in outcome.qualities),
        "windows": len(course),
        "independent_windows": sum(e.independent for e in course),
        "not_converged": sum(not e.converged for e in course),
        "epochs": len({q.epoch for q in outcome.qualities}),
        "water_references": len(outcome.pipeline.waters),
        "refused_messages": outcome.pipeline.refused,
    }


def _quality(qualities: list[Quality]) -> dict[str, float]:
    """Medians over the transients that count, and the range of the shift."""
    good = [q for q in qualities if q.weight >= 0.5] or qualities
    shifts = np.array([q.shift_hz for q in good])
    return {
        "snr_median": float(np.median([q.snr for q in good])),
        "fwhm_hz_median": float(np.median([q.fwhm_hz for q in good])),
        "shift_hz_range": float(np.ptp(shifts)),
        "water_median": float(np.median([q.water for q in good])),
        "lipid_median": float(np.median([q.lipid for q in good])),
        "weight_mean": float(np.mean([q.weight for q in qualities])),
    }
