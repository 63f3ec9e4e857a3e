"""Vendors' files by way of spec2nii: a Philips pair, and what is said otherwise."""

import struct
from pathlib import Path

import numpy as np
import pytest
from file_bodies import bodies
from vendor_files import SPAR, vax

from streams.errors import InputError
from streams.sources.files import any_format as files
from streams.sources.files import by_spec2nii, converter, optional_packages
from streams.sources.files.by_spec2nii import METABOLITES, REFERENCES


def pair(folder: Path, rows: int) -> tuple[Path, np.ndarray]:
    noise = np.random.default_rng(3).standard_normal((rows, 16, 2)).astype(np.float32)
    (folder / "a.SPAR").write_text(SPAR.format(rows=rows))
    (folder / "a.SDAT").write_bytes(vax(noise.ravel()))
    return folder / "a.SDAT", noise[..., 0] + 1j * noise[..., 1]


def test_a_philips_pair(tmp_path: Path):
    pytest.importorskip("spec2nii", reason="needs the extra vendor")
    path, signals = pair(tmp_path, rows=3)
    series = files.read_series(path)
    assert np.allclose(series.fids[:, 0], signals.conj(), rtol=1e-6)
    acquisition = series.acquisition
    assert acquisition.spectrometer_frequency_mhz == pytest.approx(127.786142)
    assert acquisition.dwell_time_s == pytest.approx(5e-4)
    assert (acquisition.echo_time_s, acquisition.repetition_time_s) == (0.03, 2.0)
    assert sorted(acquisition.voxel_mm or ()) == [20.0, 25.0, 30.0]
    said = repr((series.origin, acquisition, series.notes, *bodies(path)))
    assert "Mustermann" not in said
    assert "1964" not in said


def test_half_a_pair_and_a_damaged_one(tmp_path: Path):
    path, _ = pair(tmp_path, rows=3)
    (tmp_path / "a.SPAR").unlink()
    with pytest.raises(InputError, match=r"a\.SDAT needs a\.SPAR beside it"):
        files.read_series(path)
    pytest.importorskip("spec2nii", reason="needs the extra vendor")
    path, _ = pair(tmp_path, rows=3)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match=r"a\.SDAT cannot be converted by spec2nii"):
        files.read_series(path)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("x.rda", b">>> Begin of header <<<", "rda"),
        ("noending", bytes(128) + b"DICM", "auto"),
        ("rawdata.job0", b"\0\0", "bruker"),
        ("P12345.7", b"\0\0", "ge"),
        ("fid", b"\0\0", "bruker"),
    ],
)
def test_kinds_of_file(tmp_path, name, content, kind):
    (tmp_path / name).write_bytes(content)
    assert by_spec2nii.command(tmp_path / name)[0] == kind


def test_what_is_nothing_known(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InputError, match=r"notes\.txt is no recording"):
        files.read_series(tmp_path / "notes.txt")


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(optional_packages, "import_module", absent)
    path, _ = pair(tmp_path, rows=1)
    with pytest.raises(InputError, match=r'pip install "mrs-monitor\[vendor\]"'):
        files.read_series(path)


def test_vax_floats_of_this_test():
    """1.0 is 0x4080 in the first word of a VAX F float."""
    assert vax(np.array([1.0], np.float32)) == struct.pack("<HH", 0x4080, 0)


def failing(monkeypatch, statement: str) -> None:
    """A converter that does nothing but fail."""
    monkeypatch.setattr(converter, "CONVERTER", statement)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("raise KeyError('phase_cycle')", r"it looks for phase_cycle, which"),
        ("raise KeyError('Mustermann')", r"KeyError: \.\.\."),
        (
            "raise ValueError('Mustermann^Erika 1964')",
            r"ValueError: \.\.\.\^\.\.\. \.\.\.",
        ),
        ("raise OSError(\"no 'Mustermann' here\")", r"OSError: no \.\.\. here"),
    ],
)
def test_the_key_that_a_converter_misses_is_said(
    tmp_path, monkeypatch, statement, said
):
    """Not what it quotes of the file."""
    pytest.importorskip("spec2nii", reason="needs the extra vendor")
    path, _ = pair(tmp_path, rows=1)
    failing(monkeypatch, statement)
    with pytest.raises(InputError, match=said) as caught:
        files.read_series(path)
    assert "cannot be converted by spec2nii 0." in str(caught.value)
    assert "Mustermann" not in str(caught.value)
    assert "1964" not in str(caught.value)


def test_a_header_of_2004_lacks_a_line(tmp_path: Path):
    pytest.importorskip("spec2nii", reason="needs the extra vendor")
    path, signals = pair(tmp_path, rows=2)
    spar = tmp_path / "a.SPAR"
    kept = [line for line in spar.read_text().splitlines() if "inversion" not in line]
    spar.write_text("\n".join(kept))
    series = files.read_series(path)
    assert np.allclose(series.fids[:, 0], signals.conj(), rtol=1e-6)
    assert "a.SPAR lacks spectrum_inversion_time : 0" in series.notes[0]
    assert "inversion" not in spar.read_text()


def test_a_line_that_nothing_stands_for_is_said_with_a_header_too(
    tmp_path: Path, monkeypatch
):
    pytest.importorskip("spec2nii", reason="needs the extra vendor")
    path, _ = pair(tmp_path, rows=1)
    tries = []

    def convert(*arguments):
        tries.append(arguments)
        raise by_spec2nii.ConversionError("It looks for echo_time.", "echo_time")

    monkeypatch.setattr(by_spec2nii, "convert", convert)
    with pytest.raises(InputError, match="echo_time"):
        files.read_series(path)
    assert len(tries) == 1


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("_metab",), []),
        (("_metab", "_odd"), ["odd"]),
        (("_metab", "_odd", "_phase"), ["odd", "phase"]),
    ],
)
def test_what_is_neither_metabolites_nor_water_is_said_to_be_left_out(names, said):
    assert not {"_odd", "_phase"} & {*METABOLITES, *REFERENCES}
    written = dict.fromkeys((METABOLITES[0], *names[1:]), Path("some.nii.gz"))
    found, notes = by_spec2nii._reference(Path("a.dat"), written, None, None)
    assert found is None
    assert list(notes) == [f"a.dat: {name} is left out." for name in said]
