"""Settings events: what is done again, and what is left as it was."""

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.protocol.choose import Wishes
from monitor.run.session_run import SessionRun
from streams.messages.transient import End, Event, Message
from streams.sources.recording import messages

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


@pytest.fixture(scope="module")
def session():
    """A pipeline with a whole recording in it, but for its end."""
    analysis = SessionRun(Wishes())
    seen = [m for m in messages(RECORDING) if not isinstance(m.body, End)]
    for message in seen:
        analysis.push(message)
    return analysis, seen[-1]


def change(session, **changes):
    analysis, last = session
    event = Event(1e3, "settings", json.dumps(changes), "operator")
    return analysis.push(Message(last.session, last.seq + 1, last.epoch, event))


def test_other_windows_are_fitted_at_once_and_the_tracker_stays(session):
    update = change(session, window=16, step=2)
    assert update.course
    assert max(e.n_transients for e in update.course) == 16
    assert update.tracks is None
    again = change(session, window=16, step=1)
    shared = {(e.time_start_s, e.time_end_s): e for e in again.course}
    for one in update.course:
        other = shared[one.time_start_s, one.time_end_s]
        assert other.values["Glx"] == pytest.approx(one.values["Glx"], rel=1e-9)


def test_what_is_taken_out_is_told_as_of_no_weight(session):
    update = change(session, left_out_s=[[100.0, 140.0]])
    weights = {q.time_s: q.weight for q in update.qualities}
    assert {w for t, w in weights.items() if 100.0 <= t < 140.0} == {0.0}
    back = change(session, left_out_s=[])
    assert min(q.weight for q in back.qualities if 100.0 <= q.time_s < 140.0) > 0.0
    assert change(session, outcome="Glx").qualities is None


def test_another_outcome_needs_no_new_fit(session):
    update = change(session, outcome="Glu")
    assert update.course is None
    assert update.foreseen.outcome == "Glu"
    assert update.agreement.outcome == "Glu"
    assert not update.notes


def test_a_rejected_epoch_has_no_window(session):
    update = change(session, rejected_epochs=[0])
    assert update.course == ()
    assert update.estimate is None
    back = change(session, rejected_epochs=[])
    assert back.course
    assert np.isfinite(back.course[-1].changes_percent["Glx"])


def test_a_hidden_outcome_is_not_changed_for_another(session):
    analysis, _ = session
    before = analysis._analysis.pipeline.settings
    analysis._analysis.pipeline.settings = before.with_changes(outcome_hidden=True)
    update = change(session, outcome="tCho/tCr")
    assert analysis._analysis.pipeline.settings.outcome == before.outcome
    assert "hides the outcome" in update.notes[0].text
    analysis._analysis.pipeline.settings = before


def test_a_setting_that_may_not_change_is_refused(session):
    update = change(session, ppm_low=1.0)
    assert update.course is None
    assert "rejected_epochs" in update.notes[0].text


def test_an_outcome_that_does_not_exist_is_refused(session):
    run, _ = session
    before = run._analysis.pipeline.settings
    update = change(session, outcome="Nonsense/tNAA", step=1)
    assert run._analysis.pipeline.settings == before
    assert update.course is None
    assert "Nonsense/tNAA" in update.notes[0].text


def test_when_a_given_reference_is_over_its_windows_come_again():
    wishes = Wishes(changes={"window": 8, "step": 4, "reference_s": (0.0, 30.0)})
    analysis = SessionRun(wishes)
    for message in messages(RECORDING):
        update = analysis.push(message)
        if getattr(message.body, "fid", None) is not None and update.course:
            break
    assert 30.0 <= message.body.time_s < 32.5
    assert np.isfinite(update.course[0].changes_percent["Glx"])
