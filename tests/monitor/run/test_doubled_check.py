"""A transient that comes twice counts once, and it is said."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.run.doubled_check import TWICE, DoubledCheck
from streams.messages.transient import Event, Kind, Message, Transient

FID = np.random.default_rng(3).normal(size=(2, 16)).astype(np.complex64)
BODY = Transient(4, 8.0, Kind.METABOLITE, FID)


def message(body, seq: int = 4) -> Message:
    return Message("s", seq, 0, body)


def test_the_same_once_more_goes_no_further_and_it_is_said():
    check = DoubledCheck()
    first = message(BODY)
    assert check.filter(first).messages == (first,)
    for seq in (5, 90):
        found = check.filter(message(replace(BODY, fid=FID.copy()), seq))
        assert found.messages == ()
        assert [note.text for note in found.notes] == [TWICE]
    assert check.doubled == 2


@pytest.mark.parametrize(
    "changes", [{"count": 5}, {"time_s": 10.0}, {"fid": FID * np.complex64(1.0001)}]
)
def test_what_differs_in_number_time_or_samples_is_another(changes: dict):
    check, other = DoubledCheck(), message(replace(BODY, **changes), 5)
    check.filter(message(BODY))
    assert check.filter(other).messages == (other,)
    assert check.doubled == 0


def test_events_pass_as_often_as_they_come():
    check, event = DoubledCheck(), message(Event(1.0, "note"))
    assert check.filter(event) == check.filter(event)
    assert check.filter(event).messages == (event,)
