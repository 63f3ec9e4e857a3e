"""What an analysis says of a session that is not as it should be."""

from dataclasses import replace
from pathlib import Path

import pytest
from worked_through import result_of, texts

from monitor.judge.criteria import Verdict, criteria_of
from monitor.protocol.settings import Settings
from monitor.report.result_tables import session_summary
from monitor.report.wording import limits_missed
from monitor.run.session_analysis import MIRRORED
from streams.messages.transient import Kind, Message, Transient
from streams.sources.recording import messages

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


@pytest.fixture(scope="module")
def recorded() -> list[Message]:
    return list(messages(RECORDING))


def conjugated(message: Message) -> Message:
    body = message.body
    if not (isinstance(body, Transient) and body.kind == Kind.METABOLITE):
        return message
    return replace(message, body=replace(body, fid=body.fid.conj()))


def test_complex_conjugates_and_what_is_outside_the_limits_are_told(recorded):
    result = result_of([conjugated(m) for m in recorded])
    assert MIRRORED in texts(result.notes)
    ((_, said),) = ((n.kind, n.text) for n in limits_missed(result))
    assert said.startswith("Outside the limits of the protocol")
    missed = [c for c in criteria_of(result) if c.verdict == Verdict.MISSED]
    assert "SNR of one transient" in [c.title for c in missed]
    assert all(c.title in said for c in missed)
    assert f"(at least {Settings().snr_limit:g})" in said
    said.encode("ascii")


def test_a_good_session_is_told_nothing_of_the_kind(recorded):
    result = result_of(recorded)
    assert MIRRORED not in texts(result.notes)
    assert limits_missed(result) == ()


def test_an_outcome_that_does_not_exist_is_told(recorded):
    result = result_of(recorded[:20], outcome="Glx/tNAAA")
    assert any(
        "Glx/tNAAA" in n and "check its spelling" in n for n in texts(result.notes)
    )


def test_markers_of_the_recording_go_before_times_that_were_given(recorded):
    result = result_of(recorded, infusion_s=(500.0, 900.0))
    start_s = result.marks.start_s
    assert 0 < start_s < 200
    assert result.marks.stop_s != 900.0
    assert any("500 to 900 s" in n and "left aside" in n for n in texts(result.notes))


def as_water(message: Message) -> Message:
    return replace(message, body=replace(message.body, kind=Kind.WATER))


def test_a_recorded_water_reference_without_water_is_left_out_and_told_once(recorded):
    first = next(
        i
        for i, m in enumerate(recorded)
        if isinstance(m.body, Transient) and m.body.kind == Kind.METABOLITE
    )
    wrong = [as_water(m) for m in recorded[first : first + 2]]
    waters = sum(
        isinstance(m.body, Transient) and m.body.kind == Kind.WATER
        for m in recorded[:first]
    )
    rest = recorded[first + 2 : first + 6]
    result = result_of([*recorded[:first], *wrong, *rest])
    told = [
        n for n in texts(result.notes) if n.startswith("What came as water reference")
    ]
    assert len(told) == 1
    assert "in epoch 0 is left out, since its line at 4.65 ppm" in told[0]
    counts = session_summary(result, "x")["counts"]
    assert counts["water_references"] == waters
    assert counts["water_references_left_out"] == 2
