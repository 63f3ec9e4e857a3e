"""What is said at the end of an analysis."""

from copy import copy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from worked_through import result_of, texts

from monitor.analysis.note import Note, NoteKind
from monitor.analysis.tracking.sequential import Sequential
from monitor.protocol.choose import Wishes
from monitor.report.folder import results_folder
from monitor.report.result_tables import session_summary
from monitor.run.analyse import analyse
from monitor.run.remarks import (
    change_at_the_end,
    for_terminal,
    remarks,
    why_nothing_fitted,
)
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.errors import InputError
from streams.messages import wire
from streams.messages.transient import Event, Kind, Message, Transient, number
from streams.recording.files import open_recording
from streams.recording.journal import Journal
from streams.recording.reading import recover
from streams.recording.walk import JournalEntry, walk
from streams.sources.recording import messages

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


@pytest.fixture(scope="module")
def recorded() -> list[Message]:
    return list(messages(RECORDING))


@pytest.fixture(scope="module")
def whole(recorded) -> Result:
    return result_of(recorded)


def with_fids(several, change) -> list[Message]:
    """Metabolite transients with their FIDs changed."""
    return [
        replace(m, body=replace(m.body, fid=change(m.body.fid)))
        if isinstance(m.body, Transient) and m.body.kind == Kind.METABOLITE
        else m
        for m in several
    ]


def test_a_good_session_has_its_change_and_no_remark(whole: Result):
    assert not list(remarks(whole))
    said = change_at_the_end(whole)
    last = whole.tracks[-1]
    change, sd = (v["Glx/tNAA"] for v in (last.filtered, last.filtered_sd))
    assert said == (
        f"Glx/tNAA at the end (by the tracker): {change:+.1f} % from the reference "
        f"period, 95 % interval {change - 1.96 * sd:+.1f} to "
        f"{change + 1.96 * sd:+.1f} %; increase in the mean since the infusion began"
    )
    assert said.isascii()


@pytest.mark.parametrize(
    ("mean", "sd", "now_sd", "words"),
    [
        (0.4, 0.4, 2.0, "perhaps an increase, not proven"),
        (-2.0, 0.9, 20.0, "perhaps a decrease, not proven"),
        (0.4, 0.4, 20.0, "no change seen; 2.4 % would have been"),
        (0.4, 300.0, 20.0, "no answer: too little good data"),
        (0.4, 3.0, 20.0, "no answer: only 12 % or more would have been seen"),
    ],
)
def test_a_number_that_leaves_zero_out_is_no_proof(whole, mean, sd, now_sd, words):
    name = "Glx/tNAA"
    answer = Sequential(5.0).push(1.0, {name: (mean, sd)})[name]
    last = replace(whole.tracks[-1], filtered={name: 6.4}, filtered_sd={name: now_sd})
    result = replace(whole, answers={name: answer}, tracks=(*whole.tracks, last))
    assert change_at_the_end(result).partition("; ")[2] == words


def test_what_falls_by_more_than_itself_is_no_change(whole):
    name, last = whole.settings.outcome, whole.tracks[-1]
    for percent, sd, possible in ((-803.6, 48.0, False), (-120.0, 30.0, True)):
        point = replace(last, filtered={name: percent}, filtered_sd={name: sd})
        said = change_at_the_end(replace(whole, tracks=(*whole.tracks, point)))
        assert ("95 % interval" in said) == possible
        assert ("is no change of it" in said) != possible


def test_an_interval_that_holds_everything_gives_no_number(whole):
    """Seen without creatine in the basis set: -245 %, from -6264 to +5773 %."""
    name, last = whole.settings.outcome, whole.tracks[-1]
    point = replace(last, filtered={name: -245.0}, filtered_sd={name: 3071.0})
    said = change_at_the_end(replace(whole, tracks=(*whole.tracks, point)))
    assert "95 % interval is +-6019 %, so that nothing is known" in said
    assert "-245" not in said


def test_a_reference_period_whose_fit_did_not_converge_is_said_to_be(whole):
    (epoch,) = whole.course.sessions
    made = whole.course.sessions[epoch]
    stuck = replace(made, fit=replace(made.fit, converged=False))
    course = copy(whole.course)
    course.sessions = {epoch: stuck}
    (said,) = remarks(replace(whole, course=course))
    assert said.text.startswith("The fit of the reference period's epoch did not conv")
    course.sessions = {epoch: made, epoch + 1: stuck}
    (said,) = remarks(replace(whole, course=course))
    assert said.text.startswith("The fit of an epoch other than the reference period's")
    alone = remarks(replace(whole, course=course, tracks=()))
    assert any("did not converge" in note.text for note in alone)
    course.rejected = frozenset({epoch + 1})
    assert not list(remarks(replace(whole, course=course)))


def test_process_noise_is_for_the_log(whole: Result):
    logged = [note for note in whole.notes if "course may bend" in note.text]
    assert logged
    assert not set(logged) & set(for_terminal(whole.notes))
    others = [Note(NoteKind.BASIS, "a"), Note(NoteKind.WATER, "b")]
    assert list(for_terminal([others[0], *logged, others[1]])) == others


def test_under_a_lock_the_result_is_hidden(recorded):
    outcome = result_of(recorded[:60], outcome_hidden=True)
    assert change_at_the_end(outcome) == "Glx/tNAA is hidden by the protocol."


def test_without_a_full_window_after_the_reference_there_is_no_result(recorded):
    assert change_at_the_end(result_of(recorded[:30])) == ""


def test_a_window_longer_than_the_session_is_told(recorded):
    outcome = result_of(recorded[:13], window=64)
    assert texts(remarks(outcome)) == [
        "The window of 64 transients is longer than the session: its 9 transients "
        "make one window."
    ]


def test_a_window_longer_than_every_stretch_is_told(recorded):
    said, soon = texts(remarks(result_of(recorded, window=90)))
    assert "sooner than a window of 90 transients" in soon
    assert "window of 90 transients is longer than any stretch" in said
    assert said.endswith("makes one independent window, of 36, 60, 4 transients.")


def test_an_infusion_outside_the_session_is_told(recorded):
    plain = [m for m in recorded[:60] if not isinstance(m.body, Event)]
    *_, said = texts(remarks(result_of(plain, infusion_s=(900.0, 2000.0))))
    assert "infusion 900 to 2000 s lies outside the session: its transients" in said
    *_, said = texts(remarks(result_of(plain, infusion_s=(-10.0, 500.0))))
    assert "no transient lies before the infusion" in said


def test_missing_messages_are_counted(recorded):
    outcome = result_of([*recorded[:20], *recorded[21:30], *recorded[32:40]])
    assert outcome.counts.missing_messages == outcome.counts.missing == 3
    assert texts(remarks(outcome))[:2] == [
        "3 transients of the session never came, by the scanner's counter: what "
        "follows does without.",
        "3 messages of the session, transients or events, were missing in what was "
        "read.",
    ]


def test_transients_missing_before_they_were_recorded_are_told(recorded):
    """Their messages were never numbered: only the scanner's counter tells."""
    gone = (10, 11, 12, 30)
    kept = [m for m in recorded[:60] if getattr(m.body, "count", None) not in gone]
    outcome = result_of(list(number(message.body for message in kept)))
    assert (outcome.counts.missing, outcome.counts.missing_messages) == (4, 0)
    counts = session_summary(outcome, "x")["counts"]
    assert (counts["missing"], counts["doubled"]) == (4, 0)
    said = texts(remarks(outcome))
    assert said[0].startswith("4 transients of the session never came")
    assert not any("messages" in sentence for sentence in said)


def test_what_keeps_no_counter_shows_no_gap(recorded):
    plain = number((message.body for message in recorded[:20]), "file:x.nii.gz")
    run = SessionRun(Wishes())
    updates = [run.push(message) for message in plain]
    assert not any(update.counted for update in updates)
    counts = run.finish()[1].counts
    assert counts.missing is counts.doubled is None


def test_water_references_of_all_epochs_are_counted_and_late_ones_told(recorded):
    bodies = [message.body for message in recorded[:30]]
    waters = [b for b in bodies if getattr(b, "kind", None) == Kind.WATER]
    again = [replace(w, count=100 + i) for i, w in enumerate(waters)]
    late = [replace(w, count=200 + i) for i, w in enumerate(waters)]
    rest = [replace(m.body, count=300 + i) for i, m in enumerate(recorded[32:36])]
    session = [*bodies, Event(500.0, "re-shim"), *again, *rest, *late]
    outcome = result_of(list(number(session)))
    counts = session_summary(outcome, "x")["counts"]
    assert counts["water_references"] == 2 * len(waters) == 4
    assert counts["water_references_left_out"] == 2
    (said,) = [s for s in texts(remarks(outcome)) if "water" in s]
    assert said.startswith("2 water references not used: only those before")


def test_missing_messages_of_a_recording_are_told(recorded, tmp_path: Path):
    place, mended = tmp_path / "cut.mcap", tmp_path / "mended.mcap"
    with Journal.create(place) as journal:
        for message in recorded[:30]:
            journal.append(wire.encode(message))
    with open_recording(place) as (file, size):
        entries = [
            found for found in walk(file, size) if isinstance(found, JournalEntry)
        ]
    content = bytearray(place.read_bytes())
    content[(entries[20].offset + entries[20].end) // 2] ^= 1
    place.write_bytes(content)
    outcome = analyse(recover(place, mended), Wishes())
    assert outcome.counts.missing_messages == 1
    assert any(
        s.startswith("1 message of the session") for s in texts(remarks(outcome))
    )
    assert session_summary(outcome, "x")["counts"]["missing_messages"] == 1


def test_times_that_jump_are_told(recorded, tmp_path: Path):
    """A clock that was set while it was recorded: said, and a new epoch."""
    path, late_s = tmp_path / "s.mcap", 1.7e9
    with Journal.create(path) as journal:
        for m in recorded:
            body = m.body
            if isinstance(body, Transient | Event) and body.time_s > 120.0:
                body = replace(body, time_s=body.time_s + late_s)
            journal.append(wire.encode(replace(m, body=body)))
    result = result_of(messages(path))
    (said,) = [text for text in texts(result.notes) if "jumped" in text]
    assert said.startswith("At 122 s time_s jumped by +1.7e+09 s")
    assert max(q.epoch for q in result.qualities) == 1
    assert max(q.time_s for q in result.qualities) < 1000.0


def test_a_session_of_zeros_says_why_nothing_was_fitted(recorded):
    outcome = result_of(with_fids(recorded[:30], np.zeros_like))
    assert "26 transients is zero: check the receive coil" in why_nothing_fitted(
        outcome
    )


def test_a_session_of_noise_says_why_nothing_was_fitted():
    quality = SimpleNamespace(flags=("motion",), amplitude=0.0, epoch=0)
    settings = SimpleNamespace(rejected_epochs=())
    outcome = SimpleNamespace(estimates=(), qualities=[quality] * 9, settings=settings)
    assert "none of its 9 transients shows lines" in why_nothing_fitted(outcome)
    quality.amplitude = 1.0
    assert "no window of its 9 transients can be fitted" in why_nothing_fitted(outcome)


def test_epochs_left_out_are_why(recorded):
    outcome = result_of(recorded[:30], rejected_epochs=(0,))
    assert not outcome.estimates
    assert "every epoch of it is left out" in why_nothing_fitted(outcome)


def test_folders_made_in_vain_are_taken_away_and_others_are_not(tmp_path: Path):
    (tmp_path / "there").mkdir()
    out = tmp_path / "there" / "a" / "b"
    with pytest.raises(InputError, match="in vain"), results_folder(out):
        raise InputError("in vain")
    assert [p.name for p in tmp_path.rglob("*")] == ["there"]
    with results_folder(out):
        (out / "kept").touch()
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "b", "kept", "there"]


def test_a_reference_period_that_is_left_out_is_no_reference(whole: Result):
    reference_s = whole.reference_s
    bad = [
        replace(q, weight=0.0) if q.time_s < reference_s[1] else q
        for q in whole.qualities
    ]
    course = replace(whole.course, qualities=bad)
    none = tuple(replace(e, changes_percent={}) for e in whole.estimates)
    said = texts(remarks(replace(whole, course=course, estimates=none)))
    n = sum(q.time_s < reference_s[1] for q in whole.qualities)
    start = f"No change is given, since all {n} transients of the reference period "
    assert any(text.startswith(start) for text in said)


def test_water_that_a_later_series_was_lent_is_counted_once(recorded):
    bodies = [message.body for message in recorded[:30]]
    waters = [b for b in bodies if getattr(b, "kind", None) == Kind.WATER]
    rest = [b for b in bodies if getattr(b, "kind", None) == Kind.METABOLITE]
    outcome = result_of(list(number([bodies[0], *waters, bodies[0], *rest])))
    assert any("which has none" in said for said in texts(outcome.notes))
    assert outcome.counts.water_references == len(waters)
    assert outcome.counts.water_references_left_out == 0
