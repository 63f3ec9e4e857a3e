"""`demo`, `live`, `replay`: a session in the window, or followed in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.commands import options
from monitor.commands.arguments import (
    Basis,
    Choose,
    Connect,
    Files,
    Infusion,
    Key,
    Override,
    Protocol,
    Reference,
    Step,
    Water,
    WindowLength,
)
from monitor.commands.demo_scanner import start_simulated
from monitor.commands.has_display import no_display
from monitor.commands.joined_files import Gap, Join, one_session
from monitor.commands.option_values import wishes_of
from monitor.commands.printing import say, say_on
from monitor.commands.reopen import (
    configure_for_choice,
    configure_for_file,
    keep_lock,
)
from monitor.protocol.choose import Wishes, settings_for
from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.settings import Settings
from monitor.run.analysed_content import about
from monitor.run.feed import Feed, live_feed, replay_feed
from monitor.run.identity import Identity
from monitor.run.session_run import SessionRun
from monitor.run.unlock import check_reason, note_beside, unlocked_feed
from monitor.run.worker_config import WorkerConfig
from monitor.screen.sheets.new_session import Opening
from streams.errors import InputError
from streams.messages.endpoint import Endpoint
from streams.messages.transient import Start
from streams.recording.recordings_folder import new_recording
from streams.sources.joining.joined_files import JoinedFiles
from streams.sources.joining.open_session import open_session

if TYPE_CHECKING:
    from streams.simulator.scenario import Scenario

DEMO_SPEED = 40.0
Unlock = Annotated[
    str | None,
    typer.Option("--unlock", help="Show a blinded outcome; the REASON is recorded."),
]
OutFolder = Annotated[
    Path | None,
    typer.Option("--out", help="Where a run without a display puts its files."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("demo")(demo)
    app.command("live")(live)
    app.command("replay")(replay)


def demo(
    scenario: Annotated[
        str, typer.Option("--scenario", help="Bundled scenario or TOML file.")
    ] = "infusion",
    speed: Annotated[
        str, typer.Option("--speed", help="Times faster than the scanner.")
    ] = str(DEMO_SPEED),
    out: OutFolder = None,
) -> None:
    """Show a simulated ketamine infusion, live, in the window.

    A relay process records and publishes what a virtual scanner yields; the window
    subscribes to it. 10 min before and 40 min of infusion take 75 seconds. What the
    screen should say when the infusion stops is printed.

    Example: mrs-monitor demo
    """
    from streams.simulator.scenario_file import read_scenario  # no other needs it

    simulated = read_scenario(scenario)
    settings = read_protocol(simulated.protocol)
    truth = _truth(simulated, settings)
    planned = sum(series.transients for series in simulated.series)
    recording = new_recording("demo")
    scanner = start_simulated(scenario, recording, options.replay_speed(speed))
    say(f"recording: {recording}", err=True)
    named = scenario if settings.outcome_hidden else simulated.title
    say(f"simulated: {named}{truth}", err=True)
    try:
        reason = no_display()  # asked while the scanner starts
        scanner.wait()
        wishes = Wishes(simulated.protocol)
        _watch(
            partial(live_feed, scanner.endpoint),
            wishes,
            settings,
            f"demo ({scenario}){truth}",
            out or Path("mrs-monitor-demo"),
            planned,
            reason,
            Opening("", simulated.protocol),  # a place that is gone with the window
        )
    finally:
        scanner.close()


def _truth(scenario: Scenario, settings: Settings) -> str:
    """What the outcome truly is when the infusion stops; nothing under a lock."""
    from streams.simulator.truth import changes_at_stop

    true = changes_at_stop(scenario).get(settings.outcome)
    if true is None or settings.outcome_hidden:
        return ""
    return f"; true {settings.outcome} when the infusion stops: {true:+.1f} %"


def live(
    connect: Connect = "",
    key: Key = "",
    protocol: Protocol = "",
    basis: Basis = "",
    window: WindowLength = None,
    step: Step = None,
    unlock: Unlock = None,
    view: Annotated[
        bool,
        typer.Option("--view", help="Only look on: no key that records anything."),
    ] = False,
    subject: Annotated[
        str, typer.Option("--subject", help="Code of the subject, as 07; never a name.")
    ] = "",
    visit: Annotated[str, typer.Option("--visit", help="Code of the visit.")] = "",
    out: OutFolder = None,
) -> None:
    """Follow a relay: subscribe, fit, show.  Without --connect the window asks.

    With --view the same page for those outside the room: nothing that it does is
    recorded, and a lock on the outcome holds.

    Example: mrs-monitor live --connect tcp://127.0.0.1:5555
    """
    reason, who = check_reason(unlock), Identity(subject, visit)
    if view and (reason is not None or who != Identity()):
        raise InputError("--view records nothing: leave --unlock, --subject, --visit.")
    if not connect:
        if reason is not None:
            raise InputError("--unlock needs --connect tcp://HOST:PORT.")
        wishes = Wishes(protocol, basis, options.changes(window=window, step=step))
        _open_empty_window(wishes, Opening("", protocol, key, view=view, who=who))
    Endpoint.parse(connect)
    hidden = None if reason is None else False
    changes = options.changes(window=window, step=step, outcome_hidden=hidden)
    wishes = Wishes(protocol, basis, changes)
    settings = read_protocol(protocol) if protocol else Settings()
    _watch(
        partial(live_feed, connect, key, view)
        if reason is None
        else partial(unlocked_feed, connect, key, reason),
        wishes,
        settings.with_changes(**wishes.changes),
        f"live {connect}",
        out or Path("mrs-monitor-live"),
        opening=Opening(connect, protocol, key, view=view, who=who),
    )


def replay(
    files: Files,
    speed: Annotated[str, typer.Option("--speed", help="A factor, or max.")] = "1",
    water: Water = None,
    choose: Choose = None,
    basis: Basis = "",
    protocol: Protocol = "",
    window: WindowLength = None,
    step: Step = None,
    reference: Reference = None,
    infusion: Infusion = None,
    override: Override = False,
    join: Join = False,
    gap: Gap = None,
    unlock: Unlock = None,
    beside: Annotated[
        Path | None,
        typer.Option("--beside", help="A second recording, shown beside the first."),
    ] = None,
    out: OutFolder = None,
) -> None:
    """Replay a recording or file, or several with --join, through the live path.

    Example: mrs-monitor replay recordings/infusion-short.mcap --speed 20
    """
    reason = check_reason(unlock)
    wishes = wishes_of(
        *(protocol, basis, reference, infusion, choose, reason, override),
        **options.changes(window=window, step=step),
    )
    session = one_session(files, join, gap)
    source = open_session(session, water, wishes.choose, wishes.files)
    first = next(source.messages, None)
    if first is None or not isinstance(first.body, Start):
        raise InputError(f"{session} does not begin with a start message.")
    for note in source.notes:
        say(note, err=True)
    if beside is not None and isinstance(session, JoinedFiles):
        raise InputError("--beside takes one file on either side: leave --join out.")
    if reason is not None:
        for file in (*files, *([] if beside is None else [beside])):
            say(f"reason recorded: {note_beside(file, reason)}", err=True)
    if beside is not None:
        _compare(files[0], beside, wishes, options.replay_speed(speed))
    _watch(
        partial(
            replay_feed,
            *(session, water, options.replay_speed(speed)),
            *(wishes.choose, wishes.files),
        ),
        wishes,
        settings_for(first.body, wishes),
        f"replay {session.name}",
        out or Path("mrs-monitor-replay"),
        opening=Opening(str(files[0]), protocol),
        source=f"replay of a {source.origin}",
        about=about(session, pieces=source.pieces),
    )


def _compare(one: Path, other: Path, wishes: Wishes, speed: float) -> None:
    """Two recordings side by side; needs a display.

    Raises
    ------
    InputError : there is none, or one of them is no recording
    """
    if reason := no_display():
        raise InputError(f"--beside needs a display, and {reason}.")
    from monitor.app.compare.window import run_compare

    names = (one.name, other.name)
    first, first_settings, _ = configure_for_file(one, wishes, speed)
    second, second_settings, _ = configure_for_file(other, wishes, speed)
    settings = (first_settings, second_settings)
    raise typer.Exit(run_compare(names, (first, second), settings))


def _open_empty_window(wishes: Wishes, opening: Opening) -> None:
    """An empty window that asks what to show.

    Raises
    ------
    InputError : there is no display to ask on
    """
    if reason := no_display():
        raise InputError(f"live needs --connect tcp://HOST:PORT, since {reason}.")
    from monitor.app.run import run_window

    another = partial(configure_for_choice, wishes=wishes)
    raise typer.Exit(run_window(None, Settings(), "mrs-monitor", another, opening))


def _watch(
    open_feed: Callable[[], Feed],
    wishes: Wishes,
    settings: Settings,
    title: str,
    out: Path,
    planned: int | None = None,
    reason: str | None = None,
    opening: Opening | None = None,
    source: str = "",
    about: Mapping[str, Any] | None = None,
) -> None:
    """Follow a feed in the window, or in the terminal where there is no display.

    `reason` says why there is none, empty where there is one; None: it is asked.
    """
    if reason is None:
        reason = no_display()
    if not reason:
        from monitor.app.run import run_window

        config = WorkerConfig(open_feed, partial(SessionRun, wishes))
        named = f"mrs-monitor: {title}"
        another = partial(configure_for_choice, wishes=keep_lock(wishes))
        raise typer.Exit(run_window(config, settings, named, another, opening))

    from rich.console import Console

    from monitor.commands.headless import Headless

    console = Console(stderr=True)
    say_on(console, f"No window, since {reason}: following here.")
    Headless(open_feed(), wishes, out, console).run(title, planned, source, about)
