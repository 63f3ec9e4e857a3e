"""Before the subject lies down: whether everything is as the protocol expects.

Each check is one line: what was checked, its state, and what to do if it is wrong.
The checks of this machine are here, those of what arrives in `preflight.stream`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import zmq

from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.settings import Settings
from monitor.protocol.site_rules import folder_rules, mrd_rules
from streams.errors import InputError
from streams.messages.endpoint import Endpoint
from streams.messages.keys import Role, load_server_keys
from streams.sources.mrd.address import Listening

BYTES_PER_HOUR = 2e9  # 32 coils x 4096 points each 2 s, with room
SLOW_WRITE_S = 0.2  # for 1 MB
WRITES = 8  # the slowest of them counts
EARLIEST_S = 1_700_000_000.0  # November 2023: a clock before it was never set


class CheckState(StrEnum):
    """How a check came out."""

    OK = "ok"
    LOOK = "look"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line: `remedy` says what to do, where there is something to be done."""

    name: str
    state: CheckState
    text: str
    remedy: str = ""

    @property
    def line(self) -> str:
        """The check as it is shown."""
        line = f"{self.state:5}  {self.name:11} {self.text}"
        return f"{line} -> {self.remedy}" if self.remedy else line


def ok(name: str, text: str) -> CheckResult:
    """Say that something is as it should be."""
    return CheckResult(name, CheckState.OK, text)


def run_check(name: str, attempt: Callable[[], str]) -> CheckResult:
    """The check's text, or the error that it ends with, which names the remedy."""
    try:
        return ok(name, attempt())
    except InputError as error:
        return CheckResult(name, CheckState.WRONG, str(error))


def scanner_port(listen: str, allow: str) -> CheckResult:
    """Whether the scanner can be listened to."""

    def attempt() -> str:
        listening = Listening.parse(listen, allow)
        listening.bound().close()
        who = ", ".join(map(str, listening.allowed)) or "this machine alone"
        return f"port {listening.port} of {listening.host} is free, for {who}"

    return run_check("scanner", attempt)


def relay_ports(bind: str) -> CheckResult:
    """Whether the relay can publish and answer."""

    def attempt() -> str:
        endpoint = Endpoint.parse(bind)
        for address in (endpoint.published, endpoint.requests):
            _try_bind(address)
        return f"{endpoint} and the port above it are free"

    return run_check("relay", attempt)


def _try_bind(address: str) -> None:
    with zmq.Context() as context, context.socket(zmq.PUB) as socket:
        socket.linger = 0
        try:
            socket.bind(address)
        except zmq.ZMQError as error:
            raise InputError(
                f"The relay cannot use {address} ({error}): stop the other program, or "
                "choose another address with --bind."
            ) from None


def keys(bind: str, server_key: str, clients: str) -> CheckResult:
    """Whether the keys are there that the address asks for."""

    def attempt() -> str:
        if server_key and clients:
            folder = load_server_keys(server_key, clients).clients
            count = sum(len(list(folder.glob(f"*.{role}.key"))) for role in Role)
            if not count:
                raise InputError(
                    f"{clients} holds no client's key: make one with `mrs-monitor keys "
                    "--client`."
                )
            return f"{count} clients may connect"
        if server_key or clients:
            raise InputError("--server-key and --clients go together: give both.")
        if not Endpoint.parse(bind).loopback:
            raise InputError(
                f"{bind} can be reached from other machines and needs keys: give "
                "--server-key and --clients."
            )
        return "none needed on this machine alone"

    return run_check("keys", attempt)


def disk(folder: Path, hours: float) -> list[CheckResult]:
    """Whether there is space for so many hours, and how fast it is written."""
    probe = folder / f".preflight-{os.getpid()}"
    try:
        took_s = _slowest_write_s(probe)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        text = f"{folder} cannot be written ({error.strerror})"
        return [
            CheckResult(
                "disk", CheckState.WRONG, text, "give another place with --record"
            )
        ]
    finally:
        probe.unlink(missing_ok=True)
    need = hours * BYTES_PER_HOUR
    space = f"{free / 1e9:.1f} GB free, {need / 1e9:.1f} GB needed for {hours:g} h"
    speed = f"1 MB is on the disk after {1e3 * took_s:.0f} ms at worst"
    enough = free >= need
    return [
        ok("disk", space)
        if enough
        else CheckResult(
            "disk", CheckState.WRONG, space, "make space, or record elsewhere"
        ),
        ok("disk", speed)
        if took_s < SLOW_WRITE_S
        else CheckResult(
            "disk", CheckState.LOOK, speed, "record on a local, faster disk"
        ),
    ]


def _slowest_write_s(probe: Path) -> float:
    """Longest time that a write took until it was on the disk."""
    longest = 0.0
    with probe.open("wb") as file:
        for _ in range(WRITES):
            began = time.perf_counter()
            file.write(os.urandom(1 << 20))
            file.flush()
            os.fsync(file.fileno())
            longest = max(longest, time.perf_counter() - began)
    return longest


def clock(now_s: Callable[[], float] = time.time) -> CheckResult:
    """Whether this machine's clock is set, and kept right by the network."""
    if now_s() < EARLIEST_S:
        when = time.strftime("%Y-%m-%d", time.gmtime(now_s()))
        return CheckResult("clock", CheckState.WRONG, f"it shows {when}", "set it")
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now_s()))
    match _clock_synchronises():
        case True:
            return ok("clock", f"{shown}, synchronised")
        case False:
            remedy = "switch synchronisation on, or compare with the scanner's clock"
            return CheckResult(
                "clock", CheckState.LOOK, f"{shown}, not synchronised", remedy
            )
    remedy = "compare it with the scanner's clock"
    text = f"{shown}; whether it is synchronised cannot be told here"
    return CheckResult("clock", CheckState.LOOK, text, remedy)


def _clock_synchronises() -> bool | None:
    """What the system reports; None where its answer is not understood."""
    if sys.platform == "win32":
        output = _output_of(["w32tm", "/query", "/source"])
        return None if not output else "Local CMOS" not in output
    output = _output_of(
        ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    )
    return {"yes": True, "no": False}.get(output)


def _output_of(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def protocol(name: str) -> tuple[CheckResult, Settings | None]:
    """Whether the protocol can be read, and what it says."""
    if not name:
        text = "none was given, so nothing can be compared with it"
        return CheckResult("protocol", CheckState.LOOK, text, "give --protocol"), None
    try:
        settings = read_protocol(name)
        mrd_rules(name)
        folder_rules(name)
    except InputError as error:
        return CheckResult("protocol", CheckState.WRONG, str(error)), None
    return ok("protocol", settings.title or settings.name), settings


def basis(settings: Settings) -> CheckResult:
    """Whether the protocol's basis set can be read."""
    from monitor.basis.files import load_basis

    def attempt() -> str:
        basis_set = load_basis(settings.basis)
        mhz = basis_set.spectrometer_frequency_mhz
        return f"{len(basis_set.names)} metabolites, for {mhz:.2f} MHz"

    return run_check("basis set", attempt)
