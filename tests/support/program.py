"""The installed program, run as a user runs it: a process of its own."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
SHORT = RECORDINGS / "infusion-short.mcap"
PATIENCE_S = 100.0


@dataclass(frozen=True)
class Ran:
    """What a run gave back."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line on stderr; what is more than one line is no sentence."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        assert len(lines) == 1, self.err
        return lines[0]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Environment without a display, with a home and places of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.endswith("DISPLAY")}
    data = str(home / "data")
    places = dict.fromkeys(("XDG_DATA_HOME", "XDG_DOCUMENTS_DIR", "LOCALAPPDATA"), data)
    return {**kept, "QT_QPA_PLATFORM": "offscreen", **places, **more}


def command(*arguments: object) -> list[str]:
    """The program with its arguments."""
    return [sys.executable, "-m", "monitor", *map(str, arguments)]


class Program:
    """Runs the program in a folder; what is still running at the end is ended."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._started: list[subprocess.Popen[str]] = []
        # in the background of a shell, or under nohup, what we start would ignore them
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        closed = getattr(signal, "SIGHUP", signal.SIGTERM)
        if signal.getsignal(closed) is signal.SIG_IGN:
            signal.signal(closed, signal.SIG_DFL)

    def run(
        self, *arguments: object, patience_s: float = PATIENCE_S, **more: str
    ) -> Ran:
        """Run to the end."""
        done = subprocess.run(
            command(*arguments),
            cwd=self.home,
            env=environment(self.home, **more),
            capture_output=True,
            text=True,
            timeout=patience_s,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: object, name: str = "run") -> subprocess.Popen[str]:
        """Start and leave running; what it says goes into NAME.log."""
        with open(self.home / f"{name}.log", "w") as log:
            process = subprocess.Popen(
                command(*arguments),
                cwd=self.home,
                env=environment(self.home, PYTHONUNBUFFERED="1"),
                stdout=log,
                stderr=log,
                text=True,
            )
        self._started.append(process)
        return process

    def said(self, name: str) -> str:
        """What a started program has said so far."""
        return (self.home / f"{name}.log").read_text()

    def close(self) -> None:
        """End what is still running."""
        for process in self._started:
            process.kill()
            process.wait(10)


def until(
    condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S
) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.02)


def recorded(program: Program, name: str = "relay") -> int:
    """Transients that a relay says it has recorded."""
    counts = re.findall(r"(\d+) transients", program.said(name))
    return int(counts[-1]) if counts else 0


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def columns(path: Path) -> list[str]:
    """Names of the columns of a CSV file."""
    with open(path, newline="") as file:
        return next(csv.reader(file))


def numbers(rows: list[dict[str, str]], name: str) -> list[float]:
    """A column as numbers; empty cells are left out."""
    return [float(row[name]) for row in rows if row[name]]
