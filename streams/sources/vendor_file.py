"""Other vendors' files as a source, by way of the converter spec2nii.

Philips SDAT/SPAR and data/list, GE P-files, Siemens rda, DICOM and Bruker are converted
to NIfTI-MRS in a temporary folder by a process of its own, and read from there: what
the converter prints, or a crash in it, stays there, and so do personal data.  Some of
these formats have no signature; they are told by the ending of the name.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from streams.errors import InputError
from streams.sources import nifti_mrs_file
from streams.sources.extras import needed
from streams.sources.series import Series

CONVERTER = "from spec2nii.spec2nii import main; main()"
LONGEST_S = 600.0
RDA_START = b">>> Begin of header"
PAIRS = {".sdat": ".spar", ".spar": ".sdat", ".data": ".list", ".list": ".data"}


def command(path: Path) -> list[str]:
    """Arguments of spec2nii for a file, empty if it is of no kind known here."""
    with path.open("rb") as file:
        start = file.read(132)
    ending = path.suffix.lower()
    arguments: list[str] = []
    if start.startswith(RDA_START):
        arguments = ["rda", str(path)]
    elif start[128:132] == b"DICM":
        arguments = ["auto", str(path)]
    elif ending == ".7":
        arguments = ["ge", str(path)]
    elif ending in (".sdat", ".spar"):
        sdat, spar = sorted((path, partner(path)), key=_ending)
        arguments = ["philips", str(sdat), str(spar)]
    elif ending in (".data", ".list"):
        data, listed = sorted((path, partner(path)), key=_ending)
        arguments = ["philips_dl", str(data), str(listed), str(partner(path, ".spar"))]
    elif path.name in ("fid", "2dseq"):
        arguments = ["bruker", "-m", path.name.upper(), str(path)]
    return arguments


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


def read_series(path: Path, choose: Mapping[str, int] | None = None) -> Series:
    """Convert a vendor's file and read the result.

    Raises
    ------
    InputError : spec2nii is not installed or cannot convert it, several series in it,
        or what `nifti_mrs_file.read_series` says
    """
    needed("spec2nii", f"Files like {path.name}")
    kind, *rest = command(path)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        _convert(path, [kind, "-f", "converted", "-o", folder, *rest])
        written = sorted(Path(folder).rglob("*.nii.gz"))
        chosen = [file for file in written if "_ref" not in file.name] or written
        if len(chosen) != 1:
            raise InputError(
                f"{path.name} holds {len(chosen)} series; convert it with spec2nii and "
                "give one of the NIfTI-MRS files."
            )
        series = _named(path, chosen[0], choose)
    others = len(written) - 1
    note = f"{path.name}: {others} reference series in it left out; give it as --water."
    return replace(series, notes=(*series.notes, note)) if others else series


def _convert(path: Path, arguments: list[str]) -> None:
    run = [sys.executable, "-c", CONVERTER, *arguments]
    try:
        done = subprocess.run(run, capture_output=True, timeout=LONGEST_S, check=False)
    except subprocess.TimeoutExpired:
        raise InputError(f"{path.name}: spec2nii took over {LONGEST_S:g} s.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["?"]
        raise InputError(
            f"{path.name} cannot be converted by spec2nii: {said[-1][:200]}"
        )


def _named(path: Path, file: Path, choose: Mapping[str, int] | None) -> Series:
    """Read the converted series under the name of the original."""
    try:
        series = nifti_mrs_file.read_series(file, choose)
    except InputError as error:
        raise InputError(str(error).replace(file.name, path.name)) from None
    notes = tuple(note.replace(file.name, path.name) for note in series.notes)
    return replace(series, name=path.name, origin="vendor file", notes=notes)
