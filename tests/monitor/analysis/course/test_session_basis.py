"""What is said of a session's basis set once its macromolecules were measured."""

from dataclasses import replace

import numpy as np
import pytest
from course_cases import quality
from fit_cases import make_model

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.course import nulled_scan
from monitor.analysis.course.course import Course
from monitor.analysis.course.intake import NEWEST, Intake
from monitor.analysis.course.measured_block import MeasuredBlock
from monitor.analysis.course.nulled_scan import LEAST, NulledScan, said_of
from monitor.analysis.course.session_basis import SessionBasis
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.note import Note, NoteKind
from monitor.protocol.settings import Settings
from streams.errors import InputError
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


def judged(
    basis: BasisSet, signal: float, acquisition: Acquisition = NULLED
) -> NulledScan:
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
        held.push(body, acquisition, ())
    held.close()
    held.judge(basis, SETTINGS, 0.0, 6.0, 2.0)
    return held


def test_a_block_is_used_where_it_shows_something_above_its_noise(basis: BasisSet):
    noise, clear = judged(basis, 0.0), judged(basis, 5.0)
    assert noise.measured.refused == "it shows nothing above its noise"
    assert noise.shapes is None
    assert clear.measured.refused == ""
    assert clear.shapes is not None


def test_a_block_is_good_where_nothing_speaks_against_it() -> None:
    plain = MeasuredBlock(0.0, 60.0, 32, 32, noise_percent=3.0)
    assert plain.good
    assert not replace(plain, refused="it has 3 transients").good
    assert not replace(plain, doubts=("Its noise is 9 %.",)).good
    assert not replace(plain, refused="few", doubts=("noisy",)).good


def test_what_becomes_of_a_block_is_said() -> None:
    block = MeasuredBlock(10.0, 70.0, 32, 30, noise_percent=3.0, weighting="T1 is off.")
    (used,) = said_of(block, SETTINGS)
    assert "30 of 32 transients, 10 to 70 s" in used
    assert "all is fitted with them" in used
    assert "left of metabolites: nothing" in used
    more = replace(block, residues=("tCr +4 %", "Tau -3 %"), doubts=("It is far.",))
    said = list(said_of(more, SETTINGS))
    assert "left of metabolites: tCr +4 %, Tau -3 %" in said[0]
    assert said[1:] == ["It is far."]
    (unused,) = said_of(more, replace(SETTINGS, macromolecules="none"))
    assert 'are not used: the protocol has macromolecules = "none"' in unused
    (refused,) = said_of(replace(block, refused="it shows nothing"), SETTINGS)
    assert "are not used, since it shows nothing" in refused


def test_a_block_is_closed_by_what_comes_behind_it_and_opened_by_its_own() -> None:
    held = NulledScan()
    held.close()
    assert not held.closed
    fid = np.zeros((1, NULLED.points), np.complex64)
    body = Transient(0, 4.0, Kind.MACROMOLECULE, fid)
    assert held.push(body, NULLED, ()).transients == 1
    held.close()
    assert held.closed
    assert held.push(replace(body, time_s=6.0), NULLED, ()).transients == 2
    assert not held.closed
    other = replace(NULLED, inversion_time_s=0.9)
    assert held.push(body, other, ()).transients == 1


def test_the_weighting_of_the_inversion_is_taken_off_where_it_is_known(
    basis: BasisSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    gains = []
    monkeypatch.setattr(
        nulled_scan,
        "measured_shapes",
        lambda found, a, gain, *_: gains.append(gain(np.full(2, 0.5))) or basis,
    )
    for acquisition in (NULLED, replace(NULLED, inversion_time_s=None)):
        judged(basis, 5.0, acquisition)
    told, untold = gains
    assert untold.tolist() == [1.0, 1.0]
    assert (np.abs(told - 1.0) > 0.02).all()


class Scan:
    """In the place of the blocks: closed, and says what it is judged with."""

    closed = True

    def judge(self, basis, settings, moved_hz, line_hz, tr_s):
        self.given = moved_hz, line_hz, tr_s
        return "judged"


def begun(basis: BasisSet) -> SessionBasis:
    intake = Intake(Course(Freedom()), SETTINGS)
    intake.acquisition = NULLED
    return SessionBasis(basis, intake, nulled=Scan())


def test_a_block_is_judged_once_the_lines_have_a_place(basis: BasisSet) -> None:
    one = begun(basis)
    assert one.judge_block(SETTINGS, ended=False) is None
    one.intake.lines_hz.extend([3.0, 5.0, 4.0])
    assert one.judge_block(SETTINGS, ended=False) == "judged"
    assert one.nulled.given[0] == 4.0
    assert one.nulled.given[2] == NULLED.repetition_time_s
    one.nulled.closed = False
    for ended in (False, True):
        assert one.judge_block(SETTINGS, ended) is None


def test_at_the_end_it_is_judged_wherever_the_lines_are(basis: BasisSet) -> None:
    one = begun(basis)
    assert one.judge_block(SETTINGS, ended=True) == "judged"
    assert one.nulled.given[:2] == (0.0, 0.0)
    one.intake.acquisition = None
    one.intake.lines_hz.append(1.0)
    assert one.judge_block(SETTINGS, ended=True) is None


def test_the_width_of_the_lines_is_that_of_the_newest_that_count(
    basis: BasisSet,
) -> None:
    one = begun(basis)
    widths = [4.0] * 20 + [8.0] * (NEWEST - 1) + [50.0]
    one._course.qualities = [
        quality(i, fwhm_hz=width, weight=0.0 if width == 50.0 else 1.0)
        for i, width in enumerate(widths)
    ]
    assert one._line_hz() == 8.0
    one._course.qualities = [quality(0, fwhm_hz=np.nan)]
    assert one._line_hz() == 0.0


def test_a_nulled_transient_needs_a_series(basis: BasisSet) -> None:
    intake = Intake(Course(Freedom()), SETTINGS)
    one = SessionBasis(basis, intake)
    fid = np.ones((1, NULLED.points), np.complex64)
    body = Transient(0, 4.0, Kind.MACROMOLECULE, fid)
    with pytest.raises(InputError, match="before any start message"):
        one.take_nulled(body, 0)
    intake.begin_series(NULLED, make_model(), 0)
    assert one.take_nulled(body, 0).transients == 1
