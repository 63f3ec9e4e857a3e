"""Transients on their way into a course: series and epochs, water, what is kept."""

from dataclasses import replace

import numpy as np
import pytest
from course_cases import fid_of
from fit_cases import DWELL_S, MHZ, POINTS, make_model

from monitor.analysis.course import intake as intake_module
from monitor.analysis.course.course import Course
from monitor.analysis.course.intake import Intake
from monitor.analysis.course.series_sentences import ELSEWHERE
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.model import Model
from monitor.analysis.preparation.continuation import TRIAL
from monitor.analysis.preparation.preparation import FIRST
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition, Kind, Transient
from streams.voxel.place import VoxelPlace

ONE = Acquisition(MHZ, "1H", DWELL_S, POINTS, 1, 0.03, 2.0, sequence="PRESS")
MODEL = make_model()
SHIFT_HZ = 1.5
"""Of the lines of `fit_cases`."""


def make_intake(**settings: object) -> Intake:
    return Intake(Course(Freedom()), Settings(**settings))


def body(i: int, kind: Kind = Kind.METABOLITE, coils: int = 1, **shape) -> Transient:
    fid = fid_of(MODEL, i, **shape)
    seen_by = np.exp(0.7j * np.arange(coils))[:, None]
    return Transient(i, 2.0 * i, kind, (seen_by * fid).astype(np.complex64))


def feed(intake: Intake, count: int, epoch: int = 0, **shape) -> None:
    """Push transients of a series."""
    first = len(intake.course.qualities)
    for i in range(first, first + count):
        intake.push(body(i, **shape), i, epoch)


def begun(acquisition: Acquisition = ONE, **settings: object) -> Intake:
    """An intake with its first series begun."""
    intake = make_intake(**settings)
    intake.begin_series(acquisition, MODEL, 0)
    return intake


def test_before_a_series_there_is_nothing() -> None:
    intake = make_intake()
    assert not intake.begin_epoch(0)
    assert not intake.end_trial()
    assert not intake.on_trial
    assert intake.combination is None
    assert intake.cycle_steps == 1
    intake.freeze(10.0)
    intake.foresee([body(0)])
    for refused in (intake.kept, intake.reference_frame):
        with pytest.raises(InputError, match="before any start message"):
            refused(body(0))
    with pytest.raises(InputError, match="before any start message"):
        intake.push(body(0), 0, 0)
    with pytest.raises(InputError, match="before any start message"):
        intake.check_nulled(body(0), 0)


def test_an_epoch_begins_with_everything_anew() -> None:
    intake = begun()
    feed(intake, FIRST + 2)
    held = intake.combination
    assert held is not None
    assert intake.begin_epoch(1)
    assert intake.combination is not held
    assert intake.acquisitions == {0: ONE, 1: ONE}
    feed(intake, 3, epoch=1)
    assert intake.course.epochs == [0] * (FIRST + 2) + [1] * 3


@pytest.mark.parametrize(
    ("new_series", "shape", "joined"),
    [
        ("measured", {}, {1: 0}),
        ("measured", {"lorentz": 6.0}, {}),
        ("same", {"lorentz": 6.0}, {1: 0}),
        ("new", {}, {}),
    ],
)
def test_a_further_series_goes_on_where_nothing_has_moved(
    new_series: str, shape: dict, joined: dict
) -> None:
    intake = begun(new_series=new_series)
    feed(intake, 24)
    intake.begin_series(ONE, MODEL, 1)
    feed(intake, 4, epoch=1, **shape)
    assert intake.on_trial is (new_series != "new")
    feed(intake, TRIAL - 4, epoch=1, **shape)
    assert not intake.on_trial
    assert intake.joined == joined
    assert set(intake.course.epochs) == ({0} if joined else {0, 1})
    assert sorted(intake.course.grids) == ([0] if joined else [0, 1])
    said = intake.said.take()
    if new_series == "new":
        assert said == ()
        return
    assert "began at 48 s" in said[0]
    assert ("goes on" in said[0]) is bool(joined)
    feed(intake, 2, epoch=1)  # the series keeps its number, and goes on all the same
    assert intake.course.epochs[-1] == (0 if joined else 1)
    assert intake.said.take() == ()


def test_a_trial_that_ends_early_is_decided_on() -> None:
    intake = begun()
    feed(intake, 24)
    intake.begin_series(ONE, MODEL, 1)
    feed(intake, 12, epoch=1)
    assert intake.end_trial()
    assert intake.joined == {1: 0}
    assert len(intake.said.take()) == 1
    assert not intake.end_trial()
    assert intake.said.take() == ()


def test_a_series_behind_one_without_transients_is_the_first() -> None:
    intake = begun(new_series="same")
    intake.begin_series(ONE, MODEL, 1)
    feed(intake, FIRST, epoch=1)
    assert not intake.on_trial
    assert intake.joined == {}


def test_a_series_is_compared_with_the_newest_epoch() -> None:
    intake = begun(new_series="same")
    feed(intake, 20)
    intake.begin_epoch(1)
    feed(intake, 20, epoch=1)
    intake.begin_series(ONE, MODEL, 2)
    feed(intake, TRIAL, epoch=2)
    assert intake.joined == {2: 1}


def placed(x_mm: float) -> Acquisition:
    axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    place = VoxelPlace((x_mm, 0.0, 0.0), axes)
    return replace(ONE, voxel_mm=(20.0, 20.0, 20.0), voxel_place=place)


def test_a_voxel_that_was_moved_lies_elsewhere() -> None:
    intake = begun(placed(0.0))
    feed(intake, 18)
    intake.begin_series(placed(5.0), MODEL, 1)
    assert intake.course.offsets.places.begins == {1}
    assert intake.said.take() == (ELSEWHERE,)
    intake.begin_series(placed(5.0), MODEL, 2)
    assert intake.course.offsets.places.begins == {1}


def test_coils_that_see_another_place_say_so_of_the_newest_epoch() -> None:
    intake = begun()
    feed(intake, 20)
    intake.begin_series(ONE, MODEL, 1)
    feed(intake, 9, epoch=1)
    preparation = intake._preparation
    preparation.moved, preparation.elsewhere = ("the coils see it otherwise",), True
    intake._tell()
    assert intake.course.offsets.places.begins == {1}
    assert intake.said.take()[-1] == ELSEWHERE
    preparation.elsewhere = False
    intake.course.offsets.places.begins.clear()
    intake._tell()
    preparation.moved, preparation.elsewhere = (), True
    intake._tell()
    assert intake.course.offsets.places.begins == set()


def test_what_began_an_epoch_may_have_been_lost() -> None:
    intake = begun()
    feed(intake, 2)
    first = intake.combination
    feed(intake, 2, epoch=3)
    assert sorted(intake.course.grids) == [0, 3]
    assert intake.combination is not first


def test_water_is_measured_with_the_first_transient_of_its_epoch() -> None:
    intake = begun()
    for i in range(3):
        intake.reference_frame(body(i, Kind.WATER, gain=20.0))
    assert intake.waters.taken == 3
    assert intake.course.water is None
    feed(intake, 1)
    water = intake.course.water
    assert water is not None
    intake.begin_epoch(1)
    intake.reference_frame(body(9, Kind.WATER, gain=40.0))
    feed(intake, FIRST, epoch=1)
    assert intake.course.waters[0] == pytest.approx(water)
    assert intake.course.waters[1] == pytest.approx(2 * water, rel=0.1)


def test_noise_is_no_water() -> None:
    intake = begun()
    intake.reference_frame(body(0, Kind.NOISE))
    assert intake.waters.taken == 0
    intake.reference_frame(body(1, Kind.WATER))
    assert intake.waters.taken == 1


def test_what_is_needed_to_push_it_once_more_is_kept() -> None:
    intake = begun(replace(ONE, coils=3))
    nulled = body(0, Kind.MACROMOLECULE, coils=3)
    water = body(0, Kind.WATER, coils=3)
    assert intake.kept(nulled) is nulled
    assert intake.kept(water) is water
    first = body(0, coils=3)
    assert intake.kept(first) is first
    feed(intake, FIRST + 4, coils=3)
    last = body(FIRST + 4, coils=3)
    intake.push(last, last.count, 0)
    kept = intake.kept(last)
    assert kept.fid.shape == (1, POINTS)
    assert replace(kept, fid=last.fid) == last
    # The coils are combined: no water reference is used any more.
    assert intake.kept(water) is None
    assert intake.kept(nulled) is nulled


def test_of_one_coil_a_transient_is_kept_as_it_came() -> None:
    intake = begun()
    feed(intake, FIRST + 4)
    last = body(FIRST + 4)
    intake.push(last, last.count, 0)
    assert intake.kept(last) is last


def test_lines_are_noted_where_they_are() -> None:
    intake = begun()
    feed(intake, FIRST - 1, shift=9.0)
    assert not intake.lines_hz
    feed(intake, 1, shift=9.0)
    assert len(intake.lines_hz) == FIRST
    assert np.median(intake.lines_hz) == pytest.approx(9.0, abs=0.5)
    feed(intake, FIRST, shift=12.0)
    # The template has stayed where it was, the lines have gone on.
    assert np.median(intake.lines_hz) == pytest.approx(12.0, abs=0.8)


def test_what_does_not_count_says_nothing_of_where_lines_are() -> None:
    intake = begun()
    feed(intake, FIRST + 4)
    held = list(intake.lines_hz)
    intake.push(body(99, lorentz=60.0, gain=0.1), 99, 0)
    assert not intake.course.qualities[-1].counts
    assert list(intake.lines_hz) == held


def test_strips_are_aligned_and_as_they_came() -> None:
    intake = begun()
    feed(intake, FIRST + 2)
    aligned, came = intake.push(body(50, shift=SHIFT_HZ + 12.0), 50, 0)
    still, _ = intake.push(body(51), 51, 0)
    top = np.argmax(still * (np.abs(MODEL.ppm - 2.01) < 0.2))
    off = round(12.0 / (MHZ * (MODEL.ppm[1] - MODEL.ppm[0])))
    assert abs(int(np.argmax(aligned[: top + 40])) - top) <= 1
    assert abs(int(np.argmax(came[: top + 40])) - top - off) <= 1
    assert still[top] == pytest.approx(1.0, abs=0.25)


def test_a_session_is_aligned_again_only_where_it_was_asked_for(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(
        intake_module, "put_realigned", lambda course, *given: asked.append(given)
    )
    for two_pass, align in ((False, True), (True, False), (False, False)):
        begun(two_pass=two_pass, align=align).align_again((0.0, 10.0))
    assert asked == []
    begun(two_pass=True).align_again((0.0, 10.0))
    assert asked == [((0.0, 10.0), 1)]


def test_an_epoch_that_began_badly_is_prepared_again_from_its_good_part(
    monkeypatch,
) -> None:
    """Water suppression that failed until the fortieth transient."""
    intake = begun()
    bad = 30
    monkeypatch.setattr(
        type(intake.judge), "good_from", lambda *_: bad if len(done) < 1 else None
    )
    done: list[int] = []
    monkeypatch.setattr(
        type(intake.said), "begun_again", lambda _, at_s: done.append(at_s)
    )
    feed(intake, 64)
    assert intake.begun_again == 1
    assert done == [2.0 * bad]
    assert [q.index for q in intake.course.qualities] == list(range(64))


def test_an_epoch_is_prepared_again_without_what_the_template_must_not_hold(
    monkeypatch,
) -> None:
    intake = begun()
    monkeypatch.setattr(type(intake.judge), "good_from", lambda *_: None)
    out = frozenset(range(30, 40))
    monkeypatch.setattr(type(intake.judge), "left_out", lambda *_: out)
    feed(intake, 96)
    assert intake.begun_again == 1  # the template does not hold them any more
    (said,) = intake.said.take()
    assert "without it" in said
    assert [q.index for q in intake.course.qualities] == list(range(96))


def test_of_two_epochs_the_second_is_prepared_again_by_its_own_count(
    monkeypatch,
) -> None:
    intake, bad, said = begun(), 20, []
    feed(intake, 24)
    intake.begin_epoch(1)
    monkeypatch.setattr(
        type(intake.judge),
        "good_from",
        lambda _, epoch, *__: bad if epoch == 1 and not said else None,
    )
    monkeypatch.setattr(
        type(intake.said), "begun_again", lambda _, at_s: said.append(at_s)
    )
    feed(intake, 60, epoch=1)
    assert said == [2.0 * (24 + bad)]


def test_other_basis_sets_are_put_under_every_epoch() -> None:
    intake = begun()
    feed(intake, 3)
    intake.begin_epoch(1)
    other: Model = make_model()
    intake.put_models(lambda acquisition: other)
    assert all(model is other for model in intake.course.grids.values())
    intake.begin_epoch(2)
    assert intake.course.grids[2] is other


@pytest.mark.parametrize("new_series", ["measured", "same"])
def test_only_a_series_that_was_declared_to_go_on_has_no_join(
    monkeypatch: pytest.MonkeyPatch, new_series: str
) -> None:
    intake, joined = begun(new_series=new_series), []
    monkeypatch.setattr(Course, "join_epoch", lambda *given: joined.append(given[1:]))
    for _ in range(2):  # asked for each of its transients, joined once
        intake._join(1, 0)
    assert joined == [(1, 0, new_series == "same")]
    assert intake.joined == {1: 0}
