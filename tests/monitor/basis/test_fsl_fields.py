"""Fields of a basis set in FSL-MRS's JSON: units, signs, what is no good."""

import json

import numpy as np
import pytest

from monitor.basis.fsl_json import _file_stem, _megahertz, read_json_folder
from streams.errors import InputError
from streams.messages.transient import REFERENCE_PPM

TABLE = {
    "basis_re": [1.0] * 8, "basis_im": [0.0] * 8, "basis_dwell": 1e-3,
    "basis_centre": 100.0, "basis_name": "NAA",
}  # fmt: skip


def read(folder, *tables: dict):
    for number, table in enumerate(tables):
        (folder / f"{number}.json").write_text(json.dumps({"basis": table}))
    return read_json_folder(folder)


def test_a_shift_above_the_reference_turns_backwards(tmp_path) -> None:
    (fid,) = read(tmp_path, TABLE | {"centralShift": REFERENCE_PPM + 0.5}).fids
    t = 1e-3 * np.arange(8)
    np.testing.assert_allclose(fid, np.exp(-2j * np.pi * 0.5 * 100.0 * t), atol=1e-12)


def test_where_it_is_from_may_be_no_table(tmp_path) -> None:
    for told in (None, [], "here"):
        found = read(tmp_path, TABLE | {"provenance": told})
        assert found.provenance == {"format": "FSL-MRS JSON"}


def test_parts_are_conjugates_of_ours(tmp_path) -> None:
    (fid,) = read(tmp_path, TABLE | {"basis_im": [0.25] * 8}).fids
    np.testing.assert_allclose(fid, 1 - 0.25j)


def test_a_frequency_may_be_in_hz(tmp_path) -> None:
    assert _megahertz(123.25e6) == pytest.approx(123.25)
    assert _megahertz(123.25) == 123.25
    found = read(tmp_path, TABLE | {"basis_centre": 123.25e6})
    assert found.spectrometer_frequency_mhz == pytest.approx(123.25)


@pytest.mark.parametrize(
    "wrong",
    [
        {"basis_dwell": 0.0}, {"basis_centre": 0.0}, {"basis_re": [], "basis_im": []},
        {"basis_re": [[1.0]], "basis_im": [[0.0]]},
        {"basis_re": [float("inf")] * 8}, {"basis_re": [1e308] * 8},
    ],
    ids=lambda wrong: next(iter(wrong)),
)  # fmt: skip
def test_what_is_no_good(tmp_path, wrong) -> None:
    with pytest.raises(InputError, match="are no good"):
        read(tmp_path, TABLE | wrong)


@pytest.mark.parametrize(
    "other",
    [
        {"basis_dwell": 2e-3}, {"basis_centre": 101.0},
        {"basis_re": [1.0] * 9, "basis_im": [0.0] * 9},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_files_that_do_not_go_together(tmp_path, other) -> None:
    with pytest.raises(InputError, match="than its neighbours"):
        read(tmp_path, TABLE, TABLE | {"basis_name": "Cr"} | other)


def test_two_that_do(tmp_path) -> None:
    found = read(tmp_path, TABLE, TABLE | {"basis_name": "Cr"})
    assert found.names == ("NAA", "Cr")


def test_names_of_files() -> None:
    assert _file_stem("PCr/Cr -CH2_+ä") == "PCr_Cr_-CH2_+ä"
