"""Files that others wrote, as sources of transients: NIfTI-MRS, ISMRMRD, vendors'.

The format is recognised by content, never by the ending of the name.  NIfTI-MRS is read
with what is always installed; ISMRMRD and the vendors' formats need the extra `vendor`.
What reads a format is imported where a file may be of it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from streams.errors import InputError
from streams.messages.ranges import OutOfRangeError
from streams.recording.files import refuse_endless
from streams.sources.files import varian
from streams.sources.files.choice import Choose
from streams.sources.files.nifti_container import is_nifti
from streams.sources.files.series import Series
from streams.sources.mrd.rules import MrdRules

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"


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
    try:
        return _read_series(path, choose, echo_time_s, mrd)
    except OutOfRangeError as error:
        raise InputError(f"{path.name}: {error}") from None


def _read_series(
    path: Path,
    choose: Choose | None,
    echo_time_s: float | None,
    mrd: MrdRules | None,
) -> Series:
    if varian.is_varian(path):
        series = varian.read_series(path, echo_time_s)
        return replace(series, unchosen=tuple(choose or ()))
    if path.is_dir():
        from streams.sources.files import by_spec2nii

        if by_spec2nii.is_series_folder(path):
            return by_spec2nii.read_series(path, choose, echo_time_s)
        raise InputError(
            f"{path} cannot be read: it is a folder, and only one of DICOM files, or "
            "Varian's with fid and procpar, can."
        )
    start = first_bytes(path)
    if is_nifti(path):
        from streams.sources.files import nifti_mrs

        return nifti_mrs.read_series(path, choose, echo_time_s)
    if start.startswith(HDF5_MAGIC):
        from streams.sources.files import ismrmrd as ismrmrd_file

        series = ismrmrd_file.read_series(path, echo_time_s, mrd)
        return replace(series, unchosen=tuple(choose or ()))
    if not start:
        raise InputError(f"{path.name} is empty.")
    return _read_vendors(path, choose, echo_time_s, mrd)


def _read_vendors(
    path: Path,
    choose: Choose | None,
    echo_time_s: float | None,
    mrd: MrdRules | None,
) -> Series:
    """A file that is neither NIfTI nor HDF5."""
    from streams.sources.files import by_spec2nii
    from streams.sources.files import mrd_stream as mrd_stream_file
    from streams.sources.files import twix as twix_file

    if mrd_stream_file.is_mrd_stream(path):
        return mrd_stream_file.read_series(path, mrd)
    if twix_file.is_twix(path):
        return twix_file.read_series(path, choose, echo_time_s)
    if by_spec2nii.command(path):
        return by_spec2nii.read_series(path, choose, echo_time_s)
    raise no_recording(path)


def first_bytes(path: Path, count: int = 16) -> bytes:
    """Read the start of a file; an InputError where that is not possible."""
    refuse_endless(path)
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
