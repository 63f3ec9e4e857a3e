"""The ways to the change: what is asked of each, and what is told of it once."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from monitor.analysis import ways_to_change
from monitor.analysis.note import NoteKind
from monitor.analysis.update import Update
from monitor.analysis.ways_to_change import WaysToChange
from monitor.protocol.settings import Settings

PLAN = SimpleNamespace(boundaries_s=(600.0,))
BARE = Update(5, 0)


class Tracking:
    """A tracker that has a point where it is given one."""

    def __init__(self) -> None:
        self.seen = ["view 0", "view 1", "view 2"]
        self.answers: dict[str, object] = {"Glu": "answer"}
        self.point: str | None = "point"
        self.notes: list[str] = []
        self.tracks: tuple[str, ...] | None = None

    def step(self) -> str | None:
        return self.point

    def take_notes(self) -> list[str]:
        told, self.notes = self.notes, []
        return told

    def redo_if_changed(self, marks_s: tuple[float, ...]) -> tuple[str, ...] | None:
        assert marks_s == PLAN.boundaries_s
        return self.tracks


class Spectral:
    """What follows the infusion in the spectra: notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def push(self, view: object, point: object) -> tuple[str, ...]:
        self.asked.append(("push", view, point))
        return ("map",)

    def again(self, marks_s: object) -> None:
        self.asked.append(("again", marks_s))

    def redo(self, seen: object, tracks: object, marks_s: object) -> None:
        self.asked.append(("redo", seen, tracks, marks_s))


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> WaysToChange:
    monkeypatch.setattr(ways_to_change, "agreement_of", lambda *given: given[2])
    monkeypatch.setattr(ways_to_change, "foreseen_now", lambda *given: given[1:])
    made = WaysToChange.__new__(WaysToChange)
    made.tracking, made.spectral, made.agreement = Tracking(), Spectral(), None
    made._judge, made._told = SimpleNamespace(stretches=()), ()
    return made


def test_the_newest_transient_is_followed_in_the_spectra(ways: WaysToChange) -> None:
    update = ways.step(BARE, PLAN, "Glu")
    assert (update.tracker, update.spectral_maps) == ("point", ("map",))
    assert ways.spectral.asked == [("push", "view 2", "point")]
    ways.tracking.point = None
    update = ways.step(BARE, PLAN, "Glu")
    assert (update.tracker, update.spectral_maps) == (None, ())
    assert len(ways.spectral.asked) == 1


@pytest.mark.parametrize(
    ("independent", "agreement"), [(None, None), (False, None), (True, "Glu")]
)
def test_independent_windows_alone_are_compared(ways, independent, agreement) -> None:
    estimate = None if independent is None else SimpleNamespace(independent=independent)
    update = ways.step(replace(BARE, estimate=estimate), PLAN, "Glu")
    assert update.agreement == ways.agreement == agreement


def test_stretches_and_notes_are_told_once(ways: WaysToChange) -> None:
    ways._judge.stretches, ways.tracking.notes = ("one",), ["said"]
    first, second = (ways.step(BARE, PLAN, "Glu") for _ in range(2))
    assert (first.stretches, second.stretches) == (("one",), None)
    assert [(n.kind, n.text) for n in first.notes] == [(NoteKind.TRACKER, "said")]
    assert second.notes == ()
    assert first.answers == second.answers == {"Glu": "answer"}
    ways._judge.stretches = ()
    assert ways.step(BARE, PLAN, "Glu").stretches == ()


@pytest.mark.parametrize("tracks", [None, ("point",)])
def test_only_what_has_changed_is_done_again(ways: WaysToChange, tracks) -> None:
    ways.tracking.tracks = tracks
    update = ways.redo(BARE, PLAN, Settings(outcome="Glu"))
    assert update.tracks == tracks
    marks_s = PLAN.boundaries_s
    again, redo = ("again", marks_s), ("redo", ways.tracking.seen, tracks, marks_s)
    assert ways.spectral.asked == [again if tracks is None else redo]
    assert update.agreement == "Glu"
    assert update.foreseen[0] == "Glu"


@pytest.mark.parametrize(
    ("planned_s", "infusion_s", "length_s"),
    [
        (None, None, None),
        (None, (600.0, 3000.0), 2400.0),
        (1800.0, (600.0, 3000.0), 1800.0),
        (1800.0, None, 1800.0),
    ],
)
def test_an_infusion_is_as_long_as_planned_else_as_stated(
    ways: WaysToChange, planned_s, infusion_s, length_s
) -> None:
    settings = SimpleNamespace(
        infusion_length_s=planned_s, infusion_s=infusion_s, outcome="Glu"
    )
    assert ways.foresee(PLAN, settings) == ("Glu", length_s, PLAN.boundaries_s)
