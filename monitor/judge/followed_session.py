"""A recording analysed once; what only a report needs is collected on the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.analysis.fit.curves import Curve
from monitor.analysis.note import NoteKind, notes_of
from monitor.analysis.update import Update
from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all, with_notes
from monitor.run.remarks import no_metabolites
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.errors import InputError
from streams.messages.transient import Event, Message, Start, Transient
from streams.sources.file_names import readable
from streams.sources.joining.joined_files import SessionPlace, session_hash
from streams.sources.joining.open_session import open_session


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """An event and the scanner times of the transients that it came between, s."""

    event: Event
    before_s: float | None
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """An analysed recording and what came along.

    Attributes
    ----------
    result : of the analysis
    origin : what kind of file it is, in words
    sha256 : of the file
    along : what only a report wants
    """

    result: Result
    origin: str
    sha256: str
    along: Along

    @property
    def start(self) -> Start | None:
        """The first start message."""
        return self.along.start

    @property
    def placed(self) -> list[PlacedEvent]:
        """Events where they came."""
        return self.along.placed


@dataclass(slots=True)
class Along:
    """What is kept beside an analysis while messages come.

    Attributes
    ----------
    start : the first start message
    placed : events where they came
    times_s : scanner time of every transient, in order of arrival
    aligned, raw : strip of each metabolite transient after and before alignment
    """

    start: Start | None = None
    placed: list[PlacedEvent] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    aligned: list[Curve] = field(default_factory=list)
    raw: list[Curve] = field(default_factory=list)

    def watch(self, message: Message, update: Update) -> None:
        """Collect what a report needs of one message."""
        if update.again:
            self.aligned, self.raw = [], []
            for one in update.again:
                self._keep_strips(one)
        match message.body:
            case Start() as start:
                self.start = self.start or start
            case Event() as event:
                before_s = self.times_s[-1] if self.times_s else None
                self.placed.append(PlacedEvent(event, before_s))
            case Transient() as transient:
                self._keep_transient(transient, update)

    def _keep_transient(self, transient: Transient, update: Update) -> None:
        at_s = transient.time_s
        for i in range(len(self.placed) - 1, -1, -1):
            if self.placed[i].after_s is not None:
                break
            self.placed[i] = PlacedEvent(
                self.placed[i].event, self.placed[i].before_s, at_s
            )
        self.times_s.append(at_s)
        self._keep_strips(update)

    def _keep_strips(self, update: Update) -> None:
        if update.strip is not None and update.strip_raw is not None:
            self.aligned.append(update.strip)
            self.raw.append(update.strip_raw)


def follow(
    place: SessionPlace,
    wishes: Wishes,
    water: Path | None = None,
    names: bool = False,
) -> Followed:
    """Work through a session, fitted once at its end.

    `names`: what is noted may hold the names of the files.

    Raises
    ------
    InputError : see `monitor.run.analyse.analyse`
    """
    source = open_session(place, water, wishes.choose, wishes.files)
    run, along, sha256 = SessionRun(wishes, live=False), Along(), session_hash(place)
    with threadpool_limits(1):
        push_all(run, source.messages, along.watch)
        _, result = run.finish()
    if not result.qualities:
        raise InputError(f"{place} holds {no_metabolites(result)}.")
    noted = map(readable, source.notes) if names else source.nameless_notes
    result = with_notes(result, before=notes_of(NoteKind.SOURCE, noted))
    result = replace(result, pieces=source.pieces)
    return Followed(result, source.origin, sha256, along)
