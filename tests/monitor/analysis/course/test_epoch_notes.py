"""When it is said that what is measured lies apart from the reference period."""

from types import SimpleNamespace

import pytest

from monitor.analysis.course.epoch_notes import APART, EpochNotes
from monitor.analysis.course.gains import Gains
from monitor.analysis.course.periods import Periods
from monitor.analysis.course.series_sentences import ELSEWHERE, SeriesSaid
from monitor.analysis.note import Note, NoteKind


class Intake:
    """As much of an intake as the notes look at."""

    def __init__(self, epochs: list[int], home: int | None) -> None:
        self.said, self.on_trial = SeriesSaid(), False
        self.course = SimpleNamespace(
            qualities=list(epochs),
            epochs=epochs,
            home=home,
            rejected=frozenset(),
            gains=Gains(),
        )


def said(notes: EpochNotes) -> list[str]:
    return [note.text for note in notes.take()]


def test_it_is_said_once_of_each_epoch_but_the_reference_periods() -> None:
    intake = Intake([0, 0], home=0)
    notes = EpochNotes(intake, Periods(None))
    assert said(notes) == []
    intake.course.epochs.append(1)
    assert said(notes) == [APART]
    assert said(notes) == []
    intake.course.epochs.append(2)
    assert said(notes) == [APART]
    intake.course.epochs.append(0)
    assert said(notes) == []


def test_there_is_nothing_to_lie_apart_from_without_a_reference_period() -> None:
    assert said(EpochNotes(Intake([0, 1], home=None), Periods(None))) == []


@pytest.mark.parametrize("why", ["left out", "on trial"])
def test_what_may_not_stay_an_epoch_is_not_spoken_of_yet(why: str) -> None:
    intake = Intake([0, 1], home=0)
    notes = EpochNotes(intake, Periods(None))
    if why == "left out":
        intake.course.rejected = frozenset({1})
    else:
        intake.on_trial = True
    assert said(notes) == []
    intake.course.rejected, intake.on_trial = frozenset({0}), False
    assert said(notes) == [APART]


def test_series_are_spoken_of_whatever_the_epoch() -> None:
    intake = Intake([0], home=0)
    notes = EpochNotes(intake, Periods(None))
    intake.said.lies_elsewhere()
    assert said(notes) == [ELSEWHERE]
    assert said(notes) == []
    assert EpochNotes(Intake([], home=None), Periods(None)).take() == ()


def test_a_reference_period_in_the_infusion_is_said_once() -> None:
    periods = Periods(None, (0.0, 900.0))
    notes = EpochNotes(Intake([], home=None), periods)
    assert notes.take() == ()
    periods.mark(600.0, True)
    (said,) = notes.take()
    assert said.kind == NoteKind.OVERLAP
    assert notes.take() == ()
    periods.mark(900.0, True)
    assert notes.take() == ()


def test_an_overlap_that_was_corrected_is_not_said_at_the_end() -> None:
    periods = Periods(None, (0.0, 900.0))
    notes = EpochNotes(Intake([], home=None), periods)
    other = Note(NoteKind.PERIOD, "The recording marks its reference period itself.")
    periods.mark(600.0, True)
    all_of_it = (other, *notes.take())
    assert notes.still_true(all_of_it) == all_of_it
    periods.reference_s = 0.0, 700.0
    all_of_it += notes.take()
    assert notes.still_true(all_of_it) == (other, all_of_it[-1])
    periods.reference_s = 0.0, 600.0
    assert notes.still_true((*all_of_it, *notes.take())) == (other,)
