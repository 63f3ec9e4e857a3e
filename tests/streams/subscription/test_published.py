"""What a publisher without a journal sent is taken in the order of its runs."""

import time
from types import SimpleNamespace

import pytest
from stream_cases import ACQUISITION, transient

from streams.messages.transient import Heartbeat, Message, Start
from streams.subscription.ordering import Ordering
from streams.subscription.subscriber import SILENCE_S, Subscriber


@pytest.fixture
def subscriber() -> Subscriber:
    made = Subscriber.__new__(Subscriber)
    made._ordering, made._left = Ordering(), []
    made._signs = SimpleNamespace(heartbeat=None)
    return made


def run(session: str, *numbers: int) -> tuple[Message, ...]:
    """Messages of a run; number 0 is its start."""
    return tuple(
        Message(session, n, 0, transient(n) if n else Start(ACQUISITION, "test"))
        for n in numbers
    )


def test_gaps_are_skipped_once_something_came(subscriber: Subscriber) -> None:
    subscriber._take_published(())
    assert not subscriber._ordering.skipping
    for messages in (run("a", 0, 2), (), run("a", 3)):
        subscriber._take_published(messages)
        assert subscriber._ordering.skipping
    assert [m.seq for m in subscriber._ordering.ready()] == [0, 2, 3]


def test_another_run_gives_out_what_waited_of_the_first(subscriber: Subscriber) -> None:
    subscriber._take_published(run("a", 0, 1))
    assert subscriber._left == []
    subscriber._take_published(run("b", 0, 1))
    assert [(m.session, m.seq) for m in subscriber._left] == [("a", 0), ("a", 1)]
    ready = subscriber._ordering.ready()
    assert [(m.session, m.seq) for m in ready] == [("b", 0), ("b", 1)]


def test_a_heartbeat_says_what_exists_and_is_no_message(subscriber: Subscriber) -> None:
    subscriber._take_published(run("a", 0))
    beat = object.__new__(Heartbeat)
    object.__setattr__(beat, "last_seq", 4)
    subscriber._take_published((Message("a", 5, 0, beat),))
    assert subscriber._signs.heartbeat is beat
    assert subscriber._ordering.last_seq == 4
    assert [m.seq for m in subscriber._ordering.ready()] == [0]


@pytest.mark.parametrize(
    ("heartbeat", "silent_s", "broken", "renewed"),
    [
        (True, SILENCE_S - 1.0, False, False),
        (True, SILENCE_S + 1.0, False, True),
        (False, SILENCE_S + 1.0, False, False),  # who sends none may be silent
        (False, 0.0, True, True),
    ],
)
def test_links_are_made_again_where_heartbeats_stay_away_or_they_broke(
    subscriber: Subscriber, heartbeat, silent_s, broken, renewed
) -> None:
    made: list[str] = []
    now_s = time.monotonic()
    subscriber._signs = SimpleNamespace(
        heartbeat=object() if heartbeat else None,
        at=now_s - silent_s,
        drop=made.append,
    )
    subscriber._links = SimpleNamespace(
        broken=broken, key_refused=False, renew=lambda: made.append("renewed")
    )
    subscriber._renewed, subscriber._asked = now_s - 60.0, now_s
    subscriber._renew_if_dead()
    assert ("renewed" in made) is renewed
    assert any("ended the connection" in one for one in made) is broken
    assert (subscriber._asked is None) is renewed
