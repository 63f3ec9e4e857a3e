"""The last line: what a report of the spectra must name (MRSinMRS)."""

from __future__ import annotations

from hashlib import sha256

from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition
from streams.messages.version import program_version


def footer(acquisition: Acquisition | None, source: str, settings: Settings) -> str:
    """Acquisition, source, version and settings; empty before the start message."""
    a = acquisition
    if a is None:
        return ""
    repetition, voxel = a.repetition_time_s, a.voxel_mm
    parts = (
        f"{a.sequence or 'sequence ?'} TE {1e3 * a.echo_time_s:.0f} ms",
        f"TR {1e3 * repetition:.0f} ms" if repetition else "TR ?",
        f"{a.spectrometer_frequency_mhz:.2f} MHz {a.nucleus}",
        "voxel " + ("×".join(f"{v:g}" for v in voxel) + " mm" if voxel else "?"),
        f"{a.coils} coil{'s' if a.coils > 1 else ''}",
        source,
        f"v{program_version()}",
        f"protocol {settings.name} {settings_hash(settings)}",
    )
    return " · ".join(part for part in parts if part)


def settings_hash(settings: Settings) -> str:
    """First eight digits of the hash of every setting."""
    return sha256(repr(settings.as_dict()).encode()).hexdigest()[:8]
