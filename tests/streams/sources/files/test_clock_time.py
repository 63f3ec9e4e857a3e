"""When files say that they began; the same clock tells the time between them."""

import json
from pathlib import Path

import pytest
from export_cases import STEAM, water_first
from hypothesis import given
from hypothesis import strategies as st

from streams.export import ismrmrd
from streams.export.nifti_mrs import write_session
from streams.messages.transient import number
from streams.sources.files.any_format import read_series
from streams.sources.files.clock_time import (
    DAY_S,
    RELAY,
    SCANNER,
    ClockTime,
    scanner_time,
    scanner_time_of,
)


@pytest.mark.parametrize(
    ("text", "time_s"),
    [
        ("10:32:45", 37_965.0),
        ("103245.5", 37_965.5),
        ("2009-06-16T10:32:45.25", 37_965.25),
        ("2009.06.16 10:32:45", 37_965.0),
        ("  235959.999999 ", 86_399.999999),
    ],
)
def test_a_time_of_day_in_a_header(text, time_s):
    assert scanner_time_of(text) == ClockTime(SCANNER, time_s)


@pytest.mark.parametrize(
    "text", ["", "000000.000000", "00000000", "25:00:00", "10:61:00", "2009.06.16", "x"]
)
def test_what_is_no_time_of_day(text):
    assert scanner_time_of(text) is None


@given(st.floats(1.0, DAY_S - 1.0), st.floats(-43_000.0, 43_000.0))
def test_the_time_between_two_files_goes_over_midnight(first_s, passed_s):
    one = ClockTime(SCANNER, first_s)
    other = scanner_time((first_s + passed_s) % DAY_S or 1e-9)
    assert other is not None
    assert other.since(one) == pytest.approx(passed_s, abs=1e-6)
    assert ClockTime(RELAY, first_s).since(one) is None


def test_the_time_of_a_sidecar(tmp_path):
    path = tmp_path / "a.nii.gz"
    write_session(path, number(water_first(STEAM, [0.0, 2.0])))
    assert read_series(path).begun is None
    (tmp_path / "a.json").write_text(json.dumps({"AcquisitionTime": "10:32:45.0"}))
    assert read_series(path).begun == ClockTime(SCANNER, 37_965.0)


def test_stamps_from_zero_are_no_time_of_day(tmp_path):
    pytest.importorskip("h5py")
    (path, *_) = ismrmrd.write_session(
        tmp_path / "a.h5", number(water_first(STEAM, [0.0, 2.0]))
    )
    assert read_series(path).begun is None


@pytest.mark.parametrize(
    ("name", "time_s"),
    [
        ("siemens_ve11_svs_se_ref1_avg2.dat", 54_443.5625),
        ("siemens_vb_eja_svs_slaser_7t.dcm", 56_748.48),
        ("DBIEX_10_1_raw_act.SDAT", 37_965.0),
        ("siemens_vd_svs_se.rda", None),  # its times were taken out
    ],
)
def test_what_real_files_say(shared_data: Path, name: str, time_s: float | None):
    begun = read_series(shared_data / "real" / "vendor" / name).begun
    assert begun == (None if time_s is None else ClockTime(SCANNER, time_s))
