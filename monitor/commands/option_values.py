"""What the options of a command ask for."""

from __future__ import annotations

from monitor.commands import options
from monitor.protocol.choose import Wishes
from monitor.protocol.site_rules import file_rules
from streams.errors import InputError


def wishes_of(
    protocol: str,
    basis: str,
    reference: str | None,
    infusion: str | None,
    choose: list[str] | None,
    reason: str | None,
    override: bool = False,
    **changes: object,
) -> Wishes:
    """What the options ask for; `reason` lifts the lock of a blinded protocol.

    Raises
    ------
    InputError : no range, or no TAG=N; nothing to override with
    """
    if override and reference is None and infusion is None:
        raise InputError(
            "--override puts given times in the place of the recording's marks: give "
            "--infusion START:END or --reference START:END with it."
        )
    given = options.changes(
        reference_s=options.time_range(reference, "--reference"),
        infusion_s=options.time_range(infusion, "--infusion"),
        override=True if override else None,
        outcome_hidden=None if reason is None else False,
        **changes,
    )
    rules = file_rules(protocol)
    return Wishes(protocol, basis, given, options.choices(choose), rules)
