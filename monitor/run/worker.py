"""The process beside the window: messages through the pipeline; the window never waits.

The worker owns the feed and the pipeline; the window holds a `Worker` and exchanges
frozen values with it through a pipe.  Reports are gathered for a moment before they
are sent, so that a fast replay costs the window few wake-ups; none is ever left out.

Started by *spawn* on every system: what opens feed and pipeline must be picklable.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing as mp
import signal
import time
from multiprocessing.connection import Connection

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.run.background_injection import BackgroundInjection
from monitor.run.ctrl_c import without_ctrl_c
from monitor.run.feed import Feed
from monitor.run.loop import Loop
from monitor.run.outbox import Outbox, Unsent, kept_in, waiting_folder
from monitor.run.worker_config import WorkerConfig
from monitor.run.worker_messages import (
    Command,
    Failed,
    Report,
    SendEvent,
    Sent,
    Stop,
    Waiting,
)
from streams.errors import InputError

HEALTH_S = 0.25  # between two looks at the state of the stream
POLL_S = 0.02  # longest wait for messages before commands are read again
STOP_S = 0.5  # for the process to end by itself
ENDED = "its process was ended from outside, or by a lack of memory"
NOBODY = (
    "the analysis has stopped: Ctrl+N begins it again, mrs-monitor event goes without"
)

log = logging.getLogger(__name__)


# -- in the process --------------------------------------------------------------------


def work(config: WorkerConfig, connection: Connection) -> None:
    """Body of the process: until told to stop or the window is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the window decides when to stop
    feed: Feed | None = None
    try:
        with threadpool_limits(1):
            feed = config.open_feed()
            outbox = Outbox(waiting_folder())
            injections = BackgroundInjection()
            run = config.open_run()
            loop = Loop(config, feed, run, outbox=outbox, injections=injections)
            _run(loop, connection)
    except (BrokenPipeError, EOFError, ConnectionError):
        log.info("the window is gone")
    except InputError as error:
        _last_words(connection, str(error))
    except Exception as error:
        log.exception("the analysis stopped")
        _last_words(connection, f"{error!r}; the log says where")
    finally:
        if feed is not None:
            feed.close()
        connection.close()


def _run(loop: Loop, connection: Connection) -> None:
    loop.listen()  # first of all, so that the window knows what it is
    listen_at = 0.0
    while not loop.stopped:
        while connection.poll(0):
            loop.obey(connection.recv())
        loop.turn(POLL_S)
        if time.monotonic() >= listen_at:
            loop.listen()
            listen_at = time.monotonic() + HEALTH_S
        if loop.reports:
            connection.send(loop.reports)
            loop.reports = []
            loop.outbox.clear()


def _last_words(connection: Connection, sentence: str) -> None:
    try:
        connection.send([Failed(sentence)])
    except OSError:
        log.exception("the window could not be told: %s", sentence)


# -- in the window ---------------------------------------------------------------------


class Worker:
    """The window's handle on the process."""

    def __init__(self, config: WorkerConfig) -> None:
        context = mp.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=work, args=(config, theirs), name="monitor-worker", daemon=True
        )
        with without_ctrl_c():
            self._process.start()
        theirs.close()
        self._gone = False
        self._said_why = False
        self._unanswered: list[SendEvent] = []  # of which it is not known what became
        self._waiting: tuple[Unsent, ...] = ()  # as it told

    def send(self, command: Command) -> None:
        """Ask for something; a worker that has gone hears nothing.

        What it said before it went is still to be received, and that it went with it.
        """
        if isinstance(command, SendEvent):
            self._unanswered.append(command)
        with contextlib.suppress(OSError):
            self._connection.send(command)

    def receive(self, budget_s: float) -> list[Report]:
        """Reports that have come, taking about `budget_s` at most."""
        reports: list[Report] = []
        until = time.perf_counter() + budget_s
        try:
            while not self._gone and self._connection.poll(0):
                reports.extend(self._connection.recv())
                self._said_why |= any(isinstance(r, Failed) for r in reports)
                if time.perf_counter() >= until:
                    break
        except (EOFError, OSError):
            self._gone = True
            if not self._said_why:  # its own words say more
                self._said_why = True
                reports.append(Failed(ENDED))
        self._unanswered = _without_answered(self._unanswered, reports)
        for waiting in (r for r in reports if isinstance(r, Waiting)):
            self._waiting = waiting.unsent
        if self._gone:  # what it was asked for while it stopped, too
            reports += self._left_behind()
            self._unanswered = []
        return reports

    def _left_behind(self) -> list[Report]:
        """What a worker that went has kept and did not tell of, and what nobody has."""
        folder = waiting_folder()
        kept = tuple(kept_in(folder, [c.id for c in self._unanswered]))
        if kept:
            self._waiting = (*self._waiting, *kept)
        known = {unsent.request.id for unsent in kept}
        none = [c for c in self._unanswered if c.id not in known]
        said = [Sent(c.kind, NOBODY, text=c.text) for c in none]
        return [*([Waiting(self._waiting, str(folder))] if kept else []), *said]

    def stop(self, timeout_s: float = STOP_S) -> None:
        """Ask the process to end; end it if it does not: it owns nothing to lose."""
        self.send(Stop())
        deadline = time.monotonic() + timeout_s
        while self._process.is_alive() and time.monotonic() < deadline:
            self.receive(0.01)  # a worker that waits to be heard cannot stop
            self._process.join(0.02)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(1.0)
        if self._process.is_alive():
            self._process.kill()
        self._connection.close()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()


def _without_answered(asked: list[SendEvent], reports: list[Report]) -> list[SendEvent]:
    """Events of which is not known yet that they are recorded, refused or kept."""
    left = list(asked)
    for report in reports:
        if isinstance(report, Waiting):
            kept = {one.request.id for one in report.unsent}
            left = [c for c in left if c.id not in kept]
        elif isinstance(report, Sent):
            words = report.kind, report.text
            place = next((c for c in left if (c.kind, c.text) == words), None)
            if place is not None:
                left.remove(place)
    return left
