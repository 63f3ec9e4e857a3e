"""What an analysis gave, collected from its updates as they come."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.pipeline import Pipeline
from monitor.analysis.quality import Quality
from monitor.analysis.response import Estimate
from monitor.analysis.update import TrackerPoint, Update
from monitor.choose import Analysis
from streams.errors import InputError
from streams.sources.mrd_conjugation import ConjugationCheck
from streams.transient import Body, Kind, Message, Start, Transient

MIRRORED = (
    "The spectrum is mirrored at the water line: the samples are the complex "
    "conjugates of what NIfTI-MRS and this program store; conjugate the file and try "
    "again."
)


LOG_ONLY = "Tracker: "
"""How notes about the outcome's noise begin: for session.json, and for no lock."""


@dataclass(slots=True)
class Outcome:
    """What an analysis gave, collected from its updates.

    Attributes
    ----------
    course : the whole course, as it stood at the end
    tracks : the tracker's points, as they were shown
    notes : everything that was noticed, once each
    durations_ms : time that each transient took, by whether the course was done again
    missing_messages : numbers of the session that no message came with; of transients
        the scanner's counter tells more, see `missing`
    waters : water references that came
    """

    analysis: Analysis
    course: tuple[Estimate, ...] = ()
    tracks: list[TrackerPoint] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    durations_ms: dict[str, list[float]] = field(default_factory=dict)
    ended: bool = False
    missing_messages: int = 0
    waters: int = 0
    _last_seq: int = -1
    _conjugation: ConjugationCheck | None = None

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline, once a start message has come."""
        if self.analysis.pipeline is None:
            raise InputError("There is no start message: nothing can be analysed.")
        return self.analysis.pipeline

    @property
    def missing(self) -> int:
        """Transients that never came, by the scanner's counter."""
        return self.analysis.counter.missing

    @property
    def waters_left_out(self) -> int:
        """Water references that were not used: none by their look, or too late."""
        return self.waters + self.analysis.waters_found - self.waters_used

    @property
    def waters_used(self) -> int:
        """Water references that the analysis took, each once."""
        return self.pipeline.intake.waters_taken - self.analysis.waters_lent

    @property
    def infusion_s(self) -> tuple[float, float] | None:
        """Start and stop of the infusion; as planned, or now, where it still runs."""
        start_s, stop_s = self.pipeline.periods.start_s, self.pipeline.periods.stop_s
        if start_s is None:
            return None
        if stop_s is None:
            length_s = self.pipeline.settings.infusion_length_s
            now_s = self.qualities[-1].time_s if self.qualities else start_s
            stop_s = start_s + length_s if length_s else now_s
        return (start_s, stop_s) if stop_s > start_s else None

    @property
    def qualities(self) -> list[Quality]:
        """Of every metabolite transient."""
        return self.pipeline.course.qualities

    def push(self, message: Message) -> Update:
        """Work through one message and keep what it gave."""
        began = time.perf_counter()
        self.missing_messages += max(message.seq - self._last_seq - 1, 0)
        self._last_seq = message.seq
        update = self.analysis.push(message)
        self.notes |= dict.fromkeys(update.notes)
        if update.settings is not None and update.settings.outcome_hidden:
            self.notes = {n: None for n in self.notes if not n.startswith(LOG_ONLY)}
        stage = "event"
        if isinstance(message.body, Transient):
            self.waters += message.body.kind == Kind.WATER
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
        self._check_conjugation(message.body)
        return update

    def _check_conjugation(self, body: Body) -> None:
        """Note a series whose spectrum is the wrong way round."""
        if isinstance(body, Start):
            self._conjugation = ConjugationCheck(body.acquisition)
        elif isinstance(body, Transient) and body.kind == Kind.METABOLITE:
            check = self._conjugation
            if check is not None and check.push(body.fid) and check.contradicted:
                self.notes[MIRRORED] = None


def counts(outcome: Outcome) -> dict[str, int | None]:
    """Counts of a session; None where the file could not show any."""
    qualities, course = outcome.qualities, outcome.course
    seen, counter = outcome.analysis.counted, outcome.analysis.counter
    return {
        "transients": len(qualities),
        "excluded": sum(q.weight == 0 for q in qualities),
        "down_weighted": sum(0 < q.weight < 0.5 for q in qualities),
        "flagged": sum(bool(q.flags) for q in qualities),
        "missing": outcome.missing if seen else None,
        "doubled": counter.doubled if seen else None,
        "water_references": outcome.waters_used,
        "water_references_left_out": outcome.waters_left_out,
        "epochs": len({q.epoch for q in qualities}),
        "windows": len(course),
        "independent_windows": sum(e.independent for e in course),
        "not_converged": sum(not e.converged for e in course),
        "missing_messages": outcome.missing_messages,
        "refused_messages": outcome.pipeline.refused,
    }


def medians(qualities: list[Quality]) -> dict[str, float]:
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
