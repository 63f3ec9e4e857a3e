"""LCModel `.BASIS`: writing basis sets; the layout is described in `lcmodel`.

Written are `(6E13.5)` files with the FID zero filled to twice its points, as LCModel
wants; a set whose second half is already nil in every FID (as a file that was read
gives it) is taken as zero filled, so that writing what was read gives the same file.
All entries have the same points: macromolecules alone decay in half of them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.basis.basis_set import BasisSet
from streams.export.atomic import replacing

Complex = NDArray[np.complex128]

DIGITS = 5
NIL = 2e-5
"""Second half of an FID below this fraction of its largest point: zero filled."""
ROUNDING = 1e-8
"""Numbers below this fraction of the largest are written as zero."""


def write_lcmodel(basis: BasisSet, path: Path) -> None:
    """Write an LCModel `.BASIS` file."""
    with replacing(path) as file:
        file.write(lcmodel_text(basis).encode("ascii"))


def lcmodel_text(basis: BasisSet) -> str:
    """Text of an LCModel `.BASIS` file."""
    spectra = _stored_spectra(basis.fids)
    te_ms = "-1." if basis.echo_time_s is None else f"{1e3 * basis.echo_time_s:.2f}"
    identity = _quotable(basis.provenance.get("id", "") or basis.source)[:72]
    head = _HEAD.format(
        fwhm_ppm=0.0,
        mhz=basis.spectrometer_frequency_mhz,
        te_ms=te_ms,
        sequence=_quotable(basis.sequence),
        identity=identity,
        dwell=basis.dwell_time_s,
        points=spectra.shape[1],
    )
    entries = [
        _ENTRY.format(name=_quotable(name)) + _columns(spectrum)
        for name, spectrum in zip(basis.names, spectra, strict=True)
    ]
    return head + "".join(entries)


def _quotable(text: str) -> str:
    """Text that may stand between Fortran's quotes."""
    return text.encode("ascii", "replace").decode().replace("'", " ").strip()


def _stored_spectra(fids: Complex) -> Complex:
    """DFTs of zero-filled FIDs (M, n) over the root of their points, as stored."""
    heights = np.abs(fids)
    late = heights[:, fids.shape[1] // 2 :].max(1)
    filled = bool((late < NIL * heights.max(1)).all())
    points = fids.shape[1] if filled else 2 * fids.shape[1]
    spectra: Complex = np.fft.fft(fids, points, axis=1) / np.sqrt(points)
    return spectra


def _columns(spectrum: Complex) -> str:
    """Real and imaginary parts in six columns of thirteen characters."""
    values = np.column_stack([spectrum.real, spectrum.imag]).ravel()
    limit = ROUNDING * float(f"{np.abs(values).max():.{DIGITS}E}")
    values[np.abs(values) < limit] = 0.0
    fields = [f"{value:13.{DIGITS}E}" for value in values]
    rows = ["".join(fields[k : k + 6]) for k in range(0, len(fields), 6)]
    return "\n".join(rows) + "\n"


_HEAD = """ $SEQPAR
 FWHMBA = {fwhm_ppm:.6f},
 HZPPPM = {mhz:.6f},
 ECHOT = {te_ms},
 SEQ = '{sequence}' $END
 $BASIS1
 IDBASI = '{identity}',
 FMTBAS = '(6E13.5)',
 BADELT = {dwell:.6E},
 NDATAB = {points} $END
"""

_ENTRY = """ $NMUSED
 FILERAW = '{name}',
 METABO_CONTAM = ' ',
 METABO_SINGLET = ' ',
 AUTOPH = F,
 AUTOSC = F,
 DO_CONTAM = F,
 FLATEN = F,
 CONCSC = -1.,
 DEGZER = 0.,
 DEGPAP = 0.,
 DEGPPM = 0.,
 HWDPHA = 0.1,
 HWDSCA = 0.1,
 PPMAPP = 0.5 -0.5,
 PPMAPP_CONTAM = 0. 0.,
 PPMBAS = 0.01,
 PPMPK = 0.01,
 PPMPK_CONTAM = 0.,
 PPMPHA = 0.,
 PPMSCA = 8.44,
 PPM_SPLIT = -999.,
 RINTEG = 0.,
 SDPNTS = 1.,
 XTRASH = 0. $END
 $BASIS
 ID = '{name}',
 METABO = '{name}',
 CONC = 1.,
 TRAMP = 1.,
 VOLUME = 1.,
 ISHIFT = 0 $END
"""
