"""The window, offscreen: what must be visible where, what keys and clicks do."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from fake_session import SETTINGS, FakeFeed
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QPushButton, QWidget

from monitor.analysis.note import Note, NoteKind
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.update import Update
from monitor.app.page.page import Page
from monitor.app.page.render import render
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import DARK, LEAST_TEXT_PX, LIGHT
from monitor.run.outbox import Unsent
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_messages import (
    Computed,
    Heard,
    Play,
    Seek,
    SendEvent,
    SetSpeed,
    Waiting,
)
from monitor.screen.rewindable import Session
from streams.errors import InputError
from streams.messages.requests import EventRequest

LIVE = FakeFeed().health
NOW = 10_000.0
REPLAY = Stream(connected=True, playback=Playback(True, 20.0, 1200.0, 2998.0))
SIZES = [(1366, 768), (1920, 1080)]


@pytest.fixture(params=SIZES, ids=["1366x768", "1920x1080"])
def bench(request, open_bench, reports):
    made = open_bench(size=request.param)
    made.show(reports)
    return made


def place(widget: QWidget, page: Page) -> QRect:
    return QRect(widget.mapTo(page, QPoint(0, 0)), widget.size())


def panels(page: Page) -> dict[str, QWidget]:
    names = ("status", "headline", "trend", "measures", "quality", "waterfall",
             "spectrum", "table", "messages", "acts", "footer")  # fmt: skip
    return {name: getattr(page, name) for name in names}


def test_every_panel_is_in_its_place(bench):
    at = {name: place(w, bench.page) for name, w in panels(bench.page).items()}
    assert at["status"].bottom() < at["trend"].top()
    assert at["trend"].bottom() < at["measures"].top()
    assert at["measures"].bottom() < at["quality"].top()
    assert at["quality"].bottom() < at["waterfall"].top()
    assert at["waterfall"].bottom() < at["messages"].top()
    assert at["headline"].bottom() < at["spectrum"].top()
    assert at["spectrum"].bottom() < at["table"].top()
    assert at["table"].bottom() < at["acts"].top()
    assert at["trend"].right() < at["headline"].left()
    assert at["messages"].right() < at["acts"].left()


def test_no_panel_overlaps_another_or_leaves_the_window(bench):
    at = {name: place(w, bench.page) for name, w in panels(bench.page).items()}
    whole = bench.page.rect()
    names = list(at)
    for i, name in enumerate(names):
        assert whole.contains(at[name]), name
        for other in names[i + 1 :]:
            assert not at[name].intersects(at[other]), (name, other)


def test_no_text_is_cut_or_too_small(bench):
    for text in bench.page.findChildren(Text):
        if text.isVisible():
            assert not text.cut, text.full_text
            assert text.font().pixelSize() >= LEAST_TEXT_PX
            height = text.fontMetrics().tightBoundingRect(text.text()).height()
            assert height <= text.height(), text.full_text


@pytest.mark.parametrize("stream", [LIVE, REPLAY], ids=["live", "replay"])
@pytest.mark.parametrize("size", SIZES)
def test_no_text_is_cut_in_a_wide_font(monkeypatch, open_bench, reports, size, stream):
    monkeypatch.setattr("monitor.app.widgets.theme.FAMILIES", ["DejaVu Sans"])
    bench = open_bench(size=size)
    bench.show(reports, stream)
    shown = [text for text in bench.page.findChildren(Text) if text.isVisible()]
    assert not [text.full_text for text in shown if text.cut]


def test_big_number_can_be_read_from_two_metres(bench):
    page = bench.page
    share = page.height() / 1080
    assert page.headline.interval.text().startswith("% ±")
    assert page.headline.number.font().pixelSize() >= 0.99 * round(128 * share)
    for text in (page.headline.interval, page.status.stream, page.status.phase):
        assert text.font().pixelSize() >= 0.99 * round(60 * share), text.text()


def test_plots_on_the_time_axis_are_aligned(bench):
    page = bench.page
    plots = [page.trend.plot, *page.quality.plots, page.waterfall]
    spans = set()
    for plot in plots:
        box = plot.getViewBox()
        scene = box.mapRectToScene(box.boundingRect()).toRect()
        left = plot.mapTo(page, QPoint(scene.left(), 0)).x()
        spans.add((left, scene.width(), tuple(box.viewRange()[0])))
    assert len(spans) == 1, spans


def test_spectrum_runs_from_4_2_down_to_0_5_ppm(bench):
    box = bench.page.spectrum.getViewBox()
    assert box.xInverted()
    assert box.viewRange()[0] == [0.5, 4.2]
    left = box.mapViewToDevice(box.viewRect().topLeft())
    assert left is not None
    assert len(bench.page.spectrum._model.getData()[0]) > 400


def test_the_ppm_axis_is_numbered_and_has_its_unit_at_the_end(bench):
    axis = bench.page.spectrum.axis("bottom")
    named = [text for _, text in axis._tickLevels[0]]
    assert (named[0], named[-1]) == ("4.0", "ppm")  # as they are seen


def test_words_and_curves_are_those_of_the_screen(bench):
    bench.window.frame()  # its clock runs on
    page, screen = bench.page, bench.window.seen()
    assert page.status.stream.text() == screen.status.stream
    assert page.status.phase.text().startswith("INFUSION +")
    number, interval = page.headline.number.text(), page.headline.interval.text()
    shown = screen.headline
    assert f"{number} {interval}" == f"{shown.number} {shown.interval}"
    assert page.table.cells[1][0].text() == SETTINGS.outcome
    assert page.trend.plot._points.getData()[0].tolist() == list(
        screen.trend.points_min
    )
    assert page.footer.text() == screen.footer
    words = [label.toPlainText() for label in page.trend.plot.labels.items]
    assert words == ["infusion on"]


@pytest.mark.parametrize(
    ("key", "kind"),
    [(Qt.Key.Key_F5, "infusion_start")],
)
def test_one_key_sends_an_infusion_event(qtbot, open_bench, reports, key, kind):
    bench = open_bench()
    bench.show(reports[:200])
    qtbot.keyClick(bench.window, key)
    assert bench.sent == [SendEvent(kind, "")]
    bench.window.frame()
    assert bench.page.messages.first.full_text.endswith(": sent")


def test_buttons_send_what_their_words_say(qtbot, open_bench, reports):
    bench = open_bench()
    bench.show(reports[:200])
    for kind in ("infusion_start", "infusion_stop"):
        button = bench.page.findChild(QPushButton, kind)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [c.kind for c in bench.sent] == ["infusion_start", "infusion_stop"]


def test_a_note_is_typed_and_sent_or_left(qtbot, open_bench, reports):
    bench = open_bench()
    bench.show(reports[:200])
    line = bench.page.buttons.line
    qtbot.keyClick(bench.window, Qt.Key.Key_F8)
    assert line.isVisible()
    qtbot.keyClicks(line, "coughed twice")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert bench.sent == [SendEvent("note", "coughed twice")]
    assert not line.isVisible()
    qtbot.keyClick(bench.window, Qt.Key.Key_F8)
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert not line.isVisible()
    assert len(bench.sent) == 1


def test_replay_shows_its_word_and_its_controls(qtbot, open_bench, reports):
    bench = open_bench()
    bench.show(reports, REPLAY)
    page = bench.page
    assert page.status.stream.text() == "REPLAY 20×"
    assert page.replay.isVisible()
    assert not page.buttons.isVisible()
    assert page.replay.speed.currentData() == 20.0
    assert page.replay.at.text() == "20:00 / 49:58"
    qtbot.mouseClick(page.replay.play, Qt.MouseButton.LeftButton)
    qtbot.keyClick(bench.window, Qt.Key.Key_Left)
    qtbot.keyClick(bench.window, Qt.Key.Key_Left)
    page.replay.speed.setCurrentIndex(3)
    page.replay.speed.activated.emit(3)
    assert bench.sent == [Play(False), Seek(1140.0), Seek(1080.0), SetSpeed(10.0)]


def test_a_click_on_the_slider_seeks_there(qtbot, open_bench, reports):
    bench = open_bench()
    bench.show(reports, REPLAY)
    slider = bench.page.replay.slider
    there = QPoint(3 * slider.width() // 4, slider.height() // 2)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=there)
    (command,) = bench.sent
    assert isinstance(command, Seek)
    assert command.time_s == pytest.approx(0.75 * 2998, rel=0.05)


@pytest.mark.parametrize("size", SIZES)
def test_controls_of_the_replay_stand_side_by_side(open_bench, reports, size):
    bench = open_bench(size=size)
    bench.show(reports, REPLAY)
    replay = bench.page.replay
    row = [replay.play, replay.speed, replay.slider, replay.at]
    for left, right in pairwise(row):
        assert left.geometry().right() < right.geometry().left()
    assert replay.rect().contains(row[-1].geometry())
    assert not replay.at.cut
    assert replay.slider.width() > 100


def test_a_two_digit_change_is_as_large_as_a_one_digit_one(open_bench, reports):
    bench = open_bench()
    bench.show(reports)
    page, shown = bench.page, bench.window.seen().headline
    size = page.headline.number.font().pixelSize()
    page.headline.draw(replace(shown, number="−28.4 %", interval="± 14.7"))
    assert page.headline.number.font().pixelSize() == size
    assert not page.headline.interval.cut
    page.headline.draw(replace(shown, number="–", interval=""))
    assert not page.headline.number.isVisible()  # it would look like a cover


def test_blinded_window_shows_no_outcome(open_bench, reports):
    bench = open_bench(settings=replace(SETTINGS, outcome_hidden=True))
    bench.show(reports)
    page = bench.page
    for text in page.findChildren(Text):
        if text.isVisible() and text is not page.footer:
            assert "Gl" not in text.text()
            assert "NAA" not in text.text()
    assert not len(page.trend.plot._points.getData()[0])
    assert not page.trend.plot._band.isVisible()
    assert not page.spectrum._glutamate.isVisible()
    assert page.headline.number.text() == "hidden"
    assert page.trend.plot._note.toPlainText() == "outcome hidden by the protocol"


def test_attention_is_a_tile_with_words(open_bench, reports):
    bench = open_bench()
    bench.show(reports, replace(LIVE, recording=False))
    assert bench.page.status.stream.text() == "NOT RECORDING"
    assert bench.page.messages.property("state") == "attention"
    assert bench.page.messages.first.text() == "Not recording"
    bench.show([], LIVE)
    assert bench.page.messages.property("state") != "attention"


def test_a_long_sentence_is_wrapped_not_cut(open_bench, reports):
    bench = open_bench()
    bench.show(reports[:200])
    said = "The basis set has no macromolecules: MM09, MM12, MM14, MM17, MM20 were "
    said += "added (macromolecules = five); a change may be a seventh off."
    note = Note(NoteKind.BASIS, said)
    bench.show([Computed(Update(9000, 0, notes=(note,)))])
    label = bench.page.messages.sentence
    assert label.isVisible()
    needed = label.heightForWidth(label.width())
    assert needed <= label.height()
    assert bench.page.messages.rect().contains(label.geometry())
    assert bench.page.messages.rect().contains(bench.page.messages.second.geometry())


def test_labels_of_the_axes_are_whole(bench):
    plot = bench.page.trend.plot
    label = plot.axis("bottom").label
    box = label.mapRectToScene(label.boundingRect())
    assert box.bottom() <= plot.height() + 3  # the letters end 4 px above it


def test_stale_number_loses_its_colour(open_bench, reports):
    bench = open_bench()
    bench.show(reports)
    fresh = bench.page.headline.number.styleSheet()
    assert DARK.accent.lower() in fresh.lower()
    bench.now += 60
    bench.waiting = [Heard(LIVE)]  # the analysis answers: it is the scanner
    bench.window.frame()
    assert bench.page.headline.number.styleSheet() != fresh
    assert bench.page.messages.first.text().startswith("No transient for")


def test_line_and_newest_point_pale_with_age(open_bench, reports):
    bench = open_bench()
    bench.show(reports)
    plot = bench.page.trend.plot
    fresh = plot._line.opts["pen"].color().name()
    assert fresh == DARK.accent.lower()
    assert plot._newest.getData()[0][0] == plot._points.getData()[0][-1]
    bench.now += 60
    bench.show([])
    assert plot._line.opts["pen"].color().name() == DARK.baseline.lower()
    assert plot._newest.opts["brush"].color().name() == DARK.baseline.lower()


def test_a_key_and_a_button_show_the_other_strips(qtbot, open_bench, reports):
    bench = open_bench()
    bench.show(reports)
    plots = bench.page.quality.plots

    def names():
        return [plot.axis("left")._tickLevels[0][0][1] for plot in plots]

    first = names()
    qtbot.keyClick(bench.window, Qt.Key.Key_F7)
    bench.show([])
    assert {*first, *names()} == {s.name for s in bench.window.seen().strips}
    qtbot.mouseClick(bench.page.measures.button, Qt.MouseButton.LeftButton)
    bench.show([])
    assert names() == first


CERTAIN = Answer(6.0, 1.0, 2.5, 9.5, 12.0, 900.0)
NOTHING = Answer(0.9, 0.5, -1.5, 1.5, 0.1)
UNSURE = Answer(6.0, 12.0, 2.5, 9.5, 12.0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("answer", "sd", "words"),
    [
        (CERTAIN, 1.0, "INCREASE, seen from +05:00"),
        (CERTAIN, 9.0, "INCREASE on average, seen from +05:00"),
        (NOTHING, 1.0, "perhaps an increase, not proven yet"),
        (NOTHING, 9.0, "no change seen; 1.9 % would have been"),
        (UNSURE, 9.0, "can only detect 14 % or more so far"),
    ],
)
def test_the_verdict_is_whole_and_can_be_read_from_two_metres(
    open_bench, reports, answer, sd, words, size
):
    bench = open_bench(size=size)
    outcome = SETTINGS.outcome
    point = TrackerPoint(1, 2400.0, {outcome: 6.4}, {outcome: sd}, {}, {})
    update = Update(9000, 0, answers={outcome: answer}, tracker=point)
    bench.show([*reports, Computed(update)])
    panel = bench.page.headline
    assert panel.verdict.full_text == words
    assert not [t.full_text for t in (panel.verdict, *panel.lines) if t.cut]
    assert panel.verdict.font().pixelSize() >= 32 * size[1] / 1080


def test_quality_past_its_limit_says_what_to_do(open_bench, reports):
    bench = open_bench(settings=replace(SETTINGS, lipid_limit=0.05))
    bench.show(reports)
    panel = bench.page.measures
    assert panel.values["lipid"].full_text == "▲ 0.1 / 0.05"
    assert panel.values["fwhm"].full_text.startswith("✓ ")
    assert panel.action.full_text == "lipid: ask to lie still; check the voxel"
    assert "lipid" in bench.page.quality.plots[0].axis("left")._tickLevels[0][0][1]


def test_closing_in_the_middle_of_a_run_asks(open_bench, reports):
    bench = open_bench()
    bench.show(reports[:200])
    answers = iter([False, True])
    bench.window.sessions.ask_to_leave = lambda _: next(answers)
    assert not bench.window.close()
    assert bench.window.isVisible()
    assert bench.window.close()
    assert list(answers) == []


def test_closing_a_replay_does_not_ask(open_bench, reports):
    bench = open_bench()
    bench.show(reports[:200], REPLAY)
    bench.window.sessions.ask_to_leave = lambda _: pytest.fail("asked")
    assert bench.window.close()


def test_the_scale_of_the_trend_is_the_operators(qtbot, open_bench, reports):
    bench = open_bench()
    bench.show(reports[:400])
    qtbot.keyClick(bench.window, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    bench.show([])
    box = bench.page.trend.plot.getViewBox()
    assert box.viewRange()[1] == pytest.approx([-20, 40])


def test_theme_can_be_changed_by_a_key(qtbot, open_bench, reports):
    bench = open_bench()
    bench.show(reports[:400])
    qtbot.keyClick(bench.window, Qt.Key.Key_F9)
    assert bench.page.palette_in_use is LIGHT
    corner = bench.page.grab().toImage().pixelColor(2, 2)
    assert corner.name().upper() == LIGHT.ground


def test_a_frame_without_news_draws_nothing(open_bench, reports, monkeypatch):
    bench = open_bench()
    bench.show(reports)
    bench.show([])  # sizes that depend on one another are at rest
    drawn = []
    monkeypatch.setattr(bench.page.trend.plot, "_draw_course", drawn.append)
    monkeypatch.setattr(bench.page.spectrum, "_draw_parts", drawn.append)
    for _ in range(8):
        bench.now += 0.01
        bench.window.frame()
    assert not drawn


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (3840, 2160)])
def test_render_draws_the_page_into_a_file(qapp, tmp_path, reports, size):
    session = Session(SETTINGS)
    for report in (Heard(LIVE), *reports):
        session.take(report, NOW)
    path = tmp_path / "screen.png"
    render(session.screen(NOW + 3), path, size)
    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == size
    big = QColor(DARK.accent).rgb()
    share = size[1] / 1080
    rows = range(round(130 * share), round(290 * share))  # where the number stands
    columns = range(round(1180 * share), size[0])
    lit = [y for y in rows if any(picture.pixel(x, y) == big for x in columns)]
    assert len(lit) >= 0.9 * 0.7 * 128 * share  # cap height


def test_render_says_where_it_cannot_write(qapp):
    screen = Session(SETTINGS).screen(NOW)
    with pytest.raises(InputError, match="cannot be written"):
        render(screen, Path("/nowhere/at/all.png"))


def test_after_the_end_a_message_is_known_here_alone(open_bench, reports):
    """Seen: "Not recorded yet: acknowledged" for ever, and a question at the end."""
    bench = open_bench()
    over = replace(reports[-1].update, ended="complete")
    bench.show([*reports, Computed(over)], Stream(gone=True))
    keys = [m.key for m in bench.window.seen().messages]
    bench.window.operations.acknowledge(keys.index("ended"))
    assert not [c for c in bench.sent if isinstance(c, SendEvent)]
    assert [m.key for m in bench.window.seen().messages if m.acknowledged] == ["ended"]
    bench.window.sessions.ask_to_leave = lambda _: pytest.fail("asked")
    bench.window.close()
    assert not bench.window.isVisible()


def test_what_waits_after_the_end_is_asked_about_without_a_running_session(
    open_bench, reports
):
    bench = open_bench()
    over = replace(reports[-1].update, ended="complete")
    bench.show([*reports, Computed(over)], Stream(gone=True))
    note = Unsent(EventRequest("note", "slept"), 0.0, "fake")
    bench.show([Waiting((note,), "/some/folder")], Stream(gone=True))
    asked = []
    bench.window.sessions.ask_to_leave = asked.append
    bench.window.close()
    assert "slept" in asked[0]
    assert "A session is running" not in asked[0]


def test_what_is_of_old_data_is_pale(open_bench, reports):
    """Seen: "✓ within the limits" in full white, with no stream for minutes."""
    bench = open_bench()
    bench.show(reports)
    words = (*bench.page.measures.values.values(), bench.page.outlook.figures)

    def colours() -> set[str]:
        return {w.palette().windowText().color().name().upper() for w in words}

    assert DARK.baseline not in colours()
    bench.now += 60.0
    bench.show([], Stream(gone=True))
    assert colours() == {DARK.baseline}
    bench.show([reports[-1]])
    assert DARK.baseline not in colours()
