"""Files that others wrote, as sources of transients: NIfTI-MRS, ISMRMRD, vendors'.

The format is recognised by content, never by the ending of the name.  NIfTI-MRS is read
with what is always installed; ISMRMRD and the vendors' formats need the extra `vendor`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from streams.errors import InputError
from streams.recording_files import refuse_pipe
from streams.sources import (
    ismrmrd_file,
    mrd_stream_file,
    twix_file,
    varian,
    vendor_file,
)
from streams.sources.choice import Choose
from streams.sources.filling import without_filling
from streams.sources.mrd_rules import MrdRules
from streams.sources.nifti_container import is_nifti
from streams.sources.nifti_mrs_file import read_series as read_nifti_mrs
from streams.sources.series import Series, bodies_of
from streams.transient import Body

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"


def bodies(
    path: Path, water: Path | None = None, choose: Choose | None = None
) -> Iterator[Body]:
    """Messages of a file: Start, water transients, metabolite transients, End.

    Parameters
    ----------
    path : the file
    water : file with the unsuppressed water reference
    choose : entries along a dimension other than coils and transients, by its
        NIfTI-MRS tag, e.g. {"DIM_EDIT": 0}

    Raises
    ------
    InputError : no recording, damaged, a missing field, a water reference that does not
        belong to it, nothing but NaN in its FIDs (this when the last is reached)
    """
    reference = None if water is None else read_series(water, choose)
    return bodies_of(without_filling(read_series(path, choose)), reference)


def read_series(
    path: Path,
    choose: Choose | None = None,
    echo_time_s: float | None = None,
    mrd: MrdRules | None = None,
) -> Series:
    """One series from a file of any format that is known here.

    A folder that holds nothing but DICOM files is a series, too.  `echo_time_s` is
    taken instead of what the file says; `mrd` is how MRD is to be understood.
    """
    if varian.is_varian(path):
        series = varian.read_series(path, echo_time_s)
        return replace(series, unchosen=tuple(choose or ()))
    if path.is_dir():
        if vendor_file.is_series_folder(path):
            return vendor_file.read_series(path, choose, echo_time_s)
        raise InputError(
            f"{path} cannot be read: it is a folder, and only one of DICOM files, or "
            "Varian's with fid and procpar, can."
        )
    start = first_bytes(path)
    if is_nifti(path):
        return read_nifti_mrs(path, choose, echo_time_s)
    if start.startswith(HDF5_MAGIC):
        series = ismrmrd_file.read_series(path, echo_time_s, mrd)
        return replace(series, unchosen=tuple(choose or ()))
    if not start:
        raise InputError(f"{path.name} is empty.")
    if mrd_stream_file.is_mrd_stream(path):
        return mrd_stream_file.read_series(path, mrd)
    if twix_file.is_twix(path):
        return twix_file.read_series(path, choose, echo_time_s)
    if vendor_file.command(path):
        return vendor_file.read_series(path, choose, echo_time_s)
    raise no_recording(path)


def first_bytes(path: Path, count: int = 16) -> bytes:
    """Read the start of a file; an InputError where that is not possible."""
    refuse_pipe(path)
    try:
        with path.open("rb") as file:
            return file.read(count)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path} cannot be read: {reason}.") from None


def no_recording(path: Path) -> InputError:
    """Say that a file is nothing that can be read."""
    return InputError(
        f"{path.name} is no recording, no NIfTI-MRS or ISMRMRD file and no vendor file "
        "that can be read here."
    )
