"""When the spectra are asked, and with which courses they are compared."""

from types import SimpleNamespace

import numpy as np
import pytest
from course_cases import PLAN, make_course

from monitor.analysis.course.course import Course
from monitor.analysis.course.fitting import refit
from monitor.analysis.glm import spectral_change
from monitor.analysis.glm.spectral_block import LENGTH, SpectralBlock
from monitor.analysis.glm.spectral_change import SpectralChange
from monitor.analysis.glm.spectral_map import START, TRACKER

MARK = 32
"""The transient with which the infusion begins."""


@pytest.fixture(scope="module")
def course() -> Course:
    made = make_course()
    refit(made, PLAN)
    return made


def observed(course: Course, i: int, weight: float = 1.0) -> SimpleNamespace:
    q = course.qualities[i]
    return SimpleNamespace(
        index=i, epoch=q.epoch, time_s=q.time_s, weight=weight,
        part=int(i >= MARK), infused=i >= MARK,
    )  # fmt: skip


def point(percent: float = 0.0) -> SimpleNamespace:
    return SimpleNamespace(filtered={"Glu/tCr": percent})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """What is regressed, each time: spectra, course, levels and weights."""
    done = []
    monkeypatch.setattr(
        spectral_change,
        "regression_of",
        lambda *given: done.append(given),
    )
    return done


def begun_anew(course: Course, seen: list, points: list) -> None:
    """A change begun anew with all of these, and looked at."""
    change = SpectralChange(course)
    change.redo(seen, points, (2.0 * MARK,))
    assert change.maps == ()


def test_what_is_begun_anew_waits_until_it_is_looked_at(course: Course, asked) -> None:
    change = SpectralChange(course)
    change.redo([observed(course, i) for i in range(80)], [point()] * 80, (2.0 * MARK,))
    assert asked == []
    for _ in range(2):
        assert change.maps == ()
        assert len(asked) == len(change._courses(blocks(0, 1)))


def test_it_is_asked_with_each_block_of_the_infusion(course: Course, asked) -> None:
    change, when = SpectralChange(course), []
    change.redo([], [], (2.0 * MARK,))
    for i in range(48):
        before = len(asked)
        change.push(observed(course, i), point())
        if len(asked) > before:
            when.append(i)
    assert when == [MARK + LENGTH - 1]


def test_without_an_infusion_or_weight_nothing_is_asked(course: Course, asked) -> None:
    seen = [observed(course, i) for i in range(MARK)]
    begun_anew(course, seen, [point()] * MARK)
    begun_anew(course, [], [])
    empty = [observed(course, i, weight=0.0) for i in range(48)]
    begun_anew(course, empty, [point()] * 48)
    assert asked == []


def test_blocks_without_weight_are_left_out(course: Course, asked) -> None:
    seen = [observed(course, i, weight=float(i >= LENGTH)) for i in range(48)]
    begun_anew(course, seen, [point()] * 48)
    y, _, level, weight = asked[0]
    assert len(y) == len(level) == 2
    assert weight.tolist() == [LENGTH, LENGTH]


def test_each_epoch_has_a_level_and_a_mean_of_its_own(course: Course, asked) -> None:
    seen = [observed(course, i) for i in range(80)]
    begun_anew(course, seen, [point()] * 80)
    y, _, level, weight = asked[0]
    assert level.tolist() == [[1, 0]] * 3 + [[0, 1]] * 2
    assert weight.tolist() == [LENGTH] * 5
    # About the mean of the reference period and of the second epoch: none stands out.
    size = np.abs(course.sessions[0].spectra(course.fids[0][None])).max()
    assert np.abs(y).max() < 0.5 * size


def blocks(*parts: int) -> list[SpectralBlock]:
    made = []
    for k, part in enumerate(parts):
        block = SpectralBlock(0, part, 3.0 + k, np.zeros(2, complex))
        block.weight, block.times = 1.0, 100.0 * k
        made.append(block)
    return made


def test_courses_begin_with_the_infusion(course: Course) -> None:
    change = SpectralChange(course, marks_s=(150.0,))
    found = change._courses(blocks(0, 0, 1, 1, 2))
    assert found[START].tolist() == [0, 0, 1, 1, 1]
    assert found[TRACKER].tolist() == [0, 0, 5, 6, 7]
    for name in set(found) - {START, TRACKER}:
        assert found[name][:2].tolist() == [0, 0]
        assert (np.diff(found[name][1:]) > 0).all()


@pytest.mark.parametrize(
    ("marks_s", "length_s", "stop_s"),
    [
        ((100.0, 300.0), None, 300.0),
        ((100.0, 300.0), 900.0, 300.0),
        ((100.0,), 400.0, 500.0),
        ((100.0,), None, 2500.0),
    ],
)
def test_plasma_follows_an_infusion_as_long_as_it_is_known(
    course: Course, monkeypatch, marks_s, length_s, stop_s: float
) -> None:
    spans = []
    monkeypatch.setattr(
        spectral_change, "relative_plasma", lambda name, t, span: spans.append(span)
    )
    SpectralChange(course, length_s, marks_s)._courses(blocks(0, 1))
    assert set(spans) == {(100.0, stop_s)}
