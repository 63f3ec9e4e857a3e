"""Scenario files: what ships can be read, what is wrong is refused in one sentence."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from streams.errors import InputError
from streams.simulator.scanner import acquisition_of, prepare
from streams.simulator.scenario import ARTEFACTS
from streams.simulator.scenario_file import (
    bundled_scenarios,
    read_scenario,
    scenario_from,
)

SHIPPED = (
    *("infusion", "null", "restless", "drift", "failing-scanner"),
    *("foreign-basis", "blocks"),
)


@pytest.fixture
def table():
    return tomllib.loads(bundled_scenarios()["infusion"].read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenario_is_ready_to_run(name):
    scenario = read_scenario(name)
    session = prepare(scenario)
    assert scenario.name == name
    assert scenario.title
    assert acquisition_of(scenario).repetition_time_s == 2.0
    assert len(session.schedule.time_s) > 1400


def test_infusion_is_what_the_demo_promises():
    scenario = read_scenario("infusion")
    start_s, stop_s = scenario.infusion_s
    assert stop_s - start_s == 40 * 60
    assert 10 * 60 <= start_s <= 10 * 60 + 20
    assert scenario.courses["Glu"].change_percent == 10
    assert scenario.courses["Gln"].change_percent == 6
    assert scenario.acquisition.snr == 10


def test_the_foreign_basis_is_foreign_to_the_session_of_the_demo():
    own, foreign = read_scenario("infusion"), read_scenario("foreign-basis")
    named = {"name": own.name, "title": own.title, "protocol": own.protocol}
    assert foreign.protocol != own.protocol
    assert replace(foreign, **named) == own


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.update(wobble=1), "unknown field wobble"),
        (lambda t: t["drift"].update(wobble=1), "unknown field drift.wobble"),
        (lambda t: t["acquisition"].pop("echo_time_s"), "echo_time_s is missing"),
        (lambda t: t["acquisition"].update(points="many"), "acquisition.points"),
        (lambda t: t["acquisition"].update(coils=65), "from 1 to 64"),
        (lambda t: t["acquisition"].update(dwell_time_s=0), "dwell_time_s"),
        (lambda t: t["motion"].update(loss=[0.1]), "must have 2 values"),
        (lambda t: t["motion"].update(loss=[0.5, 0.1]), "motion.loss"),
        (lambda t: t["courses"]["Glu"].update(shape="odd"), "courses.Glu.shape"),
        (lambda t: t["courses"].update(Xyz=t["courses"]["Glu"]), "courses of Xyz"),
        (lambda t: t.update(events=[]), "infusion_start"),
        (lambda t: t.update(series=[]), "at least one series"),
        (lambda t: t.update(series=3), "series must be a list"),
        (lambda t: t["concentrations_mm"].pop("NAA"), "needs NAA"),
        (lambda t: t.update(drift=3), "drift must be a table"),
        (lambda t: t.update(relaxation=1), "relaxation"),
        (lambda t: t["acquisition"].update(snr=float("nan")), "finite"),
        (lambda t: t["breathing"].update(period_s=0.0), "period_s"),
        (lambda t: t["narrowing"].update(time_constant_s=0.0), "narrowing"),
        (lambda t: t.update(coil_failure={"coil": 8, "from_s": 0.0}), "one of the"),
        (lambda t: t["events"].reverse() or t["events"][0].update(time_s=1), "before"),
    ],
)
def test_wrong_scenario_is_refused_in_one_sentence(table, change, words):
    change(table)
    with pytest.raises(InputError, match=words) as caught:
        scenario_from(table, "wrong")
    assert str(caught.value).endswith((".", "it."))
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such devices here")
def test_a_device_is_refused_and_not_read_without_end():
    with pytest.raises(InputError, match="/dev/zero is a device"):
        read_scenario("/dev/zero")


def test_unknown_name_lists_what_ships():
    with pytest.raises(InputError, match=r"failing-scanner.*infusion"):
        read_scenario("nowhere")


def test_file_of_a_site_is_read(tmp_path, table):
    path = tmp_path / "ours.toml"
    path.write_bytes(bundled_scenarios()["null"].read_bytes())
    assert read_scenario(path) == replace(read_scenario("null"), name="ours")


def test_no_toml_is_refused(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("a = = 1")
    with pytest.raises(InputError, match="cannot be read"):
        read_scenario(path)


def test_every_artefact_can_be_switched_off():
    scenario = read_scenario("failing-scanner")
    bare = scenario.without(*ARTEFACTS)
    assert all(getattr(bare, name) is None for name in ARTEFACTS)
    assert len(ARTEFACTS) == 20
    with pytest.raises(InputError, match="no artefact seed"):
        scenario.without("seed")


def test_unknown_sequence_and_metabolite_are_refused():
    scenario = read_scenario("infusion")
    odd = replace(scenario, acquisition=replace(scenario.acquisition, sequence="EPSI"))
    with pytest.raises(InputError, match="EPSI"):
        prepare(odd)
    concentrations = {**scenario.concentrations_mm, "Kryptonite": 1.0}
    with pytest.raises(InputError, match="Kryptonite"):
        prepare(replace(scenario, concentrations_mm=concentrations))


def test_line_narrower_than_relaxation_is_refused():
    scenario = read_scenario("infusion")
    narrow = (replace(scenario.series[0], fwhm_hz=1.0),)
    with pytest.raises(InputError, match="fwhm_hz"):
        prepare(replace(scenario, series=narrow))
