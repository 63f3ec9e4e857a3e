"""Plays the scanner against an installed program: what comes back, and how soon."""

from __future__ import annotations

import math
import socket
import statistics
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

from monitor.chain.images import PAGES, SPECTRA
from monitor.chain.pages import NO_ANALYSIS
from monitor.chain.parameters import AUTOMATIC
from monitor.preflight.machine import CheckResult, CheckState, ok
from streams.chain.drifting_scanner import DriftingScanner
from streams.chain.frequency_change import frequency_change
from streams.chain.sender import WATER_SET, Sent, series_of
from streams.chain.tee import Address
from streams.errors import InputError
from streams.messages.transient import Kind, Message, number
from streams.sources.files.open_file import messages_of, open_source
from streams.sources.mrd.messages import MrdError
from streams.sources.mrd.parser import CLOSE_BYTES, IMAGE_HEAD_BYTES, Frame, Id, Parser
from streams.sources.mrd.writer import frame_bytes

ANSWER_S = 1.0
CLOSE_S = 120.0
SERIES_AT = 128
"""Where the number of the series stands in the head of an image."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A message that came back, and when."""

    at_s: float
    frame: Frame

    @property
    def series(self) -> int:
        """Number of an image's series; 0 of anything else."""
        if self.frame.id is not Id.IMAGE:
            return 0
        return int(struct.unpack_from("<H", self.frame.content, SERIES_AT)[0])

    @property
    def comments(self) -> str:
        """What an image says about itself."""
        (length,) = struct.unpack_from("<Q", self.frame.content, IMAGE_HEAD_BYTES)
        start = IMAGE_HEAD_BYTES + 8
        root = ElementTree.fromstring(self.frame.content[start : start + length])
        for meta in root:
            if meta.findtext("name") == "ImageComments":
                return meta.findtext("value") or ""
        return ""


@dataclass(slots=True)
class Played:
    """What was sent and what came back.

    Times are readings of the monotonic clock, s; `asked_after_s` are from a transient
    to the change of frequency that was asked for because of it.
    """

    every: int
    sent: list[bytes] = field(default_factory=list)
    due_s: list[float] = field(default_factory=list)
    metabolite_s: list[float] = field(default_factory=list)
    asked_after_s: list[float] = field(default_factory=list)
    scanner: DriftingScanner | None = None
    returned: list[Returned] = field(default_factory=list)
    problem: str = ""
    closed: bool = False

    def of(self, kind: Id) -> list[Returned]:
        """What came back of one kind."""
        return [one for one in self.returned if one.frame.id is kind]

    def obey(self, frame: Frame) -> None:
        """Have the scanner do what a message asks of its frequency."""
        change = frequency_change(frame)
        if change is None or self.scanner is None:
            return
        self.scanner.take(change)
        if 0 < change.after_transients <= len(self.metabolite_s):
            sent_s = self.metabolite_s[change.after_transients - 1]
            self.asked_after_s.append(time.monotonic() - sent_s)

    def pages(self) -> list[Returned]:
        """Pages that came back."""
        return [one for one in self.returned if one.series == PAGES]


def source_messages(recording: Path | None, still: bool = False) -> Iterator[Message]:
    """Messages of a recording, or of the virtual scanner where there is none.

    `still`: its field has no drift of its own, breathing and jitter only.
    """
    if recording is not None:
        return messages_of(open_source(recording))
    from streams.simulator.field_artefacts import Drift
    from streams.simulator.scanner import scan
    from streams.simulator.scenario_file import read_scenario

    if not still:
        return number(scan(read_scenario("infusion")))
    moving = read_scenario("null")
    jitter_hz = moving.drift.jitter_hz if moving.drift else 0.0
    return number(scan(replace(moving, drift=Drift(jitter_hz=jitter_hz))))


def play(
    address: Address,
    messages: Iterator[Message],
    every: int,
    most: int,
    speed: float,
    protocol: str = AUTOMATIC,
    scanner: DriftingScanner | None = None,
) -> Played:
    """Send a series and take what comes back; `scanner` makes its field drift.

    Raises
    ------
    InputError : nobody answers there, or there is nothing to send
    """
    played = Played(every, scanner=scanner)
    if scanner is not None:
        messages = scanner.played(messages)
    card: dict[str, object] = {"pageevery": every, "waterset": WATER_SET}
    card |= {"passraw": True, "protocol": protocol}
    series = series_of(messages, card, most)
    first = next(series)
    try:
        connection = socket.create_connection((address.host, address.port), 5.0)
    except OSError as error:
        raise InputError(
            f"Nobody answers at {address} ({error.strerror or error}): start the "
            "program, or correct --host."
        ) from None
    with connection:
        connection.settimeout(CLOSE_S)
        hearing = threading.Thread(target=_hear, args=(connection, played), daemon=True)
        hearing.start()
        try:
            _send(connection, [first], series, played, speed)
        except OSError as error:
            played.problem = f"it could not be sent ({error.strerror or error})"
        hearing.join(CLOSE_S)
    return played


def _send(
    connection: socket.socket,
    opening: Sequence[Sent],
    rest: Iterator[Sent],
    played: Played,
    speed: float,
) -> None:
    began = time.monotonic()
    for sent in chain(opening, rest):  # one by one: the scanner is asked meanwhile
        if math.isfinite(speed):
            time.sleep(max(began + sent.time_s / speed - time.monotonic(), 0.0))
        metabolite = sent.kind is Kind.METABOLITE
        if metabolite:  # before it is sent: the answer may be soon
            played.metabolite_s.append(time.monotonic())
        connection.sendall(sent.content)
        if sent.kind is not None:
            played.sent.append(sent.content)
        if metabolite and len(played.metabolite_s) % played.every == 0:
            played.due_s.append(time.monotonic())
    connection.sendall(CLOSE_BYTES)


def _hear(connection: socket.socket, played: Played) -> None:
    parser = Parser()
    try:
        while part := connection.recv(1 << 20):
            parser.feed(part)
            while (frame := parser.next_frame()) is not None:
                played.closed = played.closed or frame.id is Id.CLOSE
                if frame.id is Id.FEEDBACK:
                    played.obey(frame)
                played.returned.append(Returned(time.monotonic(), frame))
    except (OSError, MrdError) as error:
        played.problem = str(error)


def probe_checks(played: Played) -> Iterator[CheckResult]:
    """What is to be said of it, a line each."""
    if played.problem:
        yield CheckResult(
            "connection", CheckState.WRONG, played.problem, "look at its log"
        )
    yield _close(played)
    yield _check_raw_data(played)
    yield _pages(played)
    yield _spectra(played)
    if played.scanner is not None:
        yield _frequency(played, played.scanner)
    for text in played.of(Id.TEXT):
        said = text.frame.content[4:].rstrip(b"\0").decode("utf-8", "replace")
        yield CheckResult("it says", CheckState.LOOK, said)


def _close(played: Played) -> CheckResult:
    if played.closed:
        return ok("connection", f"{len(played.sent)} transients sent, CLOSE answered")
    return CheckResult(
        "connection", CheckState.WRONG, "CLOSE was not answered", "look at its log"
    )


def _check_raw_data(played: Played) -> CheckResult:
    back = [frame_bytes(one.frame) for one in played.of(Id.ACQUISITION)]
    if back == played.sent:
        return ok("raw data", f"{len(back)} acquisitions came back bit by bit")
    same = sum(a == b for a, b in zip(back, played.sent, strict=False))
    text = f"{same} of {len(played.sent)} acquisitions came back as they were"
    return CheckResult("raw data", CheckState.WRONG, text, "look at its log")


def latencies_s(played: Played) -> list[float]:
    """From every nth transient to the next page, s; infinite where none came."""
    arrived = [page.at_s for page in played.pages()]
    return [
        next((at - due for at in arrived if at >= due), math.inf)
        for due in played.due_s
    ]


def _pages(played: Played) -> CheckResult:
    pages, waits = played.pages(), latencies_s(played)
    if not pages:
        return CheckResult(
            "pages", CheckState.WRONG, "no page came back", "look at its log"
        )
    late = sum(wait > ANSWER_S for wait in waits)
    text = f"{len(pages)} came back"
    if waits:
        text += f", {len(waits)} were due, the slowest after {max(waits):.2f} s"
    text += f"; the last says: {pages[-1].comments[:160]}"
    if late:
        return CheckResult("pages", CheckState.WRONG, text, f"{late} were late")
    if pages[-1].comments.startswith(NO_ANALYSIS):
        return CheckResult(
            "pages", CheckState.LOOK, text, "try another recording or --protocol"
        )
    return ok("pages", text)


def _frequency(played: Played, scanner: DriftingScanner) -> CheckResult:
    """How well the frequency was held; the first tenth is for finding the line."""
    if not played.asked_after_s:
        remedy = "start the program with --feedback"
        return CheckResult(
            "frequency", CheckState.WRONG, "no change was asked for", remedy
        )
    settled = scanner.offsets_hz[len(scanner.offsets_hz) // 10 :]
    text = (
        f"{len(scanner.asked)} changes, {sum(scanner.asked):+.2f} Hz in all; held to "
        f"{statistics.pstdev(settled):.2f} Hz (SD), asked after "
        f"{1e3 * statistics.median(played.asked_after_s):.0f} ms, at most "
        f"{1e3 * max(played.asked_after_s):.0f} ms"
    )
    return ok("frequency", text)


def _spectra(played: Played) -> CheckResult:
    spectra = [one for one in played.returned if one.series == SPECTRA]
    if spectra:
        return ok("spectra", f"{len(spectra)} came back; {spectra[-1].comments}")
    return CheckResult("spectra", CheckState.LOOK, "no averaged spectrum came back")
