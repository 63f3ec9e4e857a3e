"""Going back, and changes made in the window, on a handful of updates by hand."""

from dataclasses import replace

import numpy as np
import pytest
from fake_session import SETTINGS, curves
from screen_cases import LIVE, REPLAY

from monitor.analysis.course.response import Estimate
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.water_course import WaterPoint
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.update import Update
from monitor.run.outbox import Unsent
from monitor.run.worker_messages import Again, Computed, Heard, PutIn, Rewound
from monitor.screen import rewindable
from monitor.screen.rewindable import Session
from streams.messages.marks import VIEWER
from streams.messages.transient import Event

CURVES = curves(0.0, 0.01, np.random.default_rng(1))
ONE = {"Glx/tNAA": 1.0}
COUNT = 10


def estimate(n: int, value: float = 1.0) -> Estimate:
    """A window that ends with transient n."""
    end_s, values = 2.0 * n, {"Glx/tNAA": value}
    return Estimate(n, end_s - 2.0, end_s, 2, 2.0, True, 0, values, values)


def point(n: int, value: float = 1.0) -> TrackerPoint:
    return TrackerPoint(n, 2.0 * n, {"Glx/tNAA": value}, ONE, ONE, ONE)


def update(n: int) -> Update:
    figures = dict.fromkeys(Quality.__slots__, 1.0)
    place = {"index": n, "seq": n, "epoch": 0, "time_s": 2.0 * n, "flags": ()}
    return Update(
        n,
        0,
        quality=Quality(**(figures | place)),
        estimate=estimate(n),
        tracker=point(n),
        curves=CURVES,
        strip_raw=CURVES.data,
    )


def played(count: int = COUNT) -> Session:
    """A replay of so many transients."""
    session = Session(SETTINGS)
    session.take(Heard(REPLAY), 0.0)
    for n in range(count):
        session.take(Computed(update(n)), 2.0 * n)
    return session


def times(session: Session) -> list[float]:
    return session.state.quality["time_s"].tolist()


def values(session: Session) -> list[float]:
    return [e.values["Glx/tNAA"] for e in session.state.estimates]


def changed(last: int = COUNT - 1, tracks: bool = True) -> Update:
    """What a change in the window has made of all transients so far: twice as much."""
    return Update(
        last,
        0,
        course=tuple(estimate(n, 2.0) for n in range(last + 1)),
        tracks=tuple(point(n, 2.0) for n in range(last + 1)) if tracks else None,
        reference_s=(0.0, 4.0),
    )


def test_going_back_leaves_what_came_before() -> None:
    session = played()
    session.take(Rewound(10.0), 20.0)
    assert times(session) == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert session.state.answered_s == 20.0
    session.take(Again(6), 21.0)
    assert times(session)[-1] == 12.0
    session.take(Again(6), 22.0)
    assert len(times(session)) == 7


def test_nobody_goes_back_to_what_is_not_there_yet() -> None:
    session = played()
    display = session.display
    session.take(Rewound(18.1), 20.0)
    assert session.display is display
    session.take(Rewound(18.0), 20.0)
    assert session.display is not display
    assert len(times(session)) == COUNT - 1
    empty = Session(SETTINGS)
    display = empty.display
    empty.take(Rewound(0.0), 0.0)
    assert empty.display is display


def test_a_live_session_keeps_nothing() -> None:
    session = Session(SETTINGS)
    session.take(Heard(LIVE), 0.0)
    session.take(Computed(update(0)), 0.0)
    session.take(Computed(replace(update(1), again=(update(0), update(1)))), 2.0)
    assert session._updates == []


def test_of_spectra_every_second_goes_when_there_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rewindable, "MOST_CURVES", 4)
    session = Session(SETTINGS)
    session.take(Heard(REPLAY), 0.0)

    def kept() -> list[int]:
        return [u.seq for u in session._updates if u.curves is not None]

    for n in range(4):
        session.take(Computed(update(n)), 2.0 * n)
    session.take(Computed(replace(update(4), curves=None)), 8.0)
    assert kept() == [0, 1, 2, 3]
    session.take(Computed(update(5)), 10.0)
    assert kept() == [0, 2, 5]
    assert all(u.strip_raw is None for u in session._updates)


@pytest.mark.parametrize("tracks", [True, False])
def test_a_change_in_this_window_holds_for_what_it_had_seen(tracks: bool) -> None:
    session = played()
    session.take(Computed(changed(tracks=tracks), here=True), 20.0)
    session.take(Computed(update(COUNT)), 20.0)
    assert values(session) == [2.0] * COUNT + [1.0]
    session.take(Rewound(10.0), 30.0)
    assert values(session) == [2.0] * 5
    newest = session.state.tracks.newest
    assert (newest.time_s, newest.filtered["Glx/tNAA"]) == (8.0, 2.0 if tracks else 1.0)
    session.take(Again(7), 31.0)
    assert values(session) == [2.0] * 8
    assert session.state.tracks.newest.time_s == 14.0
    session.take(Again(COUNT - 1), 32.0)
    assert values(session) == [2.0] * COUNT
    session.take(Again(COUNT), 33.0)
    assert values(session) == [2.0] * COUNT + [1.0]


def test_a_change_without_a_course_takes_its_numbers_away_and_brings_none() -> None:
    session = played()
    session.take(Computed(Update(COUNT - 1, 0), here=True), 20.0)
    session.take(Rewound(10.0), 30.0)
    assert values(session) == []
    assert len(times(session)) == 5


def test_the_newest_of_a_changed_course_is_the_window_that_is_shown() -> None:
    session = played()
    session.take(Computed(changed(), here=True), 20.0)
    session.take(Rewound(10.0), 30.0)
    assert session.state.shown_window[1].time_end_s == 8.0


@pytest.mark.parametrize("again", [True, False])
def test_a_typed_mark_is_seen_from_the_beginning_on(again: bool) -> None:
    session = played()
    session.take(Rewound(10.0), 20.0)
    mark = Event(4.0, "infusion_start", "", VIEWER)
    anew = tuple(replace(update(n), estimate=estimate(n, 3.0)) for n in range(COUNT))
    anew += (Update(COUNT, 0, event=mark),)
    typed = Update(4, 0, event=mark, again=anew if again else ())
    session.take(Computed(typed, here=True), 20.0)
    assert session.state.infusion_s[0] == 4.0
    assert len(times(session)) == 5
    assert values(session) == [3.0 if again else 1.0] * 5
    session.take(Rewound(4.0), 21.0)
    assert session.state.events == [mark]
    assert len(times(session)) == 2
    session.take(Again(COUNT), 22.0)
    assert session.state.events == [mark]


@pytest.mark.parametrize("event", [None, Event(4.0, "note", "a note", VIEWER)])
def test_what_is_no_mark_is_a_change_like_any(event: Event | None) -> None:
    session = played()
    session.take(Computed(replace(changed(), event=event), here=True), 20.0)
    assert session._here is not None
    assert session._typed == []


def test_a_mark_of_the_recording_is_none_that_was_typed() -> None:
    session = played()
    mark = Event(4.0, "infusion_start", "", "operator")
    session.take(Computed(Update(COUNT, 0, event=mark)), 20.0)
    assert session._typed == []
    assert session._updates[-1].event == mark


@pytest.mark.parametrize("hidden", [True, False])
def test_going_back_keeps_the_lock_and_what_was_asked(hidden: bool) -> None:
    session = played()
    settings = SETTINGS.with_changes(outcome_hidden=hidden, step=16)
    session.take(Computed(Update(COUNT, 0, settings=settings)), 20.0)
    session.state.asked.add("infusion_start")
    session.state.unsent = (object.__new__(Unsent),)
    session.state.unsent_folder = "no place"
    session.take(PutIn(None), 20.0)
    old = session.state
    session.take(Rewound(10.0), 21.0)
    new = session.state
    assert new.hidden is hidden
    assert new.settings.step == SETTINGS.step
    assert (new.asked, new.unsent) == (old.asked, old.unsent)
    assert new.unsent_folder == "no place"
    here = replace(changed(), settings=settings)
    session.take(Computed(here, here=True), 22.0)
    session.take(Rewound(8.0), 23.0)
    assert session.state.settings.step == 16


def test_what_came_at_that_time_or_later_is_not_shown_whatever_it_is() -> None:
    water = WaterPoint(9.0, 0.0, 5.0, 1.0, interleaved=True)
    note = Event(11.0, "note", "a note", "operator")
    session = Session(SETTINGS)
    session.take(Heard(REPLAY), 0.0)
    several = (Update(0, 0), Update(1, 0, water=water), Update(2, 0, event=note))
    for one in (*several, replace(update(6), seq=3)):
        session.take(Computed(one), 20.0)
    for time_s, waters, events in ((8.9, 0, 0), (9.0, 0, 0), (9.1, 1, 0), (11.5, 1, 1)):
        session.take(Rewound(time_s), 20.0)
        assert len(session.state.waters["time_s"]) == waters
        assert len(session.state.events) == events
        session.take(Again(3), 20.0)
        assert len(session.state.events) == 1
        assert session.state.seq == 3


def test_typed_marks_have_no_number() -> None:
    session = played(3)
    mark = Event(2.0, "infusion_start", "", VIEWER)
    session.take(Computed(Update(2, 0, event=mark), here=True), 20.0)
    session.take(Rewound(0.0), 20.0)
    assert (session.state.events, session.state.seq) == ([mark], -1)
