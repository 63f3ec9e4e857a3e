"""Publishers that do not keep to docs/wire.md: recorded where it can be, else said."""

import random
import threading
from contextlib import contextmanager

import pytest
from free_ports import free_endpoint
from outside_publisher import GONE, OutsidePublisher
from test_relay import poll_until, relayed, wait_for

from streams.messages.scanner_counter import DROPPED, REMARK
from streams.messages.transient import Event, Start, Transient
from streams.recording import inspection, reading
from streams.sources import publisher
from streams.subscription import intake
from streams.subscription.subscriber import Subscriber

MOST = 2**53 - 1


class Visit:
    """A relay that records a publisher, and what it said."""

    def __init__(self, endpoint, relay, notes):
        self.endpoint, self.relay, self.notes = endpoint, relay, notes

    @property
    def transients(self):
        return self.relay.status.transients

    @property
    def refused(self):
        return self.relay.status.refused


@contextmanager
def visit(tmp_path):
    endpoint, notes, stop = free_endpoint(), [], threading.Event()
    source = publisher.bodies(endpoint, stop, on_note=notes.append)
    with relayed(source, tmp_path / "visit.mcap", linger_s=0) as relay:
        yield Visit(endpoint, relay, notes)
        stop.set()
        relay.stop.set()
        relay.thread.join(30)
        assert not relay.thread.is_alive()


def recorded(tmp_path):
    bodies = [m.body for m in reading.read_messages(tmp_path / "visit.mcap")]
    assert inspection.info(tmp_path / "visit.mcap").verification.whole
    return bodies


def counts(bodies):
    return [body.count for body in bodies if isinstance(body, Transient)]


def texts(bodies, kind):
    return [b.text for b in bodies if isinstance(b, Event) and b.kind == kind]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"epoch": GONE}, "no epoch"),
        ({"type": GONE}, "no type"),
        ({"seq": "text"}, "a seq that is"),
        ({"seq": GONE}, "no seq"),
        ({"session": GONE}, "no session"),
        ({"topic_frame": "newline"}, "a topic with blanks"),
    ],
)
def test_what_can_be_told_without_a_field_is_recorded_and_said(tmp_path, wrong, named):
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        for topic, send in (
            ("start", lambda **f: site.start(**f)),
            *(("transient", lambda n=n, **f: site.transient(n, **f))
              for n in range(20)),
        ):  # fmt: skip
            fields = dict(wrong)
            if fields.get("seq") == "text":
                fields["seq"] = str(0 if topic == "start" else site.seq)
            if "topic_frame" in fields:
                fields["topic_frame"] = f"{topic}\n".encode()
            send(**fields)
        wait_for(lambda: seen.transients == 20)
        wait_for(lambda: named in seen.relay.status.problem)
    bodies = recorded(tmp_path)
    assert counts(bodies) == list(range(20))
    assert any(named in text for text in texts(bodies, REMARK))
    assert not texts(bodies, DROPPED)
    assert any(named in note for note in seen.notes)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"acquisition": {"echo_time_s": GONE}}, "lacks echo_time_s"),
        ({"acquisition": {"dwell_time_s": "fast"}}, "dwell_time_s that is no number"),
        ({"v": 2}, "wire version 2"),
        ({"v": GONE}, "lacks v"),
    ],
)
def test_what_cannot_be_recorded_is_said_at_once_to_all(tmp_path, fields, named):
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        site.start(**fields)
        with Subscriber(seen.relay.endpoint) as viewer:
            poll_until(viewer, lambda: named in viewer.health.refusal)
            assert named in viewer.health.problem
        site.transients(range(20), **{k: v for k, v in fields.items() if k == "v"})
        site.beat_until(lambda: named in seen.relay.status.refusal)
        wait_for(lambda: any(named in note for note in seen.notes))
    status = seen.relay.states[-1]
    assert status.refused == 21
    assert "NOTHING WAS RECORDED" in status.nothing_recorded
    bodies = recorded(tmp_path)
    assert not counts(bodies)
    assert any(named in text for text in texts(bodies, DROPPED))


def test_a_start_that_becomes_valid_brings_what_waited_for_it(tmp_path):
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        site.start(acquisition={"echo_time_s": GONE})
        site.transients(range(5))
        site.start()
        site.transients(range(5, 10))
        wait_for(lambda: seen.transients == 10)
    assert counts(recorded(tmp_path)) == list(range(10))
    assert seen.relay.states[-1].refused == 1


@pytest.mark.parametrize("again", ["quiet", "same connection"])
def test_a_publisher_restarted_with_the_same_session_is_recorded(tmp_path, again):
    with visit(tmp_path) as seen:
        with OutsidePublisher(seen.endpoint, "the same") as site:
            for _ in range(1 if again == "quiet" else 2):
                site.seq = 0
                site.start()
                site.transients(range(10))
            wait_for(lambda: seen.transients == (10 if again == "quiet" else 20))
        if again == "quiet":
            with OutsidePublisher(seen.endpoint, "the same") as site:
                site.start()
                site.transients(range(10))
                wait_for(lambda: seen.transients == 20)
        wait_for(lambda: "needs a new session" in seen.relay.status.problem)
    bodies = recorded(tmp_path)
    assert counts(bodies) == 2 * list(range(10))
    assert sum(isinstance(body, Start) for body in bodies) == 2
    times = [b.time_s for b in bodies if isinstance(b, Transient)]
    assert times == sorted(times)
    assert len(set(times)) == 20
    assert not texts(bodies, "gap")
    assert inspection.info(tmp_path / "visit.mcap").epochs == 2


def test_a_publisher_that_says_it_records_is_no_relay(tmp_path):
    """It has no journal that could be asked, so nothing is waited for."""
    says = {"recorded_bytes": 10**6, "disk_free_bytes": 10**9, "recording": True}
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        site.heartbeat(**says)
        site.start()
        for count in range(20):
            site.transient(count)
            site.heartbeat(**says)
        site.seq = 0  # started again
        site.start()
        site.transients(range(5))
        wait_for(lambda: seen.transients == 25)
        with Subscriber(seen.endpoint) as direct:

            def hears():
                site.start()
                site.heartbeat(**says)
                return direct.health.recorded_bytes == 10**6

            poll_until(direct, hears)
            assert direct.health.recording is False
    assert counts(recorded(tmp_path)) == [*range(20), *range(5)]


def test_another_session_without_a_start_has_the_start_before(tmp_path):
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint, "first") as site:
        site.start()
        site.transients(range(5))
        site.session = "second"
        site.transients(range(5, 10))
        site.session = "first"  # and back to the earlier one
        site.transients(range(10, 15))
        wait_for(lambda: seen.transients == 15)
    bodies = recorded(tmp_path)
    assert counts(bodies) == list(range(15))
    assert sum("without a start" in text for text in texts(bodies, REMARK)) == 2
    assert not texts(bodies, "gap")


def test_a_return_to_an_earlier_session_with_its_start(tmp_path):
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        for session in ("a", "b", "a"):
            site.session, site.seq = session, 0
            site.start()
            site.transients(range(5))
        wait_for(lambda: seen.transients == 15)
    assert counts(recorded(tmp_path)) == 3 * list(range(5))


@pytest.mark.parametrize("in_place", [True, False])
def test_a_number_far_ahead_blocks_no_later_one(tmp_path, in_place):
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        site.start()
        site.transients(range(5))
        site.transient(5, seq=MOST)
        site.seq -= not in_place
        site.transients(range(6, 20))
        wait_for(lambda: seen.transients == 20)
    bodies = recorded(tmp_path)
    assert counts(bodies) == list(range(20))
    assert not texts(bodies, "gap")
    assert str(MOST) in texts(bodies, REMARK)[0]
    assert inspection.info(tmp_path / "visit.mcap").epochs == 1


def test_a_thousand_at_once_are_all_recorded_from_the_first_on(tmp_path):
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        site.start()
        site.transients(range(1000))
        wait_for(lambda: seen.transients == 1000)
    bodies = recorded(tmp_path)
    assert counts(bodies) == list(range(1000))
    assert not texts(bodies, "gap")


def test_a_session_without_any_start_is_counted_as_refused(tmp_path):
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        site.transients(range(20))
        site.send("event", v=2)  # is refused, when all before it has come
        wait_for(lambda: seen.refused == 1)
    status = seen.relay.states[-1]
    assert status.refused == 21
    assert "No valid start" in status.nothing_recorded


def test_waiting_for_a_start_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "START_PATIENCE_S", 0.2)
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        site.seq = 1
        site.transients(range(3))
        wait_for(lambda: "without a valid start" in seen.relay.status.problem)
        site.start()
        wait_for(lambda: seen.transients == 3)


@pytest.mark.parametrize("jump_s", [-20.0, 1.7e9, 9e14, -1.7e9])
def test_a_time_that_cannot_follow_is_a_new_epoch(tmp_path, jump_s):
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        site.start()
        site.transients(range(20))
        for count in range(20, 30):
            site.transient(count, time_s=2.0 * count + jump_s)
        wait_for(lambda: seen.transients == 30)
        wait_for(lambda: "time_s jumped" in seen.relay.status.problem)
    bodies = recorded(tmp_path)
    times = [b.time_s for b in bodies if isinstance(b, Transient)]
    assert times == sorted(times)
    assert times[-1] < 100
    assert inspection.info(tmp_path / "visit.mcap").epochs == 2
    assert any("time_s jumped" in text for text in texts(bodies, "re-shim"))


def test_times_that_do_not_advance_go_by_tr_and_that_is_said(tmp_path):
    with visit(tmp_path) as seen, OutsidePublisher(seen.endpoint) as site:
        site.start()
        for count in range(10):
            site.transient(count, time_s=2.0 * min(count, 4))
        wait_for(lambda: seen.transients == 10)
    bodies = recorded(tmp_path)
    assert [b.time_s for b in bodies if isinstance(b, Transient)] == [
        2.0 * count for count in range(10)
    ]
    assert any("does not advance" in text for text in texts(bodies, REMARK))


def test_a_publisher_that_says_recording_false_is_no_relay_that_cannot_write(tmp_path):
    endpoint = free_endpoint()
    with Subscriber(endpoint) as viewer:
        seen = []

        def look():
            seen.append(viewer.health.problem)

        looking, done = threading.Event(), []

        def watch():
            while not looking.is_set():
                viewer.poll(0.05)
                look()
                if viewer.health.refetch is False:
                    done.append(True)

        thread = threading.Thread(target=watch)
        thread.start()
        with OutsidePublisher(endpoint) as site:
            site.start()
            site.transients(range(3))
            site.beat_until(lambda: done)
        wait_for(lambda: any("still trying" in said for said in seen[-5:]))
        looking.set()
        thread.join()
    assert not [said for said in seen if "cannot write" in said]
    assert any("NOT RECORDED by a relay" in said for said in seen)
    assert viewer.health.recording is False


def test_a_publisher_that_leaves_is_said_to_have_left(tmp_path):
    with visit(tmp_path) as seen:
        with OutsidePublisher(seen.endpoint) as site:
            site.start()
            site.transients(range(3))
            site.heartbeat()
            wait_for(lambda: seen.transients == 3)
        wait_for(lambda: "still trying" in " ".join(seen.notes))
    assert not [note for note in seen.notes if "RECORD" in note]


def without(name):
    def send(site, rng, n):
        site.start(**{name: GONE})
        site.transients(range(n), **{name: GONE})

    return send


def bad_start(**acquisition):
    def send(site, rng, n):
        site.start(acquisition=acquisition)
        site.transients(range(n))

    return send


def other_version(site, rng, n):
    site.start(v=2)
    site.transients(range(n), v=2)


def seq_as_text(site, rng, n):
    site.start(seq="0")
    for count in range(n):
        site.transient(count, seq=str(count + 1))


def topic_with_newline(site, rng, n):
    site.start(topic_frame=b"start\n")
    site.transients(range(n), topic_frame=b"transient\n")


def begun_again(site, rng, n):
    cut = rng.randrange(1, n)
    site.start()
    site.transients(range(cut))
    site.seq = 0
    site.start()
    site.seq = 1
    site.transients(range(n - cut))


def session_changes(site, rng, n):
    site.start()
    for count in range(n):
        site.session = rng.choice(["a", "b", "c", site.session])
        site.transient(count)


def number_far_ahead(site, rng, n):
    far = rng.randrange(n)
    site.start()
    for count in range(n):
        site.transient(count, **({"seq": MOST} if count == far else {}))


def times_jump(site, rng, n):
    site.start()
    for count in range(n):
        jump_s = rng.choice([0.0, 0.0, 0.0, -20.0, 1.7e9, 9e14])
        site.transient(count, time_s=2.0 * count + jump_s)


def damaged(site, rng, n):
    site.start()
    for count in range(n):
        site.transient(count, **({"crc32": 1} if rng.random() < 0.3 else {}))


ATTACKS = {
    "no `epoch`": without("epoch"),
    "no `type`": without("type"),
    "no `session`": without("session"),
    "`seq` as text": seq_as_text,
    "a newline in the topic": topic_with_newline,
    "restarted with its session": begun_again,
    "sessions change, no start": session_changes,
    "one `seq` of 2^53 - 1": number_far_ahead,
    "times jump": times_jump,
    "payloads damaged": damaged,
    "start without `echo_time_s`": bad_start(echo_time_s=GONE),
    "dwell time 400 s": bad_start(dwell_time_s=400),
    "`v` 2": other_version,
}


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_with_other_numbers(tmp_path, attack):
    """The table of tests/acceptance/stream.md: run with -s."""
    sent, came, refused, silent = 0, 0, 0, 0
    for seed in range(5):
        rng = random.Random(f"{attack} {seed}")
        n = rng.randrange(10, 80)
        (folder := tmp_path / str(seed)).mkdir()
        with visit(folder) as seen, OutsidePublisher(seen.endpoint) as site:
            ATTACKS[attack](site, rng, n)
            site.send("event", v=3)  # refused, when all before it has come
            wait_for(lambda seen=seen: "version 3" in " ".join(seen.notes))
        status = seen.relay.states[-1]
        sent, came = sent + n, came + status.transients
        refused += status.refused - 1
        recorded(folder)
        silent += max(n - status.transients - (status.refused - 1), 0)
        assert bool(status.nothing_recorded) == (status.transients == 0)
    print(f"| {attack} | {sent} | {came} | {refused} | {silent} |")
    assert silent == 0
