"""One spectrum fitted by another program, as a process of its own."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from monitor.peers.levels import Levels
from monitor.peers.peer import LONGEST, Peer, PeerError, Task, plain

TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class PeerFit:
    """What a peer found in one spectrum, start of the process included.

    Attributes
    ----------
    levels : by our names, in its own units
    wall_s : by the clock, to 0.05 s
    cpu_s : of the process and its children, to 0.01 s; Windows counts none
    """

    levels: Levels
    wall_s: float
    cpu_s: float


def fit_by(
    peer: Peer, program: Path, task: Task, folder: Path, timeout_s: float = TIMEOUT_S
) -> PeerFit:
    """Have a peer fit one spectrum in an empty folder.

    Raises
    ------
    PeerError : not to be started, too slow, or without a number for every entry
    """
    peer.prepare(task, folder)
    command = [str(program), *peer.arguments(task)]
    cpu_s, begun = _cpu_of_children_s(), time.perf_counter()
    try:
        code = _run(command, folder, peer.stdin, timeout_s)
    except OSError as error:
        why = _missing_interpreter(program) or error.strerror
        raise PeerError(f"cannot be started ({why})") from None
    except subprocess.TimeoutExpired:
        raise PeerError(f"came to no end in {timeout_s:g} s") from None
    wall_s, cpu_s = time.perf_counter() - begun, _cpu_of_children_s() - cpu_s
    said = _last_line(_text(folder / "log"))
    if code:
        raise PeerError(f"{_ended(code)}: {said}")
    written = _text(folder / peer.results)
    if not written.strip():
        raise PeerError(f"wrote no concentrations: {said}")
    levels = peer.read(written, task)
    _check(levels, task)
    return PeerFit(levels, wall_s, cpu_s)


def _check(levels: Levels, task: Task) -> None:
    """Refuse what is no set of levels."""
    missing = [name for name in task.basis.names if name not in levels]
    if missing:
        raise PeerError(f"wrote no level of {', '.join(missing)}")
    if not all(map(math.isfinite, levels.values())):
        raise PeerError("wrote levels that are not finite")


def _run(command: list[str], folder: Path, stdin: str | None, timeout_s: float) -> int:
    """Exit code of a command; nothing of it is left running."""
    source = folder / stdin if stdin else Path(os.devnull)
    with source.open("rb") as given, (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=given,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(timeout_s)
        finally:
            if process.poll() is None:
                _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process, and where the system can, those that it started."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _cpu_of_children_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""


def _ended(code: int) -> str:
    """How a program ended that did not end well; a signal is a code below 0."""
    if code > 0:
        return f"ended with {code}"
    name = signal.strsignal(-code) if os.name == "posix" else None
    return f"was ended by the system ({name or f'signal {-code}'})"


def _missing_interpreter(program: Path) -> str | None:
    """That a script's first line names a program that is not there."""
    try:
        with program.open("rb") as file:
            first = file.readline(LONGEST).decode(errors="replace")
    except OSError:
        return None
    words = first.removeprefix("#!").split()
    if not first.startswith("#!") or not words or Path(words[0]).exists():
        return None
    return f"its first line names {plain(words[0])}, which is not there"


def _last_line(log: str) -> str:
    """What a program said last, for most say there what went wrong."""
    lines = [line for line in map(plain, log.splitlines()) if line]
    return lines[-1] if lines else "it said nothing"
