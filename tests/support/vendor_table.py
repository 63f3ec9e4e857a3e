"""The table of vendors' files in `docs/qc.md`: a row for each file, as it is read."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import vendor_files as made
from mrd_sender import CLOSE, acquisition_bytes, opening

from streams.errors import InputError
from streams.export.ismrmrd import write_session
from streams.messages.transient import Acquisition, End, Kind, Start, Transient, number
from streams.sources.files.any_format import read_series

HEAD = ("| file | vendor | software | what is read | of |", "|---|---|---|---|---|")
REAL_FILE, MADE_FILE = "a real file", "a made-up file"
REAL = {
    "twix_wref/steam7t_wref.dat": "Siemens twix",
    "vendor/siemens_vb_eja_svs_slaser_7t_water.dat": "Siemens twix",
    "vendor/siemens_ve11_svs_se_ref1_avg2.dat": "Siemens twix",
    "vendor/siemens_va25_phantom_offset.rda": "Siemens rda",
    "vendor/siemens_vd_svs_se.rda": "Siemens rda",
    "vendor/siemens_vb_eja_svs_slaser_7t.dcm": "Siemens DICOM",
    "vendor/siemens_xa60_svs_se.dcm": "Siemens DICOM",
    "vendor/DBIEX_10_1_raw_act.SDAT": "Philips SDAT/SPAR",
    "mm_measured/3T_MM_human_STEAM_CMRR.fid": "Varian fid and procpar",
    "mm_measured/9.4T_MM_human_sLASER_Tubingen.fid": "Varian fid and procpar",
}
"""Files below `shared/data/real`, with their kind."""
VERSIONS = (
    rb'SoftwareVersions"> *\{ "([^"]+)"',  # twix
    rb"SoftwareVersion\[0\]: ([^\r\n]+)",  # rda
    rb"ACQ_sw_version=\([^)]*\)\n<([^>]+)>",  # Bruker
)


def software(path: Path) -> str:
    """Software version, as the file itself says it; - where it does not."""
    path = path if path.is_file() else min(path.iterdir())
    content = path.read_bytes()
    if path.name == "fid" and (path.parent / "acqp").is_file():
        content = (path.parent / "acqp").read_bytes()
    if content[128:132] == b"DICM":
        from pydicom import dcmread

        said = dcmread(path, specific_tags=["SoftwareVersions"]).SoftwareVersions
        return said if isinstance(said, str) else str(said[0])
    if path.suffix == ".7":
        return f"revision {struct.unpack('<f', content[:4])[0]:.3f}"
    found = next(filter(None, (re.search(v, content) for v in VERSIONS)), None)
    return found[1].decode() if found else "-"


def what_is_read(path: Path) -> tuple[str, str]:
    """Vendor; transients, coils, points and water in the file, or the refusal."""
    try:
        series = read_series(path)
    except InputError as error:
        sentence = str(error).removeprefix(path.name).strip(" :")
        first = re.sub(r" [\d.]+$", "", re.split(r"[:,;]", sentence)[0].rstrip("."))
        return "-", f"refused: {first}"
    count, coils, points = series.fids.shape
    water = f", water {len(series.reference)}" if series.reference else ""
    vendor = series.acquisition.vendor or "-"
    return vendor, f"{count} x {coils} x {points}{water}"


def row(path: Path, kind: str, of: str) -> str:
    """One line of the table."""
    vendor, read = what_is_read(path)
    return f"| {kind} | {vendor} | {software(path)} | {read} | {of} |"


def real_rows(real: Path) -> Iterator[str]:
    """Of the real files."""
    for place, kind in REAL.items():
        yield row(real / place, kind, REAL_FILE)


def whole(*shape: int, seed: int = 0) -> made.FIDs:
    """Noise in whole numbers."""
    return np.round(1000 * made.noise(*shape, seed=seed))


def pfile(folder: Path) -> Path:
    """Of the revision that is known best."""
    return made.ge_pfile(folder / "P12345.7", whole(4, 3, seed=1), whole(2, 3))


def old_pfile(folder: Path) -> Path:
    """Of a revision before all that are known."""
    path = pfile(folder)
    path.write_bytes(struct.pack("<f", 5.0) + path.read_bytes()[4:])
    return path


def dicom_folder(folder: Path) -> Path:
    """Three instances."""
    for n in range(3):
        made.siemens_dicom(folder / f"{n}.dcm", made.noise(1)[0], n + 1)
    return folder


def sdat(folder: Path, without: str = "") -> Path:
    """A Philips pair, its header without the line that begins so."""
    lines = made.SPAR.format(rows=3).splitlines(keepends=True)
    kept = [line for line in lines if not (without and line.startswith(without))]
    (folder / "a.SPAR").write_text("".join(kept))
    values = made.noise(3).view("f4").ravel()
    (folder / "a.SDAT").write_bytes(made.vax(values))
    return folder / "a.SDAT"


def old_sdat(folder: Path) -> Path:
    """As of 2004."""
    return sdat(folder, "spectrum_inversion_time")


def half_a_pair(folder: Path) -> Path:
    """Without its header."""
    path = sdat(folder)
    path.with_suffix(".SPAR").unlink()
    return path


def ismrmrd(folder: Path) -> Path:
    """Written by ourselves."""
    acquisition = Acquisition(123.25, "1H", 5e-4, made.POINTS, 2, 0.03, 2.0)
    fids = [
        Transient(n, 2.0 * n, Kind.METABOLITE, f)
        for n, f in enumerate(made.noise(3, 2))
    ]
    messages = number([Start(acquisition, "made"), *fids, End(3, "end")])
    write_session(folder / "a.h5", messages)
    return folder / "a.h5"


def mrd_stream(folder: Path) -> Path:
    """Six acquisitions of twice the points."""
    parts = [opening(), *(acquisition_bytes(n) for n in range(6)), CLOSE]
    (folder / "saved.mrd").write_bytes(b"".join(parts))
    return folder / "saved.mrd"


MADE: tuple[tuple[str, Callable[[Path], Path]], ...] = (
    ("Siemens rda", lambda f: made.rda(f, made.noise(1))),
    ("Siemens DICOM, a folder of them", dicom_folder),
    ("Philips SDAT/SPAR", sdat),
    ("Philips SDAT/SPAR of 2004, no inversion line", old_sdat),
    ("Philips SDAT alone", half_a_pair),
    (
        "Philips data/list with SPAR",
        lambda f: made.data_list(
            f, made.noise(3, 2), made.noise(2, 2, seed=1), made.noise(2, seed=2)
        ),
    ),
    (
        "Philips DICOM",
        lambda f: made.philips_dicom(f / "IM_0001", made.noise(1), made.noise(1)),
    ),
    ("GE P-file of PROBE-P", pfile),
    ("GE P-file", old_pfile),
    ("Bruker fid", lambda f: made.bruker(f, whole(1)[0])),
    ("ISMRMRD", ismrmrd),
    ("MRD stream saved as a file", mrd_stream),
)


def made_rows(folder: Path) -> Iterator[str]:
    """Of files that are made here, each in a folder of its own."""
    for n, (kind, make) in enumerate(MADE):
        place = folder / str(n)
        place.mkdir()
        yield row(make(place), kind, MADE_FILE)
