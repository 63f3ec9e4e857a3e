"""The basis set as a session fits it: with the macromolecules that it measured itself.

A block of nulled transients is judged once it has ended and the session's own lines
have a place; what it shows then takes the place of all other macromolecules, in every
epoch, those before it included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.course.course import Course
from monitor.analysis.course.intake import NEWEST, Intake
from monitor.analysis.course.measured_block import MeasuredBlock, NulledProgress
from monitor.analysis.course.nulled_scan import NulledScan
from monitor.analysis.fit.freedom import Freedom, usual
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.model_for import model_for
from monitor.analysis.note import Note, NoteKind
from monitor.analysis.preparation.quality import median_of
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition, Transient


@dataclass(slots=True)
class SessionBasis:
    """The basis set of a session and what is fitted with it; one owner, the pipeline.

    Attributes
    ----------
    read : as read from its file
    intake : gets the models
    freedom : what a cold fit may move; None: what suits the basis set
    nulled : the blocks that measure macromolecules
    measured_mm : macromolecules of such a block, while all is fitted with them
    """

    read: BasisSet
    intake: Intake
    freedom: Freedom | None = None
    nulled: NulledScan = field(default_factory=NulledScan)
    measured_mm: BasisSet | None = None

    @property
    def _course(self) -> Course:
        return self.intake.course

    def begin_series(
        self, acquisition: Acquisition, settings: Settings, epoch: int
    ) -> tuple[Note, ...]:
        """Begin a series with the basis set on its grid; what was noticed or added.

        Raises
        ------
        InputError : the basis set does not belong to the acquisition
        """
        model, notes = self._model(acquisition, settings)
        self._free(model, acquisition, settings)
        self.intake.begin_series(acquisition, model, epoch)
        return notes

    def take_nulled(self, body: Transient, number: int) -> NulledProgress:
        """Take a transient of a block that measures macromolecules.

        Raises
        ------
        InputError : it is not what its series announced, or before any series
        """
        self.intake.check_nulled(body, number)
        acquisition = self.intake.acquisition
        if acquisition is None:
            raise InputError("A transient came before any start message: it is left.")
        return self.nulled.push(body, acquisition, self.intake.waters.fids)

    def judge_block(self, settings: Settings, ended: bool) -> MeasuredBlock | None:
        """Judge a block that has ended; None where there is none, or not yet.

        It waits until the session's lines have a place, or the session `ended`.
        """
        lines_hz, acquisition = self.intake.lines_hz, self.intake.acquisition
        if not self.nulled.closed or not (lines_hz or ended) or acquisition is None:
            return None
        moved_hz = float(np.median(lines_hz)) if lines_hz else 0.0
        tr_s = acquisition.repetition_time_s
        return self.nulled.judge(self.read, settings, moved_hz, self._line_hz(), tr_s)

    def is_outdated(self, settings: Settings) -> bool:
        """Whether other macromolecules are to be fitted with than are now."""
        return self._wanted(settings) is not self.measured_mm

    def put_models(self, settings: Settings) -> None:
        """Put all epochs on the basis set as the settings want it now."""
        self.measured_mm = self._wanted(settings)
        self.intake.put_models(lambda a: self._model(a, settings)[0])
        acquisition = self.intake.acquisition
        if acquisition is not None:
            self._free(self._model(acquisition, settings)[0], acquisition, settings)

    def lacking(self, outcome: str) -> tuple[str, ...]:
        """What is to be said where the basis set does not give an outcome."""
        outcomes = self._course.outcomes
        return outcomes.lacking(outcome) if outcomes else ()

    def still_true(self, notes: Iterable[Note]) -> tuple[Note, ...]:
        """Notes but those that macromolecules were not measured, once they were."""
        if self.measured_mm is None:
            return tuple(notes)
        return tuple(note for note in notes if note.kind != NoteKind.UNMEASURED)

    def _wanted(self, settings: Settings) -> BasisSet | None:
        """Measured macromolecules, where they are to be used."""
        return self.nulled.shapes if settings.macromolecules == "auto" else None

    def _model(
        self, acquisition: Acquisition, settings: Settings
    ) -> tuple[Model, tuple[Note, ...]]:
        return model_for(self.read, acquisition, settings, self.measured_mm)

    def _free(self, model: Model, acquisition: Acquisition, settings: Settings) -> None:
        """Take the freedom of a cold fit that suits a model."""
        self._course.freedom = replace(
            self.freedom or usual(model, acquisition.echo_time_s),
            water_removal=settings.water_removal,
            ratio_priors=settings.ratio_priors,
        )

    def _line_hz(self) -> float:
        """Full width of the newest lines; 0 where there are none."""
        newest = [q.fwhm_hz for q in self._course.qualities[-NEWEST:] if q.counts]
        found = median_of(np.array(newest))
        return found if np.isfinite(found) else 0.0
