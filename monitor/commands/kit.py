"""`kit`: packages for a Siemens scanner, the program inside them, and their checks."""

from __future__ import annotations

import threading
import time
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

import typer

from monitor.chain.app import App
from monitor.chain.parameters import AUTOMATIC
from monitor.commands import options
from monitor.commands.arguments import Allow, Listen
from monitor.commands.checks import tell_checks
from monitor.commands.printing import say
from monitor.commands.terminal import Terminal
from monitor.kit.check import checks
from monitor.kit.files import MARS_HOST, write_fire, write_openrecon
from monitor.kit.probe import play, probe_checks, source_messages
from monitor.report.folder import make_folder
from streams.chain.drifting_scanner import DriftingScanner
from streams.chain.tee import Address
from streams.errors import InputError
from streams.recording.recordings_folder import make_recordings_folder
from streams.relay.stopping import stop_on_signals
from streams.sources.mrd.address import DEFAULT_LISTEN, Listening
from streams.sources.mrd.parser import DEFAULT_PORT

EVERY_ADDRESS = "0.0.0.0"
TURN_S = 0.5  # Windows hands Ctrl-C on only between two waits
app = typer.Typer(
    help="Packages for a Siemens scanner: OpenRecon and FIRE.", no_args_is_help=True
)
Out = Annotated[Path, typer.Option("--out", help="New folder for the kit.")]
Wheelhouse = Annotated[
    Path | None,
    typer.Option("--wheelhouse", help="Folder of wheels, where there is no network."),
]


Protocols = Annotated[
    list[Path] | None,
    typer.Option(
        "--protocol", help="A site's own, with the basis set beside it; repeatable."
    ),
]


@app.command("openrecon")
def openrecon(
    out: Out, wheelhouse: Wheelhouse = None, protocol: Protocols = None
) -> None:
    """Write all that an OpenRecon package is built from (Siemens XA60 and later).

    Example: mrs-monitor kit openrecon --out openrecon-kit
    """
    write_openrecon(out, wheelhouse, protocol or ())
    say(f"{out}: INSTALL.md says how to go on (python3 build.py openrecon).")


@app.command("fire")
def fire(
    out: Out,
    wheelhouse: Wheelhouse = None,
    host: Annotated[
        str, typer.Option("--host", help="hostname in fire.ini; the MARS itself.")
    ] = "",
    protocol: Protocols = None,
) -> None:
    """Write fire.ini, settings and the recipe of a chroot image for FIRE.

    Example: mrs-monitor kit fire --out fire-kit
    """
    write_fire(out, wheelhouse, host or MARS_HOST, protocol or ())
    say(f"{out}: INSTALL.md says how to go on.")


@app.command("serve")
def serve(
    listen: Listen = "",
    allow: Allow = "",
    container: Annotated[
        bool,
        typer.Option("--container", help="Every address of this container, port 9002."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the recordings.")
    ] = None,
    feedback: Annotated[
        bool,
        typer.Option(
            "--feedback",
            help="Ask the scanner to follow the line (message 1028). Untried on any.",
        ),
    ] = False,
) -> None:
    """Stand in a scanner's chain: record, pass everything on, return pages.

    The entry point of the image. Stop with Ctrl-C.

    Example: mrs-monitor kit serve --listen 192.168.2.5:9002 --allow 192.168.2.1
    """
    listening = _listening(listen, allow, container)
    folder = out or make_recordings_folder()
    make_folder(folder)
    terminal, stop = Terminal(), threading.Event()
    log = partial(_log, terminal)
    serving = App(listening, folder, log, feedback)
    log(f"waiting for the scanner at {listening.host}:{serving.port}")
    with stop_on_signals(stop):  # SIGTERM is how a container is ended
        serving.start()
        while not stop.wait(TURN_S):
            pass
        log("stopping ...")
        serving.stop()
    terminal.close()


def _listening(listen: str, allow: str, container: bool) -> Listening:
    """Where to listen; a container's network is the scanner's own."""
    if not container:
        return Listening.parse(listen or DEFAULT_LISTEN, allow)
    if listen or allow:
        raise InputError("--container stands for --listen and --allow: give one way.")
    return Listening(EVERY_ADDRESS, DEFAULT_PORT, (ip_network(f"{EVERY_ADDRESS}/0"),))


def _log(terminal: Terminal, sentence: str) -> None:
    stamp = time.strftime("%H:%M:%S", time.gmtime())
    terminal.say(f"{stamp} {sentence}")


@app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="A kit, built or not.")],
) -> None:
    """Look at a kit and at what was built from it; exit code 2 if anything is WRONG.

    Example: mrs-monitor kit check openrecon-kit
    """
    tell_checks(checks(folder))


@app.command("probe")
def probe(
    host: Annotated[str, typer.Option("--host", help="HOST:PORT of the program.")],
    recording: Annotated[
        Path | None,
        typer.Option("--recording", help="What is sent; else a simulated session."),
    ] = None,
    transients: Annotated[
        int, typer.Option("--transients", min=1, help="At most so many of them.")
    ] = 64,
    every: Annotated[
        int, typer.Option("--every", min=4, help="A page every so many.")
    ] = 16,
    speed: Annotated[
        str, typer.Option("--speed", help="Times faster than the scanner, or max.")
    ] = "1",
    protocol: Annotated[
        str, typer.Option("--protocol", help="As on the card; else as it fits.")
    ] = "",
    drift: Annotated[
        float | None,
        typer.Option(
            "--drift", help="Hz/h of field drift, and obey --feedback of `kit serve`."
        ),
    ] = None,
) -> None:
    """Play the scanner against an installed program: counts, latency, what came back.

    Exit code 2 if anything is WRONG.

    Example: mrs-monitor kit probe --host 127.0.0.1:9002
    """
    address = Address.parse(host, "--host")
    pace = options.replay_speed(speed)
    played = play(
        address,
        source_messages(recording, still=drift is not None),
        every,
        transients,
        pace,
        protocol or AUTOMATIC,
        None if drift is None else DriftingScanner(drift),
    )
    tell_checks(probe_checks(played))


def register(program: typer.Typer) -> None:
    """Add the commands to the program."""
    program.add_typer(app, name="kit")
