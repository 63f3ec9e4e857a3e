"""The machine is kept awake, or it is said that it is not."""

import ctypes
import stat
import sys
import types

import pytest
from test_relay import wait_for

from streams.relay import keep_awake
from streams.relay.keep_awake import stay_awake


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder with nothing but stand-ins for the systems' programs."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(name, script):
        path = tmp_path / name
        path.write_text(f"#!{sys.executable} -S\n{script}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    return make


needs_scripts = pytest.mark.skipif(
    sys.platform == "win32", reason="stand-ins are scripts that Windows does not run"
)


@needs_scripts
@pytest.mark.parametrize(
    ("platform", "name"), [("linux", "systemd-inhibit"), ("darwin", "caffeinate")]
)
def test_a_program_keeps_it_awake_until_the_end(
    programs, tmp_path, platform, name, monkeypatch
):
    monkeypatch.setattr(keep_awake, "LEAVE_S", 60.0)
    log = tmp_path / "log"
    programs(
        name,
        f"import sys\nf = open({str(log)!r}, 'w')\nprint(*sys.argv[1:], file=f)\n"
        "f.flush()\nsys.stdin.read()\nf.write('ended')\n",
    )
    with stay_awake(platform) as problem:
        assert problem == ""
        wait_for(log.exists)
        assert "ended" not in log.read_text()
    assert "ended" in log.read_text()


@needs_scripts
def test_a_refusal_is_said(programs, monkeypatch):
    monkeypatch.setattr(keep_awake, "SETTLE_S", 60.0)  # it ends long before
    programs("systemd-inhibit", "import sys\nsys.exit(1)\n")
    with stay_awake("linux") as problem:
        assert "systemd-inhibit was refused" in problem


@needs_scripts
def test_without_the_program_that_is_said(programs):
    with stay_awake("linux") as problem:
        assert "may fall asleep" in problem
        assert "no systemd-inhibit here" in problem


def test_windows_is_asked_and_released(monkeypatch):
    asked = []
    kernel = types.SimpleNamespace(
        SetThreadExecutionState=lambda state: asked.append(state) or 1
    )
    library = types.SimpleNamespace(kernel32=kernel)
    monkeypatch.setitem(ctypes.__dict__, "windll", library)
    with stay_awake("win32") as problem:
        assert problem == ""
    assert asked == [0x80000041, 0x80000000]


def test_windows_without_it(monkeypatch):
    monkeypatch.delitem(ctypes.__dict__, "windll", raising=False)
    with stay_awake("win32") as problem:
        assert "SetThreadExecutionState" in problem
    assert keep_awake.WHY
