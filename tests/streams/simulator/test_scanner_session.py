"""Events at the right times, series, epochs, counts and what the network does."""

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scanner_small import naa_singlet, plain, series, transients

from streams.errors import InputError
from streams.messages.transient import End, Event, Kind, Start, Transient, number
from streams.recording.inspection import verify
from streams.recording.reading import read_messages
from streams.simulator.plan import PlannedEvent
from streams.simulator.receiver_artefacts import Transport
from streams.simulator.record import main, record
from streams.simulator.scanner import prepare, scan
from streams.simulator.scenario_file import read_scenario
from streams.simulator.schedule import delivery, schedule_of
from streams.simulator.truth import (
    changes_at_stop,
    truth_rows,
    truth_summary,
    write_truth,
)


def run(scenario):
    return list(scan(scenario, naa_singlet(scenario)))


def test_frames_come_in_order_one_each_tr():
    bodies = run(plain())
    assert isinstance(bodies[0], Start)
    assert bodies[0].acquisition.echo_time_s == 0.030
    assert bodies[0].acquisition.coils == 2
    kinds = [body.kind for body in transients(bodies)]
    assert kinds == [Kind.NOISE] + 2 * [Kind.WATER] + 20 * [Kind.METABOLITE]
    times = [body.time_s for body in transients(bodies)]
    np.testing.assert_allclose(times, 2.0 * np.arange(23))
    assert [body.count for body in transients(bodies)] == list(range(23))
    assert bodies[-1] == End(23, "complete")


def test_events_come_before_the_first_transient_that_is_not_earlier():
    events = (
        PlannedEvent(9.0, "infusion_start", "drug", "pump"),
        PlannedEvent(30.0, "infusion_stop"),
        PlannedEvent(99.0, "note", "after the end"),
    )
    bodies = run(replace(plain(), events=events))
    places = [i for i, body in enumerate(bodies) if isinstance(body, Event)]
    first = bodies[places[0]]
    assert first == Event(9.0, "infusion_start", "drug", "pump")
    for i in places[:2]:
        assert bodies[i - 1].time_s < bodies[i].time_s <= bodies[i + 1].time_s
    assert bodies[places[2] + 1] == bodies[-1]


def test_series_pauses_and_epochs():
    scenario = replace(
        plain(),
        series=(
            series(),
            series(begins="re-shim", pause_s=30.0, noise_frames=0, fwhm_hz=6.0),
            series(begins="start", pause_s=100.0, shift_hz=4.0),
        ),
    )
    messages = list(number(run(scenario)))
    assert messages[-1].epoch == 2
    beginnings = [m for m in messages if isinstance(m.body, Start | Event)]
    assert [type(m.body) for m in beginnings] == [Start, Event, Start]
    assert [m.epoch for m in beginnings] == [0, 1, 2]
    assert beginnings[1].body == Event(76.0, "re-shim", "", "simulator")
    times = [m.body.time_s for m in messages if isinstance(m.body, Transient)]
    gaps = np.diff(times)
    assert sorted(gaps[gaps > 2]) == [32.0, 102.0]
    session = prepare(scenario, naa_singlet(scenario))
    shift = session.conditions.shift_hz
    np.testing.assert_array_equal(shift[session.schedule.series == 2], 4.0)


def test_shipped_failing_scanner_has_three_epochs():
    scenario = read_scenario("failing-scanner")
    schedule = schedule_of(scenario)
    assert np.unique(schedule.series).tolist() == [0, 1, 2]
    start_s, stop_s = scenario.infusion_s
    assert schedule.time_s[0] < start_s < stop_s < schedule.time_s[-1]


LONG = (series(transients=2000),)


def test_missing_transients_leave_gaps_in_the_count():
    transport = Transport(missing_fraction=0.05, missing_counts=(100, 101))
    scenario = replace(plain(), series=LONG, transport=transport)
    order = delivery(scenario, schedule_of(scenario))
    missing = set(range(2003)) - set(order.tolist())
    assert {100, 101} <= missing
    assert len(missing) == pytest.approx(100, abs=35)
    assert np.all(np.diff(order) > 0)
    assert {0, 1, 2}.isdisjoint(missing)


def test_doubled_transients_have_the_same_bytes():
    scenario = replace(plain(), transport=Transport(duplicated_fraction=0.4))
    sent = transients(run(scenario))
    counts = Counter(body.count for body in sent)
    doubled = [count for count, times in counts.items() if times == 2]
    assert doubled
    for count in doubled:
        first, second = (body for body in sent if body.count == count)
        assert first.fid.tobytes() == second.fid.tobytes()
        assert first.time_s == second.time_s
    assert set(counts) == set(range(23))


def test_late_transients_are_overtaken_by_one():
    scenario = replace(
        plain(), series=LONG, transport=Transport(out_of_order_fraction=0.03)
    )
    order = delivery(scenario, schedule_of(scenario))
    assert sorted(order) == list(range(2003))
    backwards = np.flatnonzero(np.diff(order) < 0)
    assert len(backwards) == pytest.approx(60, abs=25)
    np.testing.assert_array_equal(order[:3], [0, 1, 2])


def test_end_counts_what_was_sent():
    scenario = replace(
        plain(), transport=Transport(duplicated_fraction=0.2, missing_fraction=0.1)
    )
    bodies = run(scenario)
    assert bodies[-1].transients == len(transients(bodies))


def test_truth_has_a_row_for_every_excitation_in_our_sign():
    scenario = replace(
        plain(), transport=Transport(missing_fraction=0.1, duplicated_fraction=0.1)
    )
    scenario = replace(scenario, series=(series(shift_hz=3.0),))
    session = prepare(scenario, naa_singlet(scenario))
    rows = list(truth_rows(session))
    sent = Counter(body.count for body in transients(run(scenario)))
    assert [row["count"] for row in rows] == list(range(23))
    assert [row["arrivals"] for row in rows] == [sent[n] for n in range(23)]
    assert all(row["shift_hz"] == 3.0 for row in rows)
    assert all(row["Glu_mult"] == 1.0 for row in rows)


def test_truth_beside_a_recording(tmp_path):
    scenario = plain()
    session = prepare(scenario, naa_singlet(scenario))
    table, summary = write_truth(session, tmp_path / "visit.mcap")
    assert table.name == "visit.truth.csv"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 23
    assert {"shift_hz", "phase_deg", "dlinewidth_hz", "amplitude", "corrupted"} <= set(
        rows[0]
    )
    stated = json.loads(summary.read_text(encoding="utf-8"))
    assert stated == json.loads(json.dumps(truth_summary(session)))
    glu_tcr = stated["amplitudes"]["Glu"] / (
        stated["amplitudes"]["Cr"] + stated["amplitudes"]["PCr"]
    )
    assert stated["ratios"]["Glu/tCr"] == pytest.approx(glu_tcr)
    assert stated["changes_at_infusion_stop_percent"] == {}
    with pytest.raises(InputError, match="truth cannot be written"):
        write_truth(session, tmp_path / "nowhere" / "visit.mcap")


def test_truth_at_the_stop_of_the_infusion():
    true = changes_at_stop(read_scenario("infusion"))
    assert (true["Glu"], true["Gln"], true["Glu/tCr"]) == (10.0, 6.0, 10.0)
    assert 6.0 < true["Glx/tNAA"] == true["Glx"] < 10.0
    assert true["tNAA/tCr"] == 0.0


def test_recording_holds_what_was_scanned(tmp_path):
    scenario = replace(
        plain(), events=(PlannedEvent(9.0, "note"),), name="small", title="small"
    )
    first = record(scenario, tmp_path / "first.mcap")
    second = record(scenario, tmp_path / "second.mcap")
    kept = [message.body for message in read_messages(first)]
    again = [message.body for message in read_messages(second)]
    for body, other, made in zip(kept, again, scan(scenario), strict=True):
        if isinstance(made, Transient):
            assert body.fid.tobytes() == made.fid.tobytes() == other.fid.tobytes()
            assert body.time_s == made.time_s
        else:
            assert body == made == other


def test_command_says_what_is_wrong(tmp_path, capsys):
    assert main(["nowhere", str(tmp_path / "x.mcap")]) == 2
    assert "No scenario nowhere" in capsys.readouterr().err
    assert main([]) == 2


RECORDINGS = Path(__file__).resolve().parents[3] / "recordings"


@pytest.mark.parametrize("name", ["infusion-short", "restless-short"])
def test_shipped_recording_is_whole_and_has_its_truth(name):
    path = RECORDINGS / f"{name}.mcap"
    assert path.stat().st_size < 3_000_000
    report = verify(path)
    assert (report.missing, report.damage, report.closed) == ((), (), True)
    planned = read_scenario(path.with_suffix(".toml"))
    table = path.with_suffix(".truth.csv").read_text(encoding="utf-8")
    arrivals = [int(row["arrivals"]) for row in csv.DictReader(table.splitlines())]
    assert report.transients == sum(arrivals)
    assert len(arrivals) == len(schedule_of(planned).time_s)
    start = next(iter(read_messages(path))).body
    assert start.source == f"virtual scanner, {name}"


def test_shipped_infusion_recording_is_that_of_its_scenario():
    path = RECORDINGS / "infusion-short.mcap"
    kept = [message.body for message in read_messages(path)]
    made = list(scan(read_scenario(path.with_suffix(".toml"))))
    assert [type(body) for body in kept] == [type(body) for body in made]
    for body, other in zip(transients(kept), transients(made), strict=True):
        loudest = np.abs(other.fid).max()
        np.testing.assert_allclose(body.fid, other.fid, atol=1e-4 * loudest)
