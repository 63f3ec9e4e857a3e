"""The demo's own reference period is long enough: F2 says GO before its infusion."""

import pytest

from monitor.protocol.choose import Wishes
from monitor.protocol.read_protocol import read_protocol
from monitor.run.session_run import SessionRun
from monitor.run.stream_state import Stream
from monitor.screen.display import Display
from monitor.screen.sheets.checks import card_of
from streams.messages.transient import Event, Transient, number
from streams.simulator.scanner import scan
from streams.simulator.scenario_file import read_scenario

LIVE = Stream(connected=True, recording=True, disk_free_bytes=10**11, disk="/")


@pytest.mark.slow
def test_the_demo_reaches_go_before_its_infusion() -> None:
    scenario = read_scenario("infusion")
    run = SessionRun(Wishes(scenario.protocol))
    display = Display(read_protocol(scenario.protocol))
    display.hear(LIVE, 0.0)
    verdicts = {}
    for message in number(scan(scenario)):
        if isinstance(message.body, Event) and message.body.kind == "infusion_start":
            break
        update = run.push(message)
        at = message.body.time_s if isinstance(message.body, Transient) else 0.0
        display.fold(update, at)
        if update.estimate is not None:
            verdicts[at] = card_of(display.state).verdict
    assert verdicts[max(verdicts)] == "GO"
    early = [words for at, words in verdicts.items() if at < 180.0]
    assert all("reference period" in words for words in early)
    foreseen = display.state.foreseen
    assert foreseen is not None
    assert foreseen.whole_percent <= foreseen.target_percent
