"""Which window is looked at, and when its curves are asked for; no window is drawn."""

from types import SimpleNamespace

import pytest

from monitor.app.sheets import window_request
from monitor.app.sheets.window_request import Looking
from monitor.run.worker_messages import Inspect
from monitor.screen.sheets.window import EARLIER, REFERENCE


def window(start_s: float) -> SimpleNamespace:
    return SimpleNamespace(time_start_s=start_s, time_end_s=start_s + 8.0,
                           time_s=start_s + 4.0)  # fmt: skip


class Course(list):
    """Windows of a session."""

    def place_of(self, time_s: float) -> int:
        return [one.time_s for one in self].index(time_s)

    def same(self, window):
        return next((one for one in self if one == window), None)

    def nearest(self, time_s: float):
        return min(self, key=lambda one: abs(one.time_s - time_s), default=None)


class Sheet:
    """Notes what it is to draw."""

    def __init__(self) -> None:
        self.hidden, self.put, self.followed = False, [], 0
        self.turned = SimpleNamespace(connect=lambda slot: None)
        self.opinion = SimpleNamespace(draw=lambda opinion: None)

    def isHidden(self) -> bool:
        return self.hidden

    def isVisible(self) -> bool:
        return not self.hidden

    def follow_pointer(self) -> None:
        self.followed += 1

    def draw(self, look) -> None:
        self.put.append(look)


@pytest.fixture
def looking(monkeypatch):
    monkeypatch.setattr(window_request, "spans_of", lambda state, one: (one.time_s,))
    monkeypatch.setattr(
        window_request, "look_at", lambda state, one, against: (one.time_s, against)
    )
    monkeypatch.setattr(window_request, "opinion_in", lambda state, view: None)
    monkeypatch.setattr(
        window_request, "window_near",
        lambda state, minute: state.estimates.nearest(60 * minute),
    )  # fmt: skip
    shown: list = []
    one = Looking(Sheet(), shown.append)
    one.shown = shown
    return one


def session(*starts: float) -> SimpleNamespace:
    state = SimpleNamespace(
        estimates=Course(map(window, starts)), looked_at={}, mean_curves=None,
        spectral_maps=None,
    )  # fmt: skip
    return SimpleNamespace(state=state, display=SimpleNamespace(view="view"))


def test_steps_end_at_the_first_and_the_last_window(looking) -> None:
    one, sent = session(0.0, 10.0, 20.0), []
    looking.step(1)
    looking.newest(one, sent.append)
    for by in (1, -1, -1, -1, 5):
        looking.step(by)
    middles = [look[0] for look in looking.sheet.put]
    assert middles == [24.0, 24.0, 14.0, 4.0, 4.0, 24.0]
    looking.sheet.hidden = True
    looking.step(-1)
    assert len(looking.sheet.put) == 6
    looking.sheet.hidden = False
    one.state.estimates = Course()
    looking.step(-1)
    assert len(looking.sheet.put) == 6


def test_a_session_without_windows_has_nothing_to_show(looking) -> None:
    looking.newest(session(), lambda command: None)
    looking.at(session(), lambda command: None, 1.0)
    assert looking.shown == []
    looking.at(session(0.0, 60.0), lambda command: None, 1.0)
    assert looking.sheet.put == [(64.0, EARLIER)]
    assert len(looking.shown) == 1


def test_curves_are_asked_for_once(looking) -> None:
    one, sent = session(0.0, 10.0), []
    looking.newest(one, sent.append)
    looking.refresh()
    assert sent == [Inspect((14.0,))]
    one.state.looked_at = {14.0: "curves"}
    looking.refresh()
    assert sent == [Inspect((14.0,))]
    one.state.looked_at = {}
    looking.refresh()
    assert len(sent) == 2


def test_it_is_drawn_again_where_something_changed(looking) -> None:
    one = session(0.0, 10.0)
    looking.refresh()
    looking.newest(one, lambda command: None)
    looking.refresh()
    assert len(looking.sheet.put) == 1
    looking.turn()
    looking.turn()
    assert [look[1] for look in looking.sheet.put] == [EARLIER, REFERENCE, EARLIER]
    one.state.mean_curves = object()
    looking.refresh()
    assert len(looking.sheet.put) == 4
    looking.sheet.hidden = True
    one.state.mean_curves = object()
    looking.refresh()
    assert len(looking.sheet.put) == 4
    assert looking.sheet.followed == 3


def test_a_window_is_followed_into_a_course_that_was_done_again(looking) -> None:
    one = session(0.0, 10.0)
    looking.newest(one, lambda command: None)
    one.state.estimates = Course([window(0.0), window(13.0), window(30.0)])
    looking.refresh()
    assert looking.sheet.put[-1][0] == 17.0
    one.state.estimates = Course()
    looking.refresh()
    assert looking.sheet.put[-1][0] == 17.0
