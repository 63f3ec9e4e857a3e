"""A recording worked through once, with what only a report wants kept beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.analysis.update import Curve, Update
from monitor.choose import Analysis, Wishes
from monitor.closing import no_metabolites
from monitor.outcome import Outcome
from streams.errors import InputError
from streams.sources.open_file import messages_of, open_source
from streams.transient import End, Event, Message, Start, Transient

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and the scanner times of the transients that it came between, s."""

    event: Event
    before_s: float | None
    after_s: float | None = None


@dataclass(slots=True)
class Followed:
    """An analysed recording and what came along.

    Attributes
    ----------
    origin : what kind of file it is, in words
    sha256 : of the file
    start : the first start message
    placed : events where they came
    times_s : scanner time of every transient, in order of arrival
    aligned, raw : strip of each metabolite transient after and before alignment
    """

    outcome: Outcome
    origin: str
    sha256: str
    start: Start | None = None
    placed: list[Placed] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    aligned: list[Curve] = field(default_factory=list)
    raw: list[Curve] = field(default_factory=list)

    def push(self, message: Message) -> None:
        """Work through one message."""
        update = self.outcome.push(message)
        match message.body:
            case Start() as start:
                self.outcome.pipeline.live = False
                self.start = self.start or start
            case Event() as event:
                before_s = self.times_s[-1] if self.times_s else None
                self.placed.append(Placed(event, before_s))
            case Transient() as transient:
                self._took(transient, update)

    def _took(self, transient: Transient, update: Update) -> None:
        at_s = transient.time_s
        for i in range(len(self.placed) - 1, -1, -1):
            if self.placed[i].after_s is not None:
                break
            self.placed[i] = Placed(self.placed[i].event, self.placed[i].before_s, at_s)
        self.times_s.append(at_s)
        if update.strip is not None and update.strip_raw is not None:
            self.aligned.append(update.strip)
            self.raw.append(update.strip_raw)


def follow(path: Path, wishes: Wishes, water: Path | None = None) -> Followed:
    """Run a file through the pipeline, fitted once at its end.

    Raises
    ------
    InputError : see `monitor.analyse.analyse`
    """
    source = open_source(path, water, wishes.choose, wishes.files)
    followed = Followed(Outcome(Analysis(wishes)), source.origin, sha256_of(path))
    last: Message | None = None
    with threadpool_limits(1):
        for last in messages_of(source):
            followed.push(last)
        if last is not None and not followed.outcome.ended:
            end = End(len(followed.outcome.qualities), "no end message")
            followed.push(Message(last.session, last.seq + 1, last.epoch, end))
    outcome = followed.outcome
    outcome.notes = dict.fromkeys((*source.notes, *outcome.notes))
    if not outcome.qualities:
        raise InputError(f"{path} holds {no_metabolites(outcome)}.")
    return followed


def sha256_of(path: Path) -> str:
    """Hash of a file's content, or of all files of a folder in order of their names.

    Raises
    ------
    InputError : it cannot be read
    """
    digest = hashlib.sha256()
    try:
        for part in sorted(path.iterdir()) if path.is_dir() else [path]:
            with part.open("rb") as file:
                while block := file.read(CHUNK):
                    digest.update(block)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path} cannot be read: {reason}.") from None
    return digest.hexdigest()
