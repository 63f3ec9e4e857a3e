"""Keeps water and metabolites apart, whatever was announced.

The pipeline takes coil weights, eddy currents and the unit of amplitudes from a water
reference: one without unsuppressed water in it would spoil all three.  And unsuppressed
water in a metabolite window would be thousands of times what is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from monitor.analysis.note import Note, NoteKind
from monitor.analysis.preparation.water_course import WaterPoint, water_point
from monitor.run.earlier_water import EarlierWater
from monitor.run.message_filter import Filtered
from monitor.run.water_watch import WaterWatch
from streams.messages.transient import Acquisition, Kind, Message, Start, Transient
from streams.sources.checks.water import no_water

UNANNOUNCED = (
    "Transients that came as metabolites hold unsuppressed water: they are water "
    "reference, and enter no window (the scanner's rule for them can be given in [mrd] "
    "of the protocol)."
)


class WaterGate:
    """A filter of messages: false water goes no further, unannounced water is renamed.

    Attributes
    ----------
    left_out : water references that were held back
    lent : those that a series without any was given from the one before
    course : frequency, width and size of those that are water
    newest : the same of the newest message; None: it is no water
    """

    def __init__(self) -> None:
        self.left_out = self.lent = 0
        self._earlier = EarlierWater()
        self.course: list[WaterPoint] = []
        self.newest: WaterPoint | None = None
        self._watch = WaterWatch()
        self._acquisition: Acquisition | None = None
        self._metabolites = False
        self._noted: set[tuple[int, str]] = set()  # epochs, and what was said in them

    @property
    def found(self) -> int:
        """Transients that came as metabolites and hold unsuppressed water."""
        return self._watch.found

    def foresee(self, transients: Sequence[Transient]) -> None:
        """Look at metabolite transients that are to come, all at once."""
        if self._acquisition is not None:
            self._watch.foresee(transients, self._acquisition)

    def filter(self, message: Message) -> Filtered:
        """Judge a transient by what it holds."""
        body, self.newest = message.body, None
        if isinstance(body, Start):
            self._acquisition = body.acquisition
            self._earlier.start(body.acquisition)
        acquisition = self._acquisition
        if not isinstance(body, Transient) or acquisition is None:
            return Filtered((message,))
        if body.kind == Kind.WATER:
            return self._reference(message, body, acquisition)
        if body.kind != Kind.METABOLITE:
            return Filtered((message,))
        if not self._watch.is_water(body, acquisition):
            self._metabolites = True
            return self._with_earlier_water(message)
        water = replace(body, kind=Kind.WATER)
        passed = self._reference(replace(message, body=water), water, acquisition)
        if not passed.messages:
            return passed
        return Filtered(passed.messages, self._note(message.epoch, UNANNOUNCED))

    def _with_earlier_water(self, message: Message) -> Filtered:
        """The first metabolites of a series, with the water of the one before."""
        waters = self._earlier.for_metabolite()
        if not waters:
            return Filtered((message,))
        self.lent += len(waters)
        text = (
            f"The water reference of the series before ({len(waters)} transients) is "
            f"used in epoch {message.epoch}, which has none."
        )
        lent = (replace(message, body=water) for water in waters)
        return Filtered((*lent, message), self._note(message.epoch, text, "lent"))

    def _reference(
        self, message: Message, body: Transient, acquisition: Acquisition
    ) -> Filtered:
        """A water reference, held back where it is none."""
        wrong = ""
        if body.fid.shape[0] == acquisition.coils:
            wrong = no_water(body.fid[np.newaxis], acquisition)
        if wrong:
            self.left_out += 1
            text = (
                f"What came as water reference in epoch {message.epoch} is left out, "
                f"since {wrong}: coil weights, eddy currents and amplitudes do without "
                "it."
            )
            return Filtered((), self._note(message.epoch, text, "left out"))
        self.newest = water_point(body, acquisition, self._metabolites)
        self.course.append(self.newest)
        self._earlier.water(body)
        return Filtered((message,))

    def _note(self, epoch: int, text: str, what: str = "") -> tuple[Note, ...]:
        """What to say, once an epoch."""
        if (epoch, what) in self._noted:
            return ()
        self._noted.add((epoch, what))
        return (Note(NoteKind.WATER, text),)
