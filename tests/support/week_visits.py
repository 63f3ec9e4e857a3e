"""Sessions that come and go in a week: killed, stopped, out of space or a folder."""

import contextlib
import os
import shutil
import subprocess
import threading
import time
import zlib

import mrd_sender
import numpy as np
from free_ports import free_endpoint, free_port
from outside_publisher import OutsidePublisher, fid
from outside_viewer import OutsideViewer
from program import Program, until
from stopped_relays import SIGNALS
from stream_cases import ACQUISITION
from week_checks import check_names, check_part, check_recording, check_sent

from streams.export.nifti_mrs import write_session
from streams.messages.transient import Kind, Start, Transient, number
from streams.recording.inspection import info

DISK_MB = 2


class Visit:
    """One session: its relay, which may be started again, and its viewer."""

    def __init__(self, home, hour, rng, tally):
        self.home, self.hour, self.rng, self.tally = home, hour, rng, tally
        (home / "disk").mkdir(parents=True)
        self.place = home / "disk" / "visit.mcap"
        self.program, self.bind = Program(home), free_endpoint()
        self.viewer, self.relays, self.process = OutsideViewer(self.bind), 0, None

    @property
    def part(self):
        return self.place.with_name("visit.mcap.part")

    @property
    def said(self):
        return self.program.said(f"relay{self.relays}")

    def relay(self, *options):
        """Start the relay, or start it again with the same recording."""
        self.relays += 1
        self.process = self.program.start(
            *("relay", *options, "--bind", self.bind, "--record", self.place),
            *("--least-free", 0),
            name=f"relay{self.relays}",
        )
        until(lambda: "recording: " in self.said or self.ended, "the relay")
        assert not self.ended, self.said

    @property
    def ended(self):
        return self.process.poll() is not None

    def shown(self, messages):
        """Wait until the viewer has so many messages more."""
        least = len(self.viewer.seen) + messages
        until(lambda: len(self.viewer.seen) >= least, f"{messages} more: {self.said}")

    def marked(self):
        asked = self.viewer.event("infusion_start", "by the operator")
        until(lambda: not self.viewer.waits_for(asked), "an acknowledgement")

    def killed(self):
        """Kill the relay; what it leaves holds all that was seen."""
        time.sleep(self.rng.uniform(0.0, 0.5))
        self.process.kill()
        self.process.wait(30)
        time.sleep(0.2)  # what is on its way to the viewer
        self.tally.did("kill -9")
        check_part(self.part, self.viewer, self.tally)

    def stopped(self, code=0, place=None, signal=None):
        """Stop the relay by a signal; what the finished recording holds."""
        signal = signal or SIGNALS[self.hour % len(SIGNALS)]
        self.process.send_signal(signal)
        until(lambda: self.ended, f"the end after {signal.name}")
        self.tally.did(signal.name)
        assert self.process.returncode == code, (self.process.returncode, self.said)
        assert "Traceback" not in self.said, self.said
        return check_recording(place or self.place, self.viewer, self.tally)


def visit(one, home, hour, rng, tally):
    """One session; whatever goes wrong in it is a failure with its name."""
    here = Visit(home, hour, rng, tally)
    try:
        one(here)
        check_names(home, tally)
    except Exception as error:
        tally.fail(f"{one.__name__} in hour {hour}", repr(error))
    finally:
        here.viewer.close()
        here.program.close()
        shutil.rmtree(home, ignore_errors=True)


def virtual(here):
    """The virtual scanner: killed, gone on with, stopped."""
    source = ("--source", "sim", "--speed", here.rng.choice((10, 20, 40)))
    here.relay(*source)
    here.shown(2)
    here.marked()
    here.killed()
    here.relay(*source)
    here.shown(3)
    here.marked()
    here.stopped()


def scanner(here):
    """An MRD scanner: the relay is killed in a series, and a whole one follows."""
    port, many = free_port(), here.rng.randrange(50, 200)
    source = ("--source", "mrd", "--listen", f"127.0.0.1:{port}")
    messages = [mrd_sender.acquisition_bytes(n) for n in range(many)]

    def cut_off():
        with contextlib.suppress(OSError), mrd_sender.connect(port) as connection:
            connection.sendall(mrd_sender.opening(last=many - 1))
            for message in messages:
                connection.sendall(message)
                time.sleep(0.01)

    here.relay(*source)
    sending = threading.Thread(target=cut_off)
    sending.start()
    here.shown(5)
    here.killed()
    sending.join(30)
    here.relay(*source)
    mrd_sender.send(port, mrd_sender.opening(last=many - 1), *messages)
    recorded = here.stopped(signal=SIGNALS[(here.hour + 1) % len(SIGNALS)])
    series = [n for n, text in recorded.events.items() if text[0] == "series_end"]
    assert series, "the series that was closed has no end"
    here.tally.add("sent", many)
    here.tally.add("silent", max(many - len(set(recorded.payloads)), 0))
    first = len(recorded.payloads) - many
    assert recorded.payloads[:first] == recorded.payloads[first:][:first]


def folder(here):
    """A folder that files come into, whose relay is killed and started again."""
    made, dropped = here.home / "made" / "dropped", here.home / "dropped"
    made.mkdir(parents=True)
    dropped.mkdir()
    several, payloads = here.rng.randrange(8, 16), []
    for count in range(several):
        values = np.random.default_rng(1000 * here.hour + count).normal(size=(2, 16))
        one = (values + 1j).astype(np.complex64)
        payloads.append(zlib.crc32(one.tobytes()))
        transient = Transient(0, 0.0, Kind.METABOLITE, one)
        place = made / f"Hidden^Name_{count:03d}.nii.gz"
        write_session(place, number([Start(ACQUISITION, "x"), transient]))
    here.relay("--source", f"folder:{dropped}")

    def drop(files):
        for path in files:
            shutil.copy(path, dropped / (path.name + ".part"))
            os.replace(dropped / (path.name + ".part"), dropped / path.name)

    files = sorted(made.iterdir())
    drop(files[: several // 2])
    here.shown(3)
    here.killed()
    drop(files[several // 2 :])
    here.relay("--source", f"folder:{dropped}")
    until(lambda: here.viewer.transients >= several, f"all files: {here.said}")
    recorded = here.stopped(signal=SIGNALS[(here.hour + 2) % len(SIGNALS)])
    counted = info(here.place).never_came + info(here.place).refused
    check_sent(payloads, recorded, counted, here.tally)


class Publishing:
    """A site's publisher for one session, sending in a thread of its own."""

    def __init__(self, endpoint):
        self.sent, self._stop = [], threading.Event()
        self._thread = threading.Thread(target=self._run, args=(endpoint,))
        self._thread.start()

    def _run(self, endpoint):
        with OutsidePublisher(endpoint) as site:
            time.sleep(0.2)
            site.start({"repetition_time_s": 0.05})
            while not self._stop.wait(0.05):
                count = len(self.sent)
                site.transient(count, time_s=0.05 * count)
                self.sent.append(zlib.crc32(fid(count)))
                site.heartbeat()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(30)


@contextlib.contextmanager
def small_disk(here):
    """A disk of some MB where the recording goes; skipped where nobody may mount."""
    size, disk = f"size={DISK_MB}m", str(here.place.parent)
    mount = ["mount", "-t", "tmpfs", "-o", size, "week", disk]
    try:
        mounted = not subprocess.run(mount, check=False, capture_output=True).returncode
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", disk], check=False)


def fill(folder):
    """Fill a disk to its last byte."""
    with contextlib.suppress(OSError), open(folder / "filler", "wb", 0) as file:
        while file.write(bytes(4096)):
            pass


def published(here):
    """A publisher whose disk is full, with and without a copy."""
    with_copy = here.hour % 2 == 0
    with small_disk(here) as mounted, contextlib.ExitStack() as stack:
        if not mounted:
            here.tally.did("full disk: nobody may mount one here")
            return
        source = free_endpoint()
        copy = here.home / "second" / "visit.mcap"
        options = ("--copy", copy) if with_copy else ()
        here.relay("--source", source, *options)
        site = stack.enter_context(Publishing(source))
        here.shown(10)
        fill(here.place.parent)
        if with_copy:
            until(lambda: "RECORDED IN THE COPY ALONE" in here.said, "the copy")
            here.shown(20)
            stack.close()
            settled(here, site)
            recorded = here.stopped(1, copy)
            counted = info(copy).never_came
        else:
            until(lambda: "NOT RECORDING" in here.said, "that it is said")
            time.sleep(here.rng.uniform(0.0, 2.0))
            stack.close()
            (here.place.parent / "filler").unlink()
            settled(here, site)
            recorded = here.stopped()
            counted = info(here.place).never_came
        check_sent(site.sent, recorded, counted, here.tally)
        here.tally.did(f"full disk, {'with' if with_copy else 'without'} a copy")


def settled(here, site):
    """Wait until all that was sent is recorded and seen."""
    until(
        lambda: here.viewer.complete and here.viewer.transients >= len(site.sent),
        f"all of {len(site.sent)}: {here.viewer.last_seq} {here.said}",
    )


def harmed(here):
    """A publisher whose recording's folder is renamed or removed."""
    with_copy, remove = here.hour % 2 == 1, here.hour % 4 < 2
    source, copy = free_endpoint(), here.home / "second" / "visit.mcap"
    options = ("--copy", copy) if with_copy else ()
    disk, away = here.place.parent, here.home / "away"
    here.relay("--source", source, *options)
    with Publishing(source) as site:
        here.shown(10)
        if remove:
            shutil.rmtree(disk)
        else:
            disk.rename(away)
        word = "RECORDED IN THE COPY ALONE" if with_copy else "NOT RECORDING"
        until(lambda: word in here.said, word)
        if with_copy:
            here.shown(20)
        elif remove:
            disk.mkdir()
        else:
            time.sleep(here.rng.uniform(0.0, 2.0))
            away.rename(disk)
    settled(here, site)
    place = copy if with_copy else here.place
    recorded = here.stopped(1 if with_copy else 0, place)
    check_sent(site.sent, recorded, info(place).never_came, here.tally)
    what = "removed" if remove else "renamed"
    here.tally.did(f"folder {what}, {'with' if with_copy else 'without'} a copy")


VISITS = (virtual, scanner, folder, published, harmed)
