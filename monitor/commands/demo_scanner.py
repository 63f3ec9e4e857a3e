"""The demo's scanner: a relay process that publishes a simulated session."""

from __future__ import annotations

import multiprocessing as mp
import queue
import signal
import threading
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from monitor.run.ctrl_c import without_ctrl_c
from streams.errors import InputError
from streams.messages.free_ports import free_port_pair

START_TIMEOUT_S = 60.0
WATCH_S = 0.5


@dataclass(frozen=True, slots=True)
class Simulated:
    """A relay process and where it publishes."""

    process: BaseProcess
    told: Any
    stop: Any
    endpoint: str

    def wait(self) -> None:
        """Wait until the relay runs.

        Raises
        ------
        InputError : it could not start
        """
        try:
            problem = self.told.get(timeout=START_TIMEOUT_S)
        except queue.Empty:
            problem = "it did not start within a minute"
        if problem:
            self.close()
            raise InputError(f"The simulated scanner cannot run: {problem}")

    def close(self) -> None:
        """Stop the relay; end it if it does not."""
        if self.process.is_alive():  # the event waits for ever for one that died
            self.stop.set()
        self.process.join(5.0)
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(5.0)


def start_simulated(scenario: str, recording: Path, speed: float) -> Simulated:
    """Start a relay process on free loopback ports; `wait` until it runs.

    Raises
    ------
    InputError : no free ports
    """
    context = mp.get_context("spawn")
    report, stop = context.Queue(), context.Event()
    endpoint = f"tcp://127.0.0.1:{free_port_pair()}"
    process = context.Process(
        target=_relay,
        args=(scenario, str(recording), endpoint, speed, report, stop),
        name="simulated-scanner",
        daemon=True,
    )
    with without_ctrl_c():
        process.start()
    return Simulated(process, report, stop, endpoint)


def _relay(
    scenario: str, recording: str, endpoint: str, speed: float, report: Any, stop: Any
) -> None:
    """Body of the process; the simulation is imported here alone."""
    from streams.relay.relay import run_relay
    from streams.simulator.scanner import scan
    from streams.simulator.scenario_file import read_scenario
    from streams.sources.recording import paced

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the demo decides when to stop
    halt, began = threading.Event(), threading.Event()

    def status(_: object) -> None:
        if not began.is_set():
            began.set()
            report.put("")

    def watch() -> None:
        parent = mp.parent_process()
        while not stop.wait(WATCH_S) and (parent is None or parent.is_alive()):
            pass  # a demo that was killed must not leave its scanner behind
        halt.set()

    threading.Thread(target=watch, daemon=True).start()
    try:
        source = paced(scan(read_scenario(scenario)), speed, halt)
        run_relay(source, recording, endpoint, stop=halt, on_status=status, speed=speed)
    except InputError as error:
        report.put(str(error))
