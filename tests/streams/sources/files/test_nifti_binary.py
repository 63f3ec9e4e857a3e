"""Fields of NIfTI headers, held against what nibabel reads of the same bytes."""

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nibabel.spatialimages import HeaderDataError

from streams.sources.files.nifti_binary import (
    SAMPLES,
    affine_of,
    byte_order_of,
    fields_of,
    sample_type,
    time_unit,
)

HEADERS = (nib.Nifti1Header, nib.Nifti2Header)
ALIKE = ("dim", "datatype", "pixdim", "vox_offset", "scl_slope", "xyzt_units",
         "qform_code", "sform_code", "intent_name")  # fmt: skip


def read(header):
    """What is read of a nibabel header's bytes, and the order of these."""
    order = byte_order_of(header.binaryblock)
    assert order == header.endianness
    return fields_of(header.binaryblock, order), order


def filled(kind, order: str, seed: int):
    """A header whose numbers are all something."""
    rng, header = np.random.default_rng(seed), kind(endianness=order)
    for name in header:
        field = header[name]
        if field.dtype.kind in "iu" and name != "sizeof_hdr":
            header[name] = rng.integers(0, 100, field.shape)
        if field.dtype.kind == "f":
            header[name] = rng.normal(size=field.shape)
    header["intent_name"] = b"mrs_v0_9"
    return header


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("order", "<>")
def test_fields_are_where_nibabel_finds_them(kind, order):
    header = filled(kind, order, 1)
    fields, _ = read(header)
    for name in ALIKE:
        np.testing.assert_array_equal(fields[name], header[name])
    scale, unit = time_unit(fields)
    assert unit == "unknown" or header.get_xyzt_units()[1] == unit
    assert scale in (1.0, 1e-3, 1e-6)


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("code", SAMPLES)
def test_samples_are_what_nibabel_takes_them_for(kind, code):
    header = kind(endianness=">")
    header["datatype"] = code
    fields, order = read(header)
    found, theirs = sample_type(fields, order), header.get_data_dtype()
    assert (found.name, found.itemsize) == (theirs.name, theirs.itemsize)
    assert found.kind == "V" or found == theirs
    header["datatype"] = 3
    assert sample_type(*read(header)) is None


def their_affine(header):
    if header["sform_code"] > 0:
        return header.get_sform()
    try:
        return header.get_qform(coded=True)[0]
    except (HeaderDataError, ValueError):
        return None


@given(
    st.sampled_from(HEADERS), st.sampled_from("<>"), st.integers(0, 999),
    st.sampled_from([(0, 0), (0, 1), (2, 0), (1, 1)]),
    st.sampled_from([0.0, 0.5, 0.999, 1.001]), st.sampled_from([-1, 1, 0]),
)  # fmt: skip
def test_affines_are_those_of_nibabel(kind, order, seed, codes, length, side):
    header, rng = filled(kind, order, seed), np.random.default_rng(seed)
    header["sform_code"], header["qform_code"] = codes
    v = rng.normal(size=3)
    v *= length / np.linalg.norm(v)
    header["quatern_b"], header["quatern_c"], header["quatern_d"] = v
    header["pixdim"][:4] = side, *rng.uniform(5, 40, 3)
    found, theirs = affine_of(read(header)[0]), their_affine(header)
    assert (found is None) == (theirs is None)
    if theirs is not None:
        np.testing.assert_allclose(found, theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize(("quatern", "voxel"), [((0, 0, 1), 20), ((0, 0, 0), -20)])
def test_half_turns_have_an_affine_and_negative_voxels_none(kind, quatern, voxel):
    header = filled(kind, "<", 3)
    header["sform_code"], header["qform_code"] = 0, 1
    header["pixdim"][:4] = 1, 20, voxel, 20
    header["quatern_b"], header["quatern_c"], header["quatern_d"] = quatern
    found, theirs = affine_of(read(header)[0]), their_affine(header)
    assert (found is None) == (theirs is None) == (voxel < 0)
    assert found is None or np.allclose(found, theirs, atol=1e-12)
