"""A session is begun in the window: protocol, and stream or recording."""

from functools import partial

import pytest
from fake_session import SETTINGS
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMenu

from monitor.app.sheets import begin
from monitor.commands.reopen import configure_for_choice
from monitor.protocol.choose import Wishes
from monitor.run.identity import IDENTITY, Identity
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_messages import Heard, SendEvent
from monitor.screen.keys import KEYS
from monitor.screen.sheets.new_session import USUAL, Opening, expectation, offered
from streams.errors import InputError

EMPTY = Stream(idle=True)
REPLAY = Stream(connected=True, playback=Playback(True, 20.0, 1200.0, 2998.0))


@pytest.fixture
def empty(open_bench):
    """An empty window that asks, and what it was asked to open."""
    bench = open_bench()
    bench.show([], EMPTY)
    bench.opened = []
    bench.window.sessions.open_session = bench.opened.append
    bench.window.sessions.show_beginning()
    return bench


def choose(sheet, words) -> None:
    place = next(
        i for i in range(sheet.protocol.count()) if words in sheet.protocol.itemText(i)
    )
    sheet.protocol.setCurrentIndex(place)


def test_a_stream_is_chosen_by_keyboard_alone(qtbot, empty):
    sheet = empty.window.operations.begin
    assert sheet.isVisible()
    assert empty.page.status.stream.text() == "NO SESSION"
    qtbot.keyClick(sheet.protocol, Qt.Key.Key_Down)
    name = offered()[0][0]
    assert sheet.said.full_text == expectation(name)
    qtbot.keyClick(sheet.protocol, Qt.Key.Key_Tab)
    qtbot.keyClicks(sheet.stream, "tcp://127.0.0.1:5555")
    qtbot.keyClick(sheet.stream, Qt.Key.Key_Return)
    assert empty.opened == [Opening("tcp://127.0.0.1:5555", name)]
    state = empty.window.state()
    assert (state.stream, state.protocol) == ("tcp://127.0.0.1:5555", name)


def test_addresses_are_offered_and_who_is_measured_is_typed(qtbot, empty):
    sheet = empty.window.operations.begin
    offered_places = [sheet.stream.itemText(i) for i in range(sheet.stream.count())]
    assert USUAL in offered_places
    sheet.stream.setText(USUAL)
    qtbot.keyClicks(sheet.subject, "Erika M")
    qtbot.keyClick(sheet.subject, Qt.Key.Key_Return)
    assert "never a name" in sheet.said.full_text
    sheet.subject.clear()
    qtbot.keyClicks(sheet.subject, "07")
    qtbot.keyClicks(sheet.visit, "2")
    qtbot.keyClick(sheet.visit, Qt.Key.Key_Return)
    assert empty.opened == [Opening(USUAL, who=Identity("07", "2"))]


def test_who_is_measured_goes_into_the_recording_once(open_bench, reports):
    bench = open_bench()
    bench.window.sessions.opening = Opening(USUAL, who=Identity("07", "2"))
    bench.show([])
    assert bench.sent == []
    bench.show(reports[:50])
    assert bench.sent == [SendEvent(IDENTITY, Identity("07", "2").text)]
    bench.window.sessions.opening = Opening(USUAL, view=True, who=Identity("08"))
    bench.show(reports[50:60])
    assert len(bench.sent) == 1


def test_no_address_is_said(qtbot, empty):
    sheet = empty.window.operations.begin
    assert sheet.stream.text() == USUAL
    sheet.stream.setText("nonsense")
    qtbot.keyClick(sheet.stream, Qt.Key.Key_Return)
    assert "tcp://HOST:PORT" in sheet.said.full_text
    assert not empty.opened


def test_a_recording_is_chosen_with_a_protocol(qtbot, empty, monkeypatch, tmp_path):
    sheet = empty.window.operations.begin
    choose(sheet, "te30")
    chosen = tmp_path / "a.mcap"
    monkeypatch.setattr(begin, "ask_for_file", lambda *_: chosen)
    qtbot.mouseClick(sheet.recording, Qt.MouseButton.LeftButton)
    assert [opening.place for opening in empty.opened] == [str(chosen)]
    assert "te30" in empty.opened[0].protocol


def test_a_protocol_file_is_chosen(empty, monkeypatch, tmp_path):
    sheet = empty.window.operations.begin
    own = tmp_path / "own.toml"
    own.write_text('basis = "b"\nexpect_sequence = "STEAM"\noutcome_hidden = true\n')
    monkeypatch.setattr(begin, "ask_for_file", lambda *_: own)
    choose(sheet, "file")
    assert "expects STEAM" in sheet.said.full_text
    assert "outcome hidden" in sheet.said.full_text
    assert sheet.wanted("tcp://h:1").protocol == str(own)
    own.write_text("nonsense = 1\n")
    choose(sheet, "as the session says")
    choose(sheet, str(own))
    assert "unknown field nonsense" in sheet.said.full_text


@pytest.mark.parametrize("held", ["", "press_3t_te30"])
def test_who_leaves_the_dialog_of_protocols_keeps_the_one_before(
    empty, monkeypatch, held
):
    """Another would be fitted by other settings, and perhaps without a lock."""
    sheet = empty.window.operations.begin
    monkeypatch.setattr(begin, "ask_for_file", lambda *_: None)
    choose(sheet, held or "as the session says")
    said = sheet.said.full_text
    choose(sheet, "file")
    assert sheet.wanted("tcp://h:1").protocol == held
    assert sheet.said.full_text == said


def test_what_is_wrong_is_said_in_the_sheet(qtbot, empty):
    def refuse(opening):
        raise InputError("No such thing.")

    empty.window.sessions.open_session = refuse
    sheet = empty.window.operations.begin
    qtbot.keyClicks(sheet.stream, "tcp://nowhere")
    qtbot.keyClick(sheet.stream, Qt.Key.Key_Return)
    assert sheet.said.full_text == "No such thing."
    assert sheet.isVisible()


def test_a_lock_holds_for_all_that_is_opened_after_it(open_bench, reports):
    bench = open_bench()
    opened = []
    bench.window.sessions.open_session = opened.append
    bench.window.session.display.show(
        bench.window.session.state.settings.with_changes(outcome_hidden=True)
    )
    assert bench.window.sessions.open(Opening("a.mcap", "press_3t_te30")) == ""
    bench.window.session.display.show(
        bench.window.session.state.settings.with_changes(outcome_hidden=False)
    )
    assert bench.window.sessions.open(Opening("b.mcap")) == ""
    assert [opening.hidden for opening in opened] == [True, True]


def test_the_stream_of_the_command_line_is_offered_the_next_time(open_bench):
    window = open_bench().window
    window.sessions.open_session = lambda opening: None
    window.sessions.opening = Opening("tcp://127.0.0.1:6111")
    assert window.state().stream == "tcp://127.0.0.1:6111"
    assert window.sessions.open(Opening("a.mcap")) == ""
    assert window.state().stream == "tcp://127.0.0.1:6111"
    window.sessions.show_beginning()
    assert window.operations.begin.stream.text() == "tcp://127.0.0.1:6111"
    assert window.sessions.open(Opening("tcp://127.0.0.1:6121")) == ""
    assert window.state().stream == "tcp://127.0.0.1:6121"


def test_how_a_choice_is_opened():
    another = partial(configure_for_choice, wishes=Wishes())
    _, settings, title = another(Opening("tcp://127.0.0.1:5555", "press_3t_te30"))
    assert (settings.basis, settings.outcome_hidden) == ("press_3t_te30", False)
    assert "live tcp://127.0.0.1:5555" in title
    _, settings, _ = another(Opening("tcp://127.0.0.1:5555", hidden=True))
    assert settings.outcome_hidden
    for wrong in (
        Opening("tcp://nowhere"),
        Opening("tcp://127.0.0.1:5555", "no-protocol"),
        Opening("/no/such/recording.mcap"),
    ):
        with pytest.raises(InputError):
            another(wrong)


def test_the_plasma_curve_is_a_key(qtbot, open_bench, reports):
    bench = open_bench()
    bench.show([*reports, Heard(bench.window.session.state.stream)])
    plot, legend = bench.page.trend.plot, bench.page.trend
    assert not plot._plasma.isVisible()
    key = partial(
        qtbot.keyClick, bench.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier
    )
    key()
    bench.show([])
    assert not plot._plasma.isVisible()  # how long the infusion takes is not known
    assert "infusion_length_s" in bench.page.messages.sentence.text()
    display = bench.window.session.display
    display.show(display.state.settings.with_changes(infusion_length_s=2400.0))
    bench.show([])
    assert plot._plasma.isVisible()
    assert "plasma (Kamp" in legend._legends[0]
    for _ in range(3):
        key()
    bench.show([])
    assert not plot._plasma.isVisible()


def test_the_menu_offers_every_key_to_the_mouse(qtbot, empty):
    page = empty.page
    offered_keys = set()
    menus = page.findChildren(QMenu)
    for entry in menus[0].actions():
        offered_keys.add(entry.text().rpartition("\t")[2])
    assert offered_keys == {key for _, key, _ in KEYS}
    empty.window.operations.leave()
    next(e for e in menus[0].actions() if e.text().endswith("\tF12")).trigger()
    assert empty.window.operations.log.isVisible()
    assert page.status.menu.isVisible()


def test_nothing_of_the_last_session_is_left(open_bench, reports):
    bench = open_bench()
    bench.show(reports, REPLAY)
    assert bench.page.waterfall._image.image is not None
    bench.window.begin(SETTINGS, lambda b: [Heard(EMPTY)], bench.sent.append)
    for _ in range(6):
        bench.window.frame()
    assert bench.page.waterfall._image.image is None
    assert not len(bench.page.spectrum._model.getData()[0])
    assert not any(item.isVisible() for item in bench.page.trend.plot.labels.items)


@pytest.mark.parametrize("wider", [-2, -1, 0, 1, 2])
def test_ticks_of_the_trend_are_where_their_words_say(open_bench, reports, wider):
    bench = open_bench()
    bench.window.session.display.show(wider=wider)
    bench.show(reports[:200])
    plot = bench.page.trend.plot
    low, high = plot.getViewBox().viewRange()[1]
    ticks = plot.axis("left")._tickLevels[0]
    assert 2 <= len(ticks) <= 9
    for at, words in ticks:
        assert float(words.replace("\N{MINUS SIGN}", "-")) == at
        assert low <= at <= high
