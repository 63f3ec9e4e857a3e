"""Numbers that cannot be calculated with are refused, and all others taken."""

import numpy as np
import pytest

from monitor.analysis.signal.usable_numbers import LARGEST, check_numbers
from streams.errors import InputError


@pytest.mark.parametrize("value", [0.0, 1.0, -LARGEST, 1j * LARGEST, 1e-30])
def test_what_is_a_signal_is_taken(value: complex) -> None:
    check_numbers(np.full((2, 4), value), "It")
    check_numbers(np.zeros((0, 4), complex), "It")


@pytest.mark.parametrize("value", [1.1 * LARGEST, -1.1j * LARGEST, np.inf, -np.inf])
def test_what_is_too_large_is_said_in_the_same_words(value: complex) -> None:
    fid = np.ones((2, 4), complex)
    fid[1, 3] = value
    with pytest.raises(InputError, match=r"numbers above 1e\+12"):
        check_numbers(fid, "It")


@pytest.mark.parametrize("value", [np.nan, complex(0.0, np.nan)])
def test_what_is_no_number_is_named_by_what_holds_it(value: complex) -> None:
    fid = np.ones((2, 4), complex)
    fid[0, 0] = value
    with pytest.raises(InputError, match="A noise transient holds NaN"):
        check_numbers(fid, "A noise transient")
