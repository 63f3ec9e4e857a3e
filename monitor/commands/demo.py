"""`demo`: a simulated infusion, live, in the window or followed in the terminal."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands import options
from monitor.commands.demo_scanner import start_simulated
from monitor.commands.has_display import no_display
from monitor.commands.printing import say
from monitor.commands.watch import OutFolder, watch
from monitor.protocol.choose import Wishes
from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.settings import Settings
from monitor.run.feed import live_feed
from monitor.screen.sheets.new_session import Opening
from streams.recording.recordings_folder import new_recording
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario
from streams.simulator.truth import changes_at_stop

DEMO_SPEED = 40.0


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("demo")(demo)


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
        watch(
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
    true = changes_at_stop(scenario).get(settings.outcome)
    if true is None or settings.outcome_hidden:
        return ""
    return f"; true {settings.outcome} when the infusion stops: {true:+.1f} %"
