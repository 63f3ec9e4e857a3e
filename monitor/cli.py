"""The command line: `mrs-monitor COMMAND`; the file of a command is loaded on demand.

Bad input is one sentence on stderr and exit code 2, never a traceback.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from monitor.commands.printing import say
from monitor.commands.stopped import SAID, STOPPED, ended_by_ctrl_c, leave
from monitor.commands.terminal import say_last
from streams.errors import IncompleteError, InputError
from streams.messages.version import program_version

if TYPE_CHECKING:
    from typer._click.core import Command, Context
    from typer._click.formatting import HelpFormatter

CIRCLES_AFTER = 50_000
"""New objects after which Python looks for those that only hold each other."""

COMMANDS = {
    "demo": ("demo", "Show a simulated infusion, live, in the window."),
    "live": ("live", "Follow a relay: subscribe, fit, show."),
    "replay": ("replay", "Replay a recording or file through the live path."),
    "analyse": ("analyse", "Analyse recordings or files into tables."),
    "qc": ("qc", "Judge sessions by the criteria of their protocol."),
    "compare": ("compare", "The same session by LCModel and FSL-MRS, if installed."),
    "relay": ("relay", "Record a source and publish it to monitors."),
    "keys": ("relay", "Make CURVE keys, for any address but loopback."),
    "event": ("events", "Record an event from a script."),
    "preflight": ("preflight", "Check machine, protocol and what arrives."),
    "info": ("recordings", "Say what a recording holds."),
    "verify": ("recordings", "Check every record of a recording."),
    "recover": ("recordings", "Write everything readable of a damaged recording."),
    "convert": ("convert", "Convert a recording to other formats, or from them."),
    "tail": ("recordings", "Print what is arriving; Ctrl-C ends it."),
    "basis": ("basis_sets", "Basis sets: make, convert, look at."),
    "kit": ("kit", "Packages for a Siemens scanner: OpenRecon and FIRE."),
}
"""By name: the file in `monitor.commands`, and what the list of commands says."""


class LazyGroup(TyperGroup):
    """Knows its commands by name, and loads the file of the one that is asked for.

    So `event` in a pump's script and `--help` answer at once, and the files of commands
    import what they need at their top.
    """

    def list_commands(self, ctx: Context) -> list[str]:
        """Names, in the order in which a session needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """The command of a name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        with ended_by_ctrl_c():
            module = import_module(f"monitor.commands.{COMMANDS[cmd_name][0]}")
        several = typer.Typer(rich_markup_mode=None)
        several.callback()(lambda: None)  # so that one command is a group, too
        module.register(several)
        return typer.main.get_group(several).commands[cmd_name]

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in COMMANDS.items()])


app = typer.Typer(
    name="mrs-monitor",
    cls=LazyGroup,
    help="Live glutamate from an MR scanner, transient by transient, with its "
    "uncertainty. Research software: no clinical advice, no alarm about the patient.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"mrs-monitor {program_version()}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say it."),
    ] = False,
) -> None:
    """Options of the program itself."""


def _not_permitted(error: PermissionError) -> str:
    place = error.filename or "A file or an address"
    return f"{place} is not permitted to this user: use another, or ask its owner."


def main() -> None:
    """Run the command line."""
    # Read when numpy is first imported.  Matrices are small here: threads only wait for
    # each other, and take a core from whatever else runs.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Next to nothing here is in a circle: looking for some took a tenth of a second.
    gc.set_threshold(CIRCLES_AFTER)
    try:
        app()
    except InputError as error:
        say_last(f"mrs-monitor: {error}")
        sys.exit(1 if isinstance(error, IncompleteError) else 2)
    except PermissionError as error:  # any place, however deep it was looked into
        say_last(f"mrs-monitor: {_not_permitted(error)}")
        sys.exit(2)
    except SystemExit as leaving:
        if leaving.code != STOPPED:
            raise
        say_last(SAID)
        leave()
    except KeyboardInterrupt:  # outside of typer
        say_last(SAID)
        leave()
