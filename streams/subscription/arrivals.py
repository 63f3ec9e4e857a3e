"""What a publisher without a journal sends, as runs that can be recorded.

What it did not send right cannot be asked for again, but its order of arrival is that
of sending: one TCP connection.  So a number that does not follow never keeps a message
out.  A *run* begins with a start and is numbered upwards:

    a number that comes again, another session       a new run
    a number far ahead of the others                 taken as the next
    a run without a start of its own                 has the latest start heard, where
                                                     the shape of its FIDs fits
    a time that cannot follow                        `streams.subscription.time_line`

Each of these is a remark, for whoever listens to say and to record.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from streams.errors import InputError
from streams.messages import wire
from streams.messages.scanner_counter import AUTHOR
from streams.messages.transient import Event, Heartbeat, Message, Start, Transient
from streams.subscription.time_line import TimeLine

FAR = 1_000_000
"""No loss on the way: a number that far ahead is no number of this run."""
HELD = 256
"""Messages kept until the first start comes."""
LONGEST_NAME = 52  # so that with "#" and a count it stays within 64 characters


@dataclass(frozen=True, slots=True)
class Taken:
    """Messages to hand on, in the numbers of their run, with remarks and refusals."""

    messages: tuple[Message, ...] = ()
    remarks: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    repeated: bool = False


@dataclass(slots=True)
class _Run:
    """One run: its name, the publisher's last number, ours, and its times."""

    name: str
    seq: int
    ours: int
    times: TimeLine
    epochs: int = 0  # more than the publisher knows of
    far: int | None = None
    spare: int = 0  # numbers that messages far ahead may have had
    last: Message | None = None


@dataclass(slots=True)
class Arrivals:
    """Takes messages as they come; gives them out in runs."""

    session: str = ""
    _run: _Run | None = None
    _start: Message | None = None  # the latest heard
    _names: set[str] = field(default_factory=set)
    _held: list[tuple[Message, float]] = field(default_factory=list)
    _doubted: bool = False  # whether a start was refused since the latest

    @property
    def last_seq(self) -> int:
        """Number of the last message, as the publisher counts; -1 before the first."""
        return -1 if self._run is None else self._run.seq

    @property
    def epoch(self) -> int:
        """Epoch of the last message, as the publisher counts."""
        last = self._run.last if self._run else None
        return 0 if last is None else last.epoch

    @property
    def start_seq(self) -> int:
        """Number of the latest start of this session; 0 before it."""
        start = self._start
        return start.seq if start and start.session == self.session else 0

    @property
    def waiting_s(self) -> float | None:
        """Since when messages wait for a first start, by the caller's clock."""
        return self._held[0][1] if self._held else None

    def follows(self, message: Message) -> bool:
        """Whether that is plainly the next, or one of the next, of the run."""
        waits = self._start is None or self._doubted
        if waits or self._run is None or message.session != self.session:
            return False
        return self._run.seq < message.seq <= self._run.seq + HELD

    def beat(self, message: Message) -> Message | None:
        """A heartbeat in the numbers of the run; None where it is not of it."""
        run, body = self._run, message.body
        if run is None or message.session != self.session:
            return None
        if not isinstance(body, Heartbeat):
            return None
        ahead = body.last_seq - run.seq
        ours = run.ours + (ahead if 0 < ahead <= FAR else 0)
        return Message(run.name, ours, message.epoch, replace(body, last_seq=ours))

    def take(self, message: Message, arrived_s: float) -> Taken:
        """Take a message that is no heartbeat; `arrived_s` by a monotonic clock."""
        if isinstance(message.body, Start):
            return self._take_start(message, arrived_s)
        start, run = self._start, self._run
        if start is None or self._doubted:
            return self._hold(message, arrived_s)
        if run is None or message.session != self.session:
            return self._begin_without_start(start, message, arrived_s)
        if run.last is not None and _same(message, run.last):
            return Taken(repeated=True)
        if message.seq <= run.seq:
            return self._begin_again(start, run.seq, message, arrived_s)
        return self._next(run, message, arrived_s)

    def doubt(self) -> None:
        """A start was refused: what follows waits for one that is valid."""
        self._doubted = True

    def give_up(self) -> tuple[str, ...]:
        """Why the messages held are refused: no start came."""
        held, self._held = self._held, []
        return tuple(_without_start(message) for message, _ in held)

    def _take_start(self, message: Message, arrived_s: float) -> Taken:
        taken = self._interpret_start(message, arrived_s)
        self._start, self._doubted = message, False
        return self._with_held(taken, message)

    def _interpret_start(self, message: Message, arrived_s: float) -> Taken:
        """What a start means: nothing new, a further series, or a new run."""
        before, run = self._start, self._run
        if before is not None and run is not None and message.session == self.session:
            if message.seq == before.seq and message.body == before.body:
                return Taken()  # published again for those who come late
            if message.seq > run.seq:
                return self._next(run, message, arrived_s)
        again = message.session in self._names
        taken = self._begin(message, message.seq)
        if again:
            remark = f"Session {message.session} began again with its start: a new run."
            taken = replace(taken, remarks=(remark,))
        return taken

    def _with_held(self, taken: Taken, start: Message) -> Taken:
        """Also what came before the start and belongs to it."""
        held, self._held = self._held, []
        for message, arrived_s in held:
            if message.session == start.session and message.seq > start.seq:
                taken = _both(taken, self.take(message, arrived_s))
            else:
                taken = _both(taken, Taken(refused=(_without_start(message),)))
        return taken

    def _hold(self, message: Message, arrived_s: float) -> Taken:
        self._held.append((message, arrived_s))
        if len(self._held) <= HELD:
            return Taken()
        return Taken(refused=(_without_start(self._held.pop(0)[0]),))

    def _begin(self, start: Message, ours: int = 0) -> Taken:
        """A run that begins with this start, as number `ours`."""
        times = TimeLine(_repetition_time_s(start))
        self.session = start.session
        self._run = _Run(self._name(start.session), start.seq, ours, times, last=start)
        return Taken((replace(start, session=self._run.name, seq=ours),))

    def _begin_again(
        self, start: Message, last_seq: int, message: Message, arrived_s: float
    ) -> Taken:
        """A run of the same session, whose numbers came before."""
        remark = (
            f"Session {message.session} went back from number {last_seq} to "
            f"{message.seq}: a publisher that was started again needs a new session "
            "(a UUID); what it sends is taken as a new run."
        )
        if start.session != message.session or start.seq >= message.seq:
            start = replace(start, session=message.session, seq=message.seq - 1)
        return self._run_from(start, message, arrived_s, remark)

    def _begin_without_start(
        self, start: Message, message: Message, arrived_s: float
    ) -> Taken:
        remark = (
            f"Session {message.session} began without a start: it is taken with the "
            f"acquisition of the start before, of session {start.session}."
        )
        start = replace(start, session=message.session, seq=message.seq - 1)
        return self._run_from(start, message, arrived_s, remark)

    def _run_from(
        self, start: Message, message: Message, arrived_s: float, remark: str
    ) -> Taken:
        """A run with a start that was heard before, where it fits."""
        if isinstance(message.body, Transient) and isinstance(start.body, Start):
            try:
                wire.check_shape(start.body.acquisition, message.body)
            except InputError as error:
                return Taken(refused=(f"{error} (session {message.session})",))
        begun = self._begin(replace(start, epoch=message.epoch))
        begun = replace(begun, remarks=(remark,))
        return _both(begun, self.take(message, arrived_s))

    def _next(self, run: _Run, message: Message, arrived_s: float) -> Taken:
        remarks = self._number(run, message.seq)
        run.last = message
        if isinstance(message.body, Start):
            run.times.repetition_time_s = _repetition_time_s(message)
        taken = self._in_time(run, message, arrived_s)
        return replace(taken, remarks=(*remarks, *taken.remarks))

    def _number(self, run: _Run, seq: int) -> tuple[str, ...]:
        """Count a message of the run; what is to be said of its number."""
        if run.far is not None and 0 < seq - run.far <= FAR:  # it goes on from there
            run.seq, run.far = run.far, None
        ahead = seq - run.seq
        if ahead > FAR:
            remark = f"seq {seq} comes after {run.seq}: it is taken as the next."
            run.ours, run.far, run.spare = run.ours + 1, seq, run.spare + 1
            return (remark,)
        lost = ahead - 1
        forgiven = min(lost, run.spare)
        run.spare = run.spare - forgiven if lost else 0
        run.ours, run.seq, run.far = run.ours + 1 + lost - forgiven, seq, None
        return ()

    def _in_time(self, run: _Run, message: Message, arrived_s: float) -> Taken:
        """The message in the time of its run, after an event where an epoch begins."""
        body = message.body
        if not isinstance(body, Transient | Event):
            return Taken((self._ours(run, message),))
        times = run.times
        if isinstance(body, Event):
            placed = times.event(body.time_s)
        else:
            placed = times.transient(body.time_s, arrived_s, body.count)
        remarks = (placed.said,) if placed.said else ()
        before: tuple[Message, ...] = ()
        if placed.epoch:
            run.epochs += 1
            event = Event(placed.time_s, "re-shim", placed.said, AUTHOR)
            before = (self._ours(run, replace(message, body=event)),)
            run.ours += 1
        moved = replace(message, body=replace(body, time_s=placed.time_s))
        return Taken((*before, self._ours(run, moved)), remarks)

    def _ours(self, run: _Run, message: Message) -> Message:
        epoch = message.epoch + run.epochs
        return Message(run.name, run.ours, epoch, message.body)

    def _name(self, session: str) -> str:
        """A name that no run had before."""
        name, count = session, 1
        while name in self._names:
            count += 1
            name = f"{session[:LONGEST_NAME]}#{count}"
        self._names.add(name)
        return name


def _repetition_time_s(start: Message) -> float | None:
    body = start.body
    return body.acquisition.repetition_time_s if isinstance(body, Start) else None


def _same(one: Message, other: Message) -> bool:
    """Whether a message is the other once more."""
    a, b = one.body, other.body
    if (one.seq, one.epoch) != (other.seq, other.epoch):
        return False
    if isinstance(a, Transient) and isinstance(b, Transient):
        alike = (a.count, a.time_s, a.kind) == (b.count, b.time_s, b.kind)
        return alike and a.fid.tobytes() == b.fid.tobytes()
    return not isinstance(a, Transient) and a == b


def _both(one: Taken, other: Taken) -> Taken:
    return Taken(
        one.messages + other.messages,
        one.remarks + other.remarks,
        one.refused + other.refused,
    )


def _without_start(message: Message) -> str:
    """Why a message is refused that no start came for."""
    what = f"message {message.seq}"
    if isinstance(message.body, Transient):
        what = f"transient {message.body.count}"
    return (
        f"No valid start came before {what} of session {message.session}: publish the "
        "start again every few seconds."
    )
