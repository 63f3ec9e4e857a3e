"""An operator's change of settings during a run: {"field": value, ...}."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.protocol.read_protocol import settings_from
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.event_table import event_table

CHANGEABLE = frozenset(
    {
        *("window", "step", "outcome", "macromolecules"),
        *("rejected_epochs", "left_out_s", "taken_in_s"),
    }
)
"""Settings that an operator may change during a run."""
WORDS = ("outcome", "macromolecules")


def changed_by(text: str, settings: Settings) -> Settings:
    """Settings after a change.

    Raises
    ------
    InputError : it names a field that may not be changed, or a wrong value; or it
        names another outcome where the protocol hides it
    """
    table = event_table(text)
    if table is None or not set(table) <= CHANGEABLE:
        raise InputError(
            f"A settings event must name some of {', '.join(sorted(CHANGEABLE))}; "
            f"{text[:80]!r} does not: nothing was changed."
        )
    if not all(_is_figure(v) for name, v in table.items() if name not in WORDS):
        raise InputError(
            f"A settings event gives figures for all but {' and '.join(WORDS)}, which "
            "this one does not: nothing was changed."
        )
    if settings.outcome_hidden and "outcome" in table:
        raise InputError(
            "The protocol hides the outcome, which stays the same: nothing was changed."
        )
    checked = settings_from(table, settings.name)
    return settings.with_changes(**{field: getattr(checked, field) for field in table})


@dataclass(frozen=True, slots=True)
class Concerned:
    """What of a session must be done again when its settings have changed.

    Attributes
    ----------
    windows : they are of other transients
    macromolecules : of the basis set
    models : of the epochs, and with them the tracker: what is left out, or what is
        fitted with, is another
    """

    windows: bool
    macromolecules: bool
    models: bool


def concerned_by(before: Settings, after: Settings) -> Concerned:
    """What a change of settings concerns; nothing of what is only shown."""
    macromolecules = before.macromolecules != after.macromolecules
    left_out = _left_out(before) != _left_out(after)
    windows = (before.window, before.step) != (after.window, after.step)
    return Concerned(windows, macromolecules, macromolecules or left_out)


def _left_out(s: Settings) -> tuple[object, ...]:
    """All that says what the operator leaves out and takes in."""
    return s.rejected_epochs, s.left_out_s, s.taken_in_s


def _is_figure(value: object) -> bool:
    """Whether nothing but numbers is in it: settings stand in every result."""
    if isinstance(value, list):
        return all(map(_is_figure, value))
    return isinstance(value, int | float)
