"""How fast the virtual scanner scans: 32 coils x 2048 points, TR 2 s."""

from dataclasses import replace
from itertools import islice

import pytest

from streams.messages.transient import Transient
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario_file import read_scenario

TRANSIENTS = 200


@pytest.fixture(scope="module")
def session():
    scenario = read_scenario("infusion")
    plan = replace(scenario.acquisition, coils=32, points=2048)
    return prepare(replace(scenario, acquisition=plan))


def scanned(session):
    bodies = islice(scan_session(session), TRANSIENTS)
    return sum(isinstance(body, Transient) for body in bodies)


def test_32_coils_at_more_than_50_times_real_time(benchmark, session):
    made = benchmark.pedantic(scanned, (session,), rounds=5, warmup_rounds=1)
    per_second = made / benchmark.stats["median"]
    benchmark.extra_info["transients_per_second"] = round(per_second)
    benchmark.extra_info["times_real_time"] = round(2.0 * per_second)
    assert 2.0 * per_second > 50


def test_making_the_infusion_session_ready(benchmark):
    scenario = read_scenario("infusion")
    benchmark.pedantic(prepare, (scenario,), rounds=3)
    assert benchmark.stats["median"] < 5.0
