"""Sessions whose whole reference period is unlike what comes after it.

The page may then have a dash that says so, or a grey number, or one whose interval
holds the truth: never a number to be believed that is wrong.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from headline import HELD_S, SHORT, TR_S, plain, scenario_of, truth_at

from monitor.protocol.choose import Wishes
from monitor.run.session_run import SessionRun
from monitor.run.stream_state import Stream
from monitor.screen.display import Display
from monitor.screen.screen import Headline
from streams.messages.transient import Transient, number
from streams.simulator.passing_artefacts import Contamination, Stretch
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]
EVERY = 10
"""Transients between two looks at the page."""
OUT = "all of the reference period is left out"
UNLIKE = {
    "lipid": {"lipid_over_naa": 1.5},
    "water": {"water_times": 30.0},
    "line width": {"broadening_hz": 3.0},
    "baseline": {"hump_over_naa": 0.2},
    "small hump": {"hump_over_naa": 0.07},
}


def pages(scenario: Scenario) -> Iterator[tuple[float, Headline]]:
    """When one looked at the page, and its headline."""
    wishes = Wishes(changes={"infusion_length_s": TR_S * SHORT.during})
    run, display, count, time_s = SessionRun(wishes), None, 0, 0.0
    for message in number(scan_session(prepare(scenario)), "whole"):
        update = run.push(message)
        if display is None and update.settings is not None:
            display = Display(update.settings)
            display.hear(Stream(connected=True, recording=True), 0.0)
        if display is None:
            continue
        taken = isinstance(message.body, Transient)
        time_s = message.body.time_s if taken else time_s
        count += taken
        display.fold(update, time_s)
        if taken and count % EVERY == 0 and time_s > SHORT.start_s:
            yield time_s, display.screen(time_s + HELD_S).headline


@pytest.mark.parametrize("kind", UNLIKE)
def test_no_number_is_believed_that_is_wrong(kind):
    stretch = Stretch(0.0, SHORT.start_s, **UNLIKE[kind])
    scenario = replace(scenario_of("drug", 3), contamination=Contamination((stretch,)))
    said = list(pages(scenario))
    believed = [(t, h) for t, h in said if h.interval and h.fade == 0]
    wrong = [
        (time_s, head.number)
        for time_s, head in believed
        if abs(plain(head.number) - truth_at(scenario, time_s))
        > float(head.interval.split()[1])
    ]
    assert len(wrong) <= len(believed) / 10, wrong
    if kind in ("lipid", "line width", "baseline"):
        last = said[-1][1]
        assert OUT in (last.verdict, last.lines[0].partition(":")[0])
