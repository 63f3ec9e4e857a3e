"""Sessions in pieces: a twentieth of what `pieces.md` has."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from change_sessions import basis_of, fids_of
from pieces import Session, session_of
from pieces_sessions import OUTCOMES, run, scenario_of
from threadpoolctl import threadpool_limits

from monitor.analysis.fit.epoch_model import DEPARTURE_STIFFNESS
from monitor.analysis.note import NoteKind
from monitor.analysis.pipeline import Pipeline
from monitor.analysis.tracking.tracker import TRACKED
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import Event, number
from streams.simulator.scanner import scan

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    with threadpool_limits(1):
        yield


@cache
def null_of(kind: str) -> Session:
    """A session without a change, whose tissue two tests look at."""
    return session_of(kind, 3)


@pytest.mark.parametrize("seed", [20, 21])
def test_blocks_are_one_epoch(seed):
    found = session_of("blocks", seed)
    assert found.epochs == 1
    assert (np.abs(found.mean) < 3 * found.mean_sd).all()


def test_widths_do_not_run_apart_behind_a_pause():
    """One up and one down they hardly change a line; Glx/tNAA went off by 11 %."""
    found = session_of("blocks", 3069)
    assert (np.abs(found.mean) < 2 * found.mean_sd).all()
    assert (found.covers[1] > 0.9).all()


@pytest.mark.parametrize("seed", [0, 13])
def test_a_hidden_shim_is_seen(seed):
    found = session_of("reshim", seed)
    assert (found.found, found.epochs) == (1, 2)
    assert (np.abs(found.mean) < 3 * found.mean_sd).all()


@pytest.mark.parametrize("kind", ["apart-null", "moved-null"])
def test_across_epochs_nothing_is_not_called_a_change(kind):
    found = null_of(kind)
    assert found.epochs == 2
    assert not found.changed.any()
    assert (np.abs(found.mean) < 3 * found.mean_sd).all()
    assert (np.abs(found.filtered) < 3 * found.filtered_sd).all()


def test_a_voxel_that_has_moved_may_hold_another_tissue():
    near, far = null_of("apart-null"), null_of("moved-null")
    assert (far.mean_sd > 1.3 * near.mean_sd).all()


def test_one_choice_serves_both_epochs():
    _, pipeline, _ = run("apart", 1)
    one, other = pipeline.course.sessions.values()
    assert other.problem.stiffness == DEPARTURE_STIFFNESS
    theirs = np.vdot(one.baseline, other.baseline) / np.vdot(one.baseline, one.baseline)
    rest = other.baseline - theirs * one.baseline
    assert np.linalg.norm(rest) < 0.3 * np.linalg.norm(other.baseline)
    assert one.subspace.problem.stiffness == other.subspace.problem.stiffness
    shifts = one.problem.model.layout.shifts
    assert np.array_equal(one.fit.theta[shifts], other.fit.theta[shifts])


def followed_live(kind, seed):
    """A session that was followed live: its messages, updates and pipeline."""
    settings = replace(read_protocol("press_3t_te30"), window=32, step=8, basis="site")
    pipeline, updates = Pipeline(settings, basis_of("mixed")), []
    messages = list(number(scan(scenario_of(kind, seed), fids_of("mixed"))))
    for message in messages:
        updates.append(pipeline.push(message))
    return messages, updates, pipeline


@pytest.fixture(scope="module")
def lived(one_thread):
    """A session of two series."""
    return followed_live("apart", 2)


@pytest.mark.slow
def test_joins_are_live_as_offline_and_widen_what_lies_across_them():
    _, updates, live = followed_live("blocks", 20)
    _, offline, last = run("blocks", 20)
    assert offline.course.joins.places == [96, 192, 288, 384]
    assert repr(updates[-1].course) == repr(last.course)
    assert updates[-1].answers == last.answers
    both = [repr(p.ways.tracking.smoothed()) for p in (live, offline)]
    assert both[0] == both[1]
    steps = offline.ways.tracking.following.steps
    assert 0.3 < steps.percents(steps.level)[TRACKED.index("Glx/tNAA")] < 0.7
    assert steps.between(4) == pytest.approx(3 + 0.6**2, abs=0.1)  # 2 of 5 behind one


def test_live_and_offline_give_the_same_bits(lived):
    _, updates, _ = lived
    _, pipeline, last = run("apart", 2)
    assert repr(updates[-1].course) == repr(last.course)  # nan is what nan is
    assert updates[-1].answers == last.answers
    assert repr(pipeline.ways.tracking.smoothed()) == repr(
        lived[2].ways.tracking.smoothed()
    )


def test_no_verdict_turns_when_the_stop_is_marked(lived):
    messages, updates, _ = lived
    place = next(
        k
        for k, m in enumerate(messages)
        if isinstance(m.body, Event) and m.body.kind == "infusion_stop"
    )
    before = next(u for u in reversed(updates[:place]) if u.answers)
    after = updates[place]
    for outcome in OUTCOMES:
        assert after.answers[outcome] == before.answers[outcome]


def test_what_is_compared_with_what_is_said_once(lived):
    _, updates, _ = lived
    said = [note for update in updates for note in update.notes]
    assert [n.kind for n in said].count(NoteKind.EPOCHS) == 1
    assert "is an epoch of its own: " in next(
        n.text for n in said if n.kind is NoteKind.SERIES
    )
