"""What is fitted with a message: the window that it completes, or the whole course."""

from __future__ import annotations

from dataclasses import replace

from monitor.analysis.course.course import Course
from monitor.analysis.course.curves import last_curves, reference_curves, window_curves
from monitor.analysis.course.fitting import fit_newest, refit
from monitor.analysis.course.intake import Intake
from monitor.analysis.course.plan import Plan
from monitor.analysis.note import Note, NoteKind
from monitor.analysis.tracking.free_baseline import decide_bending
from monitor.analysis.update import Update
from monitor.analysis.ways_to_change import WaysToChange
from monitor.protocol.settings import Settings

NO_SIGNAL = "No transient holds a signal: check the receive coil and its plug."


class CourseFits:
    """Fits a course and has the other ways to the change follow; one owner."""

    def __init__(self, course: Course, intake: Intake, ways: WaysToChange) -> None:
        self._course, self._intake, self._ways = course, intake, ways

    @property
    def anything(self) -> bool:
        """Whether any transient of the session holds a signal."""
        return any(quality.amplitude != 0.0 for quality in self._course.qualities)

    def newest(self, update: Update, plan: Plan, settings: Settings) -> Update:
        """Fit the window that the newest transient completes."""
        found = fit_newest(self._course, plan)
        if found is None:
            return update
        estimate, fitted = found
        return replace(
            update,
            estimate=estimate,
            curves=window_curves(self._course, fitted),
            foreseen=self._ways.foresee(plan, settings),
        )

    def with_weights(self, update: Update) -> Update:
        """An update that says what all transients are worth by now."""
        return replace(update, qualities=tuple(self._course.qualities))

    def whole(
        self,
        update: Update,
        plan: Plan,
        settings: Settings,
        anew: bool,
        marked: bool,
        live: bool,
    ) -> Update:
        """Do the whole course again; with session models and tracker where `anew`.

        `marked`: with the tracker, since there is another mark.  `live`: with spectra
        to be drawn, and what the tracker needs to go on from the middle once more.
        """
        if not self.anything:
            notes = (*update.notes, Note(NoteKind.SIGNAL, NO_SIGNAL))
            return replace(update, course=(), notes=notes)
        self._ways.tracking.goes_back = live
        if self._intake.judge_again():
            anew, update = True, self.with_weights(update)
        course = refit(self._course, plan, anew)
        open_yet = anew and not self._course.bending_held
        if open_yet and decide_bending(self._course, plan):
            course = refit(self._course, plan)
        judged = self._course.qualities[-1] if update.quality is not None else None
        update = replace(
            update,
            quality=judged,
            course=course,
            estimate=course[-1] if course else None,
            curves=last_curves(self._course) if live else None,
            reference_curves=reference_curves(self._course) if live else None,
            reference_s=plan.reference_s,
        )
        follow = self._ways.redo if anew or marked else self._ways.again
        update = follow(update, plan, settings)
        maps = self._ways.spectral.maps if live else ()
        return replace(update, spectral_maps=maps)
