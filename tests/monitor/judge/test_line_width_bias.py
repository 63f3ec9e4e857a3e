"""What a change of line width alone would look like."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
from course_cases import PLAN, fid_of, make_course

from monitor.analysis.course.course import Course
from monitor.analysis.course.fitting import refit
from monitor.judge import line_width
from monitor.judge.line_width import LEAST_HZ, line_width_bias


@pytest.fixture(scope="module")
def course() -> Course:
    """The last sixteen transients of the reference period's epoch are broader."""
    made = make_course()
    for i in range(32, 48):
        made.fids[i] = fid_of(made.grids[0], i, lorentz=4.2)
    refit(made, PLAN)
    return made


def window(course: Course, first: int):
    return next(f for f in course.fitted if f.average.window.first == first)


def test_the_width_that_was_measured_is_tried_on_the_reference_period(course) -> None:
    found = line_width_bias(course, "Glu/tCr", window(course, 32))
    assert found.during_hz - found.before_hz == pytest.approx(1.2, abs=0.3)
    assert found.tested_hz == pytest.approx(found.during_hz - found.before_hz)
    # A fit that lets its width move books next to nothing of it to amplitudes.
    assert 0 < abs(found.bias_percent) < 2.0


@pytest.mark.parametrize("sign", [1, -1])
def test_a_little_is_tried_in_any_case_and_on_its_side(course: Course, sign) -> None:
    still = replace(window(course, 0), width_hz=sign * 1e-3, gauss_hz=0.0)
    found = line_width_bias(course, "Glu/tCr", still)
    assert found.tested_hz == pytest.approx(sign * LEAST_HZ)


@pytest.mark.parametrize("width_hz", [2.0, -2.0])
def test_broader_lines_decay_faster(course: Course, monkeypatch, width_hz) -> None:
    during = replace(window(course, 0), width_hz=width_hz, gauss_hz=0.0)
    fids, fitted = [], line_width.fit_averages

    def looked_at(session, some, averages):
        fids.append(some[0])
        return fitted(session, some, averages)

    monkeypatch.setattr(line_width, "fit_averages", looked_at)
    found = line_width_bias(course, "Glu/tCr", during)
    plain, changed = fids
    t_s = 200 * course.grids[0].dwell_time_s
    share = abs(changed[200] / plain[200])
    assert share == pytest.approx(math.exp(-math.pi * found.tested_hz * t_s), rel=1e-4)
    assert (share < 1) == (width_hz > 0)


def test_where_it_cannot_be_tried_nothing_is_said(course: Course) -> None:
    during = window(course, 32)
    assert line_width_bias(course, "Glu/tCr", None) is None
    assert line_width_bias(course, "GABA", during) is None
    assert line_width_bias(course, "Glu/tCr", window(course, 64)) is None
    assert line_width_bias(replace(course, reference=None), "Glu", during) is None
    nothing = SimpleNamespace(outcomes=None, reference=course.reference)
    assert line_width_bias(nothing, "Glu", during) is None
