"""Files that mean harm or know no better: one sentence each, and no name comes out."""

import gzip
import json
import random
import struct
import warnings
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from file_bodies import bodies
from test_qc_command import run as run_qc

from monitor.cli import main
from monitor.commands.options import choices
from monitor.judge.session import judge
from monitor.protocol.choose import Wishes
from streams.errors import InputError
from streams.export.nifti_mrs import write_nifti_mrs, write_session
from streams.messages.transient import Acquisition, Transient, number
from streams.sources.files import any_format as files
from streams.sources.files.open_file import open_source

NAME = "Mustermann"
FREE_TEXT = (
    "PatientName", "PatientID", "InstitutionName", "InstitutionAddress",
    "DeviceSerialNumber", "SoftwareVersions", "TxCoil", "RxCoil", "SequenceName",
    "ProtocolName", "PatientPosition", "ConversionMethod", "OriginalFile",
    "Manufacturer", "ManufacturersModelName", "WaterSuppressionType", "dim_6_info",
    "StudyDescription",
)  # fmt: skip
ACQUISITION = Acquisition(123.25, "1H", 4e-4, 512, 1, 0.03, 2.0, sequence="PRESS")


def replanted(path: Path, fields: dict[str, Any]) -> None:
    """Put further fields into the header extension of a NIfTI-MRS file."""
    image: Any = nib.load(path)
    held = json.loads(image.header.extensions[0].get_content())
    extension = nib.nifti1.Nifti1Extension(44, json.dumps(held | fields).encode())
    header = image.header.copy()
    header.extensions.clear()
    header.extensions.append(extension)
    stored = np.asarray(image.dataobj).copy()  # the file below is the same one
    nib.save(nib.Nifti2Image(stored, None, header), path)


def leaks(folder: Path) -> list[str]:
    """Names of the files below a folder that hold the planted name."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        if NAME.encode() in content or NAME.lower().encode() in content.lower():
            found.append(path.name)
    return found


def program(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["mrs-monitor", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.usefixtures("no_figures")
def test_no_name_in_a_header_comes_out_of_any_command(
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    messages = number(open_source(tiny).bodies)
    *_, path = write_session(tmp_path / "in.nii", messages)
    planted: dict[str, Any] = dict.fromkeys(FREE_TEXT, f"{NAME}^Erika 4711")
    planted["Nickname"] = {"Value": NAME, "Description": f"of {NAME}"}
    planted["OriginalFile"] = [f"{NAME}.dat"]
    planted["PatientDoB"] = "19640812"
    replanted(path, planted)
    assert NAME.encode() in path.read_bytes()
    out = tmp_path / "out"
    out.mkdir()
    words = ("--basis", "press_3t_te30", "--out")
    assert run_qc(monkeypatch, str(path), *words, str(out / "qc"), "--no-pdf") == 0
    for kind, place in (("nifti-mrs", "x.nii.gz"), ("bids", "bids"),
                        ("recording", "x.mcap"), ("ismrmrd", "x.h5")):  # fmt: skip
        to = ("--to", kind, "--out", str(out / place))
        assert program(monkeypatch, "convert", str(path), *to) == 0
    said = capsys.readouterr()
    assert leaks(out) == []
    assert NAME not in said.out + said.err
    assert "SequenceName names the person and is left out" in said.err
    report = json.loads((out / "qc" / "qc.json").read_text(encoding="utf-8"))
    assert any("names the person" in note for note in report["notes"])


def fids(*shape: int) -> np.ndarray:
    noise = np.random.default_rng(0).standard_normal((2, 512, *shape))
    return (noise[0] + 1j * noise[1]).astype(np.complex64)


def test_an_edited_file_is_read_by_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mega.nii"
    stored = fids(2, 4)
    write_nifti_mrs(path, stored, ACQUISITION)
    replanted(path, {"dim_5": "DIM_EDIT"})
    to = ("--to", "recording", "--out", str(tmp_path / "x.mcap"))
    assert program(monkeypatch, "convert", str(path), *to) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "DIM_EDIT of 2 entries; choose one of them: --choose DIM_EDIT=0" in line
    chosen = ("--choose", "DIM_EDIT=1")
    assert program(monkeypatch, "convert", str(path), *to, *chosen) == 0
    bodies = open_source(tmp_path / "x.mcap").bodies
    back = [body.fid[0] for body in bodies if isinstance(body, Transient)]
    assert np.array_equal(back, stored[:, 1].T)


def test_choices_that_are_none() -> None:
    assert choices(["DIM_EDIT=0", "Set=12"]) == {"DIM_EDIT": 0, "Set": 12}
    for text in ("DIM_EDIT", "DIM_EDIT=", "=1", "DIM_EDIT=-1", "DIM_EDIT=x"):
        with pytest.raises(InputError, match="give TAG=N"):
            choices([text])


def test_a_dimension_of_no_length(tmp_path: Path) -> None:
    path = tmp_path / "x.nii"
    write_nifti_mrs(path, fids(4), ACQUISITION)
    content = bytearray(path.read_bytes())
    content[56:64] = struct.pack("<q", 0)  # dim[5]: 0 transients
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.nii is truncated or damaged: its dimen"):
        files.read_series(path)


def test_nothing_but_noise_is_a_report_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "noise.nii"
    write_nifti_mrs(path, fids(8), ACQUISITION)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what numpy meets in nothing
        report = judge(path, Wishes(basis="press_3t_te30")).report
    verdicts = {c["key"]: c["verdict"] for c in report["criteria"]}
    assert verdicts["snr"] == "missed"


def test_twix_damaged_anywhere_is_read_or_refused(
    shared_data: Path, tmp_path: Path
) -> None:
    pytest.importorskip("mapvbvd", reason="needs the extra vendor")
    whole = (shared_data / "real/twix_wref/steam7t_wref.dat").read_bytes()
    path, rng = tmp_path / "x.dat", random.Random(1)
    said: list[str] = []
    for trial in range(16):
        content = bytearray(whole)
        if trial % 2:
            del content[rng.randrange(8, len(content)) :]
        for _ in range(0 if trial % 2 else 200):
            content[rng.randrange(600_000)] = rng.randrange(256)
        path.write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the parser, which is not ours
            try:
                list(bodies(path))
            except InputError as error:
                said.append(str(error))
    assert 0 < len(said) < 16
    assert not any("\n" in sentence for sentence in said)
