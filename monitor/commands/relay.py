"""`relay`, `keys`: the stream from the command line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands import options
from monitor.commands.arguments import Allow, Choose, Clients, Listen, ServerKey
from monitor.commands.printing import say
from monitor.commands.scanner import Site, SiteProtocol, is_site, site_bodies
from monitor.commands.terminal import Terminal
from monitor.protocol.blinding import insert_lock
from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.site_rules import file_rules
from streams.errors import InputError
from streams.messages.endpoint import Endpoint
from streams.messages.keys import (
    Role,
    ServerKeys,
    load_server_keys,
    new_client_keys,
    new_server_keys,
)
from streams.messages.transient import Body
from streams.recording.files import places
from streams.recording.recordings_folder import new_recording
from streams.relay.keep_awake import stay_awake
from streams.relay.relay import run_relay
from streams.relay.relays_here import announced
from streams.relay.status import RelayStatus
from streams.simulator.scanner import scan
from streams.simulator.scenario_file import read_scenario
from streams.sources import publisher
from streams.sources.files.open_file import open_source
from streams.sources.recording import paced
from streams.subscription.health import clock_words

BIND = "tcp://127.0.0.1:5555"
LEAST_FREE_MB = 500.0  # some minutes of 32 coils; preflight asks for hours


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("relay")(relay)
    app.command("keys")(keys)


def relay(
    source: Annotated[
        str,
        typer.Option(
            "--source",
            help="mrd (a scanner), folder:PATH, FILE, sim, or tcp://... (publisher).",
        ),
    ],
    bind: Annotated[
        str, typer.Option("--bind", help="Publishes here; PORT+1 answers requests.")
    ] = BIND,
    record: Annotated[
        Path | None, typer.Option("--record", help="Recording; a new one by default.")
    ] = None,
    speed: Annotated[
        str, typer.Option("--speed", help="Pace of FILE or sim: a factor, or max.")
    ] = "1",
    scenario: Annotated[
        str, typer.Option("--scenario", help="What sim plays.")
    ] = "infusion",
    water: Annotated[
        Path | None, typer.Option("--water", help="Water reference of FILE.")
    ] = None,
    choose: Choose = None,
    linger: Annotated[
        float | None,
        typer.Option("--linger", help="s to go on serving after the end; for ever."),
    ] = None,
    server_key: ServerKey = "",
    clients: Clients = "",
    listen: Listen = "",
    allow: Allow = "",
    protocol: SiteProtocol = "",
    copy: Annotated[
        Path | None,
        typer.Option("--copy", help="A second recording, on another disk."),
    ] = None,
    least_free: Annotated[
        float,
        typer.Option("--least-free", help="MB free on the disk, or it does not begin."),
    ] = LEAST_FREE_MB,
) -> None:
    """Record a source and publish it to any number of monitors.

    Everything is on disk before it is sent. An unfinished recording given with
    --record is gone on with. Stop with Ctrl-C.

    Example: mrs-monitor relay --source sim --bind tcp://127.0.0.1:5555
    """
    pace = options.replay_speed(speed)
    stop = threading.Event()
    path = record or new_recording("session")
    terminal = Terminal()
    site = Site(listen, allow, protocol, path, terminal.say)
    _check_goes_with(
        source,
        water=water,
        choose=choose,
        listen=listen,
        allow=allow,
        protocol=protocol,
    )
    if copy is not None and places(copy)[0].resolve() == places(path)[0].resolve():
        raise InputError("--copy is the recording itself: give one on another disk.")
    options.not_negative(least_free, "--least-free")
    if linger is not None:
        options.not_negative(linger, "--linger")
    if is_site(source):
        bodies = site_bodies(source, site, stop)
    elif source.startswith("tcp://") or source == "sim":
        bodies = _running_bodies(
            source, scenario, Endpoint.parse(bind), pace, site, stop
        )
    else:
        bodies = _file_bodies(
            *(Path(source), water, choose, protocol, pace, stop, terminal.say)
        )
    shown = _Shown(terminal.say, path)
    try:
        with stay_awake() as problem, announced(bind):
            shown.beside = problem
            final = run_relay(
                bodies,
                path,
                bind,
                stop=stop,
                on_status=shown.status,
                linger_s=linger,
                speed=pace,
                keys=_server_keys(server_key, clients),
                copy_path=copy,
                least_free_mb=least_free,
            )
        shown.say_totals(final)
    finally:
        terminal.close()
    if final.nothing_recorded:
        raise typer.Exit(1)


def _check_goes_with(source: str, **given: object) -> None:
    """Refuse an option that the source knows nothing of.

    Raises
    ------
    InputError : it would be given in vain
    """
    running = is_site(source) or source.startswith("tcp://") or source == "sim"
    known = {
        "FILE": (("water", "choose"), not running),
        "mrd": (("listen", "allow"), source == "mrd"),
        "mrd or folder:PATH": (("protocol",), is_site(source) or not running),
    }
    for kind, (names, fits) in known.items():
        for option in (name for name in names if given[name] and not fits):
            raise InputError(
                f"--{option} goes with --source {kind}, not with {source}."
            )


def _running_bodies(
    source: str,
    scenario: str,
    bind: Endpoint,
    pace: float,
    site: Site,
    stop: threading.Event,
) -> Iterator[Body]:
    """A site's publisher, or the virtual scanner at its pace."""
    if source.startswith("tcp://"):
        if Endpoint.parse(source) == bind:
            raise InputError(f"{source} is what this relay itself publishes at.")
        return publisher.bodies(source, stop, on_note=site.say)

    return paced(scan(read_scenario(scenario)), pace, stop)


def _file_bodies(
    path: Path,
    water: Path | None,
    choose: list[str] | None,
    protocol: str,
    pace: float,
    stop: threading.Event,
    say: Callable[[str], None],
) -> Iterator[Body]:
    """A file at its pace; what is to be known about it is said."""
    rules = file_rules(protocol)
    source = open_source(path, water, options.choices(choose), rules)
    for note in source.notes:
        say(note)
    bodies = source.bodies
    if protocol:
        bodies = insert_lock(bodies, read_protocol(protocol))
    return paced(bodies, pace, stop)


def _server_keys(server_key: str, clients: str) -> ServerKeys | None:
    if not server_key and not clients:
        return None
    if not (server_key and clients):
        raise InputError("--server-key and --clients go together: give both.")
    return load_server_keys(server_key, clients)


def _clock(status: RelayStatus) -> str:
    """How this machine's clock goes beside the scanner's, once that is known."""
    beside = clock_words(status.clock_offset_s, status.drift_ppm)
    return f", {beside} against the scanner's" if beside else ""


class _Shown:
    """The relay's progress, a line when something changes and every 100 transients.

    Where it records is said with the first, when the recording has begun.
    """

    def __init__(self, say: Callable[[str], None], recording: Path) -> None:
        self._say, self._recording = say, recording
        self._said, self._hundreds = "", -1
        self.beside = ""  # what else is to be said then

    def status(self, status: RelayStatus) -> None:
        """Say how the relay is, where that is news."""
        if self._hundreds < 0:
            for news in (self.beside, f"recording: {self._recording}"):
                if news:
                    self._say(news)
        news = status.problem or ("source ended" if status.ended else "")
        hundreds = status.transients // 100
        if news == self._said and hundreds == self._hundreds:
            return
        self._said, self._hundreds = news, hundreds
        self._say(
            f"{status.endpoint}: {status.transients} transients, {status.events} "
            f"events, {status.recorded_bytes / 1e6:.1f} MB recorded"
            f"{_clock(status)}{'; ' + news if news else ''}",
        )

    def say_totals(self, status: RelayStatus) -> None:
        """Say what was recorded in all."""
        done = f"{status.transients} transients, {status.events} events"
        self._say(f"{done} in {status.path}")
        if status.nothing_recorded:
            self._say(status.nothing_recorded)
        elif status.refused:
            self._say(f"{status.refused} messages refused: {status.refusal}")


def keys(
    folder: Annotated[Path, typer.Argument(help="Where the keys are written.")],
    client: Annotated[
        str, typer.Option("--client", help="Name of a client; else the relay's keys.")
    ] = "",
    role: Annotated[Role, typer.Option("--role", help="What it may do.")] = Role.VIEWER,
    server: Annotated[
        Path | None, typer.Option("--server", help="relay.key of the relay.")
    ] = None,
) -> None:
    """Make CURVE keys, for any address but loopback.

    Example: mrs-monitor keys KEYS; mrs-monitor keys KEYS --client room2 --role
    operator --server KEYS/relay.key
    """
    if client:
        if server is None:
            raise InputError("A client's keys need the relay's: give --server.")
        public, secret = new_client_keys(folder, client, role, server)
    else:
        public, secret = new_server_keys(folder)
    say(f"public key: {public}", f"secret key: {secret} (keep it to its owner)")
