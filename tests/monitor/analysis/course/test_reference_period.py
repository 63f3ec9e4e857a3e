"""Which transients are the reference period, and what its windows say of scatter."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import PLAN, make_course, quality

from monitor.analysis.course.course import Course
from monitor.analysis.course.fitting import refit
from monitor.analysis.course.reference_period import (
    _excess,
    reference_of,
    reference_window,
)
from monitor.analysis.fit.window import Window

NONE = frozenset()


def test_it_is_what_lies_between_its_ends() -> None:
    qualities = [quality(i) for i in range(10)]  # one every 2 s
    assert reference_window(qualities, (4.0, 12.0), NONE) == Window(2, 6)
    assert reference_window(qualities, (3.9, 12.1), NONE) == Window(2, 7)
    assert reference_window(qualities, (30.0, 40.0), NONE) is None


def test_what_is_left_out_at_its_ends_is_no_part_of_it() -> None:
    qualities = [quality(i, weight=float(i not in (0, 1, 7))) for i in range(10)]
    assert reference_window(qualities, (0.0, 16.0), NONE) == Window(2, 7)


def test_it_lies_in_the_epoch_that_has_most_of_it() -> None:
    qualities = [quality(i, epoch) for i, epoch in enumerate([0, 0, 0, 1, 1, 1, 1])]
    assert reference_window(qualities, (0.0, 99.0), NONE) == Window(3, 7)
    assert reference_window(qualities, (0.0, 10.0), NONE) == Window(0, 3)
    assert reference_window(qualities, (0.0, 99.0), frozenset({1})) == Window(0, 3)
    # Of two that have as much the later, which is nearer to the infusion.
    assert reference_window(qualities, (0.0, 12.0), NONE) == Window(3, 6)
    assert reference_window(qualities, (0.0, 99.0), frozenset({0, 1})) is None


@pytest.fixture(scope="module")
def course() -> Course:
    made = make_course()
    refit(made, replace(PLAN, length=8, step=4, reference_s=(16.0, 64.0)))
    return made


def excess_of(course: Course, firsts: tuple[int, ...]) -> dict[str, float]:
    """Scatter of the windows that begin with these transients."""
    windows = [f for f in course.fitted if f.average.window.first in firsts]
    assert len(windows) == len(firsts)
    return _excess(course, windows)


def test_its_mean_is_that_of_its_transients(course: Course) -> None:
    found = course.reference
    assert (found.first, found.stop) == (8, 32)
    assert (found.start_s, found.end_s) == (16.0, 64.0)
    assert found.weights.sum() == pytest.approx(1.0)
    glu = course.names.index("Glu")
    assert found.amplitudes[glu] == pytest.approx(9.5, rel=0.03)


def test_its_own_independent_windows_tell_how_they_scatter(course: Course) -> None:
    # Tiles of 8 begin at 0: of the rest, three lie within it.
    assert course.reference.excess == excess_of(course, (8, 16, 24))


@pytest.mark.parametrize(
    "fault", [{"converged": False}, {"average": "empty"}], ids=["not fitted", "empty"]
)
def test_a_window_that_says_nothing_is_left_out(course: Course, fault: dict) -> None:
    fitted = list(course.fitted)
    place = next(k for k, f in enumerate(fitted) if f.average.window.first == 16)
    if "average" in fault:
        fault = {"average": replace(fitted[place].average, n_effective=0.0)}
    fitted[place] = replace(fitted[place], **fault)
    found = reference_of(course, Window(8, 32), (16.0, 64.0), fitted)
    assert found.excess == excess_of(course, (8, 24))


def test_without_windows_or_outcomes_nothing_is_known_of_scatter(
    course: Course,
) -> None:
    assert _excess(course, []) == {}
    assert _excess(replace(course, outcomes=None), course.fitted[:2]) == {}
    assert _excess(SimpleNamespace(outcomes=None), []) == {}


def test_the_scatter_is_about_the_bound_where_there_is_noise_alone(
    course: Course,
) -> None:
    assert 0.8 < np.median(list(course.reference.excess.values())) < 1.3
