"""Files that others wrote, as sources of transients: NIfTI-MRS, ISMRMRD, vendors'.

The format is recognised by content, never by the ending of the name.  NIfTI-MRS is read
with what is always installed; ISMRMRD and the vendors' formats need the extra `vendor`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from streams.errors import InputError
from streams.messages.ranges import OutOfRangeError
from streams.messages.transient import Body
from streams.recording.files import refuse_pipe
from streams.sources.files import ismrmrd as ismrmrd_file
from streams.sources.files import twix as twix_file
from streams.sources.files import vendor as vendor_file
from streams.sources.files.nifti_container import is_nifti
from streams.sources.files.nifti_mrs import read_series as read_nifti_mrs
from streams.sources.files.series import Series, bodies_of

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"


def bodies(
    path: Path, water: Path | None = None, choose: Mapping[str, int] | None = None
) -> Iterator[Body]:
    """Messages of a file: Start, water transients, metabolite transients, End.

    Parameters
    ----------
    path : the file
    water : file with the unsuppressed water reference
    choose : index along a dimension other than coils and transients, by its NIfTI-MRS
        tag, e.g. {"DIM_EDIT": 0}

    Raises
    ------
    InputError : no recording, damaged, a missing field, a water reference that does not
        belong to it, NaN in a FID (this when that transient is reached)
    """
    reference = None if water is None else read_series(water, choose)
    return bodies_of(read_series(path, choose), reference)


def read_series(path: Path, choose: Mapping[str, int] | None = None) -> Series:
    """One series from a file of any format that is known here.

    A folder that holds nothing but DICOM files is a series, too.
    """
    try:
        return _read_series(path, choose)
    except OutOfRangeError as error:
        raise InputError(f"{path.name}: {error}") from None


def _read_series(path: Path, choose: Mapping[str, int] | None) -> Series:
    if path.is_dir():
        if vendor_file.dicom_files(path):
            return vendor_file.read_series(path, choose)
        raise InputError(
            f"{path} cannot be read: it is a folder, and only one of DICOM files can."
        )
    start = first_bytes(path)
    if is_nifti(path):
        return read_nifti_mrs(path, choose)
    if start.startswith(HDF5_MAGIC):
        return replace(ismrmrd_file.read_series(path), unchosen=tuple(choose or ()))
    if not start:
        raise InputError(f"{path.name} is empty.")
    if twix_file.is_twix(path):
        return twix_file.read_series(path, choose)
    if vendor_file.command(path):
        return vendor_file.read_series(path, choose)
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
