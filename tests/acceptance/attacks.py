"""Attacks from outside on recordings and on the installed relay, counted.

    python tests/acceptance/attacks.py flips 300 --seed 7
    python tests/acceptance/attacks.py cuts 300 --seed 7

and so on with requests, hungry, keys, headers, times.

Each prints what was tried, lost (and not there to be lost), silent (harmed or left out
and not said), altered, leaked.  The relay is a program of its own, and what is sent to
it is made from docs/wire.md alone.
"""

import argparse
import contextlib
import json
import random
import socket
import sys
import tempfile
import time
import zlib
from collections import Counter
from itertools import pairwise
from pathlib import Path

for folder in ("support", "streams/relay", "streams/sources/mrd", ""):
    sys.path.append(str(Path(__file__).resolve().parents[1] / folder))

import mrd_sender  # noqa: E402
import zmq  # noqa: E402
from free_ports import free_endpoint, free_port  # noqa: E402
from outside_publisher import TR_S, OutsidePublisher, fid  # noqa: E402
from outside_viewer import OutsideViewer, digest, neighbour  # noqa: E402
from program import SHORT, Program, until  # noqa: E402
from week_checks import Recorded, mcap_frames  # noqa: E402

from streams.errors import InputError  # noqa: E402
from streams.messages.keys import (  # noqa: E402
    Role,
    load_client_keys,
    new_client_keys,
    new_server_keys,
)
from streams.recording.inspection import info, verify  # noqa: E402
from streams.recording.reading import recover  # noqa: E402
from streams.relay.gate import READ_AGAIN_S  # noqa: E402

MOST_MORE_MB = 160.0  # 64 MB of answers, 64 MB of publications, and what Python keeps


def damaged_and_recovered(home, content, original, counts, name):
    """Recover a damaged copy and hold it against the original."""
    place, mended = home / name, home / "mended.mcap"
    place.write_bytes(content)
    try:
        found = verify(place)
        counts["silent"] += found.whole and not name.endswith(".part")
        recover(place, mended)
    except InputError:
        counts["refused"] += 1  # not a message, or not the head, is left
        return ()
    after = verify(mended)
    counts["silent"] += after.damaged or not after.closed
    there = Recorded(mcap_frames(mended))
    counts["altered"] += sum(original[n] != d for n, d in there.digests.items())
    gone = [n for n in original if n not in there.digests]
    named = {n for a, b in after.missing for n in range(a, b + 1)}
    last = max(there.digests)
    counts["silent"] += sum(n < last and n not in named for n in gone)
    mended.unlink()
    return gone


def original():
    return {n: digest(frames) for n, frames in enumerate(mcap_frames(SHORT))}


def flips(home, tries, rng, counts):
    """One bit at a random place costs one message at most."""
    whole, digests = SHORT.read_bytes(), original()
    for _ in range(tries):
        content = bytearray(whole)
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        gone = damaged_and_recovered(home, content, digests, counts, "flip.mcap")
        counts["hit"] += len(gone)
        counts["lost"] += max(len(gone) - 1, 0)


def cuts(home, tries, rng, counts):
    """The file ends at a random byte: all messages before it are there."""
    whole, digests = SHORT.read_bytes(), original()
    ends, at = [], 0
    for frames in mcap_frames(SHORT):
        at = whole.index(frames[1], at) + len(frames[1]) + len(frames[2])
        ends.append(at)
    for number in range(tries):
        end, name = rng.randrange(1, len(whole)), "cut.mcap" + ".part" * (number % 2)
        before = sum(one + 100 <= end for one in ends)  # and its index behind it
        gone = damaged_and_recovered(home, whole[:end], digests, counts, name)
        if gone:
            counts["hit"] += 1
            counts["lost"] += max(before - (len(digests) - len(gone)), 0)
            counts["silent"] += list(gone) != list(range(min(gone), len(digests)))


class Relay:
    """A relay with an outside viewer, and what it recorded in the end."""

    def __init__(self, home, *options):
        self.program, self.bind = Program(home), free_endpoint()
        self.place = home / "attacked.mcap"
        self.process = self.program.start(
            *("relay", *options, "--bind", self.bind, "--record", self.place),
            *("--least-free", 0),
            name="relay",
        )
        until(lambda: "recording: " in self.said, f"the relay: {self.said}")

    @property
    def said(self):
        return self.program.said("relay")

    @property
    def memory_mb(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1000

    def ended(self, viewer, counts, code=0):
        """Stop it; count what the viewer saw and is not there."""
        self.process.terminate()
        until(lambda: self.process.poll() is not None, "the end")
        assert self.process.returncode == code, self.said[-2000:]
        assert "Traceback" not in self.said, self.said[-2000:]
        assert verify(self.place).whole
        recorded = Recorded(mcap_frames(self.place))
        if viewer:
            seen = {n: d for (_, n), d in viewer.seen.items()}
            counts["lost"] += len(seen.keys() - recorded.digests.keys())
            counts["altered"] += sum(
                recorded.digests.get(n, d) != d for n, d in seen.items()
            )
        return recorded

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.close()


def bad_request(rng):
    """Frames that are almost a request, or nothing like one."""
    name = rng.choice([b"fetch", b"event", b"recorded", b"", b"\xff\x00", b"done"])
    odd = [None, -1, 2**63, 1e308, "x" * rng.randrange(9000), [], {}, True, "\x1b[2J"]
    fields = ("v", "session", "first", "count", "kind", "text", "author", "time_s",
              "id")  # fmt: skip
    table = {"v": 1, **{f: rng.choice(odd) for f in rng.sample(fields, 4)}}
    text = bytearray(json.dumps(table).encode())
    match rng.randrange(6):
        case 0:
            text = rng.randbytes(rng.randrange(300))
        case 1:
            text[rng.randrange(len(text))] ^= 1 << rng.randrange(8)
        case 2:
            text = b"[" * rng.randrange(1, 60_000)
        case 3:
            text = text[: rng.randrange(len(text))]
        case 4:
            return [rng.randbytes(9) for _ in range(rng.choice([0, 1, 3, 40]))]
    return [name, bytes(text)]


def requests(home, tries, rng, counts):
    """Hundred bad requests at a time; the others are served all the while."""
    source = ("--source", "sim", "--speed", 20)
    with Relay(home, *source) as relay, OutsideViewer(relay.bind) as viewer:
        until(lambda: len(viewer.seen) > 5, "the first messages")
        before_mb = relay.memory_mb
        with zmq.Context() as context:
            for _ in range(tries):
                with context.socket(zmq.DEALER) as dealer:
                    dealer.linger = 2000
                    dealer.connect(neighbour(relay.bind))
                    for _ in range(100):
                        dealer.send_multipart(bad_request(rng) or [b""])
                    if rng.random() < 0.5 and dealer.poll(50):
                        dealer.recv_multipart()
        marks = len(viewer.acknowledged)
        asked = viewer.event("note", "after all")
        until(lambda: not viewer.waits_for(asked), "an acknowledgement")
        counts["silent"] += len(viewer.acknowledged) == marks
        until(lambda: viewer.complete, "all messages")
        counts["requests"] = 100 * tries
        print(f"memory {before_mb:.0f} MB, at most {relay.memory_mb:.0f} MB")
        assert "\x1b" not in relay.said
        relay.ended(viewer, counts)


def hungry(home, tries, rng, counts):
    """Clients that ask and listen and never read, and strangers that say nothing."""
    source = ("--source", SHORT, "--speed", "max")
    with (
        Relay(home, *source) as relay,
        OutsideViewer(relay.bind) as viewer,
        zmq.Context() as context,
        contextlib.ExitStack() as stack,
    ):
        until(lambda: viewer.last_seq > 100 and viewer.complete, "the recording")
        before_mb, host = relay.memory_mb, relay.bind.removeprefix("tcp://")
        fetch = json.dumps({"v": 1, "session": "", "first": 0, "count": 32}).encode()
        for number in range(tries):
            kind = (zmq.DEALER, zmq.SUB)[number % 5 == 4]
            one = stack.enter_context(context.socket(kind))
            one.linger, one.rcvhwm, one.rcvbuf = 0, 1, 4096
            if kind == zmq.SUB:
                one.subscribe(b"")
                one.connect(relay.bind)
                continue
            one.connect(neighbour(relay.bind))
            for _ in range(rng.randrange(20, 200)):
                one.send_multipart([b"fetch", fetch])
                counts["fetches"] += 1
            with contextlib.suppress(OSError):
                place = (host.split(":")[0], int(host.split(":")[1]) + number % 2)
                stack.enter_context(socket.create_connection(place, timeout=5))
        with OutsideViewer(relay.bind) as late:  # who takes is served all the same
            until(lambda: late.last_seq >= viewer.last_seq and late.complete, "all")
            asked = late.event("note", "after all")
            until(lambda: not late.waits_for(asked), "an acknowledgement")
        more_mb = relay.memory_mb - before_mb
        print(f"memory {before_mb:.0f} MB, at most {more_mb:.0f} MB more")
        counts["leaked"] += more_mb > MOST_MORE_MB
        until(lambda: viewer.complete, "the event")
        relay.ended(viewer, counts)


def keys(home, tries, rng, counts):
    """A key is withdrawn while its holder listens; how long it still hears."""
    relay_key, _ = new_server_keys(home)
    new_client_keys(home / "clients", "stays", Role.VIEWER, relay_key)
    options = ("--server-key", home / "relay.key_secret", "--clients", home / "clients")
    source, longest_s = free_endpoint(), 0.0
    with (
        Relay(home, "--source", source, *options) as relay,
        OutsidePublisher(source) as site,
        zmq.Context() as context,
    ):
        site.start()
        for number in range(tries):
            name = f"v{number}"
            new_client_keys(home / "clients", name, Role.VIEWER, relay_key)
            known = load_client_keys(home / "clients" / f"{name}.viewer.key_secret")
            time.sleep(READ_AGAIN_S)
            with context.socket(zmq.SUB) as sub, context.socket(zmq.DEALER) as dealer:
                for one, where in ((sub, relay.bind), (dealer, neighbour(relay.bind))):
                    one.linger = 0
                    known.apply(one)
                    one.connect(where)
                sub.subscribe(b"")
                until(lambda s=sub: fed(site, s), "that it hears")
                (home / "clients" / f"{name}.viewer.key").unlink()
                longest_s = max(longest_s, hears_for(site, sub, dealer))
        counts["leaked"] += longest_s > 5.0
        print(f"a withdrawn key heard for {longest_s:.1f} s at most")
        relay.ended(None, counts)


def fed(site, *sockets):
    """Send another transient; whether anything was heard in a moment."""
    site.transient(site.seq)
    return bool(zmq.select(list(sockets), [], [], 0.05)[0])


def hears_for(site, sub, dealer):
    """How long anything is still heard or answered, s; 3 s of silence end it."""
    began = last = time.monotonic()
    fetch = {"v": 1, "session": "", "first": 0, "count": 1}
    while time.monotonic() - last < 3.0 and time.monotonic() - began < 30.0:
        with contextlib.suppress(zmq.Again):
            dealer.send_multipart([b"fetch", json.dumps(fetch).encode()], zmq.NOBLOCK)
        if fed(site, sub, dealer):
            last = time.monotonic()
            for one in (sub, dealer):
                while one.poll(0):
                    one.recv_multipart()
    return last - began


def headers(home, tries, rng, counts):
    """MRD headers that are deep, wide, endless or full of entities, then a series."""
    port, whole = free_port(), mrd_sender.header()
    source = ("--source", "mrd", "--listen", f"127.0.0.1:{port}")
    with Relay(home, *source) as relay, OutsideViewer(relay.bind) as viewer:
        for _ in range(tries):
            size = rng.randrange(1, 200_000)
            name = rng.choice(["a", "patientName", "encoding", "TE"])
            extra = rng.choice((
                f"<{name}>" * size, f"<{name}>" * size + f"</{name}>" * size,
                f"<{name}/>" * size, f"<!ENTITY b '&b;{name}'>" * (size // 1000 + 1),
                f"<{name} " + f"{name}='1' " * (size // 100) + "/>", "\x00" * size,
            ))  # fmt: skip
            at = rng.randrange(len(whole))
            sent = mrd_sender.config_bytes() + mrd_sender.text_bytes(
                3, whole[:at] + extra + whole[at:]
            )
            with contextlib.suppress(OSError):
                mrd_sender.send(port, sent, mrd_sender.acquisition_bytes(0))
        print(f"memory at most {relay.memory_mb:.0f} MB")
        before = viewer.transients
        several = [mrd_sender.acquisition_bytes(n) for n in range(20)]
        mrd_sender.send(port, mrd_sender.opening(last=19), *several)
        until(lambda: viewer.transients >= before + 20, "the series")
        relay.ended(viewer, counts)
        held = relay.place.read_bytes() + relay.said.encode()
        counts["leaked"] += any(n in held for n in (b"Testperson", b"1970-02-03"))


def times(home, tries, rng, counts):
    """A publisher whose clock is set, again and again: all recorded, forward, said."""
    source = free_endpoint()
    with Relay(home, "--source", source) as relay, OutsideViewer(relay.bind) as viewer:
        with OutsidePublisher(source) as site:
            site.start()
            offset_s, sent, jumps = 0.0, [], 0
            for count in range(4 * tries):
                if count and not count % 4:
                    jumps += 1
                    far = rng.choice((1e-3, 10.0, 1e5, 1.7e9, 9e14))
                    offset_s = rng.choice((-1, 1)) * far * rng.uniform(0.5, 1.0)
                site.transient(count, time_s=TR_S * count + offset_s)
                sent.append(zlib.crc32(fid(count)))
                time.sleep(0.002)
            until(lambda: viewer.transients >= len(sent), "all transients")
            until(lambda: viewer.complete, "all messages")
        recorded = relay.ended(viewer, counts)
    counts["lost"] += len(set(sent) - set(recorded.payloads))
    counts["altered"] += len(set(recorded.payloads) - set(sent))
    held = info(relay.place)
    bodies = [json.loads(f[1]) for f in mcap_frames(relay.place)]
    placed = [(b["time_s"], b["epoch"]) for b in bodies if b["type"] == "transient"]
    for (before_s, _), (after_s, _) in pairwise(placed):
        counts["silent"] += not 0.0 < after_s - before_s < 90_000.0
    counts["epochs"] = held.epochs


ATTACKS = (flips, cuts, requests, hungry, keys, headers, times)


def main():
    """Count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("attack", choices=[one.__name__ for one in ATTACKS])
    parser.add_argument("tries", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    counts = Counter(lost=0, silent=0, altered=0, leaked=0)
    with tempfile.TemporaryDirectory() as home:
        attack = globals()[given.attack]
        attack(Path(home), given.tries, random.Random(given.seed), counts)
    said = ", ".join(f"{count} {what}" for what, count in counts.items())
    print(f"{given.attack} {given.tries} --seed {given.seed}: {said}", flush=True)
    sys.exit(any(counts[w] for w in ("lost", "silent", "altered", "leaked")))


if __name__ == "__main__":
    main()
