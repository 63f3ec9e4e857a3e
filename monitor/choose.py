"""Which protocol and basis set a session is analysed with.

In this order: the protocol that was asked for; the one that the session names; where a
basis set was given, the default settings with it; else the bundled preset that the
acquisition fits.  Nothing is guessed beyond that.  A session that was recorded under a
blinded protocol stays blinded under any (`monitor.blinding`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from monitor.analysis.update import Curves, Update
from monitor.blinding import is_lock
from monitor.earlier_water import EarlierWater
from monitor.presets import fitting, unfit
from monitor.settings import Settings, bundled_protocols, read_protocol
from monitor.unfilled import Unfilled
from monitor.water_course import WaterPoint, water_point
from monitor.water_watch import WaterWatch
from streams.errors import InputError
from streams.scanner_counter import OF_FILE, ScannerCounter
from streams.sources.choice import Choose
from streams.sources.file_rules import FileRules
from streams.sources.water_check import no_water
from streams.transient import Acquisition, Body, Kind, Message, Start, Transient

if TYPE_CHECKING:
    from monitor.analysis.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line.

    Attributes
    ----------
    protocol : name or file; empty: not given
    basis : name, file or folder; empty: that of the protocol
    changes : fields of `Settings` to replace
    choose : entries along a dimension of a file that is neither coils nor transients,
        by its tag, e.g. {"DIM_EDIT": 0}
    files : how files are read, by the protocol that was asked for
    """

    protocol: str = ""
    basis: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    choose: Choose = field(default_factory=dict)
    files: FileRules = field(default_factory=FileRules)


def settings_for(start: Start, wishes: Wishes) -> Settings:
    """Settings of a session that begins with this message.

    Raises
    ------
    InputError : no such protocol, or none fits and no basis set was given
    """
    settings = _protocol(start, wishes)
    if wishes.basis:
        settings = settings.changed(basis=wishes.basis)
    settings = settings.changed(**wishes.changes)
    if not settings.basis:
        raise InputError(f"No basis set for {start.source}: {unfit(start.acquisition)}")
    return settings


def _protocol(start: Start, wishes: Wishes) -> Settings:
    if wishes.protocol:
        return read_protocol(wishes.protocol)
    if start.protocol in bundled_protocols():
        return read_protocol(start.protocol)
    return Settings() if wishes.basis else fitting(start.acquisition)


def open_pipeline(start: Start, wishes: Wishes) -> tuple[Pipeline, tuple[str, ...]]:
    """Pipeline for a session that begins with this message, and what was noticed."""
    # scipy behind these takes a second, and the window's process never needs it
    from monitor.analysis.pipeline import Pipeline
    from monitor.basis_simulation import basis_for

    settings = settings_for(start, wishes)
    basis, notes = basis_for(settings.basis, start.acquisition)
    return Pipeline(settings, basis), notes


class Analysis:
    """A pipeline that is chosen when the session says what it is.

    Messages before the first start have nothing to be analysed with; they give empty
    updates.  A water reference without unsuppressed water in it is left out: the
    pipeline would take coil weights, eddy currents and the unit of amplitudes from it.

    Attributes
    ----------
    pipeline : None before the first start
    counter : what the scanner's counter says of missing transients
    counted : whether the counter was kept, so that gaps can be seen
    waters_left_out : water references that are none
    waters_lent : those that a series without any was given from the one before
    water_course : frequency, width and size of those that are
    """

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self.pipeline: Pipeline | None = None
        self.counter = ScannerCounter()
        self.counted = True
        self.waters_left_out = 0
        self.waters_lent = 0
        self._acquisition: Acquisition | None = None
        self._told: set[int] = set()  # epochs
        self._watch = WaterWatch()
        self._found_in: set[int] = set()
        self._metabolites = False
        self.water_course: list[WaterPoint] = []
        self._earlier = EarlierWater()
        self._unfilled = Unfilled()
        self._since: list[Message] = []  # the first start, to begin again from

    def push(self, message: Message) -> Update:
        """Work through one message; see `Pipeline.push`."""
        before = self.counter.missing
        self.counter.take(message.body)
        found = self.counter.missing - before
        self.counted = not message.session.startswith(OF_FILE) or (
            self.counter.missing > 0
        )
        message, filled = self._without_filling(message)
        update = self._checked(message)
        if filled:
            update = replace(update, notes=(*update.notes, filled))
        if not found and self.counted:
            return update
        return replace(update, missing=found, counted=self.counted)

    def _without_filling(self, message: Message) -> tuple[Message, str]:
        """A message without zeros behind its signal, and what to say of them."""
        body = message.body
        if isinstance(body, Start):
            first = self.pipeline is None
            message = replace(message, body=self._unfilled.start(body))
            self._since = [message] if first else []
        elif isinstance(body, Transient):
            held, self._since = self._since, []
            said = self._unfilled.learn(body) if held else ""
            if said:
                self._begin_again(held)
            return replace(message, body=self._unfilled.cut(body)), said
        elif self._since:
            self._since.append(message)
        return message, ""

    def _begin_again(self, held: list[Message]) -> None:
        """Begin with fewer points than were announced."""
        self.pipeline = None
        for message in held:
            body = message.body
            if isinstance(body, Start):
                message = replace(message, body=self._unfilled.start(body))
            self._checked(message)

    def _checked(self, message: Message) -> Update:
        """The same, without water references that are none."""
        body = message.body
        said: tuple[str, ...] = ()
        if isinstance(body, Start):
            self._acquisition = body.acquisition
            self._earlier.start(body.acquisition)
        elif self._is_unannounced_water(body):
            said = self._found(message)
            body = replace(body, kind=Kind.WATER)
            message = replace(message, body=body)
        if isinstance(body, Transient) and body.kind == Kind.WATER:
            wrong = self._no_water(body)
            if wrong:
                return Update(
                    message.seq, message.epoch, notes=self._left(message, wrong)
                )
            self._measure(body)
            self._earlier.water(body)
        elif isinstance(body, Transient) and body.kind == Kind.METABOLITE:
            self._metabolites = True
            said += self._lent(message)
        update = self._pushed(message)
        return replace(update, notes=(*update.notes, *said)) if said else update

    def _lent(self, message: Message) -> tuple[str, ...]:
        """Give a series the water of the one before; what to say of it."""
        waters = self._earlier.for_metabolite()
        for water in waters:
            self._pushed(replace(message, body=water))
        self.waters_lent += len(waters)
        if not waters:
            return ()
        return (
            f"The water reference of the series before ({len(waters)} transients) is "
            f"used in epoch {message.epoch}, which has none.",
        )

    def _measure(self, water: Transient) -> None:
        if self._acquisition is not None:
            point = water_point(water, self._acquisition, self._metabolites)
            self.water_course.append(point)

    @property
    def waters_found(self) -> int:
        """Transients that came as metabolites and hold unsuppressed water."""
        return self._watch.found

    def _is_unannounced_water(self, body: Body) -> TypeGuard[Transient]:
        if not isinstance(body, Transient) or body.kind != Kind.METABOLITE:
            return False
        acquisition = self._acquisition
        return acquisition is not None and self._watch.is_water(body, acquisition)

    def _found(self, message: Message) -> tuple[str, ...]:
        """What to say of water that was not announced, once an epoch."""
        if message.epoch in self._found_in:
            return ()
        self._found_in.add(message.epoch)
        return (
            "Transients that came as metabolites hold unsuppressed water: they are "
            "water reference, and enter no window (the scanner's rule for them can be "
            "given in [mrd] of the protocol).",
        )

    def _no_water(self, body: Transient) -> str:
        """Why a water reference is none; empty where it is one, or not to be told."""
        acquisition = self._acquisition
        if acquisition is None or body.fid.shape[0] != acquisition.coils:
            return ""
        return no_water(body.fid[np.newaxis], acquisition)

    def _left(self, message: Message, wrong: str) -> tuple[str, ...]:
        """What to say of a water reference that is left out, once an epoch."""
        self.waters_left_out += 1
        if message.epoch in self._told:
            return ()
        self._told.add(message.epoch)
        return (
            f"What came as water reference in epoch {message.epoch} is left out, since "
            f"{wrong}: coil weights, eddy currents and amplitudes do without it.",
        )

    def _pushed(self, message: Message) -> Update:
        if is_lock(message.body) and not self._unlocked():
            return self._locked(message)
        if self.pipeline is not None:
            return self.pipeline.push(message)
        if not isinstance(message.body, Start):
            return Update(message.seq, message.epoch)
        self.pipeline, notes = open_pipeline(message.body, self._wishes)
        update = self.pipeline.push(message)
        return replace(
            update, notes=notes + update.notes, settings=self.pipeline.settings
        )

    def _unlocked(self) -> bool:
        """Whether a lock in the recording has been lifted, which is on record."""
        return self._wishes.changes.get("outcome_hidden") is False

    def _locked(self, message: Message) -> Update:
        """Hide the outcome from now on."""
        changes = {**self._wishes.changes, "outcome_hidden": True}
        self._wishes = replace(self._wishes, changes=changes)
        if self.pipeline is None:
            return Update(message.seq, message.epoch)
        settings = self.pipeline.settings.changed(outcome_hidden=True)
        self.pipeline.settings = settings
        return replace(self.pipeline.push(message), settings=settings)

    def curves_between(self, start_s: float, end_s: float) -> Curves | None:
        """Spectra and fit of a stretch of scanner time, s; see `inspection`."""
        from monitor.inspection import curves_between

        if self.pipeline is None:
            return None
        return curves_between(self.pipeline, start_s, end_s)
