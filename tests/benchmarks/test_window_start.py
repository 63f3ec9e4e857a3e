"""Processor time of the window's process until its window is shown.

`pytest tests/benchmarks/test_window_start.py --benchmark-only`: `replay` of the bundled
recording, up to the window's first show event; what was measured is in
`session_speed.md`.  Qt draws into memory, so that no display is needed.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_session_speed import ONE_THREAD, ROUNDS, children_s

RECORDING = Path(__file__).parents[2] / "recordings/infusion-short.mcap"
UNTIL_SHOWN = """
import os, sys
from importlib.util import find_spec
from monitor.cli import main

class Watched:
    # The window's file is loaded by the program in its time, and then ends at showing.
    def find_spec(self, name, *_):
        if name != "monitor.app.window":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        load = spec.loader.exec_module

        def loaded(module):
            load(module)
            module.Window.showEvent = shown

        spec.loader.exec_module = loaded
        return spec

def shown(window, event):
    print("shown", flush=True)
    os._exit(0)

sys.meta_path.insert(0, Watched())
sys.argv = ["mrs-monitor", "replay", sys.argv[1]]
main()
"""
# "offscreen" alone would be taken for "no display": the colon makes no difference to Qt
DRAWN_IN_MEMORY = {"QT_QPA_PLATFORM": "offscreen:", "DISPLAY": ":99"}

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.benchmark(timer=children_s),
]


def until_shown(home: Path) -> None:
    own = {**DRAWN_IN_MEMORY, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    ran = subprocess.run(
        [sys.executable, "-c", UNTIL_SHOWN, str(RECORDING)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, **ONE_THREAD, **own},
    )
    assert "shown" in ran.stdout


def test_the_window_is_shown(benchmark, tmp_path):
    benchmark.pedantic(until_shown, (tmp_path,), rounds=ROUNDS)
