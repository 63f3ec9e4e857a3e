"""`compare`: a saved session by stand-ins of the other programs, beside ours."""

import csv
import json
import os
import re
import shutil

import numpy as np
import pytest
import typer
from peer_stand_ins import stand_in
from typer.testing import CliRunner

from monitor.commands import compare
from monitor.peers.fsl_mrs import FSL_MRS
from monitor.peers.lcmodel import LCMODEL
from monitor.peers.levels import changes_percent, level_of
from monitor.peers.saved import read_saved
from streams.errors import InputError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="stand-ins are sh scripts")
BOTH = (LCMODEL, FSL_MRS)


@pytest.fixture
def ran(made, tmp_path):
    """Run the command on the session; results go into a folder of their own."""
    app = typer.Typer()
    compare.register(app)

    def run(*options, folder=made):
        words = [str(folder), "--out", str(tmp_path / "out"), *map(str, options)]
        return CliRunner().invoke(app, words, catch_exceptions=False)

    run.out = tmp_path / "out"
    return run


def rows_of(folder, program):
    with (folder / "comparison.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["program"] == program]


def test_levels_changes_and_times_of_every_program(install, ran):
    for peer in BOTH:
        install(peer, stand_in(peer))
    result = ran()
    assert result.exit_code == 0
    for name in ("mrs-monitor", "LCModel", "FSL-MRS"):
        rows = rows_of(ran.out, name)
        assert [row["window"] for row in rows] == ["0", "2", "4"]
        changes = [float(row["Glu/tCr_change_percent"]) for row in rows]
        assert changes == pytest.approx([0, 0, 20], abs=4)
        level = re.search(rf"{name}: Glx/tNAA (\d\.\d+),", result.stdout)
        assert float(level[1]) == pytest.approx(32 / 27, rel=0.05)
        assert "change of Glu/tCr" in result.stdout
    assert all(float(row["wall_s"]) > 0 for row in rows_of(ran.out, "LCModel"))
    assert all(row["wall_s"] == "" for row in rows_of(ran.out, "mrs-monitor"))
    assert (ran.out / "comparison.png").read_bytes().startswith(b"\x89PNG")


def test_the_one_that_is_absent_is_named(install, ran):
    install(LCMODEL, stand_in(LCMODEL))
    result = ran()
    assert result.exit_code == 0
    assert "FSL-MRS is absent (no fsl_mrs on the PATH)." in result.stderr
    assert rows_of(ran.out, "LCModel")
    assert not rows_of(ran.out, "FSL-MRS")


def test_a_program_that_is_not_on_the_path_is_named_by_an_option(
    install, ran, tmp_path
):
    program = install(LCMODEL, stand_in(LCMODEL)).rename(tmp_path / "my lcmodel")
    assert ran("--lcmodel", program).exit_code == 0
    with pytest.raises(InputError, match="no program that can be run: see --fsl-mrs"):
        ran("--fsl-mrs", tmp_path / "nothing")


def test_without_any_of_them_nothing_is_written(install, ran):
    install(LCMODEL, "").unlink()
    with pytest.raises(InputError, match=r"LCModel is absent.*FSL-MRS is absent"):
        ran()
    assert not ran.out.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("conjugate", "does not read our files as they are meant"),
        ("own scale", "levels cannot be compared over time"),
    ],
)
@pytest.mark.parametrize("peer", BOTH, ids=lambda peer: peer.name)
def test_a_wrong_convention_is_caught_before_any_window(
    install, ran, peer, wrong, said
):
    other = BOTH[1 - BOTH.index(peer)]
    install(other, stand_in(other))
    install(peer, stand_in(peer, wrong))
    result = ran("--keep", ran.out.parent / "kept")
    assert result.exit_code == 0
    assert f"{peer.name}: left out: it " in result.stdout
    assert said in result.stdout
    assert all(row["Glu"] == "" for row in rows_of(ran.out, peer.name))
    assert all(row["Glu"] for row in rows_of(ran.out, other.name))
    kept = {path.name for path in (ran.out.parent / "kept").iterdir()}
    assert f"{peer.program}-window-0" not in kept
    assert f"{other.program}-window-0" in kept


def test_one_that_fails_in_the_middle_is_told_and_the_rest_goes_on(install, ran):
    install(LCMODEL, f'case "$PWD" in *window-2) exit 9;; esac\n{stand_in(LCMODEL)}')
    result = ran()
    assert result.exit_code == 0
    told = "LCModel: 1 of 3 windows are missing: it ended with 9: it said nothing"
    assert f"{told} (window 2)." in result.stdout
    levels = [row["Glu"] for row in rows_of(ran.out, "LCModel")]
    assert [bool(level) for level in levels] == [True, False, True]


def test_one_that_hangs_is_left_out(install, ran):
    install(LCMODEL, "sleep 600 & wait")
    result = ran("--timeout", 1)
    assert "LCModel: left out: it came to no end in 1 s." in result.stdout
    assert result.exit_code == 1


def test_when_all_fail_the_exit_code_says_so(install, ran):
    install(LCMODEL, "exit 1")
    assert ran().exit_code == 1


def test_a_hidden_outcome_is_not_shown(install, ran, made, tmp_path):
    install(LCMODEL, stand_in(LCMODEL))
    blind = tmp_path / "blind"
    shutil.copytree(made, blind)
    told = json.loads((blind / "session.json").read_text())
    (blind / "session.json").write_text(json.dumps(told | {"outcome_hidden": True}))
    with pytest.raises(InputError, match="hides the outcome"):
        ran(folder=blind)
    assert not ran.out.exists()


@pytest.mark.parametrize(
    "name", ["session.json", "estimates.csv", "averages.nii.gz", "fitted_basis.BASIS"]
)
def test_a_folder_that_lacks_something_says_what_to_do(made, tmp_path, name):
    part = tmp_path / "part"
    shutil.copytree(made, part)
    (part / name).unlink()
    with pytest.raises(InputError, match=r"--save-spectra( wrote)?\.$"):
        read_saved(part)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "session.json cannot be read: give"),
        ("null", "session.json cannot be read: give"),
        ("[" * 100_000, "session.json cannot be read: give"),
        ("{}", "session.json lacks its settings: analyse the session again"),
        ('{"outcome_hidden": false}', "not of one run, or changed"),
        ('{"outcome_hidden": 0}', "hides the outcome"),  # rather once too often
    ],
)
def test_a_session_file_of_another_shape_says_what_to_do(made, tmp_path, text, said):
    part = tmp_path / "part"
    shutil.copytree(made, part)
    (part / "session.json").write_text(text)
    with pytest.raises(InputError, match=said):
        read_saved(part)


def test_what_is_no_folder_of_one_session_is_told_apart(made, tmp_path):
    file = tmp_path / "session.mcap"
    file.write_bytes(b"")
    shutil.copytree(made, tmp_path / "many" / "sub-1")
    for place, said in (
        (file, "is no folder: give a folder that"),
        (tmp_path / "nowhere", "is not there: give a folder that"),
        (tmp_path / "many", r"one folder a session: give one of them, .*sub-1 for"),
    ):
        with pytest.raises(InputError, match=said):
            read_saved(place)


def test_files_of_two_runs_are_refused(made, tmp_path):
    mixed = tmp_path / "mixed"
    shutil.copytree(made, mixed)
    rows = (mixed / "estimates.csv").read_text().splitlines()
    (mixed / "estimates.csv").write_text("\n".join(rows[:-1]) + "\n")
    with pytest.raises(InputError, match="not of one run"):
        read_saved(mixed)


def test_sums_and_ratios_are_made_of_what_there_is():
    levels = {"Glu": 8.0, "Gln": 2.0, "NAA": 9.0, "NAAG": 1.0, "Cr": 4.0, "PCr": 4.0}
    assert level_of("Glx/tNAA", levels) == 1.0
    assert level_of("Glu/tCr", levels) == 1.0
    assert np.isnan(level_of("tCho/tCr", levels))


def test_changes_are_from_the_mean_of_the_reference_period():
    values = np.array([9.0, np.nan, 11.0, 12.0])
    found = changes_percent(values, [True, True, True, False])
    assert found == pytest.approx([-10, np.nan, 10, 20], nan_ok=True)
    assert np.isnan(changes_percent(values, [False] * 4)).all()
