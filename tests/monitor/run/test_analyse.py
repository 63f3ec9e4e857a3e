"""What an analysis says of a session that is not as it should be."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.judge.criteria import Verdict, of_outcome
from monitor.protocol.settings import Settings
from monitor.report.result_tables import session_of
from monitor.run.analyse import run
from monitor.run.choose import Wishes
from monitor.run.outcome import MIRRORED, Outcome
from streams.messages.transient import Kind, Message, Transient
from streams.sources.recording import messages

OUTSIDE = "Outside the limits of the protocol"
RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


def analysed(message_list, **changes: object) -> Outcome:
    return run(iter(message_list), Wishes(changes=changes))


@pytest.fixture(scope="module")
def recorded() -> list[Message]:
    return list(messages(RECORDING))


def conjugated(message: Message) -> Message:
    body = message.body
    if not (isinstance(body, Transient) and body.kind == Kind.METABOLITE):
        return message
    return replace(message, body=replace(body, fid=body.fid.conj()))


def test_complex_conjugates_and_what_is_outside_the_limits_are_told(recorded):
    outcome = analysed([conjugated(m) for m in recorded])
    assert MIRRORED in outcome.notes
    (said,) = [n for n in outcome.notes if n.startswith(OUTSIDE)]
    missed = [c for c in of_outcome(outcome) if c.verdict == Verdict.MISSED]
    assert "SNR of one transient" in [c.title for c in missed]
    assert all(c.title in said for c in missed)
    assert f"(at least {Settings().snr_limit:g})" in said
    said.encode("ascii")


def test_a_good_session_is_told_nothing_of_the_kind(recorded):
    outcome = analysed(recorded)
    assert not [n for n in outcome.notes if n == MIRRORED or n.startswith(OUTSIDE)]


def test_an_outcome_that_does_not_exist_is_told(recorded):
    outcome = analysed(recorded[:20], outcome="Glx/tNAAA")
    assert any("Glx/tNAAA" in n and "check its spelling" in n for n in outcome.notes)


def test_markers_of_the_recording_go_before_times_that_were_given(recorded):
    outcome = analysed(recorded, infusion_s=(500.0, 900.0))
    start_s = outcome.pipeline.infusion_s[0]
    assert 0 < start_s < 200
    assert 500.0 not in outcome.pipeline.infusion_s
    assert any("500 to 900 s" in n and "left aside" in n for n in outcome.notes)


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
    outcome = analysed([*recorded[:first], *wrong, *rest])
    told = [n for n in outcome.notes if n.startswith("What came as water reference")]
    assert len(told) == 1
    assert "in epoch 0 is left out, since its line at 4.65 ppm" in told[0]
    counts = session_of(outcome, "x")["counts"]
    assert counts["water_references"] == waters
    assert counts["water_references_left_out"] == 2
