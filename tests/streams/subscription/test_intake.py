"""A publisher that does everything wrong: each transient is recorded or counted."""

import json
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stream_cases import ACQUISITION, transient

from streams.errors import InputError
from streams.messages import wire
from streams.messages.scanner_counter import DROPPED
from streams.messages.transient import Event, Message, Start, Transient
from streams.subscription import intake as intake_module
from streams.subscription.intake import START_PATIENCE_S, MessageIntake

GONE = object()
HARM = (
    {}, {}, {}, {}, {}, {}, {"epoch": GONE}, {"type": GONE}, {"seq": GONE},
    {"session": GONE}, {"v": 2}, {"crc32": 1}, {"seq": 2**53 - 1}, {"seq": 0},
    {"seq": "7"}, {"seq": None}, {"time_s": 1e14}, {"time_s": -5.0}, {"time_s": "x"},
    {"session": "other"}, {"session": "another"}, {"seq": -1}, {"seq": 10**6 + 17},
    {"count": GONE}, {"v": "1"}, {"session": 4}, {"epoch": "two"}, {"epoch": 3},
)  # fmt: skip


def harmed(frames, changes):
    header = {**json.loads(frames[1]), **changes}
    kept = {k: v for k, v in header.items() if v is not GONE}
    return [frames[0], json.dumps(kept).encode(), frames[2]]


def given_by(intake, frames):
    """What the subscriber does with frames."""
    try:
        message = wire.decode(frames)
    except InputError as error:
        return intake.take_unreadable(frames, str(error))
    return intake.take(message)


def attack(seed, length):
    """Frames of transients and starts, harmed by chance; how many are transients."""
    rng = random.Random(seed)
    seq, sent, frames = 1, 0, []
    for _ in range(length):
        start = wire.encode(Message("s", 0, 0, Start(ACQUISITION, "x")))
        if rng.random() < 0.2:
            if rng.random() < 0.2:  # begun again, as it was before
                seq = 1
            frames.append(harmed(start, rng.choice(HARM[:17])))
            continue
        one = wire.encode(Message("s", seq, 0, transient(sent)))
        frames.append(harmed(one, rng.choice(HARM)))
        seq, sent = seq + 1, sent + 1
    return frames, sent


@pytest.mark.parametrize("seed", range(30))
def test_every_transient_is_given_or_counted(seed):
    frames, sent = attack(seed, 120)
    intake, out = MessageIntake(), []
    for one in frames:
        out += given_by(intake, one)
    intake.give_up()
    problems = intake.pending()
    starts = sum(frames_[0] == b"start" for frames_ in frames)
    came = [m.body for m in out if isinstance(m.body, Transient)]
    assert sent + starts == len(frames)
    assert len(came) == len({body.count for body in came})
    refused = sum(problem.refused for problem in problems)
    assert refused == intake.refused
    assert len(came) + refused >= sent
    assert len(came) + refused <= sent + starts
    dropped = [m for m in out if isinstance(m.body, Event) and m.body.kind == DROPPED]
    assert len(dropped) == sum(problem.placed for problem in problems)


@pytest.mark.parametrize("seed", range(30))
def test_runs_begin_with_a_start_and_go_forward(seed):
    frames, _ = attack(seed, 120)
    intake, runs = MessageIntake(), {}
    for one in frames:
        for message in given_by(intake, one):
            runs.setdefault(message.session, []).append(message)
    for name, messages in runs.items():
        assert len(name) <= 64
        assert isinstance(messages[0].body, Start)
        numbers = [m.seq for m in messages]
        assert numbers == sorted(set(numbers))
        times = [m.body.time_s for m in messages if isinstance(m.body, Transient)]
        assert times == sorted(set(times))
        assert all(abs(time_s) < 1e6 for time_s in times)
        for message in messages:
            wire.encode(message)
    assert max(Counter(m.session for ms in runs.values() for m in ms).values()) > 1


@given(st.lists(st.lists(st.binary(max_size=40), max_size=4), max_size=20))
def test_noise_is_refused_and_counted(several):
    intake = MessageIntake()
    for frames in several:
        assert given_by(intake, frames) == ()
    assert intake.refused == len(several)


def test_what_is_said_of_a_publisher_s_text_is_one_line_that_no_terminal_obeys():
    intake = MessageIntake()
    for session in ("s", "evil\x1b]0;x\x07\n"):
        start = wire.encode(Message(session, 0, 0, Start(ACQUISITION, "x")))
        given_by(intake, start)
        given_by(intake, harmed(start, {"v": 2, "session": session}))
        one = wire.encode(Message(session, 1, 0, transient(0)))
        given_by(intake, one)
    given_by(intake, start)
    for _ in range(2):
        given_by(intake, wire.encode(Message(session + "2", 5, 0, transient(1))))
    given_by(intake, wire.encode(Message(session + "2", 2, 0, transient(1))))
    said = [problem.text for problem in intake.pending()]
    assert any("evil" in text for text in said)
    assert all(text.isprintable() for text in said)


def test_who_comes_without_a_start_is_waited_for_a_while_before_it_is_said(monkeypatch):
    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(intake_module, "time", clock)
    intake = MessageIntake()
    assert intake.waiting == ""
    given_by(intake, wire.encode(Message("abc", 1, 0, transient(0))))
    assert intake.waiting == ""
    clock.now += 0.9 * START_PATIENCE_S
    assert intake.waiting == ""
    clock.now += 0.2 * START_PATIENCE_S
    assert "without a valid start" in intake.waiting
