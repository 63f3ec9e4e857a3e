"""A recorded session that lipid has got into: live and at once, taken out and in."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.analysis.contamination.stretch import Cause
from monitor.protocol.choose import Wishes
from monitor.run.session_run import SessionRun
from streams.messages.transient import End, Event, Kind, Message, Start, Transient
from streams.sources.recording import messages

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"
LIPID_S = (30.0, 56.0)
"""Within the reference period."""


def lipid_of(acquisition) -> np.ndarray:
    t = np.arange(acquisition.points) * acquisition.dwell_time_s
    nu = (1.3 - 4.65) * acquisition.spectrometer_frequency_mhz
    return np.exp((-2j * np.pi * nu - np.pi * 18.0) * t + 0.7j)


@pytest.fixture(scope="module")
def contaminated() -> list[Message]:
    """The recording with lipid for 26 s, of its own phase."""
    found, lipid = [], None
    for message in messages(RECORDING):
        body = message.body
        if isinstance(body, Start):
            lipid = lipid_of(body.acquisition)
        metabolite = isinstance(body, Transient) and body.kind == Kind.METABOLITE
        if metabolite and LIPID_S[0] <= body.time_s < LIPID_S[1]:
            size = 0.5 * np.abs(body.fid).max(axis=1, keepdims=True)
            fid = (body.fid + size * lipid).astype(np.complex64)
            message = replace(message, body=replace(body, fid=fid))
        found.append(message)
    return found


def worked_through(seen, live=True, events=()):
    """A session run over messages, with settings events before its end."""
    run = SessionRun(Wishes(), live=live)
    for message in seen:
        if isinstance(message.body, End):
            for changes in events:
                body = Event(1e3, "settings", json.dumps(changes), "operator")
                run.push(Message(message.session, message.seq, message.epoch, body))
            message = replace(message, seq=message.seq + len(events))
        run.push(message)
    return run.finish()[1]


@pytest.fixture(scope="module")
def results(contaminated):
    return {live: worked_through(contaminated, live) for live in (True, False)}


def test_live_and_at_once_give_the_same(results):
    """Weights to the last bit; numbers as far as sums in another order allow."""
    live, at_once = results[True], results[False]
    assert live.stretches == at_once.stretches
    assert live.qualities == at_once.qualities
    assert len(live.estimates) == len(at_once.estimates)
    for one, other in zip(live.estimates, at_once.estimates, strict=True):
        assert one.values == pytest.approx(other.values, rel=1e-9, abs=1e-9)
        assert one.n_effective == other.n_effective
    assert len(live.tracks) == len(at_once.tracks)
    for one, other in zip(live.tracks, at_once.tracks, strict=True):
        assert one.filtered == pytest.approx(other.filtered, abs=1e-6)
    apart = [
        [(d.way, d.stretch) for d in result.agreement.differences]
        for result in (live, at_once)
    ]
    assert apart[0] == apart[1]


def test_lipid_is_left_out_for_as_long_as_it_lasts(results):
    ((one),) = results[True].stretches
    assert one.cause == Cause.LIPID
    assert abs(one.start_s - LIPID_S[0]) <= 4
    assert abs(one.end_s - LIPID_S[1]) <= 4
    inside = [q.weight for q in results[True].qualities[one.first : one.stop]]
    assert inside == [0.0] * one.transients
    reference = results[True].course.reference
    assert reference.first < one.first
    assert reference.stop > one.stop


def test_the_operator_takes_it_in_again_and_another_stretch_out(contaminated, results):
    (found,) = results[False].stretches
    changes = {"taken_in_s": [list(LIPID_S)], "left_out_s": [[100.0, 120.0]]}
    other = worked_through(contaminated, False, [changes])
    kept, taken = other.stretches
    assert (kept.first, kept.left_out) == (found.first, False)
    assert (taken.cause, taken.left_out) == (Cause.OPERATOR, True)
    assert taken.start_s >= 100.0
    assert taken.end_s < 120.0
    weights = [q.weight for q in other.qualities]
    assert max(weights[taken.first : taken.stop]) == 0.0
    assert max(weights[kept.first : kept.stop]) > 0.5
