"""The relay that stays for a whole week: harmed every hour, and never started again."""

import os
import signal
import threading
import time
import zlib

from free_ports import free_endpoint
from lossy_proxy import CuttingProxy
from outside_publisher import OutsidePublisher, fid
from outside_viewer import OutsideViewer
from program import Program, until
from week_checks import check_names, check_recording, check_sent

from streams.recording.inspection import info

INTERVAL_S = 0.04
NEVER_S = 1e9
RUN = 1_000_000  # between the FIDs of two runs of the publisher


def memory_mb(process):
    with open(f"/proc/{process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def limit_file_size(process, size):
    """No file of a running process may grow beyond a size, bytes; None: any may."""
    import resource

    now = resource.RLIM_INFINITY if size is None else size
    hard = resource.RLIM_INFINITY
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (now, hard))


class Feeding:
    """A site's publisher that sends and sends, and is started again when asked."""

    def __init__(self, endpoint):
        self.endpoint, self.sent, self.runs = endpoint, [], 0
        self.again, self._stop = threading.Event(), threading.Event()
        self.error = ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        self._stop.set()
        self._thread.join(30)

    def _run(self):
        try:
            while not self._stop.is_set():
                with OutsidePublisher(self.endpoint, "the same session") as site:
                    self._send(site)
        except Exception as error:
            self.error = repr(error)

    def _send(self, site):
        site.first_fid = RUN * self.runs
        self.runs, count = self.runs + 1, 0
        acquisition = {"repetition_time_s": INTERVAL_S}
        time.sleep(0.2)
        site.start(acquisition)
        while not self._stop.is_set() and not self.again.is_set():
            site.transient(count, time_s=count * INTERVAL_S)
            self.sent.append(zlib.crc32(fid(site.first_fid + count)))
            count += 1
            if count % 25 == 0:
                site.heartbeat()
            if count % 100 == 0:
                site.start(acquisition)
            self._stop.wait(INTERVAL_S)
        self.again.clear()


class Standing:
    """A relay, its publisher and its viewer, with proxies between them."""

    HARMS = ("cut_source", "cut_viewer", "full_disk", "renamed", "removed", "restarted",
             "marked")  # fmt: skip

    def __init__(self, home, tally, seed):
        (home / "disk").mkdir(parents=True)
        self.home, self.tally = home, tally
        self.program = Program(home)
        self.memory_mb, self.files = [], []
        source, bind, through, shown = (free_endpoint() for _ in range(4))
        self.process = self.program.start(
            *("relay", "--source", through, "--bind", bind, "--linger", 0),
            *("--record", "disk/week.mcap"),
            name="relay",
        )
        until(lambda: "recording: " in self.said, "the standing relay")
        self.before = CuttingProxy(source, through, NEVER_S, seed)
        self.behind = CuttingProxy(bind, shown, NEVER_S, seed)
        self.feeding, self.viewer = Feeding(source), OutsideViewer(shown)

    @property
    def said(self):
        return self.program.said("relay")

    @property
    def line(self):
        return f"standing: {self.memory_mb[-1]:.1f} MB, {self.files[-1]} files"

    def measure(self):
        self.memory_mb.append(round(memory_mb(self.process), 1))
        self.files.append(open_files(self.process))

    def hour(self, rng, harms=HARMS):
        """Harm of every kind, in a new order."""
        for harm in rng.sample(harms, len(harms)):
            try:
                self.goes_on()
                getattr(self, harm)(rng)
                self.goes_on()
            except Exception as error:
                self.tally.fail(harm, f"{error!r} {self.said[-500:]}")
            self.tally.did(f"standing: {harm}")

    def goes_on(self, messages=10):
        """Wait until more is recorded and seen."""
        before = self.viewer.last_seq
        until(
            lambda: self.viewer.last_seq > before + messages and self.viewer.complete,
            f"more than {before} messages {self.feeding.error}",
        )

    def recording(self):
        return self.viewer.beat.get("recording")

    def cut_source(self, rng):
        self.before.cut()

    def cut_viewer(self, rng):
        self.behind.cut()

    def full_disk(self, rng):
        part = self.home / "disk" / "week.mcap.part"
        limit_file_size(self.process, part.stat().st_size + rng.randrange(2000))
        try:
            until(lambda: self.recording() is False, "that nothing is recorded")
            refused = len(self.viewer.refused)
            asked = self.viewer.event("note", "while full")
            until(lambda: not self.viewer.waits_for(asked), "a refusal")
            assert "NOT RECORDED" in self.viewer.refused[refused]
            time.sleep(rng.uniform(0.0, 1.5))
        finally:
            limit_file_size(self.process, None)
        until(self.recording, "that it records again")

    def renamed(self, rng):
        disk, away = self.home / "disk", self.home / "away"
        disk.rename(away)
        try:
            until(lambda: self.recording() is False, "that its folder is missed")
            assert self.viewer.beat["disk_free_bytes"] == 0
        finally:
            away.rename(disk)
        until(self.recording, "that it records again")

    def removed(self, rng):
        (self.home / "disk" / "week.mcap.part").unlink()
        until(lambda: self.recording() is False, "that its recording is missed")
        until(self.recording, "that it is written again")

    def restarted(self, rng):
        runs = self.feeding.runs
        self.feeding.again.set()
        until(lambda: self.feeding.runs > runs, "the publisher again")

    def marked(self, rng):
        asked = self.viewer.event("infusion_start", "by the operator")
        until(lambda: not self.viewer.waits_for(asked), "an acknowledgement")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self._finish()
        finally:
            self.viewer.close()
            self.feeding.close()
            self.before.close()
            self.behind.close()
            self.program.close()

    def _finish(self):
        """Stop all in order, and hold the recording against what was seen and sent."""
        self.goes_on()
        self.feeding.close()
        until(lambda: self.viewer.complete, "the last messages")
        time.sleep(1.5)
        until(lambda: self.viewer.complete, "the last messages")
        self.process.send_signal(signal.SIGINT)
        until(lambda: self.process.poll() is not None, "the end")
        place = self.home / "disk" / "week.mcap"
        try:
            assert self.process.returncode == 0, self.said[-2000:]
            assert "Traceback" not in self.said, self.said[-2000:]
            recorded = check_recording(place, self.viewer, self.tally)
            found = info(place)
            starts = len(found.starts)
            assert starts == self.feeding.runs, (starts, self.feeding.runs)
            counted = found.never_came + found.refused
            check_sent(self.feeding.sent, recorded, counted, self.tally)
            check_names(self.home, self.tally)
        except Exception as error:
            self.tally.fail("standing", repr(error))
