"""Why no window can be shown: what the environment says, and what Qt complained of."""

import subprocess
import sys

import pytest

from monitor.commands import has_display
from monitor.commands.has_display import no_display


@pytest.fixture
def on_linux(monkeypatch):
    """Linux without any display or platform; the probe counts how often it is asked."""
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


def answer(monkeypatch, code: int, complaint: str = "") -> list[object]:
    """Let Qt's probe end with this; what was run."""
    ran: list[object] = []

    def run(words, **_):
        ran.append(words)
        return subprocess.CompletedProcess(words, code, "", complaint)

    monkeypatch.setattr(has_display.subprocess, "run", run)
    return ran


@pytest.mark.parametrize("platform", ["offscreen", "minimal"])
def test_a_platform_without_windows_is_named_and_qt_is_not_asked(
    on_linux, monkeypatch, platform
):
    ran = answer(monkeypatch, 0)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    assert no_display() == f"QT_QPA_PLATFORM is {platform}"
    assert not ran


def test_linux_without_either_display_needs_no_probe(on_linux, monkeypatch):
    ran = answer(monkeypatch, 0)
    assert no_display() == "there is no display"
    assert not ran


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_one_of_both_displays_is_enough(on_linux, monkeypatch, name):
    ran = answer(monkeypatch, 0)
    monkeypatch.setenv(name, ":7")
    assert no_display() == ""
    assert len(ran) == 1


def test_windows_and_mac_have_their_display_without_a_variable(on_linux, monkeypatch):
    answer(monkeypatch, 0)
    monkeypatch.setattr(sys, "platform", "win32")
    assert no_display() == ""


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        ("qt.qpa.xcb: could not connect to display :7\nlibGL", "display :7 does not"),
        ("from 6.5.0, xcb-cursor0 is needed", "system library xcb-cursor0"),
        ("ImportError: libEGL.so.1: cannot open", "system library libEGL"),
        ("ImportError: libGL.so.1: cannot open", "system library libGL"),
        ("Aborted", "the display cannot be opened"),
    ],
)
def test_what_qt_complains_of_becomes_a_remedy(on_linux, monkeypatch, complaint, said):
    monkeypatch.setenv("DISPLAY", ":7")
    answer(monkeypatch, 134, complaint)
    assert said in no_display()
