"""Real mouse and keyboard on a real X server: what each operation does."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

FAKE = Path(__file__).parents[2] / "support" / "fake_window.py"
DRAG = FAKE.with_name("fake_drag.py")
RECORDINGS = Path(__file__).parents[3] / "recordings"
RESTLESS = RECORDINGS / "restless-short.mcap"
MISSING = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.timeout(240),
]
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def display():
    """A display of our own on a free number."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-ac",
         "-nolisten", "tcp"],
        pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    if not number:
        server.kill()
        server.wait()
        pytest.skip("Xvfb does not start")
    yield f":{number}"
    server.terminate()
    server.wait(10)


class Operator:
    """Hands and eyes."""

    def __init__(self, kind, display, folder: Path) -> None:
        self.folder = folder
        self.state, self.events = folder / "state.json", folder / "events.txt"
        self.events.write_text("")
        env = {k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"}
        env |= {
            "DISPLAY": display, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
            "QT_QPA_PLATFORM": "xcb",
        }  # fmt: skip
        self.env = env
        self.log = (folder / "log.txt").open("w")
        self.process = subprocess.Popen(
            [sys.executable, str(FAKE), kind, str(self.state), str(self.events)],
            env=env, stdout=self.log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.until(lambda s: kind == "empty" or s["transients"] > 400)
        self.window = self._do("search", "--name", "^fake session$").split()[-1]
        self.focus()

    def _do(self, *words) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self.env, capture_output=True, text=True,
            timeout=20, check=True,
        )  # fmt: skip
        return done.stdout

    def key(self, *keys) -> None:
        self._do("key", "--clearmodifiers", *keys)

    def type(self, text) -> None:
        self._do("type", "--delay", "5", text)

    def click(self, place, button=1) -> None:
        self._do("mousemove", *map(str, place), "click", str(button))

    def see(self) -> dict:
        return json.loads(self.state.read_text())

    def until(self, seen) -> dict:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                said = (self.folder / "log.txt").read_text()[-400:]
                if "xcb" in said:
                    pytest.skip(f"Qt cannot use the display: {said}")
                raise AssertionError(said)
            state = self.see() if self.state.exists() else None
            if state is not None and seen(state):
                return state
            time.sleep(0.03)
        raise AssertionError(f"not seen: {self.see() if self.state.exists() else ''}")

    def sent(self, *lines) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self.events.read_text().split("\n")[:-1] != list(lines):
            assert time.monotonic() < deadline, self.events.read_text()
            time.sleep(0.03)

    def drag(self, *files) -> None:
        """Drag files from another program's window onto the trend."""
        source = subprocess.Popen([sys.executable, str(DRAG), *files], env=self.env)
        try:
            self._do("search", "--sync", "--onlyvisible", "--name", "^files to drag$")
            self._do("mousemove", "20", "20", "mousedown", "1")
            x, y = self.see()["trend"]
            for step in (30, 60, 300):
                self._do("mousemove", str(20 + step), str(20 + step // 3))
                time.sleep(0.1)  # the hand of an operator: a drag begins, then moves
            self._do("mousemove", str(x - 20), str(y))
            time.sleep(0.2)
            self._do("mousemove", str(x), str(y))
            time.sleep(0.2)
            self._do("mouseup", "1")
            time.sleep(0.2)
        finally:
            source.terminate()
            source.wait(10)

    def focus(self) -> None:
        """Look at the window again, as a window manager would have it."""

        def active(state) -> bool:
            if not state["active"]:
                self._do("windowfocus", self.window)
            return state["active"]

        self.until(active)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        self.log.close()


@pytest.fixture
def operator(request, display, tmp_path):
    made = Operator(request.param, display, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("operator", ["long"], indirect=True)
def test_a_live_session_is_operated(operator):
    o = operator
    # The fake session has its start already: a second one asks before it moves.
    o.click(o.see()["start"])
    o.until(lambda s: s["sheets"] == ["marks"])
    o.key("Escape")
    o.until(lambda s: not s["sheets"])
    o.key("F5")
    o.until(lambda s: s["sheets"] == ["marks"])
    o.type("10:12")
    o.key("Return")
    o.sent("infusion_start")
    o.key("F6")
    o.sent("infusion_start", "infusion_stop")
    o.key("F8")
    o.until(lambda s: s["note"])
    o.type("coughed")
    o.key("Return")
    o.sent("infusion_start", "infusion_stop", "note coughed")
    for keys, sheet in (("F1", "keys"), ("F2", "checks"), ("F12", "log"),
                        ("F10", "summary")):  # fmt: skip
        o.key(keys)
        o.until(lambda s, sheet=sheet: s["sheets"] == [sheet])
        o.key("Escape")
        o.until(lambda s: not s["sheets"])
    o.key("F4")
    o.until(lambda s: s["sheets"] == ["choices"])
    o.type("64")
    o.key("Return")
    o.until(lambda s: s["settings"][0] == 64)
    o.key("F7")
    o.until(lambda s: s["strips"] == "lipid")
    o.key("F9")
    o.until(lambda s: not s["dark"])
    o.key("ctrl+Up")
    o.until(lambda s: s["wider"] == 1)


@pytest.mark.parametrize("operator", ["live"], indirect=True)
def test_trend_is_looked_into_zoomed_and_saved(operator):
    o = operator
    o.click(o.see()["trend"])
    o.until(lambda s: s["sheets"] == ["look"] and "transients" in s["look"])
    first = o.see()["look"]
    o.key("Prior")
    o.until(lambda s: s["look"] != first)
    o.key("Escape")
    o.until(lambda s: not s["sheets"])
    o._do("mousemove_relative", "5", "0")
    o.until(lambda s: "32 transients" in s["legend"])
    o.click(o.see()["trend"], button=4)
    o.until(lambda s: s["zoomed"])
    o.key("Home")
    o.until(lambda s: not s["zoomed"])
    o.click(o.see()["trend"], button=3)
    o.until(lambda s: s["sheets"] == ["export"])
    o.key("alt+f", "ctrl+a")
    o.type(str(o.folder / "trend.svg"))
    o.key("Return")
    o.until(lambda s: not s["sheets"])
    assert "<svg" in (o.folder / "trend.svg").read_text()


@pytest.mark.parametrize("operator", ["replay"], indirect=True)
def test_a_replay_is_operated_and_closed_in_full_flow(operator):
    o = operator
    assert o.see()["stream"].startswith("REPLAY")
    o.key("space")
    # what had been played is worked through before the position rests
    seen = o.until(lambda s: s["stream"] == "REPLAY paused" and not s["lag"])
    there = seen["position"]
    o.key("Left")
    o.until(lambda s: s["position"] <= there - 50)
    o.click(o.see()["play"])
    o.until(lambda s: s["stream"] != "REPLAY paused")
    o.key("F9")
    o.until(lambda s: not s["dark"])
    o.key("ctrl+q")
    assert o.process.wait(PATIENCE_S) == 0
    kept = json.loads((o.folder / "mrs-monitor" / "window.json").read_text())
    assert kept["theme"] == "light"


@pytest.mark.slow
@pytest.mark.parametrize("operator", ["replay"], indirect=True)
def test_a_recording_is_dragged_onto_the_window(operator, tmp_path):
    o = operator
    o.drag(str(RESTLESS))
    o.until(lambda s: s["title"].endswith("replay restless-short.mcap"))
    o.until(lambda s: s["transients"] > 0 and "restless" in s["source"])
    broken = tmp_path / "broken.mcap"
    broken.write_bytes(RESTLESS.read_bytes()[:100])
    o.drag(str(broken))
    o.until(lambda s: "broken.mcap" in s["said"])
    o.drag(*[str(path) for path in RECORDINGS.glob("*.mcap")])
    o.until(lambda s: "one file" in s["said"])
    assert o.see()["title"].endswith("replay restless-short.mcap")


@pytest.mark.slow
@pytest.mark.parametrize("operator", ["replay"], indirect=True)
def test_a_recording_is_opened_by_its_key(operator):
    o = operator
    o.key("ctrl+o")
    o.until(lambda s: s["asks"] == "Open a recording")
    o.type(str(RESTLESS))
    o.key("Return")
    o.until(lambda s: s["title"].endswith("replay restless-short.mcap"))
    o.until(lambda s: s["transients"] > 0)
    assert o.see()["folder"] == str(RECORDINGS)


@pytest.mark.slow
@pytest.mark.parametrize("operator", ["empty"], indirect=True)
def test_an_empty_window_asks_for_protocol_and_session(operator):
    o = operator
    o.until(lambda s: s["sheets"] == ["begin"] and s["stream"] == "NO SESSION")
    o.key("Tab")
    o.type("tcp://127.0.0.1:9")
    o.key("Return")
    o.until(lambda s: s["title"].endswith("live tcp://127.0.0.1:9"))
    o.until(lambda s: s["stream"] == "NO STREAM" and "No stream" in s["said"])
    o.key("ctrl+n")
    o.until(lambda s: s["sheets"] == ["begin"])
    o.key("alt+o")
    o.until(lambda s: s["asks"] == "Open a recording")
    o.type(str(RESTLESS))
    o.key("Return")
    o.until(lambda s: s["transients"] > 0 and "restless" in s["source"])


@pytest.mark.slow
@pytest.mark.parametrize("operator", ["long"], indirect=True)
def test_closing_in_the_middle_of_a_run_asks(operator):
    o = operator
    o.key("ctrl+q")
    o.until(lambda s: "Cancel" in s["asks"])
    o.key("Return")  # what is marked is to stay
    o.until(lambda s: not s["asks"])
    before = o.see()["transients"]
    o.until(lambda s: s["transients"] > before)
    o.drag(str(RESTLESS))
    o.until(lambda s: "Cancel" in s["asks"])
    o.click(o.see()["asks"]["Cancel"])
    o.until(lambda s: not s["asks"])
    o.focus()
    assert o.see()["title"] == "fake session"
    o.key("ctrl+q")
    o.until(lambda s: "Close" in s["asks"])
    o.click(o.see()["asks"]["Close"])
    assert o.process.wait(PATIENCE_S) == 0
