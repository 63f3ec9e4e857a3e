"""The header of a NIfTI file as nibabel reads and writes it, whatever it holds."""

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nibabel.spatialimages import HeaderDataError

from streams.sources.files.nifti_fields import COMPLEX, OTHERS, NiftiFields

HEADERS = {1: nib.Nifti1Header, 2: nib.Nifti2Header}
ORDERS = st.sampled_from("<>")
VERSIONS = st.sampled_from([1, 2])
PARTS = st.floats(-1, 1, width=32)
LENGTHS = st.floats(-10, 1000, width=32)


def filled(version, order, **values):
    header = HEADERS[version](endianness=order)
    for name, value in values.items():
        header[name] = value
    return header, NiftiFields(bytes(header.binaryblock), order)


@given(VERSIONS, ORDERS, st.lists(LENGTHS, min_size=8, max_size=8), st.integers(0, 255))
def test_numbers_stand_where_nibabel_writes_them(version, order, pixdim, units):
    theirs, ours = filled(
        version, order, pixdim=pixdim, xyzt_units=units, vox_offset=4096,
        scl_slope=pixdim[0], dim=[4, 1, 1, 1, 512, 3, 2, 1], intent_name=b"mrs_v0_9",
    )  # fmt: skip
    for name in ("pixdim", "xyzt_units", "vox_offset", "scl_slope", "dim"):
        np.testing.assert_array_equal(ours[name], theirs[name])
    assert ours["intent_name"] == b"mrs_v0_9"


@given(VERSIONS, ORDERS, st.lists(PARTS, min_size=12, max_size=12), st.booleans())
def test_the_affine_is_that_of_nibabel(version, order, parts, both):
    theirs, ours = filled(
        version, order, sform_code=1, qform_code=int(both),
        srow_x=parts[:4], srow_y=parts[4:8], srow_z=parts[8:],
    )  # fmt: skip
    np.testing.assert_array_equal(ours.affine, theirs.get_sform())


@given(
    VERSIONS,
    ORDERS,
    st.tuples(PARTS, PARTS, PARTS),
    st.booleans(),
    st.tuples(st.sampled_from([-1.0, 1.0, 0.0]), LENGTHS, LENGTHS, LENGTHS),
)
def test_a_quaternion_turns_as_with_nibabel(version, order, parts, unit, pixdim):
    length = np.linalg.norm(parts)
    b, c, d = parts if not unit or length == 0 else np.array(parts) / length
    theirs, ours = filled(
        version, order, qform_code=1, quatern_b=b, quatern_c=c, quatern_d=d,
        qoffset_x=-3.0, qoffset_y=4.5, qoffset_z=60.0, pixdim=[*pixdim, 1, 1, 1, 1],
    )  # fmt: skip
    try:
        expected = theirs.get_qform()
    except (HeaderDataError, ValueError):
        assert ours.affine is None
    else:
        np.testing.assert_allclose(ours.affine, expected, rtol=0, atol=1e-5)


def test_without_a_code_there_is_no_affine():
    assert filled(2, "<", sform_code=0, qform_code=0)[1].affine is None


@pytest.mark.parametrize("version", HEADERS)
@pytest.mark.parametrize("code", [*COMPLEX, *OTHERS, 3, 4096])
def test_types_of_samples_are_those_of_nibabel(version, code):
    theirs, ours = filled(version, ">", datatype=code)
    if code in COMPLEX:
        assert ours.stored_type == theirs.get_data_dtype()
        return
    assert ours.stored_type == OTHERS.get(code)
    try:
        assert theirs.get_data_dtype().kind != "c"
    except (HeaderDataError, KeyError):
        assert code not in OTHERS
