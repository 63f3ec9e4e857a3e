"""No sequence of key presses moves a mark without a question.

Each sequence meets a window of its own session: in the reference period, with a start
of the pump's, or after the end.  What was sent is held against what was visible.
"""

import pytest
from fake_session import SETTINGS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QFileDialog

from monitor.analysis.update import Update
from monitor.run.stream_state import Stream
from monitor.run.worker_messages import Computed, SendEvent, Sent
from streams.messages.marks import INFUSION, START, STOP, UNDO
from streams.messages.transient import Event

LIVE = Stream(connected=True, recording=True, disk_free_bytes=10**11)
NONE, ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip
KEYS = [
    *((getattr(Qt.Key, f"Key_F{n}"), NONE) for n in range(1, 13)),
    *((getattr(Qt.Key, f"Key_{name}"), NONE) for name in (
        "Space", "Return", "Enter", "Tab", "Escape", "Up", "Down", "Left", "Right",
        "PageUp", "PageDown", "Home", "1", "2", "0", "Colon", "Minus", "A", "S",
        "Backspace")),
    *((getattr(Qt.Key, f"Key_{name}"), ALT) for name in "NSTIO"),
    *((getattr(Qt.Key, f"Key_{name}"), CTRL) for name in "ZKNPE"),
    (Qt.Key.Key_Backtab, SHIFT),
]  # fmt: skip
OFTEN = [
    (Qt.Key.Key_F5, NONE), (Qt.Key.Key_F6, NONE), (Qt.Key.Key_Return, NONE),
    (Qt.Key.Key_Space, NONE), (Qt.Key.Key_Tab, NONE), (Qt.Key.Key_F8, NONE),
]  # fmt: skip
ECHO = "echo"
STEPS = st.lists(
    st.one_of(st.sampled_from(KEYS), st.sampled_from(OFTEN), st.just(ECHO)),
    min_size=15,
    max_size=40,
)
BEGINNINGS = st.sampled_from(["before", "pump", "ended"])


class Watched:
    """A window whose marks are held against its questions."""

    def __init__(self, qtbot, bench, reports, beginning):
        self.qtbot, self.bench = qtbot, bench
        self.window, self.sent, self.told = bench.window, [], 0
        self.ended = beginning == "ended"
        self.given = {START} if beginning == "pump" else set()
        self.window.begin(SETTINGS, lambda budget_s: [], self.sent.append)
        self.window.setFocus()
        session = self.window.session
        session.display.hear(LIVE, 0.0)
        for report in reports[:60]:
            session.take(report, 0.0)
        if beginning == "pump":
            pump = Event(60.0, START, "", "pump")
            session.take(Computed(Update(9000, 0, event=pump)), 0.0)
        if self.ended:
            session.take(Computed(Update(9001, 0, ended="finished")), 0.0)

    def step(self, step):
        if step == ECHO:
            self.echo()
            return
        asked = self.window.operations.marks.isVisible()
        target = QApplication.focusWidget() or self.window
        self.qtbot.keyClick(target, *step)
        for command in self.sent[self.told :]:
            if isinstance(command, SendEvent):
                self.check(command, asked)
        self.told = len(self.sent)

    def check(self, command, asked):
        if command.kind not in (*INFUSION, UNDO):
            return
        first = command.kind in INFUSION and command.kind not in self.given
        assert asked or (first and not self.ended), command
        if not asked:
            assert not command.replaces
            assert command.kind == START or START in self.given
        self.given.add(command.kind)

    def echo(self):
        """The relay has recorded what was sent."""
        for command in self.sent:
            if isinstance(command, SendEvent):
                event = Event(
                    command.time_s or 100.0, command.kind, command.text, "operator",
                    command.replaces,
                )  # fmt: skip
                self.window.session.take(Sent(command.kind), 0.0)
                self.window.session.take(Computed(Update(9002, 0, event=event)), 0.0)
        self.sent.clear()
        self.told = 0


@pytest.fixture
def popups_close(qapp):
    """A menu that a key has opened is left again: it would wait for ever."""
    timer = QTimer()
    timer.timeout.connect(
        lambda: (popup := QApplication.activePopupWidget()) and popup.close()
    )
    timer.start(5)
    yield
    timer.stop()


@pytest.fixture
def bench(open_bench, monkeypatch, tmp_path, popups_close):
    monkeypatch.setattr(QFileDialog, "exec", lambda dialog: 0)
    bench = open_bench()
    bench.window._timer.stop()
    bench.window.operations.folder = tmp_path
    bench.window.sessions.ask_to_leave = lambda question: False
    return bench


def tried(qtbot, bench, reports, beginning, steps):
    watched = Watched(qtbot, bench, reports, beginning)
    for step in steps:
        watched.step(step)


QUIET = {
    "deadline": None,
    "suppress_health_check": [
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
}


@pytest.mark.parametrize(
    ("sequences", "least"), [(15, 100), pytest.param(300, 3000, marks=pytest.mark.slow)]
)
def test_no_keys_move_a_mark_without_a_question(
    qtbot, bench, reports, sequences, least
):
    pressed = []

    @settings(max_examples=sequences, **QUIET)
    @given(BEGINNINGS, STEPS)
    def run(beginning, steps):
        pressed.append(len(steps))
        tried(qtbot, bench, reports, beginning, steps)

    run()
    print(f"{sum(pressed)} keys in {len(pressed)} sequences")
    assert sum(pressed) > least


def test_the_watch_notices_a_mark_that_nobody_asked_about(qtbot, bench, reports):
    """Were a key to send at once, it would be seen."""
    watched = Watched(qtbot, bench, reports, "pump")
    with pytest.raises(AssertionError):
        watched.check(SendEvent(START), asked=False)
    with pytest.raises(AssertionError):
        watched.check(SendEvent(STOP, replaces=True), asked=False)
    with pytest.raises(AssertionError):
        watched.check(SendEvent(UNDO, START), asked=False)
