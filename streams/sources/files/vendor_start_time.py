"""When a vendor's file says that its acquisition began: DICOM and Philips SPAR.

Of DICOM the acquisition's own time is read, of SPAR `scan_date`; nothing else of them
is looked at.  What was removed (zeros) is no time.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

from streams.sources.files.clock_time import ClockTime, scanner_time_of
from streams.sources.files.optional_packages import needed

SPAR_DATE = re.compile(r"^scan_date\s*:(?P<at>.*)$", re.MULTILINE)
DATE_DIGITS = 8  # before the time in a DICOM date with time


def dicom_begun(paths: Sequence[Path]) -> ClockTime | None:
    """The earliest time among the files of a series."""
    times = [found for path in paths if (found := _dicom_time(path)) is not None]
    return min(times, key=lambda time: time.since(times[0]) or 0.0, default=None)


def _dicom_time(path: Path) -> ClockTime | None:
    pydicom = needed("pydicom", "DICOM files")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tags = ["AcquisitionTime", "AcquisitionDateTime"]
            head = pydicom.dcmread(path, specific_tags=tags)
            time, whole = (str(head.get(tag) or "") for tag in tags)
    except Exception:  # whatever a foreign parser does on a damaged file
        return None
    return scanner_time_of(time or whole[DATE_DIGITS:])


def spar_begun(path: Path) -> ClockTime | None:
    """Time of a Philips header."""
    found = SPAR_DATE.search(path.read_text(encoding="latin-1"))
    return scanner_time_of(found["at"]) if found else None
