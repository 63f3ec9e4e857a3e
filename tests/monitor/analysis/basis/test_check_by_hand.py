"""What is mended of a basis set, and what is only said, on both sides of each limit."""

from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.basis import check
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.check import (
    DWELL_TOLERANCE,
    OFFSET_NOTE_PPM,
    STRETCH_TOLERANCE,
    _length_notes,
    _recentre,
    _sequence_notes,
    _unstretch,
)
from streams.messages.transient import Acquisition

ACQUISITION = Acquisition(100.0, "1H", 5e-4, 100, 1, 0.03, sequence="PRESS")


def basis(dwell_time_s: float = 5.05e-4, points: int = 100, **changes) -> BasisSet:
    given = {
        "names": ("NAA",), "fids": np.ones((1, points), complex),
        "dwell_time_s": dwell_time_s, "spectrometer_frequency_mhz": 100.0,
        "nucleus": "1H", "echo_time_s": 0.03, "sequence": "PRESS", "provenance": {},
        "source": "x",
    }  # fmt: skip
    return BasisSet(**{**given, **changes})


def stretched(monkeypatch, before: float | None, after: float | None) -> None:
    """Let the axis of a set be stretched so, and so with the acquisition's dwell."""
    monkeypatch.setattr(
        check, "frequency_stretch",
        lambda b: after if b.dwell_time_s == ACQUISITION.dwell_time_s else before,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "mended", "said"),
    [
        (1.01, 1.0, True, "was stretched by 1.0 %"),
        (1.01, 1.004, True, "was stretched by 1.0 %"),
        (1.01, 1.006, False, "is +1.0 % off"),
        (0.99, 0.994, False, "is -1.0 % off"),
        (0.99, 1.001, True, "was stretched by -1.0 %"),
        (1.01, None, False, "is +1.0 % off"),
        (1 + 0.9 * STRETCH_TOLERANCE, 1.0, False, ""),
        (None, 1.0, False, ""),
    ],
)
def test_a_dwell_time_is_mended_where_that_halves_the_stretch(
    monkeypatch, before, after, mended, said
) -> None:
    stretched(monkeypatch, before, after)
    found, notes = _unstretch(basis(), ACQUISITION)
    assert (found.dwell_time_s == ACQUISITION.dwell_time_s) is mended
    assert len(notes) == bool(said)
    assert said in " ".join(notes)


def test_a_dwell_time_that_is_far_off_is_none_of_ours(monkeypatch) -> None:
    stretched(monkeypatch, 1.01, 1.0)
    far = basis(5e-4 * (1 + 1.1 * DWELL_TOLERANCE))
    assert _unstretch(far, ACQUISITION)[0] is far


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (None, ""), (OFFSET_NOTE_PPM, ""), (-OFFSET_NOTE_PPM, ""),
        (0.01, "0.010 ppm high"), (-0.01, "0.010 ppm low"),
    ],
)  # fmt: skip
def test_lines_are_moved_to_their_place(monkeypatch, offset, said) -> None:
    moved: list[float] = []
    one = SimpleNamespace(moved_ppm=moved.append)
    monkeypatch.setattr(check, "offset_ppm", lambda b: offset)
    _, notes = _recentre(one)
    assert moved == ([-offset] if said else [])
    assert said in " ".join(notes)


@pytest.mark.parametrize(
    ("echo_time_s", "sequence", "count"),
    [
        (0.03, "PRESS", 0), (0.0304, "PRESS", 0), (0.0306, "PRESS", 1),
        (0.0294, "PRESS", 1), (None, "PRESS", 0), (0.03, "STEAM", 1),
        (0.03, "", 0), (0.04, "STEAM", 2),
    ],
)  # fmt: skip
def test_another_sequence_or_echo_time_is_said(echo_time_s, sequence, count) -> None:
    one = basis(echo_time_s=echo_time_s, sequence=sequence)
    assert len(_sequence_notes(one, ACQUISITION)) == count
    nothing = Acquisition(100.0, "1H", 5e-4, 100, 1, 0.03)
    assert len(_sequence_notes(basis(sequence="STEAM"), nothing)) == 0


@pytest.mark.parametrize(
    ("points", "last", "said"),
    [(100, 1.0, False), (91, 1.0, False), (89, 1.0, True), (89, 0.009, False),
     (50, 0.011, True)],
)  # fmt: skip
def test_lines_that_are_cut_off_are_said(points, last, said) -> None:
    fids = np.ones((1, points), complex)
    fids[:, -8:] *= last
    one = basis(5e-4, fids=fids)
    assert bool(_length_notes(one, ACQUISITION)) is said
