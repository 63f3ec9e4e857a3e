"""The echo time as a DICOM file itself says it, in s.

Converters compute it from the protocol in the file, which for sequences with several
stored echo times is not TE.  Standard fields are in ms, those of Siemens' older
spectroscopy objects stand in the private CSA header of the image.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

from streams.sources.files.optional_packages import needed

LEAST_MS, MOST_MS = 0.5, 1000.0


def own_echo_time_s(path: Path) -> float | None:
    """TE of a DICOM file, s; None where it names none that can be."""
    pydicom = needed("pydicom", "DICOM files")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = pydicom.dcmread(path)
            found = [_standard(image), _enhance(image), _csa(image)]
    except Exception:  # whatever a foreign parser does on a damaged file
        return None
    known = [ms for ms in found if ms is not None and LEAST_MS <= ms <= MOST_MS]
    return 1e-3 * known[0] if known else None


def _standard(image: Any) -> float | None:
    return _number(image.get("EchoTime"))


def _enhance(image: Any) -> float | None:
    for groups in (
        "SharedFunctionalGroupsSequence",
        "PerFrameFunctionalGroupsSequence",
    ):
        for group in (image.get(groups) or [])[:1]:
            for echo in (group.get("MREchoSequence") or [])[:1]:
                return _number(echo.get("EffectiveEchoTime"))
    return None


def _csa(image: Any) -> float | None:
    """EchoTime in Siemens' header of the image."""
    from nibabel.nicom import csareader

    for element in ((0x29, 0x1110), (0x29, 0x1010)):
        if element not in image or not isinstance(image[element].value, bytes):
            continue
        header: Any = csareader.read(image[element].value)  # type: ignore[no-untyped-call]
        items = header["tags"].get("EchoTime", {}).get("items") or [None]
        return _number(items[0])
    return None


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
