"""A stretch of contamination: what it adds, and that it ends."""

from dataclasses import replace

import numpy as np
import pytest
from test_scanner_artefacts import added, ready

from streams.errors import InputError
from streams.simulator.passing_artefacts import Contamination, Stretch
from streams.simulator.scenario_file import read_scenario, scenario_from
from streams.simulator.truth import truth_rows


def stretch(**what) -> Contamination:
    return Contamination((Stretch(0.0, 1e6, **what),))


@pytest.mark.parametrize(
    ("what", "low", "high"),
    [("lipid_over_naa", 1.2, 1.4), ("hump_over_naa", 2.0, 3.0)],
)
def test_lipid_and_hump_come_at_their_height(what, low, high):
    axis, lines = added(contamination=stretch(**{what: 0.5}))
    inside = (axis > low) & (axis < high)
    assert np.abs(lines[inside]).max() == pytest.approx(0.5, rel=0.05)
    assert np.abs(lines[axis > 4.5]).max() < 0.2


def test_a_stretch_is_in_the_truth_and_ends():
    plan = Contamination(
        (Stretch(20.0, 40.0, water_times=30.0, broadening_hz=4.0, loss=0.3),)
    )
    bare = read_scenario("infusion")
    rows = list(truth_rows(ready(replace(bare, contamination=plan))))
    clean = list(truth_rows(ready(bare)))
    for row, before in zip(rows[:60], clean[:60], strict=True):
        inside = row["kind"] == "metabolite" and 20.0 <= row["time_s"] < 40.0
        assert row["contaminated"] == inside
        more = 30.0 if inside else 1.0
        assert row["water_over_naa"] == pytest.approx(
            more * before["water_over_naa"], abs=1e-4
        )
        assert row["amplitude"] == pytest.approx(
            before["amplitude"] * (0.7 if inside else 1.0), abs=1e-5
        )
        broader = row["dlinewidth_hz"] - before["dlinewidth_hz"]
        assert broader == pytest.approx(4.0 if inside else 0.0, abs=1e-5)


def test_a_scenario_file_can_ask_for_it():
    base = {
        "title": "x", "seed": 1, "relaxation": True, "water_reference_mm": 1.0,
        "acquisition": {
            "spectrometer_frequency_mhz": 123.25, "sequence": "PRESS",
            "echo_time_s": 0.03, "repetition_time_s": 2.0, "dwell_time_s": 4e-4,
            "points": 512, "coils": 1, "snr": 10.0, "voxel_mm": [20, 20, 20],
        },
        "series": [
            {"begins": "start", "pause_s": 0, "noise_frames": 0, "water_frames": 0,
             "transients": 9, "fwhm_hz": 7.0, "shift_hz": 0.0}
        ],
        "line": {"asymmetry": 0.0}, "concentrations_mm": {"NAA": 10.0},
        "contamination": {"stretches": [{"start_s": 2, "stop_s": 8, "loss": 0.5}]},
    }  # fmt: skip
    found = scenario_from(base, "x")
    assert found.contamination.stretches == (Stretch(2.0, 8.0, loss=0.5),)
    base["contamination"]["stretches"][0]["stop_s"] = 1
    with pytest.raises(InputError, match="stops after it began"):
        scenario_from(base, "x")
