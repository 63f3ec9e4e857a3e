"""What the window's process loads: what is drawn, and nothing that works it out."""

import subprocess
import sys

LOADED = """
import sys, monitor.app.window
print(*(name for name in sys.modules if name.startswith("monitor.analysis.")))
"""
WORKED_OUT = ("course.course", "fit.fit", "glm.nuisance", "tracking.tracking")


def test_the_window_loads_no_numerics():
    told = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    loaded = set(told.stdout.split())
    assert "monitor.analysis.update" in loaded
    assert loaded.isdisjoint(f"monitor.analysis.{name}" for name in WORKED_OUT)
