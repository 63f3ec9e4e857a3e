"""Printing: the terminal obeys nothing of what is printed.

Events, sources, names of files and the answers of others hold what anybody can have
typed.  All commands print through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console


def plain(text: object) -> str:
    """One line without control characters, escapes and turns of direction."""
    return "".join(c if c.isprintable() else " " for c in str(text))


def say(*lines: object, err: bool = False) -> None:
    """Print lines, on stderr where `err`."""
    for line in lines:
        typer.echo(plain(line), err=err)


def say_on(console: Console, line: object) -> None:
    """Print a line beside what the console draws."""
    console.print(plain(line), highlight=False, markup=False, soft_wrap=True)
