"""The tracker in the pipeline: once live, once again, across epochs and corrections."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from small_session import START_S, small_pipeline, small_session

from monitor.analysis.pipeline import Pipeline
from monitor.analysis.tracking.agreement import agreement_of
from monitor.analysis.tracking.difference import Way
from monitor.analysis.tracking.free_against_tied import tie_departure
from monitor.analysis.tracking.tracking import Tracking
from streams.messages.transient import Event, Message


@pytest.fixture(scope="module")
def messages():
    return small_session()


@pytest.fixture(scope="module")
def live(messages):
    basis, sent = messages
    one = small_pipeline(basis)
    return one, [one.push(message) for message in sent]


def test_every_transient_gives_a_point_once_the_infusion_began(live):
    _, updates = live
    began = next(i for i, u in enumerate(updates) if u.tracks)
    points = [u.tracker for u in updates[began + 1 : -1] if u.quality]
    assert all(point is not None for point in points)
    assert len(updates[began].tracks) + len(points) == 110
    for point in points:
        assert set(point.filtered) == {"Glu", "Glx", "Glx/tNAA", "Glu/tCr"}
        assert all(np.isfinite(list(point.filtered_sd.values())))
        assert all(np.isfinite(list(point.free_sd.values())))
    assert all(abs(tie_departure(points[-1], name)) < 3 for name in points[-1].filtered)


def test_what_was_shown_is_what_comes_out_when_it_is_done_again(live):
    one, updates = live
    shown = {u.tracker.index: u.tracker for u in updates if u.tracker}
    for point in one.ways.tracking.redo([START_S, 900.0]):
        if point.index in shown:
            for name, value in point.filtered.items():
                sd = point.filtered_sd[name]
                assert abs(value - shown[point.index].filtered[name]) < 1e-6 * sd


def test_nothing_is_tracked_or_modelled_twice_that_did_not_change(live):
    """The stop and the end say nothing new of what came before them."""
    one, updates = live
    assert sum(u.tracks is not None for u in updates) == 1
    models = list(one.course.sessions.values())
    seen, answers = one.ways.tracking.seen, one.ways.tracking.answers
    assert one.ways.tracking.redo_if_changed((START_S, 900.0)) is None
    assert one.course.make_session(0, models[0].mean.window, 16) is models[0]
    assert one.ways.tracking.seen is seen
    assert one.ways.tracking.answers == answers


@pytest.mark.parametrize("change", ["mark", "weight", "reference"])
def test_what_changed_is_tracked_again(messages, change):
    basis, sent = messages
    one = small_pipeline(basis)
    for message in sent:
        one.push(message)
    marks_s, course = (START_S, 900.0), one.course
    if change == "mark":
        marks_s = (START_S + 10.0, 900.0)
    elif change == "weight":
        course.qualities[40] = replace(course.qualities[40], weight=0.5)
    else:
        amplitudes = course.reference.amplitudes * 1.01
        course.reference = replace(course.reference, amplitudes=amplitudes)
    assert len(one.ways.tracking.redo_if_changed(marks_s)) == 110


def test_a_replay_gives_the_same_bits(messages, live):
    basis, sent = messages
    again = small_pipeline(basis)
    for message, update in zip(sent, live[1], strict=True):
        repeated = again.push(message)
        assert repeated.tracker == update.tracker
        assert repeated.answers == update.answers
        assert repeated.foreseen == update.foreseen


def test_answers_begin_with_the_infusion(live):
    _, updates = live
    last = updates[-1].answers["Glx/tNAA"]
    assert last.low_percent < last.mean_percent < last.high_percent
    assert last.high_percent - last.low_percent > 2 * 1.96 * last.sd_percent
    early = [u for u in updates if u.quality and u.quality.time_s < START_S]
    assert all(not u.answers for u in early)


def test_the_start_counts_at_once_where_the_reference_period_was_given(messages):
    basis, sent = messages
    settings = replace(small_pipeline(basis).settings, reference_s=(0.0, 90.0))
    one = Pipeline(settings, basis)
    updates = [one.push(message) for message in sent]
    began = next(
        i
        for i, u in enumerate(updates)
        if getattr(u.event, "kind", "") == "infusion_start"
    )
    assert updates[began].course
    assert not updates[began].answers
    after = next(u for u in updates[began + 1 :] if u.answers)
    assert after.quality.time_s < START_S + 30.0


def test_a_forecast_comes_with_each_estimate(live):
    _, updates = live
    found = [u.foreseen for u in updates if u.estimate is not None]
    assert all(one is not None for one in found)
    assert found[-1].now_percent < found[-1].last_percent * 2


def test_a_corrected_reference_period_does_everything_again(messages):
    basis, sent = messages
    one = small_pipeline(basis)
    for message in sent[:-1]:
        one.push(message)
    event = Event(300.0, "reference", f"40:{START_S}", "operator")
    update = one.push(replace(sent[-1], body=event))
    assert len(update.tracks) == 110
    assert update.tracks[-1].filtered != {}
    assert one.course.reference.start_s == 40.0


def test_a_re_shim_takes_amplitudes_their_scale_and_keeps_the_ratios(messages):
    basis, sent = messages
    one, updates = small_pipeline(basis), []
    cut = 85
    for message in sent[:-1]:
        epoch = 1 if message.seq >= cut else 0
        if message.seq == cut:
            shim = Event(message.body.time_s, "re-shim", "", "operator")
            one.push(Message("one", message.seq, 1, shim))
        else:
            updates.append(one.push(replace(message, epoch=epoch)))
    stop = Message("one", len(sent), 1, Event(400.0, "infusion_stop"))
    updates.append(one.push(stop))
    done = [update for update in updates if update.tracks][-1]
    assert len(done.tracks) == len(one.course.qualities)
    epochs = [one.course.qualities[p.index].epoch for p in done.tracks]
    first = epochs.index(1)
    before, after = done.tracks[first - 1], done.tracks[first]
    assert np.isfinite(before.filtered_sd["Glu"])
    assert after.filtered_sd["Glx/tNAA"] > 0.98 * before.filtered_sd["Glx/tNAA"]
    smooth = one.ways.tracking.smoothed()
    for point in (after, done.tracks[-1], smooth[first], smooth[-1]):
        assert np.isnan([point.filtered["Glu"], point.filtered_sd["Glx"]]).all()
        assert np.isfinite(point.filtered["Glx/tNAA"])
    assert np.isfinite(smooth[first - 1].filtered["Glu"])
    # Nor is there an answer for a mean over both.
    assert {"Glx/tNAA", "Glu/tCr"} == set(one.ways.tracking.answers)


def test_the_smoother_and_the_joint_fits_cover_the_whole_session(live):
    one, _ = live
    smooth = one.ways.tracking.smoothed()
    assert [point.index for point in smooth] == list(range(110))
    fits = one.ways.tracking.joint_fits()
    assert {"none", "step", "Kamp"} <= {fit.model for fit in fits}


@pytest.mark.parametrize(("until_s", "compared"), [(60.0, True), (200.0, False)])
def test_the_last_windows_are_those_behind_the_reference(live, until_s, compared):
    one, _ = live
    plan = replace(one.plan, reference_s=(0.0, until_s))
    found = agreement_of(one.ways.tracking, plan, one.settings.outcome, ())
    assert (Way.LAST in {d.way for d in found.differences}) is compared


def test_the_operator_chooses_which_macromolecules_are_fitted():
    basis, sent = small_session()
    one = small_pipeline(basis)
    for message in sent[:40]:
        one.push(message)

    def names_after(changes: str) -> tuple[str, ...]:
        event = Event(1.0, "settings", changes)
        one.push(Message("one", 999, 0, event))
        return one.course.names

    without = one.course.names
    assert names_after('{"step": 4}') == without
    assert len(names_after('{"macromolecules": "five"}')) == len(without) + 5
    assert names_after('{"macromolecules": "none"}') == without


def test_a_file_keeps_no_copies_and_is_begun_anew_where_a_weight_changes(messages):
    basis, sent = messages
    found = []
    for live in (True, False):
        one = small_pipeline(basis)
        one.live = live
        for message in sent:
            one.push(message)
        tracking, course = one.ways.tracking, one.course
        assert bool(tracking._checkpoints.kept) is live
        course.qualities[-3] = replace(course.qualities[-3], weight=0.0)
        found.append(tracking.redo_if_changed(one.plan.boundaries_s))
    for gone_on, begun in zip(found[0][-5:], found[1][-5:], strict=True):
        assert gone_on.filtered == pytest.approx(begun.filtered)
    assert len(found[0]) == len(found[1]) == 110


@pytest.mark.parametrize("without", ["reference", "aligned"])
def test_nothing_is_tracked_before_there_is_what_it_takes(without):
    course = SimpleNamespace(reference=object(), aligned=True)
    setattr(course, without, None if without == "reference" else False)
    tracking = Tracking(course)
    assert tracking.redo() == ()
    assert tracking.step() is None
    assert tracking.smoothed() == tracking.joint_fits() == ()
    assert tracking.blocks == ([], {})
    assert tracking.take_notes() == ()
    with pytest.raises(RuntimeError, match="not started"):
        tracking._advance(None)


def test_without_a_mark_there_is_no_curve_and_what_bends_is_said_once(live):
    tracking = Tracking(live[0].course)
    assert len(tracking.redo()) == 110
    assert [fit.model for fit in tracking.joint_fits()] == ["none"]
    notes = tracking.take_notes()
    assert notes
    assert len(notes) < 20
    assert "course may bend by" in notes[-1]
    last = float(tracking.seen[-1].time_s)
    late = replace(tracking.observer, marks_s=(last + 1.0,))
    tracking.observer = late
    assert [fit.model for fit in tracking.joint_fits()] == ["none"]


def test_what_is_not_known_of_amplitudes_widens_what_is_smoothed(live):
    tracking = live[0].ways.tracking
    following, before = tracking.following, tracking.smoothed()
    held = following.doubt
    doubt = np.zeros((10, 10))
    doubt[:5, :5] = np.diag(0.01 * following.tied.mean[:1] ** 2 * np.ones(5))
    try:
        following.doubt = held + doubt
        wider = tracking.smoothed()
    finally:
        following.doubt = held
    for one, other in zip(before, wider, strict=True):
        assert one.filtered == other.filtered
        assert other.filtered_sd["Glu/tCr"] > one.filtered_sd["Glu/tCr"]
