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
from streams.messages.scanner_names import are_alike, described, kind_of
from streams.messages.transient import Acquisition, Start
from streams.sources.files.choice import Choose
from streams.sources.files.rules import FileRules

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
            f"No basis set for {start.source}: {_described(start.acquisition)} fits "
            "none of the bundled protocols; give --basis FILE or --protocol"
            f"{_near_presets(start.acquisition)} (in the window: Ctrl+N)."
            f"{_simulated(start.acquisition)}"
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
        named = acquisition.sequence
        if (
            _is_near(acquisition, settings)
            and named
            and are_alike(settings.expect_sequence, named)
        ):
            return settings
    return Settings()


def _is_near(acquisition: Acquisition, settings: Settings) -> bool:
    """Whether echo time and field are those of a preset."""
    te, mhz = settings.expect_echo_time_s, settings.expect_frequency_mhz
    return (
        te is not None
        and mhz is not None
        and abs(te - acquisition.echo_time_s) <= SAME_ECHO_TIME_S
        and abs(mhz / acquisition.spectrometer_frequency_mhz - 1) <= SAME_FIELD
    )


def _described(acquisition: Acquisition) -> str:
    return (
        f"{described(acquisition.sequence)}, TE {1e3 * acquisition.echo_time_s:g} ms "
        f"at {acquisition.spectrometer_frequency_mhz:.1f} MHz"
    )


SIMULATED = {
    "PRESS": "press",
    "STEAM": "steam",
    "sLASER": "slaser",
    "MEGA-PRESS": "megapress",
}


def _simulated(acquisition: Acquisition) -> str:
    """The command that makes a basis set for an acquisition, where one can."""
    sequence = SIMULATED.get(kind_of(acquisition.sequence))
    if sequence is None or acquisition.nucleus != "1H":
        return ""
    return (
        f" One is made by: mrs-monitor basis simulate --sequence {sequence} --te "
        f"{1e3 * acquisition.echo_time_s:g} --mhz "
        f"{acquisition.spectrometer_frequency_mhz:.6g} --dwell "
        f"{acquisition.dwell_time_s:.6g} --points {acquisition.points} --out NAME.BASIS"
    )


def _near_presets(acquisition: Acquisition) -> str:
    """Presets that a sequence without a known name may be of, in words."""
    if kind_of(acquisition.sequence):
        return ""
    near = [n for n in bundled_protocols() if _is_near(acquisition, read_protocol(n))]
    return f" such as {' or '.join(near)}" if near else ""
