"""What is counted in a week of sessions, and how a recording is held against it.

Closed recordings are read with the `mcap` package, not with our own reader.
"""

import json
import struct
import threading
import zlib
from collections import Counter

from mcap.reader import make_reader
from outside_viewer import digest

from streams.recording.inspection import info
from streams.recording.reading import read_frames, recover

NAMES = (b"Testperson", b"1970-02-03", b"Hidden^Name")  # of subjects, given to sources


def mcap_frames(path):
    """Frames of each message of a closed recording, by another program's reader."""
    with open(path, "rb") as file:
        for _, _, message in make_reader(file).iter_messages():
            (count,) = struct.unpack_from("<I", message.data, 8)
            lengths = struct.unpack_from(f"<{count}I", message.data, 12)
            at, frames = 12 + 4 * count, []
            for length in lengths:
                frames.append(message.data[at : at + length])
                at += length
            yield frames


class Recorded:
    """What a recording holds: digests by number, payloads of transients, events."""

    def __init__(self, several):
        self.digests, self.payloads, self.events = {}, [], {}
        self.session = ""
        for frames in several:
            header = json.loads(frames[1])
            self.session, seq = header["session"], header["seq"]
            self.digests[seq] = digest(frames)
            if header["type"] == "transient":
                self.payloads.append(zlib.crc32(frames[2]))
            elif header["type"] == "event":
                self.events[seq] = (header["kind"], header.get("text", ""))

    def says(self, word):
        return [text for _, text in self.events.values() if word in text]


class Tally:
    """Counts, by what was done; `harm` is what must stay 0."""

    HARM = ("lost", "altered", "silent", "leaked")

    def __init__(self, say=print):
        self.tried, self.counts, self.failures = Counter(), Counter(), []
        self._say, self._lock = say, threading.Lock()

    def did(self, what):
        with self._lock:
            self.tried[what] += 1

    def add(self, what, count):
        with self._lock:
            self.counts[what] += count

    def fail(self, what, why):
        with self._lock:
            self.failures.append((what, str(why)))
        self._say(f"FAILED {what}: {why}", flush=True)

    @property
    def harm(self):
        return sum(self.counts[what] for what in self.HARM)

    @property
    def line(self):
        counted = ", ".join(f"{n} {what}" for what, n in self.counts.items())
        return f"{counted}; {len(self.failures)} failed"

    @property
    def table(self):
        tried = "\n".join(f"| {what} | {n} |" for what, n in sorted(self.tried.items()))
        harm = ", ".join(f"{self.counts[what]} {what}" for what in self.HARM)
        return f"{tried}\n{self.line}\n{harm}"


def check_recording(path, viewer, tally, finished=True):
    """Hold a recording against what was seen and acknowledged; what it holds."""
    found = info(path)
    assert found.verification.whole, found.verification.summary
    assert found.verification.closed == finished, found.verification.summary
    recorded = Recorded(mcap_frames(path) if finished else read_frames(path))
    if finished:
        assert found.end is not None
        assert found.end.transients == len(recorded.payloads)
    check_seen(recorded, viewer, tally)
    return recorded


def check_seen(recorded, viewer, tally):
    """Count what was seen or acknowledged and is not there, or otherwise."""
    seen = {k: v for k, v in dict(viewer.seen).items() if k[0] == recorded.session}
    foreign = len(viewer.seen) - len(seen)
    gone = [k for k in seen if k[1] not in recorded.digests]
    other = [k for k, v in seen.items() if recorded.digests.get(k[1], v) != v]
    acknowledged = list(viewer.acknowledged)
    unkept = [a for a in acknowledged if recorded.events.get(a[1], ("",))[0] != a[2]]
    tally.add("seen", len(seen))
    tally.add("acknowledged", len(acknowledged))
    tally.add("lost", len(gone) + len(unkept) + foreign)
    tally.add("altered", len(other) + len(viewer.changed))


def check_sent(sent, recorded, counted, tally):
    """Count what a source sent that is neither recorded nor counted, or otherwise."""
    there = Counter(recorded.payloads)
    missing = [one for one in sent if one not in there]
    tally.add("sent", len(sent))
    tally.add("said to be missing", len(missing))
    tally.add("silent", max(len(missing) - counted, 0))
    tally.add("altered", len(there.keys() - set(sent)))
    tally.add("altered", sum(n - 1 for n in there.values()))  # recorded twice


def check_part(part, viewer, tally):
    """A recording whose relay was killed: recovered whole, with all that was seen."""
    out = part.with_name("recovered.mcap")
    try:
        recover(part, out)
        check_recording_cut_off(out, viewer, tally)
    finally:
        out.unlink(missing_ok=True)


def check_recording_cut_off(path, viewer, tally):
    found = info(path)
    assert found.verification.whole, found.verification.summary
    check_seen(Recorded(mcap_frames(path)), viewer, tally)


def check_names(home, tally):
    """Count the files that hold a subject's name, recordings and logs."""
    for path in home.rglob("*"):
        given = path.suffix in (".xml", ".gz") or "dropped" in path.parts
        if path.is_file() and not given:
            content = path.read_bytes()
            tally.add("leaked", sum(name in content for name in NAMES))
