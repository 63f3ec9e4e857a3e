"""`preflight`: whether all is as the protocol expects before the subject lies down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.arguments import Allow, Clients, Listen, ServerKey
from monitor.commands.checks import tell_checks
from monitor.preflight import machine
from monitor.preflight import stream as preflight_stream
from monitor.preflight.arrived import collect
from monitor.preflight.earlier_voxel import compare_voxels, earlier_acquisition
from monitor.preflight.machine import CheckResult, CheckState
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.endpoint import Endpoint
from streams.messages.keys import load_client_keys
from streams.messages.transient import Body, Start
from streams.recording.recordings_folder import make_recordings_folder
from streams.sources.files.open_file import open_source
from streams.sources.mrd.address import DEFAULT_LISTEN
from streams.sources.publisher_faults import Troubles
from streams.subscription.subscriber import Subscriber

WAIT_S = 120.0


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("preflight")(preflight)


def preflight(
    protocol: Annotated[
        str, typer.Option("--protocol", help="Protocol: a TOML file or a bundled name.")
    ] = "",
    source: Annotated[
        str,
        typer.Option(
            "--from", help="tcp://... of a running relay, or a FILE: phantom."
        ),
    ] = "",
    transients: Annotated[
        int, typer.Option("--transients", help="Transients to judge by.")
    ] = 16,
    wait: Annotated[
        float, typer.Option("--wait", help="s to wait for them from a relay.")
    ] = WAIT_S,
    listen: Listen = "",
    allow: Allow = "",
    bind: Annotated[
        str, typer.Option("--bind", help="Where the relay will publish.")
    ] = "tcp://127.0.0.1:5555",
    record: Annotated[
        Path | None, typer.Option("--record", help="Where it will record.")
    ] = None,
    hours: Annotated[
        float, typer.Option("--hours", help="How long the session may get.")
    ] = 3.0,
    server_key: ServerKey = "",
    clients: Clients = "",
    key: Annotated[
        str,
        typer.Option("--key", help="Secret key file, for --from tcp://... (CURVE)."),
    ] = "",
    earlier: Annotated[
        Path | None,
        typer.Option(
            "--earlier",
            help="File of an earlier visit of the subject: do the voxels overlap?",
        ),
    ] = None,
) -> None:
    """Check network, clock, disk, keys, protocol and what a phantom gives, in one go.

    One line each, with a remedy; exit code 2 if anything is WRONG.

    Example: mrs-monitor preflight --protocol press_3t_te30 --from
    tcp://127.0.0.1:5555
    """
    first, settings = machine.protocol(protocol)
    checks = [first]
    if settings is not None:
        checks.append(machine.basis(settings))
    if not source.startswith("tcp://"):
        checks += [
            machine.scanner_port(listen or DEFAULT_LISTEN, allow),
            machine.relay_ports(bind),
        ]
    checks += [machine.keys(bind, server_key, clients), machine.clock()]
    folder = record.parent if record else make_recordings_folder()
    checks += machine.disk(folder, hours)
    arrived = _stream(source, key, transients, wait, settings, earlier)
    tell_checks(chain(checks, arrived))


def _stream(
    source: str,
    key: str,
    transients: int,
    wait_s: float,
    settings: Settings | None,
    earlier: Path | None,
) -> Iterator[CheckResult]:
    """Checks of what arrives from a relay or lies in a file."""
    if not source:
        text = "nothing was looked at"
        yield CheckResult(
            "stream", CheckState.LOOK, text, "give --from a relay or a file"
        )
        return
    clocks: list[str] = []
    try:
        if source.startswith("tcp://"):
            bodies = _live(source, key, wait_s, clocks)
        else:
            bodies = open_source(Path(source)).bodies
        arrived = collect(bodies, transients)
    except InputError as error:
        yield CheckResult("stream", CheckState.WRONG, str(error))
        return
    yield from preflight_stream.checks(arrived, settings, transients)
    if earlier is not None and arrived.start is not None:
        yield _voxels(arrived.start, earlier)
    for sentence in filter(None, clocks):
        yield CheckResult("clocks", CheckState.OK, f"relay beside scanner: {sentence}")


def _voxels(start: Start, earlier: Path) -> CheckResult:
    """The voxel beside that of an earlier visit."""
    try:
        return compare_voxels(start.acquisition, earlier_acquisition(earlier))
    except InputError as error:
        return CheckResult("voxel", CheckState.WRONG, str(error))


def _live(endpoint: str, key: str, wait_s: float, clocks: list[str]) -> Iterator[Body]:
    """Bodies that a relay gives until the time is up; says why if there are none.

    `clocks` holds what the relay said last about its clock and the scanner's.
    """
    Endpoint.parse(endpoint)
    keys = load_client_keys(key) if key else None
    deadline = time.monotonic() + wait_s
    came, troubles = False, Troubles()
    with Subscriber(endpoint, keys) as subscriber:
        while time.monotonic() < deadline:
            for message in subscriber.poll(0.2):
                came, clocks[:] = True, [subscriber.health.clock]
                yield message.body
            yield from troubles.take(subscriber.problems(), 0.0)
        subscriber.give_up()
        yield from troubles.rest(subscriber.problems(), 0.0)
        health = subscriber.health
        if not came and not health.refused:
            problem = health.problem or f"nothing came in {wait_s:g} s."
            raise InputError(f"{endpoint}: {problem}")
