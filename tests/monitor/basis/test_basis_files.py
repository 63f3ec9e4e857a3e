"""Reading and writing basis sets: round trips, files of others, bad files."""

import errno
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.analysis.basis.basis_set import NOTE, BasisSet
from monitor.analysis.basis.lines import offset_ppm, peak_ppm
from monitor.basis.files import (
    MOST_BYTES,
    bundled_sets,
    load_basis,
    read_basis,
    write_basis,
)
from monitor.basis.lcmodel import assignments, fortran_number, parse_lcmodel
from monitor.basis.lcmodel_text import lcmodel_text
from monitor.basis.npz import write_own
from streams.errors import InputError

SETS = (
    "real/dwslaser7t_216/sLASER_DW_TE125ms_180121.BASIS",
    "real/dwsteam7t_truth_288/basis_STEAM_TE45_TM60.BASIS",
    "real/press3t_biggaba_s01/3T_PRESS_Philips_35ms_noMM.BASIS",
    "real/press3t_lcmodel_test/3t.BASIS",
    "real/steam7t_4coil/STEAM_7T_11ms.BASIS",
    "sim/static_3t_press30/press30_mm.BASIS",
)


@pytest.fixture
def basis():
    t = np.arange(300) * 5e-4
    lines = [(2.008, 3), (3.027, 3), (2.35, 2)]
    fids = [a * np.exp(-2j * np.pi * (p - 4.65) * 123.25 * t) for p, a in lines]
    return BasisSet(
        names=("NAA", "Cr", "Glu"),
        fids=np.array(fids) * np.exp(-9 * t),
        dwell_time_s=5e-4,
        spectrometer_frequency_mhz=123.25,
        nucleus="1H",
        echo_time_s=0.0345,
        sequence="PRESS",
        provenance={"program": "test", "spin_systems": "none"},
        source="made up",
    )


@pytest.fixture
def text(basis):
    return lcmodel_text(basis)


# Round trips


def test_own_file_gives_back_every_bit_and_all_provenance(basis, tmp_path):
    write_basis(basis, tmp_path / "set.npz")
    again = read_basis(tmp_path / "set.npz")
    assert again.sha256 == basis.sha256
    assert dict(again.provenance) == dict(basis.provenance)
    assert (again.echo_time_s, again.sequence) == (0.0345, "PRESS")
    assert (again.nucleus, again.source) == ("1H", "made up")
    write_basis(again, tmp_path / "again.npz")
    assert (tmp_path / "set.npz").read_bytes() == (tmp_path / "again.npz").read_bytes()


def test_compact_own_file_keeps_seven_digits(basis, tmp_path):
    write_own(basis, tmp_path / "small.npz", compact=True)
    again = read_basis(tmp_path / "small.npz")
    np.testing.assert_allclose(again.fids, basis.fids, atol=3e-7)


def test_fsl_mrs_folder_gives_back_every_bit_of_the_fids(basis, tmp_path):
    write_basis(basis, tmp_path / "folder")
    again = read_basis(tmp_path / "folder")
    assert sorted(again.names) == sorted(basis.names)
    for name in basis.names:
        np.testing.assert_array_equal(again.fid(name), basis.fid(name))
    assert again.dwell_time_s == basis.dwell_time_s
    assert again.echo_time_s == basis.echo_time_s


def test_fsl_mrs_files_rotate_the_other_way_and_are_complete(basis, tmp_path):
    write_basis(basis, tmp_path / "folder")
    table = json.loads((tmp_path / "folder" / "NAA.json").read_text())["basis"]
    fid = np.array(table["basis_re"]) + 1j * np.array(table["basis_im"])
    np.testing.assert_array_equal(fid, basis.fid("NAA").conj())
    assert table["basis_name"] == "NAA"
    assert table["basis_centre"] == 123.25


@pytest.mark.parametrize("name", ["folder", "set.BASIS", "set.npz"])
def test_a_file_of_either_direction_is_read_as_the_same_set(basis, tmp_path, name):
    mirrored = replace(basis, fids=basis.fids.conj())
    write_basis(mirrored, tmp_path / "mirrored" / name)
    write_basis(basis, tmp_path / "right" / name)
    turned, right = (read_basis(tmp_path / way / name) for way in ("mirrored", "right"))
    for spelt in basis.names:
        found, wanted = turned.fid(spelt)[:300], right.fid(spelt)[:300]
        np.testing.assert_allclose(found, wanted, atol=1e-4)
    assert "conjugated" in turned.provenance[NOTE]
    assert NOTE not in right.provenance


def test_lcmodel_file_gives_back_six_digits(basis, text):
    again = parse_lcmodel(text, "x")
    assert again.names == basis.names
    assert again.echo_time_s == pytest.approx(basis.echo_time_s)
    assert again.spectrometer_frequency_mhz == basis.spectrometer_frequency_mhz
    np.testing.assert_allclose(again.fids[:, :300], basis.fids, atol=1e-4)
    assert np.abs(again.fids[:, 300:]).max() < 1e-4


def test_writing_what_was_read_gives_the_same_file(text):
    assert lcmodel_text(parse_lcmodel(text, "made up")) == text


@pytest.mark.parametrize("name", SETS)
def test_files_of_others_survive_writing_and_reading(name, shared_data):
    theirs = read_basis(shared_data / name)
    once = lcmodel_text(theirs)
    again = parse_lcmodel(once, theirs.source)
    assert again.names == theirs.names
    scale = np.abs(theirs.fids).max()
    kept = again.fids[:, : theirs.points]
    np.testing.assert_allclose(kept, theirs.fids, atol=2e-5 * scale)
    assert lcmodel_text(again) == once


def test_entries_that_decay_early_have_the_points_of_the_others(basis):
    t = np.arange(basis.points) * basis.dwell_time_s
    early = basis.extended(("MM09",), np.exp(-200 * t)[None] + 0j)
    again = parse_lcmodel(lcmodel_text(early), "x")
    assert again.names[-1] == "MM09"
    assert again.points == 2 * basis.points
    assert again.fids[-1, : basis.points] == pytest.approx(early.fids[-1], abs=1e-5)


def test_structure_is_that_of_an_lcmodel_file(text, shared_data):
    theirs = (shared_data / SETS[-1]).read_text()
    ours = text.splitlines()

    def keys(lines):
        return [line.split("=")[0] for line in lines if "=" in line or "$" in line]

    head = theirs.splitlines()[:42]
    assert keys(ours[:42]) == keys(head)
    assert [len(line) for line in ours[42:44]] == [78, 78]


# Files of others


@pytest.mark.parametrize("name", SETS)
def test_naa_and_creatine_lie_where_they_should(name, shared_data):
    basis = read_basis(shared_data / name)
    assert peak_ppm(basis, "NAA", 2.008) == pytest.approx(2.008, abs=0.05)
    assert peak_ppm(basis, "Cr", 3.027) == pytest.approx(3.027, abs=0.05)
    assert abs(offset_ppm(basis)) < 0.04


def test_ishift_moves_lines_as_lcmodel_does(text):
    moved = parse_lcmodel(text.replace("ISHIFT = 0", "ISHIFT = 3"), "x")
    plain = parse_lcmodel(text, "x")
    points_ppm = 1 / (600 * 5e-4) / 123.25
    assert offset_ppm(moved) - offset_ppm(plain) == pytest.approx(
        3 * points_ppm, abs=1e-3
    )


def test_conc_tramp_and_volume_scale_as_lcmodel_does(text):
    scaled = text.replace(" CONC = 1.,\n TRAMP = 1.,", " CONC = 4.,\n TRAMP = 6.,")
    plain, found = parse_lcmodel(text, "x"), parse_lcmodel(scaled, "x")
    np.testing.assert_allclose(found.fids, 1.5 * plain.fids)


def as_columns(text, width, decimals, exponent="E"):
    """The same file in another Fortran layout."""
    out = []
    for line in text.splitlines():
        if "=" in line or "$" in line:
            out.append(line.replace("6E13.5", f"6E{width}.{decimals}"))
            continue
        values = [f"{float(v):{width}.{decimals}E}" for v in line.split()]
        out.append("".join(values).replace("E", exponent))
    return "\n".join(out)


@pytest.mark.parametrize("exponent", ["E", "D"])
def test_numbers_that_touch_each_other_are_read_by_their_columns(text, exponent):
    touching = as_columns(text, 12, 5, exponent)
    assert "0-" in touching or "1-" in touching
    np.testing.assert_array_equal(
        parse_lcmodel(touching, "x").fids, parse_lcmodel(text, "x").fids
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (" 1.25E+01", 12.5),
        ("-1.25D-01", -0.125),
        ("1.5-103", 1.5e-103),
        ("-.5", -0.5),
        ("   12", 0.00012),
        ("     ", 0.0),
        ("*****", None),
        ("1.2.3", None),
    ],
)
def test_numbers_as_fortran_reads_them(field, value):
    assert fortran_number(field, 5) == (
        value if value is None else pytest.approx(value)
    )


def test_namelists_with_signs_in_their_strings():
    found = assignments(" IDBASI = 'a = b, c',\n PPMGAP(1,2)= 1. 2.,\n X = 3 ")
    assert found == {"IDBASI": "a = b, c", "PPMGAP": "1. 2.", "X": "3"}


# Bad files


def refused(path, *words):
    with pytest.raises(InputError) as error:
        read_basis(path)
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda text: text[: len(text) // 2], "truncated"),
        (lambda text: text[: text.rindex("METABO =")], "middle of an entry"),
        (lambda text: "Dear Sir or Madam,\n", "no LCModel basis set"),
        (lambda text: "", "no LCModel basis set"),
        (lambda text: text.replace("BADELT", "BEDALT"), "BADELT"),
        (lambda text: text.replace("NDATAB = 600", "NDATAB = "), "NDATAB"),
        (lambda text: text.replace("5.000000E-04", "0."), "BADELT must be positive"),
        (lambda text: text.replace("5.000000E-04", "1E-9"), "dwell_time_s is 1e-09 s"),
        (lambda text: text.replace("CONC = 1.", "CONC = 0."), "positive"),
        (lambda text: text.replace("CONC = 1.", "CONC = 1E308"), "CONC is 1e+308"),
        (lambda text: text[:-80] + " 1E308" + text[-74:], ""),
        (lambda text: text[:-80] + " NaN" + text[-76:], ""),
        (lambda text: text.replace("'Cr'", "'NAA'"), "two entries"),
    ],
)
def test_damaged_lcmodel_files_are_refused_in_one_sentence(
    text, damage, word, tmp_path
):
    path = tmp_path / "bad.BASIS"
    path.write_text(damage(text))
    refused(path, word, "bad.BASIS")


def test_other_kinds_of_bad_files_are_refused_in_one_sentence(basis, tmp_path):
    refused(tmp_path / "absent.BASIS", "absent.BASIS")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "no FSL-MRS basis file")
    (tmp_path / "no.npz").write_bytes(b"PK\x03\x04 nothing")
    refused(tmp_path / "no.npz", "no.npz")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    refused(tmp_path / "other.npz", "no basis set of this program")
    write_basis(basis, tmp_path / "cut.npz")
    whole = (tmp_path / "cut.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "cut.npz", "cut.npz")


def test_binary_rubbish_is_no_basis_set(tmp_path):
    path = tmp_path / "rubbish.BASIS"
    path.write_bytes(np.random.default_rng(1).bytes(5000))
    refused(path, "no LCModel basis set")


@pytest.mark.parametrize(
    "change",
    [{"basis_dwell": 1e-3}, {"basis_re": [1.0, "x"]}, {"basis_im": None}],
)
def test_fsl_mrs_files_that_do_not_go_together_are_refused(basis, change, tmp_path):
    write_basis(basis, tmp_path / "folder")
    path = tmp_path / "folder" / "NAA.json"
    table = json.loads(path.read_text())
    table["basis"] |= change
    path.write_text(json.dumps(table))
    refused(tmp_path / "folder", "NAA.json")
    path.write_text("{")
    refused(tmp_path / "folder", "NAA.json")


def test_names_to_write_to(basis, tmp_path):
    with pytest.raises(InputError, match=r"\.BASIS"):
        write_basis(basis, tmp_path / "set.txt")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_basis(basis, tmp_path / "file" / "set.npz")


def test_bundled_sets_are_found_by_name_and_weigh_little():
    sets = bundled_sets()
    assert len(sets) >= 7
    assert sum(path.stat().st_size for path in sets.values()) < 5e6
    assert load_basis("press_3t_te105").echo_time_s == 0.105
    for wrong in ("", "press_9t", str(Path("no") / "such.BASIS")):
        with pytest.raises(InputError, match="press_3t_te30"):
            load_basis(wrong)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["p.BASIS", "p.npz"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match=f"{name} is a pipe"):
        load_basis(str(tmp_path / name))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such devices here")
def test_a_device_is_refused_and_not_read_without_end():
    with pytest.raises(InputError, match="/dev/zero is a device: give a file"):
        load_basis("/dev/zero")


def test_a_file_that_is_too_large_for_a_basis_set_is_not_read(tmp_path):
    path = tmp_path / "visit1.mcap"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)  # no block of it is on the disk
    with pytest.raises(InputError, match=r"larger than any basis set \(500 MB\)"):
        load_basis(str(path))


def without_last_points(text: str, entries: slice = slice(None)) -> str:
    """An LCModel file whose entries lack their last complex number."""
    parts = re.split(r"(?=\$NMUSED)", text)
    for place in range(1, len(parts))[entries]:
        numbers = re.findall(r"\S+\s*", parts[place])
        parts[place] = "".join(numbers[:-2]).rstrip() + "\n"
    return "".join(parts)


def test_files_without_the_last_point_of_each_entry_are_read(text, tmp_path):
    whole, path = parse_lcmodel(text, "x.BASIS"), tmp_path / "short.BASIS"
    path.write_text(without_last_points(text))
    short = read_basis(path)
    assert "lacked its last point" in short.provenance["note"]
    largest = np.abs(whole.fids).max()
    assert np.abs(short.fids - whole.fids).max() < 2e-3 * largest


def test_one_entry_that_ends_early_is_damage(text, tmp_path):
    (tmp_path / "cut.BASIS").write_text(without_last_points(text, slice(-1, None)))
    refused(tmp_path / "cut.BASIS", "lacks its last point")


def test_an_encrypted_file_and_a_name_twice_are_said(text, tmp_path):
    path = tmp_path / "x.BASIS"
    path.write_text(re.sub(r"(BADELT\s*=\s*)", r"\1-", text))
    refused(path, "encrypted")
    path.write_text(text.replace("'Cr'", "'NAA'"))
    refused(path, "NAA")


def test_the_last_point_is_missing_in_a_public_file(shared_data):
    path = shared_data / "real/vendor/fmrs_slaser_123.basis"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    basis = read_basis(path)
    assert (len(basis.names), basis.points) == (29, 2048)


@pytest.mark.parametrize("name", ["own.npz", "own.BASIS", "own"])
def test_a_full_disk_leaves_the_old_basis_set(basis, tmp_path, monkeypatch, name):
    path = tmp_path / name
    write_basis(basis, path)
    before = read_basis(path).sha256

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="cannot be written: No space left"):
        write_basis(basis.moved_ppm(0.1), path)
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert read_basis(path).sha256 == before
