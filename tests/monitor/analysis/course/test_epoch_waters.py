"""Water references of an epoch, and the amplitude on the scale of its own coils."""

from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.course import epoch_waters
from monitor.analysis.course.course import Course
from monitor.analysis.course.epoch_waters import EpochWaters
from monitor.analysis.fit.freedom import Freedom

FID = np.ones((1, 8), np.complex64)
MODEL = SimpleNamespace(names=("Glu",))


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The amplitude is how many references there are."""
    monkeypatch.setattr(
        epoch_waters, "water_amplitude", lambda fids, _: float(len(fids)) or None
    )


def test_a_course_gets_its_newest_epochs_water() -> None:
    course, waters = Course(Freedom()), EpochWaters()
    course.grids = {0: MODEL, 1: MODEL}
    for _ in range(3):
        waters.push(FID)
    waters.measure(course, None, MODEL)
    assert (course.water, course.waters) == (3.0, {1: 3.0})
    assert course.outcomes.row("Glu/water") is not None


def test_without_water_it_keeps_what_it_has() -> None:
    course, waters = Course(Freedom(), water=2.0), EpochWaters()
    course.grids = {0: MODEL, 1: MODEL}
    waters.measure(course, None, MODEL)
    assert (course.water, course.waters) == (2.0, {})


def test_a_series_that_goes_on_has_the_water_of_before() -> None:
    waters = EpochWaters()
    waters.begin_series()
    for _ in range(4):
        waters.push(FID)
    waters.begin_series()
    waters.push(2 * FID)
    assert (len(waters.fids), waters.taken) == (1, 5)
    waters.join()
    assert (len(waters.fids), waters.taken) == (4, 4)
    waters.begin_epoch()
    assert (waters.fids, waters.taken) == ([], 4)
