"""What goes back to the scanner: pages and averaged spectra as MRD images.

Names of attributes as public FIRE programs use them; no scanner has shown ours yet.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitor.chain.orders import Averaged
from monitor.chain.page import WHITE, Pixels
from streams.sources.mrd.header import Header
from streams.sources.mrd.writer import Image, image_bytes

PAGES, SPECTRA = 101, 102
PAGE_MM = (200.0, 200.0, 10.0)
SCALE = 2.0**25
"""Public spectroscopy programs multiply by this for the scanner's own viewer."""


def page_message(
    pixels: Pixels, index: int, comments: Sequence[str], transients: int, head: bytes
) -> bytes:
    """A page as an image of its own series."""
    return image_bytes(
        Image(
            pixels,
            PAGES,
            index,
            PAGE_MM,
            head,
            {
                "DataRole": "Image",
                "ImageComments": "; ".join(comments),
                "ImageProcessingHistory": ("MRSMONITOR",),
                "SequenceDescriptionAdditional": "MRSMONITOR_PAGE",
                "Keep_image_geometry": 1,
                "WindowCenter": WHITE // 2 + 1,
                "WindowWidth": WHITE + 1,
                "MrsMonitorTransients": transients,
                "MrsMonitorComments": tuple(comments),
            },
        )
    )


def spectrum_message(
    averaged: Averaged, index: int, header: Header, conjugate: bool, head: bytes
) -> bytes:
    """An averaged spectrum, in the scanner's own sign convention."""
    fid = np.conj(averaged.fid) if conjugate else averaged.fid
    points = (SCALE * fid).astype(np.complex64)[np.newaxis]
    return image_bytes(
        Image(
            points,
            SPECTRA,
            index,
            _voxel_mm(header),
            head,
            {
                "DataRole": "Spectroscopy",
                "ImageComments": f"mean of {averaged.transients} transients, aligned "
                f"and weighted; epoch {averaged.epoch}",
                "ImageProcessingHistory": ("MRSMONITOR", "SPECTRO"),
                "SequenceDescriptionAdditional": "MRSMONITOR_MEAN",
                "Keep_image_geometry": 1,
                "SiemensControl_SpectroData": ("bool", "true"),
                "SiemensDicom_RealDwellTime": (
                    "int",
                    str(round(1e6 * averaged.dwell_time_s)),
                ),
                "MrsMonitorTransients": averaged.transients,
            },
        )
    )


def _voxel_mm(header: Header) -> tuple[float, float, float]:
    """Field of view as the header states it, mm; 1 where it does not."""
    stated = [
        header.text(f"encoding/reconSpace/fieldOfView_mm/{axis}") for axis in "xyz"
    ]
    try:
        x, y, z = (float(text or 1.0) for text in stated)
    except ValueError:
        return 1.0, 1.0, 1.0
    return x, y, z
