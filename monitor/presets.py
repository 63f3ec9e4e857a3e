"""Which bundled preset an acquisition fits, and what to do where none does."""

from __future__ import annotations

from monitor.settings import Settings, bundled_protocols, read_protocol
from streams.scanner_names import are_alike, described, kind_of
from streams.transient import Acquisition

SAME_ECHO_TIME_S = 1e-3
SAME_FIELD = 0.05


def fitting(acquisition: Acquisition) -> Settings:
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


def unfit(acquisition: Acquisition) -> str:
    """What to say of an acquisition that fits no preset, and its remedies."""
    return (
        f"{_described(acquisition)} fits none of the bundled protocols; give --basis "
        f"FILE or --protocol{_near_presets(acquisition)} (in the window: Ctrl+N)."
        f"{_simulated(acquisition)}"
    )
