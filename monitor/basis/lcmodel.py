"""LCModel `.BASIS`: reading basis sets.

LCModel's file (LCModel & LCMgui User's Manual 6.3, sections 8 and 11; read against
dngreve/LCModel `LCModel.f`, subroutine MYBASI).  Fortran namelists, then numbers:

    $SEQPAR  HZPPPM [MHz], ECHOT [ms], SEQ          $BASIS1  BADELT [s], NDATAB, FMTBAS
    for each metabolite:  $NMUSED ... $END  $BASIS METABO, CONC, TRAMP, VOLUME, ISHIFT
    NDATAB complex numbers S_k in the format FMTBAS

S_k is the forward DFT of the FID (zero filled) over sqrt(NDATAB), k = 0 at the carrier
(PPMSEP, 4.65 ppm), not rearranged; rising k is *falling* ppm.  With our sign the FID is

    x_n = scale / sqrt(N) sum_k S_k exp(+2 pi i k n / N) exp(-2 pi i ISHIFT n / N),
    scale = TRAMP / (VOLUME CONC);

ISHIFT points move a spectrum towards larger ppm.  Files in the wild separate numbers by
blanks without regard to FMTBAS, or keep to FMTBAS with numbers touching each other:
both are read.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.basis.basis_set import HUGE, NOTE, BasisSet
from streams.errors import InputError
from streams.messages.transient import REFERENCE_PPM

Complex = NDArray[np.complex128]

_NAMELIST = re.compile(r"[$&](\w+)\s(.*?)(?:[$&]END\b|(?m:^\s*/\s*$))", re.I | re.S)
_FORMAT = re.compile(r"\(\s*(?:\d*P,?)?\s*(\d+)\s*[EFDG](\d+)\.(\d+)", re.I)


def read_lcmodel(path: Path) -> BasisSet:
    """Read an LCModel `.BASIS` file.

    Raises
    ------
    InputError : no file, no basis set, truncated, or values that make no sense
    """
    return parse_lcmodel(_text_of(path), path.name)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="latin-1")
    except OSError as error:
        raise InputError(
            f"Basis set {path} cannot be read ({error.strerror}): give the path of a "
            ".BASIS file."
        ) from None


def parse_lcmodel(text: str, source: str) -> BasisSet:
    """Read the text of an LCModel `.BASIS` file; `source` names it in errors."""
    general: dict[str, str] = {}
    used: dict[str, str] = {}
    names: list[str] = []
    fids: list[Complex] = []
    short: list[str] = []
    lists = list(_NAMELIST.finditer(text))
    ends = [following.start() for following in lists[1:]] + [len(text)]
    for here, end in zip(lists, ends[: len(lists)], strict=True):
        kind, entries = here[1].upper(), assignments(here[2])
        if kind in ("SEQPAR", "BASIS1"):
            general |= entries
        elif kind == "NMUSED":
            used = entries
        elif kind == "BASIS":
            _check_general(general, source)
            name = entries.get("METABO", entries.get("ID", "")).strip()
            spectrum, whole = _spectrum(text[here.end() : end], general, name, source)
            if not whole:
                short.append(name)
            fids.append(_fid(spectrum, entries, used, general, name, source))
            names.append(name)
    _check_complete(text, general, names, source)
    _check_short(short, names, source)
    return _basis_set(general, names, fids, source, bool(short))


def assignments(body: str) -> dict[str, str]:
    """`KEY = value` pairs of a namelist, keys in upper case, quotes stripped."""
    quoted = re.sub(r"'[^']*'", lambda m: m[0].replace("=", "\0"), body)
    pieces = re.split(r"(\w+)(?:\([^)]*\))?\s*=", quoted)
    return {
        key.upper(): value.strip().rstrip(",").strip().strip("'\"").replace("\0", "=")
        for key, value in zip(pieces[1::2], pieces[2::2], strict=True)
    }


def _spectrum(
    text: str, general: dict[str, str], name: str, source: str
) -> tuple[Complex, bool]:
    """NDATAB complex numbers after a `$BASIS` namelist, and whether all are there.

    Some writers drop the last one, which lies beside the carrier: it is put halfway
    between its neighbours.
    """
    count = 2 * int(_number(general, "NDATAB", source))
    values = _blank_separated(text)
    if values is None or values.size != count:
        values = _fixed_width(text, general.get("FMTBAS", ""))
    whole = values is None or values.size != count - 2
    if values is not None and not whole:
        values = np.append(values, (values[-2:] + values[:2]) / 2)
    if values is None or values.size < count:
        found = 0 if values is None else values.size
        raise InputError(
            f"Basis set {source}: {name} has {found // 2} readable points of "
            f"{count // 2}; the file is truncated or damaged, get it again."
        )
    if not (np.abs(values) <= HUGE).all():
        raise InputError(
            f"Basis set {source}: {name} has values that are not finite or above "
            f"{HUGE:g}; the file is damaged, get it again."
        )
    pairs = values[:count].reshape(-1, 2)
    return np.asarray(pairs[:, 0] + 1j * pairs[:, 1]), whole


def _blank_separated(text: str) -> NDArray[np.float64] | None:
    try:
        return np.array(re.sub(r"(?<=\d)[dD](?=[-+\d])", "E", text).split(), float)
    except ValueError:
        return None


def _fixed_width(text: str, layout: str) -> NDArray[np.float64] | None:
    """Numbers in columns as a Fortran format `(6E13.5)` says, touching or not."""
    found = _FORMAT.search(layout)
    if found is None:
        return None
    width, decimals = int(found[2]), int(found[3])
    values = []
    for line in text.splitlines():
        for start in range(0, len(line.rstrip()), width):
            value = fortran_number(line[start : start + width], decimals)
            if value is None:
                return None
            values.append(value)
    return np.array(values, float)


def fortran_number(field: str, decimals: int) -> float | None:
    """Read a number as Fortran does: `1.2-103`, `1.2D+03`, and `12` for `0.00012`.

    A field without a decimal point has `decimals` implied ones; a blank field is 0.
    None where it is no number.
    """
    found = re.fullmatch(
        r"([-+]?\d*)(\.?)(\d*)(?:[EeDd]?([-+]?\d+))?", field.replace(" ", "")
    )
    if found is None or (field.strip() and not found[1].strip("+-") + found[3]):
        return None
    implied = 0 if found[2] else decimals
    digits = found[1] + found[2] + found[3]
    if not digits.strip("+-."):
        return 0.0
    return float(f"{digits}E{int(found[4] or 0) - implied}")


def _fid(
    spectrum: Complex,
    entries: dict[str, str],
    used: dict[str, str],
    general: dict[str, str],
    name: str,
    source: str,
) -> Complex:
    """FID of one entry, scaled and shifted as LCModel does when it reads it."""
    n = spectrum.size
    conc, tramp, volume = (
        _number(entries, key, source, 1.0) for key in ("CONC", "TRAMP", "VOLUME")
    )
    if conc * volume <= 0 or tramp <= 0:
        raise InputError(
            f"Basis set {source}: {name} has CONC {conc:g}, TRAMP {tramp:g}, VOLUME "
            f"{volume:g}; they must be positive."
        )
    hz = 1 / (n * _number(general, "BADELT", source))
    centre = _number(used, "PPMSEP", source, REFERENCE_PPM)
    off_centre = (centre - REFERENCE_PPM) * _number(general, "HZPPPM", source) / hz
    shift = _number(entries, "ISHIFT", source, 0.0) + off_centre
    fid = np.fft.ifft(spectrum) * np.sqrt(n) * (tramp / (volume * conc))
    return np.asarray(fid * np.exp(-2j * np.pi * shift * np.arange(n) / n))


def _number(
    entries: dict[str, str], key: str, source: str, default: float | None = None
) -> float:
    """Value of a field; `default` where it is left out (None: it must be there)."""
    text = entries.get(key, "").split(",")[0].split()
    if not text and default is not None:
        return default
    try:
        value = float(text[0].upper().replace("D", "E"))
    except (IndexError, ValueError):
        raise InputError(
            f"Basis set {source}: {key} is missing or no number; it is no LCModel "
            ".BASIS file or it is damaged."
        ) from None
    if not abs(value) <= HUGE:
        raise InputError(
            f"Basis set {source}: {key} is {value:g}; the file is damaged, get it "
            "again."
        )
    return value


def _check_complete(
    text: str, general: dict[str, str], names: list[str], source: str
) -> None:
    """Refuse what is no basis set, and one that ends within a namelist."""
    if "BADELT" not in general or not names:
        raise InputError(
            f"{source} is no LCModel basis set: it lacks $BASIS1 or any $BASIS entry; "
            "give a .BASIS file."
        )
    tail = re.sub(_NAMELIST, "", text)
    if re.search(r"[$&](NMUSED|BASIS)\b", tail, re.I):
        raise InputError(
            f"Basis set {source} ends in the middle of an entry; get the file again."
        )


def _check_short(short: list[str], names: list[str], source: str) -> None:
    """Refuse a file of which only some entries lack their last point."""
    if short and len(short) < len(names):
        raise InputError(
            f"Basis set {source}: {', '.join(short)} lacks its last point, the others "
            "do not; the file is truncated or damaged, get it again."
        )


def _check_general(general: dict[str, str], source: str) -> None:
    """Refuse a dwell time, frequency or number of points that is none."""
    if _number(general, "BADELT", source) < 0:
        raise InputError(
            f"Basis set {source} is encrypted (its BADELT is negative), as those that "
            "come with LCModel are, and only LCModel can read it: give one that is "
            "not, or simulate one (mrs-monitor basis simulate)."
        )
    for key in ("BADELT", "HZPPPM", "NDATAB"):
        if _number(general, key, source) <= 0:
            raise InputError(f"Basis set {source}: {key} must be positive.")


def _basis_set(
    general: dict[str, str],
    names: list[str],
    fids: list[Complex],
    source: str,
    short: bool,
) -> BasisSet:
    note = {NOTE: "Each entry lacked its last point; one was put in its place."}
    echo = _number(general, "ECHOT", source, -1.0)
    return BasisSet(
        names=tuple(names),
        fids=np.stack(fids),
        dwell_time_s=_number(general, "BADELT", source),
        spectrometer_frequency_mhz=_number(general, "HZPPPM", source),
        nucleus="1H",  # LCModel's file has no field for it
        echo_time_s=echo / 1e3 if echo > 0 else None,
        sequence=general.get("SEQ", "").strip(),
        provenance={
            "format": "LCModel .BASIS",
            "id": general.get("IDBASI", "").strip(),
            **(note if short else {}),
        },
        source=source,
    )
