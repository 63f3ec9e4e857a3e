"""Keeps out of an analysis what is not a water reference.

The pipeline takes coil weights, eddy currents and the unit of amplitudes from a water
reference: one without unsuppressed water in it would spoil all three.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.note import Note, NoteKind
from monitor.analysis.update import Update
from streams.messages.transient import Acquisition, Kind, Message, Start, Transient
from streams.sources.checks.water import no_water


class WaterGate:
    """A filter of messages: false water references go no further.

    Attributes
    ----------
    left_out : water references that were held back
    """

    def __init__(self) -> None:
        self.left_out = 0
        self._acquisition: Acquisition | None = None
        self._noted: set[int] = set()  # epochs

    def hold(self, message: Message) -> Update | None:
        """The note that replaces the analysis of a message; None: it goes on."""
        body = message.body
        if isinstance(body, Start):
            self._acquisition = body.acquisition
        if not (isinstance(body, Transient) and body.kind == Kind.WATER):
            return None
        wrong = self._why_no_water(body)
        if not wrong:
            return None
        return Update(message.seq, message.epoch, notes=self._note(message, wrong))

    def _why_no_water(self, body: Transient) -> str:
        """Why this is not a water reference; empty where it is, or cannot be judged."""
        acquisition = self._acquisition
        if acquisition is None or body.fid.shape[0] != acquisition.coils:
            return ""
        return no_water(body.fid[np.newaxis], acquisition)

    def _note(self, message: Message, wrong: str) -> tuple[Note, ...]:
        """What to say of it, once an epoch."""
        self.left_out += 1
        if message.epoch in self._noted:
            return ()
        self._noted.add(message.epoch)
        text = (
            f"What came as water reference in epoch {message.epoch} is left out, since "
            f"{wrong}: coil weights, eddy currents and amplitudes do without it."
        )
        return (Note(NoteKind.WATER, text),)
