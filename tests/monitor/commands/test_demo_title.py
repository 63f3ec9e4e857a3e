"""What the title of the demo says of the truth."""

import pytest

from monitor.commands.demo import _truth
from monitor.protocol.settings import Settings
from streams.simulator.scenario_file import read_scenario
from streams.simulator.truth import changes_at_stop


@pytest.mark.parametrize("outcome", ["Glu", "Glx/tNAA"])
def test_the_truth_is_said_but_under_a_lock(outcome: str):
    scenario = read_scenario("infusion")
    true = changes_at_stop(scenario)[outcome]
    said = _truth(scenario, Settings(outcome=outcome))
    assert said == f"; true {outcome} when the infusion stops: {true:+.1f} %"
    assert _truth(scenario, Settings(outcome=outcome, outcome_hidden=True)) == ""


def test_of_what_the_scenario_does_not_know_nothing_is_said():
    assert _truth(read_scenario("infusion"), Settings(outcome="nothing")) == ""
