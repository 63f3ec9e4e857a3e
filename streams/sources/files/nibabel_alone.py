"""Nibabel without what it would import besides: a quarter of a second becomes less."""

import sys
from types import ModuleType


def nibabel_alone() -> ModuleType:
    """Nibabel, imported without pydicom where nobody has either yet.

    It wants pydicom for header extensions that hold DICOM, which are not read here, and
    would spend a third of its time on it.  Who imports pydicom later finds it as ever.
    """
    absent = not {"nibabel", "pydicom"} & sys.modules.keys()
    if absent:
        sys.modules["pydicom"] = None  # type: ignore[assignment]  # as if not installed
    try:
        import nibabel
    finally:
        if absent:
            del sys.modules["pydicom"]
    return nibabel
