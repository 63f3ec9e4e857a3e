"""What is said of a session's basis set once its macromolecules were measured."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.course.course import Course
from monitor.analysis.course.intake import Intake
from monitor.analysis.course.nulled_scan import LEAST, NulledScan
from monitor.analysis.course.session_basis import SessionBasis
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.note import Note, NoteKind
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition, Kind, Transient

SETTINGS = Settings()
NULLED = Acquisition(
    123.25, "1H", 5e-4, 512, 1, 0.03, 2.0, sequence="PRESS", inversion_time_s=0.67
)
NOTES = (
    Note(NoteKind.UNMEASURED, "The macromolecules are not measured."),
    Note(NoteKind.BASIS, "An entry was left out."),
)


@pytest.fixture
def basis() -> BasisSet:
    t = NULLED.dwell_time_s * np.arange(NULLED.points)
    lines = {"NAA": 2.01, "Cr": 3.03}
    turns = [-2j * np.pi * (ppm - 4.65) * 123.25 for ppm in lines.values()]
    fids = np.exp((np.array(turns)[:, None] - np.pi) * t)
    return BasisSet(tuple(lines), fids, 5e-4, 123.25, "1H", 0.03, "PRESS")


def test_what_was_not_measured_is_said_until_it_was(basis: BasisSet):
    one = SessionBasis(basis, Intake(Course(Freedom()), SETTINGS))
    assert one.still_true(NOTES) == NOTES
    one.nulled.shapes = basis
    assert one.is_outdated(SETTINGS)
    one.put_models(SETTINGS)
    assert one.measured_mm is basis
    assert one.still_true(NOTES) == NOTES[1:]
    assert not one.is_outdated(SETTINGS)
    assert one.is_outdated(replace(SETTINGS, macromolecules="none"))


def judged(basis: BasisSet, signal: float) -> NulledScan:
    """A block of broad lines of this height over noise of SD 1."""
    random, held = np.random.default_rng(2), NulledScan()
    t = NULLED.dwell_time_s * np.arange(NULLED.points)
    places = (0.91, 1.21, 1.43, 1.67, 2.08, 2.25, 2.98, 3.2)
    broad = sum(
        np.exp((-2j * np.pi * (ppm - 4.65) * 123.25 - np.pi * 25) * t) for ppm in places
    )
    for count in range(4 * LEAST):
        noise = random.standard_normal((2, t.size))
        fid = (signal * broad + noise[0] + 1j * noise[1]).astype(np.complex64)
        body = Transient(count, 2.0 * count, Kind.MACROMOLECULE, fid[None])
        held.push(body, NULLED, ())
    held.close()
    held.judge(basis, SETTINGS, 0.0, 6.0, 2.0)
    return held


def test_a_block_is_used_where_it_shows_something_above_its_noise(basis: BasisSet):
    noise, clear = judged(basis, 0.0), judged(basis, 5.0)
    assert noise.measured.refused == "it shows nothing above its noise"
    assert noise.shapes is None
    assert clear.measured.refused == ""
    assert clear.shapes is not None
