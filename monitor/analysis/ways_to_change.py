"""The ways to the change beside the windows, and whether all of them agree.

The tracker follows each transient, the spectra are compared with courses without a fit
(`glm`), and both stand beside the windows (`tracking.agreement`).
"""

from __future__ import annotations

from dataclasses import replace

from monitor.analysis.contamination.judge import Judge
from monitor.analysis.contamination.stretch import Stretch
from monitor.analysis.course.course import Course
from monitor.analysis.course.plan import Plan
from monitor.analysis.glm.spectral_change import SpectralChange
from monitor.analysis.note import NoteKind, notes_of
from monitor.analysis.tracking.agreement import agreement_of
from monitor.analysis.tracking.difference import Agreement
from monitor.analysis.tracking.forecast import foreseen_now
from monitor.analysis.tracking.foreseen import Foreseen
from monitor.analysis.tracking.tracking import Tracking
from monitor.analysis.update import Update
from monitor.protocol.settings import Settings


class WaysToChange:
    """Keeps tracker and spectra in step with a course; one owner, the pipeline.

    Attributes
    ----------
    tracking : the tracker
    spectral : what follows the infusion in the spectra
    agreement : of the ways, as last compared
    """

    def __init__(self, course: Course, judge: Judge, settings: Settings) -> None:
        self.tracking = Tracking(course, settings.reference_target_percent)
        self.spectral = SpectralChange(course, settings.infusion_length_s)
        self.agreement: Agreement | None = None
        self._judge = judge
        self._told: tuple[Stretch, ...] = ()

    def step(self, update: Update, plan: Plan, outcome: str) -> Update:
        """Take the newest transient, whose window the update has."""
        point = self.tracking.step()
        if update.estimate is not None and update.estimate.independent:
            update = replace(update, agreement=self.compare(plan, outcome))
        maps = self.spectral.push(self.tracking.seen[-1], point) if point else ()
        return self._told_with(replace(update, tracker=point, spectral_maps=maps))

    def again(self, update: Update, plan: Plan, settings: Settings) -> Update:
        """Compare anew, after windows alone were done again."""
        return self._told_with(self.look_ahead(update, plan, settings))

    def redo(self, update: Update, plan: Plan, settings: Settings) -> Update:
        """Do tracker and spectra again as far as anything of them has changed."""
        marks_s = plan.boundaries_s
        tracks = self.tracking.redo_if_changed(marks_s)
        if tracks is None:
            self.spectral.again(marks_s)
        else:
            self.spectral.redo(self.tracking.seen, tracks, marks_s)
        return replace(self.again(update, plan, settings), tracks=tracks)

    def look_ahead(self, update: Update, plan: Plan, settings: Settings) -> Update:
        """Whether the ways agree, and what can be detected, now and as planned."""
        return replace(
            update,
            agreement=self.compare(plan, settings.outcome),
            foreseen=self.foresee(plan, settings),
        )

    def compare(self, plan: Plan, outcome: str) -> Agreement | None:
        """Whether the ways to the change agree now."""
        stretches = self._judge.stretches
        self.agreement = agreement_of(self.tracking, plan, outcome, stretches)
        return self.agreement

    def foresee(self, plan: Plan, settings: Settings) -> Foreseen | None:
        """What can be detected of the protocol's outcome, now and as planned."""
        length_s = settings.infusion_length_s
        if length_s is None and settings.infusion_s is not None:
            length_s = settings.infusion_s[1] - settings.infusion_s[0]
        marks_s = plan.boundaries_s
        return foreseen_now(self.tracking, settings.outcome, length_s, marks_s)

    def _told_with(self, update: Update) -> Update:
        """The update with what tracker and judge have to say since they last did."""
        said = notes_of(NoteKind.TRACKER, self.tracking.take_notes())
        return replace(
            update,
            stretches=self._new_stretches(),
            answers=self.tracking.answers,
            notes=(*update.notes, *said),
        )

    def _new_stretches(self) -> tuple[Stretch, ...] | None:
        """The stretches that are unlike the rest; None where they are as last told."""
        told, self._told = self._told, self._judge.stretches
        return None if self._told == told else self._told
