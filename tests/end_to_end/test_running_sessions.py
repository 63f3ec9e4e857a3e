"""Relay, monitors and events as processes: killed, started again, whole."""

import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from free_ports import free_endpoint
from program import SHORT, Program, table, until

from streams.messages import wire
from streams.messages.transient import Message
from streams.recording.reading import read_messages
from streams.subscription.subscriber import Subscriber

pytestmark = pytest.mark.timeout(400)  # several programs, one after another

RESULTS = ("estimates.csv", "transients.csv", "tracker.csv")
OF_AN_INFUSION = ("joint.csv", "joint_course.csv", "plasma.csv")
WRITTEN = {*RESULTS, *OF_AN_INFUSION, "session.json", "screen.png"}


def relay(
    program: Program, where: str, *options: object, record: str = "s.mcap"
) -> subprocess.Popen[str]:
    """A relay that is up."""
    started = program.start(
        *("relay", "--bind", where, "--record", record, *options), name="relay"
    )
    until(
        lambda: "MB recorded" in program.said("relay") or started.poll() is not None,
        "the relay",
    )
    assert started.poll() is None, program.said("relay")
    return started


def results(folder: Path) -> dict[str, bytes]:
    """The tables that a run has written, byte by byte: every number is its `repr`."""
    return {name: (folder / name).read_bytes() for name in RESULTS}


def test_a_killed_monitor_ends_with_the_same_bits(program: Program) -> None:
    """Never killed, killed in the middle and again, replayed, analysed: one result."""
    where = free_endpoint()
    source = relay(program, where, "--source", SHORT, "--speed", "25")
    kept, again = (live(program, where, name) for name in ("kept", "killed"))
    until(lambda: recorded_in(program) > 1.0, "half the recording")
    for pause_s in (0.0, 1.5):
        time.sleep(pause_s)
        again = killed_and_begun_again(program, where, again)
    for process in (kept, again):
        until(lambda p=process: p.poll() is not None, "the end of the session")
        assert process.returncode == 0
    source.send_signal(signal.SIGINT)
    until(lambda: source.poll() is not None, "the end of the relay")
    ran = program.run("replay", "s.mcap", "--speed", "max", "--out", "replayed")
    assert ran.code == 0, ran.err
    assert program.run("analyse", "s.mcap", "--out", "analysed").code == 0
    kept = results(program.home / "kept")
    assert len(table(program.home / "kept" / "estimates.csv")) > 10
    for name in ("killed", "replayed", "analysed"):
        assert results(program.home / name) == kept, name


def live(program: Program, where: str, name: str) -> subprocess.Popen[str]:
    """A monitor whose results are in the folder of that name."""
    return program.start("live", "--connect", where, "--out", name, name=name)


def killed_and_begun_again(
    program: Program, where: str, running: subprocess.Popen[str]
) -> subprocess.Popen[str]:
    """Kill a monitor that has not ended, and begin another in its place."""
    assert running.poll() is None
    running.kill()
    running.wait(10)
    return live(program, where, "killed")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_monitor_killed_20_times_ends_with_the_same_bits(program: Program) -> None:
    """At random moments of its beginning, catching up, and following."""
    where, rng = free_endpoint(), random.Random(6)
    source = relay(program, where, "--source", SHORT, "--speed", "2.5")
    running, during = live(program, where, "killed"), 0
    for _ in range(20):
        time.sleep(rng.uniform(0.5, 6.0))
        during += "source ended" not in program.said("relay")
        running = killed_and_begun_again(program, where, running)
    until(lambda: running.poll() is not None, "the end of the session", 120)
    assert running.returncode == 0
    source.send_signal(signal.SIGINT)
    until(lambda: source.poll() is not None, "the end of the relay")
    assert program.run("analyse", "s.mcap", "--out", "analysed").code == 0
    same = results(program.home / "killed") == results(program.home / "analysed")
    print(f"20 kills of the monitor, {during} before the end; same bits: {same}")
    assert same


def recorded_in(program: Program) -> float:
    """Size of the unfinished recording, MB."""
    part = program.home / "s.mcap.part"
    return part.stat().st_size / 1e6 if part.exists() else 0.0


def kill_relay_once(program: Program, after_mb: float) -> None:
    """Kill the relay at a moment; its recording is checked, mended and gone on with."""
    where = free_endpoint()
    killed = relay(program, where, "--source", SHORT, "--speed", "40")
    until(lambda: recorded_in(program) >= after_mb, f"{after_mb} MB")
    time.sleep(random.random() * 0.1)
    killed.kill()
    killed.wait(10)
    part = program.home / "s.mcap.part"
    checked = program.run("verify", part)
    readable = re.search(r"(\d+) messages", checked.out)
    assert readable, checked
    copy = shutil.copy(part, program.home / "copy.mcap")
    mended = program.run("recover", copy, "--out", "mended.mcap")
    assert f"mended.mcap is whole: {readable[1]} messages" in mended.out, mended
    session = session_of(program, "mended.mcap")
    going_on = program.run(
        *("relay", "--source", SHORT, "--speed", "max", "--bind", where),
        *("--record", "s.mcap", "--linger", "0"),
    )
    assert going_on.code == 0, going_on.err
    assert session_of(program, "s.mcap") == session
    assert program.run("verify", "s.mcap").code == 0


def session_of(program: Program, recording: str) -> str:
    """Identity of a recording's session."""
    found = re.search(r"session ([0-9a-f]{32})", program.run("info", recording).out)
    assert found
    return found[1]


@pytest.mark.parametrize("after_mb", [0.0, 0.7])
def test_a_killed_relay_leaves_a_recording_that_goes_on(
    program: Program, after_mb: float
) -> None:
    kill_relay_once(program, after_mb)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(20))
def test_relay_killed_at_random_moments(program: Program, turn: int) -> None:
    kill_relay_once(program, random.Random(turn).uniform(0.0, 1.6))


def crash_and_compare(program: Program, at_least: int, pause_s: float) -> int:
    """Kill the relay within a session; what was seen is what the recording gives.

    A client has received transients and a monitor has fitted them.  The recovered file
    begins with the very messages of the client, and every window that monitor and file
    share, `analyse` and `replay` alike, has the same bits; how many these are.
    """
    where = free_endpoint()
    watching = live(program, where, "seen")
    until(lambda: "Nobody listens" in program.said("seen"), "the monitor")
    source = program.start(
        *("relay", "--bind", where, "--record", "s.mcap"),
        *("--source", SHORT, "--speed", "25"),
        name="relay",
    )
    with Subscriber(where) as client:
        received: list[Message] = []
        until(
            lambda: (
                bool(received.extend(client.poll(0.1))) or len(received) >= at_least
            ),
            "transients",
        )
        time.sleep(pause_s)
        source.kill()
        source.wait(10)
        while more := client.poll(0.3):
            received += more
    until(
        lambda: "from tcp" in program.said("seen") or watching.poll() is not None,
        "the monitor to notice",
    )
    watching.send_signal(signal.SIGINT)
    until(lambda: watching.poll() is not None, "the end of the monitor")
    ran = program.run("recover", "s.mcap.part", "--out", "mended.mcap")
    assert ran.code == 0, ran.err
    recovered = list(read_messages(program.home / "mended.mcap"))
    assert len(recovered) >= len(received)
    for one, other in zip(received, recovered, strict=False):
        assert wire.encode(one) == wire.encode(other)
    assert program.run("analyse", "mended.mcap", "--out", "analysed").code == 0
    ran = program.run("replay", "mended.mcap", "--speed", "max", "--out", "replayed")
    assert ran.code == 0, ran.err
    found = results(program.home / "analysed")
    assert results(program.home / "replayed") == found
    seen = results(program.home / "seen")
    transients = seen["transients.csv"]
    assert found["transients.csv"].startswith(transients)
    windows, whole = (windows_of(r["estimates.csv"]) for r in (seen, found))
    common = windows.keys() & whole.keys()
    assert all(windows[span] == whole[span] for span in common)
    return len(common)


def windows_of(estimates: bytes) -> dict[tuple[bytes, ...], list[bytes]]:
    """Cells of estimates.csv by start and end of the window."""
    header, *lines = (line.split(b",") for line in estimates.splitlines())
    assert header[1:3] == [b"t_start_s", b"t_end_s"]
    return {(start, end): cells for _, start, end, *cells in lines}


def test_after_a_crash_the_recovered_file_gives_what_was_seen(program: Program) -> None:
    pause_s = random.random() * 0.3
    assert crash_and_compare(program, 75, pause_s) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(10))
def test_crashes_at_random_moments(program: Program, turn: int) -> None:
    rng = random.Random(turn)
    common = crash_and_compare(program, rng.randint(60, 95), rng.uniform(0.0, 0.3))
    print(f"seed {turn}: {common} windows that were seen, the same bits in the file")


def test_an_event_is_on_disk_when_it_returns(program: Program) -> None:
    where = free_endpoint()
    source = relay(program, where, "--source", SHORT, "--speed", "5")
    until(lambda: recorded_in(program) > 0.1, "transients")
    ran = program.run("event", "note", "pump changed", "--connect", where)
    assert ran.code == 0, ran.err
    assert re.match(r"note recorded at \d+\.\d\d s scanner time", ran.out)
    other = program.run("event", "infusion_strat", "typo", "--connect", where)
    assert (other.code, other.out.split()[0]) == (0, "infusion_strat")
    assert "no kind that a monitor acts on" in other.err
    source.kill()  # at once: what was acknowledged is on disk
    source.wait(10)
    assert re.search(r"s  note  pump changed", program.run("info", "s.mcap.part").out)
    gone = program.run("event", "note", "too late", "--connect", where)
    assert gone.code == 2
    assert "NOT RECORDED: no relay at" in gone.sentence


def test_demo_without_a_display(program: Program) -> None:
    """A short scenario through the whole demo; then everything is in files."""
    scenario = SHORT.with_suffix(".toml")
    ran = program.run("demo", "--scenario", scenario, "--speed", "max", "--out", "out")
    assert ran.code == 0, ran.err
    assert "No window, since QT_QPA_PLATFORM is offscreen" in ran.err
    assert "true Glx/tNAA when the infusion stops: +18.0 %" in ran.err
    last_line = ran.err.strip().splitlines()[-1]
    assert re.match(r"Glx/tNAA at the end .*: [+-]\d+\.\d % from the ref", last_line)
    assert "course may bend" not in ran.err  # that is for session.json
    assert {path.name for path in (program.home / "out").iterdir()} == WRITTEN
    points = table(program.home / "out" / "tracker.csv")
    last = max(i for i, point in enumerate(points) if float(point["t_s"]) < 198.0)
    for kind in ("filtered", "smoothed"):
        seen, sd = (float(points[last][f"Glx/tNAA_{kind}{x}"]) for x in ("", "_sd"))
        assert abs(seen - 18.0) < 2.6 * sd
    assert (program.home / "out" / "screen.png").read_bytes().startswith(b"\x89PNG")
    (recording,) = (program.home / "data").rglob("*_demo.mcap")
    assert program.run("verify", recording).code == 0
    session = json.loads((program.home / "out" / "session.json").read_text())
    assert session["counts"]["transients"] == len(
        table(program.home / "out" / "transients.csv")
    )
    chosen = session["session_models"][0]
    assert chosen["macromolecules_stand_in"] is False  # the virtual scanner's own
    assert chosen["baseline_stiffness"] > 0
    assert isinstance(chosen["line_kernel"], bool)


def test_a_killed_demo_leaves_no_scanner_behind(program: Program) -> None:
    """The scanner's process notices, finishes its recording and ends."""
    demo = program.start("demo", "--speed", "5", "--out", "out", name="demo")
    place = program.home / "data"
    until(lambda: any(place.rglob("*_demo.*part")), "the recording")
    demo.kill()
    demo.wait(10)
    until(lambda: any(place.rglob("*_demo.mcap")), "the finished recording")
    (recording,) = place.rglob("*_demo.mcap")
    assert "whole" in program.run("verify", recording).out


def test_stopping_without_a_display_writes_what_there_is(program: Program) -> None:
    where = free_endpoint()
    watching = live(program, where, "out")
    until(lambda: "Nobody listens" in program.said("out"), "the monitor")
    relay(program, where, "--source", SHORT, "--speed", "10")
    until(lambda: recorded_in(program) > 1.0, "half the recording")
    watching.send_signal(signal.SIGINT)
    until(lambda: watching.poll() is not None, "the end")
    said = program.said("out")
    assert "Traceback" not in said
    assert "stopped by Ctrl-C" in said
    written = [name for name in RESULTS if (program.home / "out" / name).exists()]
    assert written == ([] if "No transient has come" in said else list(RESULTS))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte; only root on Linux can mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    if not sys.platform.startswith("linux") or shutil.which("mount") is None:
        pytest.skip("no tmpfs here")
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine mounts no tmpfs for us")
    yield place
    subprocess.run(["umount", str(place)], check=False)


def test_a_full_disk_is_said_and_survived(program: Program, small_disk: Path) -> None:
    full = small_disk / "s.mcap"
    source = program.start(
        *("relay", "--source", SHORT, "--speed", "max", "--bind", free_endpoint()),
        *("--record", full, "--linger", "0", "--least-free", "0"),
        name="relay",
    )
    until(lambda: "NOT RECORDING" in program.said("relay"), "the sentence")
    assert "disk is full" in " ".join(program.said("relay").split())
    assert source.poll() is None
    ran = program.run("analyse", SHORT, "--out", small_disk / "out", "--save-spectra")
    assert ran.code == 2
    assert "full" in ran.err.lower() or "free space" in ran.err
    source.send_signal(signal.SIGINT)
    until(lambda: source.poll() is not None, "the end of the relay")
    assert source.returncode == 1
    assert re.search(r"NOT RECORDED: \d+ messages of the source", program.said("relay"))
    assert program.run("verify", next(small_disk.glob("s.mcap*"))).code in (0, 1)
