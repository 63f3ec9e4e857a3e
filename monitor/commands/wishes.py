"""What the options of a command ask for."""

from __future__ import annotations

from monitor.commands import options
from monitor.protocol.choose import Wishes
from monitor.protocol.site_rules import file_rules


def wishes_of(
    protocol: str,
    basis: str,
    reference: str | None,
    infusion: str | None,
    choose: list[str] | None,
    reason: str | None,
    **changes: object,
) -> Wishes:
    """What the options ask for; `reason` lifts the lock of a blinded protocol.

    Raises
    ------
    InputError : no range, or no TAG=N
    """
    given = options.changes(
        reference_s=options.time_range(reference, "--reference"),
        infusion_s=options.time_range(infusion, "--infusion"),
        outcome_hidden=None if reason is None else False,
        **changes,
    )
    rules = file_rules(protocol)
    return Wishes(protocol, basis, given, options.choices(choose), rules)
