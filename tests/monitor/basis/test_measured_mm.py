"""`basis add-mm`: from a file of nulled transients to a basis set with its own MM."""

import sys
from pathlib import Path

import numpy as np
import pytest

from monitor.analysis.basis.check import checked_for
from monitor.analysis.fit.mm_prior import unmeasured
from monitor.basis.files import load_basis, read_basis
from monitor.basis.measured_mm import add_measured
from monitor.basis.simulated import retuned
from monitor.cli import main
from streams.errors import InputError
from streams.export.nifti_mrs import write_nifti_mrs
from streams.messages.transient import Acquisition
from streams.recording.content_hash import sha256_of

DWELL_S, POINTS = 4e-4, 2048


def nulled(
    path: Path,
    mhz: float = 123.25,
    echo_time_s: float = 0.03,
    signal: float = 1.0,
    noise_sd: float = 0.08,
) -> Path:
    """A file of eight transients: the mean of human brains, creatine, noise."""
    rng = np.random.default_rng(4)
    t = np.arange(POINTS) * DWELL_S
    mm = unmeasured(mhz, DWELL_S, POINTS).mean
    creatine = np.exp(-2j * np.pi * (3.922 - 4.65) * mhz * t - np.pi * 6 * t)
    noise = rng.normal(size=(2, POINTS, 8)) * noise_sd
    fids = signal * (mm + 0.3 * creatine)[:, None] + noise[0] + 1j * noise[1]
    write_nifti_mrs(path, fids.astype(np.complex64), acquisition_of(mhz, echo_time_s))
    return path


def acquisition_of(mhz: float, echo_time_s: float = 0.03) -> Acquisition:
    """PRESS, one coil."""
    return Acquisition(
        spectrometer_frequency_mhz=mhz, nucleus="1H", dwell_time_s=DWELL_S,
        points=POINTS, coils=1, echo_time_s=echo_time_s, repetition_time_s=2.0,
        sequence="PRESS",
    )  # fmt: skip


def test_the_command_writes_a_basis_set_and_a_picture(tmp_path, monkeypatch, capsys):
    file, out = nulled(tmp_path / "nulled.nii.gz"), tmp_path / "own.npz"
    words = ["basis", "add-mm", "press_3t_te30", "--mm", str(file), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["mrs-monitor", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "Cr CH2 +" in said
    assert "T1 weighting" in said
    assert (tmp_path / "own.png").stat().st_size > 10_000
    before, made = load_basis("press_3t_te30"), read_basis(out)
    assert made.names == (*before.names, "MM")
    # By its content: a file's name often holds the subject's.
    said = made.provenance["macromolecules"]
    assert "nulled" not in said
    assert sha256_of(file)[:16] in said
    # As many protons as the mean of human brains, on the scale of this basis set.
    mean = unmeasured(made.spectrometer_frequency_mhz, made.dwell_time_s, 8).mean
    proton = np.abs(made.fid("Cr")[:8]).max() / 5
    assert made.fid("MM")[0].real == pytest.approx(proton * mean[0].real, rel=0.02)


def test_measured_macromolecules_take_the_place_of_earlier_ones(tmp_path):
    file = nulled(tmp_path / "nulled.nii.gz", echo_time_s=0.008)
    once = add_measured(load_basis("press_3t_te30"), file)
    twice = add_measured(once.basis, file)
    assert twice.basis.names == once.basis.names
    assert any("place of MM" in note for note in twice.notes)
    assert any("echo time of 8 ms" in note for note in twice.notes)


def test_a_set_of_ours_is_simulated_again_for_the_scanner_of_the_file(tmp_path):
    file = nulled(tmp_path / "nulled.nii.gz", mhz=127.76)
    added = add_measured(load_basis("press_3t_te30"), file)
    assert added.basis.spectrometer_frequency_mhz == pytest.approx(127.75)
    assert any("simulated for 127.75 MHz" in note for note in added.notes)
    simulated, _ = retuned(load_basis("press_3t_te30"), acquisition_of(127.76))
    np.testing.assert_array_equal(added.basis.fid("Glu"), simulated.fid("Glu"))
    _, notes = checked_for(added.basis, acquisition_of(127.76))
    assert not any("couplings" in note for note in notes)


def test_another_field_is_refused(tmp_path):
    file = nulled(tmp_path / "nulled.nii.gz", mhz=297.2)
    with pytest.raises(InputError, match=r"297\.2 MHz .* take macromolecules of the"):
        add_measured(load_basis("press_3t_te30"), file)


@pytest.mark.parametrize(
    ("noise_sd", "words"), [(0.08, "nothing above its noise"), (0.0, "zeros alone")]
)
def test_a_file_without_signal_is_refused(tmp_path, noise_sd, words):
    file = nulled(tmp_path / "nulled.nii.gz", signal=0.0, noise_sd=noise_sd)
    with pytest.raises(InputError, match=words):
        add_measured(load_basis("press_3t_te30"), file)


def test_unsuppressed_water_is_refused_by_its_name(tmp_path):
    t = np.arange(POINTS) * DWELL_S
    water = 100.0 * np.exp(-np.pi * 6 * t).astype(np.complex64)
    path = tmp_path / "w.nii.gz"
    write_nifti_mrs(path, np.tile(water[:, None], 8), acquisition_of(123.25))
    with pytest.raises(InputError, match="is unsuppressed water"):
        add_measured(load_basis("press_3t_te30"), path)
