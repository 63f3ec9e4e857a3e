"""Names that everything in a kit shares."""

from __future__ import annotations

from streams.messages.version import program_version

VENDOR, NAME = "mrsmonitor", "glutamate"
LABEL_KEY = "com.siemens-healthineers.magneticresonance.openrecon.metadata:1.1.0"
LABEL_FILE = "OpenReconLabel.json"
PORT = 9002
MOST_BYTES = 600 * 10**6
"""A package above this is refused."""


def release() -> str:
    """The version as the label wants it: three numbers, perhaps more behind them.

    A version that is none (a development install) is 0.0.0.
    """
    parts = program_version().split("+")[0].split(".")
    numbers = [part for part in parts[:3] if part.isdecimal()]
    return ".".join(numbers) if len(numbers) == 3 else "0.0.0"


def package_name() -> str:
    """Name of the package without ending: OpenRecon_<vendor>_<name>_V<version>."""
    return f"OpenRecon_{VENDOR}_{NAME}_V{release()}"


def fire_name() -> str:
    """Name of the folder for FIRE."""
    return f"FIRE_{VENDOR}_{NAME}_V{release()}"
