"""The recording of one measurement: the relay, as it stands outside of a scanner too.

It takes the scanner's stream on loopback, bit by bit as it came, so that what it writes
is what a relay outside would write.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from monitor.chain.card_rules import marked
from monitor.protocol.blinding import insert_lock
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.free_ports import free_port_pair
from streams.messages.transient import Body
from streams.relay.relay import run_relay
from streams.relay.status import RelayStatus
from streams.sources.mrd.address import Listening
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.source import MrdSource

LEAST_FREE_MB = 500.0
STOP_S = 30.0


class Recorder:
    """A relay on loopback in threads of its own; it runs when this returns.

    Parameters
    ----------
    path : of the recording
    rules : how the stream is to be understood
    settings : their lock is put before the first transient
    infusion_s : from the first transient to the start of the infusion, s; 0: not given
    say : is told notes and problems

    Attributes
    ----------
    port : where it takes MRD
    endpoint : where it publishes
    problem : why it does not record; empty if it does

    Raises
    ------
    InputError : no port is free
    """

    def __init__(
        self,
        path: Path,
        rules: MrdRules,
        settings: Settings,
        infusion_s: float,
        say: Callable[[str], None],
    ) -> None:
        self.problem = ""
        self.path = path
        self._say = say
        self._stop = threading.Event()
        name = "" if settings.name == Settings().name else settings.name
        source = MrdSource(
            Listening("127.0.0.1", 0), rules, protocol=name, on_note=say, recording=path
        )
        self.port = source.port
        self.endpoint = f"tcp://127.0.0.1:{free_port_pair()}"
        bodies = insert_lock(marked(source.bodies(self._stop), infusion_s), settings)
        self._thread = threading.Thread(
            target=self._run, args=(bodies, source), name="recorder", daemon=True
        )
        self._thread.start()

    def _run(self, bodies: Iterator[Body], source: MrdSource) -> None:
        try:
            status = run_relay(
                bodies,
                self.path,
                self.endpoint,
                stop=self._stop,
                on_status=self._hear,
                linger_s=0.0,
                least_free_mb=LEAST_FREE_MB,
            )
            self.path = status.path
        except InputError as error:
            self._fail(str(error))
        except Exception as error:  # the chain goes on without it, and says why
            self._fail(repr(error))
        finally:
            source.close()

    def _hear(self, status: RelayStatus) -> None:
        if status.problem and not status.recording:
            self._fail(status.problem)
        elif status.recording and self.problem:
            self.problem = ""
            self._say("It is recorded again.")

    def _fail(self, sentence: str) -> None:
        if sentence != self.problem:
            self.problem = sentence
            self._say(f"NOT RECORDED. {sentence}")

    def stop(self) -> None:
        """Close the recording."""
        self._stop.set()
        self._thread.join(STOP_S)


def with_lock(settings: Settings, hidden: bool) -> Settings:
    """Settings with the card's lock over the protocol's; it only ever adds one."""
    return replace(settings, outcome_hidden=settings.outcome_hidden or hidden)
