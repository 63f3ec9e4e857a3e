"""Marks of the infusion that are late, doubled or the pump's, and the truth of them."""

import json
from dataclasses import replace

import pytest

from streams.errors import InputError
from streams.messages.marks import START, STOP, UNDO, marks_that_hold
from streams.messages.transient import Event, Transient
from streams.simulator.plan import PlannedEvent
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import bundled_scenarios, read_scenario
from streams.simulator.truth import truth_summary

MARKS = (
    PlannedEvent(9.0, START, "0.5 mg/kg", "pump"),
    PlannedEvent(15.0, START, "", "operator"),
    PlannedEvent(15.0, UNDO, START, "operator", given_s=21.0),
    PlannedEvent(8.0, START, "", "operator", given_s=25.0, replaces=True),
    PlannedEvent(30.0, STOP, "", "operator"),
)


@pytest.fixture
def scenario() -> Scenario:
    base = read_scenario("infusion")
    series = replace(base.series[0], noise_frames=0, water_frames=0, transients=20)
    return replace(
        base, series=(series,), events=MARKS, infused_s=(8.0, 30.0), coils=None,
        acquisition=replace(base.acquisition, coils=1, points=256),
    )  # fmt: skip


def test_marks_come_when_they_were_given_and_say_when_it_was(scenario):
    came, now_s = [], 0.0
    for body in scan_session(prepare(scenario)):
        if isinstance(body, Transient):
            now_s = body.time_s
        elif isinstance(body, Event):
            came.append((body.kind, body.time_s, body.author, now_s))
    assert came == [
        (START, 9.0, "pump", 8.0), (START, 15.0, "operator", 14.0),
        (UNDO, 15.0, "operator", 20.0), (START, 8.0, "operator", 24.0),
        (STOP, 30.0, "operator", 28.0),
    ]  # fmt: skip
    held = marks_that_hold(p.event for p in MARKS)
    assert (held.start_s, held.stop_s) == (8.0, 30.0)


def test_the_truth_has_the_infusion_as_it_was_and_the_marks_as_given(scenario):
    told = json.loads(json.dumps(truth_summary(prepare(scenario))))
    assert told["infusion_s"] == [8.0, 30.0]
    assert [m["given_s"] for m in told["marks"]] == [None, None, 21.0, 25.0, None]
    assert replace(scenario, infused_s=()).infusion_s == (9.0, 30.0)


def test_they_are_read_from_a_scenario_file(tmp_path):
    place = bundled_scenarios()["infusion"]
    text = place.read_text(encoding="utf-8")
    extra = '\n[[events]]\ntime_s = 640.0\ngiven_s = 700.0\nkind = "infusion_start"\n'
    place = tmp_path / "late.toml"
    place.write_text("infused_s = [640.0, 3012.0]\n" + text + extra, encoding="utf-8")
    scenario = read_scenario(str(place))
    assert scenario.infusion_s == (640.0, 3012.0)
    assert scenario.events[-1].came_s == 700.0


@pytest.mark.parametrize("wrong", [(5.0,), (30.0, 8.0)])
def test_an_infusion_that_is_none_is_refused(scenario, wrong):
    with pytest.raises(InputError, match="infus"):
        replace(scenario, infused_s=wrong)
