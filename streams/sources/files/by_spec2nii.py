"""Other vendors' files as a source, by way of the converter spec2nii.

Philips SDAT/SPAR and data/list, GE P-files, Siemens rda, DICOM and Bruker are converted
to NIfTI-MRS in a temporary folder by a process of its own, and read from there: what
the converter prints, or a crash in it, stays there, and so do personal data.  Some of
these formats have no signature; they are told by the ending of the name.  DICOM keeps
a series in many files: their folder is taken as one file.

What the converter writes is told by what it adds to the name: see `REFERENCES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from streams.errors import InputError
from streams.sources.files import nifti_mrs as nifti_mrs_file
from streams.sources.files.choice import Choose
from streams.sources.files.clock_time import ClockTime
from streams.sources.files.converter import ConversionError, convert
from streams.sources.files.dicom_echo_time import own_echo_time_s
from streams.sources.files.optional_packages import needed
from streams.sources.files.series import Series
from streams.sources.files.varian import is_varian
from streams.sources.files.vendor_start_time import dicom_begun, spar_begun

METABOLITES = ("", "_STD_0")
REFERENCES = (
    "_ref_ecc",  # GE sLASER
    "_ecc",  # GE oslaser
    "_rf_off",  # Siemens sLASER (dkd): RF of the water suppression off
    "_vapor_ovs_rfoff",
    "_ref",  # GE PRESS and edited, Philips DICOM
    "_STD_1",  # Philips data/list: the second mix is the unsuppressed one
)
"""Water references that spec2nii writes beside the series, the best one first."""
SPAR_DEFAULTS = {"spectrum_inversion_time": "0"}
"""Lines that Philips headers of 2004 lack and the converter needs."""
RDA_START = b">>> Begin of header"
BRUKER = {
    "fid": "FID",
    "fid_proc.64": "FID",
    "2dseq": "2DSEQ",
    "rawdata.job0": "RAWDATA",
}
PAIRS = {".sdat": ".spar", ".spar": ".sdat", ".data": ".list", ".list": ".data"}


def command(path: Path) -> list[str]:
    """Arguments of spec2nii for a file, empty if it is of no kind known here."""
    if path.is_dir():
        return [_dicom_kind(dicom_files(path)[0]), str(path)]
    with path.open("rb") as file:
        start = file.read(132)
    ending = path.suffix.lower()
    arguments: list[str] = []
    if start.startswith(RDA_START):
        arguments = ["rda", str(path)]
    elif is_dicom(path):
        arguments = [_dicom_kind(path), str(path)]
    elif ending == ".7":
        arguments = ["ge", str(path)]
    elif ending in (".sdat", ".spar"):
        sdat, spar = sorted((path, partner(path)), key=_ending)
        arguments = ["philips", str(sdat), str(spar)]
    elif ending in (".data", ".list"):
        data, listed = sorted((path, partner(path)), key=_ending)
        arguments = ["philips_dl", str(data), str(listed), str(partner(path, ".spar"))]
    elif path.name in BRUKER:
        arguments = ["bruker", "-m", BRUKER[path.name], str(path)]
    return arguments


def _dicom_kind(path: Path) -> str:
    """What spec2nii calls DICOM of this manufacturer; its `auto` joins no series."""
    pydicom = needed("pydicom", "DICOM files")
    try:
        head = pydicom.dcmread(path, specific_tags=["Manufacturer"])
        name = str(head.get("Manufacturer", "")).lower()
    except Exception:  # whatever a foreign parser does on a damaged file
        return "auto"
    kinds = {"siemens": "dicom", "philips": "philips_dcm", "uih": "uih"}
    return next((kind for start, kind in kinds.items() if start in name), "auto")


def is_dicom(path: Path) -> bool:
    """Whether a file begins as DICOM does."""
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def dicom_files(folder: Path) -> list[Path]:
    """The DICOM files of a folder, if there is nothing else in it, by name."""
    found = sorted(p for p in folder.iterdir() if not p.name.startswith("."))
    return found if all(p.is_file() and is_dicom(p) for p in found) else []


def _ending(path: Path) -> str:
    return path.suffix.lower()


def partner(path: Path, ending: str = "") -> Path:
    """The other file of a pair, in whatever case its ending is written.

    Raises
    ------
    InputError : it is not there
    """
    ending = ending or PAIRS[path.suffix.lower()]
    for other in sorted(path.parent.iterdir()):
        if other.stem == path.stem and other.suffix.lower() == ending:
            return other
    raise InputError(f"{path.name} needs {path.stem}{ending.upper()} beside it.")


def read_series(
    path: Path, choose: Choose | None = None, echo_time_s: float | None = None
) -> Series:
    """Convert a vendor's file and read the result.

    `echo_time_s` is taken instead of the file's own; of DICOM what it says itself is
    taken, not what the converter makes of it.

    Raises
    ------
    InputError : spec2nii is not installed or cannot convert it, several series in it,
        or what `nifti_mrs.read_series` says
    """
    needed("spec2nii", f"Files like {path.name}")
    kind, *rest = command(path)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if path.is_dir():
            rest = [_plainly_named(path, Path(folder))]
        out = Path(folder) / "out"
        mended = _convert(path, [kind, "-f", "converted", "-o", str(out), *rest])
        written = {
            file.name.removesuffix(".nii.gz").removeprefix("converted"): file
            for file in sorted(out.rglob("*.nii.gz"))
        }
        said_s = echo_time_s or _own_echo_time_s(path)
        series = _name(path, _metabolites(path, written), choose, said_s)
        reference, notes = _reference(path, written, choose, said_s)
    notes = (*mended, *series.notes, *notes)
    return replace(series, notes=notes, reference=reference, begun=_begin(path))


def _begin(path: Path) -> ClockTime | None:
    """When the file itself says that its acquisition began."""
    if path.is_dir() or is_dicom(path):
        return dicom_begun(dicom_files(path) if path.is_dir() else [path])
    if path.suffix.lower() in PAIRS:
        return spar_begun(partner(path, ".spar"))
    return None


def _plainly_named(path: Path, folder: Path) -> str:
    """A folder with the same DICOM files under names that spec2nii looks for."""
    place = folder / "in"
    place.mkdir()
    for number, file in enumerate(dicom_files(path)):
        copyfile(file, place / f"{number:06d}.dcm")
    return str(place)


def _metabolites(path: Path, written: Mapping[str, Path]) -> Path:
    """The one series that is neither water reference nor noise."""
    known = [file for name, file in written.items() if name in METABOLITES]
    if len(known) == 1:
        return known[0]
    if len(written) == 1:
        return next(iter(written.values()))
    raise InputError(
        f"{path.name} holds {len(written)} series; convert it with spec2nii and give "
        "one of the NIfTI-MRS files."
    )


def _reference(
    path: Path,
    written: Mapping[str, Path],
    choose: Choose | None,
    echo_time_s: float | None,
) -> tuple[Series | None, tuple[str, ...]]:
    """The water reference among what was written, and what to say of the rest."""
    if len(written) < 2:
        return None, ()
    best = next((name for name in REFERENCES if name in written), None)
    rest = [name for name in written if name not in (*METABOLITES, best)]
    notes = tuple(f"{path.name}: {name.strip('_')} is left out." for name in rest)
    if best is None:
        return None, notes
    try:
        reference = _name(path, written[best], choose, echo_time_s)
    except InputError as error:
        said = f"The water reference in the file is left out: {error}"
        return None, (*notes, said)
    return replace(reference, times_s=None), notes


def _convert(path: Path, arguments: list[str]) -> tuple[str, ...]:
    """Convert, with lines that an old Philips header lacks; notes on these."""
    read = [place for word in arguments if (place := Path(word)).is_file()]
    try:
        convert(path, arguments, read)
    except ConversionError as error:
        spar = next((p for p in read if p.suffix.lower() == ".spar"), None)
        if spar is None or error.key not in SPAR_DEFAULTS:
            raise
    else:
        return ()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        mended = Path(folder) / spar.name
        lines = [f"{key} : {value}" for key, value in SPAR_DEFAULTS.items()]
        old = spar.read_text(encoding="latin-1")
        missing = [line for line in lines if line.split(" : ")[0] not in old]
        mended.write_text("\n".join([old.rstrip(), *missing, ""]), encoding="latin-1")
        replaced = [str(mended) if w == str(spar) else w for w in arguments]
        convert(path, replaced, read)
    return (f"{path.name}: {spar.name} lacks {', '.join(missing)}, taken as such.",)


def is_series_folder(path: Path) -> bool:
    """Whether a folder is one series: of DICOM files, or Varian's."""
    return path.is_dir() and (is_varian(path) or bool(dicom_files(path)))


def _own_echo_time_s(path: Path) -> float | None:
    """What DICOM says of its echo time, s; None for other files."""
    if path.is_dir():
        return own_echo_time_s(dicom_files(path)[0])
    return own_echo_time_s(path) if is_dicom(path) else None


def _name(
    path: Path, file: Path, choose: Choose | None, echo_time_s: float | None
) -> Series:
    """Read the converted series under the name of the original."""
    try:
        series = nifti_mrs_file.read_series(file, choose, echo_time_s)
    except InputError as error:
        raise InputError(str(error).replace(file.name, path.name)) from None
    notes = tuple(note.replace(file.name, path.name) for note in series.notes)
    return replace(series, name=path.name, origin="vendor file", notes=notes)
