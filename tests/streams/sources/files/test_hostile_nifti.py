"""NIfTI files that are damaged, or none."""

import gzip
import struct
from pathlib import Path

import pytest
from file_bodies import nifti_bodies as bodies
from hypothesis import given, settings
from hypothesis import strategies as st
from test_nifti_mrs_file import HEADER, fids, with_dims, write

from streams.errors import InputError
from streams.messages.transient import End, Start
from streams.sources.files.nifti_container import is_nifti


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"x\.nii is empty"),
        (b"hello", r"x\.nii is no NIfTI file"),
        (bytes(1000), r"x\.nii is no NIfTI file"),
        (b"\x1f\x8b\x08\x00rubbish", "truncated or damaged"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (gzip.compress(bytes(1000), mtime=0), "is no NIfTI file"),
    ],
)
def test_what_is_no_nifti_is_said_in_one_sentence(tmp_path, content, sentence):
    (tmp_path / "x.nii").write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        bodies(tmp_path / "x.nii")
    assert not is_nifti(tmp_path / "x.nii")


def test_absent_files_and_folders(tmp_path: Path):
    for path in (tmp_path / "absent.nii", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            bodies(path)


def test_images_and_several_voxels_are_refused(tmp_path: Path):
    image = write(tmp_path / "x.nii", fids().real)
    with pytest.raises(InputError, match="holds float32 numbers"):
        bodies(image)
    voxels = write(tmp_path / "x.nii", fids(), voxels=(2, 2, 1))
    with pytest.raises(InputError, match="holds 4 voxels"):
        bodies(voxels)
    untagged = write(tmp_path / "x.nii", fids(3))
    with pytest.raises(InputError, match="no dim_5 in its header"):
        bodies(untagged)
    twice = write(tmp_path / "x.nii", fids(3, 2), with_dims("DIM_DYN", "DIM_DYN"))
    with pytest.raises(InputError, match="two dimensions DIM_DYN"):
        bodies(twice)


@pytest.mark.parametrize(
    ("extension", "sentence"),
    [
        (None, "without the NIfTI-MRS header extension"),
        (b"{not json", "no JSON object"),
        (b"[1, 2]", "no JSON object"),
        (b"[" * 100_000, "no JSON object"),
        (b"\xff\xfe{}", "no JSON object"),
    ],
)
def test_a_header_extension_that_is_none(tmp_path, extension, sentence):
    path = tmp_path / "x.nii"
    write(path, fids(), None if extension is None else HEADER)
    if extension is not None:
        replace_extension(path, extension)
    with pytest.raises(InputError, match=sentence):
        bodies(path)


def replace_extension(path: Path, content: bytes) -> None:
    """Put other bytes where nibabel wrote the extension (it checks its content)."""
    old = path.read_bytes()
    offset = struct.unpack("<q", old[168:176])[0]
    size = (len(content) + 8 + 15) // 16 * 16
    extension = struct.pack("<ii", size, 44) + content.ljust(size - 8, b"\0")
    header = bytearray(old[:544])
    header[168:176] = struct.pack("<q", 544 + size)
    path.write_bytes(bytes(header) + extension + old[offset:])


@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz"])
def test_truncated_at_any_byte_only_input_errors(tmp_path, name):
    path = write(tmp_path / name, fids(2, 2), with_dims("DIM_COIL", "DIM_DYN"))
    whole = path.read_bytes()
    assert len(list(bodies(path))) == 4
    cut = tmp_path / f"cut_{name}"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises(InputError):
            list(bodies(cut))


@settings(max_examples=400)
@given(position=st.integers(0, 10_000), value=st.integers(0, 255), packed=st.booleans())
def test_any_changed_byte_is_read_or_refused(tmp_path_factory, position, value, packed):
    folder = tmp_path_factory.getbasetemp()
    name = "x.nii.gz" if packed else "x.nii"
    path = folder / name
    if not path.exists():
        write(path, fids(2, 2), with_dims("DIM_COIL", "DIM_DYN"))
    content = bytearray(path.read_bytes())
    content[position % len(content)] = value
    changed = folder / f"changed_{name}"
    changed.write_bytes(content)
    try:
        messages = list(bodies(changed))
    except InputError:
        return
    assert isinstance(messages[0], Start)
    assert isinstance(messages[-1], End)
