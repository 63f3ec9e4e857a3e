"""What is missing of creatine's CH2, as an entry of the basis set."""

import numpy as np
import pytest

from monitor.analysis.basis.creatine_ch2 import NAME, with_creatine_ch2
from monitor.basis.files import load_basis


@pytest.mark.parametrize("name", ["press_3t_te30", "steam_7t_te11"])
def test_it_is_made_of_the_creatine_that_the_set_has(name: str) -> None:
    whole = load_basis(name)
    made = with_creatine_ch2(whole.subset(["Cr", "NAA"]))
    assert made.names == ("Cr", "NAA", NAME)
    line = np.exp(-np.pi * 5.0 * whole.dwell_time_s * np.arange(whole.points))
    off = (made.fid(NAME) - whole.fid(NAME)) * line
    assert np.linalg.norm(off) < 0.05 * np.linalg.norm(whole.fid(NAME) * line)


def test_a_set_that_has_it_or_no_creatine_stays_as_it_is() -> None:
    whole = load_basis("press_3t_te30")
    assert with_creatine_ch2(whole) is whole
    without = whole.without(["Cr", "PCr", NAME])
    assert with_creatine_ch2(without) is without


def test_a_singlet_has_no_ch2() -> None:
    """An editing pulse, or a filter, took it."""
    one = load_basis("press_3t_te30").subset(["Cr", NAME])
    fids = np.stack([one.fid("Cr") + one.fid(NAME)])
    bare = type(one)(
        ("Cr",), fids, one.dwell_time_s, one.spectrometer_frequency_mhz, "1H",
        one.echo_time_s, one.sequence, {}, one.source,
    )  # fmt: skip
    assert with_creatine_ch2(bare).names == ("Cr",)
