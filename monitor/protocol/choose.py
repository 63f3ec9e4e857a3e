"""Which protocol and basis set a session is analysed with.

In this order: the protocol that was asked for; the one that the session names; where a
basis set was given, the default settings with it; else the bundled preset that the
acquisition fits.  Nothing is guessed beyond that.  A session that was recorded under a
blinded protocol stays blinded under any (`monitor.protocol.blinding`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.protocol.preset_choice import matching_preset, why_no_preset
from monitor.protocol.read_protocol import known_protocols, read_protocol
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Start
from streams.sources.files.choice import Choose
from streams.sources.files.site_file_rules import FileRules


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line.

    Attributes
    ----------
    protocol : name or file; empty: not given
    basis : name, file or folder; empty: that of the protocol
    changes : fields of `Settings` to replace
    choose : entries along a dimension of a file that is neither coils nor transients,
        by its tag, e.g. {"DIM_EDIT": 0}
    files : how files are read, by the protocol that was asked for
    """

    protocol: str = ""
    basis: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    choose: Choose = field(default_factory=dict)
    files: FileRules = field(default_factory=FileRules)


def settings_for(start: Start, wishes: Wishes) -> Settings:
    """Settings of a session that begins with this message.

    Raises
    ------
    InputError : no such protocol, or none fits and no basis set was given
    """
    settings = _protocol(start, wishes)
    if wishes.basis:
        settings = settings.with_changes(basis=wishes.basis)
    settings = settings.with_changes(**wishes.changes)
    if not settings.basis:
        raise InputError(
            f"No basis set for {start.source}: {why_no_preset(start.acquisition)}"
        )
    return settings


def _protocol(start: Start, wishes: Wishes) -> Settings:
    if wishes.protocol:
        return read_protocol(wishes.protocol)
    if start.protocol in known_protocols():
        return read_protocol(start.protocol)
    return Settings() if wishes.basis else matching_preset(start.acquisition)
