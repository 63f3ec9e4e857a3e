"""Which epochs an offset is asked between, and when there is none."""

from types import SimpleNamespace

import pytest

from monitor.analysis.course.course import Course
from monitor.analysis.course.offsets import Offsets


class Asked:
    """In the place of the offsets: says what it is asked."""

    def between(self, home, epochs, sessions):
        return home, tuple(epochs)


@pytest.mark.parametrize(
    ("home", "epochs", "asked"),
    [
        (0, (0, 0), False),
        (0, (0, 1), True),
        (0, (1, 1), True),
        (None, (0, 1), False),
    ],
)
def test_windows_of_other_epochs_than_the_references_are_offset(home, epochs, asked):
    course = SimpleNamespace(home=home, offsets=Asked(), sessions={})
    found = Course.offsets_between(course, epochs)
    assert found == ((home, epochs) if asked else None)


def test_of_an_epoch_that_is_not_known_there_is_none():
    assert Offsets().covariance(0, 1, {}) is None
    assert Offsets().covariance(0, 1, {0: object()}) is None
    assert Offsets().covariance(0, 1, {1: object()}) is None
