"""A golden session: placed by the infusion, in its own height, silent under a lock."""

from dataclasses import replace

import numpy as np
import pytest
from fake_session import SETTINGS
from screen_cases import shown

from monitor.protocol.read_protocol import read_protocol
from monitor.screen.golden import golden_of, placed


@pytest.fixture(scope="module")
def golden(updates):
    return golden_of(shown(updates, 1500.0), "best.mcap", 1500.0)


def test_it_holds_strips_course_and_spectrum(golden):
    assert {"drift", "fwhm", "snr", "lipid"} <= set(golden.strips)
    assert np.isfinite(golden.course.value).any()
    assert golden.spectrum.value.max() == pytest.approx(1.0, abs=0.3)


def test_it_is_placed_by_the_infusion_or_by_its_beginning(updates, golden):
    course = golden.course
    running = shown(updates, 900.0).screen(900.0).trend.axis
    same = placed(course, golden, running).time_min
    assert same == pytest.approx(course.time_min)
    early = shown(updates, 300.0).screen(300.0).trend.axis
    moved = placed(course, golden, early).time_min - course.time_min
    assert moved == pytest.approx(early.start_min - golden.axis.start_min)
    assert moved[0] > 5


def test_of_a_blinded_one_only_quality_is_known(updates):
    hidden = replace(SETTINGS, outcome_hidden=True)
    found = golden_of(shown(updates, 1500.0, hidden), "best.mcap", 1500.0)
    assert found.course is None
    assert found.spectrum is None
    assert found.strips


def test_a_protocol_names_it_beside_itself(tmp_path):
    protocol = tmp_path / "own.toml"
    (tmp_path / "best.mcap").touch()
    protocol.write_text('golden = "best.mcap"\n')
    settings = read_protocol(str(protocol))
    assert settings.golden == str(tmp_path / "best.mcap")
    assert "golden" not in settings.as_dict()
    protocol.write_text('golden = "/data/best.mcap"\n')
    assert read_protocol(str(protocol)).golden.endswith("data/best.mcap")
