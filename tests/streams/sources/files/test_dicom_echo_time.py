"""The echo time that a DICOM file itself gives, of each kind of header."""

from pathlib import Path

import pytest

from streams.sources.files.dicom_echo_time import own_echo_time_s

pydicom = pytest.importorskip("pydicom", reason="needs the extra vendor")


def group(echo_time_ms: float):
    echo, held = pydicom.Dataset(), pydicom.Dataset()
    echo.EffectiveEchoTime = echo_time_ms
    held.MREchoSequence = [echo]
    return held


def written(place: Path, **fields: object) -> Path:
    image = pydicom.Dataset()
    for name, value in fields.items():
        setattr(image, name, value)
    image.file_meta = pydicom.dataset.FileMetaDataset()
    image.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    image.preamble = bytes(128)
    image.save_as(place / "a.dcm", enforce_file_format=False)
    return place / "a.dcm"


@pytest.mark.parametrize(
    ("fields", "echo_time_s"),
    [
        ({"EchoTime": "68"}, 0.068),
        ({"SharedFunctionalGroupsSequence": [group(30.0)]}, 0.03),
        ({"PerFrameFunctionalGroupsSequence": [group(35.0), group(99.0)]}, 0.035),
        ({"SharedFunctionalGroupsSequence": [pydicom.Dataset()]}, None),
        ({"EchoTime": "0.01"}, None),
        ({"Rows": 1}, None),
    ],
)
def test_the_echo_time_of_each_kind_of_header(tmp_path: Path, fields, echo_time_s):
    found = own_echo_time_s(written(tmp_path, **fields))
    assert found == (None if echo_time_s is None else pytest.approx(echo_time_s))
