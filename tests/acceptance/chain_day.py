"""A day of measurements through the program in the chain, accelerated.

    python tests/acceptance/chain_day.py --hours 24 --speed 60

`mrs-monitor kit serve` runs as a site runs it, in a process of its own; the sender of
`kit probe` plays one infusion after the other, of other seeds in turn.  After each one:
memory and open files of the program and of what it started (Linux: from /proc), whether
everything came back and was recorded, bit by bit.
"""

import argparse
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

import numpy as np
from free_ports import free_port

from monitor.kit.probe import play
from streams.chain.tee import Address
from streams.messages.transient import Transient, number
from streams.recording.reading import read_messages
from streams.simulator.scanner import scan
from streams.simulator.scenario_file import read_scenario
from streams.sources.mrd.parser import Id
from streams.sources.mrd.writer import frame_bytes

MEMORY_SLACK_MB = 8.0
FILES_SLACK = 2
TR_S = 2.0


@dataclass(frozen=True, slots=True)
class Visit:
    """One measurement: counts of transients, memory (MB) and open files after it."""

    sent: int
    passed: int
    recorded: int
    same: bool
    pages: int
    due: int
    memory_mb: float
    files: int
    problem: str

    @property
    def whole(self) -> bool:
        """Whether nothing is missing and no bit is another."""
        return self.same and self.sent == self.passed == self.recorded


def is_listening(port):
    """Whether somebody takes connections there."""
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def started_by(pid):
    """A process and all that it started, by their numbers."""
    found, left = [], [pid]
    while left:
        one = left.pop()
        found.append(one)
        children = Path(f"/proc/{one}/task/{one}/children")
        if children.exists():
            left += [int(child) for child in children.read_text().split()]
    return found


def memory_mb(pids):
    """Resident memory of processes together."""
    pages = 0.0
    for pid in pids:
        status = Path(f"/proc/{pid}/status").read_text()
        pages += float(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024
    return pages


def open_files(pids):
    """Open files of processes together."""
    return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids)


def messages_of(seed, transients):
    """An infusion of that seed, as many transients of it."""
    left = transients
    for message in number(scan(replace(read_scenario("infusion"), seed=seed))):
        left -= isinstance(message.body, Transient)
        if left < 0:
            return
        yield message


def fids(messages):
    """Samples of transients, kind by kind: noise waits until a signal is known."""
    bodies = [m.body for m in messages if isinstance(m.body, Transient)]
    return [body.fid for body in sorted(bodies, key=lambda body: body.kind)]


def closed_recording(folder, before, timeout_s=120.0):
    """The recording that is new and no longer written to."""
    until, last = time.monotonic() + timeout_s, (None, -1)
    while time.monotonic() < until:
        fresh = sorted(set(folder.glob("*.mcap")) - before)
        now = (fresh[-1], fresh[-1].stat().st_size) if fresh else (None, -1)
        if now == last and fresh:
            return fresh[-1]
        last = now
        time.sleep(1.0)
    raise TimeoutError("no recording is there")


def visit(process, address, folder, seed, transients, speed):
    """Play one measurement, and look at what is there then."""
    before = set(folder.glob("*.mcap"))
    messages = list(messages_of(seed, transients))
    played = play(address, iter(messages), 32, transients, speed, "press_3t_te30")
    sent, recorded = (
        fids(messages),
        fids(read_messages(closed_recording(folder, before))),
    )
    same = all(np.array_equal(a, b) for a, b in zip(sent, recorded, strict=False))
    pids = started_by(process.pid)
    passed = [frame_bytes(one.frame) for one in played.of(Id.ACQUISITION)]
    return Visit(
        sent=len(sent),
        passed=sum(a == b for a, b in zip(passed, played.sent, strict=False)),
        recorded=len(recorded),
        same=same,
        pages=len(played.pages()),
        due=len(played.due_s),
        memory_mb=memory_mb(pids),
        files=open_files(pids),
        problem=played.problem,
    )


def grows(figures, slack):
    """Whether the last third lies above the second by more than the slack."""
    third = len(figures) // 3
    if not third:
        return False
    return min(figures[-third:]) > max(figures[third : 2 * third]) + slack


def run(hours, speed, transients, home, say=print):
    """Play measurements until so many hours of scanner time have gone; the visits."""
    port = free_port()
    command = [sys.executable, "-m", "monitor", "kit", "serve"]
    command += ["--listen", f"127.0.0.1:{port}", "--out", str(home)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    visits, until = [], time.monotonic() + 60.0
    while not is_listening(port) and time.monotonic() < until:
        time.sleep(0.2)
    try:
        gone_s = 0.0
        while gone_s < 3600.0 * hours:
            seed = 500 + len(visits)
            one = visit(
                process, Address("127.0.0.1", port), home, seed, transients, speed
            )
            gone_s += TR_S * one.sent
            visits.append(one)
            say(f"{gone_s / 3600:.1f} h: {one}", flush=True)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60.0)
    return visits


def main():
    """Count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--transients", type=int, default=1500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        began = time.monotonic()
        visits = run(given.hours, given.speed, given.transients, Path(home))
    memory, files = [v.memory_mb for v in visits], [v.files for v in visits]
    lost = [number for number, v in enumerate(visits) if not v.whole]
    print(
        f"{len(visits)} measurements, {sum(v.sent for v in visits)} transients, "
        f"{sum(v.pages for v in visits)} pages for {sum(v.due for v in visits)} due, "
        f"in {time.monotonic() - began:.0f} s; not whole: {lost}; memory, MB: "
        f"{[round(m) for m in memory]}; open files: {files}"
    )
    grown = grows(memory, MEMORY_SLACK_MB) or grows(files, FILES_SLACK)
    sys.exit(1 if lost or grown else 0)


if __name__ == "__main__":
    main()
