"""The tracker goes on from where something changed, with the same bits as anew."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_session import START_S, small_pipeline
from test_tracking import messages  # noqa: F401

from monitor.analysis.tracking.tracker_update import KEPT_EVERY, SPARSE, Checkpoints
from monitor.analysis.tracking.tracking import Tracking
from streams.messages.transient import Event, Message

MARKS_S = (START_S, 900.0)
COUNT = 110
FIRST_INFUSED = 60
CUT = 85
WEIGHTS = st.sampled_from([0.0, 0.02, 0.3, 0.7, 1.0])


@pytest.fixture(scope="module", params=["one epoch", "re-shim"])
def run(request, messages):  # noqa: F811
    """A session that has been tracked, and the weights that it came with."""
    basis, sent = messages
    one = small_pipeline(basis)
    for message in sent[:-1]:
        epoch = int(request.param == "re-shim" and message.seq >= CUT)
        if epoch and message.seq == CUT:
            time_s = message.body.time_s
            one.push(Message("one", CUT, 1, Event(time_s, "re-shim", "", "operator")))
        else:
            one.push(replace(message, epoch=epoch))
    one.push(Message("one", len(sent), epoch, Event(400.0, "infusion_stop")))
    return one, list(one.course.qualities)


def everything(tracking: Tracking) -> tuple:
    """All that the tracker says, to be the same to the last bit."""
    rows, evidence = tracking.blocks[1], tracking.evidence
    return (
        tuple(tracking._points), tracking.point, tracking.answers, tracking.excess,
        [(one.index, one.weight, one.o.tobytes()) for one in tracking.seen],
        {epoch: row.tobytes() for epoch, row in rows.items()},
        evidence.mean_changes(), evidence.flat_sds(),
        evidence.reference_alone().flat_sds(), tracking.smoothed(),
        tracking.following.scale.percent, tracking.following.scale.likeliest,
    )  # fmt: skip


def anew(one) -> Tracking:
    fresh = Tracking(one.course, one.ways.tracking.target_percent)
    fresh.redo(MARKS_S)
    return fresh


def test_as_many_are_counted_as_were_seen(run) -> None:
    one, _ = run
    tracking = one.ways.tracking
    assert tracking.following.count == len(tracking.seen) > 2 * KEPT_EVERY
    kept = [copy.count for copy in tracking._checkpoints.kept]
    assert kept == sorted(set(kept))
    assert max(kept) <= tracking.following.count


@settings(max_examples=12)
@given(
    st.lists(
        st.dictionaries(st.integers(0, COUNT - 3), WEIGHTS, max_size=4),
        min_size=1,
        max_size=3,
    )
)
def test_it_is_the_same_as_from_the_first_transient(run, changes):
    one, qualities = run
    course = one.course
    for moved in changes:
        course.qualities[:] = [
            replace(q, weight=moved.get(i, q.weight)) for i, q in enumerate(qualities)
        ]
        points = one.ways.tracking.redo_if_changed(MARKS_S)
        whole = anew(one)
        assert points is None or repr(points) == repr(tuple(whole._points))
        assert repr(everything(one.ways.tracking)) == repr(everything(whole))


def test_what_stands_is_not_done_again(run, monkeypatch):
    one, qualities = run
    course, done = one.course, []
    course.qualities[:] = qualities
    one.ways.tracking.redo(MARKS_S)
    advance = type(one.ways.tracking.following).advance

    def counted(following, transient, *rest):
        done.append(transient.index)
        return advance(following, transient, *rest)

    monkeypatch.setattr(type(one.ways.tracking.following), "advance", counted)
    assert one.ways.tracking.redo_if_changed(MARKS_S) is None
    assert not done
    last = len(qualities) - 3
    course.qualities[last] = replace(qualities[last], weight=0.1)
    assert len(one.ways.tracking.redo_if_changed(MARKS_S)) == len(qualities)
    assert done == list(range(last // KEPT_EVERY * KEPT_EVERY, len(qualities)))


def test_the_reference_period_is_done_from_the_first(run):
    one, qualities = run
    course = one.course
    course.qualities[:] = qualities
    one.ways.tracking.redo(MARKS_S)
    inside = FIRST_INFUSED - 5
    course.qualities[inside] = replace(qualities[inside], weight=0.1)
    excess = one.ways.tracking.excess
    one.ways.tracking.redo_if_changed(MARKS_S)
    assert one.ways.tracking.excess != excess
    assert repr(everything(one.ways.tracking)) == repr(everything(anew(one)))


def test_an_epoch_with_another_session_model_is_done_again(run):
    one, qualities = run
    course = one.course
    if len(course.sessions) < 2:
        pytest.skip("one epoch only")
    course.qualities[:] = qualities
    one.ways.tracking.redo(MARKS_S)
    before = one.ways.tracking.seen[CUT - 4 :]
    course.sessions[1] = replace(course.sessions[1], common=course.sessions[1].common)
    assert one.ways.tracking.redo_if_changed(MARKS_S) is not None
    assert one.ways.tracking.seen[-1] is not before[-1]
    assert repr(everything(one.ways.tracking)) == repr(everything(anew(one)))


@settings(max_examples=20)
@given(st.integers(0, 3000), st.integers(0, 3000))
def test_there_is_always_a_checkpoint_not_far_behind(run, count, back):
    following = run[0].ways.tracking.following
    kept = Checkpoints()
    for n in range(0, count + 1, KEPT_EVERY):
        kept.keep(replace(following, count=n))
    assert len(kept.kept) <= SPARSE // KEPT_EVERY + 2 + count / SPARSE
    wanted = max(count - back, 0)
    found = kept.last_before(wanted).count
    far = KEPT_EVERY if count - wanted < SPARSE - KEPT_EVERY else SPARSE
    assert 0 <= wanted - found < far


def test_a_copy_stays_when_the_test_goes_on(run):
    following = run[0].ways.tracking.following.copy()
    kept = following.copy()
    following.sequential.push(1.0, {"Glu": (50.0, 0.5)})
    assert following.sequential.since_s
    assert not kept.sequential.since_s
    assert following.sequential.rising
    assert not kept.sequential.rising
