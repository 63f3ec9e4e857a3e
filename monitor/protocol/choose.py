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

from monitor.protocol.read_protocol import bundled_protocols, read_protocol
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition, Start

SAME_ECHO_TIME_S = 1e-3
SAME_FIELD = 0.05


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line.

    Attributes
    ----------
    protocol : name or file; empty: not given
    basis : name, file or folder; empty: that of the protocol
    changes : fields of `Settings` to replace
    choose : entry along a dimension of a file that is neither coils nor transients, by
        its tag, e.g. {"DIM_EDIT": 0}
    """

    protocol: str = ""
    basis: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    choose: Mapping[str, int] = field(default_factory=dict)


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
            f"No basis set for {start.source}: {_describe(start.acquisition)} fits "
            "none of the bundled protocols; give --basis FILE or --protocol (in the "
            "window: Ctrl+N)."
        )
    return settings


def _protocol(start: Start, wishes: Wishes) -> Settings:
    if wishes.protocol:
        return read_protocol(wishes.protocol)
    if start.protocol in bundled_protocols():
        return read_protocol(start.protocol)
    return Settings() if wishes.basis else _matching_preset(start.acquisition)


def _matching_preset(acquisition: Acquisition) -> Settings:
    """The bundled preset that an acquisition fits; settings without a basis if none."""
    for name in bundled_protocols():
        settings = read_protocol(name)
        te, mhz = settings.expect_echo_time_s, settings.expect_frequency_mhz
        sequence = settings.expect_sequence.lower()
        if (
            te is not None
            and mhz is not None
            and abs(te - acquisition.echo_time_s) <= SAME_ECHO_TIME_S
            and abs(mhz / acquisition.spectrometer_frequency_mhz - 1) <= SAME_FIELD
            and acquisition.sequence.lower() == sequence
        ):
            return settings
    return Settings()


def _describe(acquisition: Acquisition) -> str:
    sequence = acquisition.sequence or "an unnamed sequence"
    return (
        f"{sequence}, TE {1e3 * acquisition.echo_time_s:g} ms at "
        f"{acquisition.spectrometer_frequency_mhz:.1f} MHz"
    )
