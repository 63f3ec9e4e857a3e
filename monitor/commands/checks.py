"""Checks said one by one, and how many of them are wrong."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from monitor.commands.printing import say
from monitor.preflight.machine import CheckResult, CheckState


def tell_checks(checks: Iterable[CheckResult]) -> None:
    """Say each check as it is made; exit code 2 if one of them is wrong."""
    wrong = count = 0
    for check in checks:
        say(check.line)
        count += 1
        wrong += check.state is CheckState.WRONG
    are = "is" if wrong == 1 else "are"
    say(f"{wrong} of {count} checks {are} WRONG" if wrong else "ready")
    if wrong:
        raise typer.Exit(2)
