"""Which transients are asked whether the baseline bends, and what two fits differ."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import quality

from monitor.analysis.course.course import Course
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.course.plan import Plan
from monitor.analysis.fit.epoch_model import DEPARTURE_STIFFNESS
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.tracking.free_baseline import (
    FEWEST,
    LAST,
    _apart,
    _asked_at,
    _asked_of,
    _beyond,
    _last_mean,
    _value,
    _with_mean,
)

FID = np.ones(2, np.complex64)


def course(count: int, weight: float = 1.0, second_from: int | None = None) -> Course:
    made = Course(Freedom())
    for i in range(count):
        epoch = int(second_from is not None and i >= second_from)
        made.append(FID, quality(i, epoch, weight=weight), 1.0)
    made.sessions = {e: SimpleNamespace(stiffness=10.0) for e in (0, 1)}
    return made


def span(found) -> tuple[int, int]:
    return found.window.first, found.window.stop


def test_the_last_that_weigh_enough_are_taken_together() -> None:
    whole = course(LAST + 40)
    assert span(_last_mean(whole, 0.0, LAST + 40)) == (40, LAST + 40)
    assert span(_last_mean(whole, 0.0, LAST + 10)) == (10, LAST + 10)
    half = course(2 * LAST + 40, weight=0.5)
    first, stop = span(_last_mean(half, 0.0, 2 * LAST + 40))
    assert stop - first == pytest.approx(2 * LAST, abs=2)


def test_they_lie_behind_the_reference_period_in_one_epoch() -> None:
    whole = course(LAST + 40)
    assert span(_last_mean(whole, 120.0, LAST + 40))[0] == 60
    apart = course(LAST + 40, second_from=70)
    assert span(_last_mean(apart, 0.0, LAST + 40))[0] == 70
    assert span(_last_mean(apart, 160.0, LAST + 40))[0] == 80


def test_too_few_say_nothing() -> None:
    whole = course(FEWEST + 10)
    assert _last_mean(whole, 20.0, FEWEST + 10) is not None
    assert _last_mean(whole, 22.0, FEWEST + 10) is None
    assert _last_mean(whole, 9999.0, FEWEST + 10) is None


def test_a_session_that_is_as_free_already_is_not_asked() -> None:
    whole = course(LAST + 5)
    assert _asked_of(whole, 0.0, LAST + 5) is not None
    whole.sessions[0].stiffness = DEPARTURE_STIFFNESS
    assert _asked_of(whole, 0.0, LAST + 5) is None
    whole.sessions.clear()
    assert _asked_of(whole, 0.0, LAST + 5) is None
    assert _asked_of(course(3), 0.0, 3) is None


def test_it_is_asked_at_whole_windows_behind_the_reference_period() -> None:
    whole = course(50)
    plan = Plan(16, 8, boundaries_s=(40.0,), reference_s=(0.0, 40.0))
    asked = _asked_at(whole, plan)
    assert [(w.first, w.stop) for w in asked] == [(20, 36)]
    assert _asked_at(whole, replace(plan, reference_s=None)) == []
    # Before it is a window, too, and behind it may be one that is not filled.
    assert len(whole.independent_windows(plan)) == 2
    short = course(30)
    assert [w.length for w in short.independent_windows(plan)] == [16, 10]
    assert _asked_at(short, plan) == []


def fits(level: float, sd: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([level, 5.0]), np.diag([sd**2, 0.0])


def test_two_fits_differ_by_what_the_freer_one_knows_less() -> None:
    one = SimpleNamespace(outcomes=outcomes_of(("Glu", "Cr")))
    assert _apart(one, "Glu", fits(10.0, 0.3), fits(11.0, 0.5), 1.0) == pytest.approx(
        (10.0, 4.0)
    )
    percent, sd = _apart(one, "Glu", fits(10.0, 0.3), fits(9.0, 0.5), 4.0)
    assert (percent, sd) == pytest.approx((-10.0, 8.0))


@pytest.mark.parametrize(
    ("stiff", "loose"),
    [((10.0, 0.5), (11.0, 0.3)), ((10.0, 0.3), (11.0, 0.3)), ((-1.0, 0.3), (1.0, 0.5))],
)
def test_where_the_freer_one_knows_more_nothing_is_said(stiff, loose) -> None:
    one = SimpleNamespace(outcomes=outcomes_of(("Glu", "Cr")))
    found = _apart(one, "Glu", fits(*stiff), fits(*loose), 1.0)
    assert all(map(math.isnan, found))


def test_an_outcome_that_is_not_there_is_no_number() -> None:
    for outcomes in (None, outcomes_of(("Glu", "Cr"))):
        found = _value(SimpleNamespace(outcomes=outcomes), "GABA", fits(1.0, 1.0))
        assert all(map(math.isnan, found))


@pytest.mark.parametrize("sign", [1, -1])
def test_more_than_chance_is_so_either_way(sign: int) -> None:
    assert _beyond({"Glu": (sign * 3.1, 1.0), "Gln": (0.0, 1.0)}, 3.0)
    assert not _beyond({"Glu": (sign * 2.9, 1.0)}, 3.0)
    assert not _beyond({}, 3.0)


def test_the_noise_of_the_mean_that_was_taken_off_counts_as_well() -> None:
    average = SimpleNamespace(noise=0.5)
    assert _with_mean(SimpleNamespace(mean=None), average) == 1.0
    held = SimpleNamespace(mean=SimpleNamespace(noise=0.25))
    assert _with_mean(held, average) == pytest.approx(1.25)
