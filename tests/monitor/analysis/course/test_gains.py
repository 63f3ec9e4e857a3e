"""A course at one gain: FIDs, averages, what is told across a step; and sentences."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.contamination.gain_steps import Gain
from monitor.analysis.course.gain_sentences import GainsSaid, gains_said
from monitor.analysis.course.gains import Gains, SignalStep
from monitor.analysis.fit.window import Window, average_with
from streams.messages.transient import Transient
from tests.support.small_session import small_pipeline, small_session

STEP = Gain(40, 2.5, 2.5, 1.0, 80.0, 0)


def stepped(first: int, gain: float):
    """The small session, all larger from its nth transient on."""
    basis, messages = small_session()
    made, n = [], -1
    for message in messages:
        body = message.body
        n += isinstance(body, Transient)
        if isinstance(body, Transient) and n >= first:
            body = replace(body, fid=(gain * body.fid).astype(np.complex64))
        made.append(replace(message, body=body))
    return basis, made


def worked(messages, basis, live=True):
    pipeline, notes = small_pipeline(basis), []
    pipeline.live = live
    for message in messages:
        last = pipeline.push(message)
        notes += [note.text for note in last.notes if note.kind == "gain"]
    return pipeline, last, notes


def test_a_session_with_a_step_says_what_it_says_without():
    """Live as from a file, to the last bit."""
    first, (basis, messages) = 45, small_session()
    _, plain, _ = worked(messages, basis, live=False)
    _, messages = stepped(first, 2.5)
    pipeline, last, notes = worked(messages, basis, live=False)
    (found,) = pipeline.course.gains.steps
    assert abs(found.first - first) <= 8  # water references come first
    assert min(q.weight for q in pipeline.course.qualities[8:]) > 0.1
    assert not pipeline.intake.judge.stretches
    (said,) = notes
    assert said.startswith("Signal and noise 2.5 times larger since ")
    for one, other in zip(plain.course, last.course, strict=True):
        for ratio in ("Glx/tNAA", "Glu/tCr"):
            apart = one.changes_percent[ratio] - other.changes_percent[ratio]
            assert abs(apart) < 0.4 * one.change_sds_percent[ratio]
    assert np.isfinite(plain.course[-1].changes_percent["Glu"])
    assert np.isnan(last.course[-1].changes_percent["Glu"])
    one, other = plain.course[-1].values, last.course[-1].values  # as they came
    assert other["tNAA"] == pytest.approx(2.5 * one["tNAA"], rel=0.03)
    assert last.course[-1].snr == pytest.approx(plain.course[-1].snr, rel=0.05)
    live, same, told = worked(messages, basis)
    assert repr(same.course) == repr(last.course)
    assert live.course.qualities == pipeline.course.qualities
    assert len(told) == 1
    point = pipeline.ways.tracking.point
    assert np.isnan(point.filtered["Glu"])
    assert np.isfinite(point.filtered["Glu/tCr"])


def test_what_came_is_kept_and_scaled_anew_from_there():
    gains, fids = Gains(), [np.full(4, k, np.complex64) for k in range(50)]
    came, noises, epochs = list(fids), [1.0] * 50, [0] * 50
    assert gains.take([STEP], fids, noises, epochs)
    assert not gains.take([STEP], fids, noises, epochs)
    assert (fids[39][0], fids[45][0], noises[45]) == (39, np.complex64(18), 0.4)
    assert gains.take([replace(STEP, gain=3.0)], fids, noises, epochs)
    assert (fids[45][0], noises[45]) == (15, pytest.approx(1 / 3))
    assert [gains.came(i, fids[i])[0] for i in (45, 3)] == [45, 3]
    assert gains.take([], fids, noises, epochs)
    assert all(np.array_equal(a, b) for a, b in zip(came, fids, strict=True))
    assert noises == [1.0] * 50


def test_a_step_of_noise_alone_is_no_other_gain():
    gains = Gains((replace(STEP, gain=1.0, worth=8.0),), [40])
    period = SimpleNamespace(first=0, stop=30)
    assert not gains.rescaled(period, 45, 0)
    assert Gains((STEP,), [40]).rescaled(period, 45, 0)
    assert gains.worths(Window(39, 42), 0).tolist() == [1.0, 8.0, 8.0]


@pytest.mark.parametrize(
    ("changes", "alone"),
    [
        ([{}], False),
        ([{"worth": 6.0}], True),
        ([{"gain": 1.0, "worth": 6.0}], False),
        ([{"worth": 6.0, "gain": 1.0}, {"worth": 6.0, "first": 60}], False),
        ([{}, {"worth": 2.0, "gain": 4.0, "first": 60}], True),
        ([{"worth": 0.5, "gain": 1.0}, {"epoch": 1, "first": 60}], False),
    ],
)
def test_a_signal_that_steps_without_the_noise_is_told(changes: list, alone: bool):
    steps = tuple(replace(STEP, **one) for one in changes)
    found = Gains(steps, [one.first for one in steps]).signal_steps
    assert bool(found) is alone


def test_a_step_of_the_signal_knows_what_is_at_one_gain_beside_it():
    steps = (
        replace(STEP, worth=6.0),
        replace(STEP, first=60, gain=5.0, worth=3.0),
        replace(STEP, first=90, gain=0.4, worth=0.2, epoch=1),
    )
    assert Gains(steps, [40, 60, 90]).signal_steps == (
        SignalStep(0, 0, 40, 60, 2.5),
        SignalStep(0, 40, 60, 90, 2.0),
        SignalStep(1, 0, 90, None, 0.4),
    )


def test_a_step_holds_for_its_epoch_alone():
    gains = Gains((STEP,), [40])
    assert [gains.before(39, 0), gains.before(40, 0)] == [None, STEP]
    assert gains.before(60, 1) is None
    gains = Gains((replace(STEP, worth=0.5),), [40])
    assert gains.worths(Window(50, 52), 1).tolist() == [1.0, 1.0]
    assert Gains().worths(Window(50, 52), 0) is None


def test_transients_of_less_worth_count_less_and_are_noisier():
    window, full = Window(0, 4), np.ones(4)
    found = average_with(window, full, np.array([1.0, 1.0, 0.25, 0.25]))
    np.testing.assert_allclose(found.weights, [0.4, 0.4, 0.1, 0.1])
    assert found.noise == pytest.approx(np.sqrt(1 / 2.5))
    assert found.n_effective == pytest.approx(4.0)
    assert average_with(window, full, full).noise == average_with(window, full).noise


def test_each_step_is_said_once_and_what_it_was_by():
    alone = replace(STEP, first=90, gain=1.0, worth=0.16, time_s=725.0)
    said = GainsSaid()
    (first,) = said.news((STEP,))
    assert "Signal and noise 2.5 times larger since 01:20" in first
    (second,) = said.news((replace(STEP, first=41, gain=2.4), alone))
    assert second.startswith("Signal 2.4 times smaller since 12:05")
    assert said.news((STEP, alone)) == ()
    quieter = replace(STEP, first=120, worth=8.0)
    *_, noise = gains_said((STEP, quieter))
    assert noise.startswith("Noise 2.8 times smaller since 01:20 of scanner time")
    assert noise.endswith("counted; a transient for 8 of those before.")
    away = replace(STEP, epoch=1, gain=0.5)
    *_, third = gains_said((STEP, away))
    assert third.startswith("Signal and noise 2 times smaller")
