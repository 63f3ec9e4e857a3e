"""Which bundled preset an acquisition fits, and what to do where none does."""

from __future__ import annotations

from monitor.protocol.expectations import expectations
from monitor.protocol.read_protocol import bundled_protocols, read_protocol
from monitor.protocol.settings import Settings
from streams.messages.scanner_names import described, kind_of
from streams.messages.transient import Acquisition

DECISIVE = frozenset({"frequency", "echo time", "nucleus", "sequence"})
"""What a basis set is made for; any TR will do."""


def matching_preset(acquisition: Acquisition) -> Settings:
    """The bundled preset that an acquisition fits; settings without a basis if none."""
    for name in bundled_protocols():
        settings = read_protocol(name)
        if settings.expect_sequence and not _differing(acquisition, settings):
            return settings
    return Settings()


def _differing(acquisition: Acquisition, settings: Settings) -> set[str]:
    """Decisive quantities in which a preset is another than an acquisition."""
    if settings.expect_echo_time_s is None or settings.expect_frequency_mhz is None:
        return set(DECISIVE)
    asked = expectations(acquisition, settings)
    return {one.quantity for one in asked if not one.met} & DECISIVE


def _describe(acquisition: Acquisition) -> str:
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
"""Sequences that `basis simulate` knows."""


def _command(acquisition: Acquisition) -> str:
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
    near = [
        name
        for name in bundled_protocols()
        if _differing(acquisition, read_protocol(name)) <= {"sequence"}
    ]
    return f" such as {' or '.join(near)}" if near else ""


def why_no_preset(acquisition: Acquisition) -> str:
    """What to say of an acquisition that fits no preset, and its remedies."""
    return (
        f"{_describe(acquisition)} fits none of the bundled protocols; give --basis "
        f"FILE or --protocol{_near_presets(acquisition)} (in the window: Ctrl+N)."
        f"{_command(acquisition)}"
    )
