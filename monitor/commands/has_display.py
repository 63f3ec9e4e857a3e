"""Whether a window can be shown here."""

from __future__ import annotations

import os
import subprocess
import sys

PROBE = "from PyQt6.QtGui import QGuiApplication; QGuiApplication([])"
PROBE_TIMEOUT_S = 20.0


def no_display() -> str:
    """Why no window can be shown, in words; empty where one can.

    Qt ends the whole program where it finds no display, so it is asked in a process
    of its own.
    """
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return f"QT_QPA_PLATFORM is {os.environ['QT_QPA_PLATFORM']}"
    linux = sys.platform.startswith("linux")
    if linux and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "there is no display"
    try:
        probe = subprocess.run(
            [sys.executable, "-c", PROBE],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "the display does not answer"
    if probe.returncode == 0:
        return ""
    complaint = " ".join(probe.stderr.split())
    if "could not connect to display" in complaint:  # Qt names libraries then, too
        return f"the display {os.environ.get('DISPLAY', '')} does not answer"
    for hint in ("xcb-cursor0", "libEGL", "libGL"):
        if hint in complaint:
            return f"Qt cannot use the display: it needs the system library {hint}"
    return "the display cannot be opened"
