"""Problems of a publisher: one event at once, those after it held and counted."""

import pytest

from streams.sources import publisher_faults
from streams.sources.publisher_faults import EVERY_S, Troubles
from streams.subscription.intake import StreamProblem


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    made = Clock()
    monkeypatch.setattr(publisher_faults, "time", made)
    return made


def test_a_problem_is_told_at_once_and_then_at_most_now_and_again(clock):
    one = StreamProblem("a field is missing", refused=True)
    troubles = Troubles()
    assert len(list(troubles.take([one], 1.0))) == 1
    for _ in range(5):
        clock.now += EVERY_S / 10
        assert list(troubles.take([one], 2.0)) == []
    clock.now += EVERY_S
    assert len(list(troubles.take([], 3.0))) == 1
    assert list(troubles.rest([], 4.0)) == []
