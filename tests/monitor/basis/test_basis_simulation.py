"""Simulated basis sets, the bundled ones, and their protocols."""

import numpy as np
import pytest

from monitor.analysis.basis.check import checked_for
from monitor.analysis.basis.lines import offset_ppm, peak_ppm
from monitor.analysis.basis.names import is_macromolecule
from monitor.analysis.signal.spectrum import ppm_axis, spectrum_of, time_axis_s
from monitor.basis.files import (
    bundled_sets,
    load_basis,
    other_fields,
    read_basis,
    write_basis,
)
from monitor.basis.presets import (
    OTHER_FIELD_MHZ,
    PRESETS,
    write_other_fields,
    write_presets,
)
from monitor.basis.simulated import (
    USUAL,
    basis_for,
    simulate_basis,
    simulated_sequence,
)
from monitor.protocol.choose import Wishes, settings_for
from monitor.protocol.read_protocol import bundled_protocols, read_protocol
from streams.messages.transient import Acquisition, Start
from streams.simulator.background import macromolecules
from streams.spins import Sequence
from streams.spins.pulses import PulseDesign

PRESS = Sequence("press", 0.030)


def test_a_simulated_set_says_how_it_was_made():
    basis = simulate_basis(PRESS, 123.25, 5e-4, 64, macromolecules="five")
    told = basis.provenance
    assert basis.names[: len(USUAL)] == USUAL
    assert basis.names[-1] == "MM20"
    assert (basis.sequence, basis.echo_time_s, basis.nucleus) == ("PRESS", 0.030, "1H")
    assert "spin_systems.csv" in told["spin_systems"]
    assert told["program"].startswith("mrs-monitor")
    assert told["macromolecules"] == "five"


@pytest.mark.parametrize(
    "sequence",
    [
        PRESS,
        Sequence("steam", 0.02, mixing_time_s=0.01),
        Sequence("press", 0.03, refocusing=PulseDesign("sinc", 4e-3, 1000.0, 3.0)),
    ],
)
def test_the_sequence_can_be_had_back_from_a_written_set(sequence, tmp_path):
    basis = simulate_basis(sequence, 123.25, 5e-4, 64, ("Cr", "NAA"))
    write_basis(basis, tmp_path / "set.npz")
    assert simulated_sequence(read_basis(tmp_path / "set.npz")) == sequence


@pytest.mark.parametrize("name", [n for n in PRESETS if not n.startswith("press")])
def test_bundled_sets_are_what_the_code_makes(name, tmp_path, monkeypatch):
    monkeypatch.setattr("monitor.basis.presets.PRESETS", {name: PRESETS[name]})
    write_presets(tmp_path)
    made, bundled = read_basis(tmp_path / f"{name}.npz"), load_basis(name)
    np.testing.assert_allclose(made.fids, bundled.fids, atol=1e-5)
    assert made.provenance["spin_systems"] == bundled.provenance["spin_systems"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in PRESETS if n.startswith("press")])
def test_bundled_sets_with_shaped_pulses_are_what_the_code_makes(
    name, tmp_path, monkeypatch
):
    test_bundled_sets_are_what_the_code_makes(name, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_bundled_sets_hold_glutamate_where_it_belongs(name):
    basis = load_basis(name)
    assert basis.source == name
    assert peak_ppm(basis, "NAA", 2.0) == pytest.approx(2.008, abs=2e-3)
    assert peak_ppm(basis, "Cr", 3.0) == pytest.approx(3.027, abs=2e-3)
    ppm = ppm_axis(basis.points, basis.dwell_time_s, basis.spectrometer_frequency_mhz)
    power = np.abs(spectrum_of(basis.fid("Glu"))) ** 2
    glutamate = (np.abs(ppm - 2.2) < 0.4) | (np.abs(ppm - 3.75) < 0.2)
    assert power[glutamate].sum() > 0.95 * power.sum()


@pytest.mark.parametrize("name", sorted(bundled_protocols()))
def test_every_bundled_protocol_finds_a_set_that_fits_it(name):
    settings = read_protocol(name)
    acquisition = Acquisition(
        settings.expect_frequency_mhz,
        settings.expect_nucleus,
        dwell_time_s=4e-4,
        points=1024,
        coils=1,
        echo_time_s=settings.expect_echo_time_s,
        sequence=settings.expect_sequence,
    )
    basis, notes = basis_for(settings.basis, acquisition)
    assert notes == ()
    measured = [entry for entry in basis.names if is_macromolecule(entry)]
    assert measured == (["MM"] if name.startswith("virtual") else [])
    assert basis.fids.shape == (len(USUAL) + len(measured), 1024)
    assert set(settings.omit) < set(basis.names)


@pytest.mark.parametrize("name", sorted(bundled_sets()))
def test_every_bundled_set_can_be_written_for_lcmodel(name, tmp_path):
    ours = load_basis(name)
    write_basis(ours, tmp_path / "x.BASIS")
    theirs = read_basis(tmp_path / "x.BASIS")
    assert theirs.names == ours.names
    assert theirs.points == 2 * ours.points
    error = np.abs(theirs.fids[:, : ours.points] - ours.fids).max()
    assert error < 2e-5 * np.abs(ours.fids).max()


def test_the_virtual_scanner_is_nobody_elses():
    """A real session that names no protocol is not analysed with its basis set."""
    acquisition = Acquisition(123.25, "1H", 4e-4, 1024, 1, 0.030, sequence="PRESS")
    assert settings_for(Start(acquisition, "", ""), Wishes()).name == "press_3t_te30"


def test_the_virtual_sites_macromolecules_are_wider_than_they_are():
    basis = load_basis("virtual_press_3t_te30")
    t = time_axis_s(basis.points, basis.dwell_time_s)
    true = macromolecules(t, 123.25, 0.030)
    measured, decayed = basis.fid("MM"), true / abs(true[0]) * np.exp(-4 * np.pi * t)
    np.testing.assert_allclose(measured, decayed, atol=1e-6)


def test_there_is_a_protocol_for_every_bundled_set():
    used = {read_protocol(name).basis for name in bundled_protocols()}
    assert set(PRESETS) <= used


def test_a_set_of_ours_is_simulated_again_for_a_scanner_of_another_frequency():
    acquisition = Acquisition(127.74, "1H", 5e-4, 512, 1, 0.030)
    basis, notes = basis_for("slaser_3t_te30", acquisition)
    assert any("simulated for 127.75 MHz" in note for note in notes)
    assert not any("Warning" in note for note in notes)
    exact = simulate_basis(Sequence("slaser", 0.030), 127.74, 5e-4, 512)
    assert basis.spectrometer_frequency_mhz == 127.74
    np.testing.assert_allclose(basis.fids, exact.fids, atol=0.01)


def test_a_set_of_ours_is_simulated_again_for_longer_fids():
    acquisition = Acquisition(123.25, "1H", 5e-4, 3000, 1, 0.030)
    basis, notes = basis_for("slaser_3t_te30", acquisition)
    assert not any("zeros" in note for note in notes)
    assert np.abs(basis.fid("Cr")[-1]) > 0.9


def test_half_a_percent_of_frequency_is_mended_by_resampling():
    near, exact = 123.7, simulate_basis(PRESS, 123.7, 5e-4, 1024, ("Cr", "NAA", "Glu"))
    there = simulate_basis(PRESS, 123.25, 5e-4, 2048, ("Cr", "NAA", "Glu"))
    basis, _ = checked_for(there, Acquisition(near, "1H", 5e-4, 1024, 1, 0.030))
    assert abs(offset_ppm(basis)) < 1e-3
    decay = np.exp(-np.pi * 5 * np.arange(1024) * 5e-4)
    for one, other in zip(basis.fids * decay, exact.fids * decay, strict=True):
        correlation = np.vdot(one, other) / np.linalg.norm(one) / np.linalg.norm(other)
        assert abs(correlation) > 0.9995


@pytest.mark.parametrize(("name", "mhz"), OTHER_FIELD_MHZ.items())
def test_at_the_other_field_nothing_is_simulated(name, mhz, monkeypatch):
    monkeypatch.setattr("monitor.basis.simulated.simulate_basis", None)
    preset = PRESETS[name]
    te_s = preset.sequence.echo_time_s
    acquisition = Acquisition(mhz + 0.01, "1H", 4e-4, 1024, 1, te_s, sequence="PRESS")
    basis, notes = basis_for(name, acquisition)
    assert basis.provenance["frequency_mhz"] == repr(mhz)
    assert f"was simulated for {mhz:.2f} MHz" in notes[0]
    assert peak_ppm(basis, "NAA", 2.0) == pytest.approx(2.008, abs=2e-3)


def test_a_set_of_another_table_of_spins_is_not_taken(monkeypatch, tmp_path):
    monkeypatch.setattr("monitor.basis.cache.folder", lambda: tmp_path)
    monkeypatch.setattr("monitor.basis.simulated.table_version", lambda: "another")
    made = load_basis("press_3t_te30")
    monkeypatch.setattr("monitor.basis.simulated.simulate_basis", lambda *_: made)
    acquisition = Acquisition(127.75, "1H", 5e-4, 2048, 1, 0.030, sequence="PRESS")
    basis, _ = basis_for("press_3t_te30", acquisition)
    assert basis.provenance["frequency_mhz"] == repr(123.25)


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHER_FIELD_MHZ)
def test_sets_for_the_other_field_are_what_the_code_makes(name, tmp_path, monkeypatch):
    mhz = OTHER_FIELD_MHZ[name]
    monkeypatch.setattr("monitor.basis.presets.OTHER_FIELD_MHZ", {name: mhz})
    write_other_fields(tmp_path)
    (made,) = (read_basis(path) for path in tmp_path.iterdir())
    bundled = read_basis(other_fields() / f"{name}_{mhz:.2f}.npz")
    np.testing.assert_allclose(made.fids, bundled.fids, atol=1e-5)
    assert made.provenance["spin_systems"] == bundled.provenance["spin_systems"]
