"""What cannot be followed is refused by what is wrong with it."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.check import checked_for
from monitor.analysis.signal.acquisition import LEAST_POINTS, check_acquisition
from streams.errors import InputError
from streams.messages.transient import Acquisition

ACQUISITION = Acquisition(123.25, "1H", 5e-4, LEAST_POINTS, 1, 0.03)


def test_the_shortest_is_followed():
    check_acquisition(ACQUISITION)


def test_a_point_less_is_refused():
    with pytest.raises(InputError, match="A FID of 63 points is too short"):
        check_acquisition(replace(ACQUISITION, points=LEAST_POINTS - 1))


def test_a_short_fid_is_no_fault_of_the_basis_set():
    """A set made for 16 points would seem to have lines of 40 Hz."""
    short = BasisSet(
        names=("NAA", "Glu"),
        fids=np.vstack([np.ones(16, complex), 1j ** np.arange(16)]),
        dwell_time_s=5e-4,
        spectrometer_frequency_mhz=123.25,
        nucleus="1H",
        echo_time_s=0.03,
        sequence="PRESS",
        provenance={},
        source="short",
    )
    with pytest.raises(InputError, match="A FID of 16 points"):
        checked_for(short, replace(ACQUISITION, points=16))
