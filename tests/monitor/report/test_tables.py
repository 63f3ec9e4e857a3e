"""The tables of the `analyse` contract: names, order, full precision, the lock."""

import csv
import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.course.response import Estimate
from monitor.analysis.preparation.quality import Quality
from monitor.protocol.settings import Settings
from monitor.report.tables import (
    TrackerRow,
    write_estimates,
    write_session,
    write_tracker,
    write_transients,
)
from streams.errors import InputError

VALUES = {
    "Glu": 9.1,
    "Ins": 0.1 + 0.2,
    "Glx": 11.5,
    "tCr": 8.5,
    "Glu/tCr": 9.1 / 8.5,
    "mI/tCr": 0.035,
    "Glu/water": 0.01,
}


def estimate(window: int = 0, **fields: object) -> Estimate:
    return Estimate(
        window=window,
        time_start_s=10.0 * window,
        time_end_s=10.0 * window + 62.0,
        n_transients=32,
        n_effective=30.5,
        independent=window % 2 == 0,
        epoch=window,
        values=VALUES,
        sds={name: value / 10 for name, value in VALUES.items()},
        phase_rad=np.pi / 2,
        **fields,  # type: ignore[arg-type]
    )


def quality(flags: tuple[str, ...] = ()) -> Quality:
    return Quality(
        index=3,
        seq=5,
        epoch=0,
        time_s=6.0,
        shift_hz=-1 / 3,
        shift_sd_hz=0.1,
        phase_rad=np.pi,
        phase_sd_rad=0.1,
        fwhm_hz=float("nan"),
        snr=12.0,
        water=0.0,
        lipid=0.0,
        amplitude=1.0,
        weight=0.5,
        flags=flags,
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_estimates_have_the_columns_of_the_contract_in_its_order(tmp_path: Path):
    write_estimates(tmp_path / "e.csv", [estimate()])
    assert (tmp_path / "e.csv").read_text().splitlines()[0].split(",") == [
        *("window", "t_start_s", "t_end_s", "t_mid_s", "n_transients", "independent"),
        *("Glu", "Glu_sd", "Ins", "Ins_sd", "Glx", "Glx_sd", "tCr", "tCr_sd"),
        *("Glu/tCr", "Glu/tCr_sd", "mI/tCr", "mI/tCr_sd", "Glu/water", "Glu/water_sd"),
        *("Glu_change_percent", "Glu_change_percent_sd"),
        *("Glx_change_percent", "Glx_change_percent_sd"),
        *("tCr_change_percent", "tCr_change_percent_sd"),
        *("Glu/tCr_change_percent", "Glu/tCr_change_percent_sd"),
        *("mI/tCr_change_percent", "mI/tCr_change_percent_sd"),
        *("epoch", "shift_hz", "phase_deg", "fwhm_hz", "snr", "converged"),
    ]


def test_estimates_hold_every_bit_and_empty_changes_without_a_reference(tmp_path: Path):
    changed = estimate(
        1, changes_percent={"Glu": 1 / 3}, change_sds_percent={"Glu": 2 / 3}
    )
    write_estimates(tmp_path / "e.csv", [estimate(), changed])
    first, second = rows(tmp_path / "e.csv")
    assert float(first["Ins"]) == VALUES["Ins"]
    assert float(first["Glu/tCr_sd"]) == VALUES["Glu/tCr"] / 10
    assert first["t_mid_s"] == "31.0"
    assert first["phase_deg"] == "90.0"
    assert (first["independent"], second["independent"]) == ("True", "False")
    assert first["Glu_change_percent"] == first["Glu_change_percent_sd"] == ""
    assert float(second["Glu_change_percent"]) == 1 / 3
    assert float(second["Glu_change_percent_sd"]) == 2 / 3
    assert b"\r" not in (tmp_path / "e.csv").read_bytes()


def test_basis_names_keep_their_columns_without_any_window(tmp_path: Path):
    write_estimates(tmp_path / "e.csv", [], basis_names=["Glu", "Mac"])
    header = (tmp_path / "e.csv").read_text().strip().split(",")
    assert header[6:10] == ["Glu", "Glu_sd", "Mac", "Mac_sd"]


def test_transients_table(tmp_path: Path):
    write_transients(tmp_path / "t.csv", [quality(("motion", "lipid")), quality()])
    assert (tmp_path / "t.csv").read_text() == (
        "index,t_s,shift_hz,phase_deg,fwhm_hz,snr,weight,flags\n"
        "3,6.0,-0.3333333333333333,180.0,nan,12.0,0.5,motion;lipid\n"
        "3,6.0,-0.3333333333333333,180.0,nan,12.0,0.5,\n"
    )


def test_tracker_table(tmp_path: Path):
    point = TrackerRow(7, 14.0, {"Glu": 1.5}, {"Glu": 0.5}, {"Glu": 1.25}, {"Glu": 0.1})
    write_tracker(tmp_path / "k.csv", [point])
    header, row = (tmp_path / "k.csv").read_text().splitlines()
    assert header.split(",")[:6] == [
        *("index", "t_s", "Glu_filtered", "Glu_filtered_sd"),
        *("Glu_smoothed", "Glu_smoothed_sd"),
    ]
    assert header.count("_filtered_sd") == 4
    assert row.split(",")[:7] == ["7", "14.0", "1.5", "0.5", "1.25", "0.1", ""]


def test_a_blinded_protocol_writes_no_outcome(tmp_path: Path):
    point = TrackerRow(7, 14.0, {"Glu": 1.5}, {"Glu": 0.5})
    write_estimates(tmp_path / "e.csv", [estimate()], ["Glu", "Ins"], hidden=True)
    write_tracker(tmp_path / "k.csv", [point], hidden=True)
    write_session(tmp_path / "s.json", {"counts": {"transients": 3}}, hidden=True)
    assert (tmp_path / "k.csv").read_text() == "index,t_s\n7,14.0\n"
    columns = set(rows(tmp_path / "e.csv")[0])
    assert columns == {
        *("window", "t_start_s", "t_end_s", "t_mid_s", "n_transients", "independent"),
        *("epoch", "shift_hz", "phase_deg", "fwhm_hz", "snr", "converged"),
    }
    session = json.loads((tmp_path / "s.json").read_text())
    assert session["outcome_hidden"] is True
    assert "not written" in session["left_out"]
    for written in tmp_path.iterdir():
        assert "Glu" not in written.read_text()


def test_session_takes_dataclasses_arrays_and_what_is_not_finite(tmp_path: Path):
    write_session(
        tmp_path / "s.json",
        {
            "settings": Settings(),
            "a": np.arange(2),
            "b": np.float64("nan"),
            "p": Path("x"),
        },
    )
    session = json.loads((tmp_path / "s.json").read_text())
    assert session["settings"]["window"] == 32
    assert session["a"] == [0, 1]
    assert session["b"] is None
    assert session["outcome_hidden"] is False


@given(st.floats(), st.integers(0, 2**40))
def test_any_float_comes_back_with_the_same_bits(tmp_path_factory, value, index):
    path = tmp_path_factory.getbasetemp() / "bits.csv"
    write_tracker(path, [TrackerRow(index, 0.0, {"Glu": np.float64(value)})])
    (row,) = rows(path)
    assert row["index"] == str(index)
    assert np.array_equal(float(row["Glu_filtered"]), value, equal_nan=True)


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(tmp_path, monkeypatch):
    (tmp_path / "t.csv").write_text("old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"t\.csv cannot be written: No space left"):
        write_transients(tmp_path / "t.csv", [quality()])
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]
    assert (tmp_path / "t.csv").read_text() == "old"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_transients(tmp_path / "file" / "out" / "t.csv", [quality()])
