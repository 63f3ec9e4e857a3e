"""Tiny sessions in any pieces: no crash, no two notes apart, no verdict by a marker."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from marked_sessions import analysed

from monitor.analysis.note import NoteKind
from monitor.analysis.tracking.finding import Finding, finding
from monitor.run.remarks import change_at_the_end
from streams.messages.transient import End, Event, Message, Transient, number
from streams.simulator.courses import StepChange
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.plan import PlannedEvent, PlannedSeries
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario

TR_S, SNR = 2.0, 40.0
MARKERS = ("infusion_stop", "note", "re-shim", "re-centre", "reference")
piece = st.tuples(
    st.sampled_from(["start", "start", "re-shim", "re-centre"]),
    st.integers(1, 24),
    st.sampled_from([0.0, 20.0, 120.0]),
    st.sampled_from([7.0, 7.0, 8.5]),
)
pieces = st.lists(piece, min_size=1, max_size=4)


def scenario_of(parts, start_s: float, percent: float, seed: int) -> Scenario:
    """A session in such pieces; glutamate changes as the infusion starts."""
    base = read_scenario("infusion")
    shifts = {0: 0.0}  # the field drifts on
    series = tuple(
        PlannedSeries(
            begins if k else "start", pause_s, 0, 0, count, fwhm_hz, shifts.get(k)
        )
        for k, (begins, count, pause_s, fwhm_hz) in enumerate(parts)
    )
    change = dict.fromkeys(("Glu", "Gln"), StepChange(percent))
    return replace(
        base, seed=seed, series=series, coils=None, courses=change,
        acquisition=replace(base.acquisition, coils=1, snr=SNR),
        events=(PlannedEvent(start_s, "infusion_start"),
                PlannedEvent(start_s + 7200.0, "infusion_stop")),
    )  # fmt: skip


def bodies_of(parts, start: float, percent: float, seed: int) -> list:
    """What the scanner sends, started at a share of its length."""
    counts = [count for _, count, _, _ in parts]
    last_s = TR_S * sum(counts) + sum(pause_s for _, _, pause_s, _ in parts)
    made = scenario_of(parts, start * last_s, percent, seed)
    return list(scan_session(prepare(made, metabolite_fids(made))))


def with_marker(bodies: list, kind: str, back_s: float) -> list[Message]:
    """The session with a marker that comes last, of then or of some time ago."""
    *before, end = bodies
    last_s = max(b.time_s for b in before if isinstance(b, Transient))
    text = f"0:{last_s:.0f}" if kind == "reference" else ""
    return list(
        number([*before, Event(last_s + 1.0 - back_s, kind, text, "operator"), end])
    )


def verdict_of(result) -> Finding | None:
    """What is said of the outcome at the end; None without an answer."""
    answer = result.answers.get(result.settings.outcome)
    if answer is None:
        return None
    return finding(answer, result.settings.reference_target_percent)


def check_notes(result) -> None:
    """What is said once is not taken back by another sentence."""
    said = [note.text for note in result.notes]
    assert len(said) == len(set(said))
    line = change_at_the_end(result)
    if any(text.startswith("No change is given") for text in said):
        assert line == ""
        assert not result.tracks
    series = [n.text for n in result.notes if n.kind == NoteKind.SERIES]
    begun = [text.split(" s ")[0] for text in series if text.startswith("The series")]
    assert len(begun) == len(set(begun))
    apart = any(n.kind == NoteKind.EPOCHS for n in result.notes)
    epochs = {quality.epoch for quality in result.qualities}
    assert not apart or len(epochs) > 1
    verdict = verdict_of(result)
    if verdict is not None and verdict.proven and line:
        assert f"{verdict} in the mean" in line
    times_s = [quality.time_s for quality in result.qualities]
    assert all(a < b for a, b in pairwise(times_s))


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=12)
@given(
    pieces, st.floats(0.0, 1.1), st.sampled_from([0.0, 30.0, -30.0]),
    st.integers(0, 99), st.sampled_from(MARKERS), st.sampled_from([0.0, 24.0]),
)  # fmt: skip
@example(
    [("start", 24, 0.0, 7.0), ("start", 24, 20.0, 7.0), ("re-shim", 16, 20.0, 7.0)],
    0.35,
    30.0,
    3,
    "infusion_stop",
    24.0,
)
def test_any_pieces_are_a_session_and_no_marker_turns_its_verdict(
    parts, start, percent, seed, marker, back_s
):
    bodies = bodies_of(parts, start, percent, seed)
    assert isinstance(bodies[-1], End)
    plain = analysed(list(number(bodies)))
    marked = analysed(with_marker(bodies, marker, back_s))
    for result in (plain, marked):
        check_notes(result)
    if marker == "reference":
        return  # the operator defines another reference period: another question
    assert len(plain.qualities) == len(marked.qualities)
    assert verdict_of(plain) == verdict_of(marked)
